// Bytes that are few as a rule, and then cost no allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "tls12/bytes.hpp"

namespace tls12 {

/// Up to `N` bytes are kept in place. Throws std::bad_alloc like any container.
template <std::size_t N>
class SmallBytes {
 public:
  SmallBytes() = default;
  SmallBytes& operator=(Bytes bytes) {
    clear();
    append(bytes);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  operator Bytes() const { return view(); }
  Bytes view() const { return size_ <= N ? Bytes(few_).first(size_) : Bytes(many_); }

  void append(Bytes bytes) {
    if (bytes.empty()) return;
    if (size_ + bytes.size() <= N) {
      std::memcpy(few_.data() + size_, bytes.data(), bytes.size());
    } else {
      if (size_ <= N) many_.assign(few_.begin(), few_.begin() + static_cast<std::ptrdiff_t>(size_));
      many_.insert(many_.end(), bytes.begin(), bytes.end());
    }
    size_ += bytes.size();
  }
  /// Gives its memory back.
  void clear() { *this = SmallBytes(); }

 private:
  std::array<std::uint8_t, N> few_;
  std::vector<std::uint8_t> many_;  // all of them, once they are more than N
  std::size_t size_ = 0;
};

}  // namespace tls12
