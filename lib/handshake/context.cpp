#include "handshake/context.hpp"

#include <algorithm>
#include <array>

namespace tls12 {
namespace handshake {
namespace {

// Groups and schemes in the order of preference where the configuration says nothing: the fast and misuse-resistant ones first.
constexpr std::array kGroupOrder = {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1};
constexpr std::array kSchemeOrder = {
    SignatureScheme::ed25519,
    SignatureScheme::ecdsa_secp256r1_sha256,
    SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::ecdsa_secp521r1_sha512,
    SignatureScheme::rsa_pss_rsae_sha256,
    SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pss_rsae_sha512,
    SignatureScheme::rsa_pss_pss_sha256,
    SignatureScheme::rsa_pss_pss_sha384,
    SignatureScheme::rsa_pss_pss_sha512,
    SignatureScheme::rsa_pkcs1_sha256,
    SignatureScheme::rsa_pkcs1_sha384,
    SignatureScheme::rsa_pkcs1_sha512,
};
// Among AEADs of equal rank on this CPU.
constexpr std::array kAeadOrder = {AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm, AeadAlgorithm::chacha20_poly1305};

bool available(const Provider& provider, const wire::SuiteRow& row) {
  const bool spoken =
      row.aead() != nullptr && std::ranges::find(kAeadOrder, *row.aead()) != kAeadOrder.end() && has_signature(row.key_exchange) && has_ecdhe(row.key_exchange);
  return spoken && provider[*row.aead()] && provider[row.prf_hash] && provider.hmac(row.prf_hash);
}
bool available(const Provider& provider, const wire::GroupRow& row) { return static_cast<bool>(provider[row.algorithm]); }
bool available(const Provider& provider, const wire::SchemeRow& row) {
  const auto algorithm = wire::algorithm_for(row.scheme, row.key);
  return algorithm && provider[algorithm->family];
}

// What was asked for must be there; where nothing was asked for, everything that is.
template <class Row, class Id>
Result<std::vector<const Row*>> choose(const Provider& provider, const std::vector<Id>& wanted, const std::vector<Id>& otherwise, std::string_view field) {
  std::vector<const Row*> rows;
  for (const Id id : wanted.empty() ? otherwise : wanted) {
    const Row* row = wire::find(id);
    if (row != nullptr && available(provider, *row)) {
      if (std::ranges::find(rows, row) == rows.end()) rows.push_back(row);
    } else if (!wanted.empty()) {
      return fail(row == nullptr ? Errc::bad_configuration : Errc::algorithm_unavailable, std::string(field) + ": " + name(id));
    }
  }
  if (rows.empty()) return fail(Errc::algorithm_unavailable, field);
  return rows;
}

// The suites' order where the configuration says nothing: by the rank of their AEAD on this CPU.
std::vector<CipherSuite> suites_by_rank(const Provider& provider) {
  std::vector<const wire::SuiteRow*> rows;
  for (const auto aead : kAeadOrder)
    for (const auto& row : wire::suites())
      if (row.aead() != nullptr && *row.aead() == aead) rows.push_back(&row);
  std::ranges::stable_sort(rows, [&](auto* a, auto* b) { return provider[*a->aead()].rank > provider[*b->aead()].rank; });
  std::vector<CipherSuite> suites;
  for (const auto* row : rows) suites.push_back(row->suite);
  return suites;
}

template <class E>
void append16(std::vector<std::uint8_t>& wire, E value) {
  wire.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(value) >> 8));
  wire.push_back(static_cast<std::uint8_t>(value));
}

Result<std::vector<std::uint8_t>> encode_protocols(const std::vector<std::string>& protocols) {
  std::vector<std::uint8_t> wire;
  for (const auto& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) return fail(Errc::bad_configuration, "application_protocols: " + protocol);  // RFC 7301 §3.1
    wire.push_back(static_cast<std::uint8_t>(protocol.size()));
    wire.insert(wire.end(), protocol.begin(), protocol.end());
  }
  if (wire.size() > 0xffff - 2) return fail(Errc::bad_configuration, "application_protocols: too many");
  return wire;
}

