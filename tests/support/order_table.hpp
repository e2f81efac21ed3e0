// What may come when, as RFC 5246 §7.1 to §7.4 and its figures have it, with RFC 8422 §5 for the
// messages of ECDHE, RFC 4279 §2 to §4 for keys shared beforehand, RFC 5077 §3.3 for tickets, RFC
// 6066 §8 for stapled responses, and RFC 5746 §4 for what a peer that does not renegotiate answers.
// Written from those texts; the flow's tables are not looked at.
#pragma once

#include <string>
#include <vector>

#include "support/scripted_peer.hpp"

namespace tls12::test {

// ------------------------------------------------ what a peer sends in which order

constexpr int number(HandshakeType type) { return static_cast<int>(type); }
inline constexpr int kChangeCipherSpec = 0x100, kNone = -1;
inline constexpr int kClientHello = number(HandshakeType::client_hello),
                     kServerHello = number(HandshakeType::server_hello),
                     kNewSessionTicket = number(HandshakeType::new_session_ticket),
                     kCertificate = number(HandshakeType::certificate),
                     kServerKeyExchange = number(HandshakeType::server_key_exchange),
                     kCertificateRequest = number(HandshakeType::certificate_request),
                     kServerHelloDone = number(HandshakeType::server_hello_done),
                     kCertificateVerify = number(HandshakeType::certificate_verify),
                     kClientKeyExchange = number(HandshakeType::client_key_exchange),
                     kFinished = number(HandshakeType::finished),
                     kCertificateStatus = number(HandshakeType::certificate_status);

using Script = std::vector<int>;

inline void play(ScriptedPeer& peer, int step) {
  if (step == kChangeCipherSpec) return peer.change_cipher_spec();
  peer.send(static_cast<HandshakeType>(step));
}
inline void play(ScriptedPeer& peer, const Script& script, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) play(peer, script[i]);
}

/// What a peer says at one place of a handshake: the first row that is due there, what comes, and
/// what else may.
struct Step {
  const char* due;
  int comes;
  int or_else = kNone;
};
using Steps = std::vector<Step>;

inline Script script_of(const Steps& steps) {
  Script script;
  for (const Step& step : steps) script.push_back(step.comes);
  return script;
}

inline const Steps kServerSteps = {{"ServerHello", kServerHello},
                                   {"Certificate", kCertificate},
                                   {"ServerKeyExchange", kServerKeyExchange},
                                   {"CertificateRequest", kServerHelloDone, kCertificateRequest},
                                   {"[ChangeCipherSpec]", kChangeCipherSpec},
                                   {"Finished", kFinished}};
inline const Steps kAskingServerSteps = {
    {"ServerHello", kServerHello},
    {"Certificate", kCertificate},
    {"ServerKeyExchange", kServerKeyExchange},
    {"CertificateRequest", kCertificateRequest, kServerHelloDone},
    {"ServerHelloDone", kServerHelloDone},
    {"[ChangeCipherSpec]", kChangeCipherSpec},
    {"Finished", kFinished}};
inline const Steps kStaplingServerSteps = {
    {"ServerHello", kServerHello},
    {"Certificate", kCertificate},
    {"CertificateStatus", kCertificateStatus, kServerKeyExchange},
    {"ServerKeyExchange", kServerKeyExchange},
    {"CertificateRequest", kServerHelloDone, kCertificateRequest},
    {"[ChangeCipherSpec]", kChangeCipherSpec},
    {"Finished", kFinished}};
inline const Steps kTicketServerSteps = {
    {"ServerHello", kServerHello},
    {"Certificate", kCertificate},
    {"ServerKeyExchange", kServerKeyExchange},
    {"CertificateRequest", kServerHelloDone, kCertificateRequest},
    {"NewSessionTicket", kNewSessionTicket},
    {"[ChangeCipherSpec]", kChangeCipherSpec},
    {"Finished", kFinished}};
inline const Steps kRsaServerSteps = {{"ServerHello", kServerHello},
                                      {"Certificate", kCertificate},
                                      {"CertificateRequest", kServerHelloDone, kCertificateRequest},
                                      {"[ChangeCipherSpec]", kChangeCipherSpec},
                                      {"Finished", kFinished}};
inline const Steps kPskServerSteps = {{"ServerHello", kServerHello},
                                      {"ServerKeyExchange", kServerHelloDone, kServerKeyExchange},
                                      {"[ChangeCipherSpec]", kChangeCipherSpec},
                                      {"Finished", kFinished}};
inline const Steps kHintingServerSteps = {
    {"ServerHello", kServerHello},
    {"ServerKeyExchange", kServerKeyExchange, kServerHelloDone},
    {"ServerHelloDone", kServerHelloDone},
    {"[ChangeCipherSpec]", kChangeCipherSpec},
    {"Finished", kFinished}};
inline const Steps kSharingPskServerSteps = {{"ServerHello", kServerHello},
                                             {"ServerKeyExchange", kServerKeyExchange},
                                             {"ServerHelloDone", kServerHelloDone},
                                             {"[ChangeCipherSpec]", kChangeCipherSpec},
                                             {"Finished", kFinished}};
inline const Steps kResumingServerSteps = {{"ServerHello", kServerHello},
                                           {"[ChangeCipherSpec]", kChangeCipherSpec},
                                           {"Finished", kFinished}};
inline const Steps kRenewingServerSteps = {{"ServerHello", kServerHello},
                                           {"NewSessionTicket", kNewSessionTicket},
                                           {"[ChangeCipherSpec]", kChangeCipherSpec},
                                           {"Finished", kFinished}};

