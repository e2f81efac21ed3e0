// padding: RFC 7685.
#include <algorithm>

#include "handshake/extensions/table.hpp"
#include "wire/codec.hpp"

namespace tls12::handshake {
namespace {

constexpr std::size_t kExtensionHeaderSize = 4;

// Fills up what is missing, less the header of the extension. At least one byte: old servers do not
// accept an empty extension at the end.
void offer(Offer& offer, ClientHello& hello) {
  const std::size_t least = offer.context.config.pad_hello_to;
  if (least == 0) return;
  Buffer bare;
  if (!wire::serialize(hello, bare) || bare.size() >= least) return;
  hello.padding = std::max(least - bare.size(), kExtensionHeaderSize + 1) - kExtensionHeaderSize;
}

}  // namespace

const ExtensionRow extensions::kPadding = {.type = ExtensionType::padding, .offer = offer};

}  // namespace tls12::handshake
