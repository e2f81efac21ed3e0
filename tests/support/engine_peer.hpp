// The other end of a connection under test: an engine behind a transport, run step by step.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "support/faulty_transport.hpp"
#include "tls12/engine.hpp"

namespace tls12::test {

/// The other end: sends what its engine has, takes what comes, keeps the plaintext.
class Peer {
 public:
  Peer(Engine e, TransportPtr t) : engine(std::move(e)), end(std::move(t)) {}

  /// Whether anything moved.
  bool step() {
    if (frozen) return false;
    const bool out = send(kNever), in = receive();
    if (const auto update = engine.take_session_update()) update->apply();
    return out || in;
  }
  void run() {
    while (step()) {}
  }
  bool send(std::size_t at_most) {
    bool moved = false;
    while (at_most > 0 && !engine.output().empty()) {
      auto n = end->write(engine.output().first(std::min(at_most, engine.output().size())));
      if (!n || !*n) break;
      engine.sent(**n).value();
      at_most -= **n;
      moved = true;
    }
    return moved;
  }
  bool receive() {
    bool moved = keep();
    for (MutableBytes space = engine.input_space(); !space.empty() && !ended;
         space = engine.input_space()) {
      auto n = end->read(space);
      if (n && !*n) break;
      moved = true;
      if (!n || **n == 0) {
        ended = true;
        engine.transport_ended();
        break;
      }
      engine.received(**n).value();
      keep();
    }
    return moved;
  }

  Engine engine;
  TransportPtr end;
  std::string got;      ///< plaintext
  bool ended = false;   ///< the transport's end was seen
  bool frozen = false;  ///< does nothing, like a peer that hangs

 private:
  bool keep() {
    bool moved = false;
    while (!engine.readable().empty()) {
      got += text_of(engine.readable());
      engine.consume(engine.readable().size()).value();
      moved = true;
    }
    return moved;
  }
};

}  // namespace tls12::test
