// What a local step asks of whoever drives the engine (a signature is asked for in signing.hpp):
// one question at a time.
#pragma once

#include <optional>
#include <utility>

#include "base/secret.hpp"
#include "tls12/engine.hpp"

namespace tls12::handshake {

class Question {
 public:
  /// For a step: whether there is an answer. As long as there is none it asks, and the step waits;
  /// `about` stays valid.
  bool ask(Wants what, Bytes about = {}) {
    wants_ = what;
    about_ = about;
    return answered_;
  }
  /// The answer, and the end of the question.
  std::optional<SecretVector> take() {
    wants_ = Wants::nothing;
    answered_ = false;
    return std::exchange(answer_, std::nullopt);
  }

  Wants wants() const { return answered_ ? Wants::nothing : wants_; }
  Bytes about() const { return about_; }
  void answer(std::optional<Bytes> with) {
    answered_ = true;
    if (with) answer_.emplace(with->begin(), with->end());
  }

 private:
  Wants wants_ = Wants::nothing;
  Bytes about_ = {};
  bool answered_ = false;
  std::optional<SecretVector> answer_;
};

}  // namespace tls12::handshake
