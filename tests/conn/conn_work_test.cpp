// D12: deadlines hold while the connection computes. The clock moves on with each signature that is
// verified.
#include "support/conn_pair.hpp"
#include "support/forwarding_signature.hpp"
#include "tls12/issue.hpp"

namespace tls12::test {
namespace {

using namespace std::chrono_literals;

/// Takes a second for each signature that it verifies.
class SlowSignature final : public ForwardingSignature {
 public:
  using ForwardingSignature::ForwardingSignature;
  bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t salt_size, Bytes message,
              Bytes signature) const override {
    ++count;
    if (clock != nullptr) clock->advance(1s);
    return ForwardingSignature::verify(key, hash, salt_size, message, signature);
  }

  mutable std::size_t count = 0;
  FakeClock* clock = nullptr;
};

struct Slow {
  SlowSignature signature{*(*default_provider())[SignatureFamily::ed25519].implementation};
  ProviderPtr provider = [this] {
    auto table = std::make_shared<Provider>(*default_provider());
    table->signatures[static_cast<std::size_t>(SignatureFamily::ed25519)] = {&signature, "slow",
                                                                             300};
    return table;
  }();
  Slow() = default;
  Slow(const Slow&) = delete;
};

/// A leaf below three CAs.
struct Chain {
  Certificate root;
  Identity leaf;

  static Chain make() {
    const auto fresh = [] { return PrivateKey::generate(KeyKind::ed25519).value(); };
    const auto ca = [&](const std::string& name, const PrivateKey& key, const Identity* issuer) {
      return Identity::from(
                 {issue_certificate({.common_name = name, .is_ca = true}, key, issuer).value()},
                 key)
          .value();
    };
    const Identity root = ca("root", fresh(), nullptr), first = ca("first", fresh(), &root),
                   second = ca("second", fresh(), &first);
    const PrivateKey key = fresh();
    std::vector<Certificate> chain = {
        issue_certificate({.common_name = "leaf", .names = {"localhost"}}, key, &second).value()};
    chain.push_back(second.chain()[0]);
    chain.push_back(first.chain()[0]);
    return {root.chain()[0], Identity::from(std::move(chain), key).value()};
  }
};

/// A client whose server shows such a chain.
struct SlowClient : Slow {
  explicit SlowClient(std::chrono::milliseconds handshake_timeout = 100s) : chain(Chain::make()) {
    ClientConfig client{.trust = TrustStore::of({chain.root})};
    client.common.provider = provider;
    client.common.handshake_timeout = handshake_timeout;
    pair.emplace(Role::client, client, ServerConfig{.identities = {chain.leaf}});
    signature.count = 0;
    signature.clock = &pair->clock;
  }

  Chain chain;
  std::optional<ConnPair> pair;
};

TEST_CASE(
    "D12: a deadline that passes while signatures are verified ends the call at the next step, and "
    "later calls go on") {
  SlowClient slow;
  ConnPair& pair = *slow.pair;
  std::size_t calls = 0;
  for (Result<void> done = fail(Errc::timed_out); !done; ++calls) {
    const TimePoint start = pair.clock.now();
    pair.by(500ms);
    done = pair.conn->handshake();
    if (!done) CHECK(code_of(done) == "timed_out");
    CHECK(pair.clock.now() - start <= 1s);  // one signature
    REQUIRE(calls < 20);
  }
  CHECK(calls > 3);
  CHECK(slow.signature.count == 4);  // three of the chain, one of the key exchange: none twice
  CHECK(pair.peer->engine.error() == std::nullopt);
  pair.by(10s);
  CHECK(pair.conn->write("hello"));
}

TEST_CASE(
    "D12: reads and writes that start a handshake end at their deadlines while signatures are "
    "verified") {
  for (const bool reads : {false, true}) {
    SlowClient slow;
    ConnPair& pair = *slow.pair;
    pair.by(1500ms);
    std::uint8_t buffer[16];
    const auto done = reads ? pair.conn->read(buffer) : pair.conn->write("hello");
    CHECK(code_of(done) == "timed_out");
    CHECK(done.error().phase == Phase::handshake);
    CHECK(pair.elapsed() == 2s);
  }
}

TEST_CASE("D12: handshake_timeout passes while signatures are verified") {
  SlowClient slow(2s);
  ConnPair& pair = *slow.pair;
  CHECK(code_of(pair.conn->handshake()) == "handshake_timed_out");
  CHECK(pair.elapsed() <= 3s);
  CHECK(slow.signature.count <= 3);
}

}  // namespace
}  // namespace tls12::test
