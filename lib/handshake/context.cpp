#include "handshake/context.hpp"

#include <algorithm>

#include "base/caught.hpp"
#include "handshake/contradictions.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/policy.hpp"
#include "handshake/sizes.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12 {
namespace handshake {
namespace {

// What was asked for must be there; where nothing was asked for, everything that is.
template <class Row, class List>
Result<std::vector<const Row*>> choose(const Provider& provider, const List& wanted,
                                       const List& otherwise, std::string_view field) {
  std::vector<const Row*> rows;
  for (const auto id : wanted.empty() ? otherwise : wanted) {
    const Row* row = wire::find(id);
    if (row != nullptr && available(provider, *row)) {
      if (std::ranges::find(rows, row) == rows.end()) rows.push_back(row);
    } else if (!wanted.empty()) {
      return fail(row == nullptr ? Errc::bad_configuration : Errc::algorithm_unavailable,
                  std::string(field) + ": " + name(id));
    }
  }
  if (rows.empty()) return fail(Errc::algorithm_unavailable, field);
  return rows;
}

template <class E>
void append16(std::vector<std::uint8_t>& wire, E value) {
  wire.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(value) >> 8));
  wire.push_back(static_cast<std::uint8_t>(value));
}

Result<std::vector<std::uint8_t>> encode_protocols(const std::vector<std::string>& protocols) {
  std::vector<std::uint8_t> wire;
  for (const auto& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255)
      return fail(Errc::bad_configuration, "application_protocols: " + protocol);  // RFC 7301 §3.1
    wire.push_back(static_cast<std::uint8_t>(protocol.size()));
    wire.insert(wire.end(), protocol.begin(), protocol.end());
  }
  if (wire.size() > 0xffff - 2)
    return fail(Errc::bad_configuration, "application_protocols: too many");
  return wire;
}

void append_vector(std::vector<std::uint8_t>& wire, Bytes content, int prefix) {
  while (prefix-- > 0) wire.push_back(static_cast<std::uint8_t>(content.size() >> (8 * prefix)));
  wire.insert(wire.end(), content.begin(), content.end());
}

/// RFC 5246 §7.4.4: the subjects of those who may have issued. Whole or empty: an empty list allows
/// any issuer, while a list that lacks some makes their clients fail.
std::vector<std::uint8_t> encode_authorities(const TrustStore& trust) {
  std::vector<std::uint8_t> wire;
  for (const Certificate& anchor : trust.anchors()) {
    const Bytes subject = internals(anchor).subject;
    if (wire.size() + 2 + subject.size() > 0xffff) return {};
    append_vector(wire, subject, 2);
  }
  return wire;
}

// RFC 7250 §4.1: X.509 alone is not worth an extension.
std::vector<std::uint8_t> encode_certificate_types(const std::vector<CertificateType>& types) {
  std::vector<std::uint8_t> wire;
  if (std::ranges::count(types, CertificateType::x509) == std::ssize(types)) return wire;
  for (const CertificateType type : types) wire.push_back(static_cast<std::uint8_t>(type));
  return wire;
}

/// VerifyPolicy::signature_schemes, as a client sends them.
Result<std::vector<std::uint8_t>> encode_certificate_schemes(const VerifyPolicy& policy) {
  std::vector<std::uint8_t> wire;
  for (const SignatureScheme scheme : policy.signature_schemes) {
    if (wire::find(scheme) == nullptr)
      return fail(Errc::bad_configuration, "verify.signature_schemes: " + name(scheme));
    append16(wire, scheme);
  }
  return wire;
}

/// RFC 9155 §2.
Result<void> check_sha1(const std::vector<const wire::SchemeRow*>& rows, SuitePolicy policy,
                        std::string_view field) {
  const bool has_sha1 =
      std::ranges::any_of(rows, [](auto* row) { return row->hash == HashAlgorithm::sha1; });
  if (!has_sha1 || policy == SuitePolicy::legacy) return {};
  return fail(Errc::bad_configuration,
              std::string(field) + ": SHA-1 is for the legacy policy alone");
}

