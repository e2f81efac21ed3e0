// TCP: a socket as a transport, and the way to one.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <thread>

#include "conn/connect.hpp"
#include "conn/listening_socket.hpp"
#include "conn/real_time.hpp"
#include "conn/resolve.hpp"
#include "conn/transport/transferred.hpp"
#include "tls12/transport.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

struct TcpPair {
  TcpPair() {
    auto opened = ListeningSocket::open("127.0.0.1", 0);
    REQUIRE(opened.has_value());
    ListeningSocket listening(std::move(*opened));
    auto connected = connect_tcp("127.0.0.1", listening.address().port(), within(5s));
    REQUIRE(connected.has_value());
    auto accepted = listening.accept(within(5s));
    REQUIRE(accepted.has_value());
    client = std::move(*connected);
    server = *tcp_transport(accepted->release());
  }
  TransportPtr client, server;
};

Address loopback(std::uint16_t port) {
  Address address;
  auto& in = reinterpret_cast<sockaddr_in&>(address.storage);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.size = sizeof in;
  return address;
}

/// A port that answers no SYN: its queue, of one, is full.
class SilentPort {
 public:
  SilentPort() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Address any = loopback(0);
    REQUIRE(bind(fd, any.get(), any.size) == 0);
    REQUIRE(listen(fd, 0) == 0);
    sockets_[0] = Descriptor(fd);
    address.size = sizeof address.storage;
    getsockname(fd, address.get(), &address.size);
    for (std::size_t i = 1; i < sockets_.size(); ++i) {
      sockets_[i] = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)connect(sockets_[i].number(), address.get(), address.size);
    }
  }
  Address address;

 private:
  std::array<Descriptor, 4> sockets_;
};

std::uint16_t port_that_refuses() {
  auto opened = ListeningSocket::open("127.0.0.1", 0);
  return ListeningSocket(std::move(*opened)).address().port();
}

}  // namespace

TEST_CASE("A TCP transport moves bytes, never blocks, sees the end, and knows its addresses") {
  TcpPair pair;
  std::array<std::uint8_t, 16> buffer;
  CHECK(transferred(pair.client->read(buffer)) == kNothing);
  CHECK(transferred(pair.server->write(bytes_of("hello"))) == 5);
  pair.client->wait(Interest::read, within(5s), pair.client->wakes());
  CHECK(transferred(pair.client->read(buffer)) == 5);
  CHECK(text_of(Bytes(buffer).first(5)) == "hello");
  CHECK(pair.client->local() == pair.server->peer());
  CHECK(pair.client->peer().starts_with("127.0.0.1:"));
  CHECK((fcntl(pair.client->descriptor(), F_GETFL) & O_NONBLOCK) != 0);

  CHECK(pair.server->shut_down_writing().has_value());
  pair.client->wait(Interest::read, within(5s), pair.client->wakes());
  CHECK(transferred(pair.client->read(buffer)) == 0);
}

TEST_CASE("A descriptor that is not a connected stream socket is refused by name, and closed") {
  int packets[2], ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets) == 0);
  REQUIRE(pipe(ends) == 0);
  const int listening = ListeningSocket::open("127.0.0.1", 0)->release();
  const int not_open = dup(ends[0]);
  close(not_open);
  const struct {
    int descriptor;
    const char* reason;
  } refused[] = {{open("/dev/null", O_RDWR), " is not a socket"},
                 {ends[1], " is not a socket"},
                 {socket(AF_INET, SOCK_DGRAM, 0), " is a socket of another type"},
                 {packets[0], " is a socket of another type"},
                 {listening, " listens"},
                 {socket(AF_INET, SOCK_STREAM, 0), " is not connected"},
                 {not_open, " is not open"},
                 {-1, " is not open"}};
  for (const auto& [descriptor, reason] : refused) {
    const auto transport = tcp_transport(descriptor);
    REQUIRE_FALSE(transport.has_value());
    CHECK(transport.error().code == Errc::not_a_stream_socket);
    CHECK(transport.error().about() == "descriptor " + std::to_string(descriptor) + reason);
    CHECK(fcntl(descriptor, F_GETFD) == -1);
  }
  close(packets[1]);
  close(ends[0]);
}

