// E1: the other end stalls at every byte of the conversation.
#include "exhaustive/conversation.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

bool is(const std::optional<Error>& error, Errc code) { return error && error->code == code; }

/// A stall that ends behind the deadline: the call that waits comes back then, and no byte is lost.
std::size_t stall_and_go_on(const Kind& kind, Role role, std::size_t bytes,
                            std::atomic<std::size_t> Faults::* stall) {
  std::size_t points = 0;
  for (std::size_t at = 0; at < bytes; at += stride(kind), ++points) {
    CAPTURE(at);
    Conversation c(kind, role);
    c.drive = points % 2 == 0;
    c.by(kAllowed);
    c.faults.get()->*stall = at;
    const auto stopped = c.talk();
    CHECK(is(stopped, Errc::timed_out));
    CHECK(c.elapsed() == kAllowed);
    CHECK(c.faults->waits < 60);
    CHECK(c.faults->closes == 0);
    c.check_nothing_wrong_was_read();

    c.faults.get()->*stall = kNever;
    c.by(kAllowed);
    CHECK(!c.talk());
    CHECK(c.elapsed() == Duration::zero());
    c.check_closed_right();
  }
  return points;
}

/// A stall that does not end: the connection is closed after it, in time, and nobody is told that
/// all went well.
std::size_t stall_and_close(const Kind& kind, Role role, const Measured& measured,
                            std::atomic<std::size_t> Faults::* stall) {
  std::size_t points = 0;
  const bool writes = stall == &Faults::stall_writes_at;
  for (std::size_t at = 0; at < (writes ? measured.written_closed : measured.read);
       at += stride(kind), ++points) {
    CAPTURE(at);
    Conversation c(kind, role);
    c.by(kAllowed);
    c.faults.get()->*stall = at;
    const bool in_close = writes && at >= measured.awaited;
    const auto stopped = c.talk();
    CHECK(stopped.has_value() == !in_close);
    c.conn->set_deadline({});
    c.start = c.clock.now();
    const CloseReport report = c.conn->close();
    // Only what waits to be written is waited for: close_timeout's five seconds.
    const bool waits = writes && c.conn->state().handshake_complete;
    CHECK(c.elapsed() == (waits ? Duration(std::chrono::seconds(5)) : Duration::zero()));
    CHECK(is(report.error, Errc::timed_out) == waits);
    c.settle();
    CHECK(report.alert_sent == c.other->closed());
    CHECK(report.alert_sent == (!writes && c.conn->state().handshake_complete));
    c.check_nothing_wrong_was_read();
    c.check_gone();
  }
  return points;
}

/// No deadline was set at all: handshake_timeout bounds every handshake.
std::size_t stall_for_ever(const Kind& kind, Role role, std::size_t bytes,
                           std::atomic<std::size_t> Faults::* stall) {
  std::size_t points = 0;
  for (std::size_t at = 0; at < bytes; at += stride(kind), ++points) {
    CAPTURE(at);
    Conversation c(kind, role);
    c.drive = points % 2 == 0;
    c.faults.get()->*stall = at;
    CHECK(is(c.talk(), Errc::handshake_timed_out));
    CHECK(c.elapsed() == std::chrono::seconds(10));
    CHECK(c.faults->closes == 1);
    CHECK(is(c.talk(), Errc::handshake_timed_out));
    c.settle();
    CHECK(!c.other->told());
    CHECK(is(c.conn->close().error, Errc::handshake_timed_out));
    c.check_gone();
  }
  return points;
}

}  // namespace

TEST_CASE(
    "E1: the other end sends nothing more behind any byte: timed_out at the deadline, and with a "
    "later one all goes on") {
  for_each_kind(3000, [](const Kind& kind, Role role) {
    return stall_and_go_on(kind, role, measure(kind, role).read, &Faults::stall_reads_at);
  });
}

TEST_CASE(
    "E1: the other end takes nothing more behind any byte: timed_out at the deadline, and with a "
    "later one all goes on") {
  for_each_kind(3000, [](const Kind& kind, Role role) {
    return stall_and_go_on(kind, role, measure(kind, role).awaited, &Faults::stall_writes_at);
  });
}

TEST_CASE("E1: a connection whose other end stalls at any byte is closed in time") {
  for_each_kind(5000, [](const Kind& kind, Role role) {
    const Measured measured = measure(kind, role);
    return stall_and_close(kind, role, measured, &Faults::stall_reads_at) +
           stall_and_close(kind, role, measured, &Faults::stall_writes_at);
  });
}

TEST_CASE(
    "E1: a handshake that stalls at any byte ends by handshake_timeout where no deadline is set") {
  for_each_kind(3000, [](const Kind& kind, Role role) {
    const Measured measured = measure(kind, role);
    return stall_for_ever(kind, role, measured.handshake_read, &Faults::stall_reads_at) +
           stall_for_ever(kind, role, measured.handshake_written, &Faults::stall_writes_at);
  });
}
