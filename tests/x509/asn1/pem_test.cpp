#include "x509/asn1/pem.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

Result<std::string> decode_base64(const std::string& base64) {
  const std::string text = "-----BEGIN X-----\n" + base64 + "\n-----END X-----\n";
  std::string_view rest = text;
  const auto block = pem::next(rest);
  if (!block) return fail(block.error());
  std::vector<std::uint8_t> out((*block)->max_size());
  const auto size = pem::decode(**block, out);
  if (!size) return fail(size.error());
  return std::string(tls12::text_of(Bytes(out).first(*size)));
}

TEST_CASE("RFC 4648 10: the test vectors of base64") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"Zg==", "f"},
                                                         {"Zm8=", "fo"},
                                                         {"Zm9v", "foo"},
                                                         {"Zm9vYg==", "foob"},
                                                         {"Zm9vYmE=", "fooba"},
                                                         {"Zm9vYmFy", "foobar"}};
  for (const auto& [base64, text] : vectors) {
    const auto decoded = decode_base64(base64);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == text);
    std::string encoded;
    pem::encode("X", bytes_of(text), encoded);
    CHECK(encoded == std::string("-----BEGIN X-----\n") + base64 + (*base64 != '\0' ? "\n" : "") +
                         "-----END X-----\n");
  }
}

TEST_CASE("base64 with other characters, wrong padding or stray bits is refused") {
  for (const char* wrong : {"Zg", "Zg=", "Zg===", "Z", "Z===", "====", "Zm9v====", "Zg==Zg==",
                            "Zh==", "Zm9=", "Zm-v", "Zm9v*", "Zm9vYg=a"}) {
    INFO(std::string(wrong));
    const auto decoded = decode_base64(wrong);
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error() == Errc::bad_pem);
  }
}

TEST_CASE("white space anywhere in the base64 is skipped") {
  CHECK(*decode_base64("Zm\r\n9v\tYg =\n=") == "foob");
  for (std::size_t width = 1; width < 40; ++width) {
    std::string base64, text;
    for (int i = 0; i < 20; ++i) base64 += "Zm9vYmFy", text += "foobar";
    for (std::size_t at = width; at < base64.size(); at += width + 1) base64.insert(at, "\n");
    CHECK(*decode_base64(base64) == text);
  }
}

TEST_CASE("a character that is not base64 is refused wherever it stands") {
  for (std::size_t at = 0; at < 16; ++at) {
    std::string base64 = "Zm9vYmFyZm9vYmFy";
    base64[at] = '-';
    const auto decoded = decode_base64(base64);
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error() == Errc::bad_pem);
  }
}

TEST_CASE("text around the blocks is ignored, and blocks come in order") {
  std::string_view text =
      "subject=/CN=a\n-----BEGIN A-----\nZg==\n-----END A-----\nmore text\r\n-----BEGIN "
      "B-----\r\nZm8=\r\n-----END B-----";
  CHECK((*pem::next(text))->label == "A");
  CHECK((*pem::next(text))->label == "B");
  CHECK_FALSE(pem::next(text)->has_value());
}

TEST_CASE("a block whose lines are not complete or differ is refused") {
  for (std::string_view wrong :
       {"-----BEGIN A-----\nZg==\n", "-----BEGIN A-----\nZg==\n-----END B-----\n",
        "-----BEGIN A\nZg==\n-----END A-----\n", "-----BEGIN A-----\nZg==\n-----END A----\n"}) {
    INFO(std::string(wrong));
    CHECK_FALSE(pem::next(wrong).has_value());
  }
}

TEST_CASE("a text without a certificate says so") {
  CHECK(Certificate::from_pem("nothing here").error() == Errc::bad_pem);
  CHECK(Certificate::all_from_pem(test::read_data("p256.key.pem")).error() == Errc::bad_pem);
}

TEST_CASE("certificates are found among keys and text, and to_pem gives back what OpenSSL wrote") {
  const std::string leaf = test::read_data("leaf.pem"), root = test::read_data("root.pem");
  const auto all =
      Certificate::all_from_pem(test::read_data("p256.key.pem") + leaf + "text\n" + root);
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 2);
  CHECK((*all)[0].to_pem() == leaf);
  CHECK((*all)[1].to_pem() == root);
}

}  // namespace
}  // namespace tls12::x509
