// renegotiation_info: RFC 5746. This server never renegotiates; a client may.
#include <algorithm>
#include <array>

#include "base/constant_time.hpp"
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

// §3.4: empty in a first handshake; §3.5: the last verify_data of the client in another.
void offer(Offer& offer, ClientHello& hello) {
  hello.renegotiation_info =
      offer.established != nullptr ? Bytes(offer.secrets.client_verify_data) : Bytes{};
}

// §3.4.
Result<void> accept_first(const ReceivedAnswer& received) {
  const auto& info = received.hello.renegotiation_info;
  if (!info)
    return received.context.config.dangerous.allow_missing_secure_renegotiation
               ? Result<void>()
               : fail(Errc::secure_renegotiation_missing);
  return info->empty() ? Result<void>() : fail(Errc::renegotiation_info_not_empty);
}

// §3.5.
Result<void> accept_renegotiation(const ReceivedAnswer& received) {
  const auto& info = received.hello.renegotiation_info;
  if (!info) return fail(Errc::renegotiation_info_wrong, "it is missing");
  std::array<std::uint8_t, 2 * kVerifyDataSize> both;
  const auto half = std::ranges::copy(received.secrets.client_verify_data, both.begin()).out;
  std::ranges::copy(received.secrets.server_verify_data, half);
  return ct::equal(*info, both) ? Result<void>() : fail(Errc::renegotiation_info_wrong);
}

Result<void> accept(ReceivedAnswer& received) {
  received.state.secure_renegotiation = received.hello.renegotiation_info.has_value();
  return received.established != nullptr ? accept_renegotiation(received) : accept_first(received);
}

// §3.6: a server has first handshakes only, in which the field is empty.
Result<void> check(const ClientHello& hello, ConnectionState& state) {
  if (hello.renegotiation_info && !hello.renegotiation_info->empty())
    return fail(Errc::renegotiation_info_not_empty);
  state.secure_renegotiation = signals_secure_renegotiation(hello);
  return {};
}

Result<void> require(const ServerContext::Content& context, const ClientHello&,
                     ConnectionState& state) {
  return state.secure_renegotiation || context.config.dangerous.allow_missing_secure_renegotiation
             ? Result<void>()
             : fail(Errc::secure_renegotiation_missing);
}

// §3.6.
Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  if (answer.state.secure_renegotiation) hello.renegotiation_info = Bytes{};
  return {};
}

}  // namespace

bool signals_secure_renegotiation(const ClientHello& hello) {
  return hello.renegotiation_info ||
         hello.cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
}

const ExtensionRow extensions::kRenegotiationInfo = {.type = ExtensionType::renegotiation_info,
                                                     .offer = offer,
                                                     .accept = accept,
                                                     .check = check,
                                                     .require = require,
                                                     .answer = answer};

}  // namespace tls12::handshake
