// Text from outside (names, paths, messages of a peer, file names) for a terminal or a log.
//
//   std::fprintf(stderr, "request for %s\n", tls12::in_quotes(state.server_name).c_str());
//
// The library returns such values as they came: ConnectionState, messages, contents of extensions.
// Texts that it writes itself are printable: Error::message() and about(),
// VerifyFailure::message(), and the names of certificates and CRLs.
#pragma once

#include <string>
#include <string_view>

#include "tls12/api.hpp"

namespace tls12 {

// Each function returns UTF-8 (RFC 3629) that moves no cursor, ends no line and reorders no text.
// It hides control characters (newlines, ESC and DEL among them), format characters (bidirectional
// controls and zero-width characters among them), line and paragraph separators, other characters
// that Unicode ignores by default, noncharacters, and octets that are not UTF-8. A hidden ASCII
// character or octet is written \x1b, another hidden character \u{202e}.
// The result is at most 4 times as long as `text`; that of in_quotes() has two characters more.
// Errors: std::bad_alloc alone.

/// A line that may hold escaped values: applied twice, it changes nothing more.
TLS12_API std::string printable(std::string_view text);

/// One value. A backslash is written \\, so that different values have different texts.
TLS12_API std::string escaped(std::string_view text);

/// One value in quotation marks. As escaped(), and a quotation mark inside is written \".
TLS12_API std::string in_quotes(std::string_view text);

}  // namespace tls12
