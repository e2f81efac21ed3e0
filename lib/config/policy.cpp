// The policies as a table, and the order of what they hold.
#include "config/policy.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace tls12 {
namespace {

/// Ciphers by what speaks for and against them, best first.
enum class CipherClass : std::uint8_t { aead, ccm, cbc, ccm_8 };

/// The class of an AEAD, and its place among AEADs of equal rank.
struct AeadPreference {
  CipherClass cipher_class;
  int place;
};
constexpr AeadPreference preference_of(AeadAlgorithm algorithm) {
  using enum AeadAlgorithm;
  switch (algorithm) {
    case aes_128_gcm: return {CipherClass::aead, 0};
    case aes_256_gcm: return {CipherClass::aead, 1};
    case chacha20_poly1305: return {CipherClass::aead, 2};
    case aes_128_ccm: return {CipherClass::ccm, 3};
    case aes_256_ccm: return {CipherClass::ccm, 4};
    case aes_128_ccm_8: return {CipherClass::ccm_8, 5};
    case aes_256_ccm_8: return {CipherClass::ccm_8, 6};
  }
  return {};
}

/// The place of a key exchange among equal ones: ECDSA first, whose signatures are cheaper.
constexpr int place_of(KeyExchange key_exchange) {
  using enum KeyExchange;
  switch (key_exchange) {
    case ecdhe_ecdsa: return 0;
    case ecdhe_rsa: return 1;
    case ecdhe_psk: return 2;
    case dhe_rsa: return 3;
    case dhe_psk: return 4;
    case psk: return 5;
    case rsa: return 6;
  }
  return 0;
}

CipherClass class_of(const wire::SuiteRow& row) {
  return row.aead() != nullptr ? preference_of(*row.aead()).cipher_class : CipherClass::cbc;
}

/// A set of enumerators, one bit each.
template <class... E>
constexpr unsigned set_of(E... values) {
  return ((1u << static_cast<unsigned>(values)) | ... | 0u);
}
template <class E>
constexpr bool has(unsigned set, E value) {
  return (set & set_of(value)) != 0;
}

/// Every suite with one of these key exchanges and one of these ciphers.
struct SuiteSet {
  unsigned key_exchanges, ciphers;
};

// Fast and misuse-resistant groups first. Fields above 4,096 bits are too expensive for a policy.
constexpr NamedGroup kGroups[] = {
    NamedGroup::x25519,    NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1,
    NamedGroup::ffdhe2048, NamedGroup::ffdhe3072, NamedGroup::ffdhe4096};
constexpr std::span kAnyGroup = kGroups;
constexpr std::span kCurves = kAnyGroup.first<4>();

// RFC 9155 §2: SHA-1, which is last, is for the legacy policy alone.
constexpr SignatureScheme kSchemes[] = {
    SignatureScheme::ed25519,
    SignatureScheme::ecdsa_secp256r1_sha256,
    SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::ecdsa_secp521r1_sha512,
    SignatureScheme::rsa_pss_rsae_sha256,
    SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pss_rsae_sha512,
    SignatureScheme::rsa_pss_pss_sha256,
    SignatureScheme::rsa_pss_pss_sha384,
    SignatureScheme::rsa_pss_pss_sha512,
    SignatureScheme::rsa_pkcs1_sha256,
    SignatureScheme::rsa_pkcs1_sha384,
    SignatureScheme::rsa_pkcs1_sha512,
    SignatureScheme::ecdsa_sha1,
    SignatureScheme::rsa_pkcs1_sha1,
};
constexpr std::span kAnyScheme = kSchemes;
constexpr std::span kNoSha1 = kAnyScheme.first<std::size(kSchemes) - 2>();

/// What a policy stands for. Its suites are the union of two sets. Suites with pre-shared keys are
/// offered only where the configuration has such keys. Finite fields are only where suites use
/// them.
struct PolicyFacts {
  std::string_view name;
  SuiteSet suites, more_suites;
  std::span<const NamedGroup> groups;
  std::span<const SignatureScheme> schemes;
};

PolicyFacts facts(SuitePolicy policy) {
  using enum KeyExchange;
  using enum CipherClass;
  constexpr SuiteSet kNone = {};
  switch (policy) {
    case SuitePolicy::modern:
      return {"modern",
              {set_of(ecdhe_ecdsa, ecdhe_rsa, ecdhe_psk), set_of(aead)},
              kNone,
              kCurves,
              kNoSha1};
    case SuitePolicy::compatible:
      return {"compatible",
              {set_of(ecdhe_ecdsa, ecdhe_rsa, ecdhe_psk, dhe_rsa, dhe_psk), set_of(aead, ccm)},
              {set_of(ecdhe_ecdsa, ecdhe_rsa), set_of(cbc)},
              kAnyGroup,
              kNoSha1};
    case SuitePolicy::legacy:
      return {"legacy",
              {set_of(ecdhe_ecdsa, ecdhe_rsa, ecdhe_psk, dhe_rsa, dhe_psk, rsa, KeyExchange::psk),
               set_of(aead, ccm, cbc)},
              kNone,
              kAnyGroup,
              kAnyScheme};
    case SuitePolicy::iot:
      return {"iot",
              {set_of(ecdhe_ecdsa, ecdhe_psk, dhe_psk, KeyExchange::psk), set_of(aead, ccm, ccm_8)},
              kNone,
              kAnyGroup,
              kNoSha1};
    case SuitePolicy::psk:
      return {"psk",
              {set_of(ecdhe_psk, dhe_psk, KeyExchange::psk), set_of(aead, ccm)},
              kNone,
              kAnyGroup,
              kNoSha1};
  }
  return {};
}

bool is_in(const SuiteSet& set, const wire::SuiteRow& suite) {
  return has(set.key_exchanges, suite.key_exchange) && has(set.ciphers, class_of(suite));
}

// Smaller is better.
auto preference(const wire::SuiteRow& row, const Provider& provider) {
  const bool no_forward_secrecy = !has_dhe(row.key_exchange) && !has_ecdhe(row.key_exchange);
  const AeadAlgorithm* aead = row.aead();
  const int rank = aead != nullptr ? provider[*aead].rank : 0;
  const int cipher =
      aead != nullptr ? preference_of(*aead).place : static_cast<int>(digest_size(row.cbc()->mac));
  return std::tuple(no_forward_secrecy, class_of(row), has_dhe(row.key_exchange), -rank, cipher,
                    place_of(row.key_exchange));
}

}  // namespace

