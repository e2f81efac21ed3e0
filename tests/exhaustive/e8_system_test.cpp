// E8 for lib/conn over real sockets: every allocation of the process, and every call of the system,
// fails.
#include <array>
#include <cerrno>

#include "conn/fork/forked.hpp"
#include "conn/socket.hpp"
#include "conn/sockets.hpp"
#include "support/scarcity.hpp"
#include "tls12/issue.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

/// Calls fail while this lives.
struct Shortage {
  Shortage(Scarce what, std::size_t from, std::size_t until, int system_error) {
    scarcity.from = from;
    scarcity.until = until;
    scarcity.system_error = system_error;
    scarcity.calls = 0;
    scarcity.what = what;
  }
  ~Shortage() { scarcity.what = Scarce::nothing; }
};

struct ScarceThing {
  const char* name;
  Scarce what;
  int system_error;
};
constexpr ScarceThing kScarce[] = {{"memory", Scarce::memory, ENOMEM},
                                   {"descriptors of the process", Scarce::system, EMFILE},
                                   {"descriptors of the system", Scarce::system, ENFILE},
                                   {"kernel memory", Scarce::system, ENOMEM},
                                   {"buffers", Scarce::system, ENOBUFS}};

constexpr Duration kPatience = 1s;

bool is_honest(const Error& error) {
  switch (error.code) {
    case Errc::out_of_memory:
    case Errc::transport_failed:
    case Errc::host_not_found:  // the resolver, which does not say more
    case Errc::handshake_timed_out:
    case Errc::timed_out: return true;
    default: return false;
  }
}

/// All of Ed25519 and X25519, which allocate little.
const DevelopmentIdentity& cheap_identity() {
  static const DevelopmentIdentity made = [] {
    const auto ca_key = PrivateKey::generate(KeyKind::ed25519).value(),
               key = PrivateKey::generate(KeyKind::ed25519).value();
    const auto ca =
        Identity::from(
            {issue_certificate({.common_name = "test CA", .is_ca = true}, ca_key).value()}, ca_key)
            .value();
    const auto leaf =
        issue_certificate({.common_name = "localhost", .names = {"localhost"}}, key, &ca).value();
    return DevelopmentIdentity{ca, Identity::from({leaf}, key).value()};
  }();
  return made;
}
CommonConfig cheap() { return {.groups = {NamedGroup::x25519}}; }
ClientContext client_side() {
  return ClientConfig{.trust = TrustStore::of({cheap_identity().ca.chain().front()}),
                      .common = cheap()}
      .build()
      .value();
}
ServerContext server_side() {
  return ServerConfig{.identities = {cheap_identity().leaf}, .common = cheap()}.build().value();
}

/// Calls `act` with each call failing, once and from there on. `act` returns its error, if any.
template <class Act>
void with_every_call_failing(Act act) {
  CHECK_FALSE(act().has_value());  // makes what the C library keeps
  for (const ScarceThing& kind : kScarce) {
    const std::string name = kind.name;
    CAPTURE(name);
    for (const bool once : {true, false}) {
      CAPTURE(once);
      std::size_t points = 0;
      for (std::size_t at = 1;; ++at) {
        CAPTURE(at);
        const std::size_t before = open_descriptors();
        std::optional<Error> error;
        bool reached = false;
        // A thread of its own: what a thread makes once and keeps can fail, too.
        std::thread([&] {
          Shortage shortage(kind.what, at, once ? at + 1 : kNever, kind.system_error);
          error = act();
          reached = scarcity.calls >= at;
        }).join();
        const std::string said = error ? error->message() : "";
        CAPTURE(said);
        if (!reached) CHECK_FALSE(error.has_value());
        if (error) CHECK(is_honest(*error));
        CHECK(open_descriptors() == before);
        if (!reached) break;
        ++points;
      }
      CHECK(points > 0);
    }
  }
}

/// A process that echoes, with as much memory as it needs.
struct Echo {
  Listener listening = Listener::on("127.0.0.1", 0, server_side()).value();
  Child server{[this]() -> std::string {
    ::alarm(600);
    for (;;) {
      auto conn = listening.accept();
      if (!conn) return code_of(conn);
      conn->set_deadline(within(2s));
      std::array<std::uint8_t, 256> buffer;
      const auto n = conn->read(buffer);
      if (n && *n == 4 && text_of(Bytes(buffer).first(4)) == "stop") return {};
      if (n && *n > 0) (void)conn->write(Bytes(buffer).first(*n));
      conn->close();
    }
  }};
  ~Echo() {
    if (auto conn = dial("127.0.0.1", listening.port(), client_side(), within(10s), "localhost"))
      (void)conn->write("stop");
  }
};

}  // namespace

TEST_CASE(
    "E8: a client over TCP whose process runs out of anything at any call gets an error and never "
    "a wrong answer") {
  const Echo echo;
  const ClientContext context = client_side();
  with_every_call_failing([&]() -> std::optional<Error> {
    auto conn = dial("127.0.0.1", echo.listening.port(), context, within(kPatience), "localhost");
    if (!conn) return conn.error();
    conn->set_deadline(within(kPatience));
    if (auto n = conn->write("hello"); !n) return n.error();
    std::array<std::uint8_t, 64> buffer;
    auto n = conn->read(buffer);
    if (!n) return n.error();
    const bool right = text_of(Bytes(buffer).first(*n)) == "hello";
    const CloseReport report = conn->close();
    scarcity.what = Scarce::nothing;
    CHECK(right);
    return report.error;
  });
}

TEST_CASE(
    "E8: resolving a name in a process that runs out of anything, threads included, is an error") {
  const Echo echo;
  with_every_call_failing([&]() -> std::optional<Error> {
    auto transport = connect_tcp("localhost", echo.listening.port(), within(kPatience));
    if (!transport) return transport.error();
    return std::nullopt;
  });
}

TEST_CASE("E8: a listener whose process runs out of anything is an error, or accepts later") {
  const ServerContext context = server_side();
  with_every_call_failing([&]() -> std::optional<Error> {
    auto listening = Listener::on("127.0.0.1", 0, context);
    if (!listening) return listening.error();
    auto none = listening->accept(within(1ms));
    if (none || none.error().code == Errc::timed_out) return std::nullopt;
    return none.error();
  });
}

TEST_CASE(
    "E8: a descriptor in a process that runs out of anything becomes a transport, or an error and "
    "is closed") {
  with_every_call_failing([&]() -> std::optional<Error> {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const Descriptor other(ends[1]);
    auto transport = tcp_transport(ends[0]);
    if (!transport) return transport.error();
    (*transport)->wait(Interest::read, within(1ms), (*transport)->wakes());
    return std::nullopt;
  });
}
