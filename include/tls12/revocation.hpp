// What says that a certificate was taken back: certificate revocation lists (RFC 5280 §5) and OCSP
// responses (RFC 6960).
// Both are small handles to immutable, shared objects: copy them freely, use them from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/certificate.hpp"

namespace tls12 {

namespace x509 {
struct ParsedCrl;
struct ParsedOcspResponse;
}  // namespace x509

/// The largest CRL or file of CRLs that is read unless the caller names another limit, in bytes.
/// The lists of large CAs have tens of megabytes. In memory a list takes its DER and 8 bytes an
/// entry.
inline constexpr std::size_t kMaxCrlSize = std::size_t{128} << 20;

/// One CertificateList (RFC 5280 §5.1), parsed and kept; its signature is checked when it is used.
/// Parsing costs time in proportion to the list: about 0.3 s for a million entries. Using one costs
/// a verdict little, however large it is: the list is hashed here, and entries are found by a
/// binary search. A list that Ed25519 signs is hashed by the first verdict that uses it, which pays
/// for it (VerifyPolicy::max_work, Limits::work): by default that is enough for 20 MB.
class TLS12_API Crl {
 public:
  /// Copies `der`. Errors: Errc::bad_crl, also for more than `max_size` bytes. No limit goes beyond
  /// 4 GiB.
  static Result<Crl> from_der(Bytes der, std::size_t max_size = kMaxCrlSize);
  /// Every X509 CRL of a PEM text (RFC 7468 §6), in order. Errors: Errc::bad_pem (also when there
  /// is none) and those of from_der.
  static Result<std::vector<Crl>> all_from_pem(std::string_view text,
                                               std::size_t max_size = kMaxCrlSize);
  /// PEM or DER, of at most `max_size` bytes. Errors: Errc::file_unreadable (EFBIG beyond
  /// `max_size`) and the above, naming the file.
  static Result<std::vector<Crl>> from_file(const std::string& path,
                                            std::size_t max_size = kMaxCrlSize);

  Bytes der() const;
  std::string to_pem() const;
  std::string issuer() const;
  WallTime this_update() const;
  /// RFC 5280 §5.1.2.5 asks for it; a list without one is never fresh.
  std::optional<WallTime> next_update() const;
  /// A delta CRL (§5.2.4) says what changed since a complete one.
  bool is_delta() const;
  std::size_t size() const;  ///< entries

 private:
  friend struct Internals;
  explicit Crl(std::shared_ptr<const x509::ParsedCrl> content) : content_(std::move(content)) {}
  std::shared_ptr<const x509::ParsedCrl> content_;
};

/// One OCSPResponse (RFC 6960 §4.2.1), as servers staple it; its signature is checked when it is
/// used.
class TLS12_API OcspResponse {
 public:
  /// Copies `der`. Errors: Errc::bad_ocsp_response: malformed, or of a status other than
  /// successful, or of another type than id-pkix-ocsp-basic.
  static Result<OcspResponse> from_der(Bytes der);
  /// DER, or PEM labelled OCSP RESPONSE. Errors: Errc::file_unreadable and the above, naming the
  /// file.
  static Result<OcspResponse> from_file(const std::string& path);

  Bytes der() const;
  WallTime produced_at() const;

 private:
  friend struct Internals;
  explicit OcspResponse(std::shared_ptr<const x509::ParsedOcspResponse> content)
      : content_(std::move(content)) {}
  std::shared_ptr<const x509::ParsedOcspResponse> content_;
};

/// How much is asked of revocation.
enum class RevocationMode : std::uint8_t {
  off,  ///< nothing is looked at; a certificate that demands a staple (RFC 7633) still gets its way
  prefer,   ///< what is there is used: revoked certificates and staples that do not verify are
            ///< refused, an unknown status is not
  require,  ///< every certificate below the anchor must be shown to be good
};

/// Where a verdict on revocation comes from.
struct RevocationOptions {
  RevocationMode mode = RevocationMode::prefer;
  std::vector<Crl> crls = {};
  /// Asked for more lists when those at hand do not tell about this certificate; it may read its
  /// cRLDistributionPoints. Called within verify(), from its thread; one that fetches holds
  /// verify() so long. A connection may ask twice (VerifyPolicy::check). An exception ends the
  /// verification: Errc::callback_threw.
  std::function<std::vector<Crl>(const Certificate&)> find_crls = {};
  /// How far clocks may differ, and how old an OCSP response without nextUpdate may be.
  std::chrono::seconds clock_skew = std::chrono::seconds(0);
  std::chrono::seconds max_age_without_next_update = std::chrono::hours(24 * 7);
  /// Judge the end entity alone (an OCSP staple says nothing about its issuers), or every
  /// certificate below the anchor.
  bool end_entity_only = false;
  /// Under prefer: a CRL for the certificate that cannot be used (it is out of date, or nobody who
  /// may has signed it) is a failure, too.
  bool unusable_crl_fails = false;
};

}  // namespace tls12
