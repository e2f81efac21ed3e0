// What the client's and the server's steps share.
#pragma once

#include <optional>
#include <span>
#include <type_traits>

#include "base/work.hpp"
#include "config/context.hpp"
#include "handshake/established.hpp"
#include "handshake/flow.hpp"
#include "handshake/phases.hpp"
#include "handshake/question.hpp"
#include "handshake/signing.hpp"
#include "handshake/transcript.hpp"
#include "session/session.hpp"
#include "session/session_update.hpp"
#include "tls12/observer.hpp"
#include "tls12/request.hpp"
#include "tls12/state.hpp"
#include "wire/codec.hpp"
#include "x509/path/verification.hpp"

namespace tls12::handshake {

/// Room for the messages of most flights that have no certificates.
inline constexpr std::size_t kUsualFlight = 512;

/// What the handshake needs of whoever carries its messages. Messages of one flight may be put into
/// one record.
class Channel {
 public:
  virtual ~Channel() = default;
  /// Where handshake messages to be sent are appended, whole.
  virtual Buffer& messages() = 0;
  /// RFC 5246 §7.1: after the messages so far. The records that follow are under the new keys.
  virtual Result<void> send_change_cipher_spec() = 0;
  /// RFC 5246 §6.1: the pending states of both directions.
  virtual Result<void> set_pending(const KeyBlock& keys) = 0;
  /// The version is agreed upon: records say it from now on.
  virtual void version_negotiated() = 0;
  /// RFC 6066 §4, RFC 8449 §4: the most plaintext that a record under the keys to come may carry,
  /// each way; 0 is the protocol's own limit.
  virtual void limit_fragments(std::size_t send, std::size_t receive) = 0;
  /// For the session store, after the flight. The latest counts.
  virtual void owe(SessionUpdate update) = 0;
};

/// One end of a handshake, for as long as that lasts: it is destroyed, and wiped, when the
/// handshake is complete. Client and Server add a function for each row.
class Endpoint : public End {
 public:
  struct Environment {
    Channel& channel;
    ConnectionState& state;
    EstablishedSecrets& secrets;
    const ConnectionState* established;  ///< what a renegotiation starts from (RFC 5746 §3.5); null
                                         ///< in a first handshake
    Observer* observer;                  ///< may be null
    WallTime now;
    Work& work;
  };

  Flow& flow() { return flow_; }
  const Flow& flow() const { return flow_; }
  const Negotiated& negotiated() const final { return negotiated_; }
  bool pause() final { return work_.pause(1); }
  void advanced() final { forget_messages(); }
  Result<Outcome> receive(const Handler& handler, Bytes message) final;
  /// How the peer's messages are to be read, as far as that is known.
  wire::Syntax syntax() const;

  /// What the step that is due waits for.
  Wants wants() const { return signing_.waits() ? Wants::signature : question_.wants(); }
  Request request() const;
  /// Of the kind that wants() says.
  void answer(const Answer& with);

 protected:
  template <auto Function>
  struct Caller;
  template <class E, class R, class... Parameters, R (E::*Function)(Parameters...)>
  struct Caller<Function> {
    static constexpr bool kReceives = (std::is_same_v<Parameters, Bytes> || ...);
    static Result<Outcome> call(End& end, Bytes body) {
      E& object = static_cast<E&>(end);
      return call_with(object.phases_, object, Function, body);
    }
  };
  /// `call<&Client::send_finished>` in a table of handlers: calls the function with the message's
  /// body and the values that it names as parameters.
  template <auto Function>
  static constexpr Call call = {Caller<Function>::call, Caller<Function>::kReceives};

  Endpoint(Role role, const CommonConfig& config, const Environment& environment)
      : role_(role),
        config_(config),
        channel_(environment.channel),
        state_(environment.state),
        secrets_(environment.secrets),
        established_(environment.established),
        observer_(environment.observer),
        now_(environment.now),
        work_(environment.work),
        flow_(role, *this),
        transcript_(config.limits.transcript) {}

