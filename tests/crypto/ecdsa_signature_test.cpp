#include "crypto/ecdsa_signature.hpp"

#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

TEST_CASE("an ECDSA signature is parsed in DER and in nothing looser") {
  const auto parses = [](std::string_view text) {
    return crypto::parse_ecdsa_signature(hex(text)).has_value();
  };
  CHECK(parses("3006020101020102"));
  CHECK(parses("300702020080020102"));
  CHECK_FALSE(parses(""));
  CHECK_FALSE(parses("30"));
  CHECK_FALSE(parses("3006020101020102ff"));      // bytes behind the sequence
  CHECK_FALSE(parses("3009020101020102020103"));  // a third number
  CHECK_FALSE(parses("3003020101"));              // one number
  CHECK_FALSE(parses("3005020101020102"));        // shorter than what it holds
  CHECK_FALSE(parses("3007020101020102"));        // longer than what is there
  CHECK_FALSE(parses("308106020101020102"));      // a length in the long form without need
  CHECK_FALSE(parses("30820006020101020102"));
  CHECK_FALSE(
      parses("3080020101020102"
             "0000"));                        // BER's indefinite length
  CHECK_FALSE(parses("300702020001020102"));  // a zero in front without need
  CHECK_FALSE(parses("3006020180020102"));    // negative
  CHECK_FALSE(parses("3006020100020102"));    // zero
  CHECK_FALSE(parses("30050200020102"));      // an empty number
  CHECK_FALSE(parses("3106020101020102"));    // a SET
  CHECK_FALSE(parses("3006030101020102"));    // a BIT STRING
}

TEST_CASE("an ECDSA signature is written as the shortest DER, and read back") {
  const auto written = [](std::string_view r, std::string_view s) {
    std::array<std::uint8_t, 2 * 66 + 9> out;
    const Octets r_bytes = hex(r), s_bytes = hex(s);
    return to_hex(Bytes(out).first(
        crypto::write_ecdsa_signature(r_bytes.data(), s_bytes.data(), r_bytes.size(), out.data())));
  };
  CHECK(written("00000001", "7fffffff") == "300902010102047fffffff");
  CHECK(written("00000080", "ffffffff") == "300b02020080020500ffffffff");
  const std::string large = "01" + std::string(130, 'f');
  CHECK(written(large, large) ==
        "308188"
        "0242" +
            large + "0242" + large);
  const Octets signature = hex("300b02020080020500ffffffff");
  const auto numbers = crypto::parse_ecdsa_signature(signature);
  REQUIRE(numbers);
  CHECK(to_hex(numbers->r) == "80");
  CHECK(to_hex(numbers->s) == "ffffffff");
}
