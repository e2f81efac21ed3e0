// E-mail addresses in certificates (RFC 5280 §4.2.1.6, RFC 9598).
#pragma once

#include <optional>
#include <string_view>

#include "tls12/bytes.hpp"

namespace tls12::x509 {

/// Mailbox of RFC 5321 §4.1.2: a local part, quoted or not, and a DNS name. In UTF-8 the local part
/// may have other characters than ASCII's.
bool is_mailbox(std::string_view text);
/// RFC 5280 §7.5, RFC 9598 §5: the local parts are the same to the letter, the hosts without regard
/// to ASCII case. Of two mailboxes.
bool same_mailbox(std::string_view a, std::string_view b);
/// The mailbox that an otherName's content may be (RFC 9598 §3), whose local part ASCII cannot say:
/// nothing where it is another kind of name, empty where it is malformed.
std::optional<Bytes> utf8_mailbox(Bytes other_name);

}  // namespace tls12::x509
