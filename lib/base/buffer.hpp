// A queue of bytes in one piece of memory: written at the end, read from the front, given back when
// it is empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "tls12/bytes.hpp"

namespace tls12 {

/// Memory is kept while bytes come and go, so that a warm queue does not allocate; `release` gives
/// it back.
/// Throws std::bad_alloc like any container: rooms above turn that into Errc::out_of_memory.
class Buffer {
 public:
  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }
  std::size_t capacity() const { return capacity_; }
  Bytes view() const { return {memory_.get() + begin_, size()}; }
  MutableBytes view() { return {memory_.get() + begin_, size()}; }

  /// Room for `n` more bytes behind the last one; commit() makes them part of the queue. May move
  /// what is there, and invalidates views.
  MutableBytes prepare(std::size_t n) {
    if (capacity_ - end_ < n) make_room(n);
    return {memory_.get() + end_, n};
  }
  void commit(std::size_t n) { end_ += n; }
  void append(Bytes bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }
  void consume(std::size_t n) {
    begin_ += n;
    if (empty()) begin_ = end_ = 0;
  }
  /// Keeps the first `n` bytes.
  void truncate(std::size_t n) { end_ = begin_ + n; }
  void clear() { begin_ = end_ = 0; }
  /// Frees the memory if the queue is empty.
  void release() {
    if (!empty()) return;
    memory_.reset();
    begin_ = end_ = capacity_ = 0;
  }

 private:
  void make_room(std::size_t n) {
    const std::size_t used = size();
    if (capacity_ >= used + n) {
      std::memmove(memory_.get(), memory_.get() + begin_, used);
    } else {
      std::size_t larger = capacity_ == 0 ? n : capacity_;
      while (larger < used + n) larger *= 2;
      auto fresh = std::make_unique_for_overwrite<std::uint8_t[]>(larger);
      if (used != 0) std::memcpy(fresh.get(), memory_.get() + begin_, used);
      memory_ = std::move(fresh);
      capacity_ = larger;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace tls12
