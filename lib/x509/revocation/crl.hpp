// What a certificate revocation list says (RFC 5280 §5), as views into its encoding, which it owns.
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "base/internals.hpp"
#include "tls12/revocation.hpp"
#include "x509/certificate/distribution_point.hpp"
#include "x509/certificate/extensions.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12::x509 {

/// The place of an entry has 32 bits in ParsedCrl::index.
inline constexpr std::size_t kMostCrlOctets = 0xffff'ffff;

/// RFC 5280 §5.3.1's CRLReason.
enum class RevocationReason : std::uint8_t {
  unspecified = 0,
  key_compromise = 1,
  ca_compromise = 2,
  affiliation_changed = 3,
  superseded = 4,
  cessation_of_operation = 5,
  certificate_hold = 6,
  remove_from_crl = 8,
  privilege_withdrawn = 9,
  aa_compromise = 10,
};
RevocationReason read_revocation_reason(der::Reader& reader);
/// As the RFC spells it: "keyCompromise".
std::string_view text_of(RevocationReason reason);

/// RFC 5280 §5.2.5.
struct IssuingDistributionPoint {
  std::optional<DistributionPointName> name = {};
  bool only_contains_user_certs = false, only_contains_ca_certs = false;
  std::optional<ReasonMask> only_some_reasons = {};
  bool indirect_crl = false, only_contains_attribute_certs = false;
};

/// One of revokedCertificates (RFC 5280 §5.1.2.6, §5.3).
struct CrlEntry {
  Bytes serial = {};
  WallTime revocation_date = {};
  std::optional<RevocationReason> reason = {};
  std::optional<WallTime> invalidity_date = {};
  Bytes certificate_issuer = {};  ///< GeneralName, one after the other; empty when absent
  Bytes not_understood = {};      ///< the first critical extension that is not understood
};

/// Whose key was found to have made a signature. To hash a list of some megabytes for each verdict
/// again would be most of its cost. Thread-safe.
class KnownSigner {
 public:
  bool is(Bytes public_key_info) const;
  void set(Bytes public_key_info);

 private:
  mutable std::mutex mutex_;
  std::vector<std::uint8_t> public_key_info_;
};

/// RFC 5280 §5.1. Immutable once parsed, but for what it remembers.
struct ParsedCrl {
  std::vector<std::uint8_t> der;
  unsigned version = 1;
  Bytes tbs = {};  ///< tbsCertList, which is what the signature is over
  Bytes issuer = {};
  WallTime this_update = {};
  std::optional<WallTime> next_update = {};
  Bytes entries = {};  ///< CrlEntry, one after the other
  std::size_t size = 0;

  Extensions extensions = {};  ///< those that certificates have as well: authority key identifier,
                               ///< issuerAltName, freshestCRL, AIA
  std::optional<Bytes> crl_number = {};       ///< §5.2.3, without leading zeros
  std::optional<Bytes> base_crl_number = {};  ///< §5.2.4: only a delta CRL has one
  std::optional<IssuingDistributionPoint> issuing_distribution_point = {};
  Bytes issuing_distribution_point_encoding = {};
  Bytes not_understood =
      {};  ///< the first critical extension, of the list or of an entry, that is not understood
  der::Deviation deviation =
      {};  ///< the first; VerifyPolicy::strict_profile does not use such a list

  SignatureMethod signature_method = {};
  Bytes signature = {};
  /// The digest of `tbs` that the signature covers: no verdict hashes a large list. Empty for
  /// Ed25519, which signs `tbs` itself.
  std::vector<std::uint8_t> digest = {};
  std::uint64_t issuer_hash = 0;  ///< name_hash() of the issuer
  mutable KnownSigner known_signer = {};

  std::vector<std::uint64_t> index = {};  ///< how find_entry() finds: see there
  std::vector<std::uint32_t> issuer_changes =
      {};  ///< where in `entries` those with a certificate issuer start

  bool is_delta() const { return base_crl_number.has_value(); }
  bool is_indirect() const {
    return issuing_distribution_point && issuing_distribution_point->indirect_crl;
  }

  ParsedCrl() = default;
  ParsedCrl(const ParsedCrl&) = delete;
  ParsedCrl& operator=(const ParsedCrl&) = delete;
};

/// Reads `crl.der` into the rest. Errors: Errc::bad_crl.
Result<void> parse(ParsedCrl& crl);

/// The next of `entries`, or of what may become them.
CrlEntry read_crl_entry(der::Reader& entries);

/// The entry for the certificate with this serial number from this issuer, a Name (RFC 5280
/// §5.3.3). A binary search; of entries whose numbers end alike each is looked at, as long as the
/// budget lasts.
std::optional<CrlEntry> find_entry(const ParsedCrl& crl, Bytes issuer, Bytes serial,
                                   Budget& budget);

}  // namespace tls12::x509
