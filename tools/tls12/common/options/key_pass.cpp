#include "common/options/key_pass.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "common/command.hpp"
#include "common/files/file.hpp"

namespace tls12::tool {
namespace {

constexpr std::string_view kEnvironment = "env:", kFile = "file:", kPrompt = "prompt";
constexpr char kNoTerminal[] = "--key-pass prompt: there is no terminal; use env: or file:";

volatile std::sig_atomic_t caught_signal = 0;

/// A terminal that does not show what is typed. A signal that would end the program ends reading.
class SilentTerminal {
 public:
  SilentTerminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    is_silent_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
    if (!is_silent_) return;
    caught_signal = 0;
    struct sigaction action{};
    action.sa_handler = [](int signal) { caught_signal = signal; };
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &action, &actions_[i]);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (is_silent_) {
      ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
      for (std::size_t i = 0; i < kSignals.size(); ++i)
        ::sigaction(kSignals[i], &actions_[i], nullptr);
      if (caught_signal != 0) std::raise(caught_signal);
    }
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool is_silent() const { return is_silent_; }
  void write(std::string_view text) const {
    [[maybe_unused]] const ssize_t n = ::write(descriptor_, text.data(), text.size());
  }
  /// One line without its end. False at the end of the file, at a signal, and when it has no room.
  bool read_line(MutableBytes into, std::size_t& size) const {
    for (size = 0; size < into.size(); ++size) {
      if (::read(descriptor_, into.data() + size, 1) != 1) return false;
      if (into[size] == '\n') return true;
    }
    return false;
  }

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
  int descriptor_;
  bool is_silent_ = false;
  termios before_{};
  std::array<struct sigaction, kSignals.size()> actions_{};
};

using Answer = std::optional<std::size_t>;

Answer put(std::string_view passphrase, MutableBytes into, std::string& reason) {
  if (passphrase.size() <= into.size())
    return std::ranges::copy(passphrase, into.begin()), passphrase.size();
  reason = "the passphrase is longer than " + std::to_string(into.size()) + " bytes";
  return std::nullopt;
}

Answer from_environment(const std::string& name, MutableBytes into, std::string& reason) {
  if (const char* value = std::getenv(name.c_str())) return put(value, into, reason);
  reason = "the variable " + name + " is not set";
  return std::nullopt;
}

/// The first line.
Answer from_file(const std::string& path, MutableBytes into, std::string& reason) {
  auto content = read_file(path);
  if (!content) return reason = content.error().message(), std::nullopt;
  const std::string_view text = *content;
  const Answer answer = put(text.substr(0, text.find_first_of("\r\n")), into, reason);
  ::explicit_bzero(content->data(), content->size());
  return answer;
}

Answer from_terminal(const std::string& key_path, MutableBytes into, std::string& reason) {
  const SilentTerminal terminal;
  if (!terminal.is_silent()) return reason = kNoTerminal, std::nullopt;
  terminal.write((Text("passphrase of ") + key_path + ": ").view());
  std::size_t size = 0;
  if (terminal.read_line(into, size)) return size;
  return reason = "no passphrase was typed", std::nullopt;
}

}  // namespace

void KeyPass::add_to(CLI::App& app) {
  app.add_option(
         "--key-pass", source_,
         "the passphrase of an encrypted key: env:NAME, the first line of file:PATH, or prompt")
      ->check([](const std::string& text) {
        const bool is_known =
            text == kPrompt ||
            (text.starts_with(kEnvironment) && text.size() > kEnvironment.size()) ||
            (text.starts_with(kFile) && text.size() > kFile.size());
        return is_known ? std::string() : "'" + text + "' is not env:NAME, file:PATH or prompt";
      })
      ->type_name("SOURCE");
}

AskPassphrase KeyPass::answer_for(const std::string& key_path, std::string& reason) const {
  if (source_.empty()) return {};
  return [this, key_path, &reason](MutableBytes into) -> Answer {
    if (source_.starts_with(kEnvironment))
      return from_environment(source_.substr(kEnvironment.size()), into, reason);
    if (source_.starts_with(kFile)) return from_file(source_.substr(kFile.size()), into, reason);
    if (const auto known = typed_->find(key_path); known != typed_->end())
      return put(known->second.text, into, reason);
    const Answer answer = from_terminal(key_path, into, reason);
    if (answer) (*typed_)[key_path].text = std::string(tls12::text_of(into.first(*answer)));
    return answer;
  };
}

Error KeyPass::explained(Error error, const std::string& reason) {
  if (error.code != Errc::key_encrypted) return error;
  if (!reason.empty()) error.set_detail(std::string(error.about()) + ": " + reason);
  if (reason.empty()) error.advice = "--key-pass gives one";
  return error;
}

}  // namespace tls12::tool
