// Values of TLS in words for people.
#pragma once

#include <cstdint>
#include <string>

#include "tls12/certificate.hpp"
#include "tls12/state.hpp"

namespace tls12::tool {

/// "2030-01-31 12:00:00 UTC".
std::string calendar(WallTime time);

/// "P-256", "RSA, 2048 bits".
std::string key_in_words(const PublicKey& key);
std::string kind_in_words(KeyKind kind);

/// "16030300", all of them.
std::string hex_digits(Bytes bytes);
/// The first bytes in hexadecimal, and how many there are: "16030300… (32 bytes)".
std::string hex(Bytes bytes, std::size_t at_most = 8);

/// What each part of a cipher suite's name decides.
struct SuiteParts {
  std::string key_exchange, authentication, cipher, hash;
};
SuiteParts parts(CipherSuite suite);

/// "1 byte", "2 bytes".
std::string count(std::uint64_t n, const char* one, const char* many);

}  // namespace tls12::tool
