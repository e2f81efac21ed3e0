#include "handshake/negotiate.hpp"

#include <doctest/doctest.h>

#include "x509/issue.hpp"
#include "x509/parsed_certificate.hpp"

using namespace tls12;
using namespace tls12::handshake;

namespace {

/// A self-signed certificate whose keyUsage is these bits of a BIT STRING's first octet.
Certificate certificate_for(const PrivateKey& key, std::uint8_t key_usage) {
  auto draft = *x509::draft_of({.common_name = "server", .names = {"example.org"}}, key, *default_provider());
  for (x509::DraftExtension& extension : draft.extensions)
    if (x509::is(extension.id.bytes(), x509::oid::kKeyUsage)) extension.value = {0x03, 0x02, 0x00, key_usage};
  draft.issuer = draft.subject;
  draft.method = *x509::method_for(key);
  return *x509::sign(draft, key, default_provider()->rng());
}

// Shows RFC 8422 2.2-1
TEST_CASE("RFC 5246 §7.4.2: a certificate that says what its key is for must let it do what the key exchange needs") {
  const PrivateKey key = *PrivateKey::generate(KeyKind::ec_secp256r1);
  const auto allows = [&](KeyExchange key_exchange, std::uint8_t key_usage) { return usage_allows(key_exchange, certificate_for(key, key_usage)); };
  CHECK(allows(KeyExchange::ecdhe_ecdsa, 0x80));        // digitalSignature
  CHECK(allows(KeyExchange::ecdhe_ecdsa, 0xa8));        // and others
  CHECK_FALSE(allows(KeyExchange::ecdhe_ecdsa, 0x20));  // keyEncipherment
  CHECK_FALSE(allows(KeyExchange::dhe_rsa, 0x08));      // keyAgreement
  CHECK(allows(KeyExchange::rsa, 0x20));
  CHECK_FALSE(allows(KeyExchange::rsa, 0x80));
}

}  // namespace
