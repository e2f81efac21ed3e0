// Sealed records that wait for the transport. The bytes of a send under way stay where they are.
#pragma once

#include "base/buffer.hpp"

namespace tls12 {

/// Two buffers. Records are appended to the first one; while a send uses it, and until the rest of
/// it is sent, to the second one. The buffers change places when the first one is empty and the
/// second one is not, so that a warm queue does not allocate and no byte is copied.
class OutputQueue {
 public:
  bool empty() const { return front_.empty(); }
  std::size_t size() const { return front_.size() + next_.size(); }
  /// The bytes to be sent next, in one piece. All of them, unless a send began before the last were
  /// appended.
  Bytes front() const { return front_.view(); }
  /// Where records are appended.
  Buffer& back() { return sending_ || !next_.empty() ? next_ : front_; }

  /// Keeps front() in its place until sent() is called. Returns front(); an empty view while
  /// another send is under way.
  Bytes begin_send() {
    if (sending_) return {};
    sending_ = !empty();
    return front();
  }
  /// The first `n` bytes of front() were sent.
  void sent(std::size_t n) {
    sending_ = false;
    front_.consume(n);
    if (front_.empty() && !next_.empty()) std::swap(front_, next_);
  }
  /// Frees the memory of empty buffers.
  void release() {
    front_.release();  // not empty while a send is under way
    next_.release();
  }

 private:
  Buffer front_, next_;  // next_ is empty if front_ is
  bool sending_ = false;
};

}  // namespace tls12
