#include "x509/name/dns_name.hpp"

#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

TEST_CASE("RFC 9525 6.3: DNS names match whole, label by label, without regard to ASCII case") {
  struct Row {
    const char *presented, *host;
    bool matches;
  };
  constexpr Row kRows[] = {
      {"www.example.com", "www.example.com", true},
      {"WWW.Example.COM", "www.example.com", true},  // §6.4.1
      {"www.example.com", "example.com", false},
      {"example.com", "www.example.com", false},
      {"example.com", "example.org", false},
      // §6.4.3 (2): the wildcard is one label
      {"*.example.com", "foo.example.com", true},
      {"*.example.com", "bar.foo.example.com", false},
      {"*.example.com", "example.com", false},
      {"*.EXAMPLE.com", "foo.example.com", true},
      // §6.4.3 (1): in the left-most label alone
      {"bar.*.example.net", "bar.foo.example.net", false},
      {"*.*.example.net", "bar.foo.example.net", false},
      // §6.4.3 (3) may be left out: no parts of labels
      {"baz*.example.net", "baz1.example.net", false},
      {"*baz.example.net", "foobaz.example.net", false},
      {"b*z.example.net", "buzz.example.net", false},
      {"xn--*.example.net", "xn--a.example.net", false},
      // §6.4.2: A-labels are compared as they are
      {"xn--vdkr-4qa.example.com", "xn--vdkr-4qa.example.com", true},
      {"*.example.com", "xn--vdkr-4qa.example.com", true},
      // §7.2: not for a whole registry
      {"*.com", "example.com", false},
      {"*", "localhost", false},
      {"*.", "localhost", false},
      // what is no DNS name matches nothing
      {"example.com.", "example.com", false},
      {"", "", false},
      {".example.com", "example.com", false},
      {"*.example..com", "foo.example..com", false},
      {"192.0.2.1", "192.0.2.1", false},
  };
  for (const Row& row : kRows) {
    INFO(std::string(row.presented), " for ", std::string(row.host));
    CHECK(dns_matches(row.presented, row.host) == row.matches);
  }
  CHECK_FALSE(dns_matches(std::string_view("example.com\0.evil.org", 21), "example.com"));
  CHECK_FALSE(dns_matches(std::string_view("example.com\0", 12), "example.com"));
}

TEST_CASE(
    "RFC 1034 3.5, RFC 3696 2: a DNS name is labels of letters, digits and hyphens, and its last "
    "one is no number") {
  const std::string label63(63, 'a'),
      name253 = label63 + "." + label63 + "." + label63 + "." + std::string(61, 'a');
  CHECK(is_dns_name("a"));
  CHECK(is_dns_name("1.a-b.C3"));
  CHECK(is_dns_name("_a.b_c"));
  CHECK(is_dns_name(label63));
  CHECK(is_dns_name(name253));
  for (const std::string& wrong :
       {std::string(), std::string("."), std::string("a."), std::string(".a"), std::string("a..b"),
        std::string("-a"), std::string("a-.b"), std::string("a b"), std::string("a.1"),
        std::string("1"), std::string("a\0", 2), std::string("\xc3\xbc"), label63 + "a",
        name253 + "a"}) {
    INFO(wrong);
    CHECK_FALSE(is_dns_name(wrong));
  }
}

TEST_CASE(
    "RFC 3492 7.1, RFC 5890 2.3.2.1: what follows xn-- is the Punycode of something that ASCII "
    "cannot say") {
  for (const char* sample :
       {"egbpdaj6bu4bxfgehfvwxn", "ihqwcrb4cv8a8dqg056pqjye", "ihqwctvzc91f659drss3x8bo0yb",
        "Proprostnemluvesky-uyb24dma41a", "4dbcagdahymbxekheh6e0a7fei0b",
        "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
        "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c",
        "b1abfaaepdrnnbgefbaDotcwatmq2g4l", "PorqunopuedensimplementehablarenEspaol-fmd56a",
        "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g", "3B-ww4c5e180e575a65lsy2b",
        "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n", "Hello-Another-Way--fc4qua05auwb3674vfr0b",
        "2-u9tlzr9756bt3uc0v", "MajiKoi5-783gue6qz075azm5e", "de-jg4avhby1noc0d",
        "d9juau41awczczp"}) {
    INFO(sample);
    CHECK(has_true_a_labels(std::string("www.XN--").append(sample)));
  }
  for (const char* fake : {"", "zzzzzz", "99999a", "-a", "b\xc3\xbc", "a_b"}) {
    INFO(fake);
    CHECK_FALSE(has_true_a_labels(std::string("xn--").append(fake).append(".example")));
  }
  CHECK(has_true_a_labels("example.com"));
  CHECK(has_true_a_labels("xn-a.example"));
}

}  // namespace
}  // namespace tls12::x509
