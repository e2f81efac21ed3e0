#include "x509/asn1/der.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using der::Fault;
using der::Reader;
using test::hex;

/// Whether `read` takes the encoding whole and without complaint.
template <class Read>
bool accepts(std::string_view encoding, Read read) {
  const auto bytes = hex(encoding);
  Fault fault;
  Reader reader(bytes, fault);
  read(reader);
  reader.finish();
  return !fault;
}
bool is_element(std::string_view encoding) {
  return accepts(encoding, [](Reader& r) { r.element(); });
}
bool is_integer(std::string_view encoding) {
  return accepts(encoding, [](Reader& r) { r.integer(); });
}
bool is_boolean(std::string_view encoding) {
  return accepts(encoding, [](Reader& r) { r.boolean(); });
}
bool is_oid(std::string_view encoding) {
  return accepts(encoding, [](Reader& r) { r.object_identifier(); });
}

TEST_CASE("X.690 10.1: lengths are definite and take the fewest octets") {
  CHECK(is_element("0400"));
  CHECK(is_element("040141"));
  CHECK(is_element("047f" + std::string(254, '0')));
  CHECK(is_element("048180" + std::string(256, '0')));
  CHECK(is_element("04820100" + std::string(512, '0')));
  CHECK_FALSE(is_element("048141" + std::string(2 * 0x41, '0')));  // would fit the short form
  CHECK_FALSE(is_element("04817f" + std::string(254, '0')));
  CHECK_FALSE(is_element("04820080" + std::string(256, '0')));    // would fit one octet
  CHECK_FALSE(is_element("0483000100" + std::string(512, '0')));  // would fit two
  CHECK_FALSE(is_element("0480410000"));                          // indefinite
  CHECK_FALSE(is_element("3080020100 0000"));
  CHECK_FALSE(is_element("04ff"));
  CHECK_FALSE(is_element("0484000000 01 41"));
}

TEST_CASE("an element does not reach beyond what is there, and nothing follows the last one") {
  CHECK_FALSE(is_element(""));
  CHECK_FALSE(is_element("04"));
  CHECK_FALSE(is_element("0402 41"));
  CHECK_FALSE(is_element("048201"));
  CHECK_FALSE(is_element("0401 41 00"));
  CHECK_FALSE(is_element("04847fffffff 00"));
}

TEST_CASE("X.690 8.1.2.4: tags of several octets do not occur") {
  CHECK_FALSE(is_element("1f810100"));
}

TEST_CASE("X.690 8.3.2: integers take the fewest octets") {
  CHECK(is_integer("020100"));
  CHECK(is_integer("02017f"));
  CHECK(is_integer("02020080"));
  CHECK(is_integer("0201 80"));
  CHECK(is_integer("0202 ff7f"));
  CHECK_FALSE(is_integer("0200"));
  CHECK_FALSE(is_integer("0202 007f"));
  CHECK_FALSE(is_integer("0202 ff80"));
}

TEST_CASE("a natural number is no negative integer, and comes without its sign octet") {
  const auto bytes = hex("02020080");
  Fault fault;
  Reader reader(bytes, fault);
  const Bytes value = reader.natural();
  CHECK(value.size() == 1);
  CHECK(value[0] == 0x80);
  CHECK_FALSE(accepts("020180", [](Reader& r) { r.natural(); }));
  CHECK(accepts("0209 00ffffffffffffffff",
                [](Reader& r) { CHECK(r.small_natural() == ~std::uint64_t{0}); }));
  CHECK(accepts("020a 01000000000000000000",
                [](Reader& r) { CHECK(r.small_natural() == ~std::uint64_t{0}); }));
}

TEST_CASE("X.690 11.1: TRUE is ff and FALSE is 00") {
  CHECK(is_boolean("010100"));
  CHECK(is_boolean("0101ff"));
  CHECK_FALSE(is_boolean("010101"));
  CHECK_FALSE(is_boolean("0100"));
  CHECK_FALSE(is_boolean("0102ffff"));
}

TEST_CASE("X.690 8.19: object identifiers are complete, and their arcs take the fewest octets") {
  CHECK(is_oid("06032b6570"));
  CHECK_FALSE(is_oid("0600"));
  CHECK_FALSE(is_oid("0602 2b80"));
  CHECK_FALSE(is_oid("0603 2b8001"));
  CHECK(is_oid("0604 2b818001"));
}

TEST_CASE("object identifiers are written as the RFCs write them") {
  CHECK(dotted(hex("2a864886f70d01010b")) == "1.2.840.113549.1.1.11");
  CHECK(dotted(hex("2b6570")) == "1.3.101.112");
  CHECK(dotted(hex("883703")) == "2.999.3");  // X.660's example arc
  CHECK(is(hex("2a8648ce3d030107"), oid::kSecp256r1));
  CHECK(is(hex("551d25 00"), oid::kAnyExtendedKeyUsage));
}

TEST_CASE("X.690 8.6: a bit string of whole octets has no unused bits") {
  CHECK(accepts("030200aa", [](Reader& r) { CHECK(r.bit_string().size() == 1); }));
  CHECK_FALSE(accepts("030201aa", [](Reader& r) { r.bit_string(); }));
  CHECK_FALSE(accepts("0300", [](Reader& r) { r.bit_string(); }));
}

TEST_CASE(
    "after the first fault every reader of a parse is at its end, and the first fault is kept") {
  const auto bytes = hex("3006 020100 020100 0500");
  Fault fault;
  Reader reader(bytes, fault);
  Reader inner = reader.enter_sequence();
  inner.boolean();
  const char* first = fault.what;
  CHECK(first != nullptr);
  CHECK(inner.at_end());
  CHECK(reader.at_end());
  reader.refuse("another");
  CHECK(fault.what == first);
}

TEST_CASE("what the writer writes is what the reader reads") {
  der::Writer writer;
  writer.sequence([&] {
    writer.small_natural(0);
    writer.small_natural(0x80);
    writer.small_natural(65537);
    writer.boolean(true);
    writer.octet_string(std::vector<std::uint8_t>(300));
  });
  const auto expected = hex("3082013f 020100 02020080 0203010001 0101ff 0482012c");
  REQUIRE(writer.bytes().size() == 4 + 0x13f);
  CHECK(std::ranges::equal(writer.bytes().first(expected.size()), expected));
}

}  // namespace
}  // namespace tls12::x509
