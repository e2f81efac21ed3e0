#include "record/handshake_assembly.hpp"

#include <algorithm>

#include "base/big_endian.hpp"

namespace tls12::record {

using wire::kHandshakeHeaderSize;

namespace {

HandshakeAssembly::Message message_of(Bytes bytes) {
  return {.type = static_cast<HandshakeType>(bytes[0]), .bytes = bytes};
}

}  // namespace

Bytes HandshakeAssembly::Message::body() const { return bytes.subspan(kHandshakeHeaderSize); }

Result<std::optional<HandshakeAssembly::Message>> HandshakeAssembly::next(wire::Syntax syntax) {
  drop_given();
  if (buffer_.empty()) {
    const auto size = message_size(fragment_, syntax);
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
  const auto size = message_size(buffer_.view(), syntax);
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

/// Moves bytes of the fragment behind those in the buffer, until that has `upto` or the fragment
/// has no more.
void HandshakeAssembly::take(std::size_t upto) {
  if (buffer_.size() >= upto) return;
  const std::size_t n = std::min(upto - buffer_.size(), fragment_.size());
  buffer_.append(fragment_.first(n));
  fragment_ = fragment_.subspan(n);
}

std::size_t HandshakeAssembly::limit_of(HandshakeType type) const {
  switch (type) {
    case HandshakeType::client_hello: return hello_limit_;
    case HandshakeType::certificate: return certificate_limit_;
    default: return message_limit_;
  }
}

/// The size of the message that starts here, with its header; that of a header while that is not
/// whole.
Result<std::size_t> HandshakeAssembly::message_size(Bytes start, wire::Syntax syntax) const {
  if (start.size() < kHandshakeHeaderSize) return kHandshakeHeaderSize;
  const auto type = static_cast<HandshakeType>(start[0]);
  const auto body = static_cast<std::size_t>(big_endian(start.subspan(1, 3)));
  if (body <= limit_of(type)) return kHandshakeHeaderSize + body;
  // RFC 5246 §7.2.2: a length that no such message can have is decode_error, whatever the limit.
  const bool possible = body <= wire::max_body_size(type, syntax);
  return fail(possible ? Errc::handshake_message_too_large : Errc::message_trailing_data,
              name(type));
}

}  // namespace tls12::record
