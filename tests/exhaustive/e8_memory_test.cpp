// E8: every allocation fails once.
#include "exhaustive/conversation.hpp"
#include "support/counted_memory.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

bool is(const std::optional<Error>& error, Errc code) { return error && error->code == code; }

/// Lets an allocation of a connection's own fail, and counts them; what the test and the other end
/// need does not count.
class Shortage {
 public:
  /// From allocation number `first` (from 1) on up to `end`.
  Shortage(std::size_t first, std::size_t end) : first_(first), end_(end) {}
  ~Shortage() { fails_at = 0; }

  void border(bool inside) {
    if (inside == inside_) return;
    if (inside) {
      allocations = asked;
      fails_at = first_;
      fails_until = end_;
    } else {
      asked = allocations;
      fails_at = 0;
    }
    inside_ = inside;
  }
  std::size_t asked = 0;

 private:
  std::size_t first_, end_;
  bool inside_ = false;
};

constexpr std::size_t kNoShortage = 0;

/// One conversation in which memory runs out. How many allocations its connection asked for.
std::size_t converse(const Kind& kind, Role role, std::size_t first, std::size_t end,
                     bool half_closes = false) {
  Shortage shortage(first, end);
  Conversation c(kind, role);
  c.border = [&](bool inside) { shortage.border(inside); };
  c.by(kAllowed);
  auto error = c.talk();
  if (!error && half_closes) {
    if (const auto closed = c.close_write(); !closed) error = closed.error();
  }
  const std::string said = error ? error->message() : "";
  CAPTURE(said);
  CHECK(c.elapsed() == Duration::zero());
  c.settle();
  if (error) {
    CHECK(rule(error->code).name == rule(Errc::out_of_memory).name);
    if (c.conn->error()) CHECK(c.other->told() == c.conn->error()->alert);
  } else {
    c.check_right();
  }
  const CloseReport report = c.close();
  CHECK(c.elapsed() == Duration::zero());
  if (report.error) CHECK(is(report.error, Errc::out_of_memory));
  c.settle();
  if (!report.error) CHECK(report.alert_sent == c.conn->state().handshake_complete);
  CHECK(report.alert_sent == (c.other->closed() || c.other->told()));
  c.check_nothing_wrong_was_read();
  c.check_gone();
  return shortage.asked;
}

/// Calls `make`, which gives a Result, with each of its allocations failing. How many there are.
/// One that is `frugal` asks for memory that it can do without: to sort, or to read a session back.
template <class Make>
std::size_t make_with_every_allocation_failing(bool frugal, Make make) {
  std::size_t failed = 0;
  for (const bool once : {true, false}) {
    for (std::size_t at = 1;; ++at) {
      CAPTURE(at);
      const std::size_t before = in_use;
      bool reached = false;
      {
        Shortage shortage(at, once ? at + 1 : kNever);
        const auto made = make(shortage);
        reached = shortage.asked >= at;
        if (!reached || !once || !frugal) CHECK(made.has_value() == !reached);
        if (!made) CHECK(made.error().code == Errc::out_of_memory);
      }
      CHECK(in_use == before);
      if (!reached) break;
      ++failed;
    }
  }
  return failed;
}

}  // namespace

TEST_CASE(
    "E8: memory that runs out at any allocation of a connection, once or for good, is "
    "out_of_memory, and everything is given back") {
  for_each_kind(500, [](const Kind& kind, Role role) {
    {
      const int warming = 1;
      CAPTURE(warming);
      converse(kind, role, 1,
               2);  // what is made once and kept, by the test's own framework too, is there now
    }
    std::size_t points = 0;
    for (const bool half_closes : {false, true}) {
      const std::size_t needed = converse(kind, role, kNoShortage, kNoShortage, half_closes);
      CHECK(needed > 5);
      for (std::size_t at = 1; at <= needed; ++at) {
        CAPTURE(at);
        for (const std::size_t end : {at + 1, kNever}) {
          const std::size_t before = in_use;
          converse(kind, role, at, end, half_closes);
          CHECK(in_use == before);
          ++points;
        }
      }
    }
    return points;
  });
}

TEST_CASE(
    "E8: memory that runs out at any allocation of a configuration's build() is out_of_memory, and "
    "everything is given back") {
  for_each_kind(100, [](const Kind& kind, Role role) {
    const ClientConfig client = client_of(kind);
    const ServerConfig server = server_of(kind);
    const auto build = [](const auto& config) {
      return make_with_every_allocation_failing(true, [&](Shortage& shortage) {
        shortage.border(true);
        auto built = config.build();
        shortage.border(false);
        return built;
      });
    };
    return role == Role::client ? build(client) : build(server);
  });
}

TEST_CASE(
    "E8: memory that runs out at any allocation while a connection is made is out_of_memory, and "
    "everything is given back") {
  for_each_kind(30, [](const Kind& kind, Role role) {
    return make_with_every_allocation_failing(
        kind.tickets == Kind::Tickets::resumed, [&](Shortage& shortage) {
          const auto client =
              client_of(kind)
                  .build()
                  .value();  // and the session that it keeps, which a failure makes forgotten
          const auto server = server_of(kind).build().value();
          FakeClock clock;
          MemoryPair pair = memory_pair(clock).value();
          shortage.border(true);
          auto made = role == Role::client
                          ? Conn::client(std::move(pair.first), client, "localhost")
                          : Conn::server(std::move(pair.first), server);
          shortage.border(false);
          return made;
        });
  });
}

TEST_CASE("E8: memory that runs out while a pair in memory is made leaves none behind") {
  FakeClock clock;
  std::size_t points = 0;
  for (bool reached = true; reached; ++points) {
    const std::size_t before = in_use;
    {
      Shortage shortage(points + 1, points + 2);
      shortage.border(true);
      const auto pair = memory_pair(clock);
      shortage.border(false);
      reached = shortage.asked > points;
      CHECK(pair.has_value() == !reached);
      if (!pair) CHECK(pair.error().code == Errc::out_of_memory);
    }
    CHECK(in_use == before);
  }
  CHECK(points > 4);
  MESSAGE("points: " << points);
}
