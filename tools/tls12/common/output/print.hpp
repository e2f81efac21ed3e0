// Text from outside, for each medium: a terminal or a log, JSON, HTML.
#pragma once

#include <concepts>
#include <cstdio>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "tls12/text.hpp"

namespace tls12::tool {

/// Text for a terminal or a log. A string becomes printable (tls12/text.hpp) when it becomes part
/// of a Text, so that nothing from outside moves the cursor, forges a line or reorders one.
/// Literals stay as they are, with their newlines. Only TerminalStyle adds control sequences.
class Text {
 public:
  /// A literal, as the locale can show it: without UTF-8, ASCII stands for lines, arrows and ticks.
  static std::string drawn(std::string_view literal);

  Text() = default;
  template <std::size_t size>
  Text(const char (&literal)[size]) : text_(drawn(literal)) {}
  template <std::size_t size>
  Text(char (&buffer)[size]) = delete;
  template <class Pointer>
    requires std::same_as<Pointer, const char*>
  Text(const Pointer& text) : text_(printable(text)) {}
  Text(const std::string& text) : text_(printable(text)) {}
  Text(std::string_view text) : text_(printable(text)) {}

  Text& operator+=(const Text& more) { return text_ += more.text_, *this; }
  friend Text operator+(Text text, const Text& more) { return std::move(text += more); }

  bool empty() const { return text_.empty(); }
  std::string_view view() const { return text_; }

 private:
  friend class TerminalStyle;
  std::string text_;
};

/// `text`, followed by spaces up to `width` characters. Not for text that TerminalStyle has
/// coloured.
inline Text padded(const Text& text, std::size_t width) {
  std::size_t characters = 0;
  for (const char c : text.view())
    characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return text + std::string(characters < width ? width - characters : 0, ' ');
}

/// Nothing else in the command writes text to a stream.
inline void print(std::FILE* to, const Text& text) {
  std::fwrite(text.view().data(), 1, text.view().size(), to);
}

/// JSON in ASCII: other characters are escaped (RFC 8259 §7), so that it is harmless on a terminal
/// and readers get the same strings. Octets that are not UTF-8 become U+FFFD. A negative `indent`
/// makes one line.
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);
void print_json(std::FILE* to, const nlohmann::ordered_json& json, int indent = -1);

/// HTML, also for attributes. The text becomes printable (tls12/text.hpp) first: newlines, too, are
/// shown by their code.
std::string html(std::string_view text);

}  // namespace tls12::tool
