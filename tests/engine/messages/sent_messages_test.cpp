// What an end says on its own account: RFC 5246's rules for whoever sends, over conversations of
// every figure.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "support/engine_pair.hpp"
#include "tls12/observer.hpp"
#include "wire/codec.hpp"
#include "wire/hex.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

struct SaidRecord {
  ContentType type;
  bool is_protected;
  std::uint64_t sequence;
  std::size_t size;
};
struct SaidMessage {
  HandshakeType type;
  Octets bytes;
  Bytes body() const { return Bytes(bytes).subspan(4); }
};

/// What one end sent.
struct Said {
  std::vector<SaidRecord> records;
  std::vector<SaidMessage> messages;

  const Octets& bytes_of(HandshakeType type) const {
    const auto found = std::ranges::find(messages, type, &SaidMessage::type);
    REQUIRE(found != messages.end());
    return found->bytes;
  }
  ClientHello client_hello() const {
    return wire::parse_client_hello(Bytes(bytes_of(HandshakeType::client_hello)).subspan(4))
        .value();
  }
  ServerHello server_hello() const {
    return wire::parse_server_hello(Bytes(bytes_of(HandshakeType::server_hello)).subspan(4))
        .value();
  }
};

class Listening final : public Observer {
 public:
  Listening(Said& said, std::string& order, Role role)
      : said_(said), order_(order), arrow_(role == Role::client ? "> " : "< ") {}
  void on_record(const Record& record) override {
    if (record.direction != Direction::sent) return;
    said_.records.push_back(
        {record.type, record.is_protected, record.sequence, record.fragment.size()});
    if (record.type == ContentType::application_data) order_ += arrow_ + "data\n";
  }
  void on_message(const Message& message) override {
    if (message.direction != Direction::sent) return;
    said_.messages.push_back({message.type, octets(message.bytes)});
    order_ += arrow_ + name(message.type) + "\n";
  }
  void on_change_cipher_spec(Direction direction) override {
    if (direction == Direction::sent) order_ += arrow_ + "[ChangeCipherSpec]\n";
  }

 private:
  Said& said_;
  std::string& order_;
  std::string arrow_;
};

struct Conversation {
  Said client, server;
  std::string order;  ///< of both ends' messages: a line each
};

/// A handshake, data that takes several records each way, and the end.
Conversation converse(ClientConfig client, ServerConfig server) {
  Conversation said;
  client.common.observe = [&](Role role) {
    return std::make_unique<Listening>(said.client, said.order, role);
  };
  server.common.observe = [&](Role role) {
    return std::make_unique<Listening>(said.server, said.order, role);
  };
  server.dynamic_records = false;
  ConnectedEnginePair pair(client, server);
  for (Engine* engine : {&pair.client, &pair.server})
    CHECK(engine->write(Octets(2 * kMaxPlaintext + 1)).value() == 2 * kMaxPlaintext + 1);
  while (carry(pair.client, pair.server) + carry(pair.server, pair.client) != 0)
    read_all(pair.client), read_all(pair.server);
  for (Engine* engine : {&pair.client, &pair.server}) CHECK(engine->close_write().has_value());
  pair.talk();
  CHECK(pair.client.peer_closed());
  CHECK(pair.server.peer_closed());
  return said;
}

/// One conversation of each figure, and of each form that figure 1 takes.
struct Kind {
  std::string what, order;
  ClientConfig client;
  ServerConfig server;
};

constexpr std::string_view kFullEnd =
    "> [ChangeCipherSpec]\n> Finished\n< [ChangeCipherSpec]\n< Finished\n";
constexpr std::string_view kData = "> data\n> data\n> data\n< data\n< data\n< data\n";

Kind suite_kind(std::string what, CipherSuite suite, const std::string& flights) {
  Kind kind{std::move(what), flights + std::string(kFullEnd) + std::string(kData),
            client_config(KeyKind::rsa), server_config(KeyKind::rsa)};
  for (CommonConfig* common : {&kind.client.common, &kind.server.common}) {
    common->policy = SuitePolicy::legacy;
    common->suites = {suite};
  }
  return kind;
}

