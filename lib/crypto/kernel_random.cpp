#include "crypto/kernel_random.hpp"

#include <sys/random.h>

#include <cerrno>

namespace tls12::crypto {
namespace {

class KernelRandom final : public Random {
 public:
  bool fill(MutableBytes out) override {
    while (!out.empty()) {
      const ssize_t n = ::getrandom(out.data(), out.size(), 0);
      if (n < 0) {
        if (errno == EINTR) continue;
        return false;
      }
      out = out.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }
};

}  // namespace

const Random& kernel_random() {
  // Not const itself: Provider::rng() takes the const away again.
  static KernelRandom random;  // NOLINT(misc-const-correctness): see above
  return random;
}

}  // namespace tls12::crypto
