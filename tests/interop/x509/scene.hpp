// One case of the differential test: a chain that is right in all points, in some graph of
// certificates, and what is asked about it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan.hpp"

namespace tls12::differential {

/// SplitMix64: the same numbers from the same seed, everywhere.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t bound) { return next() % bound; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  Der octets(std::size_t count);

 private:
  std::uint64_t state_;
};

/// The keys that sign: a few of each kind, for making them is slow.
class Keys {
 public:
  explicit Keys(std::uint64_t seed);
  /// Another one than those of `not_these`, as long as there are some.
  KeyPtr any(Rng& rng, const std::vector<KeyPtr>& not_these) const;
  KeyPtr of(KeyKind kind) const;
  Random& random() const { return provider_->rng(); }

 private:
  struct Pool {
    std::size_t weight;
    std::vector<KeyPtr> keys;
  };
  ProviderPtr provider_;
  std::map<KeyKind, Pool> pools_;
};

struct Node {
  Plan plan = {};
  KeyPtr signer = {};
};
struct CrlNode {
  CrlPlan plan = {};
  KeyPtr signer = {};
};

/// When everybody looks.
WallTime asked_at();
/// So many days later (or earlier), encoded.
Der days(int count);

class Scene {
 public:
  /// Leaf, up to four intermediates, root: each as RFC 5280 and the baseline requirements have it.
  Scene(Rng& rng, const Keys& keys, std::size_t number);

  Rng& rng;
  const Keys& keys;
  std::vector<Node> chain = {};         ///< the leaf first, the root last
  std::vector<Node> others = {};        ///< shown as well
  std::vector<Node> more_trusted = {};  ///< trusted as well
  std::vector<CrlNode> crls = {};
  std::vector<General> names = {};  ///< the leaf's
  std::size_t trusted_from = 0;  ///< the place in the chain of what is trusted: usually the root's
  bool shows_root = false, shuffled = false, repeated = false;
  std::string peer_kind = {}, peer_name = {};
  bool for_server = true;
  std::vector<std::string> tags = {};

  Plan& leaf() { return chain.front().plan; }
  Plan& root() { return chain.back().plan; }
  bool has_intermediates() const { return chain.size() > 2; }
  std::size_t intermediates() const { return chain.size() - 2; }
  /// A place of an intermediate, which there must be.
  std::size_t some_intermediate() { return 1 + rng.below(intermediates()); }
  Plan& intermediate() { return chain[some_intermediate()].plan; }
  /// A CA, the root included.
  Plan& ca() { return chain[1 + rng.below(chain.size() - 1)].plan; }
  Plan& any() { return chain[rng.below(chain.size())].plan; }

  /// The leaf's names after they were changed.
  void write_names(bool is_critical = false);
  /// A certificate for the same name and key as that at `place`, from another root, which is shown
  /// with it if it is not trusted.
  void cross_sign(std::size_t place, bool is_trusted);
  /// A CRL of every issuer, with nothing in it, unless there are some.
  void add_crls();
  void refer_to(const Der& serial, std::size_t crl, Der extensions = {});

  Node make_ca(const Name& name, const KeyPtr& key, const Node* issuer);
  /// A line for `tls12 verify --batch`.
  std::string json(std::size_t number) const;

 private:
  void make_leaf(std::size_t number);
};

}  // namespace tls12::differential
