#include "common/server/status_page.hpp"

#include <ranges>

#include "common/output/connection_summary.hpp"
#include "common/output/format.hpp"
#include "common/output/print.hpp"
#include "common/server/html_page.hpp"

namespace tls12::tool {
namespace {

Response uncached(Response response) {
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

std::string part(const std::string& value, const char* note) {
  return "<span>" + html(value) + "<small>" + note + "</small></span>";
}

std::string suite_parts_html(CipherSuite suite) {
  const SuiteParts p = suite_parts(suite);
  return "<div class=parts>" + part(p.key_exchange, "agrees on keys") +
         part(p.authentication, "proves who the server is") +
         part(p.cipher, "encrypts and protects") + part(p.hash, "derives the keys") + "</div>";
}

std::string table(const ConnectionStatus& status) {
  const ConnectionState& state = status.state;
  std::string rows;
  const auto row = [&](const char* field, const std::string& value, const char* note) {
    rows += std::string("<tr><th>") + field + "<td>" + html(value) + "<small>" + note + "</small>";
  };
  row("protocol", name(state.version), "RFC 5246, with the extensions that people still run");
  row("cipher suite", name(state.cipher_suite),
      "what agrees on keys, what signs, what encrypts, what hashes");
  if (state.group)
    row("group", name(*state.group),
        "of the key exchange: fresh keys for this connection alone, forward secrecy");
  if (state.signature_scheme)
    row("signature scheme", name(*state.signature_scheme),
        "how the server proved that it has its certificate's key");
  row("application protocol",
      state.application_protocol.empty() ? "none agreed" : escaped(state.application_protocol),
      "ALPN, RFC 7301");
  row("server name", state.server_name.empty() ? "not asked for" : escaped(state.server_name),
      "server_name, RFC 6066; never sent for an address");
  row("resumed", state.resumed ? "yes" : "no",
      state.resumed ? "an earlier session, taken up again: no new key exchange"
                    : "a full handshake, not an earlier session taken up again");
  if (!state.psk_identity.empty())
    row("shared key", escaped(state.psk_identity), "both ends had it beforehand, RFC 4279");
  if (!state.peer_certificates.empty())
    row("your certificate", state.peer_certificates.front().subject(),
        "as you showed it; RFC 5246 §7.4.6");
  if (!state.peer_raw_public_key.empty())
    row("your public key", hex_preview(state.peer_raw_public_key),
        "as you showed it, without a certificate; RFC 7250");
  row("extended master secret", state.extended_master_secret ? "yes" : "no",
      "the keys depend on the whole handshake, RFC 7627");
  row("secure renegotiation", state.secure_renegotiation ? "yes" : "no",
      "nobody can splice a handshake in front, RFC 5746");
  row("records so far",
      std::to_string(state.records_opened) + " received, " + std::to_string(state.records_sealed) +
          " sent",
      "encrypted, each with its tag");
  row("requests so far", std::to_string(status.requests), "over this one connection");
  row("you", status.peer, "as this server sees you");
  return "<div class=card><table>" + rows + "</table></div>";
}

Response negotiated_page(const ConnectionStatus& status) {
  return html_page(
      "TLS 1.2",
      "<h1>This connection speaks <b>TLS 1.2</b></h1><p>Nobody between your browser and "
      "this server can read this page, or change it.</p>" +
          suite_parts_html(status.state.cipher_suite) + table(status) +
          "<nav><a href='./request'>what your browser asked</a><a href='./state.json'>for "
          "scripts: state.json</a></nav>");
}

Response request_page(const Request& request) {
  std::string lines;
  for (const auto line : std::views::split(request.head, '\n')) {
    std::string_view text(line.begin(), line.end());
    if (text.ends_with('\r')) text.remove_suffix(1);
    lines += html(escaped(text)) + "\n";
  }
  return html_page("The request",
                   "<h1>What your browser <b>asked</b></h1><p>Byte for byte what came out of the "
                   "records, once they were decrypted and their tags were right. "
                   "Control and format characters are shown by their code.</p>"
                   "<div class=card><pre>" +
                       lines +
                       "</pre></div><nav><a href='./'>what this connection negotiated</a></nav>");
}

Response state_json(const ConnectionStatus& status) {
  auto json = connection_json(status.state, status.peer);
  json["requests"] = status.requests;
  return {.type = "application/json", .body = json_text(json, 2) + "\n"};
}

}  // namespace

Response status_page(const ConnectionStatus& status, const Request& request,
                     std::string_view path) {
  if (path.empty()) return uncached(negotiated_page(status));
  if (path == "request") return uncached(request_page(request));
  if (path == "state.json") return uncached(state_json(status));
  return error_page(
      404,
      "There is a page about this connection, the same as state.json, and one about your request.");
}

}  // namespace tls12::tool
