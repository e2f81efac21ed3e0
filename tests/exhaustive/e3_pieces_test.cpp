// E3: bytes arrive one at a time, and split in two at every place.
#include "exhaustive/conversation.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// What passed, both ways.
struct Wire {
  std::string in, out;
  friend bool operator==(const Wire&, const Wire&) = default;
};

void check_same(const Kind& kind, const Wire& one, const Wire& other) {
  if (kind.repeats()) CHECK(one == other);
  if (!kind.scripted())
    CHECK(std::pair(one.in.size(), one.out.size()) == std::pair(other.in.size(), other.out.size()));
}

void log_to(Wire& wire, Faults& faults) {
  const auto keep = [](std::string& all) {
    return [&all](MutableBytes bytes, std::size_t at) {
      all.resize(at);
      all += text_of(bytes);
    };
  };
  faults.reading = keep(wire.in);
  faults.writing = keep(wire.out);
}

/// A whole conversation, set up by `cut`; what passed.
template <class Cut>
Wire converse(const Kind& kind, Role role, Cut cut) {
  Wire wire;
  Conversation c(kind, role);
  log_to(wire, *c.faults);
  c.by(kAllowed);
  cut(c);
  const auto error = c.talk();
  CHECK(!error);
  CHECK(c.elapsed() == Duration::zero());
  c.check_closed_right();
  const ConnectionState state = c.conn->state();
  CHECK(state.cipher_suite == kind.suite);
  CHECK(state.group == kind.group);
  CHECK(state.resumed == (kind.tickets == Kind::Tickets::resumed));
  CHECK(state.encrypt_then_mac == (kind.suite == kCbc));
  CHECK(state.renegotiations == (kind.other == Kind::Other::renegotiates ? 1 : 0));
  if (c.other->state() != nullptr) CHECK(state.application_protocol == "first");
  return wire;
}

std::size_t split_at_every_place(const Kind& kind, Role role, const Wire& whole,
                                 std::atomic<std::size_t> Faults::* stall) {
  std::size_t points = 0;
  const std::size_t bytes = stall == &Faults::stall_reads_at ? whole.in.size() : whole.out.size();
  for (std::size_t at = 0; at < bytes; at += stride(kind), ++points) {
    CAPTURE(at);
    bool split = false;
    const Wire cut = converse(kind, role, [&](Conversation& c) {
      (*c.faults).*stall = at;
      c.stuck = [&] {
        (*c.faults).*stall = kNever;
        c.by(kAllowed);  // makes a call that waits look again
        return !std::exchange(split, true);
      };
    });
    CHECK(split);
    check_same(kind, cut, whole);
  }
  return points;
}

}  // namespace

TEST_CASE(
    "E3: bytes that come and go one at a time, or in any small pieces, make the same "
    "conversation") {
  for_each_kind(600, [](const Kind& kind, Role role) {
    const Wire whole = converse(kind, role, [](Conversation&) {});
    check_same(kind, converse(kind, role, [](Conversation&) {}), whole);
    std::size_t points = 0;
    for (std::size_t piece = 1; piece < 50; ++piece, ++points) {
      CAPTURE(piece);
      const Wire pieces = converse(kind, role, [&](Conversation& c) {
        c.faults->read_piece = c.faults->write_piece = piece;
      });
      check_same(kind, pieces, whole);
    }
    return points * 2;
  });
}

TEST_CASE(
    "E3: bytes split in two at any place, with a wait in between, make the same conversation") {
  for_each_kind(8000, [](const Kind& kind, Role role) {
    const Wire whole = converse(kind, role, [](Conversation&) {});
    return split_at_every_place(kind, role, whole, &Faults::stall_reads_at) +
           split_at_every_place(kind, role, whole, &Faults::stall_writes_at);
  });
}
