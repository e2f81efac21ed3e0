#include "common/output/message_fields.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "common/output/format.hpp"
#include "tls12/certificate.hpp"
#include "tls12/text.hpp"

namespace tls12::tool {
namespace {

template <class... Case>
struct Cases : Case... {
  using Case::operator()...;
};

template <class List>
std::string joined(const List& list) {
  std::string text;
  for (const auto item : list) text += (text.empty() ? "" : ", ") + name(item);
  return text;
}

/// One field with a list for a value: a line each, so that long names stay readable.
template <class List>
void add_list(std::vector<MessageField>& fields, const char* field, const List& list,
              const char* note) {
  bool first = true;
  for (const auto item : list) {
    fields.push_back({first ? field : "", name(item), first ? note : ""});
    first = false;
  }
  if (first) fields.push_back({field, "none", note});
}

constexpr std::array kSpoken = {ExtensionType::server_name,
                                ExtensionType::supported_groups,
                                ExtensionType::ec_point_formats,
                                ExtensionType::signature_algorithms,
                                ExtensionType::extended_master_secret,
                                ExtensionType::application_layer_protocol_negotiation,
                                ExtensionType::renegotiation_info,
                                ExtensionType::session_ticket,
                                ExtensionType::encrypt_then_mac,
                                ExtensionType::status_request,
                                ExtensionType::max_fragment_length,
                                ExtensionType::record_size_limit,
                                ExtensionType::padding,
                                ExtensionType::supported_versions,
                                ExtensionType::signed_certificate_timestamp,
                                ExtensionType::signature_algorithms_cert};

/// The newer extensions that both hellos may have.
template <class Hello>
void add_newer(std::vector<MessageField>& fields, const Hello& hello) {
  if (hello.encrypt_then_mac)
    fields.push_back({"encrypt_then_mac", "yes",
                      "for block ciphers: nothing is decrypted that is not authentic (RFC 7366)"});
  if (hello.status_request)
    fields.push_back(
        {"status_request", "ocsp", "the certificate's status comes along (RFC 6066 §8)"});
  if (hello.max_fragment_length)
    fields.push_back(
        {"max_fragment_length",
         count(std::uint64_t{1} << ((8 + *hello.max_fragment_length) & 31), "byte", "bytes"),
         "a record holds no more (RFC 6066 §4)"});
  if (hello.record_size_limit)
    fields.push_back({"record_size_limit", count(*hello.record_size_limit, "byte", "bytes"),
                      "a record to this end holds no more (RFC 8449)"});
}

/// The extensions that have no member of their own.
void add_others(std::vector<MessageField>& fields, const Extensions& extensions) {
  for (const Extension& extension : extensions)
    if (std::ranges::find(kSpoken, extension.type) == kSpoken.end())
      fields.push_back(
          {name(extension.type), hex_preview(extension.data), "not spoken here: ignored"});
}

std::string format_version(ProtocolVersion version) {
  char number[16];
  std::snprintf(number, sizeof number, " (0x%04x)", static_cast<unsigned>(version));
  return name(version) + number;
}

std::string point_formats(Bytes formats) {
  return std::ranges::find(formats, static_cast<std::uint8_t>(EcPointFormat::uncompressed)) !=
                 formats.end()
             ? "uncompressed"
             : hex_preview(formats);
}

std::string renegotiation(Bytes info) { return info.empty() ? "empty" : hex_preview(info); }

void add(std::vector<MessageField>& fields, const ClientHello& hello) {
  fields.push_back({"client_version", format_version(hello.client_version),
                    "the highest version that the client speaks"});
  fields.push_back(
      {"random", hex_preview(hello.random), "goes into every key: none is used twice"});
  fields.push_back({"session_id",
                    hello.session_id.empty() ? "empty" : hex_preview(hello.session_id),
                    hello.session_id.empty() ? "no earlier session is to be resumed"
                                             : "the session that is to be resumed"});
  add_list(fields, "cipher_suites", hello.cipher_suites, "how to agree and to encrypt, best first");
  fields.push_back({"compression_methods",
                    hello.compression_methods.size() == 1 && hello.compression_methods[0] == 0
                        ? "null"
                        : hex_preview(hello.compression_methods),
                    "compressed lengths would tell secrets"});
  if (hello.server_name)
    fields.push_back({"server_name", in_quotes(*hello.server_name),
                      "who is wanted; all can read it (RFC 6066 §3)"});
  if (hello.supported_groups)
    fields.push_back({"supported_groups", joined(*hello.supported_groups),
                      "curves for the key exchange (RFC 8422 §5.1.1)"});
  if (hello.ec_point_formats)
    fields.push_back({"ec_point_formats", point_formats(*hello.ec_point_formats),
                      "how points are written (RFC 8422 §5.1.2)"});
  if (hello.signature_algorithms)
    add_list(fields, "signature_algorithms", *hello.signature_algorithms,
             "what the server may sign with (§7.4.1.4.1)");
  if (hello.application_layer_protocol_negotiation) {
    std::string protocols;
    for (const Bytes protocol : *hello.application_layer_protocol_negotiation)
      protocols += (protocols.empty() ? "" : ", ") + in_quotes(text_of(protocol));
    fields.push_back({"application_layer_protocol_negotiation", protocols,
                      "what is to be spoken inside (RFC 7301)"});
  }
  if (hello.extended_master_secret)
    fields.push_back(
        {"extended_master_secret", "offered", "ties the keys to this handshake (RFC 7627)"});
  if (hello.session_ticket)
    fields.push_back({"session_ticket",
                      hello.session_ticket->empty() ? "empty" : hex_preview(*hello.session_ticket),
                      "a session to resume, or the wish for one (RFC 5077)"});
  if (hello.signed_certificate_timestamp)
    fields.push_back({"signed_certificate_timestamp", "welcome",
                      "that the certificate was published (RFC 6962)"});
  if (hello.signature_algorithms_cert)
    add_list(fields, "signature_algorithms_cert", *hello.signature_algorithms_cert,
             "and certificates (RFC 8446 §4.2.3)");
  if (hello.supported_versions)
    add_list(fields, "supported_versions", *hello.supported_versions,
             "of TLS 1.3's clients (RFC 8446 §4.2.1)");
  if (hello.padding)
    fields.push_back({"padding", count(*hello.padding, "zero", "zeros"), "(RFC 7685)"});
  add_newer(fields, hello);
  if (hello.renegotiation_info) {
    fields.push_back({"renegotiation_info", renegotiation(*hello.renegotiation_info),
                      "none came before this handshake (RFC 5746)"});
  }
  add_others(fields, hello.extensions);
}

void add(std::vector<MessageField>& fields, const ServerHello& hello) {
  fields.push_back({"server_version", format_version(hello.server_version),
                    "the version that is spoken from here on"});
  fields.push_back({"random", hex_preview(hello.random), "the server's share of freshness"});
  fields.push_back({"session_id",
                    hello.session_id.empty() ? "empty" : hex_preview(hello.session_id),
                    hello.session_id.empty() ? "this session will not be resumed"
                                             : "the name to resume this session by"});
  fields.push_back(
      {"cipher_suite", name(hello.cipher_suite), "the server's choice among what was offered"});
  const SuiteParts suite = suite_parts(hello.cipher_suite);
  if (!suite.cipher.empty()) {
    fields.push_back({"", "  " + suite.key_exchange, "how both agree on a secret"});
    fields.push_back(
        {"", "  " + suite.authentication, "the kind of key that signs for the server"});
    fields.push_back({"", "  " + suite.cipher, "what encrypts and protects the records"});
    fields.push_back({"", "  " + suite.hash, "the hash that keys are derived with"});
  }
  fields.push_back(
      {"compression_method",
       hello.compression_method == 0 ? "null" : std::to_string(hello.compression_method), ""});
  if (hello.server_name)
    fields.push_back({"server_name", "acknowledged", "the name decided something (RFC 6066 §3)"});
  if (hello.ec_point_formats)
    fields.push_back(
        {"ec_point_formats", point_formats(*hello.ec_point_formats), "(RFC 8422 §5.2)"});
  if (hello.application_layer_protocol_negotiation)
    fields.push_back({"application_layer_protocol_negotiation",
                      in_quotes(text_of(*hello.application_layer_protocol_negotiation)),
                      "the one chosen (RFC 7301 §3.1)"});
  if (hello.session_ticket)
    fields.push_back(
        {"session_ticket", "promised", "a NewSessionTicket will come (RFC 5077 §3.2)"});
  if (hello.signed_certificate_timestamps)
    fields.push_back({"signed_certificate_timestamp",
                      hex_preview(hello.signed_certificate_timestamps->wire()),
                      "(RFC 6962 §3.3.1)"});
  add_newer(fields, hello);
  if (hello.extended_master_secret)
    fields.push_back({"extended_master_secret", "agreed", "(RFC 7627)"});
  if (hello.renegotiation_info)
    fields.push_back({"renegotiation_info", renegotiation(*hello.renegotiation_info),
                      "the server knows the rule (RFC 5746 §3.6)"});
  add_others(fields, hello.extensions);
}

void add(std::vector<MessageField>& fields, const NewSessionTicket& ticket) {
  fields.push_back(
      {"ticket_lifetime_hint",
       ticket.lifetime_hint == 0 ? "none" : count(ticket.lifetime_hint, "second", "seconds"),
       "how long it is worth keeping"});
  fields.push_back({"ticket", ticket.ticket.empty() ? "empty" : hex_preview(ticket.ticket),
                    "the session, sealed by the server for itself"});
}

void add(std::vector<MessageField>& fields, const CertificateStatus& status) {
  fields.push_back({"status_type", "ocsp"});
  fields.push_back({"response", hex_preview(status.ocsp_response),
                    "the issuer's word that the certificate was not revoked"});
}

void add(std::vector<MessageField>& fields, const Certificates& certificates) {
  if (certificates.raw_public_key) {
    fields.push_back({"subjectPublicKeyInfo", hex_preview(*certificates.raw_public_key),
                      "a key alone: whose it is, the other knows (RFC 7250)"});
    return;
  }
  if (certificates.certificate_list.empty())
    fields.push_back({"certificate_list", "empty", "there is none to show"});
  std::size_t index = 0;
  for (const Bytes der : certificates.certificate_list) {
    fields.push_back(
        {"certificate_list[" + std::to_string(index) + "]",
         count(der.size(), "byte", "bytes") + " of DER",
         index == 0 ? "the sender's own certificate" : "the issuer of the one before"});
    ++index;
    const auto certificate = Certificate::from_der(der);
    if (!certificate) {
      fields.push_back({"", certificate.error().message()});
      continue;
    }
    fields.push_back({"  subject", certificate->subject(), "who it is about"});
    fields.push_back({"  issuer", certificate->issuer(), "who vouches for it"});
    fields.push_back({"  validity", format_time(certificate->not_before()) + " to"});
    fields.push_back({"", format_time(certificate->not_after())});
    std::string names;
    for (const std::string& one : certificate->names()) names += (names.empty() ? "" : ", ") + one;
    if (!names.empty()) fields.push_back({"  subjectAltName", names, "the names it is good for"});
    fields.push_back({"  subjectPublicKey", format_key(certificate->public_key()),
                      "what its signatures are checked with"});
  }
}

void add(std::vector<MessageField>& fields, const ServerKeyExchange& exchange) {
  if (has_psk(exchange.key_exchange))
    fields.push_back({"psk_identity_hint", in_quotes(text_of(exchange.psk_identity_hint)),
                      "which shared key to take (RFC 4279 §2)"});
  if (has_dhe(exchange.key_exchange)) {
    fields.push_back({"dh_p", hex_preview(exchange.dh_p), "the group: a prime"});
    fields.push_back({"dh_g", hex_preview(exchange.dh_g), "and its generator"});
    fields.push_back({"dh_Ys", hex_preview(exchange.dh_Ys), "the server's half of the exchange"});
  } else if (has_ecdhe(exchange.key_exchange)) {
    fields.push_back({"curve_type", "named_curve", "no curve of anybody's own making"});
    fields.push_back({"namedcurve", name(exchange.group), "one of the client's supported_groups"});
    fields.push_back(
        {"public", hex_preview(exchange.point), "its half of the exchange, for this once"});
  }
  if (!has_signature(exchange.key_exchange)) return;
  fields.push_back(
      {"algorithm", name(exchange.scheme), "one of the client's signature_algorithms"});
  fields.push_back({"signature", hex_preview(exchange.signature),
                    "by the certificate's key, over both randoms"});
  fields.push_back({"", "", "and the above: proof of who the server is"});
}

void add(std::vector<MessageField>& fields, const CertificateRequest& request) {
  fields.push_back({"certificate_types", hex_preview(request.certificate_types),
                    "kinds of keys that are welcome"});
  add_list(fields, "supported_signature_algorithms", request.supported_signature_algorithms,
           "what the client may sign with");
  fields.push_back(
      {"certificate_authorities",
       count(static_cast<std::uint64_t>(std::ranges::distance(request.certificate_authorities)),
             "name", "names"),
       "issuers that the server trusts"});
}

void add(std::vector<MessageField>& fields, const ClientKeyExchange& exchange) {
  const bool rsa = exchange.key_exchange == KeyExchange::rsa, dh = has_dhe(exchange.key_exchange);
  if (has_psk(exchange.key_exchange))
    fields.push_back({"psk_identity", in_quotes(text_of(exchange.psk_identity)),
                      "whose shared key it is (RFC 4279 §2)"});
  if (exchange.key_exchange == KeyExchange::psk) return;
  fields.push_back(
      {rsa  ? "EncryptedPreMasterSecret"
       : dh ? "dh_Yc"
            : "ecdh_Yc",
       hex_preview(exchange.exchange_keys),
       rsa ? "the secret, encrypted to the server's key" : "the client's half of the exchange"});
  if (!rsa) fields.push_back({"", "", "with the other's: the pre_master_secret"});
}

void add(std::vector<MessageField>& fields, const CertificateVerify& verify) {
  fields.push_back({"algorithm", name(verify.scheme)});
  fields.push_back({"signature", hex_preview(verify.signature),
                    "over all messages so far, by the client certificate's key"});
}

void add(std::vector<MessageField>& fields, const Finished& finished) {
  fields.push_back({"verify_data", hex_preview(finished.verify_data, 12),
                    "of the master secret and all messages so far:"});
  fields.push_back({"", "", "had one been changed, this would not fit"});
}

void add(std::vector<MessageField>&, const HelloRequest&) {}
void add(std::vector<MessageField>&, const ServerHelloDone&) {}

struct AlertNote {
  Alert alert;
  const char* text;
};
constexpr AlertNote kAlertNotes[] = {
    {Alert::close_notify, "no more data will come from this side: a real end, not a cut wire"},
    {Alert::no_renegotiation, "no second handshake on this connection; it goes on as it is"},
    {Alert::unknown_ca, "the chain ends in nobody that is trusted here"},
    {Alert::bad_certificate, "the certificate is not acceptable"},
    {Alert::handshake_failure, "no common ground"},
    {Alert::bad_record_mac, "a record was changed on its way, or the keys differ"},
    {Alert::decrypt_error, "a signature or a Finished is wrong"},
    {Alert::protocol_version, "no version that both speak"},
    {Alert::no_application_protocol, "no application protocol that both speak"},
    {Alert::unexpected_message, "this was not due"},
    {Alert::decode_error, "a message cannot be read"},
    {Alert::illegal_parameter, "a field has a value that it must not have"},
};

}  // namespace

MessagePurpose purpose_of(const HandshakeMessage& message) {
  return std::visit(
      Cases{
          [](const HelloRequest&) {
            return MessagePurpose{"RFC 5246 §7.4.1.1", "the server would like a new handshake"};
          },
          [](const ClientHello&) {
            return MessagePurpose{"RFC 5246 §7.4.1.2", "the client says what it can do"};
          },
          [](const ServerHello&) {
            return MessagePurpose{"RFC 5246 §7.4.1.3", "the server chooses"};
          },
          [](const NewSessionTicket&) {
            return MessagePurpose{"RFC 5077 §3.3", "what the client can resume this session with"};
          },
          [](const CertificateStatus&) {
            return MessagePurpose{"RFC 6066 §8", "the issuer's latest word on the certificate"};
          },
          [](const Certificates&) {
            return MessagePurpose{"RFC 5246 §7.4.2",
                                  "who the sender says it is, and who vouches for that"};
          },
          [](const ServerKeyExchange&) {
            return MessagePurpose{"RFC 5246 §7.4.3, RFC 8422 §5.4",
                                  "the server's half of the key exchange, signed"};
          },
          [](const CertificateRequest&) {
            return MessagePurpose{"RFC 5246 §7.4.4", "the client is to show a certificate, too"};
          },
          [](const ServerHelloDone&) {
            return MessagePurpose{"RFC 5246 §7.4.5",
                                  "the server has said all; it is the client's turn"};
          },
          [](const ClientKeyExchange&) {
            return MessagePurpose{"RFC 5246 §7.4.7, RFC 8422 §5.7",
                                  "the client's half of the key exchange"};
          },
          [](const CertificateVerify&) {
            return MessagePurpose{"RFC 5246 §7.4.8",
                                  "the client proves that its certificate is its own"};
          },
          [](const Finished&) {
            return MessagePurpose{
                "RFC 5246 §7.4.9",
                "the first encrypted message: proof that both saw the same handshake"};
          },
      },
      message);
}

std::vector<MessageField> message_fields(const HandshakeMessage& message) {
  std::vector<MessageField> fields;
  std::visit([&](const auto& one) { add(fields, one); }, message);
  return fields;
}

MessagePurpose purpose_of(const AlertMessage& alert) {
  const auto* note = std::ranges::find(kAlertNotes, alert.description, &AlertNote::alert);
  const char* text = note != std::end(kAlertNotes)      ? note->text
                     : alert.level == AlertLevel::fatal ? "the connection has failed"
                                                        : "";
  return {alert.description == Alert::close_notify ? "RFC 5246 §7.2.1" : "RFC 5246 §7.2.2", text};
}

}  // namespace tls12::tool
