#include "common/options/connection_options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <mutex>
#include <sstream>

#include "common/command.hpp"
#include "common/files/encoded.hpp"
#include "common/options/colour_option.hpp"
#include "common/options/pins.hpp"
#include "common/options/validators.hpp"
#include "common/output/trace.hpp"

namespace tls12::tool {
namespace {

template <class Values>
std::vector<std::string> names_of(const Values& values) {
  std::vector<std::string> names;
  for (const auto value : values) names.push_back(name(value));
  return names;
}

template <class Values>
auto values_named(const std::vector<std::string>& names, const Values& values) {
  std::vector<typename Values::value_type> found;
  for (const std::string& wanted : names)
    found.push_back(*std::ranges::find(values, wanted, [](auto value) { return name(value); }));
  return found;
}

template <class Values>
void add_list(CLI::App& app, const std::string& option, std::vector<std::string>& into,
              const Values& values, const std::string& help) {
  app.add_option(option, into, help)
      ->delimiter(',')
      ->type_name("NAME,...")
      ->check(one_of(names_of(values), "tls12 suites"));
}

std::map<std::string, SuitePolicy> policies_by_name() {
  std::map<std::string, SuitePolicy> named;
  for (const SuitePolicy policy : policies()) named.emplace(name(policy), policy);
  return named;
}

void add_algorithms(CLI::App& app, ConnectionOptions& options) {
  app.add_option("--policy", options.policy,
                 "what to speak: modern, compatible, legacy, iot or psk (modern); `tls12 suites` "
                 "lists them")
      ->transform(named_value(policies_by_name()))
      ->type_name("NAME");
  add_list(app, "--suites", options.suites, every_suite(),
           "cipher suites, best first, by their registered names, instead of the policy's");
  add_list(app, "--groups", options.groups, every_group(),
           "groups of the key exchange, best first: x25519, secp256r1, ffdhe2048, ...");
  add_list(app, "--schemes", options.schemes, every_scheme(),
           "signature schemes, best first: ecdsa_secp256r1_sha256, ...");
  add_list(app, "--cert-schemes", options.certificate_schemes, every_scheme(),
           "what the peer's certificates may be signed with, best first (any that is known)");
}

void add_keys(CLI::App& app, ConnectionOptions& options) {
  app.add_flag("--raw-key", options.raw_key,
               "show the key of --cert instead of the certificate, to a peer that takes it (RFC "
               "7250); a --key needs no --cert then");
  auto* pin = app.add_option(
      "--pin", options.pins,
      std::string("the peer's certificate or key, and no other; without a CA, that suffices. ") +
          kPinHelp);
  pin->type_name("PIN")->allow_extra_args(false);
  app.add_option("--peer-key", options.peer_keys,
                 "the peer's public key (PEM), to be shown instead of a certificate (RFC 7250); "
                 "may be given again")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->excludes(pin);
  app.add_option("--psk", options.psk, "a key shared beforehand (RFC 4279)")
      ->type_name("IDENTITY:HEX")
      ->check([&options](const std::string& text) { return parse_psk(text, options.keys); });
  app.add_option("--psk-text", options.psk,
                 "a pre-shared key that is text; its identity has no colon")
      ->type_name("IDENTITY:TEXT")
      ->check([&options](const std::string& text) { return parse_psk_text(text, options.keys); });
}

}  // namespace

std::string parse_schemes(const std::string& text, std::vector<SignatureScheme>& into) {
  std::istringstream names(text);
  for (std::string wanted; std::getline(names, wanted, ',');) {
    const auto schemes = every_scheme();
    const auto found = std::ranges::find(schemes, wanted, [](auto scheme) { return name(scheme); });
    if (found == schemes.end()) return "unknown signature scheme: " + wanted;
    into.push_back(*found);
  }
  return {};
}

std::string parse_psk(const std::string& text, std::vector<PreSharedKey>& into) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return "a shared key is IDENTITY:HEX";
  PreSharedKey key{.identity = text.substr(0, colon)};
  const std::string digits = text.substr(colon + 1);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    std::uint8_t byte = 0;
    const char* end = digits.data() + std::min(i + 2, digits.size());
    const auto [stop, fault] = std::from_chars(digits.data() + i, end, byte, 16);
    if (fault != std::errc{} || stop != digits.data() + i + 2)
      return "the key of '" + key.identity + "' is no hexadecimal number of whole bytes";
    key.key.push_back(byte);
  }
  if (key.key.empty()) return "the key of '" + key.identity + "' is empty";
  into.push_back(std::move(key));
  return {};
}

std::string parse_psk_text(const std::string& text, std::vector<PreSharedKey>& into) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return "a pre-shared key is IDENTITY:TEXT";
  if (colon + 1 == text.size()) return "the key of '" + text.substr(0, colon) + "' is empty";
  const std::string key = text.substr(colon + 1);
  into.push_back({.identity = text.substr(0, colon), .key = {key.begin(), key.end()}});
  return {};
}

std::string parse_export(const std::string& text, Export& into) {
  const std::size_t colon = text.find(':');
  into = {.label = text.substr(0, colon)};
  if (into.label.empty()) return "a label is needed";
  if (colon == std::string::npos) return {};
  const auto [stop, fault] =
      std::from_chars(text.data() + colon + 1, text.data() + text.size(), into.length);
  if (fault != std::errc{} || stop != text.data() + text.size() || into.length == 0 ||
      into.length > 1024)
    return "the length is a number from 1 to 1024";
  return {};
}

