// Application data of ours, into records: how large they are, and what is held back to make one of
// several writes.
#include <algorithm>
#include <cstring>

#include "engine/impl.hpp"

namespace tls12 {
namespace {

/// A record of so many bytes fits one TCP segment: 1,500 bytes of Ethernet without the headers of
/// IPv6 (40) and of TCP with timestamps (32).
constexpr std::size_t kSegment = 1428;

/// The data sent in such records. A record of 2^14 bytes takes twelve segments, and nothing of it
/// can be used before the last has come: too many for the ten that a new TCP connection sends at
/// once (RFC 6928 §2). Behind so much data, slow start has opened the window for several whole
/// records.
constexpr std::size_t kDataInSmallRecords = 128 * 1024;

}  // namespace

Result<std::size_t> Engine::Impl::write(std::span<const Bytes> buffers, Flush flush) {
  if (error_) return std::unexpected(*error_);
  if (handshake_) return std::unexpected(Error(Errc::handshake_not_complete));
  if (close_notify_sent_) return std::unexpected(Error(Errc::closed));
  std::size_t taken = 0;
  for (; !buffers.empty(); buffers = buffers.subspan(1)) {
    const auto n = take(buffers.front(), buffers.size() == 1 && flush == Flush::now);
    if (!n) return std::unexpected(n.error());
    taken += *n;
    if (*n < buffers.front().size()) break;  // output is full
  }
  if (flush == Flush::now)
    if (const auto flushed = this->flush(); !flushed) return std::unexpected(flushed.error());
  return taken;
}

/// As much of `data` as there is room for, which is room for what is held as well: flush() always
/// has some.
Result<std::size_t> Engine::Impl::take(Bytes data, bool nothing_follows) {
  std::size_t taken = 0;
  while (taken < data.size()) {
    if (held_.empty()) choose_record_size();
    const Bytes rest = data.subspan(taken);
    const std::size_t room = writing_.data_that_fits(
        config_.limits.output - std::min(config_.limits.output, output_.size()));
    const bool from_there =
        held_.empty() && (nothing_follows || rest.size() >= writing_.fragment_size());
    const auto n = from_there
                       ? seal_from_there(rest.first(std::min(rest.size(), room)), nothing_follows)
                       : hold(rest, room);
    if (!n) return n;
    taken += *n;
    if (*n == 0 || *n == room)
      break;  // what has room behind whole records is left for the next call
  }
  return taken;
}

/// Whole records, as many as are of one size, and with `nothing_follows` the rest.
Result<std::size_t> Engine::Impl::seal_from_there(Bytes data, bool nothing_follows) {
  const std::size_t record = writing_.fragment_size();
  std::size_t n = data.size();
  if (small_left_ != 0) n = std::min(n, (small_left_ + record - 1) / record * record);
  if (!nothing_follows && n > record) n -= n % record;
  if (const auto sealed = seal_data(data.first(n)); !sealed) return std::unexpected(sealed.error());
  return n;
}

/// Copies what joins other data in a record, and seals that when it is full.
Result<std::size_t> Engine::Impl::hold(Bytes data, std::size_t room) {
  const std::size_t record = writing_.fragment_size(), before = held_.size(),
                    whole = std::min(record, room);
  if (whole <= before) return 0;
  const std::size_t n = std::min(data.size(), whole - before);
  held_.resize(before + n);  // insert() would go byte by byte, with an allocator of one's own
  std::memcpy(held_.data() + before, data.data(), n);
  if (held_.size() == record)
    if (const auto flushed = flush(); !flushed) return std::unexpected(flushed.error());
  return n;
}

/// For the next record and those behind it.
void Engine::Impl::choose_record_size() {
  writing_.set_fragment_size(fragment_limit_);
  if (small_left_ != 0)
    writing_.set_fragment_size(std::min(fragment_limit_, writing_.data_that_fits(kSegment)));
}

Result<void> Engine::Impl::seal_data(Bytes data) {
  if (!observer_) {
    if (const auto sealed = writing_.seal_all(ContentType::application_data, data, output_.back());
        !sealed)
      return fail(sealed.error()), sealed;
  }
  for (Bytes rest = data; observer_ && !rest.empty();
       rest =
           rest.subspan(std::min(rest.size(), writing_.fragment_size())))  // it sees every record
    if (const auto sealed = seal(ContentType::application_data,
                                 rest.first(std::min(rest.size(), writing_.fragment_size())));
        !sealed)
      return fail(sealed.error()), sealed;
  small_left_ -= std::min(small_left_, data.size());
  state_.bytes_sent += data.size();
  count_records();
  return {};
}

Result<void> Engine::Impl::flush() {
  if (error_) return std::unexpected(*error_);
  if (held_.empty()) return {};
  const auto sealed = seal_data(held_);
  held_.clear();
  return sealed;
}

void Engine::Impl::restart_record_sizes() {
  small_left_ = dynamic_records_ ? kDataInSmallRecords : 0;
}

}  // namespace tls12
