// C14: a reader, a writer, and any number that close, set deadlines and look at once, thousands of
// times, with delays at every call of the transport that shuffle who comes first. What must hold:
// nobody hangs, what arrives is a prefix of what was sent, each call says what it may say, the
// transport is closed once.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "conn/sockets.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

/// Delays by chance, the same for the same seed as far as threads allow.
class Chance {
 public:
  explicit Chance(std::uint32_t seed) : state_(seed) {}
  std::uint32_t next() {
    std::uint32_t x = state_.fetch_add(0x9e3779b9) + 0x9e3779b9;
    x = (x ^ (x >> 16)) * 0x85ebca6b;
    x = (x ^ (x >> 13)) * 0xc2b2ae35;
    return x ^ (x >> 16);
  }
  void delay() {
    const std::uint32_t x = next();
    if (x % 4 == 0) std::this_thread::yield();
    if (x % 32 == 1) std::this_thread::sleep_for(std::chrono::microseconds(x / 64 % 100));
  }

 private:
  std::atomic<std::uint32_t> state_;
};

/// Delays each call, and moves few bytes at a time.
class DelayingTransport final : public Transport {
 public:
  DelayingTransport(TransportPtr inner, Chance& chance, std::atomic<int>& closes)
      : inner_(std::move(inner)), chance_(chance), closes_(closes) {}

  Result<std::optional<std::size_t>> read(MutableBytes into) override {
    chance_.delay();
    return inner_->read(into.first(std::min<std::size_t>(into.size(), 1 + chance_.next() % 4000)));
  }
  Result<std::optional<std::size_t>> write(Bytes from) override {
    chance_.delay();
    if (chance_.next() % 8 == 0) return std::nullopt;
    return inner_->write(from.first(std::min<std::size_t>(from.size(), 1 + chance_.next() % 4000)));
  }
  Result<void> shut_down_writing() override { return inner_->shut_down_writing(); }
  Result<void> close() override {
    chance_.delay();
    ++closes_;
    return inner_->close();
  }
  std::uint64_t wakes() const override { return inner_->wakes(); }
  void wake() override {
    chance_.delay();
    inner_->wake();
    chance_.delay();
  }
  void wait(Interest interest, Deadline until, std::uint64_t seen) override {
    chance_.delay();
    inner_->wait(interest, until, seen);
    chance_.delay();
  }
  Clock& clock() override { return inner_->clock(); }

 private:
  TransportPtr inner_;
  Chance& chance_;
  std::atomic<int>& closes_;
};

MemoryPair tcp_pair(Listener& listening) {
  auto connected = connect_tcp("127.0.0.1", listening.port(), within(10s));
  REQUIRE(connected.has_value());
  auto accepted = listening.accept_transport(within(10s));
  REQUIRE(accepted.has_value());
  return {std::move(*connected), std::move(*accepted)};
}

/// A test that hangs ends the program, and says so.
class Watchdog {
 public:
  Watchdog()
      : dog_([this] {
          for (int quiet = 0; !done_; ++quiet) {
            std::this_thread::sleep_for(100ms);
            if (seen_.exchange(rounds) != rounds) quiet = 0;
            if (quiet > 300) std::abort();
          }
        }) {}
  ~Watchdog() {
    done_ = true;
    dog_.join();
  }
  std::atomic<int> rounds = 0;

 private:
  std::atomic<int> seen_ = 0;
  std::atomic<bool> done_ = false;
  std::thread dog_;
};

/// What its threads came to; checked when they are gone.
struct Outcome {
  std::string got, read_end, write_end;
  std::size_t accepted = 0;
};

bool allowed(const std::string& end) {
  for (const char* one : {"closed", "end", "all", "truncated", "connection_reset", "peer_alert"})
    if (end == one) return true;
  return false;
}

void read_on(Conn& conn, Outcome& outcome) {
  std::array<std::uint8_t, 3000> buffer;
  for (;;) {
    const auto n = conn.read(buffer);
    if (n && *n > 0) {
      outcome.got += text_of(Bytes(buffer).first(*n));
    } else if (n) {
      outcome.read_end = "end";
      return;
    } else if (n.error().code != Errc::timed_out) {
      outcome.read_end = code_of(n);
      return;
    } else {
      std::this_thread::yield();
    }
  }
}

/// `piece` bytes a call, held back until they fill a record; or all of it, at once.
void write_on(Conn& conn, std::string_view text, Outcome& outcome, std::size_t piece = kNever) {
  while (outcome.accepted < text.size()) {
    const auto n = conn.write(text.substr(outcome.accepted, piece),
                              piece == kNever ? Flush::now : Flush::later);
    if (n) {
      outcome.accepted += *n;
    } else if (n.error().code != Errc::timed_out) {
      outcome.write_end = code_of(n);
      return;
    } else {
      std::this_thread::yield();
    }
  }
  outcome.write_end = "all";
}

