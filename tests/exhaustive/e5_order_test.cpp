// E5: every message of the handshake is replaced by each other, dropped, doubled or swapped with
// its neighbour.
#include "exhaustive/conversation.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

const std::vector<Kind> kScripted = {
    {.name = "Ed25519",
     .key = KeyKind::ed25519,
     .suite = kChaCha20,
     .group = NamedGroup::x25519,
     .other = Kind::Other::asks_for_certificate},
    {.name = "P-256",
     .key = KeyKind::ec_secp256r1,
     .suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
     .group = NamedGroup::secp256r1,
     .other = Kind::Other::asks_for_certificate},
    {.name = "RSA",
     .key = KeyKind::rsa,
     .suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
     .group = NamedGroup::x25519,
     .other = Kind::Other::asks_for_certificate},
};

using Lines = std::vector<ScriptedEnd::Line>;
bool at_once(const ScriptedPeer&) { return true; }
const ScriptedEnd::Line kSaysOk = {
    at_once, [](ScriptedPeer& peer) { peer.deliver(ContentType::application_data, {'o', 'k'}); }};

// What the connection did, by the table's letters; T: it timed out, M: found a fault of content, o:
// all went well, and an 'ok' has come.
char verdict(Conversation& c) {
  std::optional<Error> error;
  c.by(kAllowed);
  if (const auto shaken = c.conn->handshake(); !shaken) error = shaken.error();
  std::array<std::uint8_t, 64> piece;
  while (!error && !c.ended && !c.got.ends_with("ok")) {
    const auto n = c.conn->read(piece);
    if (!n) error = n.error();
    if (n) c.got += text_of(Bytes(piece).first(*n));
    c.ended = n && *n == 0;
  }
  c.settle();
  const ScriptedPeer& peer = static_cast<ScriptedEnd&>(*c.other).peer;
  const auto& alerts = peer.alerts;
  if (!error && alerts.size() == 1 && alerts[0].level == AlertLevel::warning &&
      alerts[0].description == Alert::no_renegotiation)
    return 'W';
  if (!error)
    return !alerts.empty() ? '?' : c.ended ? 'C' : c.got == "ok" || c.got == "dataok" ? 'o' : '?';
  if (error->category() == Category::timeout)
    return alerts.empty() && c.elapsed() == kAllowed ? 'T' : '?';
  if (error->category() == Category::peer_alert) return alerts.empty() ? 'E' : '?';
  if (error->category() != Category::protocol) return '?';
  // A peer with other keys, whose transcript differs, cannot open the alert.
  if (!peer.puzzled && (alerts.size() != 1 || alerts[0].level != AlertLevel::fatal ||
                        alerts[0].description != error->alert))
    return '?';
  if (error->alert == Alert::unexpected_message) return 'X';
  if (error->alert == Alert::protocol_version) return 'V';
  return 'M';  // of content, not of order
}

void check(const Kind& kind, Role role, Lines lines, const std::string& expected) {
  Conversation c(kind, role, std::move(lines));
  const std::string came(1, verdict(c));
  CAPTURE(expected);
  CAPTURE(came);
  CHECK(expected.find(came) != std::string::npos);
  const CloseReport report = c.conn->close();
  c.settle();
  if (came != "o" && came != "W" && came != "C") CHECK(!c.other->closed());
  if (c.other->closed()) CHECK(report.alert_sent);
  c.check_gone();
}

// ------------------------------------------------ a peer that says what it likes

std::size_t check_place(const Kind& kind, Role role, const Steps& steps, std::size_t played) {
  CAPTURE(played);
  const Script script = script_of(steps);
  std::size_t points = 0;
  for (std::size_t column = 0; column < std::size(kColumns); ++column, ++points) {
    const std::string what = kColumns[column].what;
    CAPTURE(what);
    const char cell = test::cell(role, steps, played, kColumns[column]);
    Lines lines;
    const auto say = [&](int step) {
      lines.push_back({at_once, [step](ScriptedPeer& peer) { play(peer, step); }});
    };
    for (std::size_t i = 0; i < played; ++i) say(script[i]);
    const bool changes = played < script.size() && script[played] == kChangeCipherSpec &&
                         what == "[ChangeCipherSpec]";
    if (changes)
      say(kChangeCipherSpec);
    else
      lines.push_back({at_once, kColumns[column].send});
    if (cell != 'A' && cell != '.' && cell != 'W') {
      check(kind, role, lines, std::string(1, cell));
      continue;
    }
    // What was due has come; a CertificateRequest alone may come or not.
    const bool was_due = cell == 'A' && played < script.size() && what != "CertificateRequest";
    for (std::size_t i = played + (was_due ? 1 : 0); i < script.size(); ++i) {
      if (cell == 'A' && what == "ServerHelloDone" &&
          script[i] == number(HandshakeType::server_hello_done))
        continue;
      say(script[i]);
    }
    lines.push_back(kSaysOk);
    check(kind, role, lines, cell == 'W' ? "W" : "o");
  }
  return points;
}

// ------------------------------------------------ someone in between

/// A message as its sender sends it, hashed and sealed in its turn.
Octets record_for(ScriptedPeer& peer, int step) {
  if (step == kChangeCipherSpec) {
    const Octets record = peer.sealed(ContentType::change_cipher_spec, {1});
    peer.switch_keys();
    return record;
  }
  const Octets message = peer.make(static_cast<HandshakeType>(step));
  peer.note_sent(message);
  return peer.sealed(ContentType::handshake, message);
}

using Edit = std::function<void(ScriptedPeer&, std::vector<Octets>&)>;

