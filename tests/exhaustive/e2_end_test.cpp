// E2: the transport ends at every byte of the conversation.
#include "exhaustive/conversation.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// What of the answer has come whole when the transport ends `left` bytes before the last of
/// close_notify.
std::string complete_before(const Kind& kind, std::size_t left) {
  const std::size_t close_notify = record_size(kind, 2),
                    second = record_size(kind, kReplyEnds.size());
  if (left <= close_notify) return kReply;
  return left <= close_notify + second ? kReplyBegins : "";
}

}  // namespace

TEST_CASE(
    "E2: a transport that ends before close_notify's last byte is truncated, and what came whole "
    "before it is delivered") {
  for_each_kind(3500, [](const Kind& kind, Role role) {
    const Measured measured = measure(kind, role);
    std::size_t points = 0;
    for (std::size_t at = 0; at < measured.read; at += stride(kind), ++points) {
      CAPTURE(at);
      Conversation c(kind, role);
      c.drive = points % 2 == 0;
      c.by(kAllowed);
      c.faults->end_reads_at = at;
      for (int again = 0; again < 2; ++again) {
        const auto error = c.talk();
        REQUIRE(error.has_value());
        CHECK(rule(error->code).name == rule(Errc::truncated).name);
        CHECK(!c.ended);
      }
      CHECK(c.got == complete_before(kind, measured.read - at));
      CHECK(c.elapsed() == Duration::zero());
      const CloseReport report = c.conn->close();
      CHECK(!report.peer_closed);
      REQUIRE(report.error.has_value());
      CHECK(report.error->code == Errc::truncated);
      CHECK(c.elapsed() == Duration::zero());
      c.settle();
      c.check_nothing_wrong_was_read();
      CHECK(c.other->closed() == report.alert_sent);
      c.check_gone();
    }
    return points;
  });
}

TEST_CASE("E2: a transport that ends behind close_notify has ended properly") {
  for_each_kind(8, [](const Kind& kind, Role role) {
    const std::size_t all = measure(kind, role).read;
    Conversation c(kind, role);
    c.by(kAllowed);
    c.faults->end_reads_at = all;
    CHECK(!c.talk());
    c.check_closed_right();
    return std::size_t{1};
  });
}
