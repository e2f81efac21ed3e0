#include "x509/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "x509/der.hpp"

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

Result<SecretVector> read_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) return unreadable(path, errno);
  // A file that has a size is read at once; the octet more sees its end.
  struct stat status;
  const bool has_size = ::fstat(file.number, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < static_cast<off_t>(der::kMaxSize);
  SecretVector content(has_size ? static_cast<std::size_t>(status.st_size) + 1 : kChunk);
  std::size_t size = 0;
  for (;;) {
    const ssize_t n = ::read(file.number, content.data() + size, content.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(path, errno);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
    if (size > der::kMaxSize) return unreadable(path, EFBIG);
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
