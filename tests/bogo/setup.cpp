#include "setup.hpp"

#include <algorithm>
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
std::vector<NamedGroup> default_groups() {
  return {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1};
}
std::vector<SignatureScheme> default_verify_schemes() {
  using enum SignatureScheme;
  return {ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256,
          ecdsa_secp384r1_sha384, rsa_pss_rsae_sha384, rsa_pkcs1_sha384,
          rsa_pss_rsae_sha512,    rsa_pkcs1_sha512,    rsa_pkcs1_sha1};
}
std::vector<SignatureScheme> default_signing_schemes() {
  using enum SignatureScheme;
  return {ed25519,
          ecdsa_secp256r1_sha256,
          ecdsa_secp384r1_sha384,
          ecdsa_secp521r1_sha512,
          rsa_pss_rsae_sha256,
          rsa_pss_rsae_sha384,
          rsa_pkcs1_sha256,
          rsa_pkcs1_sha384,
          rsa_pss_rsae_sha512,
          rsa_pkcs1_sha512,
          ecdsa_sha1,
          rsa_pkcs1_sha1};
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
  config.schemes =
      flags.verify_prefs.empty() ? default_verify_schemes() : schemes_of(flags.verify_prefs);
  config.signing_schemes = default_signing_schemes();
  if (flags.advertise_alpn) config.application_protocols = protocols_of(*flags.advertise_alpn);
  if (flags.select_alpn) config.application_protocols = {*flags.select_alpn};
  if (flags.reject_alpn) config.application_protocols = {kNobodySpeaks};
  config.limits.warning_alerts = 4;
  config.limits.certificates = 10'000;
  if (flags.max_cert_list != 0) config.limits.certificate_message = flags.max_cert_list;
  config.max_send_fragment = static_cast<std::uint16_t>(flags.max_send_fragment);
  config.renegotiation_refusal =
      flags.renegotiate_ignore ? RenegotiationRefusal::ignore : RenegotiationRefusal::refuse;
  config.observe = [&seen](Role) { return std::make_unique<Watcher>(seen); };
  return config;
}

Renegotiation renegotiation_of(const Flags& flags) {
  if (flags.renegotiate_explicit || flags.forbid_renegotiation_after_handshake)
    return Renegotiation::ask;
  return flags.renegotiate_freely ? Renegotiation::freely
         : flags.renegotiate_once ? Renegotiation::once
                                  : Renegotiation::never;
}

/// The runner's certificates are CAs that sign themselves, with keys of any size: what counts is
/// what the flags say (Channel::judge).
VerifyPolicy any_certificate() {
  VerifyPolicy policy = VerifyPolicy::legacy();
  policy.dangerous.accept_anyway = [](const VerifyFailure&, std::span<const Certificate>) {
    return true;
  };
  return policy;
}

Result<TrustStore> trust_of(const Flags& flags) {
  std::ifstream file(flags.trust_cert);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto certificates = Certificate::all_from_pem(text);
  if (!certificates) return fail(certificates.error());
  return TrustStore::of(*certificates);
}

std::vector<std::uint8_t> from_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<std::uint8_t> bytes;
  unsigned group = 0;
  int bits = 0;
  for (const char c : text.substr(0, text.find('='))) {
    group = group << 6 | static_cast<unsigned>(kDigits.find(c));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(group >> bits));
  }
  return bytes;
}

/// What the flags add to a chain and its key.
Identity with_options(Identity identity, const CredentialFlags& flags) {
  if (!flags.signing_prefs.empty())
    identity = identity.with_signing_schemes(schemes_of(flags.signing_prefs));
  identity = identity.with_ocsp_response(from_base64(flags.ocsp_response));
  // RFC 6962 §3.3: theirs has its outer length.
  const auto list = from_base64(flags.signed_cert_timestamps);
  if (list.empty()) return identity;
  return identity.with_signed_certificate_timestamps(Bytes(list).subspan(2));
}

Result<Identity> with_external_key(const Identity& identity) {
  const auto chain = identity.chain();
  const PrivateKey& key = identity.key();
  return Identity::from({chain.begin(), chain.end()},
                        PrivateKey::elsewhere(key.kind(), key.decrypts()));
}

}  // namespace

Result<Credentials> Credentials::of(const Flags& flags) {
  Credentials credentials;
  std::vector<CredentialFlags> all = flags.credentials;
  if (!flags.default_credential.cert_file.empty()) all.push_back(flags.default_credential);
  for (const CredentialFlags& one : all) {
    auto identity = Identity::from_pem_files(one.cert_file, one.key_file);
    if (!identity) return fail(identity.error());
    credentials.keys_.push_back(identity->key());
    if (flags.async) identity = with_external_key(*identity);
    if (!identity) return fail(identity.error());
    credentials.identities_.push_back(with_options(*identity, one));
  }
  return credentials;
}

std::size_t Credentials::index_of(const Identity& identity) const {
  const auto is_its = [&](const Identity& other) {
    return std::ranges::equal(other.chain().front().der(), identity.chain().front().der());
  };
  return static_cast<std::size_t>(std::ranges::find_if(identities_, is_its) - identities_.begin());
}

Result<ClientContext> client_context(const Flags& flags, const Credentials& credentials,
                                     Shared& shared, Seen& seen) {
  ClientConfig config;
  config.common = common(flags, seen);
  config.verify = any_certificate();
  config.verdict_elsewhere = true;
  // The roots of tests with broken certificates are none.
  if (auto trust = flags.trust_cert.empty() ? fail(Errc::bad_pem) : trust_of(flags))
    config.trust = *trust;
  else
    config.dangerous.accept_any_certificate = true;
  config.verdict_on_resumption = flags.reverify_on_resume;
  config.identities = credentials.identities();
  config.sessions = shared.sessions;
  config.tickets = !flags.no_ticket;
  config.request_ocsp = false;
  config.fallback = flags.fallback_scsv;
  config.renegotiation = renegotiation_of(flags);
  config.dangerous.allow_missing_secure_renegotiation = true;
  return config.build();
}

Result<ServerContext> server_context(const Flags& flags, const Credentials& credentials,
                                     Shared& shared, Seen& seen) {
  ServerConfig config;
  config.common = common(flags, seen);
  config.identities = credentials.identities();
  config.prefer_client_order = !flags.cipher;
  using enum ClientAuthentication;
  const bool any = flags.require_any_client_certificate;
  config.client_authentication = any ? require_any : flags.verify_peer ? request : none;
  config.verify = any_certificate();
  if (auto trust = flags.trust_cert.empty() ? fail(Errc::bad_pem) : trust_of(flags);
      trust && flags.verify_peer) {
    config.client_trust = *trust;
    config.client_authentication = any ? require_and_verify : verify_if_given;
  }
  config.verdict_elsewhere = config.client_authentication != none;
  config.verdict_on_resumption = config.verdict_elsewhere && flags.reverify_on_resume;
  config.send_authorities = false;
  config.tickets = !flags.no_ticket;
  config.ticket_keys = shared.ticket_keys;
  config.sessions = shared.sessions;
  config.look_up_elsewhere = flags.async;
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
