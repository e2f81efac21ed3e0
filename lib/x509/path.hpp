// From the certificates a peer presents to one that is trusted (RFC 5280 §6.1).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tls12/verify.hpp"

namespace tls12::x509 {

struct PathRequest {
  std::span<const Certificate> presented;  ///< the leaf first, then untrusted certificates in any order
  const TrustStore& trust;
  std::string_view peer_name = {};  ///< a DNS name or an IP address in text; empty: any name will do
  Purpose purpose = Purpose::server;
  WallTime now;
  const Provider& provider;
};

/// The chain, from the leaf to the trust anchor, after every check of RFC 5280 §6.1 that lib/x509/path.cpp lists, and the name.
/// Errors: the certificate_* rules, bad_der, bad_certificate; the detail names the certificate.
Result<std::vector<Certificate>> verify_path(const PathRequest& request);

}  // namespace tls12::x509
