// Forked children, and a connection over a pair of sockets whose bytes a test sees.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "support/conn_pair.hpp"

namespace tls12::test {

using Fork = std::function<pid_t()>;

/// Runs `body` in a forked child, whose text the test gets. A child that hangs is killed.
class Child {
 public:
  explicit Child(const std::function<std::string()>& body, const Fork& make = ::fork) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    process_ = make();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::alarm(20);
      const std::string text = body();
      _exit(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0
                                                                                            : 1);
    }
    ::close(ends[1]);
    output_ = ends[0];
    REQUIRE(process_ > 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { (void)finish(); }

  /// Waits for its end. The text, or how it ended.
  std::string finish() {
    if (process_ <= 0) return {};
    std::string text;
    char part[512];
    for (ssize_t n = 1; n > 0;) {
      n = ::read(output_, part, sizeof part);
      if (n > 0) text.append(part, static_cast<std::size_t>(n));
    }
    ::close(output_);
    int status = 0;
    ::waitpid(std::exchange(process_, -1), &status, 0);
    return status == 0 ? text : "the child ended with status " + std::to_string(status);
  }
  bool running() const {
    pollfd end{output_, 0, 0};
    return ::poll(&end, 1, 0) == 0;
  }

 private:
  pid_t process_ = -1;
  int output_ = -1;
};

inline std::string in_child(const std::function<std::string()>& body, const Fork& make = ::fork) {
  return Child(body, make).finish();
}

/// Comes back when the thread is blocked in the kernel.
inline void wait_until_asleep(pid_t thread) {
  char state = 'R';
  while (state != 'S') {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t name_end = text.rfind(") ");
    REQUIRE(name_end != std::string::npos);
    state = text[name_end + 2];
  }
}

/// AES-GCM: each record carries its nonce in the clear (RFC 5288 §3).
inline constexpr CipherSuite kNonceOnTheWire = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;

/// A connection over a pair of sockets, whose peer is an engine.
struct SocketConnPair {
  explicit SocketConnPair(Role role, ClientConfig client = live_client_config()) {
    client.common.suites = {kNonceOnTheWire};
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    peer_descriptor = ends[1];
    seen->reading = [this](MutableBytes bytes, std::size_t) { wire += text_of(bytes); };
    auto other_end = std::make_unique<FaultyTransport>(tcp_transport(ends[1]).value(), seen);
    TransportPtr end = std::make_unique<FaultyTransport>(tcp_transport(ends[0]).value(), own);
    peer.emplace(make_engine(peer_of(role), client), std::move(other_end));
    conn.emplace(make_conn(role, std::move(end), client));
    conn->set_deadline(within(std::chrono::seconds(20)));
  }

  /// Runs the peer until `done`.
  void serve_until(const std::function<bool()>& done) {
    const Deadline late = within(std::chrono::seconds(20));
    while (!done() && !late.passed(monotonic_clock().now())) {
      peer->run();
      const Interest interest = peer->ended ? Interest::none : Interest::read;
      peer->end->wait(interest, within(std::chrono::milliseconds(5)), peer->end->wakes());
    }
    peer->run();
    CHECK(done());
  }
  /// Runs the peer while `call`, which may wait for it, runs.
  void serve_during(const std::function<void()>& call) {
    std::atomic<bool> over = false;
    std::thread caller([&] {
      call();
      over = true;
    });
    serve_until([&] { return over.load(); });
    caller.join();
  }
  void shake() {
    serve_during([this] { CHECK(conn->handshake().has_value()); });
    CHECK_FALSE(peer->engine.handshaking());
  }
  /// Writes until the socket takes no more: the last record is half sent. Returns the accepted
  /// bytes.
  std::string stall() {
    const std::string text = numbered(1 << 20);
    conn->set_write_deadline(within(std::chrono::milliseconds(20)));
    const auto n = conn->write(text);
    conn->set_deadline(within(std::chrono::seconds(20)));
    REQUIRE(n.has_value());
    REQUIRE(*n < text.size());
    return text.substr(0, *n);
  }

  /// How many bytes the peer's socket holds.
  int pending() const {
    int n = -1;
    ::ioctl(peer_descriptor, FIONREAD, &n);
    return n;
  }
  /// Whether a process has shut the connection down, or the last one closed it.
  bool is_shut() const {
    pollfd end{peer_descriptor, POLLRDHUP, 0};
    return ::poll(&end, 1, 0) != 0;
  }

  std::shared_ptr<Faults> seen = std::make_shared<Faults>(), own = std::make_shared<Faults>();
  std::string wire;  ///< everything that the connection sent
  int peer_descriptor = -1;
  std::optional<Peer> peer;
  std::optional<Conn> conn;
};

/// The nonces of all records after the ChangeCipherSpec.
struct Nonces {
  explicit Nonces(std::string_view wire) {
    bool is_protected = false;
    while (wire.size() >= 13) {
      const auto byte = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(wire[i]));
      };
      const std::size_t size = 5 + byte(3) * 256 + byte(4);
      if (is_protected) {
        ++records;
        distinct.emplace(wire.substr(5, 8));
      }
      is_protected = is_protected || byte(0) == 20;
      wire.remove_prefix(std::min(size, wire.size()));
    }
  }
  std::size_t records = 0;
  std::set<std::string> distinct;
};

}  // namespace tls12::test
