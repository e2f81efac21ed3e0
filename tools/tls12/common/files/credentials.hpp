// Certificates, identities and private keys from files of the command line.
#pragma once

#include <string>

#include "common/options/key_pass.hpp"
#include "tls12/certificate.hpp"

namespace tls12::tool {

/// The line for a certificate of a bundle that was skipped.
std::string skipped(const Error& error);

/// PEM or DER. Errors name the file.
Result<Certificate> certificate_from_file(const std::string& path);
/// Without a chain, it is shown as a raw public key (RFC 7250).
Result<Identity> identity_from_files(const std::string& chain_path, const std::string& key_path,
                                     const KeyPass& pass);
Result<PrivateKey> key_from_file(const std::string& path, const KeyPass& pass);

}  // namespace tls12::tool
