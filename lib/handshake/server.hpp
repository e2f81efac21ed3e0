// The server's functions, one for each of its rows of RFC 5246 figures 1 and 2, in their order.
#pragma once

#include "handshake/endpoint.hpp"
#include "handshake/verify.hpp"

namespace tls12::handshake {

class Server final : public Endpoint {
 public:
  Server(ServerContext context, const Environment& environment);

 private:
  std::span<const Handler> handlers() const override;

  Result<void> receive_client_hello(Bytes body);
  Result<Outcome> choose_configuration(const ReceivedHello& received);
  Result<Outcome> look_up_session(const ReceivedHello& received);
  Result<Outcome> negotiate(const ReceivedHello& received, const FoundSession& found);
  Result<Outcome> send_server_hello(const ReceivedHello& received, FoundSession& found,
                                    const Choice& choice);
  Result<Outcome> send_certificate(const Choice& choice);
  Result<Outcome> send_certificate_status(const Choice& choice);
  Result<Outcome> sign_parameters(const Agreement& agreement, const Choice& choice,
                                  const KeyAgreement& share);
  Result<Outcome> send_server_key_exchange(const Agreement& agreement, const Choice& choice,
                                           const KeyAgreement& share);
  Result<Outcome> send_certificate_request(const Agreement& agreement);
  Result<Outcome> send_server_hello_done();
  Result<void> receive_certificate(Bytes body, const Agreement& agreement);
  Result<void> receive_client_key_exchange(Bytes body, const Agreement& agreement,
                                           const Choice& choice, KeyAgreement& share);
  Result<Outcome> derive_keys(const Agreement& agreement, const Choice& choice,
                              const EncryptedPreMaster* encrypted,
                              const PreMasterSecret* pre_master_secret);
  Result<void> receive_certificate_verify(Bytes body);
  Result<Outcome> verify_peer(Agreement& agreement);
  Result<Outcome> send_new_session_ticket(const Agreement& agreement, const KeySchedule& keys,
                                          const PeerVerified* peer);
  Result<Outcome> complete(const Agreement& agreement, const Choice& choice,
                           const KeySchedule& keys, PeerVerified& peer,
                           const SignatureVerified& signature, const FinishedVerified& finished);

  const ServerConfig& config() const { return context_.config(); }
  const config::SupportedAlgorithms& ours() const { return internals(context_).algorithms; }
  // ServerHello, ServerKeyExchange
  Result<void> generate_share(const Choice& choice);
  ServerKeyExchange parameters(const Agreement& agreement, const Choice& choice,
                               const KeyAgreement& share) const;
  // ClientKeyExchange
  Result<Outcome> decrypt_pre_master_secret(const Choice& choice,
                                            const EncryptedPreMaster& encrypted);
  Result<void> mix_psk(std::string_view identity, PreMasterSecret& secret);
  // the peer
  Result<std::optional<PeerVerified>> authenticate_client(Agreement& agreement,
                                                          std::optional<VerifyFailure>& failure);
  Result<std::optional<PeerVerified>> verify_certificates(std::span<const Certificate> presented,
                                                          std::optional<VerifyFailure>* failure,
                                                          Work& work,
                                                          x509::KnownSignatures& known) const;
  PeerRules peer_rules() const;
  bool client_sent_key() const;
  // sessions (server_session.cpp)
  bool can_resume(const session::Session& session, const ClientHello& hello) const;
  bool still_believes_client(const session::Session& session) const;
  bool knows_psk(std::string_view identity) const;
  session::Binding binding() const;
  void remember_session(Bytes session_id);
  session::Session session_to_keep(const Agreement& agreement, const KeySchedule& keys,
                                   const PeerVerified* peer) const;

  ServerContext context_;  // the one that this ClientHello chose
  /// As the ClientHello offered it: the premaster secret of RSA repeats it.
  ProtocolVersion client_version_ = {};
};

}  // namespace tls12::handshake
