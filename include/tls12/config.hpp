// How a connection is to behave. Fill a plain struct (every member has a safe default), build() it
// once, share the result.
//
// Callbacks: functions and objects of the application that the library calls. They are the
// std::function members of the configurations, of VerifyPolicy and of RevocationOptions, Observer
// and its factory, SessionStore, Provider, Transport, Clock, Engine::interrupt_if() and
// Conn::on_request(). These rules hold for all; a callback with other rules states them.
//
//   threads       The thread that drives the connection calls it. Connections that share a callback
//                 call it at the same time.
//   blocking      The call that it runs in returns that much later, past its deadline. While a
//                 callback of a handshake blocks, other calls on the same Conn keep their
//                 deadlines, and close() its bound. Other connections never wait.
//   exceptions    The connection fails for good with Errc::callback_threw (std::bad_alloc:
//                 Errc::out_of_memory), and the peer gets the alert internal_error. The text of the
//                 exception is the error's detail. No exception leaves a function of the library.
//   calling back  It may use other connections, and the const members of its Engine. All other
//                 calls on its Engine, and every call on its Conn, are refused and change nothing:
//                 Errc::misuse, an empty value, or no effect.
//   destroying    It may destroy its Engine or Conn. The call that is under way then ends, at a
//                 Conn with Errc::closed, and frees the memory.
//
// If an answer takes time, do not wait for it in a callback: the engine requests signatures,
// sessions and verdicts from outside (tls12/request.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/certificate.hpp"
#include "tls12/crypto.hpp"
#include "tls12/limits.hpp"
#include "tls12/messages.hpp"
#include "tls12/observer.hpp"
#include "tls12/policy.hpp"
#include "tls12/session.hpp"
#include "tls12/verify.hpp"

namespace tls12 {

class ClientContext;
class ServerContext;

/// A key that two ends share beforehand (RFC 4279).
struct PreSharedKey {
  std::string identity = {};           ///< at most 65,535 bytes, UTF-8 (RFC 4279 §5.1)
  std::vector<std::uint8_t> key = {};  ///< 1 to 256 bytes; secret
};

/// RFC 5246 §7.2.2, §7.4.1.1: what a wish for another handshake gets that is not granted: a
/// server's HelloRequest, a client's second ClientHello.
enum class RenegotiationRefusal : std::uint8_t {
  decline,  ///< the warning no_renegotiation
  ignore,   ///< nothing
  refuse,   ///< the fatal alert no_renegotiation, which RFC 5246 §7.2.2 has as a warning: a
            ///< deviation
};

/// How often a server may renegotiate (RFC 5746 §3.5).
enum class Renegotiation : std::uint8_t {
  never,
  once,
  freely,
  ask,  ///< the application answers each HelloRequest (RenegotiationRequest in tls12/request.hpp)
};

/// What both ends have. Empty lists mean: what the policy has, best first as this CPU has it.
struct CommonConfig {
  ProviderPtr provider = default_provider();
  SuitePolicy policy = SuitePolicy::modern;
  std::vector<CipherSuite> suites = {};  ///< in order of preference
  std::vector<NamedGroup> groups = {};   ///< in order of preference
  std::vector<SignatureScheme> schemes =
      {};  ///< in order of preference; those accepted from the peer
  /// Those that we sign with, in order of preference; empty: as `schemes`. An identity may have a
  /// list of its own (Identity::with_signing_schemes).
  std::vector<SignatureScheme> signing_schemes = {};
  std::vector<std::string> application_protocols =
      {};  ///< ALPN (RFC 7301), in order of preference: 1 to 255 bytes each
  bool require_application_protocol = false;    ///< refuse a peer that does not agree on one of
                                                ///< `application_protocols`, or does not know ALPN
  bool require_extended_master_secret = false;  ///< RFC 7627 §5.3 allows it
  bool require_encrypt_then_mac =
      false;  ///< no CBC suite without encrypt_then_mac (RFC 7366); AEAD suites are not affected
  bool keep_master_secret =
      true;  ///< for keying material exporters and channel bindings; without it neither works
  std::uint16_t record_size_limit =
      0;  ///< RFC 8449: the largest fragment we want to receive, 64 to 16,384 bytes; 0: a client
          ///< does not ask, a server answers 16,384
  /// The largest fragment that we send, in bytes of plaintext, 64 to 16,384, from the first record
  /// of the handshake on; 0: 16,384. The peer is not told. Its own limit (RFC 6066 §4, RFC 8449)
  /// counts if it is smaller.
  std::uint16_t max_send_fragment = 0;
  RenegotiationRefusal renegotiation_refusal =
      RenegotiationRefusal::decline;  ///< a server grants no wish at all
  Limits limits = {};
  std::chrono::milliseconds handshake_timeout =
      std::chrono::seconds(10);  ///< for Conn: bounds every handshake
  std::chrono::milliseconds close_timeout =
      std::chrono::seconds(5);  ///< for Conn: bounds close() where no write deadline is set
  bool strict_close = false;    ///< for the engine: answer a close_notify at once and stop writing,
                                ///< to the letter of RFC 5246 §7.2.1
  ObserverFactory observe = {};
};

struct TLS12_API ClientConfig {
  TrustStore trust = {};     ///< TrustStore::system() for the public web
  VerifyPolicy verify = {};  ///< what is asked of the server's certificate
  CommonConfig common = {};

