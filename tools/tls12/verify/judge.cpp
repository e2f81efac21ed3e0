#include "verify/judge.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>

#include "common/output/format.hpp"

namespace tls12::tool {
namespace {

VerifyFailure unreadable(const char* what, const Error& error) {
  const Rule& broken = rule(error.code);
  std::string reason = std::string(what) + " cannot be read: " + std::string(broken.text);
  if (!error.about().empty()) reason.append(": ").append(error.about());
  return {.error = error, .reason = std::move(reason), .section = broken.source};
}

/// The leaf, then the rest.
struct Presented {
  std::vector<Certificate> certificates = {};
  std::vector<UnusableCertificate> unusable = {};
};
std::expected<Presented, VerifyFailure> presented_in(const Case& what) {
  auto leaf = Certificate::from_der(what.leaf);
  if (!leaf) return std::unexpected(unreadable("the certificate", leaf.error()));
  Presented presented{.certificates = {std::move(*leaf)}};
  std::size_t place = 0;
  for (const Der& der : what.untrusted) {
    ++place;
    if (auto one = Certificate::from_der(der))
      presented.certificates.push_back(std::move(*one));
    else
      presented.unusable.push_back({place, one.error()});
  }
  return presented;
}

std::expected<TrustStore, VerifyFailure> trust_in(const Case& what) {
  std::vector<Certificate> anchors;
  std::optional<Error> first_error;
  for (const Der& der : what.trusted) {
    auto one = Certificate::from_der(der);
    if (one)
      anchors.push_back(std::move(*one));
    else if (!first_error)
      first_error = one.error();
  }
  if (anchors.empty() && first_error)
    return std::unexpected(unreadable("the trusted certificate", *first_error));
  return TrustStore::of(std::move(anchors));
}

std::expected<VerifyPolicy, VerifyFailure> policy_of(const Case& what) {
  VerifyPolicy policy = what.policy;
  for (const Der& der : what.crls) {
    auto crl = Crl::from_der(der, what.max_crl_size);
    if (!crl) return std::unexpected(unreadable("a CRL", crl.error()));
    policy.revocation.crls.push_back(std::move(*crl));
  }
  if (what.revocation) policy.revocation.mode = *what.revocation;
  policy.max_path_length = what.max_intermediates;
  policy.max_depth = std::max(policy.max_depth, what.max_intermediates.value_or(0) + 2);
  return policy;
}

}  // namespace

WantedName wanted_name(std::string text) {
  const auto kind =
      text.find('@') != std::string::npos ? PeerName::Kind::email : PeerName::Kind::automatic;
  return {std::move(text), kind};
}

Verdict judge(const Case& what) {
  const auto presented = presented_in(what);
  if (!presented) return std::unexpected(presented.error());
  const auto trust = trust_in(what);
  if (!trust) return std::unexpected(trust.error());
  const auto policy = policy_of(what);
  if (!policy) return std::unexpected(policy.error());
  const auto ask = [&](const WantedName& name) {
    return verify({.presented = presented->certificates,
                   .trust = *trust,
                   .peer_name = {.text = name.text, .kind = name.kind},
                   .purpose = what.purpose,
                   .now = what.time.value_or(wall_time()),
                   .policy = *policy,
                   .stapled_ocsp = what.ocsp,
                   .unusable = presented->unusable});
  };
  if (what.names.empty()) return ask({.kind = PeerName::Kind::any});
  Verdict verdict = ask(what.names.front());
  for (std::size_t i = 1; verdict && i < what.names.size(); ++i) verdict = ask(what.names[i]);
  return verdict;
}

std::string in_words(const Verdict& verdict) {
  if (!verdict) return "invalid: " + verdict.error().message();
  std::string text;
  for (const Certificate& one : verdict->certificates)
    text += (text.empty() ? "valid: " : ", issued by ") + one.subject();
  return text;
}

nlohmann::ordered_json in_json(const Verdict& verdict) {
  if (!verdict) {
    const VerifyFailure& failure = verdict.error();
    return {{"verdict", "invalid"},
            {"reason", failure.message()},
            {"depth", failure.depth},
            {"subject", failure.subject},
            {"rule", rule(failure.error.code).name},
            {"section", failure.section},
            {"words", failure.reason}};
  }
  auto chain = nlohmann::ordered_json::array();
  for (const Certificate& one : verdict->certificates) {
    chain.push_back({{"subject", one.subject()},
                     {"issuer", one.issuer()},
                     {"names", one.names()},
                     {"not_before", calendar(one.not_before())},
                     {"not_after", calendar(one.not_after())},
                     {"key", key_in_words(one.public_key())}});
  }
  return {{"verdict", "valid"},
          {"reason", ""},
          {"chain", std::move(chain)},
          {"policies", verdict->policies}};
}

std::optional<WallTime> parse_time(const std::string& text) {
  constexpr WallTime kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1),
                     kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
  const auto in_calendar = [&](WallTime time) {
    return time >= kFirst && time < kEnd ? std::optional(time) : std::nullopt;
  };
  std::int64_t seconds = 0;
  if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
      error == std::errc() && end == text.data() + text.size())
    return seconds > kFirst.time_since_epoch().count() && seconds < kEnd.time_since_epoch().count()
               ? in_calendar(WallTime(std::chrono::seconds(seconds)))
               : std::nullopt;

  static const std::regex kForm(
      R"((\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|([+-])(\d\d):(\d\d)))");
  std::smatch match;
  if (!std::regex_match(text, match, kForm)) return std::nullopt;
  const auto number = [&](std::size_t group) {
    return match[group].matched ? std::stoi(match[group]) : 0;
  };
  const std::chrono::year_month_day day(std::chrono::year(number(1)),
                                        std::chrono::month(static_cast<unsigned>(number(2))),
                                        std::chrono::day(static_cast<unsigned>(number(3))));
  // A leap second, 60, is the first of the next minute.
  if (!day.ok() || number(4) > 23 || number(5) > 59 || number(6) > 60 || number(10) > 23 ||
      number(11) > 59)
    return std::nullopt;
  const auto offset = std::chrono::hours(number(10)) + std::chrono::minutes(number(11));
  const WallTime local = std::chrono::sys_days(day) + std::chrono::hours(number(4)) +
                         std::chrono::minutes(number(5)) + std::chrono::seconds(number(6));
  return in_calendar(match[9] == "-" ? local + offset : local - offset);
}

std::optional<Purpose> parse_purpose(std::string_view text) {
  struct Word {
    std::string_view text;
    Purpose purpose;
  };
  static constexpr Word kWords[] = {
      {"server", Purpose::server},     {"client", Purpose::client},
      {"any", Purpose::any},           {"serverAuth", Purpose::server},
      {"clientAuth", Purpose::client}, {"anyExtendedKeyUsage", Purpose::any}};
  const auto* word = std::ranges::find(kWords, text, &Word::text);
  return word == std::end(kWords) ? std::nullopt : std::optional(word->purpose);
}

}  // namespace tls12::tool
