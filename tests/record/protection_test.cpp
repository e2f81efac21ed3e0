// One fragment under one key: RFC 5246 §6.2.3.3, RFC 5288 §3, RFC 6655 §3, RFC 7905 §2. CBC is in
// cbc_test.cpp.
#include "record/protection.hpp"

#include "record/aead.hpp"
#include "record/support.hpp"

namespace tls12::record::testing {

namespace {

constexpr std::array<std::uint64_t, 6> kSequences = {
    0, 1, 255, 256, 0x0102030405060708, ~std::uint64_t{0}};
constexpr std::array<std::size_t, 10> kSizes = {
    0, 1, 2, 15, 16, 17, 255, kMaxPlaintext - 1, kMaxPlaintext, kMaxPlaintext + 1};

Octets sealed_by(Protection& protection, std::uint64_t sequence, ContentType type,
                 Bytes plaintext) {
  Octets fragment(protection.sealed_size(plaintext.size()));
  REQUIRE(protection.seal(sequence, type, ProtocolVersion::tls12, plaintext, fragment.data()));
  return fragment;
}

}  // namespace

// Shows RFC 5246 6.2.3.3-2; RFC 5288 3-1, 3-5; RFC 5289 3.2-1; RFC 5487 2-2; RFC 6655 3-1, 3-2,
// 4-1;
// RFC 7251 2-1, 2-2; RFC 7905 2-1
TEST_CASE(
    "a fragment is sealed to the bytes that the RFCs spell out, for every size and sequence "
    "number") {
  for (const AeadAlgorithm algorithm : kAeads) {
    CAPTURE(name(algorithm));
    const auto protection = protection_for(algorithm);
    for (const std::uint64_t sequence : kSequences) {
      for (const std::size_t size : kSizes) {
        CAPTURE(sequence);
        CAPTURE(size);
        const Octets plaintext = pattern(size);
        const Octets wire = record_by_hand(algorithm, sequence, sequence, 23, plaintext);
        const Octets fragment =
            sealed_by(*protection, sequence, ContentType::application_data, plaintext);
        CHECK(fragment == Octets(wire.begin() + 5, wire.end()));
      }
    }
  }
}

// Shows RFC 5246 6.2.3.3-3; RFC 5288 3-5; RFC 6655 3-1, 6.1-1, 6.2-1; RFC 7251 2-1; RFC 7905 2-2
TEST_CASE("the overhead is 24 bytes with GCM and CCM, 16 with CCM_8 and with ChaCha20-Poly1305") {
  for (const std::size_t size : kSizes) {
    CHECK(protection_for(AeadAlgorithm::aes_128_gcm)->overhead(size) == 24);
    CHECK(protection_for(AeadAlgorithm::aes_256_gcm)->overhead(size) == 24);
    CHECK(protection_for(AeadAlgorithm::aes_128_ccm)->overhead(size) == 24);
    CHECK(protection_for(AeadAlgorithm::aes_256_ccm)->overhead(size) == 24);
    CHECK(protection_for(AeadAlgorithm::aes_128_ccm_8)->overhead(size) == 16);
    CHECK(protection_for(AeadAlgorithm::aes_256_ccm_8)->overhead(size) == 16);
    CHECK(protection_for(AeadAlgorithm::chacha20_poly1305)->overhead(size) == 16);
  }
  CHECK(use_of(AeadAlgorithm::aes_128_gcm).fixed_iv_size == 4);
  CHECK(use_of(AeadAlgorithm::aes_256_gcm).fixed_iv_size == 4);
  CHECK(use_of(AeadAlgorithm::chacha20_poly1305).fixed_iv_size == 12);
}

TEST_CASE("a fragment is opened in place") {
  for (const AeadAlgorithm algorithm : kAeads) {
    const auto protection = protection_for(algorithm);
    for (const std::size_t size : kSizes) {
      Octets wire = record_by_hand(algorithm, 5, 5, 22, pattern(size));
      const MutableBytes fragment = MutableBytes(wire).subspan(5);
      const auto plaintext =
          protection->open(5, ContentType::handshake, ProtocolVersion::tls12, fragment);
      REQUIRE(plaintext.has_value());
      CHECK(octets(*plaintext) == pattern(size));
      CHECK(plaintext->data() >= fragment.data());
      CHECK(plaintext->data() + size <= fragment.data() + fragment.size());
    }
  }
}

TEST_CASE("a GCM or CCM peer may choose any explicit nonce") {
  for (const AeadAlgorithm algorithm : {AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm,
                                        AeadAlgorithm::aes_128_ccm, AeadAlgorithm::aes_256_ccm_8}) {
    const auto protection = protection_for(algorithm);
    for (const std::uint64_t nonce : kSequences) {
      Octets wire = record_by_hand(algorithm, 3, nonce, 23, pattern(40));
      const auto plaintext = protection->open(
          3, ContentType::application_data, ProtocolVersion::tls12, MutableBytes(wire).subspan(5));
      REQUIRE(plaintext.has_value());
      CHECK(octets(*plaintext) == pattern(40));
    }
  }
}

TEST_CASE("a fragment that is too short for nonce and tag does not open, nor one cut anywhere") {
  for (const AeadAlgorithm algorithm : kAeads) {
    const auto protection = protection_for(algorithm);
    const Octets whole = sealed_by(*protection, 0, ContentType::application_data, pattern(20));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK_FALSE(protection->open(0, ContentType::application_data, ProtocolVersion::tls12, cut)
                      .has_value());
    }
    Octets longer = whole;
    longer.push_back(0);
    CHECK_FALSE(protection->open(0, ContentType::application_data, ProtocolVersion::tls12, longer)
                    .has_value());
  }
}

