#include "common/output/connection_summary.hpp"

#include "common/options/pins.hpp"
#include "common/output/format.hpp"

namespace tls12::tool {
namespace {

Text verified(const ConnectionState& state, const TerminalStyle& style) {
  if (!state.peer_raw_public_key.empty()) return "yes, the key is known";
  if (state.verified_chain.empty()) return style.red("NO");
  if (state.verified_chain.size() == 1) return "yes, the certificate itself is known";
  return "yes, by " + state.verified_chain.back().subject();
}

/// Of the key that the peer showed, as --pin takes it; empty when it showed none.
std::string peer_pin(const ConnectionState& state) {
  const bool certificate = !state.peer_certificates.empty();
  if (!certificate && state.peer_raw_public_key.empty()) return {};
  const auto pin = certificate ? Pin::of(state.peer_certificates.front())
                               : Pin::of_public_key(state.peer_raw_public_key);
  return pin ? format_pin(*pin) : std::string();
}

}  // namespace

Text connection_summary(const ConnectionState& state, const std::string& peer,
                        const TerminalStyle& style) {
  Text text = style.bold("connected to " + peer) + "\n";
  const auto line = [&](std::string_view field, const Text& value) {
    text += "  " + style.cyan(padded(field, 24)) + value + "\n";
  };
  line("protocol", name(state.version) + ", " + name(state.cipher_suite));
  std::string exchange = state.group ? name(*state.group) : std::string("none");
  if (state.signature_scheme) exchange += ", signed with " + name(*state.signature_scheme);
  line("key exchange", exchange);
  line("resumed", state.resumed ? "yes, an earlier session" : "no, a full handshake");
  if (!state.psk_identity.empty()) line("shared key of", escaped(state.psk_identity));
  if (state.client_certificate_requested) {
    const bool shown = state.role == Role::client ? state.client_signature_scheme.has_value()
                                                  : !state.peer_certificates.empty();
    line("client certificate", shown ? "asked for and shown" : "asked for, not shown");
  }
  if (name(state.cipher_suite).find("_CBC_") != std::string::npos)
    line("encrypt-then-MAC", state.encrypt_then_mac ? "yes" : "no");
  if (state.send_fragment_limit != 0)
    line("largest record", std::to_string(state.send_fragment_limit) + " bytes sent, " +
                               std::to_string(state.receive_fragment_limit) + " received");
  if (!state.ocsp_response.empty()) line("stapled OCSP response", hex_preview(state.ocsp_response));
  if (!state.server_name.empty()) line("server name", escaped(state.server_name));
  if (!state.application_protocol.empty())
    line("application protocol", escaped(state.application_protocol));
  line("extended master secret", state.extended_master_secret ? "yes" : "no");
  if (!state.peer_certificates.empty()) {
    const Certificate& leaf = state.peer_certificates.front();
    line("certificate", leaf.subject() + ", issued by " + leaf.issuer());
    line("valid until", format_time(leaf.not_after()));
  }
  if (!state.peer_raw_public_key.empty())
    line("raw public key", hex_preview(state.peer_raw_public_key));
  if (const std::string pin = peer_pin(state); !pin.empty()) line("pin of the key", pin);
  if (state.role == Role::client) line("verified", verified(state, style));
  return text;
}

nlohmann::ordered_json connection_json(const ConnectionState& state, const std::string& peer) {
  nlohmann::ordered_json json = {
      {"peer", peer},
      {"version", name(state.version)},
      {"cipher_suite", name(state.cipher_suite)},
      {"group",
       state.group ? nlohmann::ordered_json(name(*state.group)) : nlohmann::ordered_json()},
      {"signature_scheme", state.signature_scheme
                               ? nlohmann::ordered_json(name(*state.signature_scheme))
                               : nlohmann::ordered_json()},
      {"server_name", state.server_name},
      {"application_protocol", state.application_protocol},
      {"resumed", state.resumed},
      {"psk_identity", state.psk_identity},
      {"client_certificate_requested", state.client_certificate_requested},
      {"client_signature_scheme", state.client_signature_scheme
                                      ? nlohmann::ordered_json(name(*state.client_signature_scheme))
                                      : nlohmann::ordered_json()},
      {"extended_master_secret", state.extended_master_secret},
      {"encrypt_then_mac", state.encrypt_then_mac},
      {"send_fragment_limit", state.send_fragment_limit},
      {"receive_fragment_limit", state.receive_fragment_limit},
      {"ocsp_response_bytes", state.ocsp_response.size()},
      {"signed_certificate_timestamp_bytes", state.signed_certificate_timestamps.size()},
      {"renegotiations", state.renegotiations},
      {"secure_renegotiation", state.secure_renegotiation},
      {"peer_raw_public_key", to_hex(state.peer_raw_public_key)},
      {"peer_pin", peer_pin(state)},
      {"verified", !state.verified_chain.empty() || !state.peer_raw_public_key.empty()},
  };
  auto certificates = nlohmann::ordered_json::array();
  for (const Certificate& certificate : state.peer_certificates) {
    certificates.push_back({{"subject", certificate.subject()},
                            {"issuer", certificate.issuer()},
                            {"not_after", format_time(certificate.not_after())}});
  }
  json["peer_certificates"] = std::move(certificates);
  return json;
}

nlohmann::ordered_json exported_json(const Conn& conn, const Export& wanted) {
  std::vector<std::uint8_t> material(wanted.length);
  if (wanted.label.empty() || !conn.export_keying_material(wanted.label, {}, material))
    return nullptr;
  return to_hex(material);
}

nlohmann::ordered_json error_json(const std::string& reason, const std::optional<Error>& error) {
  nlohmann::ordered_json json = {{"reason", reason}};
  if (!error) return json;
  json["rule"] = rule(error->code).name;
  json["category"] = name(error->category());
  json["phase"] = name(error->phase);
  if (error->alert) json["alert"] = name(*error->alert);
  if (error->warning) json["warning"] = name(*error->warning);
  return json;
}

}  // namespace tls12::tool
