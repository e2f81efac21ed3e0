// Records that OpenSSL made.
#include "record/capture.hpp"

#include "record/support.hpp"

namespace tls12::record::testing {

namespace {

Half half_of(const Captured& captured) {
  const Octets mac_key = unhex(captured.mac_key), key = unhex(captured.key),
               iv = unhex(captured.iv);
  auto made = make_protection(*default_provider(), captured.cipher, captured.encrypt_then_mac,
                              {.mac_key = mac_key, .key = key, .iv = iv}, Limits{});
  REQUIRE(made.has_value());
  Half half{Limits{}};
  half.set_pending(std::move(*made));
  half.activate_pending();
  return half;
}

bool is_gcm(const Captured& captured) {
  const auto* aead = std::get_if<AeadAlgorithm>(&captured.cipher);
  return aead != nullptr && name(*aead).ends_with("GCM");
}
bool is_cbc(const Captured& captured) {
  return std::holds_alternative<wire::CbcHmac>(captured.cipher);
}

/// The plaintexts of the four records; Finished's is checked, and returned as it is.
std::array<Octets, 4> open_all(const Captured& captured) {
  Octets wire;
  for (const auto& record : captured.records) {
    const Octets bytes = unhex(record);
    wire.insert(wire.end(), bytes.begin(), bytes.end());
  }
  Framer framer;
  framer.expect_version(ProtocolVersion::tls12);
  framer.expect_protection();
  Half half = half_of(captured);
  std::array<Octets, 4> plaintexts;
  MutableBytes input = wire;
  for (Octets& plaintext : plaintexts) {
    const auto framed = framer.next(input);
    REQUIRE(framed.has_value());
    REQUIRE(framed->record.has_value());
    const auto opened = half.open(*framed->record);
    REQUIRE(opened.has_value());
    plaintext = octets(*opened);
    input = input.subspan(framed->record->wire_size);
  }
  CHECK(input.empty());
  return plaintexts;
}

}  // namespace

TEST_CASE("what OpenSSL sealed is opened, of each kind and from both ends") {
  for (const Captured& captured : kCaptured) {
    CAPTURE(captured.key);
    CAPTURE(captured.sender);
    const auto plaintexts = open_all(captured);
    REQUIRE(plaintexts[0].size() == 16);  // RFC 5246 §7.4.9: a Finished of twelve bytes
    CHECK(Octets(plaintexts[0].begin(), plaintexts[0].begin() + 4) == Octets{20, 0, 0, 12});
    CHECK(plaintexts[1] == octets(captured.lines[0]));
    CHECK(plaintexts[2] == octets(captured.lines[1]));
    CHECK(plaintexts[3] == Octets{1, 0});  // RFC 5246 §7.2.1: close_notify, a warning
  }
}

// Shows RFC 6655 3-2; RFC 7905 2-1, 2-2
TEST_CASE(
    "what OpenSSL sealed with ChaCha20-Poly1305 or AES-CCM, where it sends sequence numbers too, "
    "is sealed to the same bytes") {
  for (const Captured& captured : kCaptured) {
    if (is_gcm(captured) || is_cbc(captured)) continue;
    const auto plaintexts = open_all(captured);
    Half half = half_of(captured);
    for (std::size_t i = 0; i < 4; ++i) {
      const Octets wire = unhex(captured.records[i]);
      Buffer out;
      REQUIRE(half.seal(static_cast<ContentType>(wire[0]), plaintexts[i], out).has_value());
      CHECK(octets(out.view()) == wire);
    }
  }
}

// Shows RFC 5288 3-1, 3-2
TEST_CASE(
    "a GCM record has OpenSSL's header and size, and the sequence number for its explicit nonce") {
  // OpenSSL starts its explicit nonces anywhere (RFC 5288 §3 leaves that to the sender), so that
  // the rest differs.
  for (const Captured& captured : kCaptured) {
    if (!is_gcm(captured)) continue;
    const auto plaintexts = open_all(captured);
    Half half = half_of(captured);
    for (std::size_t i = 0; i < 4; ++i) {
      const Octets wire = unhex(captured.records[i]);
      Buffer out;
      REQUIRE(half.seal(static_cast<ContentType>(wire[0]), plaintexts[i], out).has_value());
      REQUIRE(out.size() == wire.size());
      CHECK(octets(out.view().first(5)) == Octets(wire.begin(), wire.begin() + 5));
      Octets sequence;
      put_number(sequence, i, 8);
      CHECK(octets(out.view().subspan(5, 8)) == sequence);
      CHECK(octets(out.view().subspan(13)) != Octets(wire.begin() + 13, wire.end()));
    }
  }
}

TEST_CASE("a CBC record has OpenSSL's header and size, and an IV of its own") {
  for (const Captured& captured : kCaptured) {
    if (!is_cbc(captured)) continue;
    const auto plaintexts = open_all(captured);
    Half half = half_of(captured);
    for (std::size_t i = 0; i < 4; ++i) {
      const Octets wire = unhex(captured.records[i]);
      Buffer out;
      REQUIRE(half.seal(static_cast<ContentType>(wire[0]), plaintexts[i], out).has_value());
      REQUIRE(out.size() == wire.size());
      CHECK(octets(out.view().first(5)) == Octets(wire.begin(), wire.begin() + 5));
      CHECK(octets(out.view().subspan(5, 16)) != Octets(wire.begin() + 5, wire.begin() + 21));
    }
  }
}

}  // namespace tls12::record::testing
