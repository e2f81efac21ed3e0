// What a connection showed from inside, for the expectations.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tls12/observer.hpp"
#include "tls12/session.hpp"

namespace tls12::bogo {

/// What passed on one connection, or was kept behind it.
struct Seen {
  std::optional<std::string> advertised_protocols =
      {};  ///< ALPN's list, as the peer's ClientHello has it
  std::vector<SignatureScheme> peer_schemes =
      {};  ///< signature_algorithms of the peer's ClientHello or CertificateRequest
  std::string certificate_types = {};  ///< of the peer's CertificateRequest
  std::vector<std::string> certificate_authorities = {};
  unsigned new_tickets = 0;    ///< NewSessionTicket messages received
  unsigned sessions_kept = 0;  ///< by the store
};

class Watcher final : public Observer {
 public:
  explicit Watcher(Seen& seen) : seen_(seen) {}

  void on_message(const Message& m) override {
    if (m.direction != Direction::received) return;
    if (const auto* hello = std::get_if<ClientHello>(&m.message)) look(*hello);
    if (const auto* request = std::get_if<CertificateRequest>(&m.message)) look(*request);
    if (std::holds_alternative<NewSessionTicket>(m.message)) ++seen_.new_tickets;
  }

 private:
  void look(const ClientHello& hello) {
    if (hello.signature_algorithms)
      seen_.peer_schemes.assign(hello.signature_algorithms->begin(),
                                hello.signature_algorithms->end());
    if (!hello.application_layer_protocol_negotiation) return;
    seen_.advertised_protocols.emplace();
    for (const Bytes protocol : *hello.application_layer_protocol_negotiation) {
      *seen_.advertised_protocols += static_cast<char>(protocol.size());
      *seen_.advertised_protocols += text_of(protocol);
    }
  }
  void look(const CertificateRequest& request) {
    seen_.peer_schemes.assign(request.supported_signature_algorithms.begin(),
                              request.supported_signature_algorithms.end());
    seen_.certificate_types = text_of(request.certificate_types);
    for (const Bytes name : request.certificate_authorities)
      seen_.certificate_authorities.emplace_back(text_of(name));
  }

  Seen& seen_;
};

/// A store that counts what it is given to keep.
class WatchedStore final : public SessionStore {
 public:
  void put(Bytes key, Bytes session, WallTime expires) override {
    ++kept;
    store_->put(key, session, expires);
  }
  bool get(Bytes key, WallTime now, const std::function<void(Bytes)>& take) override {
    return store_->get(key, now, take);
  }
  void erase(Bytes key) override { store_->erase(key); }

  unsigned kept = 0;

 private:
  std::shared_ptr<SessionStore> store_ = make_memory_session_store();
};

}  // namespace tls12::bogo
