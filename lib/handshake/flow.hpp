// The runner of the figures: it alone knows which row is due, and calls the function of that row.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "handshake/figures.hpp"
#include "tls12/bytes.hpp"
#include "tls12/error.hpp"

namespace tls12::handshake {

enum class Outcome : std::uint8_t {
  done,
  waits,     ///< a local step that has no answer yet, or whose work was interrupted
  left_out,  ///< a message that the sender may leave out, and did
};

class End;

/// The function of a row at one end. `message` is empty unless the row receives one.
struct Call {
  Result<Outcome> (*function)(End& end, Bytes message);
  bool receives;
};

/// Binds a step to its function. A step that this end both sends and receives has two.
struct Handler {
  Step step;
  Call call;
};

/// One end of a handshake. Its functions are in a table of handlers (client.cpp, server.cpp); none
/// of them knows what comes next.
class End {
 public:
  virtual ~End() = default;
  virtual std::span<const Handler> handlers() const = 0;
  virtual const Negotiated& negotiated() const = 0;
  /// Called before each row of this end: whether to stop here and continue another time.
  virtual bool pause() { return false; }
  /// Called after each row.
  virtual void advanced() {}
  /// Calls the function of a row that receives: once, with the peer's message, header and body, or
  /// nothing for ChangeCipherSpec.
  virtual Result<Outcome> receive(const Handler& handler, Bytes message) = 0;
};

/// Finds the function for a row, or null.
constexpr const Handler* find(std::span<const Handler> handlers, Step step, bool receives) {
  for (const Handler& handler : handlers)
    if (handler.step == step && handler.call.receives == receives) return &handler;
  return nullptr;
}

/// Whether each row of both figures that concerns this end has its function.
constexpr bool covers_figures(std::span<const Handler> handlers, Role role) {
  const auto has_function = [&](const Row& row) {
    return row.who == role ? find(handlers, row.step, false) != nullptr
                           : is_local(row.step) || find(handlers, row.step, true) != nullptr;
  };
  for (const Row& row : kFullHandshake)
    if (!has_function(row)) return false;
  for (const Row& row : kAbbreviatedHandshake)
    if (!has_function(row)) return false;
  return true;
}

/// The runner. The first error stays.
class Flow {
 public:
  Flow(Role role, End& end, std::span<const Row> full = kFullHandshake,
       std::span<const Row> abbreviated = kAbbreviatedHandshake);

  /// Takes our local steps and sends our messages until the peer has to speak, an answer is waited
  /// for, or the handshake is complete.
  Result<Outcome> advance();
  /// Takes the peer's next message: the row that is due, or a later one if the sender may leave out
  /// those between. Not to be called while a local step waits. Errors: Errc::unexpected_message
  /// (unexpected_change_cipher_spec), which names the row that was due.
  Result<Outcome> receive(Step message, Bytes bytes);

  bool complete() const { return at_ == rows_.size(); }
  /// Whether this message of the peer's is due.
  bool awaits(Step message) const;
  /// Whether this message may come in the rest of the handshake, as far as that is known.
  bool may_come(Step message) const;
  /// Whether no message of ours is left.
  bool ours_are_sent() const;
  /// The name of the row that is due; "complete" after the last.
  const char* due() const;

 private:
  const Row* due_row() const;
  bool ours(const Row& row) const { return row.who == role_; }
  bool concerns_us(const Row& row) const;
  void next();
  std::unexpected<Error> fail(Error error);

  Role role_;
  End& end_;
  std::span<const Row> rows_, abbreviated_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

}  // namespace tls12::handshake
