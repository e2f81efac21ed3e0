// The application's part in a handshake: verdicts, signatures, decryption, sessions, and leave to
// renegotiate, as the flags have it.
#pragma once

#include <array>
#include <variant>
#include <vector>

#include "flags.hpp"
#include "setup.hpp"
#include "tls12/conn.hpp"

namespace tls12::bogo {

class Answers {
 public:
  Answers(const Flags& flags, Shared& shared, const Credentials& credentials)
      : flags_(flags), shared_(shared), credentials_(credentials) {}

  /// `End` is Engine or Conn.
  template <class End>
  void give(End& end) {
    const Request request = end.request().value();
    std::visit([&](const auto& of_a_kind) { answer(end, of_a_kind); }, request);
  }
  unsigned renegotiations() const { return renegotiations_; }  ///< that were accepted

 private:
  template <class End>
  void answer(End&, const std::monostate&) {}
  template <class End>
  void answer(End& end, const SignatureRequest& request) {
    std::array<std::uint8_t, 1024> signature;
    const auto size =
        credentials_.key_of(*end.state().identity)
            .sign(request.algorithm, request.message, default_provider()->rng(), signature);
    (void)end.answer(size ? SignatureAnswer{Bytes(signature).first(*size)} : SignatureAnswer{});
  }
  template <class End>
  void answer(End& end, const DecryptionRequest& request) {
    std::array<std::uint8_t, 1024> block;
    const auto size = credentials_.key_of(*end.state().identity)
                          .decrypt(request.ciphertext, default_provider()->rng(), block);
    (void)end.answer(size ? DecryptionAnswer{Bytes(block).first(*size)} : DecryptionAnswer{});
  }
  template <class End>
  void answer(End& end, const SessionRequest& request) {
    std::vector<std::uint8_t> found;
    shared_.sessions->get(request.id, wall_time(),
                          [&](Bytes session) { found.assign(session.begin(), session.end()); });
    (void)end.answer(SessionAnswer{found});
  }
  // The runner has two kinds of callback, which choose different alerts.
  template <class End>
  void answer(End& end, const VerdictRequest&) {
    shared_.verdict = !flags_.verify_fail;
    const Alert alert =
        flags_.use_custom_verify_callback ? Alert::certificate_unknown : Alert::handshake_failure;
    const bool accepts = !flags_.verify_fail || !flags_.verify_peer;
    (void)end.answer(VerdictAnswer{.accept = accepts, .reason = "-verify-fail", .alert = alert});
  }
  template <class End>
  void answer(End& end, const RenegotiationRequest&) {
    if (flags_.renegotiate_explicit) ++renegotiations_;
    (void)end.answer(RenegotiationAnswer{flags_.renegotiate_explicit});
  }

  const Flags& flags_;
  Shared& shared_;
  const Credentials& credentials_;
  unsigned renegotiations_ = 0;
};

}  // namespace tls12::bogo
