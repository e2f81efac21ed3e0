// What the client's and the server's steps share.
#pragma once

#include <memory>
#include <optional>

#include "base/work.hpp"
#include "config/context.hpp"
#include "handshake/flow.hpp"
#include "handshake/key_agreement.hpp"
#include "handshake/key_schedule.hpp"
#include "handshake/proofs.hpp"
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
  /// RFC 5246 §7.1: behind the messages so far; what follows is under the new keys.
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

/// What outlives the handshake: the secrets that exporters (RFC 5705), channel bindings (RFC 5929)
/// and renegotiation (RFC 5746) are made of, and where the session is kept, so that a fatal alert
/// can make it forgotten.
struct Kept {
  HashAlgorithm prf_hash = HashAlgorithm::sha256;
  Secret<kMasterSecretSize> master_secret = {};  ///< empty where the configuration does not keep it
  HelloRandom client_random = {}, server_random = {};
  VerifyData client_verify_data = {}, server_verify_data = {};
  std::optional<Certificate> server_certificate = {};
  bool encrypt_then_mac = false;  ///< in this handshake or one before it (RFC 7366 §3.1)
  std::shared_ptr<SessionStore> store = {};
  std::vector<std::uint8_t> session_id =
      {};  ///< a server's; a client finds its session by the server's name
};

/// One end of a handshake, and how far it is in the figure, for as long as that lasts: destroyed,
/// and wiped, when it is complete. Client and Server add a function a row.
class Endpoint : public Steps {
 public:
  struct Environment {
    Channel& channel;
    ConnectionState& state;
    Kept& kept;
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
  Result<void> receive(Act message, Bytes bytes) final;
  /// How the peer's messages are to be read, as far as that is known.
  wire::Syntax syntax() const {
    return {.key_exchange = negotiated_.key_exchange, .certificate_type = peer_certificate_type_};
  }

  /// What the step that is due waits for.
  Wants wants() const { return signing_.waits() ? Wants::signature : question_.wants(); }
  Request request() const;
  /// Of the kind that wants() says.
  void answer(const Answer& with);

 protected:
  Endpoint(Role role, const CommonConfig& config, const Environment& environment)
      : role_(role),
        config_(config),
        channel_(environment.channel),
        state_(environment.state),
        kept_(environment.kept),
        established_(environment.established),
        observer_(environment.observer),
        now_(environment.now),
        work_(environment.work),
        flow_(role, *this),
        transcript_(config.limits.transcript) {}

  /// What the peer's message says, checked; the message is in the transcript behind it.
  virtual Result<void> understand(Act message, Bytes body) = 0;

  const Provider& provider() const { return *config_.provider; }
  /// Errors: Errc::too_much_work.
  Result<void> pay(std::size_t steps) const {
    return work_.take(steps) ? Result<void>() : fail(Errc::too_much_work);
  }
  /// Puts a message of ours behind the others, and into the transcript.
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

  void suite_chosen(const wire::SuiteRow& suite);
  /// RFC 5246 §7.3: the session's suite, secrets and peer are this connection's.
  void resume(const wire::SuiteRow& suite);
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
  void read_session(Bytes bytes, std::span<const Certificate> known = {});
  /// RFC 7250 §3: likewise. Errors: Errc::bad_der; Errc::certificate_algorithm_unsupported.
  Result<void> keep_raw_public_key(Bytes public_key_info);
  /// The peer's certificate, if it showed one; and its key, however it was shown.
  const Certificate* peer_certificate() const {
    return state_.peer_certificates.empty() ? nullptr : &state_.peer_certificates.front();
  }
  PublicKey peer_key() const;
  /// The rest of a local step that verified the peer: the application's verdict.
  Result<Outcome> await_verdict();
  /// RFC 6066 §4: a code from 1 to 4; 0 is none.
  void use_max_fragment_length(std::uint8_t code);
  /// RFC 5246 §8.1 and §6.3, RFC 7627 §4: from the premaster secret, or the session's master
  /// secret, to the pending states of both directions. A step of its own: the session hash takes in
  /// ClientKeyExchange.
  Result<Outcome> derive_keys();
  Result<Outcome> sign() { return signing_.step(provider()); }
  Result<Outcome> send_change_cipher_spec();
  Result<Outcome> send_finished();
  Result<void> receive_finished(Bytes body);
  /// Everything this handshake has to say to a later one.
  session::Session session_of() const;
  Result<Outcome> complete(PeerVerified& peer, const SignatureVerified&, const FinishedVerified&);

  Role role_;
  const CommonConfig& config_;
  Channel& channel_;
  ConnectionState& state_;
  Kept& kept_;
  const ConnectionState* established_;
  Observer* observer_;
  WallTime now_;
  Work& work_;

  Flow flow_;
  Negotiated negotiated_;
  Transcript transcript_;
  HelloRandom client_random_ = {}, server_random_ = {};
  const wire::SuiteRow* suite_ = nullptr;
  CertificateType peer_certificate_type_ = CertificateType::x509;
  std::vector<UnusableCertificate> unusable_certificates_;  // of the peer's list
  std::optional<session::Session> session_;                 // the one that is offered or resumed
  std::uint8_t max_fragment_length_ = 0;
  KeyAgreement key_agreement_;
  PreMasterSecret pre_master_secret_;
  Signing signing_;
  Question question_;
  std::optional<KeySchedule> keys_;
  x509::KnownSignatures known_signatures_;
  std::optional<VerifyFailure> verify_failure_;  // of a certificate that a verdict may accept
  std::optional<PeerVerified> peer_verified_;
  std::optional<SignatureVerified> signature_verified_;
  std::optional<FinishedVerified> finished_verified_;
};

}  // namespace tls12::handshake
