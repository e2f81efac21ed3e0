// Options that `connect` and `serve` have in common, and what they make of a configuration.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/options/key_pass.hpp"
#include "common/output/terminal_style.hpp"
#include "common/output/trace.hpp"
#include "tls12/config.hpp"

namespace tls12::tool {

/// Keying material that is asked for (RFC 5705).
struct Export {
  std::string label;  ///< empty: none is
  std::size_t length = 32;
};
/// "LABEL" or "LABEL:BYTES". What CLI11 calls a validator: empty, or the reason.
std::string parse_export(const std::string& text, Export& into);

struct ConnectionOptions {
  SuitePolicy policy = SuitePolicy::modern;
  std::vector<std::string> suites, groups, schemes, certificate_schemes, protocols, psk;
  std::vector<PreSharedKey> keys;  ///< those of --psk and --psk-text
  std::uint16_t record_size_limit = 0, max_send_fragment = 0;
  bool require_extended_master_secret = false;
  bool raw_key = false;
  std::vector<std::string> peer_keys;  ///< files
  std::vector<std::string> pins;       ///< parse_pins's texts
  std::string exporter;
  Export exported;  ///< what `exporter` says
  std::string keylog;
  KeyPass key_pass;
  bool trace = false;
  Colour colour = Colour::automatic;

  void add_to(CLI::App& app);
  /// The configuration these options ask for. `trace_sink` takes what --trace tells; without it the
  /// text goes to standard error, and waits for its reader.
  /// The first line that the key log cannot take is `key_log_failed`'s, on any thread.
  /// Errors: Errc::file_unreadable (the key log), Errc::bad_configuration.
  Result<CommonConfig> config(TraceSink trace_sink,
                              std::function<void(const Error&)> key_log_failed) const;
  /// --keylog, or else the file that SSLKEYLOGFILE names; null without either.
  Result<ObserverFactory> key_log(std::function<void(const Error&)> failed) const;
  /// What is asked of the peer's certificates. Without a CA, pins suffice. Errors: those of
  /// parse_pins.
  Result<VerifyPolicy> verify(bool has_ca) const;
  /// RFC 7250: the types to show our own key as, and those to take the peer's as, where it may show
  /// a certificate, too; a pin of a public key takes both.
  std::vector<CertificateType> own_types(std::span<const Identity> identities) const;
  std::vector<CertificateType> peer_types(bool certificates, const VerifyPolicy& asked) const;
  /// Whether a raw public key is one of `peer_keys`; null where there are none. Errors:
  /// Errc::file_unreadable, Errc::bad_pem.
  Result<std::function<bool(Bytes)>> raw_key_check() const;
};

/// "NAME,...": signature schemes. What CLI11 calls a validator: empty, or the reason.
std::string parse_schemes(const std::string& text, std::vector<SignatureScheme>& into);

/// "IDENTITY:HEX". What CLI11 calls a validator: empty, or the reason.
std::string parse_psk(const std::string& text, std::vector<PreSharedKey>& into);
/// "IDENTITY:TEXT", likewise: the key is the text's bytes (RFC 4279 §5.4).
std::string parse_psk_text(const std::string& text, std::vector<PreSharedKey>& into);

}  // namespace tls12::tool
