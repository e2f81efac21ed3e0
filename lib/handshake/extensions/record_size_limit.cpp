// record_size_limit: RFC 8449. It is agreed on in every handshake.
#include <algorithm>
#include <string>

#include "handshake/extensions/table.hpp"
#include "tls12/limits.hpp"

namespace tls12::handshake {
namespace {

/// §4.
constexpr std::size_t kSmallest = 64;

void offer(Offer& offer, ClientHello& hello) {
  if (const std::uint16_t limit = offer.context.config.common.record_size_limit; limit != 0)
    hello.record_size_limit = limit;
}

// §4, §5: a server that answers does not answer max_fragment_length as well.
Result<void> accept(ReceivedAnswer& received) {
  const auto& limit = received.hello.record_size_limit;
  if (!limit) return {};
  if (*limit < kSmallest || received.hello.max_fragment_length)
    return fail(Errc::fragment_limit_wrong, "record_size_limit");
  received.state.send_fragment_limit = std::min<std::size_t>(*limit, kMaxPlaintext);
  received.state.receive_fragment_limit = received.context.config.common.record_size_limit;
  return {};
}

Result<void> check(const ClientHello& hello, ConnectionState&) {
  const auto& limit = hello.record_size_limit;
  return !limit || *limit >= kSmallest
             ? Result<void>()
             : fail(Errc::fragment_limit_wrong, "record_size_limit " + std::to_string(*limit));
}

Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  const auto& limit = answer.hello.record_size_limit;
  if (!limit) return {};
  const std::size_t configured = answer.context.config.common.record_size_limit;
  const std::size_t own = configured != 0 ? configured : kMaxPlaintext;
  hello.record_size_limit = static_cast<std::uint16_t>(own);
  answer.state.send_fragment_limit = std::min<std::size_t>(*limit, kMaxPlaintext);
  answer.state.receive_fragment_limit = own;
  return {};
}

}  // namespace

const ExtensionRow extensions::kRecordSizeLimit = {.type = ExtensionType::record_size_limit,
                                                   .offer = offer,
                                                   .accept = accept,
                                                   .check = check,
                                                   .answer = answer};

}  // namespace tls12::handshake
