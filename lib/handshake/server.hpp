// The server's steps, one function a row of RFC 5246 figures 1 and 2, in their order.
#pragma once

#include <vector>

#include "handshake/endpoint.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/verify.hpp"

namespace tls12::handshake {

class Server final : public Endpoint {
 public:
  Server(ServerContext context, const Environment& environment);

 private:
  Result<Outcome> take(Act local_step) override;
  Result<Outcome> send(Act message) override;
  Result<void> understand(Act message, Bytes body) override;

  Result<void> receive_client_hello(Bytes body);
  Result<Outcome> choose_configuration();
  Result<Outcome> look_up_session();
  Result<Outcome> negotiate();
  Result<Outcome> send_server_hello();
  Result<Outcome> send_certificate();
  Result<Outcome> send_certificate_status();
  Result<Outcome> sign_parameters();
  Result<Outcome> send_server_key_exchange();
  Result<Outcome> send_certificate_request();
  Result<Outcome> send_server_hello_done();
  Result<void> receive_certificate(Bytes body);
  Result<void> receive_client_key_exchange(Bytes body);
  Result<void> receive_certificate_verify(Bytes body);
  Result<Outcome> derive_keys();
  Result<Outcome> verify_peer();
  bool client_showed_key() const;
  Result<Outcome> send_new_session_ticket();
  std::size_t ticket_room(const ClientHello& hello) const;
  Result<Outcome> complete(PeerVerified& peer, const SignatureVerified& signature,
                           const FinishedVerified& finished);

  const ServerConfig& config() const { return context_.config(); }
  const config::SupportedAlgorithms& ours() const { return internals(context_).algorithms; }
  /// The ClientHello, read again from the transcript, where it stays until ours is sent.
  Result<ClientHello> client_hello() const;
  session::Binding binding() const;
  PeerRules peer_rules() const;
  Result<void> limit_fragments(const ClientHello& hello, ServerHello& answer);
  Result<void> show_key(const ClientHello& hello, ServerHello& answer);
  Result<void> choose_client_certificate_type(const ClientHello& hello, ServerHello& answer);
  Result<void> give_session_id();
  bool may_resume(const ClientHello& hello) const;
  bool still_believes_client() const;
  bool knows_psk(std::string_view identity) const;
  void remember_where(Bytes session_id);
  ServerKeyExchange key_exchange_params() const;
  Result<Outcome> decrypt_premaster();
  Result<std::optional<PeerVerified>> judge_client();
  Result<std::optional<PeerVerified>> verify_certificates(std::span<const Certificate> presented,
                                                          std::optional<VerifyFailure>* failure,
                                                          Work& work,
                                                          x509::KnownSignatures& known) const;
  Result<void> mix_psk(std::string_view identity);
  session::Session session_to_keep() const;

  ServerContext context_;  // the one that this ClientHello chose
  ProtocolVersion client_version_ =
      {};  // as its hello offered it, which the premaster secret of RSA says again
  Choice choice_;
  Bytes protocol_ = {};          // a view into the configuration
  std::size_t ticket_room_ = 0;  // the largest ticket that is issued
  bool ticket_is_old_ = false;   // a ticket was taken that is due to be renewed
  std::array<std::uint8_t, session::kSessionIdSize> new_id_ = {};
  bool gives_id_ = false, asks_client_ = false;
  std::vector<std::uint8_t> encrypted_premaster_ = {};
};

}  // namespace tls12::handshake
