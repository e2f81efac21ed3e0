// Distribution points: where a certificate says that its CRLs are (RFC 5280 §4.2.1.13), and which
// of those a CRL says that it is (§5.2.5).
#pragma once

#include <cstdint>
#include <optional>

#include "base/secret.hpp"
#include "x509/asn1/budget.hpp"
#include "x509/asn1/der.hpp"

namespace tls12::x509 {

/// ReasonFlags by bit number, without bit 0, which has no meaning.
using ReasonMask = std::uint16_t;
inline constexpr ReasonMask kAllReasons = 0x01fe;

/// One of the two.
struct DistributionPointName {
  Bytes full_name = {};  ///< GeneralName, one after the other
  Bytes relative_name =
      {};  ///< nameRelativeToCRLIssuer: the attributes of one RelativeDistinguishedName
};

struct DistributionPoint {
  std::optional<DistributionPointName> name = {};
  std::optional<ReasonMask> reasons = {};
  Bytes crl_issuer = {};  ///< GeneralName, one after the other; empty when absent
};

DistributionPoint read_distribution_point(der::Reader& reader);
/// The explicitly tagged field 0 of a DistributionPoint or an IssuingDistributionPoint; nothing
/// when it is absent.
std::optional<DistributionPointName> read_distribution_point_name(der::Reader& reader);
ReasonMask read_reasons(der::Reader& reader, std::uint8_t tag);

/// All names that a distribution point goes by.
class PointNames {
 public:
  /// A relative name is completed by the name of the CRL's issuer.
  PointNames(const DistributionPointName& name, Bytes crl_issuer);
  /// GeneralName, one after the other.
  Bytes list() const { return completed_.empty() ? full_name_ : Bytes(completed_); }

 private:
  Bytes full_name_;
  SecretVector completed_;
};

/// Whether two lists of GeneralName have one in common. Where the budget does not last, the answer
/// is no.
bool have_common_name(Bytes a, Bytes b, Budget& budget);
/// Whether `name`, a Name, is among the directory names of a list of GeneralName.
bool has_directory_name(Bytes list, Bytes name, Budget& budget);

}  // namespace tls12::x509
