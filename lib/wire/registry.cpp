// The tables of lib/wire/registry.hpp, and how to look things up in them.
#include "wire/registry.hpp"

#include <algorithm>
#include <iterator>

#include "base/names.hpp"

namespace tls12 {
namespace wire {
namespace {

namespace suites {
using enum KeyExchange;
using enum CbcAlgorithm;
using enum AeadAlgorithm;
using enum HashAlgorithm;
constexpr SuiteRow kSuites[] = {
#define SUITE(name, ...) {CipherSuite::name, __VA_ARGS__},
#include "wire/registry.inc"
};
}  // namespace suites
using suites::kSuites;

constexpr GroupRow kGroups[] = {
#define GROUP(name) {NamedGroup::name, GroupAlgorithm::name},
#include "wire/registry.inc"
};

constexpr SchemeRow kSchemes[] = {
#define SCHEME(name, key, family, hash) \
  {SignatureScheme::name, KeyKind::key, SignatureFamily::family, HashAlgorithm::hash},
#include "wire/registry.inc"
};

template <class Row, std::size_t N, class Value>
constexpr const Row* row_of(const Row (&rows)[N], Value Row::* member, Value value) {
  const auto row = std::find_if(std::begin(rows), std::end(rows),
                                [&](const Row& r) { return r.*member == value; });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace

std::span<const SuiteRow> suites() { return kSuites; }
std::span<const GroupRow> groups() { return kGroups; }
std::span<const SchemeRow> schemes() { return kSchemes; }

const SuiteRow* find(CipherSuite suite) { return row_of(kSuites, &SuiteRow::suite, suite); }
const GroupRow* find(NamedGroup group) { return row_of(kGroups, &GroupRow::group, group); }
const SchemeRow* find(SignatureScheme scheme) {
  return row_of(kSchemes, &SchemeRow::scheme, scheme);
}

std::optional<NamedGroup> curve_of(KeyKind kind) {
  const auto curve = facts(kind).curve;
  const GroupRow* row = curve ? row_of(kGroups, &GroupRow::algorithm, *curve) : nullptr;
  return row == nullptr ? std::nullopt : std::optional(row->group);
}

KeyUse use_of(KeyKind kind) {
  using enum ClientCertificateType;
  switch (kind) {
    // suites, decrypts, client certificate type
    case KeyKind::rsa: return {SuiteKey::rsa, true, rsa_sign};
    // RFC 4055 §1.2: it does not decrypt.
    case KeyKind::rsa_pss: return {SuiteKey::rsa, false, rsa_sign};
    case KeyKind::ec_secp256r1:
    case KeyKind::ec_secp384r1:
    case KeyKind::ec_secp521r1: return {SuiteKey::ecdsa, false, ecdsa_sign};
    // RFC 8422 §5.3, §5.5: EdDSA keys go by ECDSA's names.
    case KeyKind::ed25519: return {SuiteKey::ecdsa, false, ecdsa_sign};
  }
  return {};
}

std::optional<SignatureAlgorithm> algorithm_for(SignatureScheme scheme, KeyKind kind) {
  const SchemeRow* row = find(scheme);
  if (row == nullptr) return std::nullopt;
  // RFC 8446 §4.2.3: where an ECDSA scheme names a curve, TLS 1.2 reads only the hash; the key says
  // which curve it is.
  const bool is_ecdsa = is_ec(row->key) && is_ec(kind);
  if (!is_ecdsa && row->key != kind) return std::nullopt;
  const SignatureFamily family = is_ecdsa ? facts(kind).family : row->family;
  // RFC 8446 §4.2.3: a PSS salt is as long as the digest.
  const bool is_pss = family == SignatureFamily::rsa_pss;
  return SignatureAlgorithm{family, row->hash, is_pss ? digest_size(row->hash) : 0};
}

}  // namespace wire

// ------------------------------------------------ names

std::string name(CipherSuite suite) {
  switch (suite) {
    // Signals, not suites: they have no row.
    case CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV: return "TLS_EMPTY_RENEGOTIATION_INFO_SCSV";
    case CipherSuite::TLS_FALLBACK_SCSV: return "TLS_FALLBACK_SCSV";
#define SUITE(name, ...) \
  case CipherSuite::name: return #name;
#include "wire/registry.inc"
  }
  return name_of_number(static_cast<unsigned>(suite), 4);
}

std::string name(NamedGroup group) {
  switch (group) {
#define GROUP(name) \
  case NamedGroup::name: return #name;
#include "wire/registry.inc"
  }
  return name_of_number(static_cast<unsigned>(group), 4);
}

std::string name(SignatureScheme scheme) {
  switch (scheme) {
#define SCHEME(name, ...) \
  case SignatureScheme::name: return #name;
#include "wire/registry.inc"
  }
  return name_of_number(static_cast<unsigned>(scheme), 4);
}

}  // namespace tls12
