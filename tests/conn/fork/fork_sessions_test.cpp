// C16: randomness, session stores and ticket keys in a forked child.
#include "conn/fork/forked.hpp"

using namespace tls12;
using namespace tls12::test;

TEST_CASE("C16: parent and child draw different random bytes") {
  const auto draw = [] {
    std::string bytes(16, '\0');
    const bool drawn = default_provider()->rng().fill(
        {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return drawn ? bytes : std::string();
  };
  const std::string before = draw(), childs = in_child(draw), parents = draw();
  CHECK(childs.size() == 16);
  CHECK(std::set{before, childs, parents}.size() == 3);
}

TEST_CASE(
    "C16: a child resumes sessions by tickets and by a store that exist at the fork; its changes "
    "stay with it") {
  for (const bool tickets : {true, false}) {
    CAPTURE(tickets);
    ClientConfig client = live_client_config();
    client.sessions = make_memory_session_store();
    ServerConfig server = live_server_config();
    server.tickets = tickets;
    server.sessions = make_memory_session_store();
    const ServerContext server_side = server_context(server);
    const auto resumes = [&] {
      MemoryPair pair = memory_pair().value();
      Peer a(Engine::client(client_context(client), "localhost"), std::move(pair.first));
      Peer b(Engine::server(server_side), std::move(pair.second));
      while (a.step() || b.step()) {}
      return a.engine.state().handshake_complete && a.engine.state().resumed;
    };
    CHECK_FALSE(resumes());
    CHECK(in_child([&]() -> std::string {
            if (!resumes()) return "no session";
            client.sessions->erase(bytes_of("localhost"));
            return resumes() ? "not erased" : "";
          }) == "");
    CHECK(resumes());
  }
}
