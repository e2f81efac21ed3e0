#include "config/contradictions.hpp"

#include <algorithm>
#include <string_view>

namespace tls12::config {
namespace {

constexpr auto kX509 = CertificateType::x509, kRaw = CertificateType::raw_public_key;

/// The rules of a policy that are stricter than its default, or that a caller wrote.
struct Rule {
  std::string_view field;
  bool (*is_set)(const VerifyPolicy&);
  /// Whether the rule holds beside VerifyPolicy::pins_suffice, and for raw public keys.
  bool with_pins_alone = false, for_raw_keys = false;
};
constexpr Rule kRules[] = {
    {"verify.check", [](const VerifyPolicy& p) { return p.check != nullptr; }, true},
    {"verify.pins", [](const VerifyPolicy& p) { return !p.pins.empty(); }, true, true},
    {"verify.revocation.mode",
     [](const VerifyPolicy& p) { return p.revocation.mode == RevocationMode::require; }},
    {"verify.revocation.crls", [](const VerifyPolicy& p) { return !p.revocation.crls.empty(); }},
    {"verify.revocation.find_crls",
     [](const VerifyPolicy& p) { return p.revocation.find_crls != nullptr; }},
    {"verify.transparency.required",
     [](const VerifyPolicy& p) { return p.transparency.required != 0; }},
    {"verify.strict_profile", [](const VerifyPolicy& p) { return p.strict_profile; }},
    {"verify.min_rsa_bits",
     [](const VerifyPolicy& p) { return p.min_rsa_bits > VerifyPolicy().min_rsa_bits; }},
    {"verify.max_path_length", [](const VerifyPolicy& p) { return p.max_path_length.has_value(); }},
    {"verify.user_initial_policy_set",
     [](const VerifyPolicy& p) { return !p.user_initial_policy_set.empty(); }},
    {"verify.initial_explicit_policy",
     [](const VerifyPolicy& p) { return p.initial_explicit_policy; }},
};

/// Collects the first pair that is refused.
class Pairs {
 public:
  /// `switched_off` does nothing beside `by`.
  void refuse(bool both, std::string_view switched_off, std::string_view by,
              std::string_view because = {}) {
    if (!both || error_) return;
    error_ = Error(Errc::bad_configuration, std::string(switched_off) + " has no effect beside " +
                                                std::string(by) + std::string(because));
  }
  template <class Applies>
  void refuse_rules(const VerifyPolicy& policy, std::string_view by, Applies applies) {
    for (const Rule& rule : kRules) refuse(applies(rule) && rule.is_set(policy), rule.field, by);
  }
  std::optional<Error> error() const { return error_; }

