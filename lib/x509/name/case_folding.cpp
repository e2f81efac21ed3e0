#include "x509/name/case_folding.hpp"

#include <algorithm>
#include <cstdint>

namespace tls12::x509 {
namespace {

/// Every `step`th code point from `first` to `last` folds to the one `delta` further on.
struct Range {
  char32_t first, last;
  std::uint8_t step;
  std::int32_t delta;
};
constexpr Range kRanges[] = {
    {0xc0, 0xd6, 1, 32},       {0xd8, 0xde, 1, 32},       {0x100, 0x12e, 2, 1},
    {0x134, 0x136, 2, 1},      {0x139, 0x13d, 2, 1},      {0x141, 0x147, 2, 1},
    {0x14a, 0x176, 2, 1},      {0x178, 0x178, 1, -121},   {0x179, 0x17d, 2, 1},
    {0x181, 0x181, 1, 210},    {0x182, 0x184, 2, 1},      {0x186, 0x186, 1, 206},
    {0x187, 0x187, 1, 1},      {0x189, 0x18a, 1, 205},    {0x18b, 0x18b, 1, 1},
    {0x18e, 0x18e, 1, 79},     {0x18f, 0x18f, 1, 202},    {0x190, 0x190, 1, 203},
    {0x191, 0x191, 1, 1},      {0x193, 0x193, 1, 205},    {0x194, 0x194, 1, 207},
    {0x196, 0x196, 1, 211},    {0x197, 0x197, 1, 209},    {0x198, 0x198, 1, 1},
    {0x19c, 0x19c, 1, 211},    {0x19d, 0x19d, 1, 213},    {0x19f, 0x19f, 1, 214},
    {0x1a0, 0x1a4, 2, 1},      {0x1a6, 0x1a6, 1, 218},    {0x1a7, 0x1a7, 1, 1},
    {0x1a9, 0x1a9, 1, 218},    {0x1ac, 0x1ac, 1, 1},      {0x1ae, 0x1ae, 1, 218},
    {0x1af, 0x1af, 1, 1},      {0x1b1, 0x1b2, 1, 217},    {0x1b3, 0x1b5, 2, 1},
    {0x1b7, 0x1b7, 1, 219},    {0x1b8, 0x1b8, 1, 1},      {0x1bc, 0x1bc, 1, 1},
    {0x1cd, 0x1db, 2, 1},      {0x1de, 0x1ee, 2, 1},      {0x1f4, 0x1f4, 1, 1},
    {0x1f6, 0x1f6, 1, -97},    {0x1f7, 0x1f7, 1, -56},    {0x1f8, 0x21e, 2, 1},
    {0x220, 0x220, 1, -130},   {0x222, 0x232, 2, 1},      {0x345, 0x345, 1, 116},
    {0x386, 0x386, 1, 38},     {0x388, 0x38a, 1, 37},     {0x38c, 0x38c, 1, 64},
    {0x38e, 0x38f, 1, 63},     {0x391, 0x3a1, 1, 32},     {0x3a3, 0x3ab, 1, 32},
    {0x3c2, 0x3c2, 1, 1},      {0x3d8, 0x3ee, 2, 1},      {0x400, 0x40f, 1, 80},
    {0x410, 0x42f, 1, 32},     {0x460, 0x480, 2, 1},      {0x48a, 0x4be, 2, 1},
    {0x4c1, 0x4cd, 2, 1},      {0x4d0, 0x4f4, 2, 1},      {0x4f8, 0x4f8, 1, 1},
    {0x500, 0x50e, 2, 1},      {0x531, 0x556, 1, 48},     {0x1e00, 0x1e94, 2, 1},
    {0x1ea0, 0x1ef8, 2, 1},    {0x1f08, 0x1f0f, 1, -8},   {0x1f18, 0x1f1d, 1, -8},
    {0x1f28, 0x1f2f, 1, -8},   {0x1f38, 0x1f3f, 1, -8},   {0x1f48, 0x1f4d, 1, -8},
    {0x1f59, 0x1f5f, 2, -8},   {0x1f68, 0x1f6f, 1, -8},   {0x1fb8, 0x1fb9, 1, -8},
    {0x1fba, 0x1fba, 1, -74},  {0x1fc8, 0x1fca, 2, -86},  {0x1fd8, 0x1fd9, 1, -8},
    {0x1fda, 0x1fda, 1, -100}, {0x1fe8, 0x1fe9, 1, -8},   {0x1fea, 0x1fea, 1, -112},
    {0x1fec, 0x1fec, 1, -7},   {0x1ff8, 0x1ff8, 1, -128}, {0x1ffa, 0x1ffa, 1, -126},
    {0x10400, 0x10425, 1, 40}};

/// What folds to more than one.
struct Expansion {
  char32_t from;
  Folded to;
};
constexpr Expansion kExpansions[] = {{0xdf, {0x73, 0x73}},
                                     {0x130, {0x69, 0x307}},
                                     {0x1f0, {0x6a, 0x30c}},
                                     {0x390, {0x3b9, 0x308, 0x301}},
                                     {0x3b0, {0x3c5, 0x308, 0x301}},
                                     {0x1e96, {0x68, 0x331}},
                                     {0x1e97, {0x74, 0x308}},
                                     {0x1e98, {0x77, 0x30a}},
                                     {0x1e99, {0x79, 0x30a}},
                                     {0x1f50, {0x3c5, 0x313}},
                                     {0x1f52, {0x3c5, 0x313, 0x300}},
                                     {0x1f54, {0x3c5, 0x313, 0x301}},
                                     {0x1f56, {0x3c5, 0x313, 0x342}},
                                     {0x1f80, {0x1f00, 0x3b9}},
                                     {0x1f81, {0x1f01, 0x3b9}},
                                     {0x1f82, {0x1f02, 0x3b9}},
                                     {0x1f83, {0x1f03, 0x3b9}},
                                     {0x1f84, {0x1f04, 0x3b9}},
                                     {0x1f85, {0x1f05, 0x3b9}},
                                     {0x1f86, {0x1f06, 0x3b9}},
                                     {0x1f87, {0x1f07, 0x3b9}},
                                     {0x1f88, {0x1f00, 0x3b9}},
                                     {0x1f89, {0x1f01, 0x3b9}},
                                     {0x1f8a, {0x1f02, 0x3b9}},
                                     {0x1f8b, {0x1f03, 0x3b9}},
                                     {0x1f8c, {0x1f04, 0x3b9}},
                                     {0x1f8d, {0x1f05, 0x3b9}},
                                     {0x1f8e, {0x1f06, 0x3b9}},
                                     {0x1f8f, {0x1f07, 0x3b9}},
                                     {0x1f90, {0x1f20, 0x3b9}},
                                     {0x1f91, {0x1f21, 0x3b9}},
                                     {0x1f92, {0x1f22, 0x3b9}},
                                     {0x1f93, {0x1f23, 0x3b9}},
                                     {0x1f94, {0x1f24, 0x3b9}},
                                     {0x1f95, {0x1f25, 0x3b9}},
                                     {0x1f96, {0x1f26, 0x3b9}},
                                     {0x1f97, {0x1f27, 0x3b9}},
                                     {0x1f98, {0x1f20, 0x3b9}},
                                     {0x1f99, {0x1f21, 0x3b9}},
                                     {0x1f9a, {0x1f22, 0x3b9}},
                                     {0x1f9b, {0x1f23, 0x3b9}},
                                     {0x1f9c, {0x1f24, 0x3b9}},
                                     {0x1f9d, {0x1f25, 0x3b9}},
                                     {0x1f9e, {0x1f26, 0x3b9}},
                                     {0x1f9f, {0x1f27, 0x3b9}},
                                     {0x1fa0, {0x1f60, 0x3b9}},
                                     {0x1fa1, {0x1f61, 0x3b9}},
                                     {0x1fa2, {0x1f62, 0x3b9}},
                                     {0x1fa3, {0x1f63, 0x3b9}},
                                     {0x1fa4, {0x1f64, 0x3b9}},
                                     {0x1fa5, {0x1f65, 0x3b9}},
                                     {0x1fa6, {0x1f66, 0x3b9}},
                                     {0x1fa7, {0x1f67, 0x3b9}},
                                     {0x1fa8, {0x1f60, 0x3b9}},
                                     {0x1fa9, {0x1f61, 0x3b9}},
                                     {0x1faa, {0x1f62, 0x3b9}},
                                     {0x1fab, {0x1f63, 0x3b9}},
                                     {0x1fac, {0x1f64, 0x3b9}},
                                     {0x1fad, {0x1f65, 0x3b9}},
                                     {0x1fae, {0x1f66, 0x3b9}},
                                     {0x1faf, {0x1f67, 0x3b9}},
                                     {0x1fb2, {0x1f70, 0x3b9}},
                                     {0x1fb3, {0x3b1, 0x3b9}},
                                     {0x1fb4, {0x3ac, 0x3b9}},
                                     {0x1fb6, {0x3b1, 0x342}},
                                     {0x1fb7, {0x3b1, 0x342, 0x3b9}},
                                     {0x1fbc, {0x3b1, 0x3b9}},
                                     {0x1fc2, {0x1f74, 0x3b9}},
                                     {0x1fc3, {0x3b7, 0x3b9}},
                                     {0x1fc4, {0x3ae, 0x3b9}},
                                     {0x1fc6, {0x3b7, 0x342}},
                                     {0x1fc7, {0x3b7, 0x342, 0x3b9}},
                                     {0x1fcc, {0x3b7, 0x3b9}},
                                     {0x1fd2, {0x3b9, 0x308, 0x300}},
                                     {0x1fd6, {0x3b9, 0x342}},
                                     {0x1fd7, {0x3b9, 0x308, 0x342}},
                                     {0x1fe2, {0x3c5, 0x308, 0x300}},
                                     {0x1fe4, {0x3c1, 0x313}},
                                     {0x1fe6, {0x3c5, 0x342}},
                                     {0x1fe7, {0x3c5, 0x308, 0x342}},
                                     {0x1ff2, {0x1f7c, 0x3b9}},
                                     {0x1ff3, {0x3c9, 0x3b9}},
                                     {0x1ff4, {0x3ce, 0x3b9}},
                                     {0x1ff6, {0x3c9, 0x342}},
                                     {0x1ff7, {0x3c9, 0x342, 0x3b9}},
                                     {0x1ffc, {0x3c9, 0x3b9}}};

}  // namespace

Folded fold_case(char32_t c) {
  if (c < 0x80) return {c >= 'A' && c <= 'Z' ? c + 32 : c};
  const auto after = std::ranges::upper_bound(kRanges, c, {}, &Range::first);
  if (after != std::begin(kRanges)) {
    const Range& range = after[-1];
    if (c <= range.last && (c - range.first) % range.step == 0)
      return {static_cast<char32_t>(static_cast<std::int32_t>(c) + range.delta)};
  }
  const auto expansion = std::ranges::lower_bound(kExpansions, c, {}, &Expansion::from);
  return expansion != std::end(kExpansions) && expansion->from == c ? expansion->to : Folded{c};
}

}  // namespace tls12::x509