  /// What to show a server that asks for a certificate (RFC 5246 §7.4.6): the first that its
  /// CertificateRequest welcomes by type, scheme and authority. None: an empty list. Each type of
  /// `client_certificate_types` needs an identity that can be shown as that type.
  std::vector<Identity> identities = {};
  /// Asked instead, where it is set; nothing sends an empty list.
  std::function<std::optional<Identity>(const CertificateRequest&)> choose_identity = {};

  /// Where to keep sessions, to resume them; null: no resumption. The key is the server's name, so
  /// that one store serves many servers.
  std::shared_ptr<SessionStore> sessions = {};
  bool tickets =
      true;  ///< RFC 5077, where there is a store; a ticket that fits no ClientHello is not kept

  /// Keys shared beforehand (RFC 4279): asked with the server's hint, empty when it gave none. PSK
  /// suites are offered where it is set.
  /// A server that uses a PSK shows no key. build() refuses find_psk together with `verify.check`,
  /// `verify.pins`, `accept_raw_public_key` or `verdict_elsewhere`, which would be skipped.
  std::function<std::optional<PreSharedKey>(std::string_view hint)> find_psk = {};

  bool request_ocsp = true;  ///< RFC 6066 §8: ask for a stapled response; what it says counts as
                             ///< `verify.revocation` has it
  bool request_timestamps = false;  ///< RFC 6962 §3.3.1: ask for SCTs; they are delivered in
                                    ///< ConnectionState, and count as `verify.transparency` has it
  std::size_t max_fragment_length =
      0;  ///< RFC 6066 §4: 512, 1,024, 2,048 or 4,096; 0: not negotiated
  std::vector<CertificateType> server_certificate_types =
      {};  ///< RFC 7250: those accepted, best first; empty: X.509, not negotiated
  /// Asked whether a raw public key (a SubjectPublicKeyInfo in DER) is the server's. Raw public
  /// keys need it, or a pin of a public key in `verify.pins`; with both, a key must satisfy both.
  std::function<bool(Bytes public_key_info)> accept_raw_public_key = {};
  std::vector<CertificateType> client_certificate_types =
      {};  ///< RFC 7250: how to show the keys of `identities`, best first; empty: X.509, not
           ///< negotiated

  /// Request a verdict from outside (VerdictRequest) on a server whose certificate or raw public
  /// key was verified. It can only refuse, except by `dangerous.verdict_decides`.
  bool verdict_elsewhere = false;
  /// Ask for that verdict on each resumed session too. A refusal fails the handshake and forgets
  /// the session. Without it, only the verdict of the full handshake counts. Needs
  /// `verdict_elsewhere`.
  bool verdict_on_resumption = false;

