// Certificate Transparency (RFC 6962): the logs whose signed certificate timestamps (SCTs) count,
// and how many are asked for.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/crypto.hpp"
#include "tls12/error.hpp"

namespace tls12 {

/// A log, which its public key stands for. A small handle to an immutable, shared object: copy it
/// freely, use it from any thread.
class TLS12_API TransparencyLog {
 public:
  /// By a SubjectPublicKeyInfo in DER: a P-256 key, or an RSA key of at least 2,048 bits (RFC 6962
  /// §2.1.4). Errors: Errc::bad_der, Errc::key_unsupported, Errc::certificate_key_too_weak.
  static Result<TransparencyLog> from_key(Bytes public_key_info,
                                          const ProviderPtr& provider = default_provider());

  Bytes id() const;  ///< RFC 6962 §3.2: the key's SHA-256
  PublicKey public_key() const;

 private:
  struct TLS12_HIDDEN Content;
  explicit TransparencyLog(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

/// What is asked of a server's certificate. SCTs count wherever they come from (RFC 6962 §3.3): in
/// the certificate, in the TLS extension that ClientConfig::request_timestamps asks for, in a
/// stapled OCSP response.
struct TransparencyOptions {
  std::vector<TransparencyLog> logs = {};
  std::size_t required =
      0;  ///< of how many different logs there must be a valid SCT; 0: nothing is looked at
};

}  // namespace tls12
