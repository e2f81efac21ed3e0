// One of the worst cases, read and judged: prints its steps. work_cost.py counts the instructions
// of judge_worst_case().
#include <cstdio>
#include <cstdlib>

#include "tls12/limits.hpp"
#include "worst_cases.hpp"
#include "x509/verify.hpp"

using namespace tls12;
using namespace tls12::x509;
using namespace tls12::x509::test;

extern "C" __attribute__((noinline)) std::size_t judge_worst_case(const Hostile& hostile) {
  Work work(Limits{}.work);
  KnownSignatures known;
  // As a connection pays for a Certificate message.
  std::size_t octets = 0;
  for (const Certificate& certificate : hostile.presented) octets += certificate.der().size();
  work.take(1 + octets / 16);
  for (const Certificate& certificate : hostile.presented)
    (void)Certificate::from_der(certificate.der());
  (void)verify(request_of(hostile), work, known);
  return Limits{}.work - work.left();
}

int main(int argc, char** argv) {
  if (argc < 2) {
    for (const WorstCase& worst : worst_cases())
      std::printf("%.*s\n", static_cast<int>(worst.name.size()), worst.name.data());
    return 0;
  }
  const WorstCase& worst = worst_cases()[std::strtoul(argv[1], nullptr, 10)];
  std::printf("%zu\n", judge_worst_case(worst.make(worst.size)));
  return 0;
}
