// How the SHA family's state, which is words, is written as bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tls12::crypto {

/// FIPS 180-4 §3.1: the highest byte of a word comes first.
template <class Word>
void write_words(const Word* words, std::size_t size, std::uint8_t* out) {
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>(words[i / sizeof(Word)] >>
                                       8 * (sizeof(Word) - 1 - i % sizeof(Word)));
}

}  // namespace tls12::crypto
