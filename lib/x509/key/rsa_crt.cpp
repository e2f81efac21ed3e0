#include "x509/key/rsa_crt.hpp"

#include <cstdint>

namespace tls12::x509 {
namespace {

/// A natural number below a modulus: limbs of 32 bits, the lowest first, as many as the modulus has
/// and one for a carry.
using Number = std::vector<std::uint32_t, WipingAllocator<std::uint32_t>>;

Number from_bytes(Bytes bytes, std::size_t limbs) {
  Number number(limbs);
  for (std::size_t i = 0; i < bytes.size() && i / 4 < limbs; ++i)
    number[i / 4] |= static_cast<std::uint32_t>(bytes[bytes.size() - 1 - i]) << (8 * (i % 4));
  return number;
}

SecretVector to_bytes(const Number& number, std::size_t size) {
  SecretVector bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[size - 1 - i] = static_cast<std::uint8_t>(number[i / 4] >> (8 * (i % 4)));
  return bytes;
}

bool is_even(const Number& a) { return (a[0] & 1) == 0; }

bool is_small(const Number& a, std::uint32_t value) {
  for (std::size_t i = 1; i < a.size(); ++i)
    if (a[i] != 0) return false;
  return a[0] == value;
}

bool less(const Number& a, const Number& b) {
  for (std::size_t i = a.size(); i-- > 0;)
    if (a[i] != b[i]) return a[i] < b[i];
  return false;
}

void add(Number& a, const Number& b) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    carry += std::uint64_t{a[i]} + b[i];
    a[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
}

void subtract(Number& a, const Number& b) {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::uint64_t difference = std::uint64_t{a[i]} - b[i] - borrow;
    a[i] = static_cast<std::uint32_t>(difference);
    borrow = difference >> 63;
  }
}

void halve(Number& a) {
  for (std::size_t i = 0; i < a.size(); ++i)
    a[i] = a[i] >> 1 | (i + 1 < a.size() ? a[i + 1] << 31 : 0);
}

Number remainder(Bytes dividend, const Number& modulus) {
  Number rest(modulus.size());
  for (const std::uint8_t octet : dividend) {
    for (int bit = 7; bit >= 0; --bit) {
      add(rest, rest);
      rest[0] |= octet >> bit & 1u;
      if (!less(rest, modulus)) subtract(rest, modulus);
    }
  }
  return rest;
}

/// The binary extended Euclidean algorithm, for an odd modulus.
std::optional<Number> inverse(Number u, const Number& modulus) {
  Number v = modulus, x(modulus.size()), y(modulus.size());
  x[0] = 1;
  const auto make_odd = [&](Number& value, Number& factor) {
    while (is_even(value)) {
      halve(value);
      if (!is_even(factor)) add(factor, modulus);
      halve(factor);
    }
  };
  const auto subtract_mod = [&](Number& a, const Number& b) {
    if (less(a, b)) add(a, modulus);
    subtract(a, b);
  };
  while (!is_small(u, 1) && !is_small(v, 1)) {
    if (is_small(u, 0) || is_small(v, 0)) return std::nullopt;
    make_odd(u, x);
    make_odd(v, y);
    if (less(u, v)) {
      subtract(v, u);
      subtract_mod(y, x);
    } else {
      subtract(u, v);
      subtract_mod(x, y);
    }
  }
  return is_small(u, 1) ? x : y;
}

}  // namespace

std::optional<RsaCrt> rsa_crt(Bytes private_exponent, Bytes prime1, Bytes prime2) {
  const auto odd_above_one = [](Bytes p) {
    return !p.empty() && (p.back() & 1) == 1 && (p.size() > 1 || p[0] > 1);
  };
  if (!odd_above_one(prime1) || !odd_above_one(prime2)) return std::nullopt;
  const Number p = from_bytes(prime1, prime1.size() / 4 + 2),
               q = from_bytes(prime2, prime2.size() / 4 + 2);
  Number p_minus_1 = p, q_minus_1 = q;
  p_minus_1[0] -= 1;
  q_minus_1[0] -= 1;
  const auto coefficient = inverse(remainder(prime2, p), p);
  if (!coefficient) return std::nullopt;
  return RsaCrt{to_bytes(remainder(private_exponent, p_minus_1), prime1.size()),
                to_bytes(remainder(private_exponent, q_minus_1), prime2.size()),
                to_bytes(*coefficient, prime1.size())};
}

}  // namespace tls12::x509
