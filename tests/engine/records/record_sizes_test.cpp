// Application data into records: how large they are, how many a write makes, and what is held back.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"
#include "tls12/observer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using Sizes = std::vector<std::size_t>;

/// What an end sends under its keys: the sizes of records of application data, on the wire and of
/// their plaintext, and alerts.
struct Sent {
  Sizes wire, data;
  std::string order;  // 'd' for data, 'a' for an alert, 'h' for a handshake message
  void clear() { *this = {}; }
};

class Watcher final : public Observer {
 public:
  explicit Watcher(Sent& sent) : sent_(sent) {}
  void on_record(const Record& record) override {
    if (record.direction != Direction::sent || !record.is_protected) return;
    if (record.type != ContentType::application_data)
      return sent_.order.push_back(record.type == ContentType::alert ? 'a' : 'h');
    sent_.order.push_back('d');
    sent_.wire.push_back(record.wire_size);
    sent_.data.push_back(record.fragment.size());
  }

 private:
  Sent& sent_;
};

/// A connected pair. The records that the end under test sends are noted.
struct WatchedPair {
  explicit WatchedPair(Role role, ClientConfig c = client_config(),
                       ServerConfig s = server_config())
      : pair(watched(c, role, Role::client), watched(s, role, Role::server)),
        end(role == Role::client ? pair.client : pair.server),
        other(role == Role::client ? pair.server : pair.client) {
    sent.clear();
  }
  /// Writes all, carrying what it makes to the other end; what has arrived there.
  std::string write(Bytes data) {
    std::string got;
    while (!data.empty()) {
      const std::size_t n = end.write(data).value();
      REQUIRE(n > 0);
      data = data.subspan(n);
      got += arrived();
    }
    return got;
  }
  std::string arrived() {
    std::string got;
    while (carry(end, other) != 0) got += read_all(other);
    return got;
  }

  Sent sent;
  ConnectedEnginePair pair;
  Engine &end, &other;

 private:
  template <class Config>
  Config watched(Config config, Role role, Role of) {
    if (role == of)
      config.common.observe = [this](Role) { return std::make_unique<Watcher>(sent); };
    return config;
  }
};

std::string text(std::size_t size) {
  std::string result(size, '\0');
  for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<char>(i * 31 + i / 256);
  return result;
}

/// `size` in pieces: so many of one size, then others, the last with the rest.
Sizes cut(std::size_t size, std::size_t count, std::size_t first, std::size_t then) {
  Sizes sizes;
  for (; size > 0; size -= sizes.back())
    sizes.push_back(std::min(size, sizes.size() < count ? first : then));
  return sizes;
}

constexpr std::size_t kSegment = 1428, kSmall = 128 * 1024;
constexpr std::size_t kGcmOverhead = 5 + 8 + 16, kGcmSmall = kSegment - kGcmOverhead;

ServerConfig gcm_server() {
  ServerConfig config = server_config();
  config.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
  return config;
}

}  // namespace

// ------------------------------------------------ sizes

TEST_CASE(
    "a server's records fit one TCP segment, whatever protects them, for 128 KiB; then they are "
    "full") {
  struct Row {
    CipherSuite suite;
    std::size_t data, wire;  // of a small record
  };
  const Row rows[] = {
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 1399, 1428},
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, 1407, 1428},
      // IV, blocks with at least one byte of padding, MAC (RFC 7366 §3): 86 blocks, for 87 would
      // make 1433 bytes.
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, 86 * 16 - 1, 5 + 16 + 86 * 16 + 20},
  };
  for (const Row& row : rows) {
    for (const Role role : {Role::client, Role::server}) {
      ClientConfig client = client_config();
      client.common.suites = {row.suite};
      client.dynamic_records = true;
      ServerConfig server = server_config();
      server.common.suites = {row.suite};
      WatchedPair ends(role, client, server);
      const std::string data = text(500'000);
      CHECK(ends.write(bytes_of(data)) == data);
      CHECK(ends.sent.data ==
            cut(data.size(), (kSmall + row.data - 1) / row.data, row.data, kMaxPlaintext));
      CHECK(ends.sent.wire.front() == row.wire);
      CHECK(ends.end.state().bytes_sent == data.size());
    }
  }
}