std::vector<Kind> kinds() {
  const std::string ecdhe =
      "> ClientHello\n< ServerHello\n< Certificate\n< ServerKeyExchange\n< ServerHelloDone\n> "
      "ClientKeyExchange\n";
  const std::string rsa =
      "> ClientHello\n< ServerHello\n< Certificate\n< ServerHelloDone\n> ClientKeyExchange\n";
  const std::string asked =
      "> ClientHello\n< ServerHello\n< Certificate\n< ServerKeyExchange\n< CertificateRequest\n< "
      "ServerHelloDone\n> Certificate\n> ClientKeyExchange\n";
  std::vector<Kind> all = {
      suite_kind("ECDHE, AES-GCM", CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ecdhe),
      suite_kind("DHE, AES-CBC", CipherSuite::TLS_DHE_RSA_WITH_AES_128_CBC_SHA, ecdhe),
      suite_kind("RSA key exchange, AES-CBC", CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA, rsa),
      suite_kind("a client that is asked and has a certificate",
                 CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                 asked + "> CertificateVerify\n"),
      suite_kind("a client that is asked and has none",
                 CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, asked),
  };
  all[3].server.client_authentication = all[4].server.client_authentication =
      ClientAuthentication::request;
  all[3].client.identities = {development_identity(KeyKind::ed25519).leaf};
  for (const bool tickets : {false, true}) {
    Kind resumed{tickets ? "resumed by ticket" : "resumed by ID",
                 "> ClientHello\n< ServerHello\n< [ChangeCipherSpec]\n< Finished\n> "
                 "[ChangeCipherSpec]\n> Finished\n" +
                     std::string(kData),
                 client_config(), server_config()};
    resumed.client.sessions = make_memory_session_store();
    resumed.client.tickets = tickets;
    resumed.server.sessions = make_memory_session_store();
    resumed.server.ticket_keys = TicketKeys::rotating().value();
    converse(resumed.client, resumed.server);
    all.push_back(resumed);
  }
  return all;
}

std::set<ExtensionType> types_of(const Extensions& extensions) {
  std::set<ExtensionType> types;
  for (const Extension& extension : extensions) CHECK(types.insert(extension.type).second);
  return types;
}

}  // namespace

// Shows RFC 5246 7.3-2, 7.3-3, 7.3-4, 7.4-1, 7.4.1.1-1, 7.4.1.1-2, 7.4.2-1, 7.4.3-5, 7.4.7-1,
// 7.4.7-2, 7.4.8-1
TEST_CASE("both ends send the messages of the figures, in their order, and data behind them") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.what);
    CHECK(converse(kind.client, kind.server).order == kind.order);
  }
}

// Shows RFC 5246 6-1, 6.2.1-1, 6.2.1-2
TEST_CASE("records are of the four types, not empty, and of at most 2^14 bytes") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.what);
    const Conversation said = converse(kind.client, kind.server);
    for (const Said* end : {&said.client, &said.server}) {
      for (const SaidRecord& record : end->records) {
        CHECK(record.type >= ContentType::change_cipher_spec);
        CHECK(record.type <= ContentType::application_data);
        CHECK(record.size > 0);
        CHECK(record.size <= kMaxPlaintext);
      }
    }
  }
}

// Shows RFC 5246 6.1-1, 6.1-2, 6.1-3, 7.1-1
TEST_CASE("behind its ChangeCipherSpec an end protects whatever it sends, counting from 0") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.what);
    const Conversation said = converse(kind.client, kind.server);
    for (const Said* end : {&said.client, &said.server}) {
      const auto change =
          std::ranges::find(end->records, ContentType::change_cipher_spec, &SaidRecord::type);
      REQUIRE(change != end->records.end());
      CHECK(std::all_of(end->records.begin(), change + 1,
                        [](const SaidRecord& record) { return !record.is_protected; }));
      std::uint64_t next = 0;
      for (auto record = change + 1; record != end->records.end(); ++record) {
        CHECK(record->is_protected);
        CHECK(record->sequence == next++);
      }
      CHECK(next > 3);
    }
  }
}

// Shows RFC 5246 7.4.1.4-1, 7.4.1.4-3, 7.4.1.4.1-7
TEST_CASE(
    "no hello has an extension twice, and a server answers those that the client sent, never "
    "signature_algorithms") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.what);
    const Conversation said = converse(kind.client, kind.server);
    const auto asked = types_of(said.client.client_hello().extensions),
               answered = types_of(said.server.server_hello().extensions);
    CHECK(std::ranges::includes(asked, answered));
    CHECK(asked.contains(ExtensionType::signature_algorithms));
    CHECK_FALSE(answered.contains(ExtensionType::signature_algorithms));
  }
}

