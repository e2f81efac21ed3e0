// What may come when, as RFC 5246 §7.1 to §7.4 and figure 1 have it, with RFC 8422 §5 for the messages of ECDHE and RFC 5746 §4 for what a
// peer that does not renegotiate answers. Written from those texts; the flow's tables are not looked at.
#pragma once

#include <string>
#include <vector>

#include "support/scripted_peer.hpp"

namespace tls12::test {

// ------------------------------------------------ what a peer sends in which order

inline constexpr int kChangeCipherSpec = 0x100;
constexpr int number(HandshakeType type) { return static_cast<int>(type); }

using Script = std::vector<int>;
inline const Script kClientScript = {number(HandshakeType::client_hello), number(HandshakeType::client_key_exchange), kChangeCipherSpec,
                                     number(HandshakeType::finished)};
inline const Script kServerScript = {number(HandshakeType::server_hello),
                                     number(HandshakeType::certificate),
                                     number(HandshakeType::server_key_exchange),
                                     number(HandshakeType::server_hello_done),
                                     kChangeCipherSpec,
                                     number(HandshakeType::finished)};
inline const Script kAskingServerScript = {number(HandshakeType::server_hello),
                                           number(HandshakeType::certificate),
                                           number(HandshakeType::server_key_exchange),
                                           number(HandshakeType::certificate_request),
                                           number(HandshakeType::server_hello_done),
                                           kChangeCipherSpec,
                                           number(HandshakeType::finished)};

inline void play(ScriptedPeer& peer, int step) {
  if (step == kChangeCipherSpec) return peer.change_cipher_spec();
  peer.send(static_cast<HandshakeType>(step));
}
inline void play(ScriptedPeer& peer, const Script& script, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) play(peer, script[i]);
}

// ------------------------------------------------ the table

// A cell: A accepted; '.' without effect; X fatal unexpected_message; W answered with the warning no_renegotiation; E the connection ends, and
// nothing is answered; C the peer has closed; V fatal protocol_version, for what does not look like TLS at all.
struct Line {
  std::string due;
  std::size_t steps;  // of the script, that were played before
  const char* cells;
};

struct Column {
  const char* what;
  void (*send)(ScriptedPeer&);
};

template <HandshakeType Type>
void message(ScriptedPeer& peer) {
  peer.send(Type);
}
template <int Type>
void unknown(ScriptedPeer& peer) {
  peer.send(message_of(static_cast<HandshakeType>(Type), {}));
}

inline const Column kColumns[] = {
    {"HelloRequest", message<HandshakeType::hello_request>},
    {"ClientHello", message<HandshakeType::client_hello>},
    {"ServerHello", message<HandshakeType::server_hello>},
    {"hello_verify_request (DTLS)", unknown<3>},
    {"NewSessionTicket", unknown<4>},
    {"Certificate", message<HandshakeType::certificate>},
    {"ServerKeyExchange", message<HandshakeType::server_key_exchange>},
    {"CertificateRequest", message<HandshakeType::certificate_request>},
    {"ServerHelloDone", message<HandshakeType::server_hello_done>},
    {"CertificateVerify", message<HandshakeType::certificate_verify>},
    {"ClientKeyExchange", message<HandshakeType::client_key_exchange>},
    {"Finished", message<HandshakeType::finished>},
    {"CertificateStatus", unknown<22>},
    {"handshake type 5", unknown<5>},
    {"handshake type 24 (TLS 1.3's key_update)", unknown<24>},
    {"handshake type 255", unknown<255>},
    {"[ChangeCipherSpec]", [](ScriptedPeer& peer) { peer.deliver(ContentType::change_cipher_spec, {1}); }},
    {"application data", [](ScriptedPeer& peer) { peer.deliver(ContentType::application_data, {'d', 'a', 't', 'a'}); }},
    {"empty application data", [](ScriptedPeer& peer) { peer.deliver(ContentType::application_data, {}); }},
    {"warning user_canceled", [](ScriptedPeer& peer) { peer.alert(AlertLevel::warning, 90); }},
    {"warning no_renegotiation", [](ScriptedPeer& peer) { peer.alert(AlertLevel::warning, 100); }},
    {"an unknown warning", [](ScriptedPeer& peer) { peer.alert(AlertLevel::warning, 77); }},
    {"fatal handshake_failure", [](ScriptedPeer& peer) { peer.alert(AlertLevel::fatal, 40); }},
    {"an unknown fatal alert", [](ScriptedPeer& peer) { peer.alert(AlertLevel::fatal, 77); }},
    {"close_notify", [](ScriptedPeer& peer) { peer.alert(AlertLevel::warning, 0); }},
    {"content type 24 (heartbeat)", [](ScriptedPeer& peer) { peer.deliver(static_cast<ContentType>(24), {1}); }},
};

