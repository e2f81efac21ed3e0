// Colours and weights of text on a terminal.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/output/print.hpp"

namespace tls12::tool {

enum class Colour : unsigned char { automatic, always, never };

class TerminalStyle {
 public:
  explicit TerminalStyle(bool on = false) : on_(on) {}
  /// Automatic: on a terminal, unless NO_COLOR is set.
  TerminalStyle(Colour colour, std::FILE* to)
      : on_(colour == Colour::always ||
            (colour == Colour::automatic && ::isatty(::fileno(to)) == 1 &&
             std::getenv("NO_COLOR") == nullptr)) {}

  Text bold(const Text& text) const { return in("1", text); }
  Text dim(const Text& text) const { return in("2", text); }
  Text red(const Text& text) const { return in("1;31", text); }
  Text green(const Text& text) const { return in("32", text); }
  Text yellow(const Text& text) const { return in("33", text); }
  Text blue(const Text& text) const { return in("1;34", text); }
  Text magenta(const Text& text) const { return in("1;35", text); }
  Text cyan(const Text& text) const { return in("36", text); }

 private:
  Text in(const char* code, const Text& text) const {
    if (!on_ || text.empty()) return text;
    Text coloured;
    coloured.text_ = "\x1b[" + std::string(code) + "m" + text.text_ + "\x1b[0m";
    return coloured;
  }
  bool on_;
};

}  // namespace tls12::tool
