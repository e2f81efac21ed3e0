// The constant-time helpers agree with the plain operators. (That their time is constant is for the
// disassembly and valgrind to say.)
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "base/constant_time.hpp"

using namespace tls12;

namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Small values, and those next to where a carry or a sign would turn.
std::vector<std::uint64_t> telling_values() {
  std::vector<std::uint64_t> values;
  for (std::uint64_t v = 0; v < 300; ++v) values.push_back(v);
  for (int bit = 8; bit < 64; ++bit)
    for (const std::uint64_t d : {kAll, std::uint64_t{0}, std::uint64_t{1}})
      values.push_back((std::uint64_t{1} << bit) + d);
  values.push_back(kAll);
  return values;
}

}  // namespace

TEST_CASE("equal_mask is all ones for equal numbers, else zero") {
  for (const std::uint64_t a : telling_values())
    for (const std::uint64_t b : telling_values())
      REQUIRE(ct::equal_mask(a, b) == (a == b ? kAll : 0));
}

TEST_CASE("less_mask is all ones for a smaller number, else zero, below 2^63") {
  for (const std::uint64_t a : telling_values())
    for (const std::uint64_t b : telling_values())
      if (a >> 63 == 0 && b >> 63 == 0) REQUIRE(ct::less_mask(a, b) == (a < b ? kAll : 0));
}

TEST_CASE("select takes one of two by its mask") {
  for (const std::uint64_t a : telling_values()) {
    REQUIRE(ct::select(kAll, a, ~a) == a);
    REQUIRE(ct::select(0, a, ~a) == ~a);
  }
}

TEST_CASE("equal says whether two byte strings are the same: every pair of two bytes") {
  for (unsigned a = 0; a < 256; ++a)
    for (unsigned b = 0; b < 256; ++b) {
      const auto x = static_cast<std::uint8_t>(a), y = static_cast<std::uint8_t>(b);
      REQUIRE(ct::equal(Bytes(&x, 1), Bytes(&y, 1)) == (a == b));
    }
}

TEST_CASE("equal sees a difference of any one bit at any place") {
  for (const std::size_t size : {1u, 2u, 7u, 8u, 9u, 12u, 16u, 33u}) {
    std::vector<std::uint8_t> a(size, 0x5a), b = a;
    REQUIRE(ct::equal(a, b));
    for (std::size_t i = 0; i < size; ++i)
      for (int bit = 0; bit < 8; ++bit) {
        b[i] = static_cast<std::uint8_t>(b[i] ^ (1 << bit));
        REQUIRE_FALSE(ct::equal(a, b));
        b = a;
      }
  }
}

TEST_CASE("equal is false for different sizes, and true for nothing and nothing") {
  const std::array<std::uint8_t, 3> bytes = {};
  CHECK(ct::equal({}, {}));
  CHECK_FALSE(ct::equal(bytes, Bytes(bytes).first(2)));
  CHECK_FALSE(ct::equal({}, bytes));
}
