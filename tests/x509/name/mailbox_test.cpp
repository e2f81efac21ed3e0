#include "x509/name/mailbox.hpp"

#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

TEST_CASE("RFC 5321 4.1.2: a mailbox is a local part, quoted where it must be, and a DNS name") {
  for (const char* right : {"a@b", "user@example.org", "first.last+tag@mail.example.org",
                            "*@example.org", "o'neill{x}@a.b", "\"a b\"@c.d", "\"a@b\"@c.d",
                            "\"\\\"\"@c.d", "\"\"@c.d", "m\xc3\xbc@a.b"}) {
    INFO(right);
    CHECK(is_mailbox(right));
  }
  for (const char* wrong : {"",
                            "@",
                            "a",
                            "a@",
                            "@b",
                            "a@b@c",
                            ".a@b",
                            "a.@b",
                            "a..b@c",
                            "a b@c",
                            "a@b c",
                            "a@1.2.3.4",
                            "a@[192.0.2.1]",
                            "a@b.",
                            "\"a\"b\"@c",
                            "\"a@c",
                            "\"\\\\\"\"@c",
                            "\"a\\\"@c",
                            "a@m\xc3\xbc",
                            "a\n@b"}) {
    INFO(wrong);
    CHECK_FALSE(is_mailbox(wrong));
  }
  CHECK_FALSE(is_mailbox(std::string_view("a\0@b", 4)));
  CHECK(is_mailbox(std::string(64, 'a') + "@b"));
  CHECK_FALSE(is_mailbox(std::string(65, 'a') + "@b"));
}

TEST_CASE("RFC 5280 7.5: the case of the host alone does not matter") {
  CHECK(same_mailbox("a@example.org", "a@EXAMPLE.org"));
  CHECK_FALSE(same_mailbox("a@example.org", "A@example.org"));
  CHECK_FALSE(same_mailbox("a@example.org", "a@example.com"));
  CHECK(same_mailbox("\"a@b\"@c", "\"a@b\"@C"));
  CHECK_FALSE(same_mailbox("\"a@b\"@c", "\"a@B\"@c"));
}

}  // namespace
}  // namespace tls12::x509
