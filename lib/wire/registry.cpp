// The tables of lib/wire/registry.hpp, and how to look things up in them.
#include "wire/registry.hpp"

#include <algorithm>
#include <iterator>

namespace tls12::wire {
namespace {

namespace suites {
using enum CipherSuite;
using enum KeyExchange;
using enum CbcAlgorithm;
using enum AeadAlgorithm;
using enum HashAlgorithm;

constexpr SuiteRow kSuites[] = {
    // ECDHE
    {TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, ecdhe_ecdsa, CbcHmac{aes_128_cbc, sha1}, sha256},
    {TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, ecdhe_ecdsa, CbcHmac{aes_256_cbc, sha1}, sha256},
    {TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, ecdhe_rsa, CbcHmac{aes_128_cbc, sha1}, sha256},
    {TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, ecdhe_rsa, CbcHmac{aes_256_cbc, sha1}, sha256},
    {TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, ecdhe_ecdsa, CbcHmac{aes_128_cbc, sha256}, sha256},
    {TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, ecdhe_ecdsa, CbcHmac{aes_256_cbc, sha384}, sha384},
    {TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, ecdhe_rsa, CbcHmac{aes_128_cbc, sha256}, sha256},
    {TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, ecdhe_rsa, CbcHmac{aes_256_cbc, sha384}, sha384},
    {TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, ecdhe_ecdsa, aes_128_gcm, sha256},
    {TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, ecdhe_ecdsa, aes_256_gcm, sha384},
    {TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ecdhe_rsa, aes_128_gcm, sha256},
    {TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, ecdhe_rsa, aes_256_gcm, sha384},
    {TLS_ECDHE_ECDSA_WITH_AES_128_CCM, ecdhe_ecdsa, aes_128_ccm, sha256},
    {TLS_ECDHE_ECDSA_WITH_AES_256_CCM, ecdhe_ecdsa, aes_256_ccm, sha256},
    {TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, ecdhe_ecdsa, aes_128_ccm_8, sha256},
    {TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, ecdhe_ecdsa, aes_256_ccm_8, sha256},
    {TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, ecdhe_rsa, chacha20_poly1305, sha256},
    {TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, ecdhe_ecdsa, chacha20_poly1305, sha256},
    // DHE
    {TLS_DHE_RSA_WITH_AES_128_CBC_SHA, dhe_rsa, CbcHmac{aes_128_cbc, sha1}, sha256},
    {TLS_DHE_RSA_WITH_AES_256_CBC_SHA, dhe_rsa, CbcHmac{aes_256_cbc, sha1}, sha256},
    {TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, dhe_rsa, CbcHmac{aes_128_cbc, sha256}, sha256},
    {TLS_DHE_RSA_WITH_AES_256_CBC_SHA256, dhe_rsa, CbcHmac{aes_256_cbc, sha256}, sha256},
    {TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, dhe_rsa, aes_128_gcm, sha256},
    {TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, dhe_rsa, aes_256_gcm, sha384},
    {TLS_DHE_RSA_WITH_AES_128_CCM, dhe_rsa, aes_128_ccm, sha256},
    {TLS_DHE_RSA_WITH_AES_256_CCM, dhe_rsa, aes_256_ccm, sha256},
    {TLS_DHE_RSA_WITH_AES_128_CCM_8, dhe_rsa, aes_128_ccm_8, sha256},
    {TLS_DHE_RSA_WITH_AES_256_CCM_8, dhe_rsa, aes_256_ccm_8, sha256},
    {TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, dhe_rsa, chacha20_poly1305, sha256},
    // RSA
    {TLS_RSA_WITH_AES_128_CBC_SHA, rsa, CbcHmac{aes_128_cbc, sha1}, sha256},
    {TLS_RSA_WITH_AES_256_CBC_SHA, rsa, CbcHmac{aes_256_cbc, sha1}, sha256},
    {TLS_RSA_WITH_AES_128_CBC_SHA256, rsa, CbcHmac{aes_128_cbc, sha256}, sha256},
    {TLS_RSA_WITH_AES_256_CBC_SHA256, rsa, CbcHmac{aes_256_cbc, sha256}, sha256},
    {TLS_RSA_WITH_AES_128_GCM_SHA256, rsa, aes_128_gcm, sha256},
    {TLS_RSA_WITH_AES_256_GCM_SHA384, rsa, aes_256_gcm, sha384},
    {TLS_RSA_WITH_AES_128_CCM, rsa, aes_128_ccm, sha256},
    {TLS_RSA_WITH_AES_256_CCM, rsa, aes_256_ccm, sha256},
    {TLS_RSA_WITH_AES_128_CCM_8, rsa, aes_128_ccm_8, sha256},
    {TLS_RSA_WITH_AES_256_CCM_8, rsa, aes_256_ccm_8, sha256},
    // PSK
    {TLS_PSK_WITH_AES_128_CBC_SHA, psk, CbcHmac{aes_128_cbc, sha1}, sha256},
    {TLS_PSK_WITH_AES_256_CBC_SHA, psk, CbcHmac{aes_256_cbc, sha1}, sha256},
    {TLS_PSK_WITH_AES_128_GCM_SHA256, psk, aes_128_gcm, sha256},
    {TLS_PSK_WITH_AES_256_GCM_SHA384, psk, aes_256_gcm, sha384},
    {TLS_PSK_WITH_AES_128_CBC_SHA256, psk, CbcHmac{aes_128_cbc, sha256}, sha256},
    {TLS_PSK_WITH_AES_256_CBC_SHA384, psk, CbcHmac{aes_256_cbc, sha384}, sha384},
    {TLS_PSK_WITH_AES_128_CCM, psk, aes_128_ccm, sha256},
    {TLS_PSK_WITH_AES_256_CCM, psk, aes_256_ccm, sha256},
    {TLS_PSK_WITH_AES_128_CCM_8, psk, aes_128_ccm_8, sha256},
    {TLS_PSK_WITH_AES_256_CCM_8, psk, aes_256_ccm_8, sha256},
    {TLS_PSK_WITH_CHACHA20_POLY1305_SHA256, psk, chacha20_poly1305, sha256},
    {TLS_DHE_PSK_WITH_AES_128_CBC_SHA, dhe_psk, CbcHmac{aes_128_cbc, sha1}, sha256},
    {TLS_DHE_PSK_WITH_AES_256_CBC_SHA, dhe_psk, CbcHmac{aes_256_cbc, sha1}, sha256},
    {TLS_DHE_PSK_WITH_AES_128_GCM_SHA256, dhe_psk, aes_128_gcm, sha256},
    {TLS_DHE_PSK_WITH_AES_256_GCM_SHA384, dhe_psk, aes_256_gcm, sha384},
    {TLS_DHE_PSK_WITH_AES_128_CBC_SHA256, dhe_psk, CbcHmac{aes_128_cbc, sha256}, sha256},
    {TLS_DHE_PSK_WITH_AES_256_CBC_SHA384, dhe_psk, CbcHmac{aes_256_cbc, sha384}, sha384},
    {TLS_DHE_PSK_WITH_AES_128_CCM, dhe_psk, aes_128_ccm, sha256},
    {TLS_DHE_PSK_WITH_AES_256_CCM, dhe_psk, aes_256_ccm, sha256},
    {TLS_PSK_DHE_WITH_AES_128_CCM_8, dhe_psk, aes_128_ccm_8, sha256},
    {TLS_PSK_DHE_WITH_AES_256_CCM_8, dhe_psk, aes_256_ccm_8, sha256},
    {TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256, dhe_psk, chacha20_poly1305, sha256},
    {TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA, ecdhe_psk, CbcHmac{aes_128_cbc, sha1}, sha256},
    {TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA, ecdhe_psk, CbcHmac{aes_256_cbc, sha1}, sha256},
    {TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256, ecdhe_psk, CbcHmac{aes_128_cbc, sha256}, sha256},
    {TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384, ecdhe_psk, CbcHmac{aes_256_cbc, sha384}, sha384},
    {TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, ecdhe_psk, aes_128_gcm, sha256},
    {TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384, ecdhe_psk, aes_256_gcm, sha384},
    {TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256, ecdhe_psk, aes_128_ccm_8, sha256},
    {TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256, ecdhe_psk, aes_128_ccm, sha256},
    {TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256, ecdhe_psk, chacha20_poly1305, sha256},
};
}  // namespace suites
using suites::kSuites;

constexpr GroupRow kGroups[] = {
    {NamedGroup::x25519, GroupAlgorithm::x25519},
    {NamedGroup::secp256r1, GroupAlgorithm::secp256r1},
    {NamedGroup::secp384r1, GroupAlgorithm::secp384r1},
    {NamedGroup::secp521r1, GroupAlgorithm::secp521r1},
    {NamedGroup::ffdhe2048, GroupAlgorithm::ffdhe2048},
    {NamedGroup::ffdhe3072, GroupAlgorithm::ffdhe3072},
    {NamedGroup::ffdhe4096, GroupAlgorithm::ffdhe4096},
    {NamedGroup::ffdhe6144, GroupAlgorithm::ffdhe6144},
    {NamedGroup::ffdhe8192, GroupAlgorithm::ffdhe8192},
};

// SHA-1 comes last: it is listed so that old signatures can be named and checked.
constexpr SchemeRow kSchemes[] = {
    {SignatureScheme::ecdsa_secp256r1_sha256, KeyKind::ec_secp256r1, HashAlgorithm::sha256, false},
    {SignatureScheme::ed25519, KeyKind::ed25519, HashAlgorithm::sha512, false},
    {SignatureScheme::ecdsa_secp384r1_sha384, KeyKind::ec_secp384r1, HashAlgorithm::sha384, false},
    {SignatureScheme::ecdsa_secp521r1_sha512, KeyKind::ec_secp521r1, HashAlgorithm::sha512, false},
    {SignatureScheme::rsa_pss_rsae_sha256, KeyKind::rsa, HashAlgorithm::sha256, true},
    {SignatureScheme::rsa_pss_rsae_sha384, KeyKind::rsa, HashAlgorithm::sha384, true},
    {SignatureScheme::rsa_pss_rsae_sha512, KeyKind::rsa, HashAlgorithm::sha512, true},
    {SignatureScheme::rsa_pss_pss_sha256, KeyKind::rsa_pss, HashAlgorithm::sha256, true},
    {SignatureScheme::rsa_pss_pss_sha384, KeyKind::rsa_pss, HashAlgorithm::sha384, true},
    {SignatureScheme::rsa_pss_pss_sha512, KeyKind::rsa_pss, HashAlgorithm::sha512, true},
    {SignatureScheme::rsa_pkcs1_sha256, KeyKind::rsa, HashAlgorithm::sha256, false},
    {SignatureScheme::rsa_pkcs1_sha384, KeyKind::rsa, HashAlgorithm::sha384, false},
    {SignatureScheme::rsa_pkcs1_sha512, KeyKind::rsa, HashAlgorithm::sha512, false},
    {SignatureScheme::ecdsa_sha1, KeyKind::ec_secp256r1, HashAlgorithm::sha1, false},
    {SignatureScheme::rsa_pkcs1_sha1, KeyKind::rsa, HashAlgorithm::sha1, false},
};

/// What an EC key can be used for.
struct CurveRow {
  KeyKind kind;
  NamedGroup curve;
  SignatureFamily family;
};
constexpr CurveRow kCurves[] = {
    {KeyKind::ec_secp256r1, NamedGroup::secp256r1, SignatureFamily::ecdsa_secp256r1},
    {KeyKind::ec_secp384r1, NamedGroup::secp384r1, SignatureFamily::ecdsa_secp384r1},
    {KeyKind::ec_secp521r1, NamedGroup::secp521r1, SignatureFamily::ecdsa_secp521r1},
};

template <class Row, std::size_t N, class Value>
constexpr const Row* row_of(const Row (&rows)[N], Value Row::* member, Value value) {
  const auto row = std::find_if(std::begin(rows), std::end(rows),
                                [&](const Row& r) { return r.*member == value; });
  return row == std::end(rows) ? nullptr : row;
}

template <class Row, std::size_t N, class Value>
std::optional<Value> named(const Row (&rows)[N], Value Row::* member, std::string_view text) {
  for (const Row& row : rows)
    if (name(row.*member) == text) return row.*member;
  return std::nullopt;
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

std::optional<CipherSuite> suite_named(std::string_view name) {
  return named(kSuites, &SuiteRow::suite, name);
}
std::optional<NamedGroup> group_named(std::string_view name) {
  return named(kGroups, &GroupRow::group, name);
}
std::optional<SignatureScheme> scheme_named(std::string_view name) {
  return named(kSchemes, &SchemeRow::scheme, name);
}

std::optional<NamedGroup> curve_of(KeyKind kind) {
  const CurveRow* row = row_of(kCurves, &CurveRow::kind, kind);
  return row == nullptr ? std::nullopt : std::optional(row->curve);
}

std::optional<SignatureAlgorithm> algorithm_for(SignatureScheme scheme, KeyKind kind) {
  const SchemeRow* row = find(scheme);
  if (row == nullptr) return std::nullopt;
  // RFC 8446 §4.2.3: where an ECDSA scheme names a curve, TLS 1.2 reads only the hash; the key says
  // which curve it is.
  if (const CurveRow* curve = row_of(kCurves, &CurveRow::kind, kind)) {
    if (!curve_of(row->key)) return std::nullopt;
    return SignatureAlgorithm{curve->family, row->hash, 0};
  }
  if (row->key != kind) return std::nullopt;
  if (kind == KeyKind::ed25519) return SignatureAlgorithm{SignatureFamily::ed25519, row->hash, 0};
  // RFC 8446 §4.2.3: a PSS salt is as long as the digest.
  if (row->pss)
    return SignatureAlgorithm{SignatureFamily::rsa_pss, row->hash, digest_size(row->hash)};
  return SignatureAlgorithm{SignatureFamily::rsa_pkcs1, row->hash, 0};
}

bool is_grease(std::uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

}  // namespace tls12::wire
