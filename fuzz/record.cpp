// Takes a stream of records apart: framer, the protection that is none, handshake assembly. The
// first byte says how the stream is cut into what arrives at once, and which rules of the framer
// are on; however it is cut, the same has to come of it.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "record/framer.hpp"
#include "record/half.hpp"
#include "record/handshake_assembly.hpp"

using namespace tls12;

namespace {

constexpr unsigned kVersionKnown = 0x80, kProtected = 0x40, kKeep = 0x20, kPieceSize = 0x1f;

struct Outcome {
  std::vector<std::vector<std::uint8_t>> messages = {}, data = {};
  std::optional<Errc> error = {};
  bool partial = false;
  bool operator==(const Outcome&) const = default;
};

class Peer {
 public:
  explicit Peer(unsigned rules) : keep_(rules & kKeep), half_(limits()), assembly_(limits()) {
    if (rules & kVersionKnown) framer_.expect_version(ProtocolVersion::tls12);
    if (rules & kProtected) framer_.expect_protection();
  }

  void receive(Bytes piece) {
    input_.append(piece);
    while (!outcome_.error && take_record()) {}
    outcome_.partial = assembly_.partial();
  }
  const Outcome& outcome() const { return outcome_; }

 private:
  static Limits limits() {
    return {.handshake_message = 300, .certificate_message = 3000, .empty_records = 3};
  }

  bool take_record() {
    const auto framed = framer_.next(input_.view());
    if (!framed) return failed(framed.error());
    if (!framed->record) {
      if (framed->missing == 0) std::abort();
      return false;
    }
    const auto plaintext = half_.open(*framed->record);
    if (!plaintext) return failed(plaintext.error());
    if (framed->record->type != ContentType::handshake) {
      outcome_.data.emplace_back(plaintext->begin(), plaintext->end());
    } else if (!take_messages(*plaintext)) {
      return false;
    }
    input_.consume(framed->record->wire_size);
    return true;
  }

  bool take_messages(MutableBytes fragment) {
    assembly_.add(fragment);
    if (keep_) {
      assembly_.keep();
      std::fill(fragment.begin(), fragment.end(), std::uint8_t{0});
    }
    for (;;) {
      const auto message = assembly_.next();
      if (!message) return failed(message.error());
      if (!*message) return true;
      if ((*message)->body().size() + 4 != (*message)->bytes.size()) std::abort();
      outcome_.messages.emplace_back((*message)->bytes.begin(), (*message)->bytes.end());
    }
  }

  bool failed(const Error& error) {
    outcome_.error = error.code;
    return false;
  }

  bool keep_;
  record::Framer framer_;
  record::Half half_;
  record::HandshakeAssembly assembly_;
  Buffer input_;
  Outcome outcome_;
};

Outcome run(Bytes stream, unsigned rules, std::size_t piece_size) {
  Peer peer(rules);
  while (!stream.empty()) {
    const Bytes piece = stream.first(std::min(piece_size, stream.size()));
    stream = stream.subspan(piece.size());
    peer.receive(piece);
  }
  return peer.outcome();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes stream = Bytes(data, size).subspan(1);
  const Outcome whole = run(stream, data[0] & ~kKeep, stream.size());
  if (run(stream, data[0], 1 + (data[0] & kPieceSize)) != whole) std::abort();
  return 0;
}
