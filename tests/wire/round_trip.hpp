// The property that every accepted message has; tests and the fuzzer share it.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "hex.hpp"
#include "wire/codec.hpp"

namespace tls12::test {

using TypeAndData = std::pair<ExtensionType, Octets>;

/// The extensions of a hello that this stack understands there, sorted: a hello may list them in
/// any order.
inline std::vector<TypeAndData> understood(const Extensions& extensions, bool by_client) {
  using enum ExtensionType;
  constexpr ExtensionType kByBoth[] = {server_name,
                                       max_fragment_length,
                                       status_request,
                                       ec_point_formats,
                                       application_layer_protocol_negotiation,
                                       signed_certificate_timestamp,
                                       client_certificate_type,
                                       server_certificate_type,
                                       encrypt_then_mac,
                                       extended_master_secret,
                                       record_size_limit,
                                       session_ticket,
                                       renegotiation_info};
  constexpr ExtensionType kByClient[] = {supported_groups, signature_algorithms, padding,
                                         supported_versions, signature_algorithms_cert};
  std::vector<TypeAndData> found;
  for (const Extension e : extensions)
    if (std::ranges::count(kByBoth, e.type) != 0 ||
        (by_client && std::ranges::count(kByClient, e.type) != 0))
      found.emplace_back(e.type, octets(e.data));
  std::sort(found.begin(), found.end());
  return found;
}

/// What serialising keeps of three extensions that say more than is understood: a server_name list
/// has its host_name alone, a status_request asks for OCSP alone and of anybody, padding is zeros.
inline void leave_what_is_understood(std::vector<TypeAndData>& extensions,
                                     const ClientHello& hello) {
  for (auto& [type, data] : extensions) {
    if (type == ExtensionType::server_name && hello.server_name)
      data = vector_of(2, joined({{0}, vector_of(2, octets(bytes_of(*hello.server_name)))}));
    if (type == ExtensionType::status_request) data = hex("01 0000 0000");
    if (type == ExtensionType::padding) data = Octets(data.size(), 0);
  }
  if (!hello.server_name)
    std::erase_if(extensions,
                  [](const TypeAndData& e) { return e.first == ExtensionType::server_name; });
  if (!hello.status_request)
    std::erase_if(extensions,
                  [](const TypeAndData& e) { return e.first == ExtensionType::status_request; });
}
inline void leave_what_is_understood(std::vector<TypeAndData>&, const ServerHello&) {}

/// Whether `again`, the body that `hello` was serialised to, says what `body` said.
template <class Hello>
bool same_hello(const Hello& hello, Bytes body, Bytes again, const Hello& parsed_again) {
  constexpr bool kByClient = std::is_same_v<Hello, ClientHello>;
  auto expected = understood(hello.extensions, kByClient);
  leave_what_is_understood(expected, hello);
  if (understood(parsed_again.extensions, kByClient) != expected) return false;
  const std::size_t block =
      again.size() - (expected.empty() ? 0 : parsed_again.extensions.wire().size() + 2);
  if (expected.empty() != parsed_again.extensions.empty() || body.size() < block) return false;
  return std::equal(again.begin(), again.begin() + static_cast<std::ptrdiff_t>(block),
                    body.begin());
}

/// Whether `body`, if it parses, serialises to itself: byte for byte, or for a hello with the
/// extensions that are understood, in our order.
/// A body that does not parse must have broken a rule with an alert.
inline bool round_trips(HandshakeType type, Bytes body, KeyExchange key_exchange) {
  const auto parsed = wire::parse(type, body, {.key_exchange = key_exchange});
  if (!parsed)
    return parsed.error().category() == Category::protocol && parsed.error().alert.has_value();
  Buffer out;
  if (!wire::serialize(*parsed, out)) return false;
  const Bytes again = std::as_const(out).view().subspan(wire::kHandshakeHeaderSize);
  const auto parsed_again = wire::parse(type, again, {.key_exchange = key_exchange});
  if (!parsed_again || wire::type_of(*parsed) != type) return false;
  if (const auto* hello = std::get_if<ClientHello>(&*parsed))
    return same_hello(*hello, body, again, std::get<ClientHello>(*parsed_again));
  if (const auto* hello = std::get_if<ServerHello>(&*parsed))
    return same_hello(*hello, body, again, std::get<ServerHello>(*parsed_again));
  return std::equal(body.begin(), body.end(), again.begin(), again.end());
}

}  // namespace tls12::test
