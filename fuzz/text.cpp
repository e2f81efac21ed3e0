// Escapes whatever it is given, for each medium: the result is harmless, bounded, and says which
// text it was.
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/output/print.hpp"
#include "text_properties.hpp"
#include "tls12/error.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/distinguished_name_writer.hpp"

using namespace tls12;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_text(const std::string& value) {
  const std::string line = printable(value), one = escaped(value), marked = in_quotes(value);
  for (const std::string& text : {line, one, marked})
    check(test::is_harmless(text) && text.size() <= 4 * value.size() + 2);
  check(printable(line) == line && printable(one) == one && printable(marked) == marked);
  check(test::unescaped(one) == value);
  check(test::unescaped(std::string_view(marked).substr(1, marked.size() - 2)) == value);
  check(tool::Text(value).view() == line);
}

void check_error(const std::string& value) {
  const Error error(Errc::host_not_found, value);
  check(test::is_harmless(error.message()) && printable(value).starts_with(error.about()));
}

std::string without_entities(std::string_view text) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
  std::string plain;
  while (!text.empty()) {
    const auto* entity = std::ranges::find_if(
        kEntities, [&](const auto& row) { return text.starts_with(row.first); });
    const bool is_entity = entity != std::end(kEntities);
    check(is_entity || !std::string_view("&<>\"'").contains(text[0]));
    plain.push_back(is_entity ? entity->second : text[0]);
    text.remove_prefix(is_entity ? entity->first.size() : 1);
  }
  return plain;
}

void check_html(const std::string& value) {
  const std::string text = tool::html(value);
  check(test::is_harmless(text) && text.size() <= 6 * value.size() &&
        without_entities(text) == printable(value));
}

void check_json(const std::string& value, bool is_utf8) {
  const std::string text = tool::json_text({{"value", value}});
  check(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }) &&
        text.size() <= 6 * value.size() + 12);
  const std::string read = nlohmann::json::parse(text)["value"];
  check(is_utf8 ? read == value : test::is_harmless(printable(read)));
}

// RFC 4514 has escapes of its own.
void check_name(const std::string& value) {
  const auto name = x509::encode_common_name(value);
  const std::string text = x509::text_of_name(name);
  check(test::is_harmless(text) && text.size() <= 3 * value.size() + 3);
  if (const auto again = x509::encode_name(text)) check(std::ranges::equal(*again, name));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(data, data + size);
  const bool is_utf8 = [&] {
    for (std::string_view left = value; !left.empty(); left.remove_prefix(test::utf8_size(left)))
      if (test::utf8_size(left) == 0) return false;
    return true;
  }();
  check_text(value);
  check_error(value);
  check_html(value);
  check_json(value, is_utf8);
  if (is_utf8 && !value.empty()) check_name(value);
  return 0;
}
