// What a peer can make a verdict cost: counted in steps, for inputs that were made to cost much.
#include <bit>

#include "chains.hpp"
#include "tls12/limits.hpp"
#include "worst_cases.hpp"
#include "x509/verify.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

constexpr std::size_t kNoLimit = std::size_t{1} << 40;

struct Judged {
  Verdict verdict;
  std::size_t steps;
};

Judged judge_with(const Hostile& hostile, Work& work, KnownSignatures& known) {
  const std::size_t before = work.left();
  auto verdict = verify(request_of(hostile), work, known);
  while (!verdict) verdict = verify(request_of(hostile), work, known);
  return {std::move(*verdict), before - work.left()};
}
Judged judge(const Hostile& hostile, std::size_t limit) {
  Work work(limit);
  KnownSignatures known;
  return judge_with(hostile, work, known);
}

Hostile without_limits(Hostile hostile) {
  hostile.policy.max_work = kNoLimit;
  return hostile;
}

TEST_CASE("whatever is presented, a verdict costs no more than the budget") {
  for (const WorstCase& worst : worst_cases()) {
    INFO(worst.name);
    const auto judged = judge(worst.make(worst.size), Limits{}.work);
    CHECK(judged.steps <= Limits{}.work);
  }
}

TEST_CASE(
    "twice the input costs about twice the steps, and where names meet constraints about four "
    "times") {
  for (const WorstCase& worst : worst_cases()) {
    INFO(worst.name);
    const std::size_t half = judge(without_limits(worst.make(worst.size / 4)), kNoLimit).steps;
    const std::size_t whole = judge(without_limits(worst.make(worst.size / 4 * 2)), kNoLimit).steps;
    const std::size_t factor = worst.growth == Growth::linear ? 2 : 4;
    CHECK(whole <= factor * half + half / 8);
  }
}

TEST_CASE("large certificates and lists that are right are believed within the budget") {
  const WorstCase* const names =
      &*std::ranges::find(worst_cases(), "names and one constraint", &WorstCase::name);
  CHECK(judge(names->make(10'000), Limits{}.work).verdict.has_value());
  const WorstCase* const entries = &*std::ranges::find(
      worst_cases(), "entries of a CRL whose serial numbers end alike", &WorstCase::name);
  CHECK(judge(entries->make(1'000), Limits{}.work).verdict.has_value());
}

TEST_CASE(
    "D12: a verdict that is interrupted between its steps is the same in the end, costs the same, "
    "and checks no signature twice") {
  for (const WorstCase& worst : worst_cases()) {
    INFO(worst.name);
    const Hostile hostile = worst.make(worst.size / 8 + 8);
    const auto at_once = judge(hostile, Limits{}.work);
    Work work(Limits{}.work);
    KnownSignatures known;
    std::size_t questions = 0;
    work.interrupt_if([&] { return std::has_single_bit(++questions); });
    const auto in_pieces = judge_with(hostile, work, known);
    CHECK(code_of(in_pieces.verdict) == code_of(at_once.verdict));
    CHECK(in_pieces.steps == at_once.steps);
  }
}

TEST_CASE("D12: each call gets ahead, though every question is answered with a stop") {
  Counting counting;
  const std::vector<Certificate> presented = {leaf(), intermediate()};
  const TrustStore trust = TrustStore::of({root()});
  Work work(Limits{}.work);
  work.interrupt_if([] { return true; });
  KnownSignatures known;
  const VerifyRequest request{.presented = presented,
                              .trust = trust,
                              .peer_name = {"example.org"},
                              .now = test_time(),
                              .provider = counting.provider};
  std::size_t calls = 1;
  auto verdict = verify(request, work, known);
  for (; !verdict; ++calls) verdict = verify(request, work, known);
  CHECK(code_of(*verdict) == kRight);
  CHECK(calls > 1);
  CHECK(calls <= 4);
  CHECK(counting.signature.count == 2);
}

TEST_CASE("an interrupted verdict is not told to the policy's functions") {
  std::size_t asked = 0;
  VerifyPolicy policy;
  policy.dangerous.accept_anyway = [&](const VerifyFailure&, std::span<const Certificate>) {
    return ++asked, true;
  };
  const std::vector<Certificate> presented = {leaf(), intermediate()};
  const TrustStore trust = TrustStore::of({root()});
  Work work(Limits{}.work);
  work.interrupt_if([] { return true; });
  KnownSignatures known;
  const VerifyRequest request{.presented = presented,
                              .trust = trust,
                              .peer_name = {"example.org"},
                              .now = test_time(),
                              .policy = policy};
  CHECK_FALSE(verify(request, work, known).has_value());
  CHECK(asked == 0);
}

TEST_CASE("a signature that is known to be right for one message says nothing of another") {
  const TrustStore trust = TrustStore::of({root()});
  Work work(Limits{}.work);
  KnownSignatures known;
  const std::vector<Certificate> presented = {leaf()};
  Verification first({.presented = presented, .trust = trust, .now = test_time()}, work, known);
  const Certificate anchor = root();
  const ParsedCertificate& signed_one = internals(anchor);
  const auto ask = [&](Bytes message) {
    return first.is_signed(message, signed_one.signature_method, signed_one.signature,
                           signed_one.subject_key);
  };
  std::vector<std::uint8_t> changed(signed_one.tbs.begin(), signed_one.tbs.end());
  changed.back() ^= 1;
  CHECK(ask(signed_one.tbs));
  CHECK_FALSE(ask(changed));
  CHECK(ask(signed_one.tbs));
  CHECK(known.others.size() == 2);
}

}  // namespace
}  // namespace tls12::x509
