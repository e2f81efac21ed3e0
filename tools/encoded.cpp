#include "encoded.hpp"

namespace tls12::tool {
namespace {

/// The six bits that a character stands for, or -1.
int bits_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

std::optional<Der> decode_base64(std::string_view text) {
  Der der;
  der.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  unsigned characters = 0, padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    const int bits = bits_of(c);
    if (c == '=' ? ++padding > 2 : bits < 0 || padding > 0) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(c == '=' ? 0 : bits);
    if (++characters % 4 != 0) continue;
    for (unsigned i = 0; i < 3 - padding; ++i) der.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * i)));
    group = 0;
  }
  if (characters % 4 != 0) return std::nullopt;
  return der;
}

std::vector<Encoded> encoded_in(std::string_view content) {
  static constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
  std::vector<Encoded> found;
  std::size_t at = content.find(kBegin);
  if (at == std::string_view::npos) {
    if (!content.empty()) found.push_back({.der = Der(content.begin(), content.end())});
    return found;
  }
  for (; at != std::string_view::npos; at = content.find(kBegin, at)) {
    at += kBegin.size();
    const std::size_t label_end = content.find(kDashes, at);
    if (label_end == std::string_view::npos) break;
    const std::string_view label = content.substr(at, label_end - at);
    at = label_end + kDashes.size();
    const std::size_t end = content.find(kEnd, at);
    auto der = decode_base64(content.substr(at, end == std::string_view::npos ? end : end - at));
    found.push_back({.label = std::string(label), .der = der ? std::move(*der) : Der()});
  }
  return found;
}

std::vector<Der> ders_of(std::string_view content, std::string_view label) {
  std::vector<Der> found;
  for (Encoded& one : encoded_in(content))
    if (one.label.empty() || one.label == label) found.push_back(std::move(one.der));
  return found;
}

}  // namespace tls12::tool
