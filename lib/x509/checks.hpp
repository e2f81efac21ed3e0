// The checks of one certificate, or of one and its issuer, that path.cpp asks for (RFC 5280 §6.1.3, §6.1.4, §4.2).
#pragma once

#include "x509/host_name.hpp"
#include "x509/parsed_certificate.hpp"
#include "x509/path.hpp"

namespace tls12::x509 {

/// §6.1.3 (a) (2): `now` is within the validity, both ends included.
Result<void> check_validity(const ParsedCertificate& certificate, WallTime now);
/// §4.2: no extension that would have to be understood, and is not.
Result<void> check_understood(const ParsedCertificate& certificate);
/// A key that this stack has, and RSA moduli of 2,048 to 8,192 bits with odd exponents from 3 (RFC 7525 §4.3, RFC 8017 §3.1).
Result<void> check_key(const ParsedCertificate& certificate);
/// The signature is made in a way that can be believed: no SHA-1, no MD5 (RFC 5246 §7.4.2 with RFC 7525 §4.3).
Result<void> check_signature_method(const ParsedCertificate& certificate);
/// §4.2.1.12: the purpose is allowed; in a CA's certificate it bounds what it issues.
Result<void> check_purpose(const ParsedCertificate& certificate, Purpose purpose);
/// §6.1.4 (k) to (n): a CA, for one that has `intermediates` certificates below it that are neither the last nor self-issued.
/// An anchor of version 1 or 2, which cannot say that it is a CA, is one because its owner trusts it.
Result<void> check_ca(const ParsedCertificate& certificate, std::size_t intermediates, bool is_anchor);
/// §4.2.1.3: the end entity's key signs (RFC 8422 §5.3, RFC 5246 §7.4.2 for the ECDHE key exchanges).
Result<void> check_end_entity_usage(const ParsedCertificate& certificate);
Result<void> check_name(const ParsedCertificate& certificate, const ReferenceName& name);
/// §6.1.3 (a) (1): `issuer`'s key signed `certificate`.
Result<void> check_signature(const ParsedCertificate& certificate, const ParsedCertificate& issuer, const Provider& provider);

}  // namespace tls12::x509
