// A whole file in memory.
#pragma once

#include <chrono>
#include <string>

#include "base/secret.hpp"
#include "tls12/error.hpp"
#include "x509/asn1/der.hpp"

namespace tls12::x509 {

/// How long read_file() waits for a program to write to a FIFO.
inline constexpr std::chrono::milliseconds kFifoWait = std::chrono::seconds(2);

/// "larger than 1024 bytes".
std::string larger_than(std::size_t max_size);

/// It may hold a private key: the memory is wiped. Reads FIFOs and devices to their end; once a
/// program has opened a FIFO, no time limits the read. Errors: Errc::file_unreadable with errno,
/// naming the file; more than `max_size` bytes; a FIFO without a writer for kFifoWait.
Result<SecretVector> read_file(const std::string& path, std::size_t max_size = der::kMaxSize);

/// Errc::file_unreadable with the system's `reason`, errno.
std::unexpected<Error> unreadable(const std::string& path, int reason);

/// The error of a file's content, which names the file and then what it was about.
Error in_file(const Error& error, const std::string& path);

}  // namespace tls12::x509
