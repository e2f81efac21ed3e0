// Accepting: what it outlives, and what ends it.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "conn/listening_socket.hpp"
#include "conn/real_time.hpp"
#include "tls12/transport.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

Descriptor listening() {
  auto opened = ListeningSocket::open("127.0.0.1", 0);
  REQUIRE(opened.has_value());
  return std::move(*opened);
}

}  // namespace

TEST_CASE("Port 0 is a free port, which the address tells") {
  const ListeningSocket socket(listening());
  CHECK(socket.address().port() != 0);
  CHECK(socket.address().text() == "127.0.0.1:" + std::to_string(socket.address().port()));
}

TEST_CASE("A port in use is an error that names address and port") {
  const ListeningSocket first(listening());
  const auto second = ListeningSocket::open("127.0.0.1", first.address().port());
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == Errc::address_in_use);
  CHECK(second.error().about() == first.address().text());
}

TEST_CASE("An address that is none, or not this machine's, is an error that names it") {
  const auto nonsense = ListeningSocket::open("999.1.1.1", 1);
  REQUIRE_FALSE(nonsense.has_value());
  CHECK(nonsense.error().about().starts_with("999.1.1.1:1"));
  const auto foreign = ListeningSocket::open("192.0.2.1", 1);
  REQUIRE_FALSE(foreign.has_value());
  CHECK(foreign.error().about() == "192.0.2.1:1");
}

TEST_CASE("No address, and the unspecified one of IPv6, stand for all addresses of the machine") {
  const bool has_ipv6 = ListeningSocket::open("::1", 0).has_value();
  for (const char* all : {"", "::"}) {
    if (!has_ipv6 && *all != '\0') continue;
    auto opened = ListeningSocket::open(all, 0);
    REQUIRE(opened.has_value());
    ListeningSocket socket(std::move(*opened));
    for (const char* address : {"127.0.0.1", "::1"}) {
      if (!has_ipv6 && address[0] == ':') continue;
      CAPTURE(address);
      auto client = connect_tcp(address, socket.address().port(), within(5s));
      REQUIRE(client.has_value());
      auto accepted = socket.accept(within(5s));
      REQUIRE(accepted.has_value());
      auto transport = tcp_transport(accepted->release());
      REQUIRE(transport.has_value());
      CHECK((*transport)->peer() == (*client)->local());
    }
  }
}

TEST_CASE("Accepting waits no longer than its deadline, and not at all behind it") {
  ListeningSocket socket(listening());
  const Stopwatch watch;
  CHECK(socket.accept(within(-1s)).error().code == Errc::timed_out);
  CHECK(watch.elapsed() < 50ms);
  CHECK(socket.accept(within(50ms)).error().code == Errc::timed_out);
  CHECK(watch.elapsed() >= 50ms);
}

TEST_CASE("C5: closing releases every thread that accepts, and later accepts are closed too") {
  ListeningSocket socket(listening());
  std::vector<std::thread> threads;
  std::atomic<int> closed = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (socket.accept(Deadline::never()).error().code == Errc::closed) ++closed;
    });
  }
  const Stopwatch watch;
  socket.close();
  for (auto& t : threads) t.join();
  CHECK(closed == 4);
  CHECK(watch.elapsed() < kPrompt);
  CHECK(socket.accept(Deadline::never()).error().code == Errc::closed);
  socket.close();
}

TEST_CASE("Accepting outlives a peer that left while it was in the queue") {
  ListeningSocket socket(listening());
  {
    auto gone = connect_tcp("127.0.0.1", socket.address().port(), within(5s));
    REQUIRE(gone.has_value());
    const linger reset{1, 0};
    setsockopt((*gone)->descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  auto stays = connect_tcp("127.0.0.1", socket.address().port(), within(5s));
  REQUIRE(stays.has_value());
  // Linux may hand over the broken connection, or drop it: the good one comes in any case.
  std::string seen;
  for (int i = 0; i < 2 && seen != (*stays)->local(); ++i) {
    auto accepted = socket.accept(within(5s));
    REQUIRE(accepted.has_value());
    if (auto transport = tcp_transport(accepted->release())) seen = (*transport)->peer();
  }
  CHECK(seen == (*stays)->local());
}

TEST_CASE("D8: running out of descriptors is waited out, without spinning") {
  ListeningSocket socket(listening());
  auto peer = connect_tcp("127.0.0.1", socket.address().port(), within(5s));
  REQUIRE(peer.has_value());
  (void)socket.accept(within(-1s));
  rlimit old;
  getrlimit(RLIMIT_NOFILE, &old);
  const int highest = dup(0);
  close(highest);
  const rlimit none{static_cast<rlim_t>(highest), old.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const auto cpu = thread_cpu();
  const auto starved = socket.accept(within(400ms));
  const auto used = thread_cpu() - cpu;
  setrlimit(RLIMIT_NOFILE, &old);
  CHECK(starved.error().code == Errc::timed_out);
  CHECK(used < 10ms);
  CHECK(socket.accept(within(5s)).has_value());
}