/// RFC 7250 §4.1: one of the identities can be shown as each of `types`, and each identity as one
/// of them. `field` holds the types.
Result<void> check_types(const std::vector<Identity>& identities,
                         const std::vector<CertificateType>& types, std::string_view field) {
  constexpr CertificateType kTypes[] = {CertificateType::x509, CertificateType::raw_public_key};
  const auto can_be_shown = [&](const Identity& identity) {
    return std::ranges::any_of(
        kTypes, [&](auto type) { return lists(types, type) && identity.can_be_shown_as(type); });
  };
  if (!std::ranges::all_of(identities, can_be_shown))
    return fail(Errc::bad_configuration,
                "identities: one cannot be shown by " + std::string(field));
  for (const CertificateType type : types)
    if (!identities.empty() && std::ranges::none_of(identities, [&](auto& identity) {
          return identity.can_be_shown_as(type);
        }))
      return fail(Errc::bad_configuration,
                  std::string(field) + ": no identity can be shown as " + name(type));
  return {};
}

Result<std::vector<ShownIdentity>> show_all(const std::vector<Identity>& identities,
                                            const CommonConfig& config,
                                            const Abilities& abilities) {
  std::vector<ShownIdentity> all;
  for (const Identity& identity : identities) {
    auto shown = show(identity, config, abilities);
    if (!shown) return fail(shown.error());
    all.push_back(std::move(*shown));
  }
  return all;
}

/// Whether there is an X.509 certificate that the policy can believe.
bool can_believe(const TrustStore& trust, const VerifyPolicy& policy) {
  return !trust.anchors().empty() || policy.pins_suffice || policy.dangerous.accept_anyway;
}

bool can_believe_raw_keys(const VerifyPolicy& policy, const std::function<bool(Bytes)>& accept) {
  return accept || std::ranges::count(policy.pins, Pin::Kind::public_key, &Pin::kind) != 0;
}

Result<void> check_limits(const CommonConfig& config) {
  const Limits& limits = config.limits;
  if (limits.input < kRecordHeaderSize + kMaxCiphertext)
    return fail(Errc::bad_configuration, "limits.input holds no whole record");
  if (limits.output < kRecordHeaderSize + kMaxCiphertext)
    return fail(Errc::bad_configuration, "limits.output holds no whole record");
  if (config.handshake_timeout <= std::chrono::milliseconds::zero())
    return fail(Errc::bad_configuration, "handshake_timeout");
  if (config.close_timeout < std::chrono::milliseconds::zero())
    return fail(Errc::bad_configuration, "close_timeout");
  // RFC 8449 §4: at least 64; TLS 1.2 has no more than 2^14.
  if (config.record_size_limit != 0 &&
      (config.record_size_limit < 64 || config.record_size_limit > kMaxPlaintext))
    return fail(Errc::bad_configuration, "record_size_limit");
  if (config.max_send_fragment != 0 &&
      (config.max_send_fragment < 64 || config.max_send_fragment > kMaxPlaintext))
    return fail(Errc::bad_configuration, "max_send_fragment");
  return {};
}

}  // namespace

bool Abilities::has_cbc() const {
  return std::ranges::any_of(suites, [](auto* row) { return row->cbc() != nullptr; });
}
bool Abilities::has_ecdhe() const {
  return std::ranges::any_of(suites, [](auto* row) { return tls12::has_ecdhe(row->key_exchange); });
}

Result<ShownIdentity> show(const Identity& identity, const CommonConfig& config,
                           const Abilities& abilities) {
  ShownIdentity shown{.identity = identity,
                      .certificate_list = {},
                      .key = {},
                      .signing_schemes = abilities.signing_schemes};
  for (const Certificate& certificate : identity.chain())
    append_vector(shown.certificate_list, certificate.der(), 3);
  x509::der::Fault fault;
  x509::der::Reader reader(identity.public_key_info(), fault);
  shown.key = x509::read_subject_public_key_info(reader);
  if (identity.signing_schemes().empty()) return shown;
  constexpr std::string_view kField = "identities: signing_schemes";
  auto own = choose<wire::SchemeRow>(*config.provider, identity.signing_schemes(), {}, kField);
  if (!own) return fail(own.error());
  if (const auto checked = check_sha1(*own, config.policy, kField); !checked)
    return fail(checked.error());
  std::erase_if(*own, [&](auto* row) { return !algorithm_for(row->scheme, shown.key); });
  if (own->empty())
    return fail(Errc::bad_configuration, "identities: signing_schemes has none for the key");
  shown.signing_schemes = std::move(*own);
  return shown;
}

