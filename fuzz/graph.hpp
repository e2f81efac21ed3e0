// Certificates, lists of revoked ones, and a question about them, composed from a fuzzer's bytes.
// Zeros make a chain that is right in all points: each other byte moves one thing, so that a few of
// them already make graphs which are nearly right, and the search goes deep.
#pragma once

#include <string>
#include <vector>

#include "tls12/verify.hpp"

namespace tls12::fuzz {

/// The fuzzer's bytes, one choice after the other; zeros when they are used up.
class Choices {
 public:
  explicit Choices(Bytes bytes) : left_(bytes) {}
  std::size_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t first = left_[0];
    left_ = left_.subspan(1);
    return first;
  }
  std::size_t below(std::size_t bound) { return byte() % bound; }
  bool some() const { return !left_.empty(); }

 private:
  Bytes left_;
};

struct Graph {
  std::vector<Certificate> presented = {};  ///< never empty: the leaf first
  TrustStore trust = {};
  std::string peer_name = {};
  Purpose purpose = Purpose::server;
  VerifyPolicy policy = {};
};

/// Within the validity of what is not meant to be out of it.
WallTime graph_time();
Graph compose_graph(Choices choices);

}  // namespace tls12::fuzz
