// Writes cases for `tls12 verify --batch`, one a line, of COUNT those whose number leaves PART when
// it is divided by PARTS.
// usage: x509_cases SEED COUNT PART PARTS
//
// The names of what was done to a case are in its id. Shapes alone and breaks come in turns, the
// shapes of what is broken by chance.
#include <cstdio>
#include <cstdlib>

#include "mutations.hpp"

using namespace tls12::differential;

namespace {

const std::vector<Change>& breaks() {
  static const std::vector<Change> all = [] {
    std::vector<Change> joined;
    for (const auto part : {field_breaks(), name_breaks(), path_breaks()})
      joined.insert(joined.end(), part.begin(), part.end());
    return joined;
  }();
  return all;
}

/// Tries scenes until shape and break fit. A third of the cases has a shape alone.
std::string compose(std::uint64_t seed, const Keys& keys, std::size_t number) {
  Rng rng(seed * 0x10000 + number);
  for (;;) {
    Scene scene(rng, keys, number);
    const bool is_broken = number % 3 != 0;
    const Change& shape = is_broken ? shapes()[rng.one_in(2) ? 0 : rng.below(shapes().size())]
                                    : shapes()[number / 3 % shapes().size()];
    if (!shape.make(scene)) continue;
    scene.tags.emplace_back(shape.name);
    if (is_broken) {
      const Change& broken = breaks()[(number - number / 3 - 1) % breaks().size()];
      if (!broken.make(scene)) continue;
      scene.tags.emplace_back(broken.name);
    }
    return scene.json(number);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fputs("usage: x509_cases SEED COUNT PART PARTS\n", stderr);
    return 2;
  }
  const auto number = [&](int place) { return std::strtoull(arguments[place], nullptr, 10); };
  const std::uint64_t seed = number(1);
  const Keys keys(seed);
  for (std::size_t n = number(3); n < number(2); n += number(4))
    std::puts(compose(seed, keys, n).c_str());
  return 0;
}
