// Where in a conversation a peer misbehaves, and how.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tls12/bytes.hpp"
#include "tls12/registry.hpp"

namespace tls12::test {

/// What the peer sends, found on the wire: a handshake message, or a record of another type. Under
/// the connection's keys every handshake record is a Finished (RFC 5246 §7.3).
enum class Mark : std::uint8_t {
  client_hello = 1,
  server_hello = 2,
  certificate = 11,
  server_hello_done = 14,
  client_key_exchange = 16,
  finished = 20,
  alert = 100,
  application_data = 101,
};

enum class Where : std::uint8_t { before, in_header, inside, behind };

/// The place where a peer goes wrong. Up to there it behaves.
struct Point {
  std::string_view name;
  Mark mark;
  Where where;
  bool reads;                     ///< it goes on taking what comes
  std::string_view request = {};  ///< what a client asks for, perhaps in part
};

std::span<const Point> client_points();
std::span<const Point> server_points();

enum class Act : std::uint8_t {
  stall,    ///< nothing more, for ever
  trickle,  ///< one byte at a time
  cut,      ///< FIN
  reset,    ///< RST
};
inline constexpr Act kActs[] = {Act::stall, Act::trickle, Act::cut, Act::reset};
std::string_view name(Act act);

/// Finds a point in the stream that one end sends.
class PointFinder {
 public:
  explicit PointFinder(const Point& point) : point_(point) {}
  /// Looks at whole records that follow one another, as an engine gives them.
  void look_at(Bytes records);
  /// How many bytes may be sent; known once the mark was seen.
  const std::optional<std::uint64_t>& limit() const { return limit_; }

 private:
  void look_at_record(Bytes record);
  void found(Mark mark, std::uint64_t start, std::uint64_t header, std::uint64_t end);
  const Point& point_;
  std::uint64_t at_ = 0;
  bool protected_ = false;
  std::optional<std::uint64_t> limit_;
};

}  // namespace tls12::test
