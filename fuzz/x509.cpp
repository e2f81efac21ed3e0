// Reads whatever it is given as a certificate, a PEM text, a private key, or a chain to verify. The first byte selects, the rest is the input.
// Besides what the sanitizers see, a certificate that parses gives back its own bytes, and a chain that verifies ends in its anchor.
#include <algorithm>
#include <cstdlib>

#include "tls12/certificate.hpp"
#include "x509/key_encoding.hpp"
#include "x509/parsed_certificate.hpp"
#include "x509/path.hpp"

using namespace tls12;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

/// All that a certificate can be asked.
void ask(const Certificate& certificate) {
  (void)certificate.subject();
  (void)certificate.issuer();
  (void)certificate.names();
  (void)x509::describe(certificate.parsed());
  expect(x509::is_self_issued(certificate.parsed()) || certificate.parsed().subject_hash != certificate.parsed().issuer_hash ||
         !std::ranges::equal(certificate.parsed().subject, certificate.parsed().issuer));
}

void read_certificate(Bytes input) {
  const auto certificate = Certificate::from_der(input);
  if (!certificate) return;
  expect(std::ranges::equal(certificate->der(), input));
  ask(*certificate);
  const auto again = Certificate::from_pem(certificate->to_pem());
  expect(again && std::ranges::equal(again->der(), input));
}

void read_pem(Bytes input) {
  const auto certificates = Certificate::all_from_pem(text_of(input));
  if (!certificates) return;
  for (const Certificate& certificate : *certificates) ask(certificate);
}

void read_key(Bytes input) { (void)x509::read_private_key(input).has_value(); }

/// The last certificate is the anchor, the others are presented.
void verify(Bytes input) {
  const auto certificates = Certificate::all_from_pem(text_of(input));
  if (!certificates || certificates->size() < 2) return;
  const auto presented = std::span(*certificates).first(certificates->size() - 1);
  const Certificate& anchor = certificates->back();
  const WallTime now = std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);
  const auto chain = x509::verify_path({.presented = presented, .trust = TrustStore::of({anchor}), .now = now, .provider = *default_provider()});
  if (!chain) return;
  expect(std::ranges::equal(chain->front().der(), presented.front().der()));
  expect(std::ranges::equal(chain->back().der(), anchor.der()));
}

// The corpus counts on this order: add at the end.
constexpr void (*kTargets[])(Bytes) = {read_certificate, read_pem, read_key, verify};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  kTargets[data[0] % std::size(kTargets)](Bytes(data, size).subspan(1));
  return 0;
}