  const Provider& provider() const { return *config_.provider; }
  /// Errors: Errc::too_much_work.
  Result<void> pay(std::size_t steps) const {
    return work_.take(steps) ? Result<void>() : fail(Errc::too_much_work);
  }
  /// Appends a message of ours to the flight and to the transcript.
  template <class Message>
  Result<Outcome> emit(const Message& message) {
    Buffer& out = channel_.messages();
    if (out.empty()) (void)out.prepare(kUsualFlight);
    const std::size_t start = out.size();
    if (const auto written = wire::serialize(message, out); !written) return fail(written.error());
    const Bytes bytes = out.view().subspan(start);
    if (observer_ != nullptr)
      observer_->on_message({Direction::sent, wire::type_of(message), bytes, message});
    if (const auto added = transcript_.add(bytes); !added) return fail(added.error());
    return Outcome::done;
  }
  Result<void> draw(MutableBytes out) {
    return provider().rng().fill(out) ? Result<void>() : fail(Errc::randomness_failed);
  }
  /// From the ServerHello on. Takes over the session that is resumed: its suite, secrets and peer
  /// are this connection's (RFC 5246 §7.3).
  void agree(Agreement&& terms);
  /// The peer's certificate_list, parsed into the state. Unusable certificates after the first are
  /// left to verify_peer, which may do without them. Errors: Errc::certificate_path_too_long past
  /// the limit, Errc::too_much_work, those of Certificate::from_der.
  Result<void> keep_certificates(const Certificates& message);
  /// Verifies certificates once more, for a session, without an interruption.
  template <class Verify>
  bool at_once(Verify verify) const {
    Work work(work_.left());
    x509::KnownSignatures known;
    const bool is_right = verify(work, known);
    return pay(work_.left() - work.left()) && is_right;
  }
  /// Parses a session that was kept; its chains are as long as the peer made them.
  std::optional<session::Session> read_session(Bytes bytes,
                                               std::span<const Certificate> known = {});
  /// RFC 7250 §3: likewise. Errors: Errc::bad_der; Errc::certificate_algorithm_unsupported.
  Result<void> keep_raw_public_key(Bytes public_key_info);
  /// The peer's certificate, or null; and its key, in a certificate or raw.
  const Certificate* peer_certificate() const {
    return state_.peer_certificates.empty() ? nullptr : &state_.peer_certificates.front();
  }
  PublicKey peer_key() const;
  /// The certificates of the peer's list that are unusable.
  std::span<const UnusableCertificate> unusable_certificates() const;
  /// Whether the peer's proof was checked already in an earlier run of verify_peer.
  bool is_peer_checked() const;
  /// Keeps the result of the check, or a failure that a verdict of the application may accept.
  Result<Outcome> keep_check(Result<std::optional<PeerVerified>> result,
                             std::optional<VerifyFailure> failure);
  /// The rest of a local step that verified the peer: the application's verdict.
  Result<Outcome> await_verdict();

  // ------------------------------------------------ rows that both ends have
  /// RFC 5246 §8.1 and §6.3, RFC 7627 §4: from the premaster secret, or the session's master
  /// secret, to the pending states of both directions. A step of its own: the session hash takes in
  /// ClientKeyExchange.
  Result<Outcome> derive_keys(const Agreement& agreement, const PreMasterSecret* pre_master_secret);
  Result<Outcome> sign() { return signing_.step(provider()); }
  Result<Outcome> send_change_cipher_spec();
  Result<void> receive_change_cipher_spec(Bytes) { return {}; }
  Result<Outcome> send_finished(KeySchedule& keys);
  Result<void> receive_finished(Bytes body, KeySchedule& keys);
  Result<Outcome> complete(const Agreement& agreement, const KeySchedule& keys, PeerVerified& peer,
                           const SignatureVerified&, const FinishedVerified&);

  /// Everything this handshake has to say to a later one.
  session::Session session_of(const Agreement& agreement, const KeySchedule& keys,
                              const PeerVerified* peer) const;

  Role role_;
  const CommonConfig& config_;
  Channel& channel_;
  ConnectionState& state_;
  EstablishedSecrets& secrets_;
  const ConnectionState* established_;
  Observer* observer_;
  WallTime now_;
  Work& work_;

  Flow flow_;
  Negotiated negotiated_;
  Transcript transcript_;
  Phases phases_;
  Signing signing_;
  Question question_;
  x509::KnownSignatures known_signatures_;

 private:
  void take_session(session::Session& session);
  void forget_messages();
};

}  // namespace tls12::handshake
