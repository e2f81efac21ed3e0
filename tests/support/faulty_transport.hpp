// A transport that misbehaves to order: pieces, stalls, ends and failures at chosen bytes and
// calls.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tls12/transport.hpp"

namespace tls12::test {

inline constexpr std::size_t kNever = static_cast<std::size_t>(-1);

/// What is to go wrong, and what has been seen; shared with the test, which may change it while the
/// connection runs.
struct Faults {
  std::atomic<std::size_t> read_piece = kNever, write_piece = kNever;  ///< no call moves more bytes
  std::atomic<std::size_t> stall_reads_at = kNever,
                           stall_writes_at = kNever;  ///< behind so many bytes, nothing moves
  std::atomic<std::size_t> end_reads_at = kNever;     ///< behind so many bytes, the peer's end
  std::atomic<std::size_t> fail_reads_at_call = kNever,
                           fail_writes_at_call =
                               kNever;  ///< this call (from 0) and later ones fail
  std::atomic<bool> fail_close = false, fail_shut_down = false;
  std::atomic<bool> miscount_reads = false,
                    miscount_writes = false;  ///< reports one byte more than was given
  std::function<void()> before_call;          ///< read, write or wait: before anything moves
  std::function<void(MutableBytes, std::size_t at)> reading,
      writing;  ///< sees what passes, and may change it; `at`: bytes before it

  std::atomic<std::size_t> bytes_read = 0, bytes_written = 0;
  std::atomic<std::size_t> read_calls = 0, write_calls = 0, waits = 0, shut_downs = 0, closes = 0;
};

class FaultyTransport final : public Transport {
 public:
  FaultyTransport(TransportPtr inner, std::shared_ptr<Faults> faults)
      : inner_(std::move(inner)), faults_(std::move(faults)) {}

  Result<std::optional<std::size_t>> read(MutableBytes into) override {
    if (faults_->before_call) faults_->before_call();
    if (faults_->read_calls++ >= faults_->fail_reads_at_call)
      return fail(Errc::transport_failed, "read, to order");
    if (faults_->bytes_read >= faults_->end_reads_at) return 0;
    const std::size_t allowed = room(faults_->bytes_read, faults_->stall_reads_at,
                                     faults_->end_reads_at, faults_->read_piece);
    if (allowed == 0) return std::nullopt;
    auto n = inner_->read(into.first(std::min(into.size(), allowed)));
    if (n && *n) {
      if (faults_->reading && **n > 0) faults_->reading(into.first(**n), faults_->bytes_read);
      faults_->bytes_read += **n;
      if (faults_->miscount_reads) n = into.size() + 1;
    }
    return n;
  }
  Result<std::optional<std::size_t>> write(Bytes from) override {
    if (faults_->before_call) faults_->before_call();
    if (faults_->write_calls++ >= faults_->fail_writes_at_call)
      return fail(Errc::connection_reset, "write, to order");
    const std::size_t allowed =
        room(faults_->bytes_written, faults_->stall_writes_at, kNever, faults_->write_piece);
    if (allowed == 0) return std::nullopt;
    from = from.first(std::min(from.size(), allowed));
    std::vector<std::uint8_t> changed;
    if (faults_->writing) {
      changed.assign(from.begin(), from.end());
      faults_->writing(changed, faults_->bytes_written);
      from = changed;
    }
    auto n = inner_->write(from);
    if (n && *n) faults_->bytes_written += **n;
    if (faults_->miscount_writes) n = from.size() + 1;
    return n;
  }
  Result<void> shut_down_writing() override {
    ++faults_->shut_downs;
    if (faults_->fail_shut_down) return fail(Errc::transport_failed, "shut_down_writing, to order");
    return inner_->shut_down_writing();
  }
  Result<void> close() override {
    ++faults_->closes;
    auto done = inner_->close();
    if (faults_->fail_close) return fail(Errc::transport_failed, "close, to order");
    return done;
  }

  std::uint64_t wakes() const override { return inner_->wakes(); }
  void wake() override { inner_->wake(); }
  void wait(Interest interest, Deadline until, std::uint64_t seen) override {
    if (faults_->before_call) faults_->before_call();
    ++faults_->waits;
    Interest left = Interest::none;
    if (has(interest, Interest::read)) {
      if (faults_->bytes_read >= faults_->end_reads_at) return;
      if (faults_->bytes_read < faults_->stall_reads_at) left = left | Interest::read;
    }
    if (has(interest, Interest::write) && faults_->bytes_written < faults_->stall_writes_at)
      left = left | Interest::write;
    inner_->wait(left, until, seen);
  }
  Clock& clock() override { return inner_->clock(); }
  std::string local() const override { return inner_->local(); }
  std::string peer() const override { return inner_->peer(); }
  int descriptor() const override { return inner_->descriptor(); }

 private:
  static std::size_t room(std::size_t moved, std::size_t stall, std::size_t end,
                          std::size_t piece) {
    const std::size_t limit = std::min(stall, end);
    return std::min(piece, limit > moved ? limit - moved : 0);
  }

  TransportPtr inner_;
  std::shared_ptr<Faults> faults_;
};

}  // namespace tls12::test
