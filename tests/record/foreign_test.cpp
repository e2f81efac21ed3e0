// Peers that speak another protocol: the error names it, however the bytes arrive.
#include "record/foreign.hpp"

#include <string>

#include "record/support.hpp"

namespace tls12::record::testing {

namespace {

struct Case {
  std::string first_bytes;
  Errc code;
  std::string about;
  std::size_t decided_by;  ///< how many bytes it takes
};

const Case kCases[] = {
    {"GET / HTTP/1.1\r\n", Errc::plain_http, "", 4},
    {"PROPFIND /dav HTTP/1.1\r\n", Errc::plain_http, "", 9},
    {"VERSION-CONTROL /a HTTP/1.1\r\n", Errc::plain_http, "", 16},
    {"UPDATEREDIRECTREF /a HTTP/1.1\r\n", Errc::plain_http, "", 18},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Errc::plain_http, "", 4},
    {"HTTP/1.1 400 Bad Request\r\n", Errc::plain_http, "", 5},
    {"SSH-2.0-OpenSSH_9.2p1\r\n", Errc::not_tls, "it speaks SSH", 4},
    {"EHLO client.example.org\r\n", Errc::not_tls, "it speaks SMTP", 5},
    {"220 mail.example.org ESMTP\r\n", Errc::not_tls, "it speaks SMTP or FTP", 4},
    {"220-Welcome to the FTP server\r\n", Errc::not_tls, "it speaks SMTP or FTP", 4},
    {"554 no service\r\n", Errc::not_tls, "it speaks SMTP", 4},
    {"200 news.example.org\r\n", Errc::not_tls, "it speaks NNTP", 4},
    {"* OK [CAPABILITY IMAP4rev1] ready\r\n", Errc::not_tls, "it speaks IMAP", 4},
    {"+OK POP3 ready\r\n", Errc::not_tls, "it speaks POP3", 3},
    {"USER anonymous\r\n", Errc::not_tls, "it speaks FTP or POP3", 5},
    {"<?xml version='1.0'?>", Errc::not_tls, "it speaks XMPP", 5},
    {"RFB 003.008\n", Errc::not_tls, "it speaks RFB (VNC)", 4},
    {"PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\r\n", Errc::not_tls,
     "it sends a PROXY protocol header, version 1", 6},
    {std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c", 16), Errc::not_tls,
     "it sends a PROXY protocol header, version 2", 12},
    {"\x80\x2e\x01\x03\x01", Errc::not_tls, "an SSL 2.0 CLIENT-HELLO", 4},
    {"hello", Errc::not_tls, "", 1},
    {"HELLO ", Errc::not_tls, "", 4},
};

}  // namespace

TEST_CASE(
    "a peer that speaks another protocol gets an error that names it, as soon as that is known") {
  for (const Case& one : kCases) {
    CAPTURE(one.first_bytes);
    for (std::size_t size = 1; size <= one.first_bytes.size(); ++size) {
      CAPTURE(size);
      const auto error = foreign_protocol(bytes_of(one.first_bytes).first(size));
      REQUIRE(error.has_value() == (size >= one.decided_by));
      if (!error) continue;
      CHECK(error->code == one.code);
      CHECK(error->about() == one.about);
    }
  }
}

TEST_CASE("no more than 18 bytes are needed to tell that a peer does not speak TLS") {
  for (unsigned first = 0; first < 256; ++first) {
    for (const Case& one : kCases) {
      Octets bytes = octets(one.first_bytes);
      bytes.resize(kMaxForeignStart, 'X');
      bytes[0] = static_cast<std::uint8_t>(first);
      CHECK(foreign_protocol(bytes).has_value());
    }
  }
}

}  // namespace tls12::record::testing
