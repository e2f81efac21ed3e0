// Hash: a computation under way that is copied like a number.
#include <cstring>
#include <type_traits>

#include "tls12/crypto.hpp"

namespace tls12 {

static_assert(std::is_trivially_copyable_v<Hash>, "a transcript hash is forked by copying it");

Hash::Hash(const HashFunction& function) : function_(&function) { function_->start(state_.data()); }

void Hash::update(Bytes data) {
  if (!data.empty()) function_->update(state_.data(), data);
}

MutableBytes Hash::digest(MutableBytes out) const {
  Hash fork = *this;
  function_->finish(fork.state_.data(), out.data());
  return out.first(function_->digest_size());
}

MutableBytes Hash::chaining_value(MutableBytes out) const {
  function_->chaining_value(state_.data(), out.data());
  return out.first(function_->digest_size());
}

}  // namespace tls12
