// The client's steps, one function a row of RFC 5246 figures 1 and 2, in their order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "handshake/endpoint.hpp"
#include "x509/host_name.hpp"

namespace tls12::handshake {

class Client final : public Endpoint {
 public:
  /// `server_name` is whom the certificate must be for. The context outlives this object.
  Client(const ClientContext::Content& context, x509::ReferenceName server_name, const Environment& environment);

 private:
  Result<Outcome> take(Act local_step) override;
  Result<Outcome> send(Act message) override;
  Result<void> understand(Act message, Bytes body) override;

  Result<Outcome> send_client_hello();
  Result<void> receive_server_hello(Bytes body);
  Result<void> receive_certificate(Bytes body);
  Result<void> receive_server_key_exchange(Bytes body);
  Result<void> receive_certificate_request(Bytes body);
  Result<void> receive_server_hello_done(Bytes body);
  Result<Outcome> verify_peer();
  Result<Outcome> send_certificate();
  Result<Outcome> send_client_key_exchange();
  Result<Outcome> derive_keys(const PeerVerified&, const SignatureVerified&);
  Result<Outcome> complete(const PeerVerified& peer, const SignatureVerified&, const FinishedVerified&);

  Result<void> check_offered(const ServerHello& hello) const;
  Result<void> check_extensions(const ServerHello& hello) const;
  Result<void> check_protocol(const ServerHello& hello) const;

  const ClientContext::Content& context_;
  x509::ReferenceName server_name_;
  std::array<std::uint8_t, kMaxGroupPublicSize> peer_share_ = {};
  std::size_t peer_share_size_ = 0;
  std::optional<SignatureVerified> signature_verified_;
  std::optional<PeerVerified> peer_verified_;
};

}  // namespace tls12::handshake
