// The secrets and facts that outlive a handshake.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/secret.hpp"
#include "handshake/key_schedule.hpp"
#include "tls12/certificate.hpp"
#include "tls12/session.hpp"

namespace tls12::handshake {

/// Exporters (RFC 5705), channel bindings (RFC 5929) and renegotiation (RFC 5746) are made of
/// these. The place of the session is kept so that a fatal alert can make it forgotten.
struct EstablishedSecrets {
  HashAlgorithm prf_hash = HashAlgorithm::sha256;
  Secret<kMasterSecretSize> master_secret = {};  ///< empty where the configuration does not keep it
  HelloRandom client_random = {}, server_random = {};
  VerifyData client_verify_data = {}, server_verify_data = {};
  std::optional<Certificate> server_certificate = {};
  bool encrypt_then_mac = false;  ///< in this handshake or one before it (RFC 7366 §3.1)
  std::shared_ptr<SessionStore> store = {};
  /// Of a server's session; a client finds its session by the server's name.
  std::vector<std::uint8_t> session_id = {};
};

}  // namespace tls12::handshake
