// The client's steps, one function a row of RFC 5246 figures 1 and 2, in their order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "handshake/endpoint.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/verify.hpp"
#include "x509/name/reference_name.hpp"

namespace tls12::handshake {

class Client final : public Endpoint {
 public:
  /// `server_name` is whom the certificate must be for. The context outlives this object.
  Client(const ClientContext::Content& context, x509::ReferenceName server_name,
         const Environment& environment);

 private:
  Result<Outcome> take(Act local_step) override;
  Result<Outcome> send(Act message) override;
  Result<void> understand(Act message, Bytes body) override;

  Result<Outcome> send_client_hello();
  Result<Outcome> pad_and_emit(ClientHello& hello);
  Result<void> receive_server_hello(Bytes body);
  Result<void> receive_certificate(Bytes body);
  Result<void> receive_certificate_status(Bytes body);
  Result<void> receive_server_key_exchange(Bytes body);
  Result<void> receive_certificate_request(Bytes body);
  Result<void> receive_server_hello_done(Bytes body);
  Result<Outcome> verify_peer();
  bool is_who_it_was() const;
  Result<Outcome> choose_identity();
  Result<Outcome> send_certificate();
  Result<Outcome> send_client_key_exchange();
  Result<Outcome> derive_keys(const PeerVerified&, const SignatureVerified&);
  Result<Outcome> sign_handshake();
  Result<Outcome> send_certificate_verify();
  Result<void> receive_new_session_ticket(Bytes body);
  Result<Outcome> complete(PeerVerified& peer, const SignatureVerified& signature,
                           const FinishedVerified& finished);

  // ClientHello
  void find_session();
  void remember_where();  // RFC 5246 §7.2: a connection that fails takes its session with it
  session::Binding binding() const;
  PeerRules peer_rules() const;
  bool still_knows_psk() const;
  /// Whether the server says yes to the session that was offered.
  bool resumes(const ServerHello& hello) const;
  Bytes offered_id() const;
  Bytes session_key() const { return bytes_of(state_.server_name); }
  // ServerHello
  Result<void> check_offered(const ServerHello& hello);
  Result<void> check_extensions(const ServerHello& hello, const wire::SuiteRow& suite);
  Result<void> check_renegotiation(const ServerHello& hello, const wire::SuiteRow& suite) const;
  Result<void> check_renegotiation_info(const ServerHello& hello) const;
  Result<void> check_protocol(const ServerHello& hello) const;
  Result<void> check_certificate_types(const ServerHello& hello);
  Result<void> check_how_key_is_shown(const wire::SuiteRow& suite) const;
  Result<void> check_fragment_limits(const ServerHello& hello);
  Result<void> resume_session(const ServerHello& hello, const wire::SuiteRow& suite);
  // Certificate, ServerKeyExchange, ClientKeyExchange
  Result<void> receive_raw_public_key(Bytes public_key_info);
  Result<std::optional<PeerVerified>> judge_server();
  /// What a server shows beside its certificate; a session does not keep it.
  struct Evidence {
    Bytes staple = {};
    bool staple_was_requested = false;
    Bytes timestamps = {};
  };
  Result<std::optional<PeerVerified>> verify_certificates(std::span<const Certificate> presented,
                                                          const Evidence& beside,
                                                          std::optional<VerifyFailure>* failure,
                                                          Work& work,
                                                          x509::KnownSignatures& known) const;
  bool is_believed_again() const;
  Result<void> check_group(const ServerKeyExchange& message);
  Result<void> make_premaster_for_rsa(ClientKeyExchange& message, MutableBytes ciphertext);
  Result<void> generate_share(const ServerKeyExchange& server);
  void keep_session();

  const ClientContext::Content& context_;
  bool names_server_;
  std::array<std::uint8_t, session::kSessionIdSize> beside_ticket_ = {};
  std::vector<std::uint8_t> new_id_, new_ticket_;  // what the server gives to resume by
  std::size_t ticket_room_ = 0;                    // the largest ticket that fits our ClientHello
  std::uint32_t ticket_lifetime_ = 0;
  std::string psk_identity_hint_;
  std::vector<std::uint8_t> server_key_exchange_,
      certificate_request_;  // as they came, for the steps that answer them
  std::optional<config::EncodedIdentity> chosen_identity_;  // by the caller's own choice
  std::optional<Credential> credential_;
  CertificateType own_certificate_type_ = CertificateType::x509;
};

}  // namespace tls12::handshake
