// E7: close() arrives at every point.
#include <atomic>
#include <thread>
#include <utility>

#include "exhaustive/conversation.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

bool is(const std::optional<Error>& error, Errc code) { return error && error->code == code; }

/// What holds however early or late close() came, on a wire that takes everything.
void check_closed(Conversation& c, const CloseReport& report) {
  c.settle();
  const bool complete = c.conn->state().handshake_complete;
  // C1, C2: our close_notify if and only if the handshake is complete, and no other alert.
  CHECK(report.alert_sent == complete);
  CHECK(c.other->closed() == complete);
  CHECK(!c.other->told());
  // C6: what the other end got is whole.
  const auto fault = c.other->fault();
  if (complete)
    CHECK(!fault);
  else if (!c.kind.scripted())
    CHECK(is(fault, Errc::truncated));
  CHECK(kReply.starts_with(c.got));
  CHECK((c.other->got() == kRequest.substr(0, c.written) || c.other->got() == kRequest));
  const CloseReport again = c.conn->close();
  CHECK(again.alert_sent == report.alert_sent);
  CHECK(again.peer_closed == report.peer_closed);
  CHECK(again.error.has_value() == report.error.has_value());
  c.check_gone();
}

/// close() by another thread while the transport is in its call number `at`.
void close_in_call(const Kind& kind, Role role, std::size_t piece, std::size_t at) {
  CAPTURE(at);
  Conversation c(kind, role);
  c.faults->read_piece = c.faults->write_piece = piece;
  c.drive = at % 2 == 0;
  c.by(kAllowed);

  const auto main = std::this_thread::get_id();
  std::atomic<bool> closing = false;
  CloseReport report;
  std::thread closer;
  std::size_t calls = 0;
  c.faults->before_call = [&] {
    if (std::this_thread::get_id() != main || calls++ != at) return;
    closing = true;
    closer = std::thread([&] {
      report = c.conn->close();
      closing = false;
    });
    std::this_thread::yield();
  };
  // No time passes while the other thread computes. Its last wake() may come during this call, so
  // the waiting thread looks once more after that.
  std::atomic<bool> talking = true;
  bool main_looks_again = true, closer_looks_again = true;
  c.busy = [&] {
    const bool is_main = std::this_thread::get_id() == main;
    bool& looks_again = is_main ? main_looks_again : closer_looks_again;
    if (is_main ? !closing : !talking) return std::exchange(looks_again, false);
    looks_again = true;
    if (!is_main) {
      const std::lock_guard one(c.stepping);
      c.other->step();
    }
    std::this_thread::yield();
    return true;
  };
  const auto error = c.talk();
  talking = false;
  REQUIRE(closer.joinable());
  closer.join();
  if (error) CHECK(is(error, Errc::closed));
  CHECK(c.elapsed() == Duration::zero());
  check_closed(c, report);
}

std::size_t calls_of(const Kind& kind, Role role, std::size_t piece, bool drive) {
  Conversation c(kind, role);
  c.faults->read_piece = c.faults->write_piece = piece;
  c.drive = drive;
  c.by(kAllowed);
  REQUIRE(!c.talk());
  return c.faults->read_calls + c.faults->write_calls + c.faults->waits;
}

}  // namespace

TEST_CASE(
    "E7: close() between any two calls of the application sends close_notify if the handshake is "
    "complete, and nothing else") {
  for_each_kind(40, [](const Kind& kind, Role role) {
    std::size_t points = 0;
    for (std::size_t calls = 0; calls <= 4; ++calls, ++points) {
      CAPTURE(calls);
      Conversation c(kind, role);
      c.by(kAllowed);
      for (std::size_t call = 0; call < calls; ++call) REQUIRE(c.call(call).has_value());
      const CloseReport report = c.conn->close();
      CHECK(!report.error);
      CHECK(report.peer_closed == (calls >= 3));  // it comes right behind the answer
      CHECK(c.elapsed() == Duration::zero());
      check_closed(c, report);
    }
    return points;
  });
}

