#include "handshake/negotiate.hpp"

#include <doctest/doctest.h>

#include "x509/certificate/parsed_certificate.hpp"
#include "x509/issue/certificate_draft.hpp"

using namespace tls12;
using namespace tls12::handshake;

namespace {

/// A self-signed certificate whose keyUsage is these bits of a BIT STRING's first octet.
Certificate certificate_for(const PrivateKey& key, std::uint8_t key_usage) {
  auto draft = *x509::draft_of({.common_name = "server", .names = {"example.org"}}, key,
                               *default_provider());
  for (x509::DraftExtension& extension : draft.extensions)
    if (x509::is(extension.id.bytes(), x509::oid::kKeyUsage))
      extension.value = {0x03, 0x02, 0x00, key_usage};
  draft.issuer = draft.subject;
  draft.method = *x509::method_for(key);
  return *x509::sign(draft, key, default_provider()->rng());
}

// Shows RFC 8422 2.2-1; RFC 5246 7.4.2-7, 7.4.2-8, 7.4.2-12
TEST_CASE(
    "RFC 5246 §7.4.2: a certificate that says what its key is for must let it do what the key "
    "exchange needs") {
  const PrivateKey key = *PrivateKey::generate(KeyKind::ec_secp256r1);
  const auto allows = [&](KeyExchange key_exchange, std::uint8_t key_usage) {
    return usage_allows(key_exchange, certificate_for(key, key_usage));
  };
  CHECK(allows(KeyExchange::ecdhe_ecdsa, 0x80));        // digitalSignature
  CHECK(allows(KeyExchange::ecdhe_ecdsa, 0xa8));        // and others
  CHECK_FALSE(allows(KeyExchange::ecdhe_ecdsa, 0x20));  // keyEncipherment
  CHECK_FALSE(allows(KeyExchange::dhe_rsa, 0x08));      // keyAgreement
  CHECK(allows(KeyExchange::rsa, 0x20));
  CHECK_FALSE(allows(KeyExchange::rsa, 0x80));
}

// Shows RFC 5246 7.4.2-7, 7.4.2-8, 7.4.2-12
TEST_CASE("a server passes over an identity that may not do what the key exchange needs") {
  const auto chosen = [](KeyKind kind, CipherSuite suite, std::uint8_t key_usage) {
    const PrivateKey key = *PrivateKey::generate(kind);
    ServerConfig config{.identities = {*Identity::from({certificate_for(key, key_usage)}, key)}};
    config.common.policy = SuitePolicy::legacy;
    const std::uint8_t suites[] = {static_cast<std::uint8_t>(static_cast<unsigned>(suite) >> 8),
                                   static_cast<std::uint8_t>(suite)};
    const std::uint8_t schemes[] = {4, 1, 4, 3};  // rsa_pkcs1_sha256, ecdsa_secp256r1_sha256
    const auto context = config.build().value();
    const auto choice =
        choose(internals(context), {.cipher_suites = ListOf16<CipherSuite>(suites),
                                    .signature_algorithms = ListOf16<SignatureScheme>(schemes)});
    return choice.has_value() ? Errc::count_ : choice.error().code;
  };
  using enum CipherSuite;
  CHECK(chosen(KeyKind::rsa, TLS_RSA_WITH_AES_128_CBC_SHA, 0x20) == Errc::count_);
  CHECK(chosen(KeyKind::rsa, TLS_RSA_WITH_AES_128_CBC_SHA, 0x80) == Errc::no_common_suite);
  for (const CipherSuite suite :
       {TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_DHE_RSA_WITH_AES_128_GCM_SHA256}) {
    CHECK(chosen(KeyKind::rsa, suite, 0x80) == Errc::count_);
    CHECK(chosen(KeyKind::rsa, suite, 0x20) == Errc::no_common_suite);
  }
  CHECK(chosen(KeyKind::ec_secp256r1, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0x80) ==
        Errc::count_);
  CHECK(chosen(KeyKind::ec_secp256r1, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0x08) ==
        Errc::no_common_suite);
}

// Shows RFC 5246 7.4.6-4, 7.4.6-6
TEST_CASE("a client does not show a certificate whose key may not sign") {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::ec_secp256r1}) {
    const PrivateKey key = *PrivateKey::generate(kind);
    const auto shows = [&](std::uint8_t key_usage) {
      ClientConfig config{.dangerous = {.accept_any_certificate = true}};
      config.identities = {*Identity::from({certificate_for(key, key_usage)}, key)};
      const auto context = config.build().value();
      const std::uint8_t types[] = {1, 64}, schemes[] = {4, 1, 4, 3};
      const CertificateRequest request{
          .certificate_types = types,
          .supported_signature_algorithms = ListOf16<SignatureScheme>(schemes)};
      return choose_for(request, internals(context).identities).has_value();
    };
    CHECK(shows(0x80));
    CHECK_FALSE(shows(0x20));
  }
}

}  // namespace
