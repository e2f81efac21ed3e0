// A whole file in memory.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "tls12/error.hpp"

namespace tls12::x509 {

/// It may hold a private key: the memory is wiped. Errors: Errc::file_unreadable with errno, naming the file; EFBIG above der::kMaxSize.
Result<SecretVector> read_file(const std::string& path);

/// Whether a file is DER rather than PEM: a SEQUENCE of more than 127 octets, or of fewer than 9 (an OCSP response that says no). No line of PEM starts so.
inline bool is_der(Bytes content) { return content.size() > 1 && content[0] == 0x30 && (content[1] >= 0x80 || content[1] < 9); }

/// Errc::file_unreadable with the system's `reason`, errno.
std::unexpected<Error> unreadable(const std::string& path, int reason);

/// The error of a file's content, which names the file and then what it was about.
Error in_file(const Error& error, const std::string& path);

}  // namespace tls12::x509
