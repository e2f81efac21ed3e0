// Writes the presentation language of RFC 5246 §4 to the end of a Buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "base/big_endian.hpp"
#include "base/buffer.hpp"
#include "tls12/bytes.hpp"
#include "tls12/error.hpp"
#include "tls12/registry.hpp"

namespace tls12::wire {

/// Writes one message. A field that is longer than its length can say is a fault; the first one is
/// kept, with its name. After that nothing is written, so that a serializer writes field after
/// field and returns finish(). Names are static texts.
class Writer {
 public:
  /// A structure that has no header.
  Writer(Buffer& out, const char* structure)
      : out_(out), structure_(structure), start_(out.size()), body_(start_) {}
  /// A handshake message (RFC 5246 §7.4): its type and length first.
  Writer(Buffer& out, HandshakeType type) : out_(out), type_(type), start_(out.size()) {
    value(type);
    number(0, kBodyPrefix);
    body_ = out.size();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void bytes(Bytes bytes) {
    if (!failed()) out_.append(bytes);
  }
  void u8(std::uint8_t value) { number(value, 1); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  /// A value of one of tls12/registry.hpp's enumerations, in its own size.
  template <class E>
    requires std::is_enum_v<E>
  void value(E value) {
    number(static_cast<std::size_t>(value), sizeof(E));
  }
  // `content` after a length of one, two or three bytes. A field without a name is a part of the
  // one whose Length is open.
  void vector8(Bytes content, const char* field = nullptr) { vector(1, content, field); }
  void vector16(Bytes content, const char* field = nullptr) { vector(2, content, field); }
  void vector24(Bytes content, const char* field = nullptr) { vector(3, content, field); }

  /// A length of 1 to 3 bytes that is filled in when the scope ends, with the number of bytes that
  /// were written meanwhile.
  class Length {
   public:
    Length(Writer& writer, std::size_t prefix, const char* field = nullptr)
        : writer_(writer), prefix_(prefix), outer_(writer.open_) {
      writer.number(0, prefix);
      start_ = writer.out_.size();
      if (field != nullptr) writer.open_ = field;
    }
    Length(const Length&) = delete;
    Length& operator=(const Length&) = delete;
    ~Length() {
      writer_.fill_in(start_, prefix_);
      writer_.open_ = outer_;
    }

   private:
    Writer& writer_;
    std::size_t prefix_, start_;
    const char* outer_;
  };

  bool failed() const { return field_ != nullptr; }
  /// After the last field. Errors: Errc::field_too_long, which names the field; then all that was
  /// written is taken back.
  [[nodiscard]] Result<void> finish() {
    if (type_) fill_in(body_, kBodyPrefix);
    if (!failed()) return {};
    out_.truncate(start_);
    return tls12::fail(Errc::field_too_long,
                       (type_ ? name(*type_) : std::string(structure_)) +
                           (*field_ == '\0' ? "" : "." + std::string(field_)));
  }

 private:
  static constexpr std::size_t kBodyPrefix = 3;

  void number(std::size_t value, std::size_t size) {
    if (failed()) return;
    put_big_endian(value, size, out_.prepare(size).data());
    out_.commit(size);
  }
  void vector(std::size_t prefix, Bytes content, const char* field) {
    if (!fits(content.size(), prefix, field != nullptr ? field : open_)) return;
    number(content.size(), prefix);
    bytes(content);
  }
  /// The length of what was written since `start`, in the `prefix` bytes before it.
  void fill_in(std::size_t start, std::size_t prefix) {
    if (failed()) return;
    const std::size_t size = out_.size() - start;
    if (fits(size, prefix, open_))
      put_big_endian(size, prefix, out_.view().data() + start - prefix);
  }
  bool fits(std::size_t size, std::size_t prefix, const char* field) {
    if (!failed() && size >> (8 * prefix) != 0) field_ = field;
    return !failed();
  }

  Buffer& out_;
  std::optional<HandshakeType> type_ = {};
  const char* structure_ = "";
  std::size_t start_, body_ = 0;
  const char* open_ = "";        // the field whose Length is open
  const char* field_ = nullptr;  // the first one that did not fit; null while all did
};

}  // namespace tls12::wire
