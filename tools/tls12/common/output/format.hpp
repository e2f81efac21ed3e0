// Values as text for people.
#pragma once

#include <cstdint>
#include <string>

#include "tls12/certificate.hpp"
#include "tls12/state.hpp"

namespace tls12::tool {

/// "2030-01-31 12:00:00 UTC".
std::string format_time(WallTime time);

/// "P-256", "RSA, 2048 bits".
std::string format_key(const PublicKey& key);
std::string format_key_kind(KeyKind kind);

/// All bytes in hexadecimal: "16030300".
std::string to_hex(Bytes bytes);
/// The first bytes in hexadecimal, and how many there are: "16030300… (32 bytes)".
std::string hex_preview(Bytes bytes, std::size_t at_most = 8);

/// The parts of a cipher suite's name.
struct SuiteParts {
  std::string key_exchange, authentication, cipher, hash;
};
SuiteParts suite_parts(CipherSuite suite);

/// "1 byte", "2 bytes".
std::string count(std::uint64_t n, const char* one, const char* many);

}  // namespace tls12::tool