TEST_CASE(
    "E7: close() by another thread during any call of the transport releases whoever is in it, and "
    "ends all properly") {
  for_each_kind(5000, [](const Kind& kind, Role role) {
    std::size_t points = 0;
    for (const std::size_t piece : {kNever, std::size_t{1}}) {
      const std::size_t calls =
          std::min(calls_of(kind, role, piece, true), calls_of(kind, role, piece, false));
      for (std::size_t at = 0; at < calls; at += piece == 1 ? stride(kind) : 1, ++points)
        close_in_call(kind, role, piece, at);
    }
    return points;
  });
}

TEST_CASE(
    "E7: close() finishes a record that is half sent at any byte before its close_notify, and "
    "starts nothing in a handshake") {
  for_each_kind(3000, [](const Kind& kind, Role role) {
    const Measured measured = measure(kind, role);
    std::size_t points = 0;
    for (std::size_t at = 0; at < measured.awaited; at += stride(kind), ++points) {
      CAPTURE(at);
      Conversation c(kind, role);
      c.by(kAllowed);
      c.faults->stall_writes_at = at;
      CHECK(is(c.talk(), Errc::timed_out));
      CHECK(c.faults->bytes_written == at);
      c.faults->stall_writes_at = kNever;
      // With the deadline past, close() has one attempt that does not block; or it has all its
      // time.
      if (points % 2 == 0) c.conn->set_deadline({});
      const CloseReport report = c.conn->close();
      CHECK(!report.error);
      CHECK(c.elapsed() == kAllowed);
      if (!c.conn->state().handshake_complete) CHECK(c.faults->bytes_written == at);
      if (c.written > 0 && at < measured.asked) CHECK(c.other->got().empty());
      check_closed(c, report);
      CHECK(c.other->got() == kRequest.substr(0, c.written));
    }
    return points;
  });
}

TEST_CASE(
    "E7: close() brings a fatal alert to the other end from behind a record half sent at any byte, "
    "or gives up in time") {
  for_each_kind(500, [](const Kind& kind, Role role) {
    if (kind.scripted()) return std::size_t{1};
    const Measured measured = measure(kind, role);
    const std::size_t queued = record_size(kind, kRequest.size()) + record_size(kind, 2);
    std::size_t points = 0;
    for (const bool stalls_on : {false, true}) {
      for (std::size_t n = 0; n < queued; n += kSampled, ++points) {
        CAPTURE(stalls_on);
        CAPTURE(n);
        Conversation c(kind, role);
        c.by(kAllowed);
        REQUIRE(c.conn->handshake().has_value());
        c.settle();
        c.faults->stall_writes_at = measured.handshake_written + n;
        if (const auto asked = c.write(); !asked)
          REQUIRE(is(asked.error(), Errc::timed_out));  // flush() says so of what is accepted
        c.faults->reading = [&](MutableBytes bytes, std::size_t) { bytes.back() ^= 1; };
        c.by(kAllowed);
        (void)static_cast<EngineEnd&>(*c.other).peer.engine.write(bytes_of("spoilt on its way"));
        CHECK(is(c.read(1).error(), Errc::bad_record_mac));
        CHECK(c.elapsed() == Duration::zero());
        CHECK(c.other->got().size() <=
              (n < record_size(kind, kRequest.size()) ? 0 : kRequest.size()));

        if (!stalls_on) c.faults->stall_writes_at = kNever;
        const CloseReport report = c.conn->close();
        c.settle();
        CHECK(report.alert_sent == !stalls_on);
        CHECK(c.other->told() == (stalls_on ? std::nullopt : std::optional(Alert::bad_record_mac)));
        CHECK(is(report.error, Errc::bad_record_mac));
        CHECK(c.elapsed() == (stalls_on ? kAllowed : Duration::zero()));
        if (!stalls_on) CHECK(c.other->got() == kRequest);
        CHECK(!c.other->closed());
        c.check_gone();
      }
    }
    return points;
  });
}
