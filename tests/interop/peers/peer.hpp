// What the peers in C++ share: options, sockets, the exchange, the report (README.md). Each program
// gives its library as a `Library`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace peer {

using Json = nlohmann::ordered_json;
using Bytes = std::vector<std::uint8_t>;
using Names = std::vector<std::string>;

/// Thrown for what the library cannot do: exit code 3.
struct Unsupported {
  std::string why;
};

/// Thrown for what went wrong, with the peer's alert if that was it: exit code 1.
struct Failure {
  std::string what;
  std::optional<int> alert = {};
};

struct Identity {
  std::string certificate, key;  // PEM files
};

struct SharedKey {
  std::string identity;
  Bytes key;
};

struct Export {
  std::string label;
  std::size_t length = 0;
};

enum class ClientAuth { none, request, require };
enum class Resumption { as_the_library_likes, session_ids, tickets, none };

struct Options {
  bool server = false;
  int port = 0;
  std::string host, authority;
  std::vector<Identity> identities;
  Names versions{"1.2"}, suites, groups, schemes, protocols;
  ClientAuth client_auth = ClientAuth::none;
  int max_fragment = 0;
  bool extended_master_secret = true, encrypt_then_mac = true;
  std::optional<SharedKey> psk;
  Resumption resumption = Resumption::as_the_library_likes;
  int connections = 1;
  std::string staple;
  bool want_staple = false, renegotiate = false, allow_renegotiation = false, half_close = false,
       truncate = false;
  std::optional<Export> exported;
  std::optional<std::size_t> bytes;

  bool speaks(const char* version) const {
    return std::ranges::find(versions, version) != versions.end();
  }
  /// Whether it asks for an address, which is no server name (RFC 6066 §3).
  bool host_is_address() const;
};

/// How far a call came: it waits for the socket, or moved so many bytes, or found the peer's end.
enum class Step { done, wants_read, wants_write, closed, truncated };
struct Moved {
  Step step = Step::done;
  std::size_t bytes = 0;
};

/// One connection on a socket that does not block. What goes wrong is thrown as a Failure.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Step handshake() = 0;
  /// Asks for a second handshake; it is made by this call or by those that read. Only for libraries
  /// that claim `renegotiate`.
  virtual Step renegotiate() { return Step::done; }
  virtual Moved read(std::span<std::uint8_t> into) = 0;
  virtual Moved write(std::span<const std::uint8_t> data) = 0;
  /// Sends close_notify.
  virtual Step close() = 0;
  /// Whether the library still reads after that.
  virtual bool reads_after_close() const { return true; }
  /// What was negotiated; the leaf's DER goes into `certificate`.
  virtual void facts(Json& report, Bytes& certificate) = 0;
};

/// The library with its configuration; a client's keeps the session for the next connection.
class Library {
 public:
  virtual ~Library() = default;
  virtual std::unique_ptr<Connection> connection(int socket) = 0;
};

// Each program defines these two.
Json abilities();
std::unique_ptr<Library> make_library(const Options& options);

// ------------------------------------------------ for them

Bytes read_file(const std::string& name);
/// "TLS 1.2" for 0x0303, or for the 3 alone.
std::string version_name(int number);
std::string hex(std::span<const std::uint8_t> data);
/// The value of a name in a table of pairs; Unsupported if it has none.
template <typename Table>
auto look_up(const Table& table, const std::string& name) {
  for (const auto& [known, value] : table)
    if (name == known) return value;
  throw Unsupported{name};
}
template <typename Table>
Names names_of(const Table& table) {
  Names names;
  for (const auto& row : table) names.push_back(row.first);
  return names;
}

}  // namespace peer
