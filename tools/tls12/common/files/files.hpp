// Whole files, read and written.
#pragma once

#include <string>
#include <string_view>

#include "common/options/key_pass.hpp"
#include "tls12/certificate.hpp"

namespace tls12::tool {

/// The largest file that is read, in bytes. Revocation lists reach 100 MB.
inline constexpr std::size_t kMaxFile = std::size_t{256} << 20;

/// The path for a FILE of the command line: "-" is standard input. That is read to its end first,
/// up to kMaxFile bytes, so that the path can be opened repeatedly, also after SIGHUP.
std::string input_path(const std::string& file);

/// `file` as input_path() has it. Errors: Errc::file_unreadable, whose detail is the path: also for
/// a file above kMaxFile, and for a FIFO that no program has written to for two seconds.
Result<std::string> read_file(const std::string& file);

/// The same for certificates, keys, lists and requests. Errors: also Errc::file_format_unsupported.
Result<std::string> read_encoded(const std::string& file);

enum class Secrecy : unsigned char { open, secret };
/// A new file, or a new content for an old one; a secret one is its owner's alone (mode 0600).
/// Empty when it worked, else the reason, which names the file.
std::string write_file(const std::string& path, std::string_view content, Secrecy secrecy);

/// Whether something is there.
bool exists(const std::string& path);

/// The line for a certificate of a bundle that was skipped.
std::string skipped(const Error& error);

/// PEM or DER. Errors name the file.
Result<Certificate> certificate_from_file(const std::string& path);
/// Without a chain, it is shown as a raw public key (RFC 7250).
Result<Identity> identity_from_files(const std::string& chain_path, const std::string& key_path,
                                     const KeyPass& pass);
Result<PrivateKey> key_from_file(const std::string& path, const KeyPass& pass);

}  // namespace tls12::tool
