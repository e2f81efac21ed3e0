// Reads the presentation language of RFC 5246 §4 from bytes that are not trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "base/big_endian.hpp"
#include "tls12/bytes.hpp"
#include "tls12/error.hpp"

namespace tls12::wire {

/// Never reads outside its bytes. The first fault is kept, with the field it was in; from then on
/// every read gives zero or nothing and the reader is empty, so a parser reads field after field
/// and asks once, at the end. Names of messages and fields are static texts.
class Reader {
 public:
  Reader(Bytes bytes, const char* message) : rest_(bytes), message_(message) {}

  const char* message() const { return message_; }
  bool empty() const { return rest_.empty(); }
  bool failed() const { return field_ != nullptr; }
  /// What is still to be read.
  Bytes rest() const { return rest_; }

  Bytes bytes(std::size_t n, const char* field) {
    if (n > rest_.size()) {
      fail(Errc::message_truncated, field);
      return {};
    }
    const Bytes taken = rest_.first(n);
    rest_ = rest_.subspan(n);
    return taken;
  }
  std::uint8_t u8(const char* field) { return static_cast<std::uint8_t>(number(1, field)); }
  std::uint16_t u16(const char* field) { return static_cast<std::uint16_t>(number(2, field)); }
  std::uint32_t u32(const char* field) { return static_cast<std::uint32_t>(number(4, field)); }

  // RFC 5246 §4.3: a vector<min..max> behind a length of one, two or three bytes. The bounds are in
  // bytes.
  Bytes vector8(const char* field, std::size_t min = 0, std::size_t max = 0xff) {
    return vector(1, field, min, max);
  }
  Bytes vector16(const char* field, std::size_t min = 0, std::size_t max = 0xffff) {
    return vector(2, field, min, max);
  }
  Bytes vector24(const char* field, std::size_t min = 0, std::size_t max = 0xffffff) {
    return vector(3, field, min, max);
  }

  /// A vector16 whose elements are two bytes each.
  Bytes pairs16(const char* field, std::size_t min) {
    const Bytes list = vector16(field, min, 0xffff);
    if (list.size() % 2 == 0) return list;
    fail(Errc::vector_odd_size, field);
    return {};
  }

  /// `list`, once each of its items is known to be a non-empty vector behind a length of `Prefix`
  /// bytes.
  template <std::size_t Prefix>
  Bytes with_items(Bytes list, const char* field) {
    Reader items(list, message_);
    while (!items.empty()) items.vector(Prefix, field, 1, ~std::size_t{0});
    return take_fault_of(items) ? Bytes() : list;
  }

  void fail(Errc fault, const char* field) {
    if (failed()) return;
    fault_ = fault;
    field_ = field;
    rest_ = {};
  }

  /// Ends this reader as `inner`, which reads a part of its bytes, has ended; whether that was by a
  /// fault.
  bool take_fault_of(const Reader& inner) {
    if (inner.failed()) fail(inner.fault_, inner.field_);
    return inner.failed();
  }

  /// Nothing may follow the last field.
  void end(const char* field) {
    if (!empty()) fail(Errc::message_trailing_data, field);
  }

  /// The message, if everything was read and nothing was wrong.
  template <class Message>
  Result<Message> finish(Message message) {
    end("");
    if (!failed()) return message;
    char about[96];
    std::snprintf(about, sizeof about, *field_ == '\0' ? "%s" : "%s.%s", message_, field_);
    return tls12::fail(fault_, about);
  }

 private:
  std::size_t number(std::size_t size, const char* field) {
    return static_cast<std::size_t>(big_endian(bytes(size, field)));
  }
  Bytes vector(std::size_t prefix, const char* field, std::size_t min, std::size_t max) {
    const std::size_t size = number(prefix, field);
    if (!failed() && (size < min || size > max))
      fail(size == 0 ? Errc::vector_empty : Errc::length_out_of_range, field);
    return failed() ? Bytes() : bytes(size, field);
  }

  Bytes rest_;
  const char* message_;
  const char* field_ = nullptr;  // where the first fault was; null while there is none
  Errc fault_ = Errc::internal_error;
};

}  // namespace tls12::wire
