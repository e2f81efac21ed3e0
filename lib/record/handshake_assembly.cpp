#include "record/handshake_assembly.hpp"

#include <algorithm>

#include "wire/codec.hpp"

namespace tls12::record {

using wire::kHandshakeHeaderSize;

namespace {

HandshakeAssembly::Message message_of(Bytes bytes) { return {.type = static_cast<HandshakeType>(bytes[0]), .bytes = bytes}; }

}  // namespace

Bytes HandshakeAssembly::Message::body() const { return bytes.subspan(kHandshakeHeaderSize); }

Result<std::optional<HandshakeAssembly::Message>> HandshakeAssembly::next() {
  drop_given();
  if (buffer_.empty()) {
    const auto size = message_size(fragment_);
    if (!size) return fail(size.error());
    if (fragment_.size() < *size) {
      keep();
      return std::nullopt;
    }
    const Bytes bytes = fragment_.first(*size);
    fragment_ = fragment_.subspan(*size);
    return message_of(bytes);
  }

  // Cut somewhere: first the header must be whole, then what it announces.
  take(kHandshakeHeaderSize);
  const auto size = message_size(buffer_.view());
  if (!size) return fail(size.error());
  take(*size);
  if (buffer_.size() < *size) return std::nullopt;
  given_ = *size;
  return message_of(std::as_const(buffer_).view().first(*size));
}

void HandshakeAssembly::keep() {
  drop_given();
  buffer_.append(fragment_);
  fragment_ = {};
}

void HandshakeAssembly::drop_given() {
  if (given_ == 0) return;
  buffer_.consume(given_);
  given_ = 0;
  buffer_.release();
}

/// Moves bytes of the fragment behind those in the buffer, until that has `upto` or the fragment has no more.
void HandshakeAssembly::take(std::size_t upto) {
  if (buffer_.size() >= upto) return;
  const std::size_t n = std::min(upto - buffer_.size(), fragment_.size());
  buffer_.append(fragment_.first(n));
  fragment_ = fragment_.subspan(n);
}

/// The size of the message that starts here, with its header; that of a header while that is not whole.
Result<std::size_t> HandshakeAssembly::message_size(Bytes start) const {
  if (start.size() < kHandshakeHeaderSize) return kHandshakeHeaderSize;
  const auto type = static_cast<HandshakeType>(start[0]);
  const std::size_t body = static_cast<std::size_t>(start[1]) << 16 | static_cast<std::size_t>(start[2]) << 8 | start[3];
  if (body > (type == HandshakeType::certificate ? certificate_limit_ : message_limit_)) return fail(Errc::handshake_message_too_large, name(type));
  return kHandshakeHeaderSize + body;
}

}  // namespace tls12::record
