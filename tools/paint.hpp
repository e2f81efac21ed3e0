// Colours of a terminal, where there is one.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace tls12::tool {

enum class Colour : unsigned char { automatic, always, never };

class Paint {
 public:
  explicit Paint(bool on = false) : on_(on) {}
  /// Automatic: on a terminal, unless NO_COLOR is set.
  Paint(Colour colour, std::FILE* to)
      : on_(colour == Colour::always || (colour == Colour::automatic && ::isatty(::fileno(to)) == 1 && std::getenv("NO_COLOR") == nullptr)) {}

  std::string bold(std::string_view text) const { return in("1", text); }
  std::string dim(std::string_view text) const { return in("2", text); }
  std::string red(std::string_view text) const { return in("1;31", text); }
  std::string green(std::string_view text) const { return in("32", text); }
  std::string yellow(std::string_view text) const { return in("33", text); }
  std::string blue(std::string_view text) const { return in("1;34", text); }
  std::string magenta(std::string_view text) const { return in("1;35", text); }
  std::string cyan(std::string_view text) const { return in("36", text); }

 private:
  std::string in(const char* code, std::string_view text) const {
    if (!on_ || text.empty()) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
  }
  bool on_;
};

/// `text`, with spaces behind it up to `width`. Counts characters, not bytes, of UTF-8.
inline std::string padded(std::string_view text, std::size_t width) {
  std::size_t shown = 0;
  for (const char c : text) shown += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return std::string(text) + std::string(shown < width ? width - shown : 0, ' ');
}

}  // namespace tls12::tool
