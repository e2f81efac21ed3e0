// One direction of a connection: the protection in use and the pending one, the sequence number,
// and the limits of a key (RFC 5246 §6.1).
#pragma once

#include <cstdint>
#include <memory>

#include "base/buffer.hpp"
#include "record/protection.hpp"
#include "record/record.hpp"

namespace tls12::record {

/// Sealing and opening share the key change and the sequence; a connection has one Half for each
/// direction and uses one side of it.
/// After an error nothing was appended, no sequence number is spent, and the next call may fail the
/// same way.
/// Only a Buffer that cannot grow throws (std::bad_alloc), with the same guarantee.
class Half {
 public:
  /// Unprotected, at sequence number 0.
  explicit Half(const Limits& limits) : empty_records_allowed_(limits.empty_records) {}

  // ------------------------------------------------ the key change
  /// The state that the next change_cipher_spec makes current. Another pending one is dropped. Any
  /// `first_sequence` but 0 is for tests.
  void set_pending(std::unique_ptr<Protection> protection, std::uint64_t first_sequence = 0);
  bool has_pending() const { return pending_ != nullptr; }
  /// A change_cipher_spec was sent or received, as the case may be: the pending state is current
  /// now, its sequence starts. The caller has checked has_pending().
  void activate_pending();
  bool is_protected() const { return current_ != nullptr; }
  /// Wipes both states' keys. Nothing is sealed or opened from now on: Errc::sequence_exhausted.
  void forget_keys();

  // ------------------------------------------------ counts
  /// The number that the next record has.
  std::uint64_t sequence() const { return sequence_; }
  /// Records under the current key so far.
  std::uint64_t records() const { return records_; }
  /// The current key has protected as many records as is advised (Limits::aes_records_warn): time
  /// to connect anew.
  bool limit_near() const { return sequence_ >= protection().records_warn(); }

  // ------------------------------------------------ sealing
  /// What the header of sealed records says; TLS 1.2 unless set, for a first ClientHello (RFC 5246
  /// appendix E.1).
  void set_version(ProtocolVersion version) { version_ = version; }
  /// The most plaintext that seal_all() puts into one record: 1 to kMaxPlaintext, which is where it
  /// starts; others are cut to that.
  void set_fragment_size(std::size_t size);
  std::size_t fragment_size() const { return fragment_size_; }

  /// Appends one record of at most kMaxPlaintext bytes; only application_data may be empty.
  /// `plaintext` lies outside `out`. Errors: Errc::sequence_exhausted, Errc::record_limit_reached
  /// (alerts are still sealed, so that the end can be told), Errc::randomness_failed,
  /// Errc::internal_error for a wrong size.
  Result<void> seal(ContentType type, Bytes plaintext, Buffer& out);
  /// Appends all of `data` in records of fragment_size() bytes, the last one with the rest; nothing
  /// for no data. All or nothing. Errors: as seal.
  Result<void> seal_all(ContentType type, Bytes data, Buffer& out);
  /// The bytes that seal_all() appends for `data_size` bytes of data.
  std::size_t wire_size(std::size_t data_size) const;
  /// How much data seal_all() can be given so that it appends no more than `room` bytes: whole
  /// records of fragment_size(), or less than one when not even one has room. 0 when there is no
  /// room for any.
  std::size_t data_that_fits(std::size_t room) const;

  // ------------------------------------------------ opening
  /// The plaintext of `record`, a part of its fragment. Errors: Errc::bad_record_mac for all that
  /// cannot be authenticated, Errc::record_overflow for more than kMaxPlaintext bytes,
  /// Errc::record_empty, Errc::too_many_empty_records, Errc::sequence_exhausted,
  /// Errc::record_limit_reached.
  Result<MutableBytes> open(const Record& record);

 private:
  Protection& protection() const;
  Result<void> check_limits(ContentType type, std::uint64_t count) const;
  Result<void> check_contents(ContentType type, Bytes plaintext);
  [[nodiscard]] bool write_record(ContentType type, Bytes plaintext, std::size_t fragment_size,
                                  std::uint64_t sequence, std::uint8_t* out);
  void advance(std::uint64_t count);

  std::unique_ptr<Protection> current_, pending_;  // null: the protection that is none
  std::uint64_t sequence_ = 0, pending_sequence_ = 0, records_ = 0;
  std::size_t fragment_size_ = kMaxPlaintext;
  ProtocolVersion version_ = ProtocolVersion::tls12;
  bool exhausted_ = false;  // the last number there is has been used
  unsigned empty_records_ = 0, empty_records_allowed_;
};

}  // namespace tls12::record