void ConnectionOptions::add_to(CLI::App& app) {
  add_algorithms(app, *this);
  add_keys(app, *this);
  app.add_option("--record-size-limit", record_size_limit,
                 "the largest record to receive, in bytes of content (RFC 8449)")
      ->check(CLI::Range(64, 16384).description(""))
      ->type_name("BYTES");
  app.add_option("--max-send-fragment", max_send_fragment,
                 "the largest record to send, in bytes of content; the peer is not told")
      ->check(CLI::Range(64, 16384).description(""))
      ->type_name("BYTES");
  app.add_flag("--require-ems", require_extended_master_secret,
               "no connection without extended_master_secret (RFC 7627)");
  app.add_option(
         "--export", exporter,
         "with --json: tell keying material for this label, of so many bytes (RFC 5705; 32)")
      ->type_name("LABEL[:BYTES]")
      ->check([this](const std::string& text) { return parse_export(text, exported); });
  app.add_option("--alpn", protocols, "application protocols, best first (RFC 7301): http/1.1, ...")
      ->delimiter(',')
      ->type_name("NAME,...");
  app.add_option("--keylog", keylog,
                 "append the session's secrets to this file, for Wireshark (the one that "
                 "SSLKEYLOGFILE names)")
      ->type_name("FILE");
  key_pass.add_to(app);
  app.add_flag("--trace", trace,
               "tell every message and record, field by field, on standard error");
  add_colour_option(app, colour);
}

Result<ObserverFactory> ConnectionOptions::key_log(std::function<void(const Error&)> failed) const {
  const char* variable = std::getenv("SSLKEYLOGFILE");
  const bool from_option = !keylog.empty();
  if (!from_option && (variable == nullptr || *variable == '\0')) return nullptr;
  const auto named = [from_option](Error error) {
    if (!from_option) error.set_detail("SSLKEYLOGFILE=" + std::string(error.about()));
    return local(error);
  };
  auto once = std::make_shared<std::once_flag>();
  auto log = key_log_file(from_option ? keylog : variable, [=](const Error& error) {
    std::call_once(*once, [&] { failed(named(error)); });
  });
  if (!log) return fail(named(log.error()));
  return log;
}

Result<CommonConfig> ConnectionOptions::config(
    TraceSink trace_sink, std::function<void(const Error&)> key_log_failed) const {
  CommonConfig config;
  config.policy = policy;
  config.suites = values_named(suites, every_suite());
  config.groups = values_named(groups, every_group());
  config.schemes = values_named(schemes, every_scheme());
  config.record_size_limit = record_size_limit;
  config.max_send_fragment = max_send_fragment;
  config.require_extended_master_secret = require_extended_master_secret;
  config.application_protocols = protocols;
  std::vector<ObserverFactory> observers;
  auto log = key_log(std::move(key_log_failed));
  if (!log) return fail(log.error());
  if (*log) observers.push_back(std::move(*log));
  const TerminalStyle style(colour, stderr);
  if (trace)
    observers.push_back(trace_sink ? trace_to(std::move(trace_sink), style)
                                   : trace_to(stderr, style));
  if (!observers.empty()) config.observe = observe_with(std::move(observers));
  return config;
}

Result<VerifyPolicy> ConnectionOptions::verify(bool has_ca) const {
  auto pinned = parse_pins(pins);
  if (!pinned) return fail(pinned.error());
  VerifyPolicy asked{.signature_schemes = values_named(certificate_schemes, every_scheme())};
  asked.pins_suffice = !pinned->empty() && !has_ca;
  asked.pins = std::move(*pinned);
  return asked;
}

std::vector<CertificateType> ConnectionOptions::own_types(
    std::span<const Identity> identities) const {
  if (!raw_key) return {};
  std::vector<CertificateType> types = {CertificateType::raw_public_key, CertificateType::x509};
  if (identities.empty()) return types;
  std::erase_if(types, [&](CertificateType type) {
    return std::ranges::none_of(
        identities, [&](const Identity& identity) { return identity.can_be_shown_as(type); });
  });
  return types;
}

std::vector<CertificateType> ConnectionOptions::peer_types(bool certificates,
                                                           const VerifyPolicy& asked) const {
  if (std::ranges::count(asked.pins, Pin::Kind::public_key, &Pin::kind) != 0)
    return {CertificateType::x509, CertificateType::raw_public_key};
  if (peer_keys.empty()) return {};
  if (!certificates) return {CertificateType::raw_public_key};
  return {CertificateType::raw_public_key, CertificateType::x509};
}

Result<std::function<bool(Bytes)>> ConnectionOptions::raw_key_check() const {
  if (peer_keys.empty()) return nullptr;
  std::vector<Der> known;
  for (const std::string& path : peer_keys) {
    const auto text = read_encoded(path);
    if (!text) return fail(text.error());
    const std::size_t before = known.size();
    for (Encoded& one : encoded_in(*text))
      if (one.label == "PUBLIC KEY" && !one.der.empty()) known.push_back(std::move(one.der));
    if (known.size() == before) return fail(local(Error(Errc::bad_pem, path + ": no PUBLIC KEY")));
  }
  return [known](Bytes key) {
    return std::ranges::any_of(known,
                               [key](const Der& one) { return std::ranges::equal(one, key); });
  };
}

}  // namespace tls12::tool
