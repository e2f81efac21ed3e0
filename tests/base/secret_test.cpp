// Secret and SecretVector: what was secret is gone when its owner is. The bytes are looked at where
// they were, in memory that the test owns.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <ostream>
#include <type_traits>
#include <utility>

#include "base/secret.hpp"

using namespace tls12;

namespace {

using Key = Secret<32>;

// Storage for one object, whose bytes can be read before and after its life.
template <class T>
class Place {
 public:
  template <class... Arguments>
  T* make(Arguments&&... arguments) {
    return new (storage_) T(std::forward<Arguments>(arguments)...);
  }
  // The compiler takes the bytes of a dead object for undefined: they are read behind its back.
  bool holds(std::uint8_t byte) const {
    const volatile unsigned char* bytes = storage_;
    for (std::size_t i = 0; i < sizeof storage_; ++i)
      if (bytes[i] == byte) return true;
    return false;
  }

 private:
  alignas(T) unsigned char storage_[sizeof(T)] = {};
};

constexpr std::uint8_t kMark = 0xa7;

Bytes marked() {
  static const auto bytes = [] {
    std::array<std::uint8_t, 32> b;
    b.fill(kMark);
    return b;
  }();
  return bytes;
}

// What the memory at `looking_at` held at the moment when it was freed.
std::uint8_t* looking_at = nullptr;
std::array<std::uint8_t, 64> seen_by_delete = {};

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

void look(void* memory) {
  if (memory == nullptr || memory != looking_at) return;
  std::copy_n(looking_at, seen_by_delete.size(), seen_by_delete.begin());
  looking_at = nullptr;
}

}  // namespace

// The program's own heap, so that memory can be looked at when it is given back and not after.
void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  look(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  look(memory);
  std::free(memory);
}

// Shows RFC 5246 8.1-1
TEST_CASE("A secret is wiped when it is destroyed") {
  Place<Key> place;
  Key* key = place.make(Key::copy_of(marked()));
  REQUIRE(place.holds(kMark));
  key->~Key();
  CHECK_FALSE(place.holds(kMark));
}

TEST_CASE("A secret is wiped where it was moved from, by construction and by assignment") {
  Place<Key> from, to;
  Key* source = from.make(Key::copy_of(marked()));
  Key* target = to.make(std::move(*source));
  CHECK_FALSE(from.holds(kMark));
  CHECK(source->empty());
  CHECK(std::ranges::equal(std::as_const(*target).bytes(), marked()));
  *source = std::move(*target);
  CHECK_FALSE(to.holds(kMark));
  CHECK(source->size() == 32);
  CHECK(from.holds(kMark));
  source->~Key();
  target->~Key();
}

TEST_CASE("A secret that takes another's bytes keeps none of its own") {
  Place<Key> place;
  Key* key = place.make(Key::copy_of(marked()));
  *key = Key::copy_of(marked().first(0));
  CHECK_FALSE(place.holds(kMark));
  key->~Key();
}

TEST_CASE("Moving a secret onto itself keeps it") {
  Key key = Key::copy_of(marked());
  Key& same = key;
  key = std::move(same);
  CHECK(std::ranges::equal(std::as_const(key).bytes(), marked()));
}

TEST_CASE("clear() wipes all of it, also behind a size that was made smaller") {
  Place<Key> place;
  Key* key = place.make(Key::copy_of(marked()));
  key->resize(4);
  CHECK(key->size() == 4);
  key->clear();
  CHECK(key->empty());
  CHECK_FALSE(place.holds(kMark));
  key->~Key();
}

TEST_CASE("A secret is not copied by accident, nor printed") {
  CHECK_FALSE(std::is_copy_constructible_v<Key>);
  CHECK_FALSE(std::is_copy_assignable_v<Key>);
  CHECK(std::is_nothrow_move_constructible_v<Key>);
  CHECK_FALSE(Printable<Key>);
  CHECK_FALSE(Printable<SecretVector>);
}

TEST_CASE("A fresh secret holds zeros") {
  const Key key(32);
  CHECK(std::ranges::all_of(key.bytes(), [](std::uint8_t b) { return b == 0; }));
}

TEST_CASE("A SecretVector wipes the memory it gives back, when it ends and when it grows") {
  seen_by_delete.fill(kMark);
  {
    const SecretVector secret(64, kMark);
    looking_at = const_cast<std::uint8_t*>(secret.data());
  }
  CHECK(looking_at == nullptr);
  CHECK(std::ranges::all_of(seen_by_delete, [](std::uint8_t b) { return b == 0; }));

  SecretVector secret(64, kMark);
  secret.shrink_to_fit();
  seen_by_delete.fill(kMark);
  looking_at = secret.data();
  secret.push_back(1);
  CHECK(looking_at == nullptr);
  CHECK(std::ranges::all_of(seen_by_delete, [](std::uint8_t b) { return b == 0; }));
}

TEST_CASE("wipe() overwrites what it is given, and no more") {
  std::array<std::uint8_t, 6> bytes = {1, 2, 3, 4, 5, 6};
  wipe(MutableBytes(bytes).subspan(1, 3));
  CHECK(bytes == std::array<std::uint8_t, 6>{1, 0, 0, 0, 5, 6});
}
