// The client's functions, one for each of its rows of RFC 5246 figures 1 and 2, in their order.
#pragma once

#include "handshake/endpoint.hpp"
#include "handshake/verify.hpp"
#include "x509/name/reference_name.hpp"

namespace tls12::handshake {

class Client final : public Endpoint {
 public:
  /// The server's certificate must be for `server_name`. The context outlives this object.
  Client(const ClientContext::Content& context, x509::ReferenceName server_name,
         const Environment& environment);

 private:
  std::span<const Handler> handlers() const override;

  Result<Outcome> send_client_hello();
  Result<void> receive_server_hello(Bytes body, ClientOffer& offer);
  Result<void> receive_certificate(Bytes body, const Agreement& agreement);
  Result<void> receive_certificate_status(Bytes body);
  Result<void> receive_server_key_exchange(Bytes body, const Agreement& agreement);
  Result<void> receive_certificate_request(Bytes body);
  Result<void> receive_server_hello_done(Bytes body);
  Result<Outcome> verify_peer(Agreement& agreement);
  Result<Outcome> choose_identity(const Agreement& agreement, const RequestedCertificate& request);
  Result<Outcome> send_certificate(const Agreement& agreement, const ChosenIdentity& identity);
  Result<Outcome> send_client_key_exchange(const Agreement& agreement,
                                           const ServerParameters* parameters);
  Result<Outcome> derive_keys(const Agreement& agreement, const PreMasterSecret* pre_master_secret,
                              const PeerVerified&, const SignatureVerified&);
  Result<Outcome> sign_handshake(const ChosenIdentity& identity);
  Result<Outcome> send_certificate_verify();
  Result<void> receive_new_session_ticket(Bytes body);
  Result<Outcome> complete(const Agreement& agreement, const KeySchedule& keys, PeerVerified& peer,
                           const SignatureVerified& signature, const FinishedVerified& finished);

  // ClientHello
  Result<Outcome> emit_client_hello(const ClientOffer& offer);
  std::string_view offered_name() const;
  // Certificate, ServerKeyExchange, ClientKeyExchange
  Result<void> receive_raw_public_key(Bytes public_key_info, const Agreement& agreement);
  Result<void> check_group(const ServerKeyExchange& message);
  Result<void> encrypt_pre_master_secret(ClientKeyExchange& message, PreMasterSecret& secret,
                                         MutableBytes ciphertext);
  Result<void> generate_share(const ServerKeyExchange& server, KeyAgreement& agreement);
  // the peer
  Result<std::optional<PeerVerified>> authenticate_server(Agreement& agreement,
                                                          std::optional<VerifyFailure>& failure);
  /// What a server sends beside its certificate; a session does not keep it.
  struct Evidence {
    Bytes staple = {};
    bool staple_was_requested = false;
    Bytes timestamps = {};
  };
  Result<std::optional<PeerVerified>> verify_certificates(std::span<const Certificate> presented,
                                                          const Evidence& evidence,
                                                          std::optional<VerifyFailure>* failure,
                                                          Work& work,
                                                          x509::KnownSignatures& known) const;
  PeerRules peer_rules() const;
  bool is_same_peer() const;
  // sessions (client_session.cpp)
  std::optional<session::Session> find_session();
  bool can_offer(const session::Session& session) const;
  bool has_same_psk(const session::Session& session) const;
  session::Binding binding() const;
  void remember_store();
  void keep_session(const Agreement& agreement, const KeySchedule& keys, const PeerVerified& peer);
  Bytes session_key() const { return bytes_of(state_.server_name); }

  const ClientContext::Content& context_;
  bool names_server_;  // by a DNS name
};

}  // namespace tls12::handshake