  bool dynamic_records =
      false;  ///< as ServerConfig::dynamic_records; what clients send is mostly small anyway

  /// Whether a server's HelloRequest starts another handshake on the connection, as servers do that
  /// ask for a certificate late. It must show the certificate it had, and know RFC 5746; the
  /// application protocol stays. Meanwhile nothing can be written; what was sent before its
  /// ServerHello can be read. A connection that was resumed without extended_master_secret never
  /// renegotiates (RFC 7627 §5.4).
  Renegotiation renegotiation = Renegotiation::never;

  /// This is another try below what was offered before. The ClientHello says so (RFC 7507 §4),
  /// unless it offers a session.
  bool fallback = false;
  bool grease = false;  ///< RFC 8701 §3.1: offer values that mean nothing
  std::size_t pad_hello_to =
      0;  ///< RFC 7685: bytes that the ClientHello has at least; 0: no padding

  /// What weakens the connection.
  struct Dangerous {
    /// The verdict may also accept a certificate that is not valid: VerdictRequest::failure says
    /// why. VerifyPolicy::Dangerous::accept_anyway is asked first. A session of a server that was
    /// accepted in this way is resumed only if its certificate is valid by then. Raw public keys,
    /// and failures of this end such as missing memory, are not affected. Needs
    /// `verdict_elsewhere`.
    bool verdict_decides = false;
    /// An attacker in between reads and changes everything. `trust` is not used. build() refuses
    /// this flag together with `accept_raw_public_key` and with rules in `verify` that are stricter
    /// than the default, because they would be skipped. To accept one certificate, pin it
    /// (VerifyPolicy::pins_suffice).
    bool accept_any_certificate = false;
    bool allow_missing_secure_renegotiation = false;  ///< servers without RFC 5746; see its §4.1
    bool accept_truncation =
        false;  ///< for Conn: a transport that ends without close_notify is an end of file
  } dangerous = {};

  /// Errors: Errc::bad_configuration and others of that category; the detail names the field. Where
  /// one field would switch off a check that another field asks for, the detail names both.
  Result<ClientContext> build() const;
};

/// What a server asks of its clients (RFC 5246 §7.4.4).
enum class ClientAuthentication : std::uint8_t {
  none,                ///< no CertificateRequest
  request,             ///< ask; take any certificate or none, unverified
  require_any,         ///< a certificate, unverified: the application checks it
  verify_if_given,     ///< none, or one that leads to `client_trust`
  require_and_verify,  ///< one that leads to `client_trust`
};

struct TLS12_API ServerConfig {
  /// At least one, or `find_psk`. The one that fits the ClientHello best is used: by server name,
  /// signature schemes, groups and suite, in this order of preference; the first when none is for
  /// the name. Each type of `certificate_types` needs an identity that can be shown as that type.
  std::vector<Identity> identities = {};
  CommonConfig common = {};
  bool prefer_client_order = false;  ///< choose suites by the client's order instead of ours
  bool require_known_name = false;  ///< RFC 6066 §3: refuse a client whose server_name is absent or
                                    ///< fits no identity (unrecognized_name)

  ClientAuthentication client_authentication = ClientAuthentication::none;
  TrustStore client_trust = {};
  VerifyPolicy verify = {};  ///< for clients' certificates
  std::vector<CertificateType> client_certificate_types =
      {};  ///< RFC 7250: those accepted, best first; empty: X.509
  /// Asked whether a raw public key (a SubjectPublicKeyInfo in DER) is a client's, however much
  /// `client_authentication` verifies. Raw public keys need it, or a pin of a public key in
  /// `verify.pins`; with both, a key must satisfy both.
  std::function<bool(Bytes public_key_info)> accept_raw_public_key = {};
  /// Request a verdict from outside (VerdictRequest) on a client whose certificate or raw public
  /// key was verified. It can only refuse, except by `dangerous.verdict_decides`.
  bool verdict_elsewhere = false;
  /// Ask for that verdict on each resumed session too, as ClientConfig::verdict_on_resumption does.
  bool verdict_on_resumption = false;
  /// RFC 5246 §7.4.4's certificate_authorities: whether the subjects of `client_trust` are sent:
  /// all, or none if they need more than 2^16-1 bytes.
  bool send_authorities = true;

