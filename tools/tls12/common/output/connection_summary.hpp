// What a connection negotiated, for people and for scripts.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/options/connection_options.hpp"
#include "common/output/terminal_style.hpp"
#include "tls12/conn.hpp"
#include "tls12/error.hpp"
#include "tls12/state.hpp"

namespace tls12::tool {

/// A few lines.
Text connection_summary(const ConnectionState& state, const std::string& peer,
                        const TerminalStyle& style);

/// The same as an object.
nlohmann::ordered_json connection_json(const ConnectionState& state, const std::string& peer);

/// Keying material of this connection (RFC 5705), in hexadecimal; nothing where there is none.
nlohmann::ordered_json exported_json(const Conn& conn, const Export& wanted);

/// `reason`, and what `error` knows beside it: rule, phase, alert.
nlohmann::ordered_json error_json(const std::string& reason, const std::optional<Error>& error);

}  // namespace tls12::tool
