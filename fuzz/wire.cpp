// Parses whatever it is given. The first byte selects the message, the rest is its body. Besides
// what the sanitizers see, what parses must serialise to what was parsed.
#include <cstdlib>

#include "round_trip.hpp"
#include "wire/codec.hpp"

using namespace tls12;

namespace {

struct Target {
  HandshakeType type;
  KeyExchange key_exchange;
};
// The corpus counts on this order: add at the end.
constexpr Target kTargets[] = {
    {HandshakeType::client_hello, KeyExchange::ecdhe_ecdsa},
    {HandshakeType::server_hello, KeyExchange::ecdhe_ecdsa},
    {HandshakeType::certificate, KeyExchange::ecdhe_ecdsa},
    {HandshakeType::server_key_exchange, KeyExchange::ecdhe_rsa},
    {HandshakeType::server_key_exchange, KeyExchange::dhe_rsa},
    {HandshakeType::certificate_request, KeyExchange::ecdhe_ecdsa},
    {HandshakeType::client_key_exchange, KeyExchange::ecdhe_ecdsa},
    {HandshakeType::client_key_exchange, KeyExchange::dhe_rsa},
    {HandshakeType::client_key_exchange, KeyExchange::rsa},
    {HandshakeType::certificate_verify, KeyExchange::ecdhe_ecdsa},
    {HandshakeType::finished, KeyExchange::ecdhe_ecdsa},
    {HandshakeType::hello_request, KeyExchange::ecdhe_ecdsa},
    {HandshakeType::server_hello_done, KeyExchange::ecdhe_ecdsa},
};

bool alert_round_trips(Bytes fragment) {
  const auto alert = wire::parse_alert(fragment);
  if (!alert) return true;
  const auto again = wire::serialize(*alert);
  return std::equal(fragment.begin(), fragment.end(), again.begin(), again.end());
}

bool holds(std::size_t target, Bytes body) {
  if (target == std::size(kTargets)) return alert_round_trips(body);
  return test::round_trips(kTargets[target].type, body, kTargets[target].key_exchange);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  if (!holds(data[0] % (std::size(kTargets) + 1), Bytes(data, size).subspan(1))) std::abort();
  return 0;
}
