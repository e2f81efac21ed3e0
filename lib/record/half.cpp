#include "record/half.hpp"

#include <algorithm>

#include "base/big_endian.hpp"
#include "record/null.hpp"

namespace tls12::record {

namespace {

void put_header(ContentType type, ProtocolVersion version, std::size_t fragment_size,
                std::uint8_t* out) {
  *out++ = static_cast<std::uint8_t>(type);
  out = put_big_endian(static_cast<unsigned>(version), 2, out);
  put_big_endian(fragment_size, 2, out);
}

}  // namespace

// ------------------------------------------------ the key change

void Half::set_pending(std::unique_ptr<Protection> protection, std::uint64_t first_sequence) {
  pending_ = std::move(protection);
  pending_sequence_ = first_sequence;
}

void Half::activate_pending() {
  current_ = std::move(pending_);
  sequence_ = pending_sequence_;  // RFC 5246 §6.1: zero whenever a connection state is made the
                                  // active state
  records_ = 0;
  exhausted_ = false;
}

void Half::forget_keys() {
  current_.reset();
  pending_.reset();
  exhausted_ = true;
}

Protection& Half::protection() const { return current_ ? *current_ : null_protection(); }

// ------------------------------------------------ sequence and limits

Result<void> Half::check_limits(ContentType type, std::uint64_t count) const {
  // RFC 5246 §6.1: sequence numbers never wrap. `count - 1` is how far the last of the records is
  // from the next one.
  if (exhausted_ || count - 1 > ~std::uint64_t{0} - sequence_)
    return fail(Errc::sequence_exhausted);
  const std::uint64_t end = protection().records_end();
  if (end == Protection::kNoLimit || type == ContentType::alert) return {};
  if (sequence_ >= end || count > end - sequence_) return fail(Errc::record_limit_reached);
  return {};
}

void Half::advance(std::uint64_t count) {
  sequence_ += count;
  records_ += count;
  exhausted_ = sequence_ == 0;
}

// ------------------------------------------------ sealing

void Half::set_fragment_size(std::size_t size) {
  fragment_size_ = std::clamp<std::size_t>(size, 1, kMaxPlaintext);
}

/// Header and fragment, which the caller has found to be `fragment_size` bytes once sealed.
bool Half::write_record(ContentType type, Bytes plaintext, std::size_t fragment_size,
                        std::uint64_t sequence, std::uint8_t* out) {
  put_header(type, version_, fragment_size, out);
  return protection().seal(sequence, type, version_, plaintext, out + kRecordHeaderSize);
}

Result<void> Half::seal(ContentType type, Bytes plaintext, Buffer& out) {
  if (plaintext.size() > kMaxPlaintext)
    return fail(Errc::internal_error, "a record of more than 2^14 bytes");
  if (plaintext.empty() && type != ContentType::application_data)
    return fail(Errc::internal_error, "an empty record");
  if (auto allowed = check_limits(type, 1); !allowed) return allowed;
  const std::size_t fragment_size = protection().sealed_size(plaintext.size());
  std::uint8_t* at = out.prepare(kRecordHeaderSize + fragment_size).data();
  if (!write_record(type, plaintext, fragment_size, sequence_, at))
    return fail(Errc::randomness_failed);
  out.commit(kRecordHeaderSize + fragment_size);
  advance(1);
  return {};
}

Result<void> Half::seal_all(ContentType type, Bytes data, Buffer& out) {
  if (data.empty()) return {};
  const std::size_t whole = data.size() / fragment_size_, rest = data.size() % fragment_size_;
  const std::uint64_t count = whole + (rest != 0);
  if (auto allowed = check_limits(type, count); !allowed) return allowed;
  const std::size_t size = wire_size(data.size()),
                    whole_size = protection().sealed_size(fragment_size_);
  std::uint8_t* at = out.prepare(size).data();
  for (std::size_t i = 0; i < whole; ++i, at += kRecordHeaderSize + whole_size) {
    if (!write_record(type, data.subspan(i * fragment_size_, fragment_size_), whole_size,
                      sequence_ + i, at))
      return fail(Errc::randomness_failed);
  }
  if (rest != 0 &&
      !write_record(type, data.last(rest), protection().sealed_size(rest), sequence_ + whole, at))
    return fail(Errc::randomness_failed);
  out.commit(size);
  advance(count);
  return {};
}

std::size_t Half::wire_size(std::size_t data_size) const {
  const std::size_t whole = data_size / fragment_size_, rest = data_size % fragment_size_;
  return whole * (kRecordHeaderSize + protection().sealed_size(fragment_size_)) +
         (rest == 0 ? 0 : kRecordHeaderSize + protection().sealed_size(rest));
}

std::size_t Half::data_that_fits(std::size_t room) const {
  if (const std::size_t whole = room / wire_size(fragment_size_); whole != 0)
    return whole * fragment_size_;
  // The most that one record of at most `room` bytes carries: padding makes that a search.
  std::size_t fits = 0, too_much = fragment_size_;
  while (too_much - fits > 1) {
    const std::size_t middle = fits + (too_much - fits) / 2;
    (wire_size(middle) <= room ? fits : too_much) = middle;
  }
  return fits;
}

// ------------------------------------------------ opening

Result<MutableBytes> Half::open(const Record& record) {
  // Nothing is exempt here: the peer's alert would be one record more to trust the key with.
  if (auto allowed = check_limits(ContentType::application_data, 1); !allowed)
    return fail(allowed.error());
  const std::optional<MutableBytes> plaintext =
      protection().open(sequence_, record.type, record.version, record.fragment);
  if (!plaintext) return fail(Errc::bad_record_mac);
  if (auto good = check_contents(record.type, *plaintext); !good) return fail(good.error());
  advance(1);
  return *plaintext;
}

Result<void> Half::check_contents(ContentType type, Bytes plaintext) {
  if (plaintext.size() > kMaxPlaintext)
    return fail(Errc::record_overflow, "more than 2^14 bytes of plaintext");
  if (!plaintext.empty()) {
    empty_records_ = 0;
    return {};
  }
  // RFC 5246 §6.2.1: application_data alone may be empty.
  if (type != ContentType::application_data) return fail(Errc::record_empty, name(type));
  if (++empty_records_ > empty_records_allowed_) return fail(Errc::too_many_empty_records);
  return {};
}

}  // namespace tls12::record
