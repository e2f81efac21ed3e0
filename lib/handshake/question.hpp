// What a local step asks of the application (a signature is requested in signing.hpp): one question
// at a time.
#pragma once

#include <optional>
#include <utility>

#include "base/secret.hpp"
#include "tls12/request.hpp"

namespace tls12::handshake {

/// The application accepted the peer. Made by Question alone.
class Acceptance {
 private:
  friend class Question;
  Acceptance() = default;
};

class Question {
 public:
  /// For a step: whether there is an answer. As long as there is none it asks, and the step waits;
  /// `about` stays valid.
  bool ask(Wants what, Bytes about = {}) {
    wants_ = what;
    about_ = about;
    return answered_;
  }
  /// The block or the session that was the answer, if it was not a refusal; it ends the question.
  std::optional<SecretVector> take() {
    end();
    return std::exchange(bytes_, std::nullopt);
  }
  /// The verdict, which ends the question. Errors: Errc::certificate_refused.
  Result<Acceptance> take_verdict() {
    end();
    return refusal_ ? Result<Acceptance>(fail(*refusal_)) : Acceptance();
  }

  Wants wants() const { return answered_ ? Wants::nothing : wants_; }
  Bytes about() const { return about_; }
  void answer(const Answer& with) {
    answered_ = true;
    if (const auto* decryption = std::get_if<DecryptionAnswer>(&with))
      keep(decryption->block);
    else if (const auto* session = std::get_if<SessionAnswer>(&with))
      keep(session->session);
    else if (const auto* verdict = std::get_if<VerdictAnswer>(&with); verdict && !verdict->accept)
      refusal_.emplace(Errc::certificate_refused, verdict->reason).alert = verdict->alert;
  }

 private:
  void keep(std::optional<Bytes> bytes) {
    if (bytes) bytes_.emplace(bytes->begin(), bytes->end());
  }
  void end() {
    wants_ = Wants::nothing;
    answered_ = false;
  }

  Wants wants_ = Wants::nothing;
  Bytes about_ = {};
  bool answered_ = false;
  std::optional<SecretVector> bytes_;
  std::optional<Error> refusal_;
};

}  // namespace tls12::handshake
