// The formats of files with certificates and keys: DER and PEM, and those that are named but not
// read.
#pragma once

#include <optional>
#include <string_view>

#include "tls12/bytes.hpp"
#include "tls12/error.hpp"

namespace tls12::x509 {

/// The DER of a file, without a line end that follows it. Malformed DER too; nothing if the file
/// is something else, such as PEM.
std::optional<Bytes> der_in(Bytes content);

/// What `error`, from reading `content`, is about. That is Errc::file_format_unsupported, with the
/// command that converts the file, for UTF-16, PKCS#12, PKCS#7, Java key stores and OpenSSH keys.
Error explained(const Error& error, Bytes content);

/// Errc::bad_pem: `text` has no block with this label; or what explained() makes of that.
std::unexpected<Error> no_block(std::string_view text, std::string_view label);

/// OpenSSL's label for a certificate with trust settings (X509_CERT_AUX) after it.
inline constexpr std::string_view kTrustedCertificate = "TRUSTED CERTIFICATE";

/// Whether a PEM block with this label is a certificate: RFC 7468 §5.1 and §5.3, or the above.
bool is_certificate_label(std::string_view label);

/// The certificate of such a block, without trust settings.
Bytes certificate_in(std::string_view label, Bytes der);

/// Whether the settings of a TRUSTED CERTIFICATE forbid it as a trust anchor for TLS: they reject
/// servers and clients, or trust it for other purposes only, or are malformed.
bool is_distrusted(Bytes der);

}  // namespace tls12::x509