 private:
  std::optional<Error> error_;
};

constexpr auto kEvery = [](const Rule&) { return true; };

void add_policy(Pairs& pairs, const VerifyPolicy& policy) {
  const RevocationOptions& revocation = policy.revocation;
  const bool off = revocation.mode == RevocationMode::off;
  pairs.refuse(off && !revocation.crls.empty(), "verify.revocation.crls",
               "verify.revocation.mode off");
  pairs.refuse(off && revocation.find_crls, "verify.revocation.find_crls",
               "verify.revocation.mode off");
  pairs.refuse(policy.transparency.required == 0 && !policy.transparency.logs.empty(),
               "verify.transparency.logs", "verify.transparency.required 0");
  pairs.refuse(policy.pins_suffice && policy.pins.empty(), "verify.pins_suffice",
               "empty verify.pins");
  if (policy.pins_suffice)
    pairs.refuse_rules(policy, "verify.pins_suffice",
                       [](const Rule& r) { return !r.with_pins_alone; });
}

/// RFC 7250: `field` holds the types that the peer may show.
void add_types(Pairs& pairs, const VerifyPolicy& policy, const std::function<bool(Bytes)>& accept,
               const std::vector<CertificateType>& types, std::string_view field) {
  const std::string without_raw = std::string(field) + " without raw_public_key";
  const std::string without_x509 = std::string(field) + " without x509";
  pairs.refuse(accept && !lists(types, kRaw), "accept_raw_public_key", without_raw);
  if (!lists(types, kX509))
    pairs.refuse_rules(policy, without_x509, [](const Rule& r) { return !r.for_raw_keys; });
}

void add_common(Pairs& pairs, const CommonConfig& common) {
  pairs.refuse(common.require_application_protocol && common.application_protocols.empty(),
               "common.require_application_protocol", "empty common.application_protocols");
}

template <class Config>
void add_verdict(Pairs& pairs, const Config& config) {
  const bool is_asked = config.verdict_elsewhere;
  pairs.refuse(config.verdict_on_resumption && !is_asked, "verdict_on_resumption",
               "verdict_elsewhere false");
  pairs.refuse(config.dangerous.verdict_decides && !is_asked, "dangerous.verdict_decides",
               "verdict_elsewhere false");
}

}  // namespace

bool lists(const std::vector<CertificateType>& types, CertificateType type) {
  return types.empty() ? type == kX509 : std::ranges::find(types, type) != types.end();
}

std::optional<Error> contradiction_in(const ClientConfig& config) {
  Pairs pairs;
  if (config.dangerous.accept_any_certificate) {
    constexpr std::string_view kBy = "dangerous.accept_any_certificate";
    pairs.refuse_rules(config.verify, kBy, kEvery);
    pairs.refuse(static_cast<bool>(config.accept_raw_public_key), "accept_raw_public_key", kBy);
  }
  // RFC 4279 §2: with a PSK suite, which the server may choose, there is no key to judge.
  if (config.find_psk) {
    pairs.refuse(static_cast<bool>(config.verify.check), "verify.check", "find_psk");
    pairs.refuse(!config.verify.pins.empty(), "verify.pins", "find_psk");
    pairs.refuse(static_cast<bool>(config.accept_raw_public_key), "accept_raw_public_key",
                 "find_psk");
    pairs.refuse(config.verdict_elsewhere, "verdict_elsewhere", "find_psk");
  }
  add_verdict(pairs, config);
  add_policy(pairs, config.verify);
  add_types(pairs, config.verify, config.accept_raw_public_key, config.server_certificate_types,
            "server_certificate_types");
  add_common(pairs, config.common);
  return pairs.error();
}

std::optional<Error> contradiction_in(const ServerConfig& config) {
  Pairs pairs;
  using enum ClientAuthentication;
  const ClientAuthentication asked = config.client_authentication;
  if (asked == none) {
    constexpr std::string_view kBy = "client_authentication none";
    pairs.refuse(!config.client_trust.anchors().empty(), "client_trust", kBy);
    pairs.refuse(!config.client_certificate_types.empty(), "client_certificate_types", kBy);
    pairs.refuse(static_cast<bool>(config.accept_raw_public_key), "accept_raw_public_key", kBy);
    pairs.refuse(config.verdict_elsewhere, "verdict_elsewhere", kBy);
    pairs.refuse_rules(config.verify, kBy, kEvery);
  }
  // These take any certificate; they judge raw public keys.
  const bool takes_x509 = lists(config.client_certificate_types, kX509);
  const auto skipped = [&](const Rule& r) { return takes_x509 || !r.for_raw_keys; };
  if (asked == request) pairs.refuse_rules(config.verify, "client_authentication request", skipped);
  if (asked == require_any)
    pairs.refuse_rules(config.verify, "client_authentication require_any", skipped);
  constexpr std::string_view kNotAsked = ": RFC 4279 omits CertificateRequest";
  pairs.refuse(config.find_psk && asked == require_any, "client_authentication require_any",
               "find_psk", kNotAsked);
  pairs.refuse(config.find_psk && asked == require_and_verify,
               "client_authentication require_and_verify", "find_psk", kNotAsked);
  add_verdict(pairs, config);
  add_policy(pairs, config.verify);
  add_types(pairs, config.verify, config.accept_raw_public_key, config.client_certificate_types,
            "client_certificate_types");
  add_common(pairs, config.common);
  return pairs.error();
}

}  // namespace tls12::config
