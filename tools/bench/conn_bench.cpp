// Bulk data over loopback TCP: what deadlines cost. The same bytes by Conn without deadlines, with
// them, with a new one for each call, and by a bare engine whose loop does nothing but read() and
// write() on a blocking socket.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bulk.hpp"
#include "tls12/tls12.hpp"

namespace {

using namespace tls12;
using bench::identity;
using std::chrono::seconds;

constexpr std::size_t kChunk = 64 * 1024;    // of a write, and of a read
constexpr std::size_t kPortion = 128 << 20;  // bytes of one iteration

ClientContext client_context() {
  return ClientConfig{.trust = TrustStore::of({identity().ca.chain().front()})}.build().value();
}
ServerContext server_context() {
  return ServerConfig{.identities = {identity().leaf}}.build().value();
}

/// Two TCP transports that are connected.
struct Wire {
  Wire() {
    auto listening = Listener::on("127.0.0.1", 0, server_context()).value();
    client = connect_tcp("127.0.0.1", listening.port(), within(seconds(10))).value();
    server = listening.accept_transport(within(seconds(10))).value();
  }
  TransportPtr client, server;
};

enum class Deadlines { none, set_once, set_for_each_call };

/// Client and server by Conn.
class ByConn {
 public:
  explicit ByConn(Deadlines deadlines) : deadlines_(deadlines) {
    Wire wire;
    client_.emplace(Conn::client(std::move(wire.client), client_context(), "localhost").value());
    server_.emplace(Conn::server(std::move(wire.server), server_context()).value());
    std::thread serving([&] { (void)server_->handshake(); });
    const bool done = client_->handshake().has_value();
    serving.join();
    if (!done) throw std::runtime_error("handshake");
    if (deadlines == Deadlines::set_once) {
      client_->set_deadline(within(seconds(3600)));
      server_->set_deadline(within(seconds(3600)));
    }
  }
  void write(Bytes chunk) {
    if (deadlines_ == Deadlines::set_for_each_call)
      client_->set_write_deadline(within(seconds(60)));
    if (client_->write(chunk).value_or(0) != chunk.size()) throw std::runtime_error("write");
  }
  std::size_t read(MutableBytes into) {
    if (deadlines_ == Deadlines::set_for_each_call) server_->set_read_deadline(within(seconds(60)));
    return server_->read(into).value();
  }

 private:
  Deadlines deadlines_;
  std::optional<Conn> client_, server_;
};

/// Client and server by bare engines on blocking descriptors.
class ByEngine {
 public:
  ByEngine()
      : client_(Engine::client(client_context(), "localhost")),
        server_(Engine::server(server_context())) {
    while (client_.handshaking() || server_.handshaking() || !client_.output().empty() ||
           !server_.output().empty()) {
      send_all(client_, client_end_);
      if (server_.handshaking()) receive(server_, server_end_);
      send_all(server_, server_end_);
      if (client_.handshaking()) receive(client_, client_end_);
    }
  }
  void write(Bytes chunk) {
    while (!chunk.empty()) {
      chunk = chunk.subspan(client_.write(chunk).value());
      send_all(client_, client_end_);
    }
  }
  std::size_t read(MutableBytes into) {
    while (server_.readable().empty()) receive(server_, server_end_);
    std::size_t got = 0;
    while (got < into.size() && !server_.readable().empty()) {
      const std::size_t n = std::min(into.size() - got, server_.readable().size());
      std::copy_n(server_.readable().begin(), n, into.begin() + static_cast<std::ptrdiff_t>(got));
      server_.consume(n).value();
      got += n;
    }
    return got;
  }

 private:
  static int blocking(int descriptor) {
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
    return descriptor;
  }
  static void send_all(Engine& engine, int end) {
    while (!engine.output().empty()) {
      const ssize_t n = ::send(end, engine.output().data(), engine.output().size(), MSG_NOSIGNAL);
      if (n <= 0) throw std::runtime_error("send");
      engine.sent(static_cast<std::size_t>(n)).value();
    }
  }
  static void receive(Engine& engine, int end) {
    const MutableBytes space = engine.input_space();
    const ssize_t n = ::recv(end, space.data(), space.size(), 0);
    if (n <= 0) throw std::runtime_error("recv");
    engine.received(static_cast<std::size_t>(n)).value();
  }

  Wire wire_;
  int client_end_ = blocking(wire_.client->descriptor()),
      server_end_ = blocking(wire_.server->descriptor());
  Engine client_, server_;
};

template <class Ends>
void bulk(benchmark::State& state, Ends& ends) {
  const std::vector<std::uint8_t> chunk(kChunk, 1);
  std::vector<std::uint8_t> into(kChunk);
  for (auto _ : state) {
    std::thread writer([&] {
      for (std::size_t sent = 0; sent < kPortion; sent += kChunk) ends.write(chunk);
    });
    for (std::size_t got = 0; got < kPortion;) got += ends.read(into);
    writer.join();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(kPortion));
}

void bulk_conn(benchmark::State& state, Deadlines deadlines) {
  ByConn ends(deadlines);
  bulk(state, ends);
}
void bulk_engine(benchmark::State& state) {
  ByEngine ends;
  bulk(state, ends);
}

BENCHMARK_CAPTURE(bulk_conn, no_deadline, Deadlines::none)
    ->Name("loopback/conn/no_deadline")
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(bulk_conn, deadline, Deadlines::set_once)
    ->Name("loopback/conn/deadlines")
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(bulk_conn, each, Deadlines::set_for_each_call)
    ->Name("loopback/conn/deadline_each_call")
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(bulk_engine)
    ->Name("loopback/engine/bare_read_write")
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
