// What carries the bytes: an interface that never blocks but in wait(), TCP, and a pair in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/deadline.hpp"
#include "tls12/error.hpp"

namespace tls12 {

/// What a wait is for, beside its deadline and a wake().
enum class Interest : std::uint8_t { none = 0, read = 1, write = 2, both = 3 };
constexpr Interest operator|(Interest a, Interest b) {
  return static_cast<Interest>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Interest all, Interest one) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

/// A stream of bytes in both directions. read, write, shut_down_writing and close come back at once
/// and are called by one thread at a time; interrupted calls are taken up again (D8). wait, wakes
/// and wake may be called by any number of threads at any time before close.
/// A transport or clock of the application follows the rules of callbacks in tls12/config.hpp,
/// except:
/// wait() may make the calls of its Conn that neither wait nor close;
/// no call but wait() may block, because Conn holds its lock; and after an exception the connection
/// is torn down without an alert.
class TLS12_API Transport {
 public:
  virtual ~Transport() = default;

  /// Bytes from the peer: how many went to the front of `into` (which is not empty); 0: the peer's
  /// end has come; nothing: none yet.
  /// Errors: Errc::connection_reset, Errc::transport_failed.
  virtual Result<std::optional<std::size_t>> read(MutableBytes into) = 0;
  /// Bytes for the peer: how many of `from` (which is not empty) were taken, at least one; nothing:
  /// the transport takes no byte at the moment.
  virtual Result<std::optional<std::size_t>> write(Bytes from) = 0;
  /// The peer sees the end behind what was written; reading goes on.
  virtual Result<void> shut_down_writing() = 0;
  /// Gives everything back, the descriptor once (C4). No other call follows, and none is under way.
  /// A destructor does it too.
  /// A forked child that does not own the connection calls only this (C16): it must not change what
  /// processes share, as shutdown(2) does, nor wait for a lock that another thread may hold.
  virtual Result<void> close() = 0;

  /// How often wake() was called.
  virtual std::uint64_t wakes() const = 0;
  /// Ends every wait() that is under way, and those to come that know of fewer wakes: how deadlines
  /// and close() reach blocked calls (D4, C5).
  virtual void wake() = 0;
  /// Blocks until a read or write (as `interest` says) would not find nothing, `until` has passed,
  /// or wakes() differs from `seen`; may come back early. Takes no CPU meanwhile (D8).
  virtual void wait(Interest interest, Deadline until, std::uint64_t seen) = 0;

  /// The clock that wait() goes by.
  virtual Clock& clock() = 0;
  /// Addresses as text: "192.0.2.1:443", "[2001:db8::1]:443", "[fe80::1%eth0]:443"; empty where
  /// there are none.
  virtual std::string local() const { return {}; }
  virtual std::string peer() const { return {}; }
  /// The file descriptor, for looking at; -1 where there is none.
  virtual int descriptor() const { return -1; }
};

using TransportPtr = std::unique_ptr<Transport>;

/// A connected stream socket, which it takes over: made non-blocking, without Nagle's delay.
/// Errors: Errc::not_a_stream_socket (the detail says why: a file, a datagram or listening socket,
/// not connected, not open); Errc::connection_reset; Errc::transport_failed; Errc::out_of_memory.
/// The descriptor is closed then, too.
TLS12_API Result<TransportPtr> tcp_transport(int descriptor);

/// Connects to `host` (a name, or an address as text; an IPv6 address may have a zone:
/// "fe80::1%eth0") over TCP, all by one deadline (D10). Every address is tried: the next one when
/// one fails or is silent for 250 ms (RFC 8305 §5), families taking turns; the first that connects
/// is used.
/// Errors: Errc::host_not_found, connection_refused, host_unreachable, connection_reset,
/// transport_failed, timed_out, with Phase::resolve or Phase::connect; the detail names the host.
TLS12_API Result<TransportPtr> connect_tcp(std::string_view host, std::uint16_t port,
                                           Deadline deadline);

/// Two ends in memory, each with `capacity` bytes of room for what the other has not read. The two
/// may outlive each other.
struct MemoryPair {
  TransportPtr first, second;
};
/// Errors: Errc::out_of_memory.
TLS12_API Result<MemoryPair> memory_pair(Clock& clock = monotonic_clock(),
                                         std::size_t capacity = 64 * 1024);

}  // namespace tls12
