// Builds and validates paths in graphs that it composes from the input (graph.hpp). What a verdict
// must keep to whatever the graph:
// - a chain that is believed is one by rules that are checked again here, each from certificate to
//   issuer;
// - neither order, nor repetition, nor unrelated certificates change a verdict;
// - a stricter policy never believes more;
// - and all of it within the budget, in signatures and in time.
#include <algorithm>

#include "expect.hpp"
#include "graph.hpp"
#include "quick_signature.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/name/distinguished_name.hpp"

using namespace tls12;
using namespace tls12::fuzz;

namespace {

/// A policy allows 20,000 steps of work (graph.cpp), which are at most 20 ms; the sanitizers are
/// some ten times slower than the code.
constexpr std::chrono::milliseconds kTime{200};

using Verdict = std::expected<VerifiedChain, VerifyFailure>;

Verdict ask(const Graph& graph, std::span<const Certificate> presented,
            const VerifyPolicy& policy) {
  const auto start = cpu_time();
  const std::size_t checks = quick_signature().checks;
  Verdict verdict =
      verify({.presented = presented,
              .trust = graph.trust,
              .peer_name = graph.peer_name.empty() ? PeerName::any() : PeerName{graph.peer_name},
              .purpose = graph.purpose,
              .now = graph_time(),
              .policy = policy,
              .provider = *quick_provider()});
  expect(quick_signature().checks - checks <= policy.max_signature_checks,
         "no more signatures are checked than the budget allows");
  expect(cpu_time() - start < kTime, "a verdict comes in time");
  if (!verdict) expect(!verdict.error().message().empty(), "a refusal has a reason");
  return verdict;
}

bool is(const Certificate& a, const Certificate& b) { return std::ranges::equal(a.der(), b.der()); }

/// RFC 5280 §6.1.3 (a), §6.1.4 (k) to (n), once more and plainly.
void expect_chain(const Graph& graph, const VerifiedChain& verdict) {
  const auto& chain = verdict.certificates;
  expect(!chain.empty() && is(chain.front(), graph.presented.front()),
         "a chain begins with the leaf");
  expect(std::ranges::any_of(graph.trust.anchors(),
                             [&](const Certificate& a) { return is(a, chain.back()); }),
         "a chain ends in an anchor");
  std::size_t below = 0;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const x509::ParsedCertificate& certificate = internals(chain[i]);
    expect(certificate.not_before <= graph_time() && graph_time() <= certificate.not_after,
           "a chain is within its validity");
    expect(certificate.extensions.not_understood.empty(), "nothing critical is ignored");
    for (std::size_t j = 0; j < i; ++j)
      expect(!is(chain[i], chain[j]), "no certificate comes twice");
    if (i > 0) {
      const x509::ParsedCertificate& issued = internals(chain[i - 1]);
      expect(x509::same_name(certificate.subject, issued.issuer), "names chain");
      expect(quick_signature().verify(certificate.subject_key.key, {}, 0, issued.tbs,
                                      issued.signature),
             "signatures are right");
      expect(
          certificate.version == 1 || certificate.extensions.allows(x509::KeyUsage::key_cert_sign),
          "who issues may sign certificates");
      const auto& basic = certificate.extensions.basic_constraints;
      expect(basic ? basic->is_ca : certificate.version == 1 && i + 1 == chain.size(),
             "who issues is a CA");
      expect(!basic || !basic->path_length || below <= *basic->path_length, "path lengths hold");
      if (!x509::is_self_issued(certificate)) ++below;
    }
  }
}

bool gave_up(const Verdict& verdict) {
  return !verdict && verdict.error().error.code == Errc::certificate_search_exhausted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Graph graph = compose_graph(Choices(Bytes(data, size)));
  const Verdict verdict = ask(graph, graph.presented, graph.policy);
  if (verdict) expect_chain(graph, *verdict);

  std::vector<Certificate> others = graph.presented;
  std::reverse(others.begin() + 1, others.end());
  others.insert(others.end(), graph.presented.begin(), graph.presented.end());
  const Verdict reordered = ask(graph, others, graph.policy);
  if (reordered) expect_chain(graph, *reordered);
  expect(verdict.has_value() == reordered.has_value() || gave_up(verdict) || gave_up(reordered),
         "order and repetition change nothing");

  VerifyPolicy lax = graph.policy;
  lax.strict_profile = lax.initial_explicit_policy = lax.initial_any_policy_inhibit = false;
  lax.revocation.mode = RevocationMode::off;
  const Verdict easier = ask(graph, graph.presented, lax);
  if (easier) expect_chain(graph, *easier);
  expect(!verdict || easier || gave_up(easier), "a stricter policy believes no more");
  return 0;
}