Result<Abilities> abilities_of(const CommonConfig& config, Keys keys) {
  if (!config.provider) return fail(Errc::bad_configuration, "provider");
  const Provider& provider = *config.provider;
  if (!provider.random) return fail(Errc::algorithm_unavailable, "provider: randomness");
  if (const auto checked = check_limits(config); !checked) return fail(checked.error());

  auto suites =
      choose<wire::SuiteRow>(provider, config.suites, suites_of(config.policy, provider), "suites");
  if (!suites) return fail(suites.error());
  std::erase_if(*suites, [&](const wire::SuiteRow* row) {
    return has_psk(row->key_exchange) ? !keys.psk : !keys.certificates;
  });
  if (suites->empty()) return fail(Errc::bad_configuration, "suites: none that there are keys for");
  // RFC 8422 §4, RFC 7919 §2: groups without a suite that uses them are not offered; suites that
  // were named one by one may need fields that the policy has not.
  const bool dhe =
      std::ranges::any_of(*suites, [](auto* row) { return has_dhe(row->key_exchange); });
  auto groups = choose<wire::GroupRow>(
      provider, config.groups, groups_of(dhe ? SuitePolicy::compatible : config.policy), "groups");
  if (!groups) return fail(groups.error());
  const bool ecdhe =
      std::ranges::any_of(*suites, [](auto* row) { return has_ecdhe(row->key_exchange); });
  std::erase_if(*groups, [&](const wire::GroupRow* row) {
    return is_finite_field(row->algorithm) ? !dhe : !ecdhe;
  });
  auto schemes =
      choose<wire::SchemeRow>(provider, config.schemes, schemes_of(config.policy), "schemes");
  if (!schemes) return fail(schemes.error());
  auto signing_schemes =
      config.signing_schemes.empty()
          ? schemes
          : choose<wire::SchemeRow>(provider, config.signing_schemes, {}, "signing_schemes");
  if (!signing_schemes) return fail(signing_schemes.error());
  for (const auto* rows : {&*schemes, &*signing_schemes})
    if (const auto checked = check_sha1(*rows, config.policy, "schemes"); !checked)
      return fail(checked.error());
  auto protocols = encode_protocols(config.application_protocols);
  if (!protocols) return fail(protocols.error());

  Abilities abilities{.suites = std::move(*suites),
                      .groups = std::move(*groups),
                      .schemes = std::move(*schemes),
                      .signing_schemes = std::move(*signing_schemes),
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
  const auto refuse = [](Errc code, std::string_view field) {
    return fail(Error(code, field).in(Phase::configure));
  };
  if (trust.error()) return fail(trust.error()->in(Phase::configure));
  if (const auto pair = handshake::contradiction_in(*this)) return fail(pair->in(Phase::configure));
  const bool raw_keys = handshake::lists(server_certificate_types, CertificateType::raw_public_key);
  const bool certificates =
      dangerous.accept_any_certificate || raw_keys || handshake::can_believe(trust, verify);
  if (!certificates && !find_psk) return refuse(Errc::no_trust_anchors, "trust");
  if (max_fragment_length != 0 && max_fragment_length != 512 && max_fragment_length != 1024 &&
      max_fragment_length != 2048 && max_fragment_length != 4096)
    return refuse(Errc::bad_configuration, "max_fragment_length");  // RFC 6066 §4
  if (raw_keys && !handshake::can_believe_raw_keys(verify, accept_raw_public_key))
    return refuse(Errc::bad_configuration,
                  "server_certificate_types: raw_public_key needs accept_raw_public_key or a pin "
                  "of a public key");
  if (!client_certificate_types.empty() && identities.empty() && !choose_identity)
    return refuse(Errc::bad_configuration,
                  "client_certificate_types: there is no identity to show");  // RFC 7250 §4.1
  if (pad_hello_to > 0x4000) return refuse(Errc::bad_configuration, "pad_hello_to");
  auto abilities = handshake::abilities_of(
      common, {.certificates = certificates, .psk = static_cast<bool>(find_psk)});
  if (!abilities) return fail(abilities.error().in(Phase::configure));
  auto certificate_schemes = handshake::encode_certificate_schemes(verify);
  if (!certificate_schemes) return fail(certificate_schemes.error().in(Phase::configure));
  if (const auto checked =
          handshake::check_types(identities, client_certificate_types, "client_certificate_types");
      !checked)
    return fail(checked.error().in(Phase::configure));
  auto shown = handshake::show_all(identities, common, *abilities);
  if (!shown) return fail(shown.error().in(Phase::configure));
  auto content = std::make_shared<const ClientContext::Content>(
      *this, std::move(*abilities), std::move(*shown), std::move(*certificate_schemes),
      handshake::encode_certificate_types(server_certificate_types),
      handshake::encode_certificate_types(client_certificate_types));
  if (const auto checked = handshake::check_sizes(*content); !checked)
    return fail(checked.error().in(Phase::configure));
  return ClientContext(std::move(content));
} catch (...) { return fail(caught()); }

Result<ServerContext> ServerConfig::build() const try {
  const auto refuse = [](Errc code, std::string_view field) {
    return fail(Error(code, field).in(Phase::configure));
  };
  if (identities.empty() && !find_psk && !configure) return refuse(Errc::no_identity, "identities");
  if (client_trust.error()) return fail(client_trust.error()->in(Phase::configure));
  const bool verifies = client_authentication == ClientAuthentication::verify_if_given ||
                        client_authentication == ClientAuthentication::require_and_verify;
  if (const auto pair = handshake::contradiction_in(*this)) return fail(pair->in(Phase::configure));
  const bool raw_keys = handshake::lists(client_certificate_types, CertificateType::raw_public_key);
  const bool certificates = handshake::lists(client_certificate_types, CertificateType::x509);
  if (verifies && certificates && !handshake::can_believe(client_trust, verify))
    return refuse(Errc::no_trust_anchors, "client_trust");
  if (raw_keys && !handshake::can_believe_raw_keys(verify, accept_raw_public_key))
    return refuse(Errc::bad_configuration,
                  "client_certificate_types: raw_public_key needs accept_raw_public_key or a pin "
                  "of a public key");
  if (look_up_elsewhere && !sessions)
    return refuse(Errc::bad_configuration, "look_up_elsewhere: there is nowhere to put sessions");
  if (const auto schemes = handshake::encode_certificate_schemes(verify); !schemes)
    return fail(schemes.error().in(Phase::configure));
  if (psk_identity_hint.size() > 0xffff)
    return refuse(Errc::bad_configuration, "psk_identity_hint");
  if (session_lookup_timeout < std::chrono::milliseconds::zero())
    return refuse(Errc::bad_configuration, "session_lookup_timeout");
  if (session_lifetime <= std::chrono::seconds::zero() || session_lifetime > std::chrono::days(7))
    return refuse(Errc::bad_configuration, "session_lifetime");
  auto abilities = handshake::abilities_of(
      common,
      {.certificates = !identities.empty() || configure, .psk = static_cast<bool>(find_psk)});
  if (!abilities) return fail(abilities.error().in(Phase::configure));
  if (const auto checked =
          handshake::check_types(identities, certificate_types, "certificate_types");
      !checked)
    return fail(checked.error().in(Phase::configure));
  auto shown = handshake::show_all(identities, common, *abilities);
  if (!shown) return fail(shown.error().in(Phase::configure));
  auto keys = tickets ? ticket_keys : nullptr;
  if (tickets && !keys) {
    auto own = TicketKeys::rotating(common.provider);
    if (!own) return fail(own.error().in(Phase::configure));
    keys = std::move(*own);
  }
  auto content = std::make_shared<const ServerContext::Content>(
      *this, std::move(*abilities), std::move(*shown),
      send_authorities ? handshake::encode_authorities(client_trust) : std::vector<std::uint8_t>(),
      std::move(keys));
  if (const auto checked = handshake::check_sizes(*content); !checked)
    return fail(checked.error().in(Phase::configure));
  return ServerContext(std::move(content));
} catch (...) { return fail(caught()); }

const ClientConfig& ClientContext::config() const { return content_->config; }
const ServerConfig& ServerContext::config() const { return content_->config; }

}  // namespace tls12