TEST_CASE("A socket whose peer reset the connection before it is a transport is connection_reset") {
  auto opened = ListeningSocket::open("127.0.0.1", 0);
  ListeningSocket listening(std::move(*opened));
  auto connected = connect_tcp("127.0.0.1", listening.address().port(), within(5s));
  REQUIRE(connected.has_value());
  auto accepted = listening.accept(within(5s));
  REQUIRE(accepted.has_value());
  const linger reset{1, 0};
  setsockopt((*connected)->descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  connected->reset();
  pollfd end{accepted->number(), POLLIN, 0};
  REQUIRE(poll(&end, 1, 5000) == 1);
  const auto transport = tcp_transport(accepted->release());
  REQUIRE_FALSE(transport.has_value());
  CHECK(transport.error().code == Errc::connection_reset);
}

TEST_CASE("Writing to a TCP peer that is gone is an error, not a signal") {
  TcpPair pair;
  CHECK(transferred(pair.server->write(bytes_of("x"))) == 1);
  pair.client.reset();
  pair.server->wait(Interest::read, within(5s), pair.server->wakes());
  Result<std::optional<std::size_t>> n = 1;
  for (int i = 0; i < 3 && n; ++i) n = pair.server->write(bytes_of("y"));
  REQUIRE_FALSE(n.has_value());
  CHECK(n.error().code == Errc::connection_reset);
  CHECK(n.error().category() == Category::transport);
}

TEST_CASE("D4: a wake ends a wait on a socket promptly, from any thread, again and again") {
  TcpPair pair;
  std::atomic<int> rounds = 0;
  std::thread waiter([&] {
    for (std::uint64_t seen = 0; seen < 100; ++seen) {
      while (pair.client->wakes() == seen)
        pair.client->wait(Interest::read, Deadline::never(), seen);
      ++rounds;
    }
  });
  const Stopwatch watch;
  for (int i = 0; i < 100; ++i) {
    pair.client->wake();
    while (rounds == i) std::this_thread::yield();
  }
  waiter.join();
  CHECK(watch.elapsed() < kPrompt);
}

TEST_CASE("D4: every thread that waits on one socket is woken") {
  TcpPair pair;
  const std::uint64_t seen = pair.client->wakes();
  std::thread a([&] { pair.client->wait(Interest::read, Deadline::never(), seen); });
  std::thread b([&] { pair.client->wait(Interest::none, Deadline::never(), seen); });
  pair.client->wake();
  a.join();
  b.join();
  CHECK(pair.client->wakes() == seen + 1);
}

TEST_CASE("D8: waiting for a silent peer costs no CPU, signals or not") {
  TcpPair pair;
  struct sigaction quiet = {}, old;
  quiet.sa_handler = [](int) {};
  sigaction(SIGUSR1, &quiet, &old);
  const pthread_t self = pthread_self();
  std::atomic<bool> done = false;
  std::thread pest([&] {
    while (!done) {
      pthread_kill(self, SIGUSR1);
      std::this_thread::sleep_for(20ms);
    }
  });
  const auto cpu = thread_cpu();
  const Deadline deadline = within(500ms);
  while (!deadline.passed(monotonic_clock().now()))
    pair.client->wait(Interest::read, deadline, pair.client->wakes());
  CHECK(thread_cpu() - cpu < 5ms);
  done = true;
  pest.join();
  sigaction(SIGUSR1, &old, nullptr);
}

TEST_CASE("D8: a broken socket that nobody asks about does not keep a wait busy") {
  TcpPair pair;
  CHECK(transferred(pair.server->write(bytes_of("unread"))) == 6);
  pair.client.reset();
  pair.server->wait(Interest::read, within(5s), pair.server->wakes());
  const Stopwatch watch;
  pair.server->wait(Interest::none, within(50ms), pair.server->wakes());
  CHECK(watch.elapsed() >= 50ms);
}

TEST_CASE("Connecting tells a refusal, a name that does not exist, and in which phase") {
  const auto refused = connect_tcp("127.0.0.1", port_that_refuses(), within(5s));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::connection_refused);
  CHECK(refused.error().phase == Phase::connect);
  CHECK(refused.error().about().starts_with("127.0.0.1:"));

  const auto nobody = connect_tcp("", 443, within(5s));
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error().code == Errc::host_not_found);
  CHECK(nobody.error().phase == Phase::resolve);
}