// Shows RFC 5246 7.4.1.2-1, 7.4.1.3-1, F.1.1.3-2
TEST_CASE(
    "randoms, session identifiers and key shares are new in every handshake, and owe nothing to "
    "what the peer said or who it is") {
  for (const CipherSuite suite : {CipherSuite::TLS_DHE_RSA_WITH_AES_128_CBC_SHA,
                                  CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}) {
    Kind kind = suite_kind("", suite, "");
    kind.server.sessions = make_memory_session_store();
    kind.client.common.provider = deterministic_provider(1);  // whose clients say the same
    const Conversation first = converse(kind.client, kind.server);
    kind.client.common.provider = deterministic_provider(1);
    const Conversation second = converse(kind.client, kind.server);
    CHECK(first.client.bytes_of(HandshakeType::client_hello) ==
          second.client.bytes_of(HandshakeType::client_hello));
    const ServerHello one = first.server.server_hello(), other = second.server.server_hello();
    CHECK(octets(one.random) != octets(other.random));
    CHECK(octets(one.random) != octets(first.client.client_hello().random));
    CHECK(one.session_id.size() == 32);
    CHECK(octets(one.session_id) != octets(other.session_id));
    CHECK(first.server.bytes_of(HandshakeType::server_key_exchange) !=
          second.server.bytes_of(HandshakeType::server_key_exchange));

    kind.client.common.provider = default_provider();
    const Conversation third = converse(kind.client, kind.server),
                       fourth = converse(kind.client, kind.server);
    CHECK(octets(third.client.client_hello().random) !=
          octets(fourth.client.client_hello().random));
    CHECK(third.client.bytes_of(HandshakeType::client_key_exchange) !=
          fourth.client.bytes_of(HandshakeType::client_key_exchange));
  }
}

// Shows RFC 5246 7.4.7.1-1, 7.4.7.1-8
TEST_CASE(
    "a client's premaster secret for RSA starts with the version that it offered, and is encrypted "
    "behind its two bytes of length") {
  const Kind kind = suite_kind("", CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA, "");
  const Conversation said = converse(kind.client, kind.server);
  const Bytes exchange = Bytes(said.client.bytes_of(HandshakeType::client_key_exchange)).subspan(4);
  REQUIRE(exchange.size() == 2 + 256);
  CHECK(exchange[0] == 1);
  CHECK(exchange[1] == 0);
  Octets block(256);
  REQUIRE(development_identity(KeyKind::rsa)
              .leaf.key()
              .decrypt(exchange.subspan(2), default_provider()->rng(), block)
              .value() == 256);
  CHECK(block[0] == 0);
  CHECK(block[1] == 2);
  CHECK(block[256 - 49] == 0);
  CHECK(block[256 - 48] == 3);
  CHECK(block[256 - 47] == 3);
}

// Shows RFC 5246 7.4.1.2-5, 7.4.1.2-6, 7.4.1.4-4, E.2-12
TEST_CASE(
    "a client that offers a session says besides what it would say without one: suites, "
    "compression, extensions") {
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    ClientConfig client = client_config();
    client.sessions = make_memory_session_store();
    client.tickets = tickets;
    client.common.application_protocols = {"h2"};
    ServerConfig server = server_config();
    server.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                            CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};
    server.sessions = make_memory_session_store();
    const Conversation first = converse(client, server), second = converse(client, server);
    const ClientHello full = first.client.client_hello(), offering = second.client.client_hello();
    CHECK(full.session_id.empty());
    CHECK_FALSE(offering.session_id.empty());
    CHECK(octets(offering.cipher_suites.wire()) == octets(full.cipher_suites.wire()));
    CHECK(offering.cipher_suites.contains(second.server.server_hello().cipher_suite));
    CHECK(octets(offering.compression_methods) == Octets{0});
    CHECK(types_of(offering.extensions) == types_of(full.extensions));
    for (const Extension& before : full.extensions)
      for (const Extension& now : offering.extensions)
        if (before.type == now.type && now.type != ExtensionType::session_ticket)
          CHECK(octets(before.data) == octets(now.data));

    // A session whose suite is not spoken any more is not offered.
    client.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};
    server.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                            first.server.server_hello().cipher_suite};
    REQUIRE(first.server.server_hello().cipher_suite != client.common.suites.front());
    CHECK(converse(client, server).client.client_hello().session_id.empty());
  }
}
