// The application's part in a handshake: verdicts, signatures, decryption, sessions, and leave to
// renegotiate, as the flags have it.
#pragma once

#include <array>
#include <vector>

#include "flags.hpp"
#include "setup.hpp"
#include "tls12/conn.hpp"

namespace tls12::bogo {

class Answers {
 public:
  Answers(const Flags& flags, Shared& shared, const Credentials& credentials)
      : flags_(flags), shared_(shared), credentials_(credentials) {}

  /// `End` is Engine or Conn, whose members have the same names.
  template <class End>
  void give(End& end) {
    switch (end.wants()) {
      case Wants::signature: return sign(end);
      case Wants::decryption: return decrypt(end);
      case Wants::session: return look_up(end);
      case Wants::verdict: return judge(end);
      case Wants::renegotiation: return allow_renegotiation(end);
      case Wants::nothing: return;
    }
  }
  unsigned renegotiations() const { return renegotiations_; }  ///< that were accepted

 private:
  static SignatureRequest copy(const SignatureWanted& wanted) {
    return {wanted.scheme, wanted.algorithm, {wanted.message.begin(), wanted.message.end()}};
  }
  static SignatureRequest copy(const Result<SignatureRequest>& wanted) { return wanted.value(); }
  static std::vector<std::uint8_t> copy(Bytes wanted) { return {wanted.begin(), wanted.end()}; }
  static std::vector<std::uint8_t> copy(const Result<std::vector<std::uint8_t>>& wanted) {
    return wanted.value();
  }

  template <class End>
  void sign(End& end) {
    std::array<std::uint8_t, 1024> signature;
    const SignatureRequest wanted = copy(end.signature_wanted());
    const auto size =
        credentials_.key_of(*end.state().identity)
            .sign(wanted.algorithm, wanted.message, default_provider()->rng(), signature);
    (void)(size ? end.provide_signature(Bytes(signature).first(*size)) : end.refuse_signature());
  }
  template <class End>
  void decrypt(End& end) {
    std::array<std::uint8_t, 1024> block;
    const auto size = credentials_.key_of(*end.state().identity)
                          .decrypt(copy(end.decryption_wanted()), default_provider()->rng(), block);
    (void)(size ? end.provide_decryption(Bytes(block).first(*size)) : end.refuse_decryption());
  }
  template <class End>
  void look_up(End& end) {
    std::vector<std::uint8_t> found;
    shared_.sessions->get(copy(end.session_wanted()), wall_time(),
                          [&](Bytes session) { found.assign(session.begin(), session.end()); });
    (void)end.provide_session(found);
  }
  // The runner has two kinds of callback, which choose different alerts.
  template <class End>
  void judge(End& end) {
    shared_.verdict = !flags_.verify_fail;
    const Alert alert =
        flags_.use_custom_verify_callback ? Alert::certificate_unknown : Alert::handshake_failure;
    (void)(flags_.verify_fail && flags_.verify_peer ? end.refuse_peer("-verify-fail", alert)
                                                    : end.accept_peer());
  }
  template <class End>
  void allow_renegotiation(End& end) {
    if (!flags_.renegotiate_explicit) return (void)end.refuse_renegotiation();
    ++renegotiations_;
    (void)end.accept_renegotiation();
  }

  const Flags& flags_;
  Shared& shared_;
  const Credentials& credentials_;
  unsigned renegotiations_ = 0;
};

}  // namespace tls12::bogo
