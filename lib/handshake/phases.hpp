// The values that the rows of the figures create. Each exists from its row on, as long as later
// rows need it. A function of a row takes the values that it needs as parameters: what does not
// exist yet cannot be read.
#pragma once

#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "handshake/extensions/extension.hpp"
#include "handshake/flow.hpp"
#include "handshake/key_agreement.hpp"
#include "handshake/key_schedule.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/proofs.hpp"
#include "session/session.hpp"

namespace tls12::handshake {

/// A client's, from its ClientHello to the ServerHello.
struct ClientOffer {
  HelloRandom random = {};
  std::optional<session::Session> session;
  /// RFC 5077 §3.4: sent beside a ticket, so that its echo says that the ticket was accepted.
  std::array<std::uint8_t, wire::kSessionIdSize> id_beside_ticket = {};

  /// The session ID of the ClientHello.
  Bytes session_id() const {
    if (!session) return {};
    return session->ticket.empty() ? session->session_id.view() : id_beside_ticket;
  }
};

/// A server's view of the ClientHello. It ends when the ServerHello is sent: the views are into the
/// transcript, which moves then.
struct ReceivedHello {
  ClientHello hello;
  std::size_t size;  ///< bytes of the message
};

/// The session that a server found for a ClientHello and can resume.
struct FoundSession {
  std::optional<session::Session> session;
  bool ticket_is_old = false;  ///< it came from a ticket that must be renewed
};

/// From the ServerHello on.
struct Agreement {
  const wire::SuiteRow* suite = nullptr;
  HelloRandom client_random = {}, server_random = {};
  std::optional<session::Session> session = {};  ///< the one that is resumed
  Terms terms = {};
  std::vector<std::uint8_t> new_session_id = {};  ///< for a session of this handshake; may be empty
};

/// The peer's Certificate: its list is in the state.
struct PeerCertificates {
  std::vector<UnusableCertificate> unusable;
};

/// A client's copy of a message that later rows answer.
template <class Message>
struct KeptMessage {
  std::vector<std::uint8_t> body;
  Message message;  ///< views into `body`
};
using ServerParameters = KeptMessage<ServerKeyExchange>;
using RequestedCertificate = KeptMessage<CertificateRequest>;

/// A client's answer to a CertificateRequest.
struct ChosenIdentity {
  std::unique_ptr<const config::EncodedIdentity> own_choice;  ///< of ClientConfig::choose_identity
  std::optional<Credential> credential;
};

/// RFC 5246 §7.4.7.1: what a server has to decrypt.
struct EncryptedPreMaster {
  std::vector<std::uint8_t> ciphertext;
};

/// RFC 5077 §3.3: what a client got.
struct NewTicket {
  std::vector<std::uint8_t> ticket;
  std::uint32_t lifetime_hint;
};

class Phases {
 public:
  template <class T>
  T* find() {
    auto& value = std::get<std::optional<T>>(values_);
    return value ? &*value : nullptr;
  }
  template <class T>
  const T* find() const {
    const auto& value = std::get<std::optional<T>>(values_);
    return value ? &*value : nullptr;
  }
  template <class T>
  std::remove_cvref_t<T>& create(T&& value) {
    auto& created = std::get<std::optional<std::remove_cvref_t<T>>>(values_);
    return created.emplace(std::forward<T>(value));
  }
  template <class T>
  void end() {
    std::get<std::optional<T>>(values_).reset();
  }

 private:
  template <class... Ts>
  using Values = std::tuple<std::optional<Ts>...>;
  Values<ClientOffer, ReceivedHello, FoundSession, Choice, Agreement, PeerCertificates,
         ServerParameters, RequestedCertificate, ChosenIdentity, KeyAgreement, EncryptedPreMaster,
         PreMasterSecret, KeySchedule, NewTicket, VerifyFailure, PeerVerified, SignatureVerified,
         FinishedVerified>
      values_;
};

// ------------------------------------------------ from a row to its function

/// A parameter of a row's function: the message's body, a value that must exist, or a pointer to
/// one that may be absent.
template <class T>
struct Argument {
  static bool exists(Phases& phases) { return phases.find<std::remove_const_t<T>>() != nullptr; }
};
template <class T>
struct Argument<T&> : Argument<T> {
  static T& of(Phases& phases, Bytes) { return *phases.find<std::remove_const_t<T>>(); }
};
template <class T>
struct Argument<T*> {
  static bool exists(Phases&) { return true; }
  static T* of(Phases& phases, Bytes) { return phases.find<std::remove_const_t<T>>(); }
};
template <>
struct Argument<Bytes> {
  static bool exists(Phases&) { return true; }
  static Bytes of(Phases&, Bytes body) { return body; }
};

/// Calls a member function with the values that it names. Errors: Errc::internal_error if one does
/// not exist.
template <class E, class Function, class R, class... Parameters>
Result<Outcome> call_with(Phases& phases, E& end, R (Function::*function)(Parameters...),
                          [[maybe_unused]] Bytes body) {
  if (!(Argument<Parameters>::exists(phases) && ...)) return fail(Errc::internal_error);
  const R result = (end.*function)(Argument<Parameters>::of(phases, body)...);
  if constexpr (std::is_same_v<R, Result<void>>) {
    if (!result) return std::unexpected(result.error());
    return Outcome::done;
  } else {
    return result;
  }
}

}  // namespace tls12::handshake
