#include "session/session_update.hpp"

namespace tls12 {

void SessionUpdate::apply() const noexcept {
  try {
    const Bytes key = bytes_of(content_->key);
    if (content_->session.empty()) return content_->store->erase(key);
    content_->store->put(key, content_->session, content_->expires);
  } catch (...) {}
}

}  // namespace tls12
