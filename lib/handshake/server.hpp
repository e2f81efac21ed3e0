// The server's steps, one function a row of RFC 5246 figures 1 and 2, in their order.
#pragma once

#include <vector>

#include "handshake/endpoint.hpp"
#include "handshake/negotiate.hpp"

namespace tls12::handshake {

class Server final : public Endpoint {
 public:
  /// The context outlives this object.
  Server(const ServerContext::Content& context, const Environment& environment);

  Wants wants() const override { return waiting_ ? Wants::signature : Wants::nothing; }
  SignatureWanted signature_wanted() const override { return {choice_.scheme, choice_.algorithm, to_sign_.view()}; }
  void answer_signature(std::optional<Bytes> signature) override;

 private:
  Result<Outcome> take(Act local_step) override;
  Result<Outcome> send(Act message) override;
  Result<void> understand(Act message, Bytes body) override;

  Result<void> receive_client_hello(Bytes body);
  Result<Outcome> choose_configuration();
  Result<Outcome> send_server_hello();
  Result<Outcome> send_certificate();
  Result<Outcome> sign();
  Result<Outcome> check_foreign_signature() const;
  Result<Outcome> send_server_key_exchange();
  Result<Outcome> send_server_hello_done();
  Result<void> receive_client_key_exchange(Bytes body);
  Result<Outcome> complete(const FinishedVerified&);

  const ServerContext::Content& context_;
  Choice choice_;
  bool point_formats_offered_ = false;
  Buffer to_sign_;  // both randoms and the parameters (RFC 5246 §7.4.3)
  std::array<std::uint8_t, kMaxSignatureSize> signature_ = {};
  std::size_t signature_size_ = 0;
  bool waiting_ = false, refused_ = false;
};

}  // namespace tls12::handshake