std::vector<std::uint8_t> encode_chain(std::span<const Certificate> chain) {
  std::vector<std::uint8_t> wire;
  for (const Certificate& certificate : chain) {
    const Bytes der = certificate.der();
    for (const int shift : {16, 8, 0}) wire.push_back(static_cast<std::uint8_t>(der.size() >> shift));
    wire.insert(wire.end(), der.begin(), der.end());
  }
  return wire;
}

Result<void> check_limits(const CommonConfig& config) {
  const Limits& limits = config.limits;
  if (limits.input < kRecordHeaderSize + kMaxCiphertext) return fail(Errc::bad_configuration, "limits.input holds no whole record");
  if (limits.output < kRecordHeaderSize + kMaxCiphertext) return fail(Errc::bad_configuration, "limits.output holds no whole record");
  if (config.handshake_timeout <= std::chrono::milliseconds::zero()) return fail(Errc::bad_configuration, "handshake_timeout");
  if (config.close_timeout < std::chrono::milliseconds::zero()) return fail(Errc::bad_configuration, "close_timeout");
  return {};
}

}  // namespace

Result<Abilities> abilities_of(const CommonConfig& config) {
  if (!config.provider) return fail(Errc::bad_configuration, "provider");
  const Provider& provider = *config.provider;
  if (!provider.random) return fail(Errc::algorithm_unavailable, "provider: randomness");
  if (const auto checked = check_limits(config); !checked) return fail(checked.error());

  auto suites = choose<wire::SuiteRow>(provider, config.suites, suites_by_rank(provider), "suites");
  if (!suites) return fail(suites.error());
  auto groups = choose<wire::GroupRow>(provider, config.groups, std::vector(kGroupOrder.begin(), kGroupOrder.end()), "groups");
  if (!groups) return fail(groups.error());
  auto schemes = choose<wire::SchemeRow>(provider, config.schemes, std::vector(kSchemeOrder.begin(), kSchemeOrder.end()), "schemes");
  if (!schemes) return fail(schemes.error());
  for (const auto* row : *schemes)
    if (row->hash == HashAlgorithm::sha1) return fail(Errc::bad_configuration, "schemes: SHA-1 is refused");  // RFC 9155 §2
  auto protocols = encode_protocols(config.application_protocols);
  if (!protocols) return fail(protocols.error());

  Abilities abilities{.suites = std::move(*suites),
                      .groups = std::move(*groups),
                      .schemes = std::move(*schemes),
                      .suites_wire = {},
                      .groups_wire = {},
                      .schemes_wire = {},
                      .protocols_wire = std::move(*protocols)};
  for (const auto* row : abilities.suites) append16(abilities.suites_wire, row->suite);
  for (const auto* row : abilities.groups) append16(abilities.groups_wire, row->group);
  for (const auto* row : abilities.schemes) append16(abilities.schemes_wire, row->scheme);
  return abilities;
}

}  // namespace handshake

Result<ClientContext> ClientConfig::build() const try {
  if (trust.error()) return fail(trust.error()->in(Phase::configure));
  if (trust.anchors().empty() && !dangerous.accept_any_certificate) return fail(Error(Errc::no_trust_anchors, "trust").in(Phase::configure));
  auto abilities = handshake::abilities_of(common);
  if (!abilities) return fail(abilities.error().in(Phase::configure));
  return ClientContext(std::make_shared<const ClientContext::Content>(*this, std::move(*abilities)));
} catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

Result<ServerContext> ServerConfig::build() const try {
  if (identities.empty()) return fail(Error(Errc::no_identity, "identities").in(Phase::configure));
  auto abilities = handshake::abilities_of(common);
  if (!abilities) return fail(abilities.error().in(Phase::configure));
  std::vector<handshake::ServerIdentity> encoded;
  for (const Identity& identity : identities) encoded.emplace_back(identity, handshake::encode_chain(identity.chain()));
  return ServerContext(std::make_shared<const ServerContext::Content>(*this, std::move(*abilities), std::move(encoded)));
} catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

const ClientConfig& ClientContext::config() const { return content_->config; }
const ServerConfig& ServerContext::config() const { return content_->config; }

}  // namespace tls12
