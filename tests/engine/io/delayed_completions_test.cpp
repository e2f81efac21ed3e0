// Two engines over a system that does I/O in the background, a few bytes at a time, and reports it
// late: data arrive intact.
#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <string>

#include "support/engine_pair.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using Dice = std::mt19937;
using Wire = std::deque<std::uint8_t>;

std::size_t up_to(Dice& random, std::size_t n) {
  return std::uniform_int_distribution<std::size_t>(0, n)(random);
}

/// One end of a connection: at most one send and one receive are under way, which the system
/// advances when it likes.
class End {
 public:
  End(Engine engine, Wire& out, Wire& in, std::string data, Dice& random)
      : engine_(std::move(engine)), out_(out), in_(in), data_(std::move(data)), random_(random) {}

  /// One step of the system or the program. They follow one another in any order.
  void step() {
    switch (up_to(random_, 9)) {
      case 0: return begin();
      case 1: return advance_send();
      case 2: return advance_receive();
      case 3: return complete_send();
      case 4: return complete_receive();
      case 5: return write();
      case 6: return read();
      case 7: return engine_.release_buffers();
      case 8: return move();
      case 9: (void)engine_.flush();
    }
  }
  bool done() const {
    return engine_.peer_closed() && engine_.write_closed() && engine_.output().empty();
  }
  const std::string& got() const { return got_; }
  const std::optional<Error>& error() const { return engine_.error(); }

 private:
  void begin() {
    if (sending_.empty()) sending_ = engine_.begin_send();
    if (receiving_.empty()) receiving_ = engine_.begin_receive();
  }
  void advance_send() {
    const std::size_t n = up_to(random_, sending_.size() - sent_);
    out_.insert(out_.end(), sending_.begin() + static_cast<std::ptrdiff_t>(sent_),
                sending_.begin() + static_cast<std::ptrdiff_t>(sent_ + n));
    sent_ += n;
  }
  void advance_receive() {
    const std::size_t n = up_to(random_, std::min(in_.size(), receiving_.size() - received_));
    std::copy_n(in_.begin(), n, receiving_.begin() + static_cast<std::ptrdiff_t>(received_));
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(n));
    received_ += n;
  }
  void complete_send() {
    if (!sending_.empty()) engine_.sent(std::exchange(sent_, 0)).value();
    sending_ = {};
  }
  void complete_receive() {
    if (!receiving_.empty()) engine_.received(std::exchange(received_, 0)).value();
    receiving_ = {};
  }
  void write() {
    if (engine_.handshaking() || engine_.write_closed()) return;
    if (written_ == data_.size()) return (void)engine_.close_write();
    const Bytes rest = bytes_of(data_).subspan(written_);
    const Flush flush = up_to(random_, 1) == 0 ? Flush::later : Flush::now;
    written_ += engine_.write(rest.first(up_to(random_, rest.size())), flush).value();
  }
  void read() {
    const std::size_t n = up_to(random_, engine_.readable().size());
    got_ += text_of(engine_.readable().first(n));
    engine_.consume(n).value();
  }
  void move() {
    Engine moved = std::move(engine_);
    engine_ = std::move(moved);
  }

  Engine engine_;
  Wire &out_, &in_;
  const std::string data_;
  Dice& random_;
  std::string got_;
  std::size_t written_ = 0;
  Bytes sending_ = {};
  MutableBytes receiving_ = {};
  std::size_t sent_ = 0, received_ = 0;  // what the system moved of the operations under way
};

std::string some_data(Dice& random) {
  std::string data(up_to(random, up_to(random, 3) == 0 ? 300'000 : 3'000), '\0');
  for (char& c : data) c = static_cast<char>(random());
  return data;
}

}  // namespace

TEST_CASE(
    "data arrive intact both ways when sends and receives complete late, in part, or not at all") {
  const auto client_context = client_config().build().value();
  const auto server_context = server_config().build().value();
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Dice generator(seed);
    Wire to_server, to_client;
    const std::string question = some_data(generator), answer = some_data(generator);
    End client(Engine::client(client_context, "localhost", kNow), to_server, to_client, question,
               generator);
    End server(Engine::server(server_context, kNow), to_client, to_server, answer, generator);
    std::size_t steps = 0;
    for (; !(client.done() && server.done()) && !client.error() && !server.error() &&
           steps < 1'000'000;
         ++steps)
      (up_to(generator, 1) == 0 ? client : server).step();
    CHECK(!client.error());
    CHECK(!server.error());
    CHECK(steps < 1'000'000);
    CHECK(server.got() == question);
    CHECK(client.got() == answer);
  }
}
