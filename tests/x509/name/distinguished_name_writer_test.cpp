#include "x509/name/distinguished_name_writer.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::hex;

std::string text_again(std::string_view text) {
  const auto name = encode_name(text);
  REQUIRE_MESSAGE(name.has_value(), name.error().message());
  der::Fault fault;
  der::Reader reader(*name, fault);
  read_name(reader);
  reader.finish();
  REQUIRE_FALSE(fault);
  return text_of_name(*name);
}

bool is_refused(std::string_view text) {
  const auto name = encode_name(text);
  return !name && name.error() == Errc::misuse;
}

TEST_CASE(
    "the last attribute of the text is the first of the name, each of the type that RFC 5280 gives "
    "it") {
  // SEQUENCE { SET { C, PrintableString BE }, SET { O, UTF8String ACME }, SET { CN, UTF8String a }
  // }
  CHECK(std::ranges::equal(*encode_name("CN=a,O=ACME,C=BE"),
                           hex("3028 310b3009060355040613024245 310d300b060355040a0c0441434d45 "
                               "310a3008060355040 30c0161")));
  CHECK(std::ranges::equal(*encode_name("DC=org"),
                           hex("3015 3113 3011 060a0992268993f22c640119 1603 6f7267")));
  CHECK(std::ranges::equal(*encode_name(""), hex("3000")));
}

TEST_CASE("RFC 4514 4: the examples come back as they were") {
  for (const char* text :
       {"UID=jsmith,DC=example,DC=net", "CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net",
        "1.3.6.1.4.1.1466.0=#04024869"})
    CHECK(text_again(text) == text);
  CHECK(text_again("CN=Before\\0dAfter,DC=example,DC=net") ==
        "CN=Before\\0dAfter,DC=example,DC=net");
  CHECK(text_again("CN=Lu\\C4\\8Di\\C4\\87") == "CN=Lučić");
  // Within a set they come in the order of their encodings.
  CHECK(text_again("CN=J.  Smith+OU=Sales,DC=example,DC=net") ==
        "OU=Sales+CN=J.  Smith,DC=example,DC=net");
}

TEST_CASE("white space around the signs is none of a value, unless it is escaped") {
  CHECK(text_again(" CN = a b , O = x ") == "CN=a b,O=x");
  CHECK(text_again("CN=\\ a\\ ,O=x") == "CN=\\ a\\ ,O=x");
  CHECK(text_again("CN=a\\\\ ,O=x") == "CN=a\\\\,O=x");
}

TEST_CASE("types are short names, whatever their case, or numbers") {
  CHECK(text_again("cn=a") == "CN=a");
  CHECK(text_again("2.5.4.3=#0c0161") == "CN=a");
  CHECK(text_again("emailaddress=a@example.org") == "emailAddress=a@example.org");
}

TEST_CASE("a text that is no name is refused") {
  for (const char* text : {"CN",
                           "=a",
                           "XX=a",
                           "CN=a,",
                           ",CN=a",
                           "CN=a,,O=b",
                           "CN=a+",
                           "CN=",
                           "CN=a\\",
                           "CN=a\\zz",
                           "CN=a;b",
                           "CN=\"a\"",
                           "CN=<a>",
                           "CN=\\ff",
                           "C=B",
                           "C=BEL",
                           "C=B_",
                           "DC=\xc3\xa9",
                           "2.5.4.3=#0c02 61",
                           "2.5.4.3=#0c0261",
                           "2.5.4.3=#0c016161",
                           "2.5.4.3=#0c0",
                           "3.1=a",
                           "1.40=a",
                           "1=a",
                           "1..2=a",
                           "01.2=a"}) {
    INFO(std::string(text));
    CHECK(is_refused(text));
  }
}

TEST_CASE("RFC 5280 appendix A.1: a value is no longer than its type allows, in characters") {
  CHECK_FALSE(is_refused("CN=" + std::string(64, 'x')));
  CHECK(is_refused("CN=" + std::string(65, 'x')));
  std::string accents = "CN=";
  for (int i = 0; i < 64; ++i) accents += "é";
  CHECK_FALSE(is_refused(accents));
  CHECK(is_refused(accents + "é"));
  CHECK_FALSE(is_refused("L=" + std::string(128, 'x')));
  CHECK(is_refused("L=" + std::string(129, 'x')));
}

TEST_CASE("OpenSSL reads the names as they were meant") {
  if (!test::have("openssl")) return;
  const test::Folder folder;
  const auto certificate = issue_certificate(
      {.subject = "CN=Łódź\\, \\\"x\\\"+UID=7,OU=Web,O=ACME \\\\ Co,L=Ghent,ST=East Flanders,C=BE"},
      test::key(0));
  REQUIRE_MESSAGE(certificate.has_value(), certificate.error().message());
  std::string output;
  test::run("openssl x509 -noout -subject -nameopt RFC2253,-esc_msb,utf8 -in " +
                folder.write("a.pem", certificate->to_pem()),
            &output);
  CHECK(output ==
        "subject=CN=Łódź\\, \\\"x\\\"+UID=7,OU=Web,O=ACME \\\\ Co,L=Ghent,ST=East Flanders,C=BE\n");
}

TEST_CASE("X.690 8.19: object identifiers are written as they are read") {
  for (const char* text : {"2.5.29.32.0", "1.2.840.113549.1.9.14", "0.9.2342.19200300.100.1.25",
                           "2.999.1", "2.16.840.1.101.3.4.2.1", "1.39.0"}) {
    const auto encoded = encode_dotted(text);
    REQUIRE(encoded.has_value());
    CHECK(dotted(*encoded) == text);
  }
  CHECK(*encode_dotted("2.999.3") == hex("883703"));  // X.690 §8.19.5's example
  for (const char* text : {"", "1", "1.", ".1", "1.2.", "1..2", "3.1", "0.40", "1.02", "1.-2",
                           "1.2a", "1.2.99999999999999999999999"})
    CHECK_FALSE(encode_dotted(text).has_value());
}

}  // namespace
}  // namespace tls12::x509
