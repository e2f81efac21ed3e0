// signature_algorithms: RFC 5246 §7.4.1.4.1. A server uses the list when it chooses
// (negotiate.cpp), and never answers.
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

void offer(Offer& offer, ClientHello& hello) {
  hello.signature_algorithms = offer.context.algorithms.scheme_list();
}

}  // namespace

const ExtensionRow extensions::kSignatureAlgorithms = {.type = ExtensionType::signature_algorithms,
                                                       .offer = offer};

}  // namespace tls12::handshake
