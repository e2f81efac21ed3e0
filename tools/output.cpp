#include "output.hpp"

#include <nlohmann/json.hpp>

namespace tls12::tool {

std::string json_text(const nlohmann::ordered_json& json, int indent) { return json.dump(indent, ' ', true, nlohmann::ordered_json::error_handler_t::replace); }

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
