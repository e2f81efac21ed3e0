// The policies as a table, and the order of what they hold.
#include "config/policy.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace tls12 {
namespace {

/// Ciphers by what speaks for and against them.
enum class CipherClass : std::uint8_t { aead, ccm, cbc, ccm_8 };

CipherClass class_of(const wire::SuiteRow& row) {
  const AeadAlgorithm* aead = row.aead();
  if (aead == nullptr) return CipherClass::cbc;
  if (tag_size(*aead) < kMaxAeadTagSize) return CipherClass::ccm_8;
  return *aead == AeadAlgorithm::aes_128_ccm || *aead == AeadAlgorithm::aes_256_ccm
             ? CipherClass::ccm
             : CipherClass::aead;
}

/// A policy is the union of its rows. Suites with keys shared beforehand are offered only where the
/// configuration has such keys.
struct Row {
  SuitePolicy policy;
  std::vector<KeyExchange> key_exchanges;
  std::vector<CipherClass> ciphers;
};

const std::vector<Row>& rows() {
  using P = SuitePolicy;
  using enum KeyExchange;
  using enum CipherClass;
  static const std::vector<Row> kRows = {
      {P::modern, {ecdhe_ecdsa, ecdhe_rsa, ecdhe_psk}, {aead}},
      {P::compatible, {ecdhe_ecdsa, ecdhe_rsa, ecdhe_psk, dhe_rsa, dhe_psk}, {aead, ccm}},
      {P::compatible, {ecdhe_ecdsa, ecdhe_rsa}, {cbc}},
      {P::legacy,
       {ecdhe_ecdsa, ecdhe_rsa, ecdhe_psk, dhe_rsa, dhe_psk, rsa, psk},
       {aead, ccm, cbc}},
      {P::iot, {ecdhe_ecdsa, ecdhe_psk, dhe_psk, psk}, {aead, ccm, ccm_8}},
      {P::psk, {ecdhe_psk, dhe_psk, psk}, {aead, ccm}},
  };
  return kRows;
}

bool is_in(SuitePolicy policy, const wire::SuiteRow& suite) {
  return std::ranges::any_of(rows(), [&](const Row& row) {
    return row.policy == policy && std::ranges::count(row.key_exchanges, suite.key_exchange) != 0 &&
           std::ranges::count(row.ciphers, class_of(suite)) != 0;
  });
}

// Of equal ones the ECDSA suites first, whose signatures are the cheaper ones.
constexpr std::array kKeyExchangeOrder = {
    KeyExchange::ecdhe_ecdsa, KeyExchange::ecdhe_rsa, KeyExchange::ecdhe_psk, KeyExchange::dhe_rsa,
    KeyExchange::dhe_psk,     KeyExchange::psk,       KeyExchange::rsa};
// Among AEADs of equal rank.
constexpr std::array kAeadOrder = {AeadAlgorithm::aes_128_gcm,       AeadAlgorithm::aes_256_gcm,
                                   AeadAlgorithm::chacha20_poly1305, AeadAlgorithm::aes_128_ccm,
                                   AeadAlgorithm::aes_256_ccm,       AeadAlgorithm::aes_128_ccm_8,
                                   AeadAlgorithm::aes_256_ccm_8};

template <class List, class Value>
auto place(const List& list, Value value) {
  return std::ranges::find(list, value) - list.begin();
}

// Smaller is better.
auto preference(const wire::SuiteRow& row, const Provider& provider) {
  const bool no_forward_secrecy = !has_dhe(row.key_exchange) && !has_ecdhe(row.key_exchange);
  const AeadAlgorithm* aead = row.aead();
  const int rank = aead != nullptr ? provider[*aead].rank : 0;
  const auto cipher = aead != nullptr ? place(kAeadOrder, *aead)
                                      : static_cast<std::ptrdiff_t>(digest_size(row.cbc()->mac));
  return std::tuple(no_forward_secrecy, class_of(row), has_dhe(row.key_exchange), -rank, cipher,
                    place(kKeyExchangeOrder, row.key_exchange));
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
  static constexpr SuitePolicy kAll[] = {SuitePolicy::modern, SuitePolicy::compatible,
                                         SuitePolicy::legacy, SuitePolicy::iot, SuitePolicy::psk};
  return kAll;
}

std::string name(SuitePolicy policy) {
  switch (policy) {
    case SuitePolicy::modern: return "modern";
    case SuitePolicy::compatible: return "compatible";
    case SuitePolicy::legacy: return "legacy";
    case SuitePolicy::iot: return "iot";
    case SuitePolicy::psk: return "psk";
  }
  return "?";
}

std::vector<CipherSuite> suites_of(SuitePolicy policy, const Provider& provider) {
  std::vector<const wire::SuiteRow*> chosen;
  for (const wire::SuiteRow& row : wire::suites())
    if (is_in(policy, row) && config::available(provider, row)) chosen.push_back(&row);
  std::ranges::stable_sort(chosen, {},
                           [&](const wire::SuiteRow* row) { return preference(*row, provider); });
  std::vector<CipherSuite> suites;
  for (const auto* row : chosen) suites.push_back(row->suite);
  return suites;
}

// The fast and misuse-resistant ones first. Fields only where a policy has suites for them; those
// above 4,096 bits cost more than anybody needs.
std::vector<NamedGroup> groups_of(SuitePolicy policy) {
  using enum NamedGroup;
  if (policy == SuitePolicy::modern) return {x25519, secp256r1, secp384r1, secp521r1};
  return {x25519, secp256r1, secp384r1, secp521r1, ffdhe2048, ffdhe3072, ffdhe4096};
}

std::vector<SignatureScheme> schemes_of(SuitePolicy policy) {
  using enum SignatureScheme;
  std::vector<SignatureScheme> schemes = {ed25519,
                                          ecdsa_secp256r1_sha256,
                                          ecdsa_secp384r1_sha384,
                                          ecdsa_secp521r1_sha512,
                                          rsa_pss_rsae_sha256,
                                          rsa_pss_rsae_sha384,
                                          rsa_pss_rsae_sha512,
                                          rsa_pss_pss_sha256,
                                          rsa_pss_pss_sha384,
                                          rsa_pss_pss_sha512,
                                          rsa_pkcs1_sha256,
                                          rsa_pkcs1_sha384,
                                          rsa_pkcs1_sha512};
  if (policy == SuitePolicy::legacy)
    schemes.insert(schemes.end(),
                   {ecdsa_sha1, rsa_pkcs1_sha1});  // RFC 9155 §2 ends them everywhere else
  return schemes;
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
