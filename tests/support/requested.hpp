// The open request of an engine or a connection, of the kind that a test expects.
#pragma once

#include <variant>
#include <vector>

#include "tls12/request.hpp"

namespace tls12::test {

template <class Kind, class End>
Kind requested(const End& end) {
  return std::get<Kind>(end.request().value());
}

/// Answers of every kind, to check that they are refused.
inline std::vector<Answer> one_of_each_answer() {
  return {SignatureAnswer{bytes_of("a signature")},
          DecryptionAnswer{bytes_of("a block")},
          SessionAnswer{},
          VerdictAnswer{.accept = true},
          VerdictAnswer{},
          RenegotiationAnswer{true}};
}

}  // namespace tls12::test
