// supported_groups: RFC 8422 §5.1.1, RFC 7919 §4. A server uses the list when it chooses
// (negotiate.cpp).
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

void offer(Offer& offer, ClientHello& hello) {
  const auto& ours = offer.context.algorithms;
  if (ours.groups.empty()) return;
  hello.supported_groups = ours.group_list();
  const auto reserved = offer.reserved_value(1);
  if (!reserved) return;
  offer.groups_wire = {static_cast<std::uint8_t>(*reserved >> 8),
                       static_cast<std::uint8_t>(*reserved)};
  offer.groups_wire.insert(offer.groups_wire.end(), ours.groups_wire.begin(),
                           ours.groups_wire.end());
  hello.supported_groups = ListOf16<NamedGroup>(offer.groups_wire);
}

// RFC 8422 §5.1 leaves it to clients, but some servers answer. The answer has no effect.
Result<void> accept(ReceivedAnswer&) { return {}; }

}  // namespace

const ExtensionRow extensions::kSupportedGroups = {
    .type = ExtensionType::supported_groups, .offer = offer, .accept = accept};

}  // namespace tls12::handshake
