// The registries: numbers and names are IANA's.
#include <doctest/doctest.h>

#include <set>
#include <string_view>

#include "base/grease.hpp"
#include "wire/registry.hpp"

using namespace tls12;

namespace {

struct Iana {
  std::uint16_t number;
  std::string_view name;
};
/// As `openssl ciphers -V -stdname` lists them; the ECDHE_PSK ones with AEADs as RFC 8442 §5 does.
constexpr Iana kSuites[] = {
    {0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"},
    {0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"},
    {0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"},
    {0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"},
    {0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"},
    {0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"},
    {0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"},
    {0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"},
    {0x008c, "TLS_PSK_WITH_AES_128_CBC_SHA"},
    {0x008d, "TLS_PSK_WITH_AES_256_CBC_SHA"},
    {0x0090, "TLS_DHE_PSK_WITH_AES_128_CBC_SHA"},
    {0x0091, "TLS_DHE_PSK_WITH_AES_256_CBC_SHA"},
    {0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
    {0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0x00a8, "TLS_PSK_WITH_AES_128_GCM_SHA256"},
    {0x00a9, "TLS_PSK_WITH_AES_256_GCM_SHA384"},
    {0x00aa, "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256"},
    {0x00ab, "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384"},
    {0x00ae, "TLS_PSK_WITH_AES_128_CBC_SHA256"},
    {0x00af, "TLS_PSK_WITH_AES_256_CBC_SHA384"},
    {0x00b2, "TLS_DHE_PSK_WITH_AES_128_CBC_SHA256"},
    {0x00b3, "TLS_DHE_PSK_WITH_AES_256_CBC_SHA384"},
    {0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
    {0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
    {0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
    {0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
    {0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
    {0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
    {0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
    {0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
    {0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0xc035, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA"},
    {0xc036, "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA"},
    {0xc037, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256"},
    {0xc038, "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384"},
    {0xc09c, "TLS_RSA_WITH_AES_128_CCM"},
    {0xc09d, "TLS_RSA_WITH_AES_256_CCM"},
    {0xc09e, "TLS_DHE_RSA_WITH_AES_128_CCM"},
    {0xc09f, "TLS_DHE_RSA_WITH_AES_256_CCM"},
    {0xc0a0, "TLS_RSA_WITH_AES_128_CCM_8"},
    {0xc0a1, "TLS_RSA_WITH_AES_256_CCM_8"},
    {0xc0a2, "TLS_DHE_RSA_WITH_AES_128_CCM_8"},
    {0xc0a3, "TLS_DHE_RSA_WITH_AES_256_CCM_8"},
    {0xc0a4, "TLS_PSK_WITH_AES_128_CCM"},
    {0xc0a5, "TLS_PSK_WITH_AES_256_CCM"},
    {0xc0a6, "TLS_DHE_PSK_WITH_AES_128_CCM"},
    {0xc0a7, "TLS_DHE_PSK_WITH_AES_256_CCM"},
    {0xc0a8, "TLS_PSK_WITH_AES_128_CCM_8"},
    {0xc0a9, "TLS_PSK_WITH_AES_256_CCM_8"},
    {0xc0aa, "TLS_PSK_DHE_WITH_AES_128_CCM_8"},
    {0xc0ab, "TLS_PSK_DHE_WITH_AES_256_CCM_8"},
    {0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"},
    {0xc0ad, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"},
    {0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"},
    {0xc0af, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"},
    {0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xccab, "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256"},
    {0xccac, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"},
    {0xccad, "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256"},
    {0xd001, "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256"},
    {0xd002, "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384"},
    {0xd003, "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256"},
    {0xd005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256"},
};

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

/// What a suite's name says, word by word.
KeyExchange key_exchange_of(std::string_view name) {
  if (name.starts_with("TLS_ECDHE_ECDSA_")) return KeyExchange::ecdhe_ecdsa;
  if (name.starts_with("TLS_ECDHE_RSA_")) return KeyExchange::ecdhe_rsa;
  if (name.starts_with("TLS_ECDHE_PSK_")) return KeyExchange::ecdhe_psk;
  if (name.starts_with("TLS_DHE_RSA_")) return KeyExchange::dhe_rsa;
  if (name.starts_with("TLS_DHE_PSK_") || name.starts_with("TLS_PSK_DHE_"))
    return KeyExchange::dhe_psk;
  return name.starts_with("TLS_PSK_") ? KeyExchange::psk : KeyExchange::rsa;
}

}  // namespace

// Shows RFC 7627 6.2-1; RFC 8422 6-1, 6-2; RFC 5288 3-3; RFC 5289 3.1-1, 3.1-2, 3.2-1, 3.2-2;
// RFC 5487 2-1, 2-2, 3.1-1, 3.2-1; RFC 5489 3.1-1, 3.2-1; RFC 6655 3-4, 4-1; RFC 7251 2-2;
// RFC 7905 2-3
TEST_CASE("Every suite has IANA's number and name, and is what its name says") {
  CHECK(wire::suites().size() == std::size(kSuites));
  for (const Iana& row : kSuites) {
    CAPTURE(row.name);
    const auto suite = static_cast<CipherSuite>(row.number);
    CHECK(name(suite) == row.name);
    const wire::SuiteRow* found = wire::find(suite);
    REQUIRE(found != nullptr);
    CHECK(found->key_exchange == key_exchange_of(row.name));
    // RFC 5246 §5: SHA-256, unless the suite says SHA-384.
    CHECK(found->prf_hash ==
          (row.name.ends_with("SHA384") ? HashAlgorithm::sha384 : HashAlgorithm::sha256));
    const bool large = has(row.name, "AES_256");
    if (has(row.name, "_CBC_")) {
      REQUIRE(found->cbc() != nullptr);
      CHECK(found->cbc()->cipher ==
            (large ? CbcAlgorithm::aes_256_cbc : CbcAlgorithm::aes_128_cbc));
      CHECK(found->cbc()->mac == (row.name.ends_with("SHA384")   ? HashAlgorithm::sha384
                                  : row.name.ends_with("SHA256") ? HashAlgorithm::sha256
                                                                 : HashAlgorithm::sha1));
      continue;
    }
    REQUIRE(found->aead() != nullptr);
    const auto expected =
        has(row.name, "CHACHA20") ? AeadAlgorithm::chacha20_poly1305
        : has(row.name, "_GCM_") ? (large ? AeadAlgorithm::aes_256_gcm : AeadAlgorithm::aes_128_gcm)
        : has(row.name, "_CCM_8")
            ? (large ? AeadAlgorithm::aes_256_ccm_8 : AeadAlgorithm::aes_128_ccm_8)
            : (large ? AeadAlgorithm::aes_256_ccm : AeadAlgorithm::aes_128_ccm);
    CHECK(*found->aead() == expected);
  }
}

// Shows RFC 8422 5.4-1, 5.9-3
TEST_CASE("The groups are those of RFC 8422 §5.1.1 and RFC 7919 §2") {
  const std::pair<int, const char*> kIana[] = {
      {23, "secp256r1"},  {24, "secp384r1"},  {25, "secp521r1"},
      {29, "x25519"},     {256, "ffdhe2048"}, {257, "ffdhe3072"},
      {258, "ffdhe4096"}, {259, "ffdhe6144"}, {260, "ffdhe8192"}};
  CHECK(wire::groups().size() == std::size(kIana));
  for (const auto& [number, text] : kIana) {
    const auto group = static_cast<NamedGroup>(number);
    REQUIRE(wire::find(group) != nullptr);
    CHECK(name(group) == text);
    CHECK(name(wire::find(group)->algorithm) == text);
  }
}

// Shows RFC 8422 5.10-7
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
  }
}

// Shows RFC 5246 A.5-1, A.5-2
TEST_CASE("What this stack does not speak has no row and no value") {
  CHECK(wire::find(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV) == nullptr);
  CHECK(wire::find(static_cast<CipherSuite>(0x1301)) == nullptr);
  CHECK(wire::find(static_cast<CipherSuite>(0x0000)) == nullptr);  // TLS_NULL_WITH_NULL_NULL
  for (const int anonymous :
       {0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d, 0x00a6, 0x00a7, 0xc018, 0xc019}) {
    CHECK(wire::find(static_cast<CipherSuite>(anonymous)) == nullptr);
  }
  CHECK(wire::find(static_cast<NamedGroup>(30)) == nullptr);
  CHECK(wire::find(static_cast<SignatureScheme>(0x0808)) == nullptr);
}

// Shows RFC 8422 5.9-4, 5.9-6
TEST_CASE("A key signs by the schemes of its own kind") {
  using enum SignatureScheme;
  const std::pair<KeyKind, std::set<SignatureScheme>> kAllowed[] = {
      {KeyKind::rsa,
       {rsa_pkcs1_sha1, rsa_pkcs1_sha256, rsa_pkcs1_sha384, rsa_pkcs1_sha512, rsa_pss_rsae_sha256,
        rsa_pss_rsae_sha384, rsa_pss_rsae_sha512}},
      {KeyKind::rsa_pss, {rsa_pss_pss_sha256, rsa_pss_pss_sha384, rsa_pss_pss_sha512}},
      {KeyKind::ec_secp256r1,
       {ecdsa_sha1, ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512}},
      {KeyKind::ec_secp384r1,
       {ecdsa_sha1, ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512}},
      {KeyKind::ec_secp521r1,
       {ecdsa_sha1, ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512}},
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
  const auto algorithm =
      wire::algorithm_for(SignatureScheme::ecdsa_secp256r1_sha256, KeyKind::ec_secp384r1);
  REQUIRE(algorithm.has_value());
  CHECK(algorithm->family == SignatureFamily::ecdsa_secp384r1);
  CHECK(algorithm->hash == HashAlgorithm::sha256);
}

TEST_CASE("RFC 8446 §4.2.3: a PSS salt is as long as the digest") {
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pss_rsae_sha256, KeyKind::rsa)->salt_size == 32);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pss_rsae_sha384, KeyKind::rsa)->salt_size == 48);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pss_pss_sha512, KeyKind::rsa_pss)->salt_size ==
        64);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pss_pss_sha512, KeyKind::rsa_pss)->family ==
        SignatureFamily::rsa_pss);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pkcs1_sha384, KeyKind::rsa)->salt_size == 0);
  CHECK(wire::algorithm_for(SignatureScheme::rsa_pkcs1_sha384, KeyKind::rsa)->family ==
        SignatureFamily::rsa_pkcs1);
}

TEST_CASE("EC keys have a curve; other keys have none") {
  CHECK(wire::curve_of(KeyKind::ec_secp256r1) == NamedGroup::secp256r1);
  CHECK(wire::curve_of(KeyKind::ec_secp384r1) == NamedGroup::secp384r1);
  CHECK(wire::curve_of(KeyKind::ec_secp521r1) == NamedGroup::secp521r1);
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ed25519})
    CHECK_FALSE(wire::curve_of(kind).has_value());
}

TEST_CASE("RFC 8701 §2: sixteen values are GREASE") {
  unsigned count = 0;
  for (unsigned value = 0; value <= 0xffff; ++value)
    count += is_grease(static_cast<std::uint16_t>(value));
  CHECK(count == 16);
  for (const int value : {0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a, 0x8a8a,
                          0x9a9a, 0xaaaa, 0xbaba, 0xcaca, 0xdada, 0xeaea, 0xfafa})
    CHECK(is_grease(static_cast<std::uint16_t>(value)));
  CHECK(name(static_cast<CipherSuite>(0x2a2a)) == "GREASE (0x2a2a)");
  CHECK(name(static_cast<CipherSuite>(0x0a1a)) == "0x0a1a");
}
