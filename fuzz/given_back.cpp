// Two connections of one client and one server: all that the first one leaves behind, and all that
// the peer chose the size of, goes into the second one: tickets, session IDs, names, protocols, PSK
// hints and identities, certificate chains, staples, SCTs.
// Sizes are near the limits of the length fields that carry them, and sessions may be changed
// between the connections. What must hold:
// - no field is written with a wrong length: neither end finds a fault in the syntax of the other's
//   messages;
// - each handshake completes, resumed or full, or ends with a named error that is not an internal
//   one;
// - data that was not changed between the connections does not make the second one fail.
#include <cstdlib>
#include <iostream>
#include <string>

#include "support/engine_pair.hpp"
#include "support/one_session.hpp"
#include "wire/codec.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

void require(bool holds, const char* what, const std::string& more = {}) {
  if (holds) return;
  std::cerr << what << ": " << more << '\n';
  std::abort();
}

/// Numbers and texts from the fuzzer's bytes; zeros after the last.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
  unsigned u8() {
    if (rest_.empty()) return 0;
    const unsigned byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  bool flag() { return u8() % 2 != 0; }
  unsigned u16() {
    const unsigned high = u8();
    return high << 8 | u8();
  }
  /// A size: small, or near one that a length field can say.
  std::size_t size() {
    constexpr std::size_t kEdges[] = {0, 32, 255, 1 << 14, 65'000, 65'535};
    const std::size_t edge = kEdges[u8() % std::size(kEdges)];
    const unsigned offset = u16();
    return offset % 2 == 0 ? edge + offset % 1024
                           : edge - std::min<std::size_t>(edge, offset % 1024);
  }
  std::string text(std::size_t at_most) {
    std::string made(std::min(rest_.size(), static_cast<std::size_t>(u8()) % (at_most + 1)), '\0');
    for (char& c : made) c = static_cast<char>(u8());
    return made;
  }
  Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

/// A CA, a server's identity and clients' of several sizes; made once.
struct World {
  ProviderPtr provider = deterministic_provider(1);
  PrivateKey key = PrivateKey::generate(KeyKind::ed25519, 0, provider).value();
  Identity ca = Identity::from({issue("CA", true, 0, nullptr)}, key).value();
  Identity server = Identity::from({issue("localhost", false, 0, &ca)}, key).value();
  std::vector<Identity> clients;

  World() {
    for (const int size : {0, 3'000, 7'500, 8'000, 16'000, 30'000, 60'000})
      clients.push_back(
          Identity::from({issue("client", false, static_cast<std::size_t>(size), &ca)}, key)
              .value());
  }
  Certificate issue(const std::string& name, bool is_ca, std::size_t size,
                    const Identity* issuer) const {
    CertificateRecipe recipe{.common_name = name,
                             .is_ca = is_ca,
                             .for_clients = !is_ca,
                             .not_before = kNow - std::chrono::hours(1),
                             .not_after = kNow + std::chrono::hours(1)};
    if (!is_ca) recipe.names = {name};
    if (size != 0) recipe.names.push_back("URI:https://a.example/" + std::string(size, 'x'));
    return issue_certificate(recipe, key, issuer, provider).value();
  }
};
const World& world() {
  static const World made;
  return made;
}

struct Ends : PairConfig {
  std::string name;
  std::shared_ptr<OneSession> clients = std::make_shared<OneSession>(),
                              servers = std::make_shared<OneSession>();
};

std::vector<std::string> protocols(Input& input) {
  std::vector<std::string> names;
  for (std::size_t left = input.size(); left > 1;
       left -= std::min<std::size_t>(left, names.back().size() + 1))
    names.emplace_back(std::min<std::size_t>(left - 1, 255), 'p');
  return names;
}

Ends ends_of(Input& input) {
  const World& w = world();
  Ends ends{{.client = {.trust = TrustStore::of({w.ca.chain().front()})}, .server = {}},
            "localhost"};
  ends.client.common.provider = ends.server.common.provider = deterministic_provider(2);
  const unsigned flags = input.u8();
  ends.client.sessions = ends.clients;
  ends.client.tickets = (flags & 1) != 0;
  ends.server.sessions = ends.servers;
  if ((flags & 2) != 0) ends.client.identities = {w.clients[input.u8() % w.clients.size()]};
  if ((flags & 4) != 0)
    ends.server.client_authentication = ClientAuthentication::require_and_verify;
  ends.server.client_trust = ends.client.trust;
  ends.client.grease = (flags & 8) != 0;
  ends.client.request_timestamps = true;
  if ((flags & 16) != 0) ends.name = input.text(255);
  if ((flags & 32) != 0) {  // the server's hint comes back in the client's identity
    const std::size_t extra = input.size();
    ends.client.common.policy = ends.server.common.policy = SuitePolicy::psk;
    ends.server.psk_identity_hint = std::string(input.size(), 'h');
    ends.client.find_psk = [extra](std::string_view hint) {
      return PreSharedKey{.identity = std::string(hint) + std::string(extra, 'i'),
                          .key = std::vector<std::uint8_t>(16, 7)};
    };
    ends.server.find_psk = [](std::string_view) { return std::vector<std::uint8_t>(16, 7); };
  }
  if ((flags & 64) != 0) ends.client.common.application_protocols = protocols(input);
  if ((flags & 128) != 0) {
    const std::size_t limit = 4'096 + input.size();
    for (CommonConfig* common : {&ends.server.common, &ends.client.common})
      common->limits.handshake_message = common->limits.client_hello = limit;
  }
  Identity identity = w.server;
  if (input.flag())
    identity = identity.with_ocsp_response(std::vector<std::uint8_t>(input.size(), 0x30));
  if (input.flag()) {
    const std::size_t size = input.size();
    std::vector<std::uint8_t> list = {static_cast<std::uint8_t>(size >> 8),
                                      static_cast<std::uint8_t>(size)};
    list.resize(2 + size, 0x5c);
    identity = identity.with_signed_certificate_timestamps(list);
  }
  ends.server.identities = {identity};
  return ends;
}

/// Of messages that were written wrong.
bool is_syntax(Errc code) {
  return code <= Errc::unknown_enum_value || code == Errc::unexpected_message;
}
/// Of ends that hashed other bytes, or have another master secret.
bool is_disagreement(Errc code) {
  return code == Errc::bad_finished || code == Errc::bad_record_mac;
}

void check_error(const Engine& engine, bool session_changed) {
  if (!engine.error()) return;
  const Error& error = *engine.error();
  require(error.category() != Category::internal && error.category() != Category::misuse,
          "an internal error", error.message());
  require(!is_syntax(error.code), "a message that is written wrong", error.message());
  require(session_changed || !is_disagreement(error.code), "ends that disagree", error.message());
}

/// Whether both ends completed.
bool connect(const Ends& ends, const ClientContext& client_context,
             const ServerContext& server_context, bool session_changed) {
  EnginePair pair(client_context, server_context, ends.name, kNow);
  const Engine &client = pair.client, &server = pair.server;
  if (client.error() && client.error()->code == Errc::bad_host_name) return false;
  pair.talk();
  check_error(client, session_changed);
  check_error(server, session_changed);
  const bool complete = pair.complete();
  require(complete || client.error() || server.error(), "a handshake that stands still");
  if (complete) {
    require(client.state().resumed == server.state().resumed, "ends that disagree");
    const bool verifies =
        ends.server.client_authentication == ClientAuthentication::require_and_verify &&
        !ends.server.find_psk;
    require(!verifies || !server.state().verified_chain.empty(), "a client that was not verified");
  }
  return complete;
}

/// What a peer, or a store, may have made of the client's session. Whether anything changed.
bool change_session(Input& input, Ends& ends) {
  auto session = session::parse_session(ends.clients->kept);
  switch (input.u8() % 6) {
    case 1:
    case 2:
      if (!session) return false;
      session->ticket = std::vector<std::uint8_t>(input.size(), 0x77);
      break;
    case 3:
      if (!session) return false;
      session->session_id = std::vector<std::uint8_t>(input.u8() % 33, 0x1d);
      session->ticket.clear();
      break;
    case 4: ends.clients->kept.assign(input.rest().begin(), input.rest().end()); return true;
    case 5:
      if (!ends.clients->kept.empty())
        ends.clients->kept[input.u16() % ends.clients->kept.size()] ^=
            static_cast<std::uint8_t>(1 + input.u8() % 255);
      return true;
    default: return false;
  }
  if (const auto bytes = session::serialize(*session))
    ends.clients->kept.assign(bytes->begin(), bytes->end());
  return true;
}

/// The client may have more to say the second time.
bool change_configuration(Input& input, Ends& ends) {
  const unsigned flags = input.u8();
  if ((flags & 1) != 0) ends.client.common.application_protocols = protocols(input);
  if ((flags & 2) != 0) ends.client.pad_hello_to = input.u16() % 0x4001;
  if ((flags & 4) != 0) ends.client.common.record_size_limit = 1024;
  if ((flags & 8) != 0) ends.client.grease = true;
  return flags != 0;
}

template <class Config>
auto build(const Config& config) {
  auto built = config.build();
  require(built || built.error().category() == Category::configuration,
          "an error of build() that is not of the configuration");
  require(built || !built.error().about().empty(), "an error of build() that names no field",
          built ? "" : built.error().message());
  return built;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  Ends ends = ends_of(input);
  const auto server = build(ends.server);
  const auto first_client = build(ends.client);
  if (!server || !first_client) return 0;
  const bool completed = connect(ends, *first_client, *server, false);
  const bool session_changed = change_session(input, ends),
             configuration_changed = change_configuration(input, ends);
  const auto second_client = build(ends.client);
  if (!second_client) return 0;
  const bool again = connect(ends, *second_client, *server, session_changed);
  require(session_changed || configuration_changed || completed == again,
          "the first connection made the second one fail");
  return 0;
}
