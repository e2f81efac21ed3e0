// UTF-8 (RFC 3629), one character after the other, and which of them tls12/text.hpp hides.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tls12 {

/// Takes the first character off `text`, which is not empty. When `text` does not begin with a
/// well-formed one, takes one octet and returns nothing.
std::optional<char32_t> take_code_point(std::string_view& text);

/// False for a character that tls12/text.hpp hides.
bool is_printable(char32_t c);

/// The longest escape is that of U+10FFFF.
using EscapeRoom = std::array<char, std::string_view("\\u{10ffff}").size()>;

/// Takes the first character off `text`, which is not empty, and returns it as printable() writes
/// it: a view of `text` or of `room`. Allocates nothing.
std::string_view take_printable(std::string_view& text, EscapeRoom& room);

}  // namespace tls12
