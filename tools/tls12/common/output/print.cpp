#include "common/output/print.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace tls12::tool {
namespace {

struct Glyph {
  std::string_view utf8, ascii;
};
constexpr Glyph kGlyphs[] = {{"━", "-"}, {"─", "-"}, {"═", "="}, {"│", "|"},  {"▶", ">"},
                             {"◀", "<"}, {"✓", "+"}, {"✗", "x"}, {"…", "..."}};

/// POSIX.1-2017 §8.2: the first of these that is set and not empty counts; none is the locale C.
bool shows_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string locale = value;
    std::ranges::transform(locale, locale.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return locale.contains("utf-8") || locale.contains("utf8");
  }
  return false;
}

}  // namespace

std::string Text::drawn(std::string_view literal) {
  static const bool utf8 = shows_utf8();
  std::string text(literal);
  if (utf8) return text;
  for (const auto& [glyph, ascii] : kGlyphs)
    for (std::size_t at = 0; (at = text.find(glyph, at)) != text.npos; at += ascii.size())
      text.replace(at, glyph.size(), ascii);
  return text;
}

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

void print_json(std::FILE* to, const nlohmann::ordered_json& json, int indent) {
  const std::string text = json_text(json, indent) + "\n";
  std::fwrite(text.data(), 1, text.size(), to);
}

std::string html(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

}  // namespace tls12::tool
