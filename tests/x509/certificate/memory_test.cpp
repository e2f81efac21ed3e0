// Reading a certificate makes views into its encoding: nothing is copied but the encoding itself.
#include "support/counted_memory.hpp"

#include "x509/name/distinguished_name.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using tls12::test::allocations;

/// What parse() asks of the heap.
std::size_t allocations_to_parse(const Certificate& certificate) {
  ParsedCertificate parsed;
  parsed.der.assign(certificate.der().begin(), certificate.der().end());
  const std::size_t before = allocations;
  REQUIRE(parse(parsed).has_value());
  return allocations - before;
}

/// A leaf with as many names and extensions as there may be.
Certificate crowded_leaf() {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("host" + std::to_string(i) + ".example.org");
  Draft draft = test::leaf_draft(test::key(0), names);
  for (std::uint8_t i = 0; draft.extensions.size() < kMaxExtensions; ++i) {
    Oid id = make_oid(1, 2, 3);
    id.octets[id.size++] = i;
    draft.extensions.push_back({id, false, {}});
  }
  return test::sign_as(std::move(draft), test::common_name("CA"), test::key(1));
}

TEST_CASE("parsing a certificate allocates nothing, however much there is in it") {
  for (const char* file : {"leaf.pem", "root.pem", "names.pem", "gnutls_leaf.pem",
                           "leaf_pss_signed.pem", "leaf_constrained.pem", "constrained.pem"}) {
    INFO(file);
    CHECK(allocations_to_parse(test::load(file)) == 0);
  }
  CHECK(allocations_to_parse(crowded_leaf()) == 0);
}

TEST_CASE("a certificate that cannot be read costs nothing either") {
  const Certificate leaf = test::load("leaf.pem");
  for (std::size_t size = 0; size < leaf.der().size(); ++size) {
    ParsedCertificate parsed;
    parsed.der.assign(leaf.der().begin(), leaf.der().begin() + static_cast<std::ptrdiff_t>(size));
    const std::size_t before = allocations;
    CHECK_FALSE(parse(parsed).has_value());
    CHECK(allocations == before);
  }
}

TEST_CASE("a certificate owns its encoding and one object beside it") {
  const Certificate leaf = crowded_leaf();
  const std::size_t before = allocations;
  REQUIRE(Certificate::from_der(leaf.der()).has_value());
  CHECK(allocations - before == 2);
}

TEST_CASE("comparing and hashing names allocates nothing") {
  const Certificate leaf = test::load("names.pem");
  const auto shouting = test::common_name("EXAMPLE"), whispering = test::common_name(" example");
  const std::size_t before = allocations;
  const bool same = same_name(shouting, whispering) &&
                    !same_name(internals(leaf).subject, shouting) &&
                    name_hash(shouting) == name_hash(whispering);
  CHECK(allocations == before);
  CHECK(same);
}

}  // namespace
}  // namespace tls12::x509