void set_deadlines(Conn& conn, Chance& chance, const std::atomic<bool>& over) {
  while (!over) {
    const auto span = std::chrono::microseconds(chance.next() % 500);
    switch (chance.next() % 6) {
      case 0: conn.set_deadline(within(span)); break;
      case 1: conn.set_read_deadline(within(span)); break;
      case 2: conn.set_write_deadline(within(span)); break;
      case 3: (void)conn.state(); break;
      case 4: (void)conn.error(); break;
      default: conn.set_deadline(Deadline::never());
    }
    chance.delay();
  }
}

#if defined(__SANITIZE_THREAD__)
constexpr bool kWatched = true;
#elif defined(__has_feature)
constexpr bool kWatched = __has_feature(thread_sanitizer);
#else
constexpr bool kWatched = false;
#endif
/// A race detector makes the most of it.
constexpr std::chrono::milliseconds kStormy = kWatched ? 12s : 2s;

const std::string kText = numbered(60000);

/// One connection's life: both ends read and write at once, deadlines come and go, and in the
/// middle several threads close one end.
void storm(MemoryPair pair, std::uint32_t seed) {
  CAPTURE(seed);
  Chance chance(seed);
  std::atomic<int> closes = 0;
  const ClientContext client_side = client_context();
  const ServerContext server_side = server_context();
  {
    Conn client =
        Conn::client(std::make_unique<DelayingTransport>(std::move(pair.first), chance, closes),
                     client_side, "localhost")
            .value();
    Conn server =
        Conn::server(std::make_unique<DelayingTransport>(std::move(pair.second), chance, closes),
                     server_side)
            .value();
    Outcome at_client, at_server;
    std::atomic<bool> over = false;
    std::vector<std::thread> threads, setters;
    threads.emplace_back([&] { read_on(client, at_client); });
    threads.emplace_back([&] { write_on(client, kText, at_client, 1000); });
    threads.emplace_back([&] { read_on(server, at_server); });
    threads.emplace_back([&] { write_on(server, kText, at_server); });
    setters.emplace_back([&] { set_deadlines(client, chance, over); });
    setters.emplace_back([&] { set_deadlines(server, chance, over); });
    // Some storms break in the handshake, some in the data, some behind it.
    std::this_thread::sleep_for(std::chrono::microseconds(chance.next() % 4000));
    Conn& first = seed % 2 == 0 ? client : server;
    std::vector<CloseReport> reports(3);
    for (std::size_t i = 0; i < reports.size(); ++i) {
      threads.emplace_back([&, i] {
        chance.delay();
        reports[i] = i == 0 ? first.close_gracefully(within(std::chrono::milliseconds(seed % 5)))
                            : first.close();
      });
    }
    Conn& second = seed % 2 == 0 ? server : client;
    threads.emplace_back([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(chance.next() % 6000));
      (void)second.close();
    });
    for (auto& t : threads) t.join();
    over = true;
    for (auto& t : setters) t.join();
    CHECK(closes == 2);
    for (const CloseReport& report : reports) CHECK(report.alert_sent == reports[0].alert_sent);
    for (const Outcome* outcome : {&at_client, &at_server}) {
      CHECK_MESSAGE(allowed(outcome->read_end), outcome->read_end);
      CHECK_MESSAGE(allowed(outcome->write_end), outcome->write_end);
      CHECK(kText.starts_with(outcome->got));
    }
    if (at_client.read_end == "end" && at_server.write_end == "all")
      CHECK((at_client.got == kText));
    if (at_server.read_end == "end" && at_client.write_end == "all")
      CHECK((at_server.got == kText));
  }
  CHECK(closes == 2);
}

/// As many storms as `time` has room for; at least `least`.
int storms(std::chrono::milliseconds time, int least, const std::function<MemoryPair()>& pair,
           std::uint32_t seed) {
  Watchdog watchdog;
  const auto end = std::chrono::steady_clock::now() + time;
  int rounds = 0;
  for (; rounds < least || std::chrono::steady_clock::now() < end; ++rounds) {
    storm(pair(), seed + static_cast<std::uint32_t>(rounds));
    watchdog.rounds = rounds + 1;
  }
  return rounds;
}

}  // namespace

TEST_CASE("C14: storms of readers, writers, closers and deadline setters, in memory") {
  const int rounds =
      storms(kStormy, 200, [] { return memory_pair(monotonic_clock(), 8 * 1024).value(); }, 1);
  MESSAGE(rounds << " storms in memory");
}

TEST_CASE("C14: storms of readers, writers, closers and deadline setters, on sockets") {
  auto listening = Listener::on("127.0.0.1", 0, server_context());
  REQUIRE(listening.has_value());
  const int rounds = storms(kStormy, 200, [&] { return tcp_pair(*listening); }, 1000001);
  MESSAGE(rounds << " storms on sockets");
}
