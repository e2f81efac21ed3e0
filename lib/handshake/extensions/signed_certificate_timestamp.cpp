// signed_certificate_timestamp: RFC 6962 §3.3.1.
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

void offer(Offer& offer, ClientHello& hello) {
  hello.signed_certificate_timestamp = offer.context.config.request_timestamps;
}

Result<void> accept(ReceivedAnswer& received) {
  if (const auto& list = received.hello.signed_certificate_timestamps)
    received.state.signed_certificate_timestamps.assign(list->wire().begin(), list->wire().end());
  return {};
}

Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  if (!sends_certificate(answer)) return {};
  const Bytes list = answer.choice.credential.identity->identity.signed_certificate_timestamps();
  if (answer.hello.signed_certificate_timestamp && !list.empty())
    hello.signed_certificate_timestamps = ListOfOpaque<2>(list);
  return {};
}

}  // namespace

const ExtensionRow extensions::kSignedCertificateTimestamp = {
    .type = ExtensionType::signed_certificate_timestamp,
    .offer = offer,
    .accept = accept,
    .answer = answer};

}  // namespace tls12::handshake
