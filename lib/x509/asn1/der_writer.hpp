// Writing DER, from the outside in; lengths are filled in when an element is complete.
#pragma once

#include <cstdint>
#include <utility>

#include "base/secret.hpp"
#include "tls12/bytes.hpp"
#include "x509/asn1/der.hpp"

namespace tls12::x509::der {

/// What is written may be a private key: its memory is wiped.
class Writer {
 public:
  Bytes bytes() const { return bytes_; }
  SecretVector take() { return std::move(bytes_); }

  /// Bytes that are DER already.
  void raw(Bytes encoding) { bytes_.insert(bytes_.end(), encoding.begin(), encoding.end()); }
  void element(std::uint8_t tag, Bytes content);
  /// An element whose content `write` appends.
  template <class Write>
  void nest(std::uint8_t tag, Write write) {
    bytes_.push_back(tag);
    const std::size_t start = bytes_.size();
    write();
    insert_length(start);
  }
  template <class Write>
  void sequence(Write write) {
    nest(kSequence, write);
  }

  void boolean(bool value);
  void small_natural(std::uint64_t value);
  /// A number of any size, big-endian.
  void natural(Bytes value);
  void object_identifier(Bytes content) { element(kObjectIdentifier, content); }
  void octet_string(Bytes content) { element(kOctetString, content); }
  /// A bit string of whole octets, or one that leaves out the last `unused` bits.
  void bit_string(Bytes content, unsigned unused = 0);
  void null() { element(kNull, {}); }

 private:
  void insert_length(std::size_t start);

  SecretVector bytes_;
};

}  // namespace tls12::x509::der