TEST_CASE("a client's records, and those of a server that was told so, are full from the first") {
  ServerConfig server = server_config();
  server.dynamic_records = false;
  for (const Role role : {Role::client, Role::server}) {
    WatchedPair ends(role, client_config(), server);
    const std::string data = text(100'000);
    CHECK(ends.write(bytes_of(data)) == data);
    CHECK(ends.sent.data == cut(data.size(), 0, 0, kMaxPlaintext));
  }
}

TEST_CASE(
    "the first byte of a server's answer can be read when one segment has come; of a full record, "
    "when twelve have") {
  for (const bool dynamic : {true, false}) {
    ServerConfig server = gcm_server();
    server.dynamic_records = dynamic;
    WatchedPair ends(Role::server, client_config(), server);
    REQUIRE(ends.end.write(Octets(20'000, 'd')) == 20'000);
    std::size_t segments = 0;
    for (Bytes wire = ends.end.output(); ends.other.readable().empty();
         wire = wire.subspan(kSegment), ++segments)
      feed(ends.other, wire.first(kSegment));
    CHECK(segments == (dynamic ? 1 : 12));
    CHECK(ends.other.readable().size() == (dynamic ? kGcmSmall : kMaxPlaintext));
  }
}

TEST_CASE("records begin small again when they are told to, and not before") {
  WatchedPair ends(Role::server, client_config(), gcm_server());
  ends.write(Octets(200'000, 'd'));
  ends.sent.clear();
  ends.write(Octets(40'000, 'd'));
  CHECK(ends.sent.data == Sizes{16384, 16384, 40'000 - 2 * 16384});
  ends.sent.clear();
  ends.end.restart_record_sizes();
  ends.write(Octets(140'000, 'd'));
  CHECK(ends.sent.data == cut(140'000, 94, kGcmSmall, kMaxPlaintext));

  WatchedPair client(Role::client);  // whose records are not dynamic
  client.end.restart_record_sizes();
  client.write(Octets(20'000, 'd'));
  CHECK(client.sent.data == Sizes{16384, 20'000 - 16384});
}

TEST_CASE(
    "RFC 6066 §4: a fragment length that was negotiated holds for records that would be larger, "
    "small ones too") {
  for (const std::size_t length : {std::size_t{512}, std::size_t{4096}}) {
    ClientConfig client = client_config();
    client.max_fragment_length = length;
    WatchedPair ends(Role::server, client, gcm_server());
    ends.write(Octets(200'000, 'd'));
    const std::size_t small = std::min(length, kGcmSmall);
    CHECK(ends.sent.data == cut(200'000, (kSmall + small - 1) / small, small, length));
  }
}

// ------------------------------------------------ many buffers

TEST_CASE("a write of many buffers makes the records that a write of all their bytes makes") {
  const std::string all = text(60'000);
  for (const Role role : {Role::client, Role::server}) {
    for (const Sizes& sizes :
         {Sizes(1000, 60), Sizes{1, 59'999}, Sizes{59'999, 1}, Sizes{16'384, 0, 16'384, 27'232},
          Sizes{0, 30'000, 30'000, 0}, Sizes{10, 40'000, 5, 19'985}, Sizes{1399, 58'601}}) {
      std::vector<Bytes> buffers;
      std::size_t at = 0;
      for (const std::size_t size : sizes) {
        buffers.push_back(bytes_of(all).subspan(at, size));
        at += size;
      }
      REQUIRE(at == all.size());
      WatchedPair one(role), many(role);
      CHECK(one.end.write(bytes_of(all)) == all.size());
      CHECK(many.end.write(buffers) == all.size());
      CHECK(many.sent.data == one.sent.data);
      CHECK(many.arrived() == all);
    }
  }
}

TEST_CASE(
    "a write of many buffers that output has no room for takes bytes from the first on, and goes "
    "on from there") {
  ServerConfig server = server_config();
  server.common.limits.output = 20'000;
  WatchedPair ends(Role::server, client_config(), server);
  const std::string all = text(100'000);
  std::string got;
  std::size_t taken = 0, calls = 0;
  while (taken < all.size()) {
    std::vector<Bytes> buffers;
    for (std::size_t at = taken; at < all.size(); at += buffers.back().size())
      buffers.push_back(bytes_of(all).subspan(at, std::min<std::size_t>(700, all.size() - at)));
    const std::size_t n = ends.end.write(buffers).value();
    REQUIRE(n > 0);
    CHECK(ends.end.output().size() <= 20'000);
    taken += n;
    ++calls;
    got += ends.arrived();
  }
  CHECK(got == all);
  CHECK(calls > 4);
  CHECK(ends.end.state().bytes_sent == all.size());

  server.dynamic_records = false;
  WatchedPair full(Role::server, client_config(), server);
  const Bytes large_then_small[] = {bytes_of(all), bytes_of("small enough")};
  CHECK(full.end.write(large_then_small) ==
        kMaxPlaintext);  // nothing of the second, although there is room
}

TEST_CASE("no buffers and empty ones make no record") {
  WatchedPair ends(Role::client);
  CHECK(ends.end.write(std::span<const Bytes>{}) == 0);
  const Bytes empty[] = {{}, {}};
  CHECK(ends.end.write(empty) == 0);
  CHECK(ends.end.write(empty, Flush::later) == 0);
  CHECK(ends.end.flush().has_value());
  CHECK(ends.end.output().empty());
}

// ------------------------------------------------ held back

TEST_CASE("what is written with Flush::later waits, and is one record with what follows") {
  WatchedPair ends(Role::server);
  CHECK(ends.end.write(bytes_of("one, "), Flush::later) == 5);
  CHECK(ends.end.write(bytes_of("two, "), Flush::later) == 5);
  CHECK(ends.end.output().empty());
  CHECK(ends.end.write(bytes_of("three")) == 5);
  CHECK(ends.sent.data == Sizes{15});
  CHECK(ends.arrived() == "one, two, three");
}

TEST_CASE("flush() seals what was held back, once") {
  WatchedPair ends(Role::client);
  CHECK(ends.end.write(bytes_of("held"), Flush::later) == 4);
  CHECK(ends.end.flush().has_value());
  CHECK(ends.end.flush().has_value());
  CHECK(ends.sent.data == Sizes{4});
  CHECK(ends.arrived() == "held");
}

TEST_CASE("a record that is full is sealed, whatever follows; no more than one is ever held back") {
  for (const Role role : {Role::client, Role::server}) {
    WatchedPair ends(role, client_config(), gcm_server());
    const std::size_t full = role == Role::client ? kMaxPlaintext : kGcmSmall;
    const std::string all = text(2 * full + 100);
    for (std::size_t at = 0; at < all.size(); at += 50)
      CHECK(ends.end
                .write(bytes_of(all).subspan(at, std::min<std::size_t>(50, all.size() - at)),
                       Flush::later)
                .has_value());
    CHECK(ends.sent.data == Sizes{full, full});
    CHECK(ends.end.flush().has_value());
    CHECK(ends.sent.data == Sizes{full, full, 100});
    CHECK(ends.arrived() == all);

    ends.sent.clear();
    CHECK(ends.end.write(bytes_of(all), Flush::later) == all.size());
    CHECK(ends.sent.data == Sizes{full, full});
    CHECK(ends.end.write(bytes_of(all), Flush::later) == all.size());
    CHECK(ends.sent.data == Sizes{full, full, full, full});
    CHECK(ends.end.write(bytes_of("!")) == 1);
    CHECK(ends.sent.data == Sizes{full, full, full, full, 201});
    CHECK(ends.arrived() == all + all + "!");
  }
}

TEST_CASE("close_write() sends what was held back in front of close_notify") {
  for (const Role role : {Role::client, Role::server}) {
    WatchedPair ends(role);
    CHECK(ends.end.write(bytes_of("the rest"), Flush::later) == 8);
    CHECK(ends.end.close_write().has_value());
    CHECK(ends.sent.order == "da");
    CHECK(ends.arrived() == "the rest");
    CHECK(ends.other.peer_closed());
    CHECK(ends.end.write(bytes_of("more"), Flush::later).error().code == Errc::closed);
    CHECK(ends.end.flush().has_value());
  }
}

TEST_CASE(
    "RFC 5246 §7.2.1: under strict_close the peer's close_notify discards what is held back, as "
    "all that is not sealed; otherwise it stays") {
  for (const bool strict : {true, false}) {
    ServerConfig server = server_config();
    server.common.strict_close = strict;
    WatchedPair ends(Role::server, client_config(), server);
    CHECK(ends.end.write(bytes_of("sealed ")) == 7);
    CHECK(ends.end.write(bytes_of("held"), Flush::later) == 4);
    REQUIRE(ends.other.close_write().has_value());
    carry(ends.other, ends.end);
    REQUIRE(ends.end.peer_closed());
    CHECK(ends.end.flush().has_value());
    CHECK(ends.sent.order == (strict ? "da" : "dd"));
    CHECK(ends.arrived() == (strict ? "sealed " : "sealed held"));
  }
}

TEST_CASE(
    "an error drops what is held back: nothing follows a fatal alert, and nothing new is put in "
    "front of it") {
  WatchedPair ends(Role::server);
  CHECK(ends.end.write(bytes_of("held"), Flush::later) == 4);
  feed(ends.end, record_of(23, Octets(40)));
  REQUIRE(ends.end.error());
  CHECK(ends.sent.order == "a");
  CHECK(ends.end.flush().error().code == Errc::bad_record_mac);
  CHECK(ends.end.write(bytes_of("more")).error().code == Errc::bad_record_mac);
  CHECK(ends.sent.order == "a");
}

TEST_CASE("what is held back counts against the output limit: flush() always has room") {
  ServerConfig server = server_config();
  server.common.limits.output = 20'000;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{333}, std::size_t{5000}}) {
    for (const bool dynamic : {true, false}) {
      server.dynamic_records = dynamic;
      WatchedPair ends(Role::server, client_config(), server);
      std::string all;
      const std::string data = text(piece);
      for (std::size_t n = 1; n != 0;) {
        n = ends.end.write(bytes_of(data), Flush::later).value();
        all.append(data, 0, n);
        REQUIRE(ends.end.output().size() <= 20'000);
      }
      CHECK(ends.end.flush().has_value());
      CHECK(ends.end.output().size() <= 20'000);
      CHECK(ends.end.output().size() > 20'000 - 30);
      CHECK(ends.arrived() == all);
    }
  }
}

TEST_CASE("before the handshake is complete nothing is held back") {
  EnginePair pair;
  const std::size_t hello = pair.client.output().size();
  CHECK(pair.client.write(bytes_of("x"), Flush::later).error().code ==
        Errc::handshake_not_complete);
  CHECK(pair.client.flush().has_value());
  CHECK(pair.client.output().size() == hello);
  pair.talk();
  CHECK(read_all(pair.server).empty());
}
