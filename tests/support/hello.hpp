// Hellos field by field, without any of the rules that a serializer would keep.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "wire/hex.hpp"

namespace tls12::test {

/// Extensions by number, in the order in which they are sent.
struct RawExtensions {
  std::vector<std::pair<int, Octets>> items;

  RawExtensions() = default;
  RawExtensions(std::initializer_list<std::pair<int, Octets>> list) : items(list) {}
  void add(int type, Octets data) { items.emplace_back(type, std::move(data)); }
  void remove(int type) {
    std::erase_if(items, [&](const auto& item) { return item.first == type; });
  }
  /// Where the old one stood, or at the end.
  void set(int type, Octets data) {
    const auto old = std::ranges::find(items, type, &std::pair<int, Octets>::first);
    if (old == items.end()) return add(type, std::move(data));
    old->second = std::move(data);
  }
  /// The block with its length; nothing for no extensions.
  Octets bytes() const {
    Octets block;
    for (const auto& [type, data] : items)
      block = joined({block,
                      {static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type)},
                      vector_of(2, data)});
    return items.empty() ? Octets() : vector_of(2, block);
  }
};

inline Octets pairs16(std::initializer_list<int> values) {
  Octets out;
  for (const int value : values) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
  }
  return out;
}

/// RFC 5246 §7.4.1.2.
struct RawClientHello {
  int version = 0x0303;
  Octets random = Octets(32, 0xc1), session_id = {};
  Octets suites, compressions = {0};
  RawExtensions extensions;

  /// One that offers what a usual client does: all six suites, x25519 and secp256r1, all schemes.
  static RawClientHello usual() {
    RawClientHello hello;
    hello.suites = pairs16({0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8});
    hello.extensions = {
        {0xff01, {0}},
        {23, {}},
        {10, vector_of(2, pairs16({29, 23}))},
        {11, {1, 0}},
        {13, vector_of(2, pairs16({0x0807, 0x0403, 0x0804, 0x0401, 0x0503, 0x0603}))},
    };
    return hello;
  }
  /// The usual one with every field as long as it can be.
  static RawClientHello largest() {
    RawClientHello hello = usual();
    hello.session_id = Octets(32, 0x1d);
    hello.suites = joined({Octets(0xfffe - hello.suites.size(), 0x0a), hello.suites});
    hello.compressions = Octets(255, 0);
    const std::size_t extensions = hello.extensions.bytes().size() - 2;
    hello.extensions.add(0x1234, Octets(0xffff - 4 - extensions));
    return hello;
  }
  Octets bytes() const {
    return joined({{1},
                   vector_of(3, joined({pairs16({version}), random, vector_of(1, session_id),
                                        vector_of(2, suites), vector_of(1, compressions),
                                        extensions.bytes()}))});
  }
};

/// RFC 5246 §7.4.1.3.
struct RawServerHello {
  int version = 0x0303;
  Octets random = {}, session_id = {};
  int suite = 0;
  std::uint8_t compression = 0;
  RawExtensions extensions = {};

  Octets bytes() const {
    return joined({{2},
                   vector_of(3, joined({pairs16({version}),
                                        random,
                                        vector_of(1, session_id),
                                        pairs16({suite}),
                                        {compression},
                                        extensions.bytes()}))});
  }
};

}  // namespace tls12::test
