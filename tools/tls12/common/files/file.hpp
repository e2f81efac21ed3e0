// Whole files, read and written.
#pragma once

#include <string>
#include <string_view>

#include "tls12/error.hpp"

namespace tls12::tool {

/// The largest file that is read, in bytes. Revocation lists reach 100 MB.
inline constexpr std::size_t kMaxFile = std::size_t{256} << 20;

/// The path for a FILE of the command line: "-" is standard input. That is read to its end first,
/// up to kMaxFile bytes, so that the path can be opened repeatedly, also after SIGHUP.
std::string input_path(const std::string& file);

/// `file` as input_path() has it. Errors: Errc::file_unreadable, whose detail is the path: also for
/// a file above kMaxFile, and for a FIFO that no program has written to for two seconds.
Result<std::string> read_file(const std::string& file);

enum class Secrecy : unsigned char { open, secret };
/// A new file, or a new content for an old one; a secret one is its owner's alone (mode 0600).
/// Empty when it worked, else the reason, which names the file.
std::string write_file(const std::string& path, std::string_view content, Secrecy secrecy);

/// Whether something is there.
bool exists(const std::string& path);

}  // namespace tls12::tool