/// The script in flights, each when the one that it answers has come; `edit` is done to the records
/// of flight number `edited`.
Lines in_transit(const Script& script, std::size_t second_flight, HandshakeType answered,
                 std::size_t edited, const Edit& edit) {
  Lines lines;
  for (std::size_t flight = 0; flight < 2; ++flight) {
    const Script steps(
        script.begin() + static_cast<std::ptrdiff_t>(flight == 0 ? 0 : second_flight),
        flight == 0 ? script.begin() + static_cast<std::ptrdiff_t>(second_flight) : script.end());
    const bool edits = flight == edited;
    lines.push_back(
        {[flight, answered](const ScriptedPeer& peer) { return flight == 0 || peer.saw(answered); },
         [steps, edits, edit](ScriptedPeer& peer) {
           std::vector<Octets> records;
           for (const int step : steps) records.push_back(record_for(peer, step));
           if (edits) edit(peer, records);
           for (const Octets& record : records) peer.raw(record);
         }});
  }
  lines.push_back({[](const ScriptedPeer& peer) { return peer.finished_is_right; }, kSaysOk.say});
  return lines;
}

constexpr HandshakeType kTypes[] = {
    HandshakeType::hello_request,       HandshakeType::client_hello,
    HandshakeType::server_hello,        HandshakeType::certificate,
    HandshakeType::server_key_exchange, HandshakeType::certificate_request,
    HandshakeType::server_hello_done,   HandshakeType::certificate_verify,
    HandshakeType::client_key_exchange, HandshakeType::finished};

std::size_t check_in_transit(const Kind& kind, Role role, const Script& script) {
  const std::size_t second_flight = role == Role::client ? script.size() - 2 : 1;
  const HandshakeType answered =
      role == Role::client ? HandshakeType::finished : HandshakeType::server_hello_done;
  std::size_t points = 0;
  for (std::size_t i = 0; i < script.size(); ++i) {
    CAPTURE(i);
    const std::size_t flight = i < second_flight ? 0 : 1,
                      at = i - (flight == 0 ? 0 : second_flight);
    const bool last = i + 1 == second_flight || i + 1 == script.size();
    const bool protected_now =
        i + 2 >= script.size();  // from ChangeCipherSpec on: what is moved or lost there is
                                 // garbage, or under other keys
    const bool may_be_absent = script[i] == number(HandshakeType::certificate_request);
    const auto run = [&](const std::string& how, const Edit& edit, const std::string& expected) {
      CAPTURE(how);
      check(kind, role, in_transit(script, second_flight, answered, flight, edit), expected);
      ++points;
    };
    const auto position = [at](std::vector<Octets>& records) {
      return records.begin() + static_cast<std::ptrdiff_t>(at);
    };

    // Nothing follows the last of a flight; but what follows a server's Finished is data, out of
    // their sequence without it. Without a CertificateRequest the order is right, and the keys are
    // not the same.
    const std::string dropped = last            ? role == Role::client && protected_now ? "M" : "T"
                                : protected_now ? "XM"
                                : may_be_absent ? "E"
                                                : "X";
    run(
        "dropped",
        [=](ScriptedPeer&, std::vector<Octets>& records) { records.erase(position(records)); },
        dropped);
    run(
        "doubled",
        [=](ScriptedPeer&, std::vector<Octets>& records) {
          records.insert(position(records), Octets(*position(records)));
        },
        protected_now ? "XM" : "X");
    if (!last)
      run(
          "swapped",
          [=](ScriptedPeer&, std::vector<Octets>& records) {
            std::iter_swap(position(records), position(records) + 1);
          },
          protected_now || i + 3 >= script.size() ? "XM" : "X");
    if (protected_now) continue;
    for (const HandshakeType type : kTypes) {
      if (number(type) == script[i]) continue;
      CAPTURE(static_cast<int>(type));
      const bool asks_instead = type == HandshakeType::certificate_request &&
                                script[i] == number(HandshakeType::server_hello_done) &&
                                script[i - 1] != number(HandshakeType::certificate_request);
      const bool done_early = type == HandshakeType::server_hello_done && may_be_absent;
      const bool ignored = type == HandshakeType::hello_request && role == Role::client;
      run(
          "replaced",
          [=](ScriptedPeer& peer, std::vector<Octets>& records) {
            *position(records) = record_of(22, peer.make(type));
          },
          asks_instead ? "T"
          : done_early ? "X"
          : ignored    ? dropped
                       : "X");
    }
  }
  return points;
}

template <class Run>
void for_each_scripted(std::size_t at_least, Run run) {
  std::size_t points = 0;
  for (const Kind& kind : kScripted) {
    INFO(std::string(kind.name));
    points += run(kind);
  }
  CHECK(points >= at_least);
  MESSAGE("points: " << points);
}

}  // namespace

// Shows RFC 5246 7.4-1
TEST_CASE("E5: each message in place of each other is answered as the independent table says") {
  for_each_scripted(1200, [](const Kind& kind) {
    std::size_t points = 0;
    for (std::size_t i = 0; i <= kServerSteps.size(); ++i)
      points += check_place(kind, Role::client, kServerSteps, i);
    for (std::size_t i = 4; i <= kAskingServerSteps.size(); ++i)
      points += check_place(kind, Role::client, kAskingServerSteps, i);
    for (std::size_t i = 0; i <= kClientSteps.size(); ++i)
      points += check_place(kind, Role::server, kClientSteps, i);
    return points;
  });
}

TEST_CASE(
    "E5: a message that is dropped, doubled, swapped or replaced on its way fails by order, by its "
    "hash or its keys, or is waited for") {
  for_each_scripted(300, [](const Kind& kind) {
    return check_in_transit(kind, Role::client, script_of(kServerSteps)) +
           check_in_transit(kind, Role::client, script_of(kAskingServerSteps)) +
           check_in_transit(kind, Role::server, script_of(kClientSteps));
  });
}
