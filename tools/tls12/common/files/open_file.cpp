#include "common/files/open_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace tls12::tool {

std::shared_ptr<const OpenFile> OpenFile::open(const std::string& path) {
  // A pipe or a device is not waited for: it is refused.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return nullptr;
  struct stat about{};
  if (::fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(descriptor);
    errno = EACCES;
    return nullptr;
  }
  return std::shared_ptr<const OpenFile>(new OpenFile(descriptor, about));
}

OpenFile::~OpenFile() { ::close(descriptor_); }

std::size_t OpenFile::read(std::uint64_t offset, MutableBytes into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t n = ::pread(descriptor_, into.data() + done, into.size() - done,
                              static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace tls12::tool
