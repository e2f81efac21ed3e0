// What a certificate says, as views into its encoding, which it owns.
#pragma once

#include <string>
#include <vector>

#include "base/internals.hpp"
#include "tls12/certificate.hpp"
#include "x509/certificate/extensions.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12::x509 {

/// RFC 5280 §4.1. Immutable once parsed.
struct ParsedCertificate {
  std::vector<std::uint8_t> der;
  unsigned version = 1;
  Bytes tbs = {};     ///< tbsCertificate, which is what the signature is over
  Bytes serial = {};  ///< the INTEGER's octets; as others may be written, of any size and sign
  Bytes issuer = {}, subject = {};
  Bytes validity = {};  ///< the two times as they are encoded
  WallTime not_before = {}, not_after = {};
  Bytes public_key_info = {};  ///< the whole SubjectPublicKeyInfo
  SubjectKey subject_key = {};
  std::optional<Bytes> issuer_unique_id = {}, subject_unique_id = {};  ///< the BIT STRINGs' octets
  Extensions extensions = {};
  SignatureMethod signature_method = {};
  Bytes signature = {};
  std::uint64_t issuer_hash = 0, subject_hash = 0;  ///< name_hash() of the two
  bool self_issued = false;                         ///< RFC 5280 §3.2: they are the same name
  der::Deviation deviation = {};  ///< the first; VerifyPolicy::strict_profile refuses it

  ParsedCertificate() = default;
  ParsedCertificate(const ParsedCertificate&) = delete;
  ParsedCertificate& operator=(const ParsedCertificate&) = delete;
};

/// Reads `certificate.der` into the rest.
Result<void> parse(ParsedCertificate& certificate);

inline bool is_self_issued(const ParsedCertificate& certificate) { return certificate.self_issued; }
/// What a person would call this certificate: its subject, or else its first name, or else its
/// serial number.
std::string describe(const ParsedCertificate& certificate);

}  // namespace tls12::x509
