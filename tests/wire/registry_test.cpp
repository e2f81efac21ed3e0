// The registries: numbers and names are IANA's.
#include <doctest/doctest.h>

#include <set>

#include "wire/registry.hpp"

using namespace tls12;

TEST_CASE("The six suites are those of RFC 5289 §3.2 and RFC 7905 §2") {
  struct Iana {
    std::uint16_t number;
    const char* name;
    KeyExchange key_exchange;
    AeadAlgorithm aead;
    HashAlgorithm prf;
  };
  const Iana kIana[] = {
      {0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", KeyExchange::ecdhe_ecdsa, AeadAlgorithm::aes_128_gcm, HashAlgorithm::sha256},
      {0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", KeyExchange::ecdhe_ecdsa, AeadAlgorithm::aes_256_gcm, HashAlgorithm::sha384},
      {0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", KeyExchange::ecdhe_rsa, AeadAlgorithm::aes_128_gcm, HashAlgorithm::sha256},
      {0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", KeyExchange::ecdhe_rsa, AeadAlgorithm::aes_256_gcm, HashAlgorithm::sha384},
      {0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", KeyExchange::ecdhe_rsa, AeadAlgorithm::chacha20_poly1305, HashAlgorithm::sha256},
      {0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", KeyExchange::ecdhe_ecdsa, AeadAlgorithm::chacha20_poly1305, HashAlgorithm::sha256},
  };
  CHECK(wire::suites().size() == std::size(kIana));
  for (const Iana& row : kIana) {
    CAPTURE(row.name);
    const auto suite = static_cast<CipherSuite>(row.number);
    const wire::SuiteRow* found = wire::find(suite);
    REQUIRE(found != nullptr);
    CHECK(found->key_exchange == row.key_exchange);
    CHECK(found->aead == row.aead);
    CHECK(found->prf_hash == row.prf);
    CHECK(name(suite) == row.name);
    CHECK(wire::suite_named(row.name) == suite);
  }
}

TEST_CASE("The groups are those of RFC 8422 §5.1.1") {
  const std::pair<int, const char*> kIana[] = {{23, "secp256r1"}, {24, "secp384r1"}, {25, "secp521r1"}, {29, "x25519"}};
  CHECK(wire::groups().size() == std::size(kIana));
  for (const auto& [number, text] : kIana) {
    const auto group = static_cast<NamedGroup>(number);
    REQUIRE(wire::find(group) != nullptr);
    CHECK(wire::group_named(text) == group);
  }
  CHECK(wire::find(NamedGroup::secp521r1)->algorithm == GroupAlgorithm::secp521r1);
  CHECK(wire::find(NamedGroup::x25519)->algorithm == GroupAlgorithm::x25519);
}

TEST_CASE("The signature schemes are those of RFC 8446 §4.2.3, each once") {
  const std::pair<int, const char*> kIana[] = {
      {0x0201, "rsa_pkcs1_sha1"},      {0x0203, "ecdsa_sha1"},
      {0x0401, "rsa_pkcs1_sha256"},    {0x0403, "ecdsa_secp256r1_sha256"},
      {0x0501, "rsa_pkcs1_sha384"},    {0x0503, "ecdsa_secp384r1_sha384"},
      {0x0601, "rsa_pkcs1_sha512"},    {0x0603, "ecdsa_secp521r1_sha512"},
      {0x0804, "rsa_pss_rsae_sha256"}, {0x0805, "rsa_pss_rsae_sha384"},
      {0x0806, "rsa_pss_rsae_sha512"}, {0x0807, "ed25519"},
      {0x0809, "rsa_pss_pss_sha256"},  {0x080a, "rsa_pss_pss_sha384"},
      {0x080b, "rsa_pss_pss_sha512"},
  };
  CHECK(wire::schemes().size() == std::size(kIana));
  for (const auto& [number, text] : kIana) {
    CAPTURE(text);
    const auto scheme = static_cast<SignatureScheme>(number);
    REQUIRE(wire::find(scheme) != nullptr);
    CHECK(name(scheme) == text);
    CHECK(wire::scheme_named(text) == scheme);
  }
}

TEST_CASE("What this stack does not speak has no row and no value") {
  CHECK(wire::find(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV) == nullptr);
  CHECK(wire::find(static_cast<CipherSuite>(0x1301)) == nullptr);
  CHECK(wire::find(static_cast<NamedGroup>(30)) == nullptr);
  CHECK(wire::find(static_cast<SignatureScheme>(0x0808)) == nullptr);
  CHECK_FALSE(wire::suite_named("TLS_RSA_WITH_AES_128_CBC_SHA").has_value());
  CHECK_FALSE(wire::group_named("").has_value());
  CHECK_FALSE(wire::scheme_named("0x0808").has_value());
}

TEST_CASE("A key signs by the schemes of its own kind") {
  using enum SignatureScheme;
  const std::pair<KeyKind, std::set<SignatureScheme>> kAllowed[] = {
      {KeyKind::rsa, {rsa_pkcs1_sha1, rsa_pkcs1_sha256, rsa_pkcs1_sha384, rsa_pkcs1_sha512, rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512}},
      {KeyKind::rsa_pss, {rsa_pss_pss_sha256, rsa_pss_pss_sha384, rsa_pss_pss_sha512}},
      {KeyKind::ec_secp256r1, {ecdsa_sha1, ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512}},
      {KeyKind::ec_secp384r1, {ecdsa_sha1, ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512}},
      {KeyKind::ec_secp521r1, {ecdsa_sha1, ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512}},
      {KeyKind::ed25519, {ed25519}},
  };
  for (const auto& [kind, allowed] : kAllowed)
    for (const wire::SchemeRow& row : wire::schemes()) {
      CAPTURE(name(row.scheme));
      CAPTURE(static_cast<int>(kind));
      CHECK(wire::algorithm_for(row.scheme, kind).has_value() == allowed.contains(row.scheme));
    }
  CHECK_FALSE(wire::algorithm_for(static_cast<SignatureScheme>(0x0402), KeyKind::rsa).has_value());
}

TEST_CASE("In TLS 1.2 an ECDSA scheme says the hash, and the key says the curve") {
  const auto algorithm = wire::algorithm_for(SignatureScheme::ecdsa_secp256r1_sha256, KeyKind::ec_secp384r1);
  REQUIRE(algorithm.has_value());
  CHECK(algorithm->family == SignatureFamily::ecdsa_secp384r1);
  CHECK(algorithm->hash == HashAlgorithm::sha256);
}

TEST_CASE("RFC 8446 §4.2.3: a PSS salt is as long as the digest") {
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pss_rsae_sha256, KeyKind::rsa)->salt_size == 32);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pss_rsae_sha384, KeyKind::rsa)->salt_size == 48);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pss_pss_sha512, KeyKind::rsa_pss)->salt_size == 64);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pss_pss_sha512, KeyKind::rsa_pss)->family == SignatureFamily::rsa_pss);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pkcs1_sha384, KeyKind::rsa)->salt_size == 0);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pkcs1_sha384, KeyKind::rsa)->family == SignatureFamily::rsa_pkcs1);
}

TEST_CASE("EC keys have a curve; other keys have none") {
  CHECK(wire::curve_of(KeyKind::ec_secp256r1) == NamedGroup::secp256r1);
  CHECK(wire::curve_of(KeyKind::ec_secp384r1) == NamedGroup::secp384r1);
  CHECK(wire::curve_of(KeyKind::ec_secp521r1) == NamedGroup::secp521r1);
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ed25519}) CHECK_FALSE(wire::curve_of(kind).has_value());
}

TEST_CASE("RFC 8701 §2: sixteen values are GREASE") {
  unsigned count = 0;
  for (unsigned value = 0; value <= 0xffff; ++value) count += wire::is_grease(static_cast<std::uint16_t>(value));
  CHECK(count == 16);
  for (const int value : {0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a, 0x8a8a, 0x9a9a, 0xaaaa, 0xbaba, 0xcaca, 0xdada, 0xeaea, 0xfafa})
    CHECK(wire::is_grease(static_cast<std::uint16_t>(value)));
  CHECK(name(static_cast<CipherSuite>(0x2a2a)) == "GREASE (0x2a2a)");
  CHECK(name(static_cast<CipherSuite>(0x0a1a)) == "0x0a1a");
}
