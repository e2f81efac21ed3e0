#include "x509/asn1/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

namespace tls12::x509 {
namespace {

constexpr std::size_t kChunk = 16 * 1024;

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

std::unexpected<Error> unreadable(const std::string& path, int reason) {
  Error error(Errc::file_unreadable, path);
  error.system_error = reason;
  return fail(error);
}

std::string larger_than(std::size_t max_size) {
  return "larger than " + std::to_string(max_size) + " bytes";
}

Result<SecretVector> read_file(const std::string& path, std::size_t max_size) {
  // Without O_NONBLOCK, open() waits for the writer of a FIFO for ever.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (file.number < 0) return unreadable(path, errno);
  struct stat status{};
  if (::fstat(file.number, &status) != 0) return unreadable(path, errno);
  const auto end = std::chrono::steady_clock::now() + kFifoWait;
  // A file that has a size is read at once; the octet more sees its end.
  const bool has_size =
      S_ISREG(status.st_mode) && static_cast<std::uintmax_t>(status.st_size) < max_size;
  SecretVector content(has_size ? static_cast<std::size_t>(status.st_size) + 1 : kChunk);
  std::size_t size = 0;
  for (;;) {
    const ssize_t n = ::read(file.number, content.data() + size, content.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN && ::fcntl(file.number, F_SETFL, 0) == 0) continue;  // waits now
    if (n < 0) return unreadable(path, errno);
    if (n == 0 && size == 0 && S_ISFIFO(status.st_mode)) {
      if (std::chrono::steady_clock::now() > end)
        return fail(Errc::file_unreadable, path + ": a FIFO to which no program writes");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
    if (size > max_size) return unreadable(path + ": " + larger_than(max_size), EFBIG);
    if (size == content.size()) content.resize(size + std::max(size, kChunk));
  }
  content.resize(size);
  return content;
}

Error in_file(const Error& error, const std::string& path) {
  Error named = error;
  named.set_detail(error.about().empty() ? path : path + ": " + std::string(error.about()));
  return named;
}

}  // namespace tls12::x509
