// Many TLS connections at once that each behave up to some point, and then stall, trickle, are cut,
// or are reset.
//
//   staller client PORT COUNT PATIENCE SETTLE   COUNT clients of a server, over all points and acts
//   staller server CHAIN.pem KEY.pem            servers, one for each point and act, each on a port
//
// A client prints `ready N` when N of COUNT have reached their point: all, or those within SETTLE
// seconds. Cuts and resets come at even intervals over the PATIENCE seconds behind that point. A
// server prints `PORT<tab>POINT<tab>ACT` for each, then `ready`.
// At the end of standard input all is over; a client prints what became of each point and act.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "peer.hpp"
#include "tls12/certificate.hpp"
#include "tls12/config.hpp"

namespace tls12::test {
namespace {

constexpr auto kTick = std::chrono::milliseconds(250);  // a trickle's byte
constexpr int kSmallBuffer = 4096;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "staller: %s\n", what.c_str());
  std::exit(1);
}

[[noreturn]] void system_failed(const char* what) {
  give_up(std::string(what) + ": " + std::strerror(errno));
}

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

void raise_descriptor_limit(std::size_t needed) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < needed)
    give_up("only " + std::to_string(limit.rlim_cur) + " descriptors are allowed, and " +
            std::to_string(needed) + " needed");
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int open_socket(bool small_buffer) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) system_failed("socket");
  if (small_buffer)
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kSmallBuffer, sizeof kSmallBuffer);
  return descriptor;
}

/// Drives peers by epoll, until the end of standard input.
class Loop {
 public:
  Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) system_failed("epoll_create1");
    control(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, &input_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  virtual ~Loop() { ::close(epoll_); }

  void run() {
    std::array<epoll_event, 256> events;
    auto next = Clock::now() + kTick;
    for (;;) {
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(std::max<std::int64_t>(wait.count(), 0)));
      if (n < 0 && errno != EINTR) system_failed("epoll_wait");
      for (int i = 0; i < n; ++i)
        if (!handle(events[static_cast<std::size_t>(i)])) return;
      if (const auto now = Clock::now(); now >= next) {
        tick(now);
        next = now + kTick;
      }
      progressed();
    }
  }

  std::span<const std::unique_ptr<Peer>> peers() const { return peers_; }

 protected:
  void add(std::unique_ptr<Peer> peer) {
    control(EPOLL_CTL_ADD, peer->descriptor(), peer->interest(), peer.get());
    peers_.push_back(std::move(peer));
  }
  void control(int what, int descriptor, std::uint32_t events, void* data) const {
    epoll_event event{.events = events, .data = {.ptr = data}};
    if (::epoll_ctl(epoll_, what, descriptor, &event) != 0) system_failed("epoll_ctl");
  }
  /// False for a peer: this is no other descriptor of the loop.
  virtual bool handle_other(void*) { return false; }
  virtual void progressed() {}

 private:
  bool handle(const epoll_event& event) {
    if (event.data.ptr == &input_) {
      char byte = 0;
      return ::read(STDIN_FILENO, &byte, 1) > 0;
    }
    if (handle_other(event.data.ptr)) return true;
    Peer& peer = *static_cast<Peer*>(event.data.ptr);
    const int descriptor = peer.descriptor();
    peer.step(event.events);
    const std::uint32_t interest = peer.interest();
    control(interest == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, descriptor, interest, &peer);
    return true;
  }
  void tick(Clock::time_point now) {
    for (const auto& peer : peers_) {
      const std::uint32_t before = peer->interest();
      peer->tick(now);
      const std::uint32_t interest = peer->interest();
      // A descriptor that was closed is not watched any more.
      if (before != interest && peer->descriptor() >= 0)
        control(interest == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, peer->descriptor(), interest,
                peer.get());
    }
  }

  int epoll_;
  char input_ = 0;
  std::vector<std::unique_ptr<Peer>> peers_;
};

/// Every point with every act, again and again.
struct Script {
  const Point* point;
  Act act;
};
std::vector<Script> all_scripts(std::span<const Point> points) {
  std::vector<Script> all;
  for (const Act act : kActs)
    for (const Point& point : points) all.push_back({&point, act});
  return all;
}