inline const Steps kClientSteps = {{"ClientHello", kClientHello},
                                   {"ClientKeyExchange", kClientKeyExchange},
                                   {"[ChangeCipherSpec]", kChangeCipherSpec},
                                   {"Finished", kFinished}};
inline const Steps kProvingClientSteps = {{"ClientHello", kClientHello},
                                          {"Certificate", kCertificate},
                                          {"ClientKeyExchange", kClientKeyExchange},
                                          {"CertificateVerify", kCertificateVerify},
                                          {"[ChangeCipherSpec]", kChangeCipherSpec},
                                          {"Finished", kFinished}};
inline const Steps kDecliningClientSteps = {  // it is asked, and shows an empty list
    {"ClientHello", kClientHello},
    {"Certificate", kCertificate},
    {"ClientKeyExchange", kClientKeyExchange},
    {"[ChangeCipherSpec]", kChangeCipherSpec},
    {"Finished", kFinished}};
inline const Steps kResumingClientSteps = {{"ClientHello", kClientHello},
                                           {"[ChangeCipherSpec]", kChangeCipherSpec},
                                           {"Finished", kFinished}};

// ------------------------------------------------ what else may be sent

template <HandshakeType Type>
void message(ScriptedPeer& peer) {
  peer.send(Type);
}
template <int Type>
void unknown(ScriptedPeer& peer) {
  peer.send(message_of(static_cast<HandshakeType>(Type), {}));
}
template <AlertLevel Level, int Description>
void alert(ScriptedPeer& peer) {
  peer.alert(Level, Description);
}

/// A cell: A accepted; '.' without effect; X fatal unexpected_message; W answered with the warning
/// no_renegotiation; E the connection ends, and nothing is answered; C the peer has closed; V fatal
/// protocol_version, for what does not look like TLS at all.
struct Column {
  const char* what;
  int type;  ///< of a message in the figures
  void (*send)(ScriptedPeer&);
  char handshaking = 'X', complete = 'X';  ///< wherever it is not due
};

inline const Column kColumns[] = {
    {"HelloRequest", kNone, message<HandshakeType::hello_request>},  // to a client: see cell()
    {"ClientHello", kClientHello, message<HandshakeType::client_hello>},
    {"ServerHello", kServerHello, message<HandshakeType::server_hello>},
    {"hello_verify_request (DTLS)", kNone, unknown<3>},
    {"NewSessionTicket", kNewSessionTicket, message<HandshakeType::new_session_ticket>},
    {"Certificate", kCertificate, message<HandshakeType::certificate>},
    {"ServerKeyExchange", kServerKeyExchange, message<HandshakeType::server_key_exchange>},
    {"CertificateRequest", kCertificateRequest, message<HandshakeType::certificate_request>},
    {"ServerHelloDone", kServerHelloDone, message<HandshakeType::server_hello_done>},
    {"CertificateVerify", kCertificateVerify, message<HandshakeType::certificate_verify>},
    {"ClientKeyExchange", kClientKeyExchange, message<HandshakeType::client_key_exchange>},
    {"Finished", kFinished, message<HandshakeType::finished>},
    {"CertificateStatus", kCertificateStatus, message<HandshakeType::certificate_status>},
    {"handshake type 5", kNone, unknown<5>},
    {"handshake type 24 (TLS 1.3's key_update)", kNone, unknown<24>},
    {"handshake type 255", kNone, unknown<255>},
    {"[ChangeCipherSpec]", kChangeCipherSpec,
     [](ScriptedPeer& peer) { peer.deliver(ContentType::change_cipher_spec, {1}); }},
    {"application data", kNone,
     [](ScriptedPeer& peer) { peer.deliver(ContentType::application_data, {'d', 'a', 't', 'a'}); },
     'X', 'A'},
    {"empty application data", kNone,
     [](ScriptedPeer& peer) { peer.deliver(ContentType::application_data, {}); }, 'X', '.'},
    {"warning user_canceled", kNone, alert<AlertLevel::warning, 90>, '.', '.'},
    {"warning no_renegotiation", kNone, alert<AlertLevel::warning, 100>, '.', '.'},
    {"an unknown warning", kNone, alert<AlertLevel::warning, 77>, '.', '.'},
    {"fatal handshake_failure", kNone, alert<AlertLevel::fatal, 40>, 'E', 'E'},
    {"an unknown fatal alert", kNone, alert<AlertLevel::fatal, 77>, 'E', 'E'},
    {"close_notify", kNone, alert<AlertLevel::warning, 0>, 'E', 'C'},
    {"content type 24 (heartbeat)", kNone,
     [](ScriptedPeer& peer) { peer.deliver(static_cast<ContentType>(24), {1}); }},
};

/// What `engine` makes of this behind so many of the steps.
inline char cell(Role engine, const Steps& steps, std::size_t played, const Column& column) {
  const std::string what = column.what;
  const bool complete = played == steps.size();
  if (column.type != kNone && !complete &&
      (column.type == steps[played].comes || column.type == steps[played].or_else))
    return 'A';
  // RFC 5246 §7.4.1.1: a client ignores it while it negotiates. RFC 5746 §4.2, §4.4: who does not
  // renegotiate says so.
  if (what == "HelloRequest" && engine == Role::client) return complete ? 'W' : '.';
  if (what == "ClientHello" && engine == Role::server && complete) return 'W';
  if (what.starts_with("content type") && played == 0) return 'V';
  return complete ? column.complete : column.handshaking;
}

}  // namespace tls12::test
