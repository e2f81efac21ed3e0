// GREASE: RFC 8701 §3.1. An extension of a reserved type shows whether servers tolerate unknown
// ones.
#include "base/grease.hpp"
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

/// Stands for all sixteen reserved types: the wire form has no row of them.
constexpr auto kReserved = static_cast<ExtensionType>(grease(0));

void offer(Offer& offer, ClientHello& hello) {
  if (const auto value = offer.reserved_value(2)) hello.grease = static_cast<ExtensionType>(*value);
}

}  // namespace

std::optional<std::uint16_t> Offer::reserved_value(std::size_t place) const {
  if (!context.config.grease) return std::nullopt;
  return grease(random[place]);
}

const ExtensionRow extensions::kGrease = {.type = kReserved, .offer = offer};

}  // namespace tls12::handshake
