#include "session/ticket.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>

#include "base/caught.hpp"
#include "base/internals.hpp"
#include "base/secret.hpp"
#include "x509/asn1/file.hpp"
#include "x509/asn1/pem.hpp"

namespace tls12 {
namespace {

constexpr std::size_t kNameSize = 16, kKeySize = 32;
constexpr AeadAlgorithm kAead = AeadAlgorithm::aes_256_gcm;  // the same on every machine of a farm
static_assert(kNameSize + kKeySize == TicketKeys::kSecretSize && key_size(kAead) == kKeySize);
static_assert(kNameSize + kAeadNonceSize + tag_size(kAead) == session::kTicketOverhead);

struct Key {
  std::array<std::uint8_t, kNameSize> name;
  std::unique_ptr<AeadKey> aead;
  WallTime born;
};

Result<Key> key_of(Bytes secret, const Provider& provider, WallTime born) {
  if (!provider[kAead]) return fail(Errc::algorithm_unavailable, name(kAead));
  Key key{.name = {},
          .aead = provider[kAead].implementation->with_key(secret.subspan(kNameSize)),
          .born = born};
  if (!key.aead) return fail(Errc::out_of_memory);
  std::ranges::copy(secret.first(kNameSize), key.name.begin());
  return key;
}

Result<std::vector<Key>> keys_of(const std::vector<std::vector<std::uint8_t>>& secrets,
                                 const Provider& provider) {
  if (secrets.empty()) return fail(Errc::misuse, "no ticket key");
  std::vector<Key> keys;
  for (const auto& secret : secrets) {
    if (secret.size() != TicketKeys::kSecretSize)
      return fail(Errc::misuse, "a ticket key that is not of 48 bytes");
    auto key = key_of(secret, provider, {});
    if (!key) return fail(key.error());
    keys.push_back(std::move(*key));
  }
  return keys;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::vector<std::uint8_t> bytes;
  if (text.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

}  // namespace

struct TicketKeys::Content {
  ProviderPtr provider;
  std::optional<Schedule> schedule;  // none: somebody else rotates
  std::mutex mutex;
  std::vector<Key> keys;  // the first seals

  /// Under the mutex. Makes the key that seals at `now`, and forgets those that open no more.
  Result<void> rotate(WallTime now) {
    if (!schedule) return {};
    std::erase_if(keys, [&](const Key& key) { return now >= key.born + schedule->accept_for; });
    if (!keys.empty() && now < keys.front().born + schedule->seal_for) return {};
    Secret<kSecretSize> secret(kSecretSize);
    if (!provider->rng().fill(secret.bytes())) return fail(Errc::randomness_failed);
    auto key = key_of(secret.bytes(), *provider, now);
    if (!key) return fail(key.error());
    keys.insert(keys.begin(), std::move(*key));
    return {};
  }
};

TicketKeys::TicketKeys(std::unique_ptr<Content> content) : content_(std::move(content)) {}
TicketKeys::~TicketKeys() = default;

Result<std::shared_ptr<TicketKeys>> TicketKeys::rotating(const Schedule& schedule,
                                                         ProviderPtr provider) try {
  if (schedule.seal_for <= std::chrono::seconds::zero() || schedule.accept_for < schedule.seal_for)
    return fail(Errc::misuse, "a ticket key that seals for longer than it opens");
  auto content = std::make_unique<Content>();
  content->provider = std::move(provider);
  content->schedule = schedule;
  return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(content)));
} catch (...) { return fail(caught()); }

Result<std::shared_ptr<TicketKeys>> TicketKeys::rotating(ProviderPtr provider) {
  return rotating(Schedule{}, std::move(provider));
}

Result<std::shared_ptr<TicketKeys>> TicketKeys::from_secrets(
    const std::vector<std::vector<std::uint8_t>>& secrets, ProviderPtr provider) try {
  auto keys = keys_of(secrets, *provider);
  if (!keys) return fail(keys.error());
  auto content = std::make_unique<Content>();
  content->provider = std::move(provider);
  content->keys = std::move(*keys);
  return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(content)));
} catch (...) { return fail(caught()); }

Result<void> TicketKeys::replace(const std::vector<std::vector<std::uint8_t>>& secrets) try {
  if (content_->schedule) return fail(Errc::misuse, "these ticket keys rotate by themselves");
  auto keys = keys_of(secrets, *content_->provider);
  if (!keys) return fail(keys.error());
  const std::scoped_lock lock(content_->mutex);
  content_->keys = std::move(*keys);
  return {};
} catch (...) { return fail(caught()); }

Result<std::shared_ptr<TicketKeys>> TicketKeys::from_file(const std::string& path,
                                                          ProviderPtr provider) try {
  const auto content = x509::read_file(path);
  if (!content) return fail(content.error());
  std::vector<std::vector<std::uint8_t>> secrets;
  std::string_view rest = text_of(*content);
  if (rest.starts_with(x509::pem::kByteOrderMark))
    rest.remove_prefix(x509::pem::kByteOrderMark.size());
  while (!rest.empty()) {
    std::string line(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    line.erase(std::min(line.find('#'), line.size()));
    std::erase_if(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    if (line.empty()) continue;
    auto secret = from_hex(line);
    if (!secret || secret->size() != kSecretSize)
      return fail(Errc::bad_configuration, path + ": a line that is not 96 hexadecimal digits");
    secrets.push_back(std::move(*secret));
  }
  if (secrets.empty()) return fail(Errc::bad_configuration, path + ": no key");
  auto keys = from_secrets(secrets, std::move(provider));
  for (auto& secret : secrets) wipe(secret);
  return keys;
} catch (...) { return fail(caught()); }

namespace session {

Result<std::vector<std::uint8_t>> seal_ticket(TicketKeys& keys, Bytes session, WallTime now) {
  auto& content = internals(keys);
  const std::scoped_lock lock(content.mutex);
  if (const auto rotated = content.rotate(now); !rotated) return fail(rotated.error());
  const Key& key = content.keys.front();
  std::vector<std::uint8_t> ticket(session.size() + kTicketOverhead);
  std::ranges::copy(key.name, ticket.begin());
  const MutableBytes nonce = MutableBytes(ticket).subspan(kNameSize, kAeadNonceSize);
  if (!content.provider->rng().fill(nonce)) return fail(Errc::randomness_failed);
  key.aead->seal(nonce, key.name, session, ticket.data() + kNameSize + kAeadNonceSize);
  return ticket;
}

std::optional<OpenedTicket> open_ticket(TicketKeys& keys, Bytes ticket, WallTime now) {
  if (ticket.size() < kTicketOverhead) return std::nullopt;
  auto& content = internals(keys);
  const std::scoped_lock lock(content.mutex);
  if (!content.rotate(now)) return std::nullopt;
  const auto key = std::ranges::find_if(content.keys, [&](const Key& k) {
    return std::ranges::equal(k.name, ticket.first(kNameSize));
  });
  if (key == content.keys.end()) return std::nullopt;
  const Bytes nonce = ticket.subspan(kNameSize, kAeadNonceSize),
              sealed = ticket.subspan(kNameSize + kAeadNonceSize);
  OpenedTicket opened{.session = SecretVector(sealed.size() - tag_size(kAead)),
                      .renew = key != content.keys.begin()};
  if (!key->aead->open(nonce, key->name, sealed, opened.session.data())) return std::nullopt;
  return opened;
}

}  // namespace session
}  // namespace tls12
