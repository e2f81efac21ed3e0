// The key log: an observer that writes a file.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/secret.hpp"
#include "tls12/observer.hpp"

namespace tls12 {
namespace {

class KeyLogFile {
 public:
  KeyLogFile(int descriptor, std::string path, std::function<void(const Error&)> failed)
      : descriptor_(descriptor), path_(std::move(path)), failed_(std::move(failed)) {}
  KeyLogFile(const KeyLogFile&) = delete;
  KeyLogFile& operator=(const KeyLogFile&) = delete;
  ~KeyLogFile() { ::close(descriptor_); }

  // One write a line: O_APPEND keeps lines of several writers apart. A pipe whose reader has
  // stopped loses the line: it must not hold a handshake.
  void append(Bytes line) const {
    ssize_t n;
    while ((n = ::write(descriptor_, line.data(), line.size())) < 0 && errno == EINTR) {}
    if (!failed_ || n == static_cast<ssize_t>(line.size()) || (n < 0 && errno == EAGAIN)) return;
    Error error(Errc::file_unreadable, path_);
    error.system_error = n < 0 ? errno : ENOSPC;
    failed_(error);
  }

 private:
  int descriptor_;
  std::string path_;
  std::function<void(const Error&)> failed_;
};

void append_hex(SecretVector& line, Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    line.push_back(static_cast<std::uint8_t>(kDigits[byte >> 4]));
    line.push_back(static_cast<std::uint8_t>(kDigits[byte & 15]));
  }
}

class KeyLog final : public Observer {
 public:
  explicit KeyLog(std::shared_ptr<const KeyLogFile> file) : file_(std::move(file)) {}

  void on_secret(const SecretLine& secret) override {
    SecretVector line(secret.label.begin(), secret.label.end());
    line.push_back(' ');
    append_hex(line, secret.client_random);
    line.push_back(' ');
    append_hex(line, secret.secret);
    line.push_back('\n');
    file_->append(line);
  }

 private:
  std::shared_ptr<const KeyLogFile> file_;
};

}  // namespace

Result<ObserverFactory> key_log_file(const std::string& path,
                                     std::function<void(const Error&)> failed) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600);
  if (descriptor < 0) {
    Error error(Errc::file_unreadable, path);
    error.system_error = errno;
    return fail(error);
  }
  auto file = std::make_shared<const KeyLogFile>(descriptor, path, std::move(failed));
  return ObserverFactory([file](Role) { return std::make_unique<KeyLog>(file); });
}

}  // namespace tls12
