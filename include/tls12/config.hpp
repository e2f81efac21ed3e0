// How a connection is to behave. Fill a plain struct (every member has a safe default), build() it once, share the result.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tls12/certificate.hpp"
#include "tls12/crypto.hpp"
#include "tls12/limits.hpp"
#include "tls12/observer.hpp"
#include "tls12/verify.hpp"

namespace tls12 {

class ClientContext;
class ServerContext;

/// What both ends have. Empty lists mean: everything this stack has, best first as this CPU has it.
struct CommonConfig {
  ProviderPtr provider = default_provider();
  std::vector<CipherSuite> suites = {};         ///< in order of preference
  std::vector<NamedGroup> groups = {};          ///< in order of preference
  std::vector<SignatureScheme> schemes = {};    ///< in order of preference; those accepted from the peer, and ours
  std::vector<std::string> application_protocols = {};   ///< ALPN (RFC 7301), in order of preference: 1 to 255 bytes each
  bool require_extended_master_secret = false;  ///< RFC 7627 §5.3 allows it
  Limits limits = {};
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds(10);   ///< for Conn: bounds every handshake
  std::chrono::milliseconds close_timeout = std::chrono::seconds(5);        ///< for Conn: bounds close() where no write deadline is set
  bool strict_close = false;                    ///< for the engine: answer a close_notify at once and stop writing, to the letter of RFC 5246 §7.2.1
  ObserverFactory observe = {};
};

struct ClientConfig {
  TrustStore trust = {};                        ///< TrustStore::system() for the public web
  VerifyPolicy verify = {};                     ///< what is asked of the server's certificate
  CommonConfig common = {};

  /// What weakens the connection.
  struct Dangerous {
    bool accept_any_certificate = false;        ///< whoever is in between reads and changes everything
    bool allow_missing_secure_renegotiation = false;   ///< servers without RFC 5746; see its §4.1
    bool accept_truncation = false;             ///< for Conn: a transport that ends without close_notify is an end of file
  } dangerous = {};

  /// Errors: Errc::bad_configuration and others of that category; the detail names the field.
  Result<ClientContext> build() const;
};

struct ServerConfig {
  std::vector<Identity> identities = {};        ///< at least one; the first that fits the ClientHello is used
  CommonConfig common = {};
  bool prefer_client_order = false;             ///< choose suites by the client's order instead of ours
  struct Dangerous {
    bool allow_missing_secure_renegotiation = true;    ///< clients without RFC 5746 are accepted, as its §4.3 allows: we never renegotiate
    bool accept_truncation = false;
  } dangerous = {};

  Result<ServerContext> build() const;
};

/// A ClientConfig that was checked: immutable, shared, cheap to copy, for any number of connections and threads.
class ClientContext {
 public:
  const ClientConfig& config() const;
  struct Content;
  const Content& content() const { return *content_; }

 private:
  friend struct ClientConfig;
  explicit ClientContext(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

class ServerContext {
 public:
  const ServerConfig& config() const;
  struct Content;
  const Content& content() const { return *content_; }

 private:
  friend struct ServerConfig;
  explicit ServerContext(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

}  // namespace tls12
