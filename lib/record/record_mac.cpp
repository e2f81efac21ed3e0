#include "record/record_mac.hpp"

#include <algorithm>
#include <bit>

#include "base/constant_time.hpp"

namespace tls12::record {

RecordMac::KeyedHash RecordMac::keyed(const HashFunction& hash, Bytes key, std::uint8_t pad) {
  Secret<kMaxHashBlockSize> block(hash.block_size());
  std::ranges::copy(key, block.bytes().begin());
  for (std::uint8_t& byte : block.bytes()) byte ^= pad;
  KeyedHash state{Hash(hash)};
  state.update(block.bytes());
  return state;
}

RecordMac::RecordMac(const HashFunction& hash, Bytes key)
    : inner_(keyed(hash, key, 0x36)), outer_(keyed(hash, key, 0x5c)) {}

void RecordMac::finish(Bytes inner_digest, std::uint8_t* out) const {
  KeyedHash state = outer_;
  state.update(inner_digest);
  state.digest({out, size()});
}

void RecordMac::compute(Bytes header, Bytes data, std::uint8_t* out) const {
  std::array<std::uint8_t, kMaxDigestSize> digest;
  KeyedHash state = inner_;
  state.update(header);
  state.update(data);
  finish(state.digest(digest), out);
}

namespace {

/// A message whose length is a secret, and the padding that the hash would give it (FIPS 180-4
/// §5.1): a one, zeros, and the length in bits at a block's end.
class HiddenMessage {
 public:
  HiddenMessage(Bytes header, Bytes data, std::uint64_t size, std::size_t block_size)
      : header_(header),
        data_(data),
        size_(size),
        block_size_(block_size),
        block_bits_(static_cast<unsigned>(std::countr_zero(block_size))) {}

  /// The block in which a message of `size` bytes ends, its padding included.
  std::uint64_t last_block(std::uint64_t size) const {
    return (size + block_size_ / 8) >> block_bits_;
  }
  /// All ones if the message ends in block `k`.
  std::uint64_t ends_in(std::uint64_t k) const { return ct::equal_mask(k, last_block(size_)); }

  void write_block(std::size_t k, std::uint8_t* out) const {
    for (std::size_t j = 0; j < block_size_; ++j) {
      const std::size_t i = k * block_size_ + j;
      const std::uint64_t one = ct::equal_mask(i, size_) & 0x80;
      out[j] = static_cast<std::uint8_t>((byte(i) & ct::less_mask(i, size_)) | one);
    }
    const std::uint64_t bits =
        (block_size_ + size_) * 8 & ends_in(k);  // the padded key was a block in front
    for (unsigned j = 1; j <= 8; ++j)
      out[block_size_ - j] = static_cast<std::uint8_t>(out[block_size_ - j] | bits >> 8 * (j - 1));
  }

 private:
  std::uint8_t byte(std::size_t i) const {
    if (i < header_.size()) return header_[i];
    return i - header_.size() < data_.size() ? data_[i - header_.size()] : 0;
  }

  Bytes header_, data_;
  std::uint64_t size_;
  std::size_t block_size_;
  unsigned block_bits_;
};

}  // namespace

void RecordMac::compute_hiding_size(Bytes header, Bytes data, std::size_t unsure,
                                    std::uint64_t size, std::uint8_t* out) const {
  const std::size_t block_size = inner_.function().block_size();
  const HiddenMessage message(header, data, header.size() + size, block_size);
  const std::size_t most = header.size() + data.size();
  // What is message for certain, in whole blocks, is hashed as it lies there.
  const std::size_t certain = (most - unsure) / block_size;
  KeyedHash state = inner_;
  if (certain != 0) {
    state.update(header);
    state.update(data.first(certain * block_size - header.size()));
  }
  // Every block behind may be the last one: the value after the one that is, is taken.
  std::array<std::uint8_t, kMaxHashBlockSize> block;
  std::array<std::uint8_t, kMaxDigestSize> digest = {}, value;
  for (std::size_t k = certain; k <= message.last_block(most); ++k) {
    message.write_block(k, block.data());
    state.update(Bytes(block).first(block_size));
    state.chaining_value(value);
    const std::uint64_t ended = message.ends_in(k);
    for (std::size_t i = 0; i < this->size(); ++i)
      digest[i] = static_cast<std::uint8_t>(digest[i] | (value[i] & ended));
  }
  finish(Bytes(digest).first(this->size()), out);
}

}  // namespace tls12::record
