#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "command.hpp"

namespace tls12::tool {
namespace {

/// A descriptor that closes itself.
struct File {
  explicit File(int d) : descriptor(d) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
  int descriptor;
};

std::unexpected<Error> unreadable(const std::string& path) {
  Error error(Errc::file_unreadable, path);
  error.system_error = errno;
  return std::unexpected(error);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.descriptor < 0) return unreadable(path);
  std::string content;
  char part[16 * 1024];
  for (;;) {
    const ssize_t n = ::read(file.descriptor, part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(path);
    if (n == 0) return content;
    content.append(part, static_cast<std::size_t>(n));
  }
}

std::string write_file(const std::string& path, std::string_view content, Secrecy secrecy) {
  const auto reason = [&] { return "cannot write " + path + ": " + std::strerror(errno); };
  const mode_t mode = secrecy == Secrecy::secret ? 0600 : 0644;
  // A file that was there may be readable by others: the new one is another file, under the same name.
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.descriptor < 0) return reason();
  while (!content.empty()) {
    const ssize_t n = ::write(file.descriptor, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return reason();
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return reason();
  return {};
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

namespace {

Result<Identity> raw_identity(const std::string& key_path) {
  auto key = PrivateKey::from_file(key_path);
  return key ? Identity::from_raw_public_key(std::move(*key)) : fail(key.error());
}

}  // namespace

Result<Certificate> certificate_from_file(const std::string& path) {
  auto text = read_file(path);
  if (!text) return fail(text.error());
  auto certificate = Certificate::from_pem(*text);
  if (certificate) return certificate;
  Error error = local(certificate.error());
  error.set_detail(path);
  return fail(error);
}

Result<Identity> identity_from_files(const std::string& chain_path, const std::string& key_path) {
  auto identity =
      chain_path.empty() ? raw_identity(key_path) : Identity::from_pem_files(chain_path, key_path);
  if (!identity) return fail(local(identity.error()));
  return identity;
}

}  // namespace tls12::tool
