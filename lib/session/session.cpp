#include "session/session.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/big_endian.hpp"
#include "base/copy.hpp"
#include "wire/reader.hpp"

namespace tls12::session {
namespace {

constexpr std::uint8_t kVersion = 5;

/// Into memory that is wiped: a session is a secret.
class Writer {
 public:
  void number(std::uint64_t value, std::size_t size) { append_big_endian(value, size, out_); }
  void bytes(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void vector(Bytes content, std::size_t prefix) {
    length(content.size(), prefix);
    bytes(content);
  }
  void certificates(const std::vector<Certificate>& list) {
    std::size_t size = 0;
    for (const Certificate& certificate : list) size += 3 + certificate.der().size();
    length(size, 3);
    for (const Certificate& certificate : list) vector(certificate.der(), 3);
  }
  /// Empty if a length did not fit.
  std::optional<SecretVector> take() {
    return fits_ ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  void length(std::size_t size, std::size_t prefix) {
    if (size >> (8 * prefix) != 0) fits_ = false;
    number(size, prefix);
  }

  SecretVector out_;
  bool fits_ = true;
};

WallTime read_time(wire::Reader& reader) {
  const std::uint64_t high = reader.u32("time"), low = reader.u32("time");
  return WallTime(std::chrono::seconds(static_cast<std::int64_t>(high << 32 | low)));
}

using Known = std::initializer_list<std::span<const Certificate>>;

/// One of those that are known, which need not be parsed again, or another.
Result<Certificate> certificate_of(Bytes der, Known known) {
  for (const auto some : known) {
    const auto same = std::ranges::find_if(
        some, [&](const Certificate& c) { return std::ranges::equal(c.der(), der); });
    if (same != some.end()) return *same;
  }
  return Certificate::from_der(der);
}

bool read_certificates(wire::Reader& reader, Known known, std::vector<Certificate>& out) {
  const ListOfOpaque<3> list(reader.with_items<3>(reader.vector24("certificates"), "certificates"));
  if (reader.failed()) return false;
  out.reserve(list.size());
  for (const Bytes der : list) {
    auto certificate = certificate_of(der, known);
    if (!certificate) return false;
    out.push_back(std::move(*certificate));
  }
  return true;
}

std::string read_text(wire::Reader& reader) {
  return std::string(text_of(reader.vector16("text")));
}

template <class E>
std::optional<E> read_optional(wire::Reader& reader) {
  const auto value = static_cast<E>(reader.u16("value"));
  return value == E{} ? std::nullopt : std::optional(value);
}

}  // namespace

std::optional<SecretVector> serialize(const Session& session) {
  Writer out;
  out.number(kVersion, 1);
  out.number(static_cast<std::uint64_t>(session.suite), 2);
  out.bytes(session.master_secret.bytes());
  out.number(session.extended_master_secret, 1);
  out.number(static_cast<std::uint64_t>(session.established.time_since_epoch().count()), 8);
  out.number(static_cast<std::uint64_t>(session.expires.time_since_epoch().count()), 8);
  out.bytes(session.binding);
  out.number(session.max_fragment_length, 1);
  out.number(static_cast<std::uint64_t>(session.group.value_or(NamedGroup{})), 2);
  out.number(static_cast<std::uint64_t>(session.signature_scheme.value_or(SignatureScheme{})), 2);
  out.vector(bytes_of(session.psk_identity), 2);
  out.vector(bytes_of(session.psk_identity_hint), 2);
  out.certificates(session.peer_certificates);
  out.certificates(session.verified_chain);
  out.number(session.believed_anyway, 1);
  out.vector(session.peer_raw_public_key, 2);
  out.vector(session.session_id, 1);
  out.vector(session.ticket, 2);
  return out.take();
}

std::optional<Session> parse_session(Bytes bytes, std::span<const Certificate> known) {
  wire::Reader reader(bytes, "Session");
  if (reader.u8("version") != kVersion) return std::nullopt;
  Session session;
  session.suite = static_cast<CipherSuite>(reader.u16("suite"));
  const Bytes master = reader.bytes(kMasterSecretSize, "master_secret");
  if (reader.failed()) return std::nullopt;
  session.master_secret = Secret<kMasterSecretSize>::copy_of(master);
  session.extended_master_secret = reader.u8("extended_master_secret") != 0;
  session.established = read_time(reader);
  session.expires = read_time(reader);
  const Bytes binding = reader.bytes(session.binding.size(), "binding");
  std::ranges::copy(binding, session.binding.begin());
  session.max_fragment_length = reader.u8("max_fragment_length");
  session.group = read_optional<NamedGroup>(reader);
  session.signature_scheme = read_optional<SignatureScheme>(reader);
  session.psk_identity = read_text(reader);
  session.psk_identity_hint = read_text(reader);
  if (!read_certificates(reader, {known}, session.peer_certificates) ||
      !read_certificates(reader, {session.peer_certificates, known}, session.verified_chain))
    return std::nullopt;
  session.believed_anyway = reader.u8("believed_anyway") != 0;
  session.peer_raw_public_key = copy(reader.vector16("peer_raw_public_key"));
  session.session_id = reader.vector8("session_id", 0, kSessionIdSize);
  session.ticket = reader.vector16("ticket");
  reader.end("end");
  if (reader.failed()) return std::nullopt;
  return session;
}

}  // namespace tls12::session