  /// Asked with each ClientHello for the configuration to go on with, whose identities, suites,
  /// authentication and protocols then count, while limits and times stay this one's. An error is
  /// the handshake's.
  std::function<Result<ServerContext>(const ClientHello&)> configure = {};

  // Resumption (RFC 5246 appendix F.1.4, RFC 5077).
  bool tickets = true;  ///< RFC 5077; a session that needs more than kMaxTicket bytes gets none
  std::shared_ptr<TicketKeys> ticket_keys =
      {};                                       ///< null: rotating ones of this configuration's own
  std::shared_ptr<SessionStore> sessions = {};  ///< for session IDs; null: none are given out
  bool look_up_elsewhere = false;  ///< a session ID is looked up outside (SessionRequest), and not
                                   ///< by `sessions`, which may be far away
  /// For Conn: how long it waits for a SessionAnswer. Then the session counts as
  /// missing, which costs a full handshake, and a later answer has no effect
  /// (Errc::not_waiting_for_that).
  /// 50 ms are enough for a round trip to a store in a neighbouring data centre.
  std::chrono::milliseconds session_lookup_timeout = std::chrono::milliseconds(50);
  std::chrono::seconds session_lifetime =
      std::chrono::hours(24);  ///< since the full handshake; renewing a ticket never extends it

  /// Keys shared beforehand (RFC 4279): asked with the client's identity. PSK suites are spoken
  /// where it is set.
  /// A client that uses a PSK shows no certificate: RFC 4279 §2 omits CertificateRequest. build()
  /// refuses find_psk where `client_authentication` requires one. To serve both kinds of clients,
  /// choose between two contexts in `configure`.
  std::function<std::optional<std::vector<std::uint8_t>>(std::string_view identity)> find_psk = {};
  std::string psk_identity_hint = {};
  bool reveal_unknown_psk = false;  ///< RFC 4279 §2: answer unknown_psk_identity, instead of
                                    ///< failing as a wrong key does (bad_record_mac)

  /// Records of application data that fit one TCP segment (1,428 bytes with all that protects them)
  /// for the first 128 KiB, and again once nothing was sent for a second; full ones (2^14 bytes)
  /// behind that. A peer has the first bytes when their segment has come, not with eleven more;
  /// there is 2 % more to send.
  bool dynamic_records = true;

  /// RFC 7250: those shown; empty: X.509, not negotiated. After the suite, the first type that the
  /// client accepts and that an identity can be shown as is used.
  std::vector<CertificateType> certificate_types = {};

  struct Dangerous {
    bool verdict_decides = false;  ///< as ClientConfig::Dangerous has it, for clients' certificates
    bool allow_missing_secure_renegotiation =
        true;  ///< clients without RFC 5746 are accepted, as its §4.3 allows: we never renegotiate
    bool accept_truncation = false;
  } dangerous = {};

  /// Errors: as ClientConfig::build().
  Result<ServerContext> build() const;
};

/// A ClientConfig that was checked: immutable, shared, cheap to copy, for any number of connections
/// and threads.
class TLS12_API ClientContext {
 public:
  const ClientConfig& config() const;
  struct TLS12_HIDDEN Content;

 private:
  friend struct Internals;
  friend struct ClientConfig;
  explicit ClientContext(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

class TLS12_API ServerContext {
 public:
  const ServerConfig& config() const;
  struct TLS12_HIDDEN Content;

 private:
  friend struct Internals;
  friend struct ServerConfig;
  explicit ServerContext(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

}  // namespace tls12
