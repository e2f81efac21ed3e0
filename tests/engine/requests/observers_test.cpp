// What an observer sees of a connection.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"
#include "tls12/observer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

struct Log {
  std::vector<std::string> messages, due, records;
  std::vector<std::pair<Octets, Octets>> secrets;  // the client's random, the master secret
  std::optional<Errc> error;
  int completed = 0;
};

class Watcher final : public Observer {
 public:
  explicit Watcher(Log& log) : log_(log) {}
  void on_record(const Record& record) override {
    log_.records.push_back(arrow(record.direction) + name(record.type) +
                           (record.is_protected ? " sealed " : " plain ") +
                           std::to_string(record.sequence));
    const std::size_t overhead = record.is_protected ? 5 + 8 + 16 : 5;  // AES-GCM's
    CHECK(record.wire_size == record.fragment.size() + overhead);
  }
  void on_message(const Message& message) override {
    log_.messages.push_back(arrow(message.direction) + name(message.type));
    CHECK(wire::type_of(message.message) == message.type);
    CHECK(message.bytes[0] == static_cast<std::uint8_t>(message.type));
  }
  void on_change_cipher_spec(Direction direction) override {
    log_.messages.push_back(arrow(direction) + "[ChangeCipherSpec]");
  }
  void on_alert(Direction direction, const AlertMessage& alert) override {
    log_.messages.push_back(arrow(direction) + name(alert.description));
  }
  void on_due(std::string_view due) override { log_.due.emplace_back(due); }
  void on_complete(const ConnectionState& state) override {
    CHECK(state.handshake_complete);
    ++log_.completed;
  }
  void on_error(const Error& error) override {
    CHECK(!log_.error);
    log_.error = error.code;
  }
  void on_secret(const SecretLine& line) override {
    CHECK(line.label == "CLIENT_RANDOM");
    log_.secrets.emplace_back(octets(line.client_random), octets(line.secret));
  }

 private:
  static std::string arrow(Direction direction) {
    return direction == Direction::sent ? "> " : "< ";
  }
  Log& log_;
};

ObserverFactory watch(Log& log) {
  return [&log](Role) { return std::make_unique<Watcher>(log); };
}

struct Watched {
  Log client, server;
  ClientConfig client_side = client_config();
  ServerConfig server_side = server_config();
  Watched() {
    client_side.common.observe = watch(client);
    client_side.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    server_side.common.observe = watch(server);
  }
};

}  // namespace

TEST_CASE("an observer sees each message once, in order, at both ends") {
  Watched watched;
  ConnectedEnginePair pair(watched.client_side, watched.server_side);
  CHECK(watched.client.messages ==
        std::vector<std::string>{"> ClientHello", "< ServerHello", "< Certificate",
                                 "< ServerKeyExchange", "< ServerHelloDone", "> ClientKeyExchange",
                                 "> [ChangeCipherSpec]", "> Finished", "< [ChangeCipherSpec]",
                                 "< Finished"});
  std::vector<std::string> turned;
  for (const std::string& message : watched.client.messages)
    turned.push_back((message[0] == '>' ? "<" : ">") + message.substr(1));
  CHECK(watched.server.messages == turned);
  for (const Log* log : {&watched.client, &watched.server}) {
    CHECK(log->completed == 1);
    CHECK(log->due.back() == "complete");
    CHECK(!log->error);
  }
}

TEST_CASE("an observer sees each record with its number, sealed or not, data included") {
  Watched watched;
  EnginePair pair(watched.client_side, watched.server_side);
  pair.talk();
  REQUIRE(pair.client.write(Octets(kMaxPlaintext + 1)).has_value());
  REQUIRE(pair.client.close_write().has_value());
  pair.talk();
  CHECK(read_all(pair.server).size() == kMaxPlaintext + 1);
  CHECK(watched.client.records ==
        std::vector<std::string>{"> handshake plain 0", "< handshake plain 0",
                                 "> handshake plain 1", "> change_cipher_spec plain 2",
                                 "> handshake sealed 0", "< change_cipher_spec plain 1",
                                 "< handshake sealed 0", "> application_data sealed 1",
                                 "> application_data sealed 2", "> alert sealed 3"});
  CHECK(watched.server.messages.back() == "< close_notify");
}

TEST_CASE("an observer is told of the secret that both ends have, and of the first error") {
  Watched watched;
  EnginePair pair(watched.client_side, watched.server_side);
  pair.talk();
  REQUIRE(watched.client.secrets.size() == 1);
  CHECK(watched.client.secrets == watched.server.secrets);
  CHECK(watched.client.secrets[0].first.size() == 32);
  CHECK(watched.client.secrets[0].second.size() == 48);

  feed(pair.server, hex("17 0303 0000"));
  CHECK(watched.server.error == Errc::bad_record_mac);
  CHECK(watched.server.messages.back() == "> bad_record_mac");
  pair.talk();
  CHECK(watched.client.error == Errc::peer_alert);
}

TEST_CASE("a connection is the same with and without an observer") {
  const auto bytes = [](bool observed) {
    Log log;
    ClientConfig client = client_config();
    ServerConfig server = server_config();
    client.common.provider = deterministic_provider(1);
    server.common.provider = deterministic_provider(2);
    client.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    if (observed) client.common.observe = server.common.observe = watch(log);
    EnginePair pair(client, server);
    pair.talk();
    REQUIRE(pair.client.write(Octets(40'000, 7)).has_value());
    REQUIRE(pair.client.close_write().has_value());
    return octets(pair.client.output());
  };
  CHECK(bytes(true) == bytes(false));
}

TEST_CASE("several observers see the same, and none costs nothing") {
  Log first, second;
  ClientConfig config = client_config();
  config.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
  config.common.observe =
      observe_with({watch(first), {}, [](Role) { return nullptr; }, watch(second)});
  ConnectedEnginePair pair(config, server_config());
  CHECK(!first.messages.empty());
  CHECK(first.messages == second.messages);
  CHECK(first.records == second.records);
  CHECK(first.secrets == second.secrets);
  CHECK(first.due == second.due);
  CHECK(second.completed == 1);
  CHECK(observe_with({})(Role::client) == nullptr);
}
