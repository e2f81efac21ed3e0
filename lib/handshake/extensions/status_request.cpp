// status_request: RFC 6066 §8, a stapled OCSP response.
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

void offer(Offer& offer, ClientHello& hello) {
  hello.status_request = offer.context.config.request_ocsp;
}

// A server that answers may still leave CertificateStatus out.
Result<void> accept(ReceivedAnswer& received) {
  received.negotiated.certificate_status = received.hello.status_request;
  return {};
}

Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  if (!sends_certificate(answer)) return {};
  const Identity& identity = answer.choice.credential.identity->identity;
  hello.status_request = answer.hello.status_request && !identity.ocsp_response().empty();
  answer.negotiated.certificate_status = hello.status_request;
  return {};
}

}  // namespace

const ExtensionRow extensions::kStatusRequest = {
    .type = ExtensionType::status_request, .offer = offer, .accept = accept, .answer = answer};

}  // namespace tls12::handshake
