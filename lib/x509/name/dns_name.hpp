// DNS names as certificates carry them (RFC 1034 §3.5, RFC 5890 §2.3), and what a presented one
// stands for (RFC 9525 §6.3).
#pragma once

#include <string_view>

namespace tls12::x509 {

/// Without regard to ASCII case, which is all there is to compare in names of A-labels (RFC 9549
/// §2.2).
bool same_ascii(std::string_view a, std::string_view b);

/// Labels of letters, digits, hyphens, and the underscore that names in use have; 1 to 63
/// characters each, 253 in all; no hyphen at an end. The last label is not a number, or other
/// programs would read an address (RFC 3696 §2).
bool is_dns_name(std::string_view text);
/// Whether each label that begins like an A-label is one: lower case or not, what follows "xn--" is
/// the Punycode of something that ASCII cannot say (RFC 5890 §2.3.2.1, RFC 3492).
bool has_true_a_labels(std::string_view dns_name);
/// A DNS name, perhaps with `*` as its whole left-most label: what may be a dNSName in a
/// certificate.
bool is_presentable(std::string_view text);
/// Whether a dNSName, which may have a wildcard, stands for `host`, a DNS name.
bool dns_matches(std::string_view presented, std::string_view host);

}  // namespace tls12::x509
