// Writes the presentation language of RFC 5246 §4 to the end of a Buffer.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/buffer.hpp"
#include "tls12/bytes.hpp"
#include "tls12/registry.hpp"

namespace tls12::wire {

class Writer {
 public:
  explicit Writer(Buffer& out) : out_(out) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void bytes(Bytes bytes) { out_.append(bytes); }
  void u8(std::uint8_t value) { number(value, 1); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  /// A value of one of tls12/registry.hpp's enumerations, in its own size.
  template <class E>
    requires std::is_enum_v<E>
  void value(E value) {
    number(static_cast<std::size_t>(value), sizeof(E));
  }
  void vector8(Bytes content) { vector(1, content); }
  void vector16(Bytes content) { vector(2, content); }
  void vector24(Bytes content) { vector(3, content); }

  class Length;
  /// A handshake message (RFC 5246 §7.4): its type and length; what is written until the end of the scope is its body.
  [[nodiscard]] Length message(HandshakeType type);

  /// A length of 1 to 3 bytes that is filled in when the scope ends, with the number of bytes that were written meanwhile.
  class Length {
   public:
    Length(Writer& writer, std::size_t prefix) : out_(writer.out_), prefix_(prefix), start_(out_.size() + prefix) { writer.number(0, prefix); }
    Length(const Length&) = delete;
    Length& operator=(const Length&) = delete;
    ~Length() {
      const std::size_t size = out_.size() - start_;
      assert(size >> (8 * prefix_) == 0);
      put(out_.view().data() + start_ - prefix_, size, prefix_);
    }

   private:
    Buffer& out_;
    std::size_t prefix_, start_;
  };

 private:
  static void put(std::uint8_t* to, std::size_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
  }
  void number(std::size_t value, std::size_t size) {
    put(out_.prepare(size).data(), value, size);
    out_.commit(size);
  }
  void vector(std::size_t prefix, Bytes content) {
    assert(content.size() >> (8 * prefix) == 0);
    number(content.size(), prefix);
    bytes(content);
  }

  Buffer& out_;
};

inline Writer::Length Writer::message(HandshakeType type) {
  value(type);
  return Length(*this, 3);
}

}  // namespace tls12::wire
