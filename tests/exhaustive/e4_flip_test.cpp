// E4: every bit of the conversation is flipped, one at a time.
#include <map>

#include "exhaustive/conversation.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using Passing = std::function<void(MutableBytes, std::size_t)> Faults::*;

void flip(Faults& faults, Passing passing, std::size_t bit) {
  faults.*passing = [bit](MutableBytes bytes, std::size_t at) {
    if (bit / 8 >= at && bit / 8 < at + bytes.size())
      bytes[bit / 8 - at] ^= static_cast<std::uint8_t>(1 << bit % 8);
  };
}

void check_agreement(Conversation& c) {
  const ConnectionState ours = c.conn->state();
  const ConnectionState* theirs = c.other->state();
  if (!ours.handshake_complete || theirs == nullptr || !theirs->handshake_complete) return;
  CHECK(ours.version == theirs->version);
  CHECK(ours.cipher_suite == theirs->cipher_suite);
  CHECK(ours.group == theirs->group);
  CHECK(ours.signature_scheme == theirs->signature_scheme);
  CHECK(ours.server_name == theirs->server_name);
  CHECK(ours.application_protocol == theirs->application_protocol);
  CHECK(ours.extended_master_secret == theirs->extended_master_secret);
  CHECK(ours.secure_renegotiation == theirs->secure_renegotiation);
  CHECK(ours.encrypt_then_mac == theirs->encrypt_then_mac);
  CHECK(ours.resumed == theirs->resumed);
}

/// What a conversation with one wrong bit came to, in a word.
std::string converse(const Kind& kind, Role role, Passing passing, std::size_t bit) {
  Conversation c(kind, role);
  flip(*c.faults, passing, bit);
  c.by(kAllowed);
  const auto error = c.talk();
  c.settle();
  c.check_nothing_wrong_was_read();
  check_agreement(c);
  CHECK(c.elapsed() <= kAllowed);
  const bool before_close = error || c.other->fault();
  const CloseReport report = c.conn->close();
  c.settle();
  c.check_nothing_wrong_was_read();
  check_agreement(c);
  CHECK(c.elapsed() <= kAllowed);
  c.check_gone();

  if (!error) {
    CHECK(c.got == kReply);
    CHECK(c.other->got() == kRequest);
    if (c.other->closed()) return "the right data";
    CHECK((before_close || c.other->fault() || report.error));
    return "close_notify spoilt";
  }
  switch (error->category()) {
    case Category::protocol: {
      // C12: the other end hears of it, if it listens still.
      const auto fault = c.other->fault();
      if (kind.scripted() || !fault || fault->category() == Category::peer_alert)
        CHECK(c.other->told() == error->alert);
      return "our alert";
    }
    case Category::peer_alert: return "their alert";
    case Category::timeout: return "a timeout";
    case Category::transport: return std::string(rule(error->code).name);
    default: FAIL_CHECK(error->message()); return "?";
  }
}

std::size_t flip_every_bit(const Kind& kind, Role role, Passing passing, std::size_t bytes) {
  std::map<std::string, std::size_t> outcomes;
  std::size_t points = 0;
  for (std::size_t bit = 0; bit < bytes * 8; bit += stride(kind), ++points) {
    CAPTURE(bit / 8);
    CAPTURE(bit % 8);
    ++outcomes[converse(kind, role, passing, bit)];
  }
  // Nothing authenticates the second byte of the version in the first record's header, and RFC 5246
  // appendix E.1 lets it be anything.
  CHECK(outcomes["the right data"] <= 8);
  std::string all;
  for (const auto& [outcome, count] : outcomes)
    if (count > 0) all += (all.empty() ? "" : ", ") + std::to_string(count) + " " + outcome;
  MESSAGE(std::string(passing == &Faults::reading ? "to us: " : "to them: ") << all);
  return points;
}

}  // namespace

TEST_CASE(
    "E4: any bit flipped on its way to us is an alert, an error, a timeout or truncation; never "
    "wrong data, never two ends that disagree") {
  for_each_kind(25'000, [](const Kind& kind, Role role) {
    return flip_every_bit(kind, role, &Faults::reading, measure(kind, role).read);
  });
}

TEST_CASE(
    "E4: any bit flipped on its way to the other end is found there, and the connection ends for "
    "both") {
  for_each_kind(15'000, [](const Kind& kind, Role role) {
    // A script believes what it hears.
    return kind.scripted()
               ? std::size_t{1}
               : flip_every_bit(kind, role, &Faults::writing, measure(kind, role).written_closed);
  });
}
