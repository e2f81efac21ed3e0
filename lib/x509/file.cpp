#include "x509/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "x509/der.hpp"

namespace tls12::x509 {
namespace {

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
  SecretVector content(16 * 1024);
  std::size_t size = 0;
  for (;;) {
    const ssize_t n = ::read(file.number, content.data() + size, content.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(path, errno);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
    if (size > der::kMaxSize) return unreadable(path, EFBIG);
    if (size == content.size()) content.resize(2 * size);
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