// clang-format off
//                                    HelloRequest
//                                    | ClientHello
//                                    | | ServerHello
//                                    | | | hello_verify_request
//                                    | | | | NewSessionTicket
//                                    | | | | | Certificate
//                                    | | | | | | ServerKeyExchange
//                                    | | | | | | | CertificateRequest
//                                    | | | | | | | | ServerHelloDone
//                                    | | | | | | | | | CertificateVerify
//                                    | | | | | | | | | | ClientKeyExchange
//                                    | | | | | | | | | | | Finished
//                                    | | | | | | | | | | | | CertificateStatus
//                                    | | | | | | | | | | | | | 5, 24, 255
//                                    | | | | | | | | | | | | | |     ChangeCipherSpec
//                                    | | | | | | | | | | | | | |     | data, none
//                                    | | | | | | | | | | | | | |     | |   warnings
//                                    | | | | | | | | | | | | | |     | |   |     fatal alerts
//                                    | | | | | | | | | | | | | |     | |   |     |   close_notify
//                                    | | | | | | | | | | | | | |     | |   |     |   | type 24
inline const Line kClientLines[] = {
    {"ServerHello",        0,        ". X A X X X X X X X X X X X X X X X X . . . E E E V"},
    {"Certificate",        1,        ". X X X X A X X X X X X X X X X X X X . . . E E E X"},
    {"ServerKeyExchange",  2,        ". X X X X X A X X X X X X X X X X X X . . . E E E X"},
    {"CertificateRequest", 3,        ". X X X X X X A A X X X X X X X X X X . . . E E E X"},
    {"[ChangeCipherSpec]", 4,        ". X X X X X X X X X X X X X X X A X X . . . E E E X"},
    {"Finished",           5,        ". X X X X X X X X X X A X X X X X X X . . . E E E X"},
    {"complete",           6,        "W X X X X X X X X X X X X X X X X A . . . . E E C X"},
};
inline const Line kAskedClientLines[] = {
    {"ServerHelloDone",    4,        ". X X X X X X X A X X X X X X X X X X . . . E E E X"},
    {"[ChangeCipherSpec]", 5,        ". X X X X X X X X X X X X X X X A X X . . . E E E X"},
    {"Finished",           6,        ". X X X X X X X X X X A X X X X X X X . . . E E E X"},
    {"complete",           7,        "W X X X X X X X X X X X X X X X X A . . . . E E C X"},
};
inline const Line kServerLines[] = {
    {"ClientHello",        0,        "X A X X X X X X X X X X X X X X X X X . . . E E E V"},
    {"ClientKeyExchange",  1,        "X X X X X X X X X X A X X X X X X X X . . . E E E X"},
    {"[ChangeCipherSpec]", 2,        "X X X X X X X X X X X X X X X X A X X . . . E E E X"},
    {"Finished",           3,        "X X X X X X X X X X X A X X X X X X X . . . E E E X"},
    {"complete",           4,        "X W X X X X X X X X X X X X X X X A . . . . E E C X"},
};
// clang-format on

}  // namespace tls12::test