namespace config {

bool available(const Provider& provider, const wire::SuiteRow& row) {
  const bool cipher = row.aead() != nullptr
                          ? static_cast<bool>(provider[*row.aead()])
                          : provider[row.cbc()->cipher] && provider.hmac(row.cbc()->mac);
  return cipher && provider[row.prf_hash] && provider.hmac(row.prf_hash);
}
bool available(const Provider& provider, const wire::GroupRow& row) {
  return static_cast<bool>(provider[row.algorithm]);
}
bool available(const Provider& provider, const wire::SchemeRow& row) {
  const auto algorithm = wire::algorithm_for(row.scheme, row.key);
  return algorithm && provider[algorithm->family];
}

}  // namespace config

std::span<const SuitePolicy> policies() {
  static const std::vector<SuitePolicy> all = [] {
    std::vector<SuitePolicy> policies;
    for (std::uint8_t i = 0; !facts(static_cast<SuitePolicy>(i)).name.empty(); ++i)
      policies.push_back(static_cast<SuitePolicy>(i));
    return policies;
  }();
  return all;
}

std::string name(SuitePolicy policy) {
  const std::string_view name = facts(policy).name;
  return std::string(name.empty() ? "?" : name);
}

std::vector<CipherSuite> suites_of(SuitePolicy policy, const Provider& provider) {
  const PolicyFacts wanted = facts(policy);
  const auto is_in_policy = [&](const wire::SuiteRow& row) {
    return is_in(wanted.suites, row) || is_in(wanted.more_suites, row);
  };
  std::vector<const wire::SuiteRow*> chosen;
  for (const wire::SuiteRow& row : wire::suites())
    if (is_in_policy(row) && config::available(provider, row)) chosen.push_back(&row);
  std::ranges::stable_sort(chosen, {},
                           [&](const wire::SuiteRow* row) { return preference(*row, provider); });
  std::vector<CipherSuite> suites;
  for (const auto* row : chosen) suites.push_back(row->suite);
  return suites;
}

std::vector<NamedGroup> groups_of(SuitePolicy policy) {
  const auto groups = facts(policy).groups;
  return {groups.begin(), groups.end()};
}

std::vector<SignatureScheme> schemes_of(SuitePolicy policy) {
  const auto schemes = facts(policy).schemes;
  return {schemes.begin(), schemes.end()};
}

std::vector<CipherSuite> every_suite() {
  std::vector<CipherSuite> all;
  for (const auto& row : wire::suites()) all.push_back(row.suite);
  return all;
}
std::vector<NamedGroup> every_group() {
  std::vector<NamedGroup> all;
  for (const auto& row : wire::groups()) all.push_back(row.group);
  return all;
}
std::vector<SignatureScheme> every_scheme() {
  std::vector<SignatureScheme> all;
  for (const auto& row : wire::schemes()) all.push_back(row.scheme);
  return all;
}

}  // namespace tls12
