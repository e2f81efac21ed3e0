// E6: the transport fails at every call.
#include "exhaustive/conversation.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

bool is(const std::optional<Error>& error, Errc code) { return error && error->code == code; }

std::size_t fail_reads(const Kind& kind, Role role, std::size_t piece) {
  std::size_t points = 0;
  const std::size_t calls = measure(kind, role, piece).read_calls;
  for (std::size_t call = 0; call < calls; call += piece == 1 ? stride(kind) : 1, ++points) {
    CAPTURE(call);
    Conversation c(kind, role);
    c.faults->read_piece = c.faults->write_piece = piece;
    c.faults->fail_reads_at_call = call;
    c.by(kAllowed);
    for (int again = 0; again < 2; ++again) {
      const auto error = c.talk();
      if (error) CHECK(is(error, Errc::transport_failed));
    }
    CHECK(c.elapsed() == Duration::zero());
    const CloseReport report = c.conn->close();
    c.settle();
    CHECK(is(report.error, Errc::transport_failed));
    CHECK(c.elapsed() == Duration::zero());
    // The sending side is well: what was begun is finished.
    CHECK(report.alert_sent == c.conn->state().handshake_complete);
    CHECK(c.other->closed() == report.alert_sent);
    CHECK(!c.other->told());
    c.check_nothing_wrong_was_read();
    c.check_gone();
  }
  return points;
}

std::size_t fail_writes(const Kind& kind, Role role, std::size_t piece) {
  std::size_t points = 0;
  const std::size_t calls = measure(kind, role, piece).write_calls;
  for (std::size_t call = 0; call < calls; call += piece == 1 ? stride(kind) : 1, ++points) {
    CAPTURE(call);
    Conversation c(kind, role);
    c.faults->read_piece = c.faults->write_piece = piece;
    c.faults->fail_writes_at_call = call;
    c.drive = points % 2 == 0;
    c.by(kAllowed);
    if (const auto error = c.talk()) {
      // C15: reading goes on, a handshake in it as well, and hears nothing: the other end waits for
      // what was not sent.
      const bool reads = c.done >= 2;
      CHECK(is(error, reads ? Errc::timed_out : Errc::connection_reset));
      CHECK(c.elapsed() == (reads ? kAllowed : Duration::zero()));
      const auto flushed = c.conn->flush();
      CHECK((!flushed && is(flushed.error(), Errc::connection_reset)));
      const auto read = c.read(kNever);
      CHECK((read.has_value() || is(read.error(), Errc::timed_out)));
    } else {
      CHECK(c.ended);
    }
    c.by(kAllowed);
    const CloseReport report = c.conn->close();
    c.settle();
    CHECK(is(report.error, Errc::connection_reset));
    CHECK(c.elapsed() == Duration::zero());
    CHECK(!report.alert_sent);
    CHECK(!c.other->closed());
    c.check_nothing_wrong_was_read();
    c.check_gone();
  }
  return points;
}

}  // namespace

TEST_CASE(
    "E6: a read of the transport that fails, whichever, is told, ends reading for good, and leaves "
    "a proper close") {
  for_each_kind(3000, [](const Kind& kind, Role role) {
    return fail_reads(kind, role, kNever) + fail_reads(kind, role, 1);
  });
}

TEST_CASE(
    "E6: a write to the transport that fails, whichever, is told, and close() tears the transport "
    "down without an alert") {
  for_each_kind(3000, [](const Kind& kind, Role role) {
    return fail_writes(kind, role, kNever) + fail_writes(kind, role, 1);
  });
}

TEST_CASE(
    "E6: a transport that cannot be closed is closed once, and its error is the one that close() "
    "tells of") {
  for_each_kind(20, [](const Kind& kind, Role role) {
    std::size_t points = 0;
    for (std::size_t calls = 0; calls <= 4; ++calls, ++points) {
      Conversation c(kind, role);
      c.faults->fail_close = true;
      c.by(kAllowed);
      for (std::size_t call = 0; call < calls; ++call) REQUIRE(c.call(call).has_value());
      for (int again = 0; again < 2; ++again) {
        const CloseReport report = c.conn->close();
        CHECK(is(report.error, Errc::transport_failed));
        CHECK(report.alert_sent == (calls > 0));
      }
      c.check_gone();
    }
    return points;
  });
}

TEST_CASE("E6: a sending side that cannot be shut down behind a fatal alert changes nothing else") {
  for_each_kind(8, [](const Kind& kind, Role role) {
    const Measured measured = measure(kind, role);
    Conversation c(kind, role);
    c.faults->fail_shut_down = true;
    c.faults->reading = [&](MutableBytes bytes, std::size_t at) {
      if (at + bytes.size() == measured.read) bytes.back() ^= 1;
    };
    c.by(kAllowed);
    CHECK(is(c.talk(), Errc::bad_record_mac));
    CHECK(c.faults->shut_downs == 1);
    CHECK(c.got == kReply);
    const CloseReport report = c.conn->close();
    c.settle();
    CHECK(report.alert_sent);
    CHECK(c.other->told() == Alert::bad_record_mac);
    CHECK(c.elapsed() <= kAllowed);
    c.check_gone();
    return std::size_t{1};
  });
}
