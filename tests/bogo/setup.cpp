#include "setup.hpp"

#include <fstream>
#include <iterator>

#include "cipher_list.hpp"

namespace tls12::bogo {
namespace {

template <class E>
std::vector<E> as(const std::vector<unsigned>& numbers) {
  std::vector<E> values;
  for (const unsigned number : numbers) values.push_back(static_cast<E>(number));
  return values;
}

// What the runner takes for granted where a test says nothing: BoringSSL's defaults.
std::vector<NamedGroup> default_groups() { return {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1}; }
std::vector<SignatureScheme> default_verify_schemes() {
  using enum SignatureScheme;
  return {ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256, ecdsa_secp384r1_sha384, rsa_pss_rsae_sha384,
          rsa_pkcs1_sha384,       rsa_pss_rsae_sha512, rsa_pkcs1_sha512, rsa_pkcs1_sha1};
}
std::vector<SignatureScheme> default_signing_schemes() {
  using enum SignatureScheme;
  return {ed25519,          ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512, rsa_pss_rsae_sha256, rsa_pss_rsae_sha384,
          rsa_pkcs1_sha256, rsa_pkcs1_sha384,       rsa_pss_rsae_sha512,    rsa_pkcs1_sha512,       ecdsa_sha1,          rsa_pkcs1_sha1};
}

// BoringSSL's number for MD5 and SHA-1 together, which is nobody else's.
constexpr unsigned kMd5AndSha1 = 0xff01;
std::vector<SignatureScheme> schemes_of(std::vector<unsigned> numbers) {
  std::erase(numbers, kMd5AndSha1);
  return as<SignatureScheme>(numbers);
}

// A list as ALPN has it on the wire.
std::vector<std::string> protocols_of(std::string_view wire) {
  std::vector<std::string> protocols;
  while (!wire.empty()) {
    const std::size_t size = static_cast<unsigned char>(wire.front());
    protocols.emplace_back(wire.substr(1, size));
    wire.remove_prefix(std::min(wire.size(), 1 + size));
  }
  return protocols;
}

/// What happens where nothing is in common (RFC 7301 §3.2): no peer has this protocol.
constexpr const char* kNobodySpeaks = "protocol that nobody speaks";

CommonConfig common(const Flags& flags, Seen& seen) {
  CommonConfig config;
  config.policy = SuitePolicy::legacy;
  config.suites = suites_of(flags.cipher.value_or("ALL"));
  config.groups = flags.curves.empty() ? default_groups() : as<NamedGroup>(flags.curves);
  config.schemes = flags.verify_prefs.empty() ? default_verify_schemes() : schemes_of(flags.verify_prefs);
  config.signing_schemes = flags.signing_prefs.empty() ? default_signing_schemes() : schemes_of(flags.signing_prefs);
  if (flags.advertise_alpn) config.application_protocols = protocols_of(*flags.advertise_alpn);
  if (flags.select_alpn) config.application_protocols = {*flags.select_alpn};
  if (flags.reject_alpn) config.application_protocols = {kNobodySpeaks};
  config.limits.warning_alerts = 4;
  config.limits.certificates = 10'000;
  if (flags.max_cert_list != 0) config.limits.certificate_message = flags.max_cert_list;
  config.renegotiation_refusal = flags.renegotiate_ignore ? RenegotiationRefusal::ignore : RenegotiationRefusal::refuse;
  config.observe = [&seen](Role) { return std::make_unique<Watcher>(seen); };
  return config;
}

/// The runner's certificates are CAs that sign themselves, with keys of any size: what counts is what the flags say (Channel::judge).
VerifyPolicy any_certificate() {
  VerifyPolicy policy = VerifyPolicy::legacy();
  policy.dangerous.accept_anyway = [](const VerifyFailure&, std::span<const Certificate>) { return true; };
  return policy;
}

Result<TrustStore> trust_of(const Flags& flags) {
  std::ifstream file(flags.trust_cert);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto certificates = Certificate::all_from_pem(text);
  if (!certificates) return fail(certificates.error());
  return TrustStore::of(*certificates);
}

Result<Identity> identity_of(const Flags& flags) { return Identity::from_pem_files(flags.cert_file, flags.key_file); }

}  // namespace

Result<ClientContext> client_context(const Flags& flags, Shared& shared, Seen& seen, Signer& signer) {
  ClientConfig config;
  config.common = common(flags, seen);
  config.verify = any_certificate();
  config.verdict_elsewhere = true;
  // The roots of tests with broken certificates are none.
  if (auto trust = flags.trust_cert.empty() ? fail(Errc::bad_pem) : trust_of(flags))
    config.trust = *trust;
  else
    config.dangerous.accept_any_certificate = true;
  if (!flags.cert_file.empty()) {
    auto identity = identity_of(flags);
    if (!identity) return fail(identity.error());
    if (flags.async) {
      signer = identity->key();
      const std::span chain = identity->chain();
      identity = Identity::from({chain.begin(), chain.end()}, PrivateKey::elsewhere(signer->kind()));
      if (!identity) return fail(identity.error());
    }
    config.identities = {*identity};
  }
  config.sessions = shared.sessions;
  config.tickets = !flags.no_ticket;
  config.request_ocsp = false;
  config.fallback = flags.fallback_scsv;
  config.renegotiation = flags.renegotiate_freely ? Renegotiation::freely : flags.renegotiate_once ? Renegotiation::once : Renegotiation::never;
  config.dangerous.allow_missing_secure_renegotiation = true;
  return config.build();
}

Result<ServerContext> server_context(const Flags& flags, Shared& shared, Seen& seen) {
  ServerConfig config;
  config.common = common(flags, seen);
  const auto identity = identity_of(flags);
  if (!identity) return fail(identity.error());
  config.identities = {*identity};
  config.prefer_client_order = !flags.cipher;
  using enum ClientAuthentication;
  const bool any = flags.require_any_client_certificate;
  config.client_authentication = any ? require_any : flags.verify_peer ? request : none;
  config.verify = any_certificate();
  if (auto trust = flags.trust_cert.empty() ? fail(Errc::bad_pem) : trust_of(flags); trust && flags.verify_peer) {
    config.client_trust = *trust;
    config.client_authentication = any ? require_and_verify : verify_if_given;
  }
  config.verdict_elsewhere = config.client_authentication != none;
  config.send_authorities = false;
  config.tickets = !flags.no_ticket;
  config.ticket_keys = shared.ticket_keys;
  config.sessions = shared.sessions;
  if (flags.cipher && flags.cipher->contains('[')) {
    config.common.suites = suites_of("ALL");
    config.configure = [base = config, list = *flags.cipher](const ClientHello& hello) {
      ServerConfig fitting = base;
      fitting.common.suites = suites_for(list, hello.cipher_suites);
      return fitting.build();
    };
  }
  return config.build();
}

}  // namespace tls12::bogo