TEST_CASE("An IPv6 address may have a zone, which its text keeps") {
  const auto found = resolve("fe80::1%lo", 443, within(5s));
  REQUIRE(found.has_value());
  REQUIRE(found->size() == 1);
  CHECK(reinterpret_cast<const sockaddr_in6&>((*found)[0].storage).sin6_scope_id ==
        if_nametoindex("lo"));
  CHECK((*found)[0].text() == "[fe80::1%lo]:443");
}

TEST_CASE("A zone that is not an interface is named, and no resolver is asked") {
  const auto none = resolve("fe80::1%absent0", 443, within(5s), [](auto...) -> int {
    FAIL("asked");
    return EAI_NONAME;
  });
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == Errc::host_not_found);
  CHECK(none.error().about() == "fe80::1%absent0: the zone is not an interface of this machine");
}

TEST_CASE("An IPv4 address that IPv6 carries reads as an IPv4 address") {
  const auto found = resolve("::ffff:192.0.2.1", 443, within(5s));
  REQUIRE(found.has_value());
  CHECK((*found)[0].text() == "192.0.2.1:443");
}

TEST_CASE("A name that resolution does not know is host_not_found and names the host") {
  const auto none =
      resolve("no.such.host.example", 443, within(5s), [](auto...) { return EAI_NONAME; });
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == Errc::host_not_found);
  CHECK(none.error().phase == Phase::resolve);
  CHECK(none.error().about().starts_with("no.such.host.example"));
}

TEST_CASE("D9, D10: a resolver that hangs is left behind at the deadline") {
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false, passed = false;
  };
  const auto gate = std::make_shared<Gate>();
  const Stopwatch watch;
  const auto late = resolve("slow.example", 443, within(50ms), [gate](auto...) {
    std::unique_lock lock(gate->mutex);
    gate->changed.wait(lock, [&] { return gate->open; });
    gate->passed = true;
    gate->changed.notify_all();
    return EAI_AGAIN;
  });
  CHECK(watch.elapsed() >= 50ms);
  CHECK(watch.elapsed() < 50ms + kPrompt);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == Errc::timed_out);
  CHECK(late.error().phase == Phase::resolve);
  // And it ends by itself.
  std::unique_lock lock(gate->mutex);
  gate->open = true;
  gate->changed.notify_all();
  gate->changed.wait(lock, [&] { return gate->passed; });
}

TEST_CASE("D9, D10: an address that never answers ends at the deadline, in Phase::connect") {
  const SilentPort silent;
  const Stopwatch watch;
  const auto late = connect_to_any({silent.address}, within(300ms), "silent:1");
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == Errc::timed_out);
  CHECK(late.error().phase == Phase::connect);
  CHECK(make_error_code(late.error()) == std::errc::timed_out);
  CHECK(watch.elapsed() >= 300ms);
  CHECK(watch.elapsed() < 300ms + kPrompt);
}

TEST_CASE("D10: a silent address does not use up the time of the next one") {
  const SilentPort silent;
  auto opened = ListeningSocket::open("127.0.0.1", 0);
  const ListeningSocket listening(std::move(*opened));
  const Stopwatch watch;
  const auto connected =
      connect_to_any({silent.address, loopback(listening.address().port())}, within(10s), "two:1");
  CHECK(connected.has_value());
  CHECK(watch.elapsed() >= kAttemptDelay);
  CHECK(watch.elapsed() < kAttemptDelay + kPrompt);
}

TEST_CASE("An address that refuses is followed by the next one at once") {
  auto opened = ListeningSocket::open("127.0.0.1", 0);
  const ListeningSocket listening(std::move(*opened));
  const Stopwatch watch;
  const auto connected = connect_to_any(
      {loopback(port_that_refuses()), loopback(listening.address().port())}, within(10s), "two:1");
  CHECK(connected.has_value());
  CHECK(watch.elapsed() < kAttemptDelay);
}

TEST_CASE("D3: connecting with a deadline already past does not touch the network") {
  const auto late = connect_tcp("127.0.0.1", 1, within(-1s));
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == Errc::timed_out);
}
