// The way from a public class to its internals: for the rooms and their tests, not for users.
#pragma once

#include <utility>

namespace tls12 {

/// A friend of each public class that keeps its internals in `content_`.
struct Internals {
  template <class Public>
  static auto& of(const Public& object) {
    return *object.content_;
  }
  template <class Public, class Content>
  static Public make(Content&& content) {
    return Public(std::forward<Content>(content));
  }
};

/// The internals of `object`, complete where the header that defines them is included. The
/// reference lives as long as they do.
template <class Public>
auto& internals(const Public& object) {
  return Internals::of(object);
}

}  // namespace tls12
