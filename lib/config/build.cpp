// ClientConfig::build() and ServerConfig::build(): every field is checked, and the error names it.
#include <algorithm>

#include "base/caught.hpp"
#include "config/context.hpp"
#include "config/contradictions.hpp"
#include "config/encoding.hpp"
#include "config/sizes.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12 {
namespace config {
namespace {

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

Result<std::vector<EncodedIdentity>> show_all(const std::vector<Identity>& identities,
                                              const CommonConfig& config,
                                              const SupportedAlgorithms& algorithms) {
  std::vector<EncodedIdentity> all;
  for (const Identity& identity : identities) {
    auto shown = encode(identity, config, algorithms);
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

}  // namespace
}  // namespace config

Result<ClientContext> ClientConfig::build() const try {
  const auto refuse = [](Errc code, std::string_view field) {
    return fail(Error(code, field).in(Phase::configure));
  };
  if (trust.error()) return fail(trust.error()->in(Phase::configure));
  if (const auto pair = config::contradiction_in(*this)) return fail(pair->in(Phase::configure));
  const bool raw_keys = config::lists(server_certificate_types, CertificateType::raw_public_key);
  const bool certificates =
      dangerous.accept_any_certificate || raw_keys || config::can_believe(trust, verify);
  if (!certificates && !find_psk) return refuse(Errc::no_trust_anchors, "trust");
  if (max_fragment_length != 0 && max_fragment_length != 512 && max_fragment_length != 1024 &&
      max_fragment_length != 2048 && max_fragment_length != 4096)
    return refuse(Errc::bad_configuration, "max_fragment_length");  // RFC 6066 §4
  if (raw_keys && !config::can_believe_raw_keys(verify, accept_raw_public_key))
    return refuse(Errc::bad_configuration,
                  "server_certificate_types: raw_public_key needs accept_raw_public_key or a pin "
                  "of a public key");
  if (!client_certificate_types.empty() && identities.empty() && !choose_identity)
    return refuse(Errc::bad_configuration,
                  "client_certificate_types: there is no identity to show");  // RFC 7250 §4.1
  if (pad_hello_to > 0x4000) return refuse(Errc::bad_configuration, "pad_hello_to");
  auto algorithms = config::supported_algorithms(
      common, {.certificates = certificates, .psk = static_cast<bool>(find_psk)});
  if (!algorithms) return fail(algorithms.error().in(Phase::configure));
  auto certificate_schemes = config::encode_certificate_schemes(verify);
  if (!certificate_schemes) return fail(certificate_schemes.error().in(Phase::configure));
  if (const auto checked =
          config::check_types(identities, client_certificate_types, "client_certificate_types");
      !checked)
    return fail(checked.error().in(Phase::configure));
  auto shown = config::show_all(identities, common, *algorithms);
  if (!shown) return fail(shown.error().in(Phase::configure));
  auto content = std::make_shared<const ClientContext::Content>(
      *this, std::move(*algorithms), std::move(*shown), std::move(*certificate_schemes),
      config::encode_certificate_types(server_certificate_types),
      config::encode_certificate_types(client_certificate_types));
  if (const auto checked = config::check_sizes(*content); !checked)
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
  if (const auto pair = config::contradiction_in(*this)) return fail(pair->in(Phase::configure));
  const bool raw_keys = config::lists(client_certificate_types, CertificateType::raw_public_key);
  const bool certificates = config::lists(client_certificate_types, CertificateType::x509);
  if (verifies && certificates && !config::can_believe(client_trust, verify))
    return refuse(Errc::no_trust_anchors, "client_trust");
  if (raw_keys && !config::can_believe_raw_keys(verify, accept_raw_public_key))
    return refuse(Errc::bad_configuration,
                  "client_certificate_types: raw_public_key needs accept_raw_public_key or a pin "
                  "of a public key");
  if (look_up_elsewhere && !sessions)
    return refuse(Errc::bad_configuration, "look_up_elsewhere: there is nowhere to put sessions");
  if (const auto schemes = config::encode_certificate_schemes(verify); !schemes)
    return fail(schemes.error().in(Phase::configure));
  if (psk_identity_hint.size() > 0xffff)
    return refuse(Errc::bad_configuration, "psk_identity_hint");
  if (session_lookup_timeout < std::chrono::milliseconds::zero())
    return refuse(Errc::bad_configuration, "session_lookup_timeout");
  if (session_lifetime <= std::chrono::seconds::zero() || session_lifetime > std::chrono::days(7))
    return refuse(Errc::bad_configuration, "session_lifetime");
  auto algorithms = config::supported_algorithms(
      common,
      {.certificates = !identities.empty() || configure, .psk = static_cast<bool>(find_psk)});
  if (!algorithms) return fail(algorithms.error().in(Phase::configure));
  if (const auto checked = config::check_types(identities, certificate_types, "certificate_types");
      !checked)
    return fail(checked.error().in(Phase::configure));
  auto shown = config::show_all(identities, common, *algorithms);
  if (!shown) return fail(shown.error().in(Phase::configure));
  auto keys = tickets ? ticket_keys : nullptr;
  if (tickets && !keys) {
    auto own = TicketKeys::rotating(common.provider);
    if (!own) return fail(own.error().in(Phase::configure));
    keys = std::move(*own);
  }
  auto content = std::make_shared<const ServerContext::Content>(
      *this, std::move(*algorithms), std::move(*shown),
      send_authorities ? config::encode_authorities(client_trust) : std::vector<std::uint8_t>(),
      std::move(keys));
  if (const auto checked = config::check_sizes(*content); !checked)
    return fail(checked.error().in(Phase::configure));
  return ServerContext(std::move(content));
} catch (...) { return fail(caught()); }

const ClientConfig& ClientContext::config() const { return content_->config; }
const ServerConfig& ServerContext::config() const { return content_->config; }

}  // namespace tls12
