// Certificate extensions (RFC 5280 §4.2), as views.
#pragma once

#include <cstdint>
#include <optional>

#include "x509/der.hpp"
#include "x509/oid.hpp"

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

struct Extensions {
  std::optional<BasicConstraints> basic_constraints = {};
  std::optional<std::uint16_t> key_usage = {};   ///< bit n is KeyUsage n
  std::optional<Bytes> extended_key_usage = {};  ///< the object identifiers, one after the other
  std::optional<Bytes> subject_alt_name = {};    ///< the GeneralNames, one after the other
  std::optional<Bytes> subject_key_identifier = {};
  std::optional<Bytes> authority_key_identifier = {};  ///< its keyIdentifier
  /// The first extension that makes this certificate unusable: one that is critical and not understood, or one that
  /// restricts what may be trusted in a way that is not applied. Empty when there is none.
  Bytes not_understood = {};

  /// Without the extension a key may do anything (RFC 5280 §4.2.1.3).
  bool allows(KeyUsage usage) const { return !key_usage || (*key_usage >> static_cast<unsigned>(usage) & 1) != 0; }
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

/// The content of the list of extensions. No extension comes twice.
Extensions read_extensions(der::Reader& list);

}  // namespace tls12::x509
