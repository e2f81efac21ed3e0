// Bytes that are wiped when they go, cannot be printed, and are not copied by accident.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "tls12/bytes.hpp"

namespace tls12 {

/// Overwrites memory in a way that the compiler does not remove.
inline void wipe(MutableBytes bytes) { explicit_bzero(bytes.data(), bytes.size()); }

/// Up to `Capacity` secret bytes in place. Moving wipes the source; copying is by name.
template <std::size_t Capacity>
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size) : size_(size) {}
  Secret(Secret&& other) noexcept : bytes_(other.bytes_), size_(other.size_) { other.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      size_ = other.size_;
      other.clear();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { clear(); }

  static Secret copy_of(Bytes bytes) {
    Secret secret(bytes.size());
    std::memcpy(secret.bytes_.data(), bytes.data(), bytes.size());
    return secret;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Bytes bytes() const { return Bytes(bytes_).first(size_); }
  MutableBytes bytes() { return MutableBytes(bytes_).first(size_); }
  // At most Capacity; new bytes hold zeros or what was there.
  void resize(std::size_t size) { size_ = size; }
  void clear() {
    wipe(bytes_);
    size_ = 0;
  }

 private:
  std::array<std::uint8_t, Capacity> bytes_ = {};
  std::size_t size_ = 0;
};

/// An allocator that wipes what it gives back, for secrets whose size only a file knows.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>&) {}
  T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* p, std::size_t n) {
    explicit_bzero(p, n * sizeof(T));
    std::allocator<T>().deallocate(p, n);
  }
  bool operator==(const WipingAllocator&) const = default;
};
using SecretVector = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

}  // namespace tls12
