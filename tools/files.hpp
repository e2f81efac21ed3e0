// Whole files, read and written.
#pragma once

#include <string>
#include <string_view>

#include "tls12/certificate.hpp"

namespace tls12::tool {

/// Errors: Errc::file_unreadable, whose detail is the path.
Result<std::string> read_file(const std::string& path);

enum class Secrecy : unsigned char { open, secret };
/// A new file, or a new content for an old one; a secret one is its owner's alone (mode 0600).
/// Empty when it worked, else the reason, which names the file.
std::string write_file(const std::string& path, std::string_view content, Secrecy secrecy);

/// Whether something is there.
bool exists(const std::string& path);

/// Errors name the file.
Result<Certificate> certificate_from_file(const std::string& path);
/// Without a chain, it is shown as a raw public key (RFC 7250).
Result<Identity> identity_from_files(const std::string& chain_path, const std::string& key_path);

}  // namespace tls12::tool
