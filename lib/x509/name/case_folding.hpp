// Case folding of Unicode's letters (RFC 3454 appendix B.2).
#pragma once

#include <array>

namespace tls12::x509 {

/// One to three code points; the rest are 0.
using Folded = std::array<char32_t, 3>;
/// A character in the form in which its upper, lower and title case are the same. Those that
/// compatibility normalization would replace stay as they are.
Folded fold_case(char32_t c);

}  // namespace tls12::x509