class Clients : public Loop {
 public:
  Clients(std::uint16_t port, std::size_t count, Clock::duration patience, Clock::duration settle)
      : settled_(Clock::now() + settle) {
    ClientConfig config;
    config.dangerous.accept_any_certificate = true;
    const auto context = config.build();
    if (!context) give_up(context.error().message());
    const auto scripts = all_scripts(client_points());
    const sockaddr_in address = loopback(port);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [point, act] = scripts[i % scripts.size()];
      const int descriptor = open_socket(!point->reads);
      if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
          errno != EINPROGRESS)
        system_failed("connect");
      const auto later = patience * i / count;
      add(std::make_unique<Peer>(descriptor, Engine::client(*context, "localhost"), Role::client,
                                 *point, act, later));
    }
  }

  void report() const {
    struct Row {
      unsigned count = 0, reached = 0, released = 0;
      double longest = 0;
      std::string failure;
    };
    std::map<std::pair<std::string_view, Act>, Row> rows;
    for (const auto& peer : peers()) {
      Row& row = rows[{peer->point().name, peer->act()}];
      ++row.count;
      row.reached += peer->reached();
      row.released += peer->released_after().has_value();
      row.longest =
          std::max(row.longest, seconds(peer->released_after().value_or(Clock::duration::zero())));
      if (!peer->reached()) row.failure = peer->failure();
    }
    for (const Point& point : client_points())
      for (const Act act : kActs)
        if (const auto row = rows.find({point.name, act}); row != rows.end())
          std::printf("%s\t%s\t%u\t%u\t%u\t%.2f\t%s\n", std::string(point.name).c_str(),
                      std::string(name(act)).c_str(), row->second.count, row->second.reached,
                      row->second.released, row->second.longest, row->second.failure.c_str());
  }

 private:
  void progressed() override {
    if (ready_) return;
    const auto reached =
        std::ranges::count_if(peers(), [](const auto& peer) { return peer->reached(); });
    ready_ = static_cast<std::size_t>(reached) == peers().size() || Clock::now() >= settled_;
    if (!ready_) return;
    std::printf("ready %td\n", reached);
    std::fflush(stdout);
  }

  Clock::time_point settled_;
  bool ready_ = false;
};

class Servers : public Loop {
 public:
  explicit Servers(ServerContext context)
      : context_(std::move(context)), scripts_(all_scripts(server_points())) {
    for (const Script& script : scripts_) {
      const int descriptor = open_socket(!script.point->reads);
      sockaddr_in address = loopback(0);
      socklen_t size = sizeof address;
      auto* generic = reinterpret_cast<sockaddr*>(&address);
      if (::bind(descriptor, generic, size) != 0 || ::listen(descriptor, SOMAXCONN) != 0 ||
          ::getsockname(descriptor, generic, &size) != 0)
        system_failed("listen");
      std::printf("%u\t%s\t%s\n", unsigned{ntohs(address.sin_port)},
                  std::string(script.point->name).c_str(), std::string(name(script.act)).c_str());
      listeners_.push_back({descriptor, &script});
    }
    for (Listener& listener : listeners_)
      control(EPOLL_CTL_ADD, listener.descriptor, EPOLLIN, &listener);
    std::puts("ready");
    std::fflush(stdout);
  }

 private:
  struct Listener {
    int descriptor;
    const Script* script;
  };

  bool handle_other(void* data) override {
    const auto listener =
        std::ranges::find_if(listeners_, [data](const Listener& each) { return &each == data; });
    if (listener == listeners_.end()) return false;
    const int descriptor =
        ::accept4(listener->descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return true;
    add(std::make_unique<Peer>(descriptor, Engine::server(context_), Role::server,
                               *listener->script->point, listener->script->act,
                               Clock::duration::zero()));
    return true;
  }

  ServerContext context_;
  std::vector<Script> scripts_;
  std::vector<Listener> listeners_;
};

Clock::duration time_of(const char* text) {
  return std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(std::strtod(text, nullptr)));
}

int be_clients(char** arguments) {
  const auto count = std::strtoul(arguments[1], nullptr, 10);
  raise_descriptor_limit(count + 16);
  Clients clients(static_cast<std::uint16_t>(std::strtoul(arguments[0], nullptr, 10)), count,
                  time_of(arguments[2]), time_of(arguments[3]));
  clients.run();
  clients.report();
  return 0;
}

int be_servers(char** arguments) {
  auto identity = Identity::from_pem_files(arguments[0], arguments[1]);
  if (!identity) give_up(identity.error().message());
  auto context = ServerConfig{.identities = {std::move(*identity)}}.build();
  if (!context) give_up(context.error().message());
  Servers(std::move(*context)).run();
  return 0;
}

}  // namespace
}  // namespace tls12::test

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string role = argc > 1 ? argv[1] : "";
  if (role == "client" && argc == 6) return tls12::test::be_clients(argv + 2);
  if (role == "server" && argc == 4) return tls12::test::be_servers(argv + 2);
  std::fputs(
      "usage: staller client PORT COUNT PATIENCE SETTLE | staller server CHAIN.pem KEY.pem\n",
      stderr);
  return 2;
}
