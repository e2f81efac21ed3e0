// One connection of a peer that behaves up to a point, and then does not.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "script.hpp"
#include "tls12/engine.hpp"

namespace tls12::test {

using Clock = std::chrono::steady_clock;

/// Owns a descriptor that does not block. It never closes it on its own, whatever the other end
/// does: only a reset, or the destructor.
class Peer {
 public:
  /// `patience`: how long behind the point a cut or a reset comes.
  Peer(int descriptor, Engine engine, Role role, const Point& point, Act act,
       Clock::duration patience);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  /// What epoll saw: goes on as far as that allows, and as the script says.
  void step(std::uint32_t events);
  /// Time has passed: what a trickle, a cut or a reset does.
  void tick(Clock::time_point now);
  /// What epoll is to watch; 0 for nothing any more.
  std::uint32_t interest() const;

  int descriptor() const { return descriptor_; }
  const Point& point() const { return point_; }
  Act act() const { return act_; }
  bool reached() const { return reached_.has_value(); }
  /// The other end let go of a peer that had reached its point: how long after that. (What is
  /// behind a full window is never seen.)
  std::optional<Clock::duration> released_after() const { return released_; }
  /// Why the point was not reached.
  const std::string& failure() const { return failure_; }

 private:
  bool gone() const { return descriptor_ < 0 || gone_; }
  bool reading() const;
  void talk();
  bool receive(std::size_t at_most);
  void send(std::uint64_t up_to);
  void converse();
  void find_point();
  void trickle();
  void leave();
  void other_end_closed(const std::string& how);
  void connection_broke(int reason);

  int descriptor_;
  Engine engine_;
  Role role_;
  const Point& point_;
  Act act_;
  Clock::duration patience_;
  PointFinder finder_;
  std::uint64_t sent_ = 0, looked_at_ = 0;
  bool connected_, asked_ = false, answered_ = false, cut_ = false;
  bool half_closed_ = false;  ///< nothing more will come
  bool gone_ = false;         ///< nor can anything be sent
  std::optional<Clock::time_point> reached_;
  std::optional<Clock::duration> released_;
  std::string failure_;
};

}  // namespace tls12::test
