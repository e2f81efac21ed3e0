// What `tls12 cert` is asked for, and what it then does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/options/key_pass.hpp"
#include "tls12/issue.hpp"

namespace tls12::tool {

struct CertOptions {
  std::vector<std::string> names = {};
  std::string folder = ".", file = {}, show = {};
  bool json = false;

  // what to make
  bool ca = false, request = false;
  std::string issuer = {}, issuer_key = {}, sign = {}, key = {};
  KeyPass key_pass = {};  ///< of the keys that are read

  // its key
  KeyKind kind = KeyKind::ec_secp256r1;
  unsigned rsa_bits = 2048;

  // what it says
  CertificateRecipe recipe = {};  ///< all that an option says word by word
  std::optional<unsigned> days = {};
  std::string not_before = {}, not_after = {}, serial = {};
  std::vector<std::string> purposes = {};

  // what is revoked
  std::string crl = {}, reason = {};
  std::vector<std::string> revoke = {};
};

/// A CA, an intermediate, a leaf, a request or a CRL, in files; without options the development CA
/// and a leaf. The exit code.
int make_certificates(const CertOptions& options);

}  // namespace tls12::tool
