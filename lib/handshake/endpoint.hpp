// What the client's and the server's steps share.
#pragma once

#include <memory>
#include <optional>

#include "handshake/context.hpp"
#include "handshake/flow.hpp"
#include "handshake/key_schedule.hpp"
#include "handshake/proofs.hpp"
#include "handshake/transcript.hpp"
#include "tls12/engine.hpp"
#include "tls12/observer.hpp"
#include "tls12/state.hpp"
#include "wire/codec.hpp"

namespace tls12::handshake {

/// What the handshake needs of whoever carries its messages. Messages of one flight may be put into one record.
class Channel {
 public:
  virtual ~Channel() = default;
  /// Where handshake messages to be sent are appended, whole.
  virtual Buffer& messages() = 0;
  /// RFC 5246 §7.1: behind the messages so far; what follows is under the new keys.
  virtual Result<void> send_change_cipher_spec() = 0;
  /// RFC 5246 §6.1: the pending states of both directions.
  virtual Result<void> set_pending(const KeyBlock& keys) = 0;
  /// The version is agreed upon: records say it from now on.
  virtual void version_negotiated() = 0;
};

/// One end of a handshake, for as long as it lasts: destroyed, and wiped, when it is complete. Client and Server add a function a row.
class Endpoint : public Steps {
 public:
  struct Environment {
    Channel& channel;
    ConnectionState& state;
    Observer* observer;  ///< may be null
    WallTime now;
  };

  const Negotiated& negotiated() const final { return negotiated_; }
  Result<void> receive(Act message, Bytes bytes) final;
  /// The suite's, once it is chosen: the syntax of two messages depends on it.
  KeyExchange key_exchange() const { return suite_ != nullptr ? suite_->key_exchange : KeyExchange::ecdhe_ecdsa; }

  virtual Wants wants() const { return Wants::nothing; }
  virtual SignatureWanted signature_wanted() const { return {}; }
  /// The answer, or nothing where the key could not sign. Only while wants() says so.
  virtual void answer_signature(std::optional<Bytes>) {}

 protected:
  Endpoint(Role role, const CommonConfig& config, const Abilities& abilities, const Environment& environment)
      : role_(role),
        config_(config),
        abilities_(abilities),
        channel_(environment.channel),
        state_(environment.state),
        observer_(environment.observer),
        now_(environment.now),
        transcript_(config.limits.transcript) {}

  /// What the peer's message says, checked; the message is in the transcript behind it.
  virtual Result<void> understand(Act message, Bytes body) = 0;

  const Provider& provider() const { return *config_.provider; }
  /// Puts a message of ours behind the others, and into the transcript.
  template <class Message>
  Result<void> emit(const Message& message) {
    Buffer& out = channel_.messages();
    const std::size_t start = out.size();
    wire::serialize(message, out);
    const Bytes bytes = out.view().subspan(start);
    if (observer_ != nullptr) observer_->on_message({Direction::sent, wire::type_of(message), bytes, message});
    return transcript_.add(bytes);
  }
  Result<void> draw(MutableBytes out) { return provider().rng().fill(out) ? Result<void>() : fail(Errc::randomness_failed); }
  Result<void> generate_key_share();
  /// RFC 8422 §5.10: the premaster secret, from our key share and the peer's.
  Result<void> agree(Bytes peer_public_value);
  /// RFC 5246 §8.1 and §6.3, RFC 7627 §4: from the premaster secret to the pending states of both directions. A step of its own: the
  /// session hash takes in ClientKeyExchange.
  Result<Outcome> derive_keys();
  Result<Outcome> send_change_cipher_spec();
  Result<Outcome> send_finished();
  Result<void> receive_finished(Bytes body);
  void suite_chosen(const wire::SuiteRow& suite);

  Role role_;
  const CommonConfig& config_;
  const Abilities& abilities_;
  Channel& channel_;
  ConnectionState& state_;
  Observer* observer_;
  WallTime now_;

  Negotiated negotiated_;
  Transcript transcript_;
  HelloRandom client_random_ = {}, server_random_ = {};
  const wire::SuiteRow* suite_ = nullptr;
  const wire::GroupRow* group_ = nullptr;
  std::unique_ptr<KeyShare> key_share_;
  PreMasterSecret pre_master_secret_;
  std::optional<KeySchedule> keys_;
  std::optional<FinishedVerified> finished_verified_;
};

}  // namespace tls12::handshake
