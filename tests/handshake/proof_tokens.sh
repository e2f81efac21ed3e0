#!/bin/sh
# A check that is forgotten does not compile: no code but the checks makes a proof token, and the
# steps that rely on a check need its token. usage: proof_tokens.sh ROOT COMPILER...
set -u
root=$1
shift
failures=0

# compiles STATEMENT: whether it compiles in a function that has a client's step and its values.
compiles() {
  "$@" -std=c++23 -fsyntax-only -I"$root/include" -I"$root/lib" -x c++ - 2>/dev/null <<END
#include "handshake/endpoint.hpp"
#include "handshake/verify.hpp"
using namespace tls12;
using namespace tls12::handshake;
struct Steps : Endpoint {
  Result<Outcome> derive(const PeerVerified&, const SignatureVerified&);
  void rely(Agreement& agreement, KeySchedule& keys, PeerVerified& peer,
            const SignatureVerified& signature, const FinishedVerified& finished,
            session::Session& session, const Negotiated& negotiated) {
    $statement;
  }
};
END
}
check() {  # allowed|refused STATEMENT
  wanted=$1 statement=$2
  shift 2
  if compiles "$@"; then found=allowed; else found=refused; fi
  [ $found = "$wanted" ] || { echo "$found, not $wanted: $statement"; failures=1; }
}

check allowed 'complete(agreement, keys, peer, signature, finished)' "$@"
check refused 'complete(agreement, keys, peer, signature)' "$@"
check refused 'complete(agreement, keys, peer, {}, finished)' "$@"
check refused 'complete(agreement, keys, peer, signature, {})' "$@"
check allowed 'derive(peer, signature)' "$@"
check refused 'derive({}, signature)' "$@"
check refused 'derive(PeerVerified({}), signature)' "$@"
check refused 'derive(peer, SignatureVerified())' "$@"
check refused 'FinishedVerified made' "$@"
# The functions that find that there is nothing to check say so in their result.
check allowed \
  'std::optional<SignatureVerified> none = no_signature_expected(Role::client, negotiated)' "$@"
check refused 'SignatureVerified none = no_signature_expected(Role::client, negotiated)' "$@"
check refused 'PeerVerified none = verified_by_psk(KeyExchange::rsa)' "$@"
check allowed 'PeerVerified resumed = verified_before(session)' "$@"
exit $failures
