// Ready-made observers: the key log, and several at once.
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

class Several final : public Observer {
 public:
  explicit Several(std::vector<std::unique_ptr<Observer>> all) : all_(std::move(all)) {}
  void on_record(const Record& record) override {
    for (auto& one : all_) one->on_record(record);
  }
  void on_message(const Message& message) override {
    for (auto& one : all_) one->on_message(message);
  }
  void on_change_cipher_spec(Direction direction) override {
    for (auto& one : all_) one->on_change_cipher_spec(direction);
  }
  void on_alert(Direction direction, const AlertMessage& alert) override {
    for (auto& one : all_) one->on_alert(direction, alert);
  }
  void on_due(std::string_view due) override {
    for (auto& one : all_) one->on_due(due);
  }
  void on_complete(const ConnectionState& state) override {
    for (auto& one : all_) one->on_complete(state);
  }
  void on_error(const Error& error) override {
    for (auto& one : all_) one->on_error(error);
  }
  void on_secret(const SecretLine& secret) override {
    for (auto& one : all_) one->on_secret(secret);
  }

 private:
  std::vector<std::unique_ptr<Observer>> all_;
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

ObserverFactory observe_with(std::vector<ObserverFactory> factories) {
  return [factories = std::move(factories)](Role role) -> std::unique_ptr<Observer> {
    std::vector<std::unique_ptr<Observer>> all;
    for (const auto& factory : factories)
      if (auto one = factory ? factory(role) : nullptr) all.push_back(std::move(one));
    if (all.empty()) return nullptr;
    return std::make_unique<Several>(std::move(all));
  };
}

}  // namespace tls12
