#include "handshake/transcript.hpp"

namespace tls12::handshake {

Result<void> Transcript::add(Bytes message) {
  if (hash_) hash_->update(message);
  if (!keeping_) return {};
  if (message.size() > limit_ - kept_.size())
    return fail(Errc::handshake_message_too_large, "Limits::transcript");
  kept_.append(message);
  return {};
}

void Transcript::use(const HashFunction& function) {
  hash_.emplace(function);
  hash_->update(kept_.view());
}

void Transcript::stop_keeping() {
  keeping_ = false;
  kept_.clear();
}

Digest Transcript::hash() const {
  Digest digest;
  digest.size = hash_->digest(digest.storage).size();
  return digest;
}

}  // namespace tls12::handshake
