#include "x509/revocation/revocation.hpp"

#include <utility>

#include "x509/asn1/time.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/revocation/ocsp_check.hpp"

namespace tls12::x509 {
namespace {

/// RFC 7633 §4.1: features go by the numbers of TLS's extensions.
bool must_staple(const ParsedCertificate& certificate) {
  der::Fault fault;
  for (der::Reader features(certificate.extensions.tls_features.value_or(Bytes{}), fault);
       !features.at_end();)
    if (features.small_natural() == std::to_underlying(ExtensionType::status_request)) return true;
  return false;
}

class Verdict {
 public:
  explicit Verdict(const RevocationRequest& request)
      : request_(request),
        options_(request.verification.policy.revocation),
        crls_(request.verification) {}

  std::expected<void, VerifyFailure> run() {
    const auto stapled = check_staple();
    if (!stapled) return std::unexpected(stapled.error());
    if (options_.mode == RevocationMode::off) return {};
    // From the anchor down, so that who is named is the one whose revocation matters most.
    for (std::size_t at = options_.end_entity_only ? 1 : request_.chain.size() - 1; at-- > 0;)
      if (auto good = check(at, at == 0 ? *stapled : Finding{}); !good) return good;
    return {};
  }

 private:
  /// What the staple shows about the leaf.
  std::expected<Finding, VerifyFailure> check_staple() {
    const bool demanded =
        request_.staple_was_requested && must_staple(internals(request_.chain[0]));
    if (request_.stapled_ocsp.empty()) {
      // RFC 7633 §4.3.3, whatever the mode is.
      if (demanded)
        return refuse(0, Errc::certificate_status_missing,
                      "it demands a stapled OCSP response, and none came");
      return Finding{};
    }
    if (options_.mode == RevocationMode::off && !demanded) return Finding{};
    auto finding = check_ocsp(request_.stapled_ocsp, request_, crls_);
    if (request_.verification.budget.stopped()) return exhausted(0);
    // RFC 6066 §8: who asked for a response must check it, and end the handshake when it will not
    // do. That holds under every mode that looks at one: a response that does not verify is no
    // accident of time as one is that has grown old, but a server, or somebody on the way, that
    // says what is not so.
    if (!finding) return refuse(0, Errc::bad_ocsp_response, finding.error());
    if (finding->status == CertStatus::revoked)
      return refuse(0, Errc::certificate_revoked, finding->why, "RFC 6960 §2.2");
    if (finding->status == CertStatus::unknown && demanded)
      return refuse(0, Errc::bad_ocsp_response, finding->why);
    return *finding;
  }

  /// The CRLs are asked about the leaf as well when its staple is good: either may have the news.
  std::expected<void, VerifyFailure> check(std::size_t at, const Finding& stapled) {
    const Finding finding = crls_.check(request_.chain, at, stapled.status != CertStatus::good);
    if (request_.verification.budget.stopped()) return exhausted(at);
    if (finding.status == CertStatus::revoked)
      return refuse(at, Errc::certificate_revoked, finding.why, "RFC 5280 §6.3.3");
    const bool is_known = finding.status == CertStatus::good || stapled.status == CertStatus::good;
    const bool must_be_known = options_.mode == RevocationMode::require ||
                               (options_.unusable_crl_fails && finding.met_unusable_crl);
    if (is_known || !must_be_known) return {};
    return refuse(at, Errc::certificate_status_unknown,
                  stapled.why.empty() ? finding.why : stapled.why + "; " + finding.why);
  }

  std::unexpected<VerifyFailure> exhausted(std::size_t at) const {
    return refuse(at, Errc::certificate_search_exhausted,
                  "checking its revocation takes " + request_.verification.budget.exceeded_limit());
  }

  std::unexpected<VerifyFailure> refuse(std::size_t at, Errc code, std::string why,
                                        std::string_view section = {}) const {
    return std::unexpected(
        failure_of(internals(request_.chain[at]), at,
                   refusal(code, section.empty() ? rule(code).source : section, std::move(why))));
  }

  const RevocationRequest& request_;
  const RevocationOptions& options_;
  CrlCheck crls_;
};

}  // namespace

std::expected<void, VerifyFailure> check_revocation(const RevocationRequest& request) {
  // Who is trusted itself has no issuer to take it back.
  if (request.chain.size() < 2) return {};
  return Verdict(request).run();
}

Finding revoked(WallTime date, std::optional<RevocationReason> reason,
                const std::string& who_says_so) {
  std::string why = "revoked on " + text_of(date);
  if (reason) why.append(" (").append(text_of(*reason)).append(")");
  return {CertStatus::revoked, why + ", says " + who_says_so};
}

std::string why_not_current(WallTime this_update, std::optional<WallTime> next_update,
                            const Verification& verification) {
  const auto skew = verification.policy.revocation.clock_skew;
  if (verification.now < this_update - skew) return "is not valid yet";
  if (!next_update) return "does not say until when it is valid";
  if (verification.now > *next_update + skew)
    return "is out of date: its successor was due on " + text_of(*next_update);
  return {};
}

}  // namespace tls12::x509
