#include "options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "command.hpp"
#include "trace.hpp"

namespace tls12::tool {
namespace {

constexpr std::array kSuites = {
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,       CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,         CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
};
constexpr std::array kGroups = {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1};
constexpr std::array kSchemes = {
    SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::ecdsa_secp521r1_sha512, SignatureScheme::ed25519,
    SignatureScheme::rsa_pss_rsae_sha256,    SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pss_rsae_sha512,    SignatureScheme::rsa_pss_pss_sha256,
    SignatureScheme::rsa_pss_pss_sha384,     SignatureScheme::rsa_pss_pss_sha512,
    SignatureScheme::rsa_pkcs1_sha256,       SignatureScheme::rsa_pkcs1_sha384,
    SignatureScheme::rsa_pkcs1_sha512,
};

template <class Values>
std::vector<std::string> names_of(const Values& values) {
  std::vector<std::string> names;
  for (const auto value : values) names.push_back(name(value));
  return names;
}

template <class Values>
auto values_named(const std::vector<std::string>& names, const Values& values) {
  std::vector<typename Values::value_type> found;
  for (const std::string& wanted : names) found.push_back(*std::ranges::find(values, wanted, [](auto value) { return name(value); }));
  return found;
}

template <class Values>
void add_list(CLI::App& app, const std::string& option, std::vector<std::string>& into, const Values& values, const std::string& help) {
  app.add_option(option, into, help)->delimiter(',')->type_name("NAME,...")->check(CLI::IsMember(names_of(values)).description(""));
}

}  // namespace

void add_colour_option(CLI::App& app, Colour& colour) {
  const std::map<std::string, Colour> words = {{"auto", Colour::automatic}, {"always", Colour::always}, {"never", Colour::never}};
  app.add_option("--color", colour, "colours in what is printed: auto (on a terminal), always or never")
      ->transform(CLI::CheckedTransformer(words).description(""))
      ->type_name("WHEN");
}

void ConnectionOptions::add_to(CLI::App& app) {
  add_list(app, "--suites", suites, kSuites, "cipher suites, best first, by their registered names");
  add_list(app, "--groups", groups, kGroups, "groups of the key exchange, best first: x25519, secp256r1, ...");
  add_list(app, "--schemes", schemes, kSchemes, "signature schemes, best first: ecdsa_secp256r1_sha256, ...");
  app.add_option("--alpn", protocols, "application protocols, best first (RFC 7301): http/1.1, ...")->delimiter(',')->type_name("NAME,...");
  app.add_option("--keylog", keylog, "append the session's secrets to this file, for Wireshark")->type_name("FILE");
  app.add_flag("--trace", trace, "tell every message and record, field by field, on standard error");
  add_colour_option(app, colour);
}

Result<CommonConfig> ConnectionOptions::config() const {
  CommonConfig config;
  config.suites = values_named(suites, kSuites);
  config.groups = values_named(groups, kGroups);
  config.schemes = values_named(schemes, kSchemes);
  config.application_protocols = protocols;
  std::vector<ObserverFactory> observers;
  if (!keylog.empty()) {
    auto log = key_log_file(keylog);
    if (!log) return fail(local(log.error()));
    observers.push_back(std::move(*log));
  }
  if (trace) observers.push_back(trace_to(stderr, Paint(colour, stderr)));
  if (!observers.empty()) config.observe = observe_with(std::move(observers));
  return config;
}

std::string parse_host_port(const std::string& text, HostPort& into) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return "'" + text + "' is not HOST:PORT";
  std::string host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return "'" + text + "': an IPv6 address is written [ADDRESS]:PORT";
  }
  if (host.empty()) return "'" + text + "' is not HOST:PORT";
  const char* end = text.data() + text.size();
  unsigned port = 0;
  const auto [stop, fault] = std::from_chars(text.data() + colon + 1, end, port);
  if (fault != std::errc{} || stop != end || port > 65535) return "'" + text + "': the port is a number up to 65535";
  into = {host, static_cast<std::uint16_t>(port)};
  return {};
}

}  // namespace tls12::tool
