// Certificate extensions (RFC 5280 §4.2), as views.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "x509/asn1/der.hpp"
#include "x509/asn1/oid.hpp"

namespace tls12::x509 {

/// RFC 5280 §4.2.1.3, by bit number.
enum class KeyUsage : std::uint8_t {
  digital_signature,
  content_commitment,
  key_encipherment,
  data_encipherment,
  key_agreement,
  key_cert_sign,
  crl_sign,
  encipher_only,
  decipher_only,
};

struct BasicConstraints {
  bool is_ca = false;
  std::optional<std::uint64_t> path_length = {};
};

/// RFC 5280 §4.2.1.1.
struct AuthorityKeyIdentifier {
  std::optional<Bytes> key_identifier = {};
  std::optional<Bytes> issuer = {};  ///< the GeneralNames, one after the other
  std::optional<Bytes> serial = {};
};

/// RFC 5280 §4.2.1.10: the GeneralSubtrees of each, one after the other.
struct NameConstraints {
  std::optional<Bytes> permitted = {}, excluded = {};
};

/// RFC 5280 §4.2.1.11.
struct PolicyConstraints {
  std::optional<std::uint64_t> require_explicit_policy = {}, inhibit_policy_mapping = {};
};

/// The extensions that are read, by their places in `present` and `critical`. Each has a row in
/// extensions.cpp.
enum class ExtensionId : std::uint8_t {
  authority_key_identifier,
  subject_key_identifier,
  key_usage,
  certificate_policies,
  policy_mappings,
  subject_alt_name,
  issuer_alt_name,
  subject_directory_attributes,
  basic_constraints,
  name_constraints,
  policy_constraints,
  extended_key_usage,
  crl_distribution_points,
  inhibit_any_policy,
  freshest_crl,
  authority_info_access,
  subject_info_access,
  tls_feature,
  signed_certificate_timestamps,
  ocsp_no_check,
  number_of_ids,  ///< not an extension: stays last
};

/// Lists are views: their elements one after the other, checked when they were read.
struct Extensions {
  std::uint32_t present = 0, critical = 0;  ///< bit n is ExtensionId n
  std::optional<AuthorityKeyIdentifier> authority_key_identifier = {};
  std::optional<Bytes> subject_key_identifier = {};
  std::optional<std::uint16_t> key_usage = {};  ///< bit n is KeyUsage n
  std::optional<Bytes> policies = {};           ///< PolicyInformation
  std::optional<Bytes> policy_mappings = {};    ///< pairs of object identifiers
  std::optional<Bytes> subject_alt_name = {};   ///< GeneralName
  std::optional<Bytes> issuer_alt_name = {};    ///< GeneralName
  std::optional<BasicConstraints> basic_constraints = {};
  std::optional<NameConstraints> name_constraints = {};
  std::optional<PolicyConstraints> policy_constraints = {};
  std::optional<Bytes> extended_key_usage = {};                          ///< object identifiers
  std::optional<Bytes> crl_distribution_points = {}, freshest_crl = {};  ///< DistributionPoint
  std::optional<std::uint64_t> inhibit_any_policy = {};
  std::optional<Bytes> authority_info_access = {}, subject_info_access = {};  ///< AccessDescription
  std::optional<Bytes> tls_features = {};  ///< INTEGER (RFC 7633 §4.1)
  std::optional<Bytes> signed_certificate_timestamps =
      {};  ///< the SignedCertificateTimestampList (RFC 6962 §3.3), in TLS's encoding
  /// The first critical extension that is not understood. Empty when there is none.
  Bytes not_understood = {};
  /// The first qualifier of certificatePolicies that is not understood (§4.2.1.4). Empty when there
  /// is none.
  Bytes qualifier_not_understood = {};

  bool has(ExtensionId id) const { return (present >> static_cast<unsigned>(id) & 1) != 0; }
  bool is_critical(ExtensionId id) const {
    return (critical >> static_cast<unsigned>(id) & 1) != 0;
  }
  /// Without the extension a key may do anything (RFC 5280 §4.2.1.3).
  bool allows(KeyUsage usage) const {
    return !key_usage || (*key_usage >> static_cast<unsigned>(usage) & 1) != 0;
  }
  /// Likewise (§4.2.1.12); anyExtendedKeyUsage allows everything.
  bool allows(const Oid& purpose) const;
};

/// One Extension of the list.
struct Extension {
  Bytes id = {};
  bool is_critical = false;
  Bytes value = {};
};
Extension read_extension(der::Reader& reader);

/// Certificates of today have about ten; each is looked for among those before it.
inline constexpr std::size_t kMaxExtensions = 64;  // for_each_extension() names it

/// Visits the content of a list of extensions, of a certificate or of what else has them. No
/// extension comes twice.
template <class Visit>
void for_each_extension(der::Reader& list, Visit visit) {
  std::array<Bytes, kMaxExtensions> earlier;
  if (list.at_end()) list.refuse("an empty list of extensions");
  for (std::size_t count = 0; !list.at_end(); ++count) {
    if (count == kMaxExtensions)
      return list.refuse("more than 64 extensions", Errc::bad_certificate);
    const Extension extension = read_extension(list);
    for (std::size_t i = 0; i < count; ++i)
      if (std::ranges::equal(earlier[i], extension.id))
        return list.refuse("an extension that comes twice", Errc::bad_certificate);
    earlier[count] = extension.id;
    if (!list.fault()) visit(extension);
  }
}

/// What the value of an extension of a certificate says, to its place in `out`.
void read_value(const Extension& extension, der::Fault& fault, Extensions& out);
/// The content of a certificate's list of extensions.
Extensions read_extensions(der::Reader& list);

}  // namespace tls12::x509
