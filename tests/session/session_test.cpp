// Sessions as they are written down, tickets, and where sessions are kept.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "session/session.hpp"
#include "session/ticket.hpp"
#include "support/engine_pair.hpp"

using namespace tls12;
using namespace tls12::session;
using namespace std::chrono_literals;

namespace {

Session full_session() {
  const auto& made = test::development_identity(KeyKind::ed25519);
  Session session{.suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                  .master_secret = Secret<kMasterSecretSize>::copy_of(
                      std::vector<std::uint8_t>(kMasterSecretSize, 7)),
                  .extended_master_secret = true,
                  .established = test::kNow,
                  .expires = test::kNow + 1h,
                  .binding = {1, 2, 3},
                  .max_fragment_length = 3,
                  .group = NamedGroup::x25519,
                  .signature_scheme = SignatureScheme::ed25519,
                  .psk_identity = "bob",
                  .psk_identity_hint = "to bob",
                  .peer_certificates = {made.leaf.chain().front()},
                  .verified_chain = {made.leaf.chain().front(), made.ca.chain().front()},
                  .believed_anyway = true,
                  .peer_raw_public_key = {7, 7}};
  session.session_id = bytes_of("id");
  session.ticket = bytes_of("ticket");
  return session;
}

std::vector<std::vector<std::uint8_t>> secrets(std::initializer_list<int> firsts) {
  std::vector<std::vector<std::uint8_t>> all;
  for (const int first : firsts)
    all.emplace_back(TicketKeys::kSecretSize, static_cast<std::uint8_t>(first));
  return all;
}

std::string text(const SecretVector& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("a session that is written down and read again says the same") {
  const Session session = full_session();
  const SecretVector written = serialize(session).value();
  const auto read = parse_session(written);
  REQUIRE(read.has_value());
  CHECK(serialize(*read).value() == written);
  CHECK(read->suite == session.suite);
  CHECK(read->extended_master_secret);
  CHECK(read->established == session.established);
  CHECK(read->expires == session.expires);
  CHECK(read->max_fragment_length == 3);
  CHECK(read->psk_identity == "bob");
  CHECK(read->psk_identity_hint == "to bob");
  CHECK(read->believed_anyway);
  CHECK(read->verified_chain.size() == 2);
  CHECK(read->peer_raw_public_key == session.peer_raw_public_key);
  CHECK(text_of(read->ticket) == "ticket");
}

TEST_CASE("what is cut, longer, or of another version is no session") {
  const SecretVector written = serialize(full_session()).value();
  for (std::size_t size = 0; size < written.size(); ++size)
    CHECK_FALSE(parse_session(Bytes(written).first(size)).has_value());
  SecretVector changed = written;
  changed.push_back(0);
  CHECK_FALSE(parse_session(changed).has_value());
  changed = written;
  for (const int version : {0, 1, 2, 3, 4, 6}) {
    changed[0] = static_cast<std::uint8_t>(version);
    CHECK_FALSE(parse_session(changed).has_value());
  }
}

// Shows RFC 5077 5.2-1, 5.7-2
TEST_CASE(
    "RFC 5077 §4: a ticket opens with the key that sealed it, and with nothing in it changed") {
  const auto keys = TicketKeys::from_secrets(secrets({1})).value(),
             others = TicketKeys::from_secrets(secrets({2})).value();
  const auto ticket = seal_ticket(*keys, bytes_of("session"), test::kNow).value();
  const auto opened = open_ticket(*keys, ticket, test::kNow);
  REQUIRE(opened.has_value());
  CHECK(text(opened->session) == "session");
  CHECK(std::ranges::search(ticket, bytes_of("session")).empty());
  CHECK_FALSE(opened->renew);
  CHECK_FALSE(open_ticket(*others, ticket, test::kNow).has_value());
  for (std::size_t at = 0; at < ticket.size(); ++at) {
    auto changed = ticket;
    changed[at] ^= 1;
    CHECK_FALSE(open_ticket(*keys, changed, test::kNow).has_value());
    CHECK_FALSE(open_ticket(*keys, Bytes(ticket).first(at), test::kNow).has_value());
  }
  CHECK(seal_ticket(*keys, bytes_of("session"), test::kNow).value() !=
        ticket);  // a nonce is never used twice
}

// Shows RFC 5077 5.5-1
TEST_CASE("a farm's keys: the first seals, all open, and what an old one opened is to be renewed") {
  const auto old_only = TicketKeys::from_secrets(secrets({1})).value(),
             both = TicketKeys::from_secrets(secrets({2, 1})).value();
  const auto ticket = seal_ticket(*old_only, bytes_of("session"), test::kNow).value();
  CHECK(open_ticket(*both, ticket, test::kNow)->renew);
  const auto fresh = seal_ticket(*both, bytes_of("session"), test::kNow).value();
  CHECK_FALSE(open_ticket(*both, fresh, test::kNow)->renew);
  CHECK_FALSE(open_ticket(*old_only, fresh, test::kNow).has_value());
  REQUIRE(old_only->replace(secrets({2})).has_value());
  CHECK(open_ticket(*old_only, fresh, test::kNow).has_value());
  CHECK_FALSE(open_ticket(*old_only, ticket, test::kNow).has_value());
  CHECK(old_only->replace({}).error().code == Errc::misuse);
  CHECK(TicketKeys::from_secrets({std::vector<std::uint8_t>(47)}).error().code == Errc::misuse);
}

// Shows RFC 5077 5.5-1
TEST_CASE("rotating keys: one seals for its time, opens for longer, and is forgotten") {
  const auto keys = TicketKeys::rotating({.seal_for = 1h, .accept_for = 3h}).value();
  const auto ticket = seal_ticket(*keys, bytes_of("session"), test::kNow).value();
  CHECK_FALSE(open_ticket(*keys, ticket, test::kNow + 59min)->renew);
  CHECK(open_ticket(*keys, ticket, test::kNow + 61min)->renew);
  CHECK(open_ticket(*keys, ticket, test::kNow + 179min).has_value());
  CHECK_FALSE(open_ticket(*keys, ticket, test::kNow + 3h).has_value());
  CHECK(TicketKeys::rotating({.seal_for = 2h, .accept_for = 1h}).error().code == Errc::misuse);
  CHECK(keys->replace(secrets({1})).error().code == Errc::misuse);
}

TEST_CASE("a store gives back what was put, until it expires or is erased") {
  const auto store = make_memory_session_store();
  const auto get = [&](std::string_view key, WallTime now) {
    std::string found = "nothing";
    store->get(bytes_of(key), now, [&](Bytes session) { found = text_of(session); });
    return found;
  };
  store->put(bytes_of("a"), bytes_of("one"), test::kNow + 1h);
  CHECK(get("a", test::kNow) == "one");
  CHECK(get("b", test::kNow) == "nothing");
  store->put(bytes_of("a"), bytes_of("two"), test::kNow + 1h);
  CHECK(get("a", test::kNow) == "two");
  CHECK(get("a", test::kNow + 1h) == "nothing");
  CHECK(get("a", test::kNow) == "nothing");
  store->put(bytes_of("a"), bytes_of("three"), test::kNow + 1h);
  store->erase(bytes_of("a"));
  CHECK(get("a", test::kNow) == "nothing");
}

TEST_CASE("a store forgets what was used least recently, by number and by bytes") {
  const auto has = [](SessionStore& store, std::string_view key) {
    return store.get(bytes_of(key), test::kNow, [](Bytes) {});
  };
  const auto by_number = make_memory_session_store({.sessions = 2});
  for (const char* key : {"a", "b"})
    by_number->put(bytes_of(key), bytes_of("session"), test::kNow + 1h);
  CHECK(has(*by_number, "a"));
  by_number->put(bytes_of("c"), bytes_of("session"), test::kNow + 1h);
  CHECK(has(*by_number, "a"));
  CHECK_FALSE(has(*by_number, "b"));
  CHECK(has(*by_number, "c"));

  const auto by_bytes = make_memory_session_store({.bytes = 4096});
  const std::string large(1500, 'x');
  for (const char* key : {"a", "b", "c"})
    by_bytes->put(bytes_of(key), bytes_of(large), test::kNow + 1h);
  CHECK_FALSE(has(*by_bytes, "a"));
  CHECK(has(*by_bytes, "b"));
  CHECK(has(*by_bytes, "c"));
  by_bytes->put(bytes_of("d"), bytes_of(std::string(5000, 'x')),
                test::kNow + 1h);  // larger than everything: not kept, and nothing lost for it
  CHECK_FALSE(has(*by_bytes, "d"));
  CHECK(has(*by_bytes, "c"));
}
