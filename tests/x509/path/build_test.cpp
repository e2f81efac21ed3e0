// Graphs of certificates: whatever is presented, in whatever order, the right chain is found, and
// what is hostile costs bounded work.
#include "x509/path/build.hpp"

#include <algorithm>

#include "x509/chains.hpp"
#include "x509/verify.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

Certificate ca(const std::string& name, std::size_t own, const std::string& issuer,
               std::size_t signer) {
  return sign_as(ca_draft(name, key(own)), common_name(issuer), key(signer));
}
Certificate leaf_of(const std::string& issuer, std::size_t signer) {
  return sign_as(leaf_draft(key(2)), common_name(issuer), key(signer));
}

TEST_CASE(
    "a chain from the leaf over an intermediate to an anchor is found, and given back in that "
    "order") {
  CHECK(subjects(judge({leaf(), intermediate()}, {root()})) == "CN=leaf,CN=intermediate,CN=root");
}

TEST_CASE(
    "untrusted certificates may come in any order, repeated, or unrelated, and with the root") {
  const Certificate other = ca("other", 3, "other", 3);
  CHECK(code({leaf(), other, root(), intermediate()}, {root()}) == kRight);
  const Certificate i = intermediate();
  CHECK(code({leaf(), i, i, other, other, i}, {other, root()}) == kRight);
  std::vector<Certificate> four = {ca("a", 3, "b", 4), ca("b", 4, "c", 5), ca("c", 5, "root", 0),
                                   other};
  const Certificate below = leaf_of("a", 3);
  std::vector<int> order = {0, 1, 2, 3};
  do {
    std::vector<Certificate> presented = {below};
    for (const int n : order) presented.push_back(four[static_cast<std::size_t>(n)]);
    CHECK(subjects(judge(presented, {root()})) == "CN=leaf,CN=a,CN=b,CN=c,CN=root");
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("only the first certificate is the leaf") {
  CHECK(code({intermediate(), leaf()}, {root()}) != kRight);
}

TEST_CASE("where one issuer's certificate fails, another with the same name is tried") {
  // The intermediate is signed by two roots; one is not trusted, the other has expired, the third
  // is right.
  const Certificate by_other = ca("intermediate", 1, "other", 3);
  Draft old = ca_draft("intermediate", key(1));
  old.not_after = test_time() - std::chrono::seconds(1);
  CHECK(code({leaf(), by_other, intermediate(std::move(old)), intermediate()}, {root()}) == kRight);
  // Two anchors with one name: that of an old key comes first or last.
  const Certificate namesake = ca("root", 5, "root", 5);
  CHECK(code({leaf(), intermediate()}, {namesake, root()}) == kRight);
  CHECK(code({leaf(), intermediate()}, {root(), namesake}) == kRight);
}

TEST_CASE("a chain that the validator refuses makes the search go on") {
  // Two certificates of one CA: what one may not issue for, the other may.
  Draft constrained = ca_draft("intermediate", key(1));
  constrain_dns(constrained, "example.com");
  const Certificate bad = intermediate(std::move(constrained)), good = intermediate();
  CHECK(code({leaf(), bad, good}, {root()}) == kRight);
  CHECK(code({leaf(), good, bad}, {root()}) == kRight);
  CHECK(code({leaf(), bad}, {root()}) == Errc::certificate_name_constraint);
  // The way over the shorter chain is barred by its anchor's pathLenConstraint.
  Draft narrow = ca_draft("root", key(0));
  set_extension(narrow, oid::kBasicConstraints, true, "30060101ff 020100");
  const Certificate top = ca("top", 5, "top", 5), cross = ca("root", 0, "top", 5);
  CHECK(subjects(judge({leaf(), intermediate(), cross}, {root(narrow), top})) ==
        "CN=leaf,CN=intermediate,CN=root,CN=top");
}

TEST_CASE("cross-signed roots: an old chain whose root has expired does not hide the new one") {
  // leaf -> intermediate -> new root, which is an anchor, and was cross-signed by an old root, an
  // anchor that has expired.
  Draft expired = ca_draft("old", key(5));
  expired.not_after = test_time() - std::chrono::seconds(1);
  const Certificate old_root = sign_as(std::move(expired), common_name("old"), key(5)),
                    cross = ca("root", 0, "old", 5);
  CHECK(subjects(judge({leaf(), intermediate(), cross}, {old_root, root()})) ==
        "CN=leaf,CN=intermediate,CN=root");
  // Without the new root among the anchors, what is wrong is that the old one has expired.
  const Verdict verdict = judge({leaf(), intermediate(), cross}, {old_root});
  REQUIRE(code_of(verdict) == Errc::certificate_expired);
  CHECK(verdict.error().subject == "CN=old");
  CHECK(verdict.error().depth == 3);
}

TEST_CASE("certificates that issue each other in a circle end the search") {
  const Certificate a = ca("a", 3, "b", 4), b = ca("b", 4, "a", 3), below = leaf_of("a", 3);
  CHECK(code({below, a, b}, {root()}) == Errc::certificate_unknown_issuer);
  const Certificate out = ca("b", 4, "root", 0);
  CHECK(subjects(judge({below, a, b, out}, {root()})) == "CN=leaf,CN=a,CN=b,CN=root");
}

TEST_CASE("key identifiers lead to the right one of many namesakes at once, and mislead nobody") {
  Draft draft = leaf_draft(key(2));
  set_authority_key(draft, key(1));
  const Certificate below = leaf(std::move(draft));
  // Fifty CAs of one name; each says what its key is.
  std::vector<Certificate> presented = {below};
  for (int i = 0; i < 50; ++i)
    presented.push_back(ca("intermediate", i % 2 == 0 ? 3 : 4, "root", 0));
  presented.push_back(intermediate());
  const Counting counting;
  CHECK(code(presented, {root()}, {.provider = counting.provider}) == kRight);
  CHECK(counting.signature.count == 2);
  // A leaf that names the wrong key; a CA that names another as its own.
  Draft misled = leaf_draft(key(2));
  set_authority_key(misled, key(3));
  CHECK(code({leaf(misled), ca("intermediate", 3, "root", 0), intermediate()}, {root()}) == kRight);
  Draft liar = ca_draft("intermediate", key(1));
  set_subject_key(liar, key(4));
  CHECK(code({below, intermediate(std::move(liar))}, {root()}) == kRight);
}

TEST_CASE("each pair's signature is checked once, however many ways lead over it") {
  // leaf <- a <- b, and b has three certificates, of which two lead nowhere.
  const Counting counting;
  const Certificate below = leaf_of("a", 3), a = ca("a", 3, "b", 4);
  const std::vector<Certificate> presented = {below, a, ca("b", 4, "nobody", 5),
                                              ca("b", 4, "nobody else", 5), ca("b", 4, "root", 0)};
  CHECK(code(presented, {root()}, {.provider = counting.provider}) == kRight);
  CHECK(counting.signature.count <=
        5);  // the leaf's, a's under each b, and that of the b which root signed
  // One that is wrong stays wrong when another way leads to it.
  const Certificate forged = sign_as(ca_draft("b", key(4)), common_name("root"), key(5));
  CHECK(code({below, a, ca("a", 3, "b", 4), forged}, {root()}) ==
        Errc::certificate_signature_wrong);
}

TEST_CASE("what no chain can go through costs no signature check") {
  Draft expired = ca_draft("intermediate", key(1)), no_ca = ca_draft("intermediate", key(1)),
        no_signer = ca_draft("intermediate", key(1));
  expired.not_after = test_time() - std::chrono::seconds(1);
  set_extension(no_ca, oid::kBasicConstraints, true, "3000");
  set_extension(no_signer, oid::kKeyUsage, true, "03020102");
  const Counting counting;
  const std::vector<Certificate> presented = {leaf(), intermediate(expired), intermediate(no_ca),
                                              intermediate(no_signer)};
  CHECK(code(presented, {root()}, {.provider = counting.provider}) != kRight);
  CHECK(counting.signature.count == 0);
}

TEST_CASE("a dense graph of cross-signed certificates costs bounded work") {
  // Every CA of six signs every other, three times: without a budget, thousands of paths.
  std::vector<Certificate> presented = {leaf_of("ca0", 0)};
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < 6; ++j)
      for (int copy = 0; copy < 3 && i != j; ++copy)
        presented.push_back(ca("ca" + std::to_string(i), i, "ca" + std::to_string(j), j));
  const Counting counting;
  const Verdict verdict = judge(presented, {root()}, {.provider = counting.provider});
  REQUIRE(code_of(verdict) == Errc::certificate_search_exhausted);
  CHECK(verdict.error().subject == "CN=leaf");
  CHECK(reason_of(verdict) ==
        "finding its chain takes more than the 64 signature checks of "
        "VerifyPolicy::max_signature_checks");
  CHECK(counting.signature.count == 64);
}

TEST_CASE("each part of the budget has its own words") {
  std::vector<Certificate> presented = {leaf()};
  for (int i = 0; i < 20; ++i) presented.push_back(ca("intermediate", 3, "root", 0));
  CHECK(reason_of(judge(presented, {root()}, {.policy = {.max_signature_checks = 5}})) ==
        "finding its chain takes more than the 5 signature checks of "
        "VerifyPolicy::max_signature_checks");
  CHECK(reason_of(judge(presented, {root()}, {.policy = {.max_work = 500}})) ==
        "finding its chain takes more than the 500 steps of VerifyPolicy::max_work");
  CHECK(reason_of(judge(presented, {root()}, {.policy = {.max_work = 0}})) ==
        "reading it takes more than the 0 steps of VerifyPolicy::max_work");
  // Exactly enough is enough.
  CHECK(code({leaf(), intermediate()}, {root()}, {.policy = {.max_signature_checks = 2}}) ==
        kRight);
  CHECK(code({leaf(), intermediate()}, {root()}, {.policy = {.max_signature_checks = 1}}) ==
        Errc::certificate_search_exhausted);
}

/// What the verdict on a right chain costs.
std::size_t steps_of(const std::vector<Certificate>& presented, std::vector<Certificate> anchors) {
  const TrustStore trust = TrustStore::of(std::move(anchors));
  Work work(VerifyPolicy::standard().max_work);
  KnownSignatures known;
  const auto verdict = verify(
      {.presented = presented, .trust = trust, .peer_name = {"example.org"}, .now = test_time()},
      work, known);
  CHECK(code_of(*verdict) == kRight);
  return VerifyPolicy::standard().max_work - work.left();
}

TEST_CASE("names that are spelled otherwise count by their length, and are the same for all that") {
  const std::string name(60, 'x'), shouted(60, 'X');
  const std::vector<Certificate> presented = {leaf_of(name, 1), ca(shouted, 1, "root", 0)};
  CHECK(code(presented, {root()}) == kRight);
  const std::size_t otherwise = steps_of(presented, {root()}),
                    alike = steps_of({leaf_of(name, 1), ca(name, 1, "root", 0)}, {root()});
  CHECK(otherwise > alike + 2 * name.size() / kOctetsFolded);
}

TEST_CASE("a thousand certificates that have nothing to do with it cost nothing") {
  std::vector<Certificate> presented = {leaf()};
  for (int i = 0; i < 1000; ++i)
    presented.push_back(ca("unrelated " + std::to_string(i), 3, "root", 4));
  presented.push_back(intermediate());
  const Counting counting;
  CHECK(code(presented, {root()}, {.policy = {.max_work = 5'000}, .provider = counting.provider}) ==
        kRight);
  CHECK(counting.signature.count == 2);
}

TEST_CASE("a chain is no longer than the policy allows, leaf and anchor included") {
  std::vector<Certificate> presented = {leaf_of("ca0", 0)};
  for (std::size_t i = 0; i < 12; ++i)
    presented.push_back(ca("ca" + std::to_string(i), i % 2,
                           i == 11 ? "root" : "ca" + std::to_string(i + 1), (i + 1) % 2));
  const Verdict verdict = judge(presented, {root()});
  CHECK(code_of(verdict) == Errc::certificate_search_exhausted);
  CHECK(reason_of(verdict) ==
        "its chain is longer than 10 certificates, the limit of VerifyPolicy::max_depth");
  const Certificate anchor = presented[9];  // leaf, eight intermediates and this: ten
  CHECK(code(presented, {anchor}) == kRight);
  CHECK(code(presented, {presented[10]}) == Errc::certificate_search_exhausted);
  CHECK(code(presented, {presented[10]}, {.policy = {.max_depth = 11}}) == kRight);
  CHECK(code({leaf(), intermediate()}, {root()}, {.policy = {.max_depth = 2}}) ==
        Errc::certificate_search_exhausted);
}

TEST_CASE(
    "a search for another certificate shares the budget, and may run while a chain is judged") {
  const Certificate below = leaf(),
                    other = sign_as(leaf_draft(key(3)), common_name("intermediate"), key(1));
  const std::vector<Certificate> presented = {below, intermediate()};
  const TrustStore trust = TrustStore::of({root()});
  const Counting counting;
  Work work(VerifyPolicy::standard().max_work);
  KnownSignatures known;
  Verification verification(
      {.presented = presented, .trust = trust, .now = test_time(), .provider = counting.provider},
      work, known);
  std::optional<Verdict> inner;
  const Verdict outer =
      find_chain(verification, below, Purpose::server,
                 [&](const VerifiedChain& chain) -> std::expected<void, VerifyFailure> {
                   CHECK(chain.certificates.size() == 3);
                   inner = find_chain(verification, other, Purpose::any);
                   return {};
                 });
  CHECK(outer.has_value());
  REQUIRE(inner.has_value());
  CHECK(inner->has_value());
  CHECK(counting.signature.count == 3);  // the intermediate's is known already
  CHECK(verification.budget.signature_checks.left == 61);
}

}  // namespace
}  // namespace tls12::x509
