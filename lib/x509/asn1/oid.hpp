// Object identifiers, as data: written as the RFCs write them, kept as DER carries them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/bytes.hpp"

namespace tls12::x509 {

struct Oid {
  std::array<std::uint8_t, 15> octets = {};
  std::uint8_t size = 0;
  constexpr Bytes bytes() const { return {octets.data(), size}; }
};

/// The content of an OBJECT IDENTIFIER's encoding (X.690 §8.19).
template <class... Arcs>
consteval Oid make_oid(std::uint32_t first, std::uint32_t second, Arcs... rest) {
  Oid oid;
  const std::uint32_t arcs[] = {first * 40 + second, static_cast<std::uint32_t>(rest)...};
  for (const std::uint32_t arc : arcs) {
    int groups = 1;
    while (groups < 5 && arc >> (7 * groups) != 0) ++groups;
    while (groups-- > 0)
      oid.octets[oid.size++] =
          static_cast<std::uint8_t>((arc >> (7 * groups) & 0x7f) | (groups == 0 ? 0 : 0x80));
  }
  return oid;
}

inline bool is(Bytes encoded, const Oid& oid) { return std::ranges::equal(encoded, oid.bytes()); }

/// "1.2.840.10045.2.1".
std::string dotted(Bytes encoded);
/// The other way; nothing when that is no object identifier.
std::optional<std::vector<std::uint8_t>> encode_dotted(std::string_view text);

namespace oid {

// keys: RFC 8017 appendix C, RFC 5480 §2.1.1, RFC 8410 §3
inline constexpr Oid kRsaEncryption = make_oid(1, 2, 840, 113549, 1, 1, 1);
inline constexpr Oid kRsassaPss = make_oid(1, 2, 840, 113549, 1, 1, 10);
inline constexpr Oid kEcPublicKey = make_oid(1, 2, 840, 10045, 2, 1);
inline constexpr Oid kEd25519 = make_oid(1, 3, 101, 112);
inline constexpr Oid kSecp256r1 = make_oid(1, 2, 840, 10045, 3, 1, 7);
inline constexpr Oid kSecp384r1 = make_oid(1, 3, 132, 0, 34);
inline constexpr Oid kSecp521r1 = make_oid(1, 3, 132, 0, 35);

// signatures: RFC 8017 appendix C, RFC 5758 §3.2
inline constexpr Oid kMd5WithRsa = make_oid(1, 2, 840, 113549, 1, 1, 4);
inline constexpr Oid kSha1WithRsa = make_oid(1, 2, 840, 113549, 1, 1, 5);
inline constexpr Oid kSha256WithRsa = make_oid(1, 2, 840, 113549, 1, 1, 11);
inline constexpr Oid kSha384WithRsa = make_oid(1, 2, 840, 113549, 1, 1, 12);
inline constexpr Oid kSha512WithRsa = make_oid(1, 2, 840, 113549, 1, 1, 13);
inline constexpr Oid kEcdsaWithSha1 = make_oid(1, 2, 840, 10045, 4, 1);
inline constexpr Oid kEcdsaWithSha256 = make_oid(1, 2, 840, 10045, 4, 3, 2);
inline constexpr Oid kEcdsaWithSha384 = make_oid(1, 2, 840, 10045, 4, 3, 3);
inline constexpr Oid kEcdsaWithSha512 = make_oid(1, 2, 840, 10045, 4, 3, 4);

// hashes and the mask generation function: RFC 4055 §2.1, §2.2
inline constexpr Oid kSha1 = make_oid(1, 3, 14, 3, 2, 26);
inline constexpr Oid kSha256 = make_oid(2, 16, 840, 1, 101, 3, 4, 2, 1);
inline constexpr Oid kSha384 = make_oid(2, 16, 840, 1, 101, 3, 4, 2, 2);
inline constexpr Oid kSha512 = make_oid(2, 16, 840, 1, 101, 3, 4, 2, 3);
inline constexpr Oid kMgf1 = make_oid(1, 2, 840, 113549, 1, 1, 8);

// encrypted private keys: RFC 8018 appendix A, appendix B; RFC 3565 §4.1
inline constexpr Oid kPbes2 = make_oid(1, 2, 840, 113549, 1, 5, 13);
inline constexpr Oid kPbkdf2 = make_oid(1, 2, 840, 113549, 1, 5, 12);
inline constexpr Oid kHmacWithSha1 = make_oid(1, 2, 840, 113549, 2, 7);
inline constexpr Oid kHmacWithSha256 = make_oid(1, 2, 840, 113549, 2, 9);
inline constexpr Oid kHmacWithSha384 = make_oid(1, 2, 840, 113549, 2, 10);
inline constexpr Oid kHmacWithSha512 = make_oid(1, 2, 840, 113549, 2, 11);
inline constexpr Oid kAes128Cbc = make_oid(2, 16, 840, 1, 101, 3, 4, 1, 2);
inline constexpr Oid kAes192Cbc = make_oid(2, 16, 840, 1, 101, 3, 4, 1, 22);
inline constexpr Oid kAes256Cbc = make_oid(2, 16, 840, 1, 101, 3, 4, 1, 42);

// certificate extensions: RFC 5280 §4.2, RFC 7633 §4, RFC 6962 §3.3, RFC 6960 §4.2.2.2.1
inline constexpr Oid kSubjectDirectoryAttributes = make_oid(2, 5, 29, 9);
inline constexpr Oid kSubjectKeyIdentifier = make_oid(2, 5, 29, 14);
inline constexpr Oid kKeyUsage = make_oid(2, 5, 29, 15);
inline constexpr Oid kSubjectAltName = make_oid(2, 5, 29, 17);
inline constexpr Oid kIssuerAltName = make_oid(2, 5, 29, 18);
inline constexpr Oid kBasicConstraints = make_oid(2, 5, 29, 19);
inline constexpr Oid kNameConstraints = make_oid(2, 5, 29, 30);
inline constexpr Oid kCrlDistributionPoints = make_oid(2, 5, 29, 31);
inline constexpr Oid kCertificatePolicies = make_oid(2, 5, 29, 32);
inline constexpr Oid kPolicyMappings = make_oid(2, 5, 29, 33);
inline constexpr Oid kAuthorityKeyIdentifier = make_oid(2, 5, 29, 35);
inline constexpr Oid kPolicyConstraints = make_oid(2, 5, 29, 36);
inline constexpr Oid kExtendedKeyUsage = make_oid(2, 5, 29, 37);
inline constexpr Oid kFreshestCrl = make_oid(2, 5, 29, 46);
inline constexpr Oid kInhibitAnyPolicy = make_oid(2, 5, 29, 54);
inline constexpr Oid kAuthorityInfoAccess = make_oid(1, 3, 6, 1, 5, 5, 7, 1, 1);
inline constexpr Oid kSubjectInfoAccess = make_oid(1, 3, 6, 1, 5, 5, 7, 1, 11);
inline constexpr Oid kTlsFeature = make_oid(1, 3, 6, 1, 5, 5, 7, 1, 24);
inline constexpr Oid kSignedCertificateTimestamps = make_oid(1, 3, 6, 1, 4, 1, 11129, 2, 4, 2);
inline constexpr Oid kOcspNoCheck = make_oid(1, 3, 6, 1, 5, 5, 7, 48, 1, 5);

// extensions of CRLs, of their entries, and of OCSP responses: RFC 5280 §5.2, §5.3, RFC 6960 §4.4
inline constexpr Oid kCrlNumber = make_oid(2, 5, 29, 20);
inline constexpr Oid kReasonCode = make_oid(2, 5, 29, 21);
inline constexpr Oid kInvalidityDate = make_oid(2, 5, 29, 24);
inline constexpr Oid kDeltaCrlIndicator = make_oid(2, 5, 29, 27);
inline constexpr Oid kIssuingDistributionPoint = make_oid(2, 5, 29, 28);
inline constexpr Oid kCertificateIssuer = make_oid(2, 5, 29, 29);
inline constexpr Oid kOcspBasic = make_oid(1, 3, 6, 1, 5, 5, 7, 48, 1, 1);
inline constexpr Oid kOcspNonce = make_oid(1, 3, 6, 1, 5, 5, 7, 48, 1, 2);
inline constexpr Oid kOcspTimestamps = make_oid(1, 3, 6, 1, 4, 1, 11129, 2, 4, 5);  // RFC 6962 §3.3
inline constexpr Oid kOcspArchiveCutoff = make_oid(1, 3, 6, 1, 5, 5, 7, 48, 1, 6);

// access methods: RFC 5280 §4.2.2.1; attributes of requests: RFC 2985 §5.4.2
inline constexpr Oid kAccessOcsp = make_oid(1, 3, 6, 1, 5, 5, 7, 48, 1);
inline constexpr Oid kAccessCaIssuers = make_oid(1, 3, 6, 1, 5, 5, 7, 48, 2);
inline constexpr Oid kExtensionRequest = make_oid(1, 2, 840, 113549, 1, 9, 14);

// access methods: RFC 5280 §4.2.2.1
inline constexpr Oid kOcsp = make_oid(1, 3, 6, 1, 5, 5, 7, 48, 1);
inline constexpr Oid kCaIssuers = make_oid(1, 3, 6, 1, 5, 5, 7, 48, 2);

// policies: RFC 5280 §4.2.1.4
inline constexpr Oid kAnyPolicy = make_oid(2, 5, 29, 32, 0);
inline constexpr Oid kCpsQualifier = make_oid(1, 3, 6, 1, 5, 5, 7, 2, 1);
inline constexpr Oid kUserNoticeQualifier = make_oid(1, 3, 6, 1, 5, 5, 7, 2, 2);

// purposes: RFC 5280 §4.2.1.12
inline constexpr Oid kAnyExtendedKeyUsage = make_oid(2, 5, 29, 37, 0);
inline constexpr Oid kServerAuth = make_oid(1, 3, 6, 1, 5, 5, 7, 3, 1);
inline constexpr Oid kClientAuth = make_oid(1, 3, 6, 1, 5, 5, 7, 3, 2);
inline constexpr Oid kOcspSigning = make_oid(1, 3, 6, 1, 5, 5, 7, 3, 9);

// attributes of names that are more than text: RFC 5280 §4.1.2.6; name/attribute_type.hpp lists
// those that have a short name
inline constexpr Oid kCommonName = make_oid(2, 5, 4, 3);
inline constexpr Oid kEmailAddress = make_oid(1, 2, 840, 113549, 1, 9, 1);

// other names: RFC 9598 §3
inline constexpr Oid kSmtpUtf8Mailbox = make_oid(1, 3, 6, 1, 5, 5, 7, 8, 9);

}  // namespace oid
}  // namespace tls12::x509
