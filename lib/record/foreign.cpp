#include "record/foreign.hpp"

#include <algorithm>
#include <string_view>

namespace tls12::record {
namespace {

using namespace std::string_view_literals;

struct Start {
  std::string_view bytes;
  std::string_view protocol;  ///< for Error::detail
};

/// HTTP: the registered methods (RFC 9110 §16.1.1), two common ones, and a response.
constexpr std::string_view kHttp[] = {"HTTP/",
                                      "ACL ",
                                      "BASELINE-CONTROL ",
                                      "BIND ",
                                      "CHECKIN ",
                                      "CHECKOUT ",
                                      "CONNECT ",
                                      "COPY ",
                                      "DELETE ",
                                      "GET ",
                                      "HEAD ",
                                      "LABEL ",
                                      "LINK ",
                                      "LOCK ",
                                      "MERGE ",
                                      "MKACTIVITY ",
                                      "MKCALENDAR ",
                                      "MKCOL ",
                                      "MKREDIRECTREF ",
                                      "MKWORKSPACE ",
                                      "MOVE ",
                                      "OPTIONS ",
                                      "ORDERPATCH ",
                                      "PATCH ",
                                      "POST ",
                                      "PRI ",
                                      "PROPFIND ",
                                      "PROPPATCH ",
                                      "PURGE ",
                                      "PUT ",
                                      "QUERY ",
                                      "REBIND ",
                                      "REPORT ",
                                      "SEARCH ",
                                      "TRACE ",
                                      "UNBIND ",
                                      "UNCHECKOUT ",
                                      "UNLINK ",
                                      "UNLOCK ",
                                      "UPDATE ",
                                      "UPDATEREDIRECTREF ",
                                      "VERSION-CONTROL "};

constexpr Start kOthers[] = {
    {"SSH-", "it speaks SSH"},    // RFC 4253 §4.2
    {"EHLO ", "it speaks SMTP"},  // RFC 5321 §4.1.1.1
    {"HELO ", "it speaks SMTP"},
    {"LHLO ", "it speaks LMTP"},        // RFC 2033 §4.1
    {"220 ", "it speaks SMTP or FTP"},  // RFC 5321 §4.2, RFC 959 §5.4
    {"220-", "it speaks SMTP or FTP"},
    {"421 ", "it speaks SMTP or FTP"},
    {"421-", "it speaks SMTP or FTP"},
    {"554 ", "it speaks SMTP"},
    {"554-", "it speaks SMTP"},
    {"200 ", "it speaks NNTP"},  // RFC 3977 §5.1
    {"201 ", "it speaks NNTP"},
    {"* OK", "it speaks IMAP"},  // RFC 9051 §7.1
    {"* PREAUTH", "it speaks IMAP"},
    {"* BYE", "it speaks IMAP"},
    {"+OK", "it speaks POP3"},  // RFC 1939 §3
    {"-ERR", "it speaks POP3 or Redis"},
    {"USER ", "it speaks FTP or POP3"},
    {"<?xml", "it speaks XMPP"},  // RFC 6120 §4.2
    {"<stream", "it speaks XMPP"},
    {"RFB ", "it speaks RFB (VNC)"},  // RFC 6143 §7.1.1
    {"PROXY ", "it sends a PROXY protocol header, version 1"},
    {"\r\n\r\n\0\r\nQUIT\n"sv, "it sends a PROXY protocol header, version 2"},
};

static_assert(std::ranges::max(kHttp, {}, &std::string_view::size).size() <= kMaxForeignStart &&
              std::ranges::max(kOthers, {}, [](const Start& one) {
                return one.bytes.size();
              }).bytes.size() <= kMaxForeignStart);

enum class Fit : unsigned char { no, not_yet, yes };

Fit fit(Bytes input, std::string_view start) {
  const std::size_t n = std::min(input.size(), start.size());
  if (text_of(input.first(n)) != start.substr(0, n)) return Fit::no;
  return n == start.size() ? Fit::yes : Fit::not_yet;
}

/// An SSL 2.0 CLIENT-HELLO (RFC 5246 appendix E.2): two bytes of length with the top bit set,
/// msg_type 1, a version 0.2 or 3.x.
Fit fit_ssl2_hello(Bytes input) {
  const bool fits = (input[0] & 0x80) != 0 && (input.size() < 3 || input[2] == 1) &&
                    (input.size() < 4 || input[3] == 0 || input[3] == 3);
  return !fits ? Fit::no : input.size() < 4 ? Fit::not_yet : Fit::yes;
}

}  // namespace

std::optional<Error> foreign_protocol(Bytes input) {
  bool undecided = false;
  const auto is = [&](Fit fit) {
    undecided = undecided || fit == Fit::not_yet;
    return fit == Fit::yes;
  };
  for (const std::string_view start : kHttp)
    if (is(fit(input, start))) return Error(Errc::plain_http);
  for (const auto& [start, protocol] : kOthers)
    if (is(fit(input, start))) return Error(Errc::not_tls, protocol);
  if (is(fit_ssl2_hello(input))) return Error(Errc::not_tls, "an SSL 2.0 CLIENT-HELLO");
  if (undecided) return std::nullopt;
  return Error(Errc::not_tls);
}

}  // namespace tls12::record