TEST_CASE("sequence number, type and version are authenticated") {
  for (const AeadAlgorithm algorithm : kAeads) {
    const auto protection = protection_for(algorithm);
    const Octets whole = sealed_by(*protection, 7, ContentType::handshake, pattern(33));
    const auto opens = [&](std::uint64_t sequence, ContentType type, ProtocolVersion version) {
      Octets copy = whole;
      return protection->open(sequence, type, version, copy).has_value();
    };
    CHECK(opens(7, ContentType::handshake, ProtocolVersion::tls12));
    CHECK_FALSE(opens(6, ContentType::handshake, ProtocolVersion::tls12));
    CHECK_FALSE(opens(8, ContentType::handshake, ProtocolVersion::tls12));
    CHECK_FALSE(opens(7 | std::uint64_t{1} << 63, ContentType::handshake, ProtocolVersion::tls12));
    CHECK_FALSE(opens(7, ContentType::application_data, ProtocolVersion::tls12));
    CHECK_FALSE(opens(7, ContentType::handshake, ProtocolVersion::tls11));
    CHECK_FALSE(opens(7, ContentType::handshake, ProtocolVersion::tls13));
  }
}

TEST_CASE(
    "a key or IV of the wrong size makes no protection, nor does a table without the algorithm") {
  for (const AeadAlgorithm algorithm : kAeads) {
    const Octets key = test_key(algorithm), iv = test_iv(algorithm);
    const auto make = [&](const Provider& provider, Bytes k, Bytes i) {
      return make_protection(provider, algorithm, k, i, Limits{});
    };
    CHECK(code_of(make(*default_provider(), Bytes(key).first(key.size() - 1), iv)) ==
          Errc::internal_error);
    CHECK(code_of(make(*default_provider(), key, Bytes(iv).first(iv.size() - 1))) ==
          Errc::internal_error);
    CHECK(code_of(make(*default_provider(), key, {})) == Errc::internal_error);
    CHECK(code_of(make(Provider{}, key, iv)) == Errc::algorithm_unavailable);
  }
  for (const CbcKind& kind : kCbcKinds) {
    const Octets key = test_key(kind), mac_key = test_mac_key(kind);
    const auto make = [&](const Provider& provider, Bytes k, Bytes m) {
      return make_protection(provider, kind.cipher, kind.encrypt_then_mac, k, m, Limits{});
    };
    CHECK(code_of(make(*default_provider(), Bytes(key).first(key.size() - 1), mac_key)) ==
          Errc::internal_error);
    CHECK(code_of(make(*default_provider(), key, Bytes(mac_key).first(mac_key.size() - 1))) ==
          Errc::internal_error);
    CHECK(code_of(make(Provider{}, key, mac_key)) == Errc::algorithm_unavailable);
    Provider without = *default_provider();
    without.hashes = {};
    CHECK(code_of(make(without, key, mac_key)) == Errc::algorithm_unavailable);
    without = *default_provider();
    without.random = {};
    CHECK(code_of(make(without, key, mac_key)) == Errc::algorithm_unavailable);
  }
}

// RFC 5246 §6.3 and appendix C, RFC 5288 §3, RFC 6655 §3, RFC 7905 §2.
// Shows RFC 5288 3-1; RFC 6655 3-2; RFC 7905 2-1
TEST_CASE("a cipher takes its MAC key, key and IV from the key block, each of its size") {
  const auto sizes = [](const wire::RecordCipher& cipher) {
    const KeySizes s = key_sizes(cipher);
    return std::array{s.mac_key, s.key, s.iv};
  };
  using Sizes = std::array<std::size_t, 3>;
  CHECK(sizes(wire::CbcHmac{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha1}) == Sizes{20, 16, 0});
  CHECK(sizes(wire::CbcHmac{CbcAlgorithm::aes_256_cbc, HashAlgorithm::sha384}) == Sizes{48, 32, 0});
  CHECK(sizes(AeadAlgorithm::aes_128_gcm) == Sizes{0, 16, 4});
  CHECK(sizes(AeadAlgorithm::aes_256_ccm_8) == Sizes{0, 32, 4});
  CHECK(sizes(AeadAlgorithm::chacha20_poly1305) == Sizes{0, 32, 12});
}

TEST_CASE("the limits of a key are those of its algorithm") {
  Limits limits;
  limits.aes_records_warn = 10;
  limits.aes_records_end = 20;
  limits.chacha20_records_end = 30;
  CHECK(protection_for(AeadAlgorithm::aes_128_gcm, limits)->records_warn() == 10);
  CHECK(protection_for(AeadAlgorithm::aes_256_gcm, limits)->records_end() == 20);
  CHECK(protection_for(AeadAlgorithm::chacha20_poly1305, limits)->records_end() == 30);
  CHECK(protection_for(AeadAlgorithm::aes_128_ccm_8, limits)->records_warn() == 10);
  for (const CbcKind& kind : kCbcKinds) {
    CHECK(protection_for(kind, limits)->records_warn() == 10);
    CHECK(protection_for(kind, limits)->records_end() == 20);
  }
  // RFC 8446 §5.5: 2^24.5 full-size records with GCM; a ChaCha20-Poly1305 key outlasts its sequence
  // numbers.
  CHECK(protection_for(AeadAlgorithm::aes_128_gcm)->records_warn() == 23726566);
  CHECK(protection_for(AeadAlgorithm::aes_128_gcm)->records_end() == std::uint64_t{1} << 32);
  CHECK(protection_for(AeadAlgorithm::chacha20_poly1305)->records_warn() == Protection::kNoLimit);
  CHECK(protection_for(AeadAlgorithm::chacha20_poly1305)->records_end() == Protection::kNoLimit);
}

}  // namespace tls12::record::testing
