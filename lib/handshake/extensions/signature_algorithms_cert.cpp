// signature_algorithms_cert: RFC 8446 §4.2.3. A server uses the list when it chooses
// (negotiate.cpp), and never answers.
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

void offer(Offer& offer, ClientHello& hello) {
  if (const auto& list = offer.context.certificate_schemes_wire; !list.empty())
    hello.signature_algorithms_cert = ListOf16<SignatureScheme>(list);
}

}  // namespace

const ExtensionRow extensions::kSignatureAlgorithmsCert = {
    .type = ExtensionType::signature_algorithms_cert, .offer = offer};

}  // namespace tls12::handshake
