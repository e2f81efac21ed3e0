// ec_point_formats: RFC 8422 §5.1.2, §5.2. Points are never compressed.
#include <algorithm>

#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

constexpr std::uint8_t kUncompressed[] = {static_cast<std::uint8_t>(EcPointFormat::uncompressed)};

Result<void> check_list(const std::optional<Bytes>& list) {
  const bool has_it = !list || std::ranges::find(*list, kUncompressed[0]) != list->end();
  return has_it ? Result<void>() : fail(Errc::point_format_missing);
}

void offer(Offer& offer, ClientHello& hello) {
  if (offer.context.algorithms.has_ecdhe()) hello.ec_point_formats = kUncompressed;
}

Result<void> accept(ReceivedAnswer& received) {
  return check_list(received.hello.ec_point_formats);
}

Result<void> check(const ClientHello& hello, ConnectionState&) {
  return check_list(hello.ec_point_formats);
}

Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  if (answer.hello.ec_point_formats && has_ecdhe(answer.suite.key_exchange))
    hello.ec_point_formats = kUncompressed;
  return {};
}

}  // namespace

const ExtensionRow extensions::kEcPointFormats = {.type = ExtensionType::ec_point_formats,
                                                  .offer = offer,
                                                  .accept = accept,
                                                  .check = check,
                                                  .answer = answer};

}  // namespace tls12::handshake
