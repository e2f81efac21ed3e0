#include "handshake/transcript.hpp"

#include <doctest/doctest.h>

#include "wire/hex.hpp"

using namespace tls12;
using namespace tls12::handshake;

namespace {

const HashFunction& sha256() {
  return *(*default_provider())[HashAlgorithm::sha256].implementation;
}
std::string hash_of(const Transcript& transcript) {
  return test::to_hex(transcript.hash().bytes());
}

// By coreutils' sha256sum.
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kOfAb = "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603";

}  // namespace

TEST_CASE("messages that came before the hash was known are hashed too") {
  Transcript transcript(100);
  REQUIRE(transcript.add(bytes_of("a")).has_value());
  REQUIRE(transcript.add(bytes_of("b")).has_value());
  transcript.use(sha256());
  CHECK(hash_of(transcript) == kOfAb);
  REQUIRE(transcript.add(bytes_of("c")).has_value());
  CHECK(hash_of(transcript) == kOfAbc);
}

TEST_CASE("reading the hash does not end it") {
  Transcript transcript(100);
  transcript.use(sha256());
  REQUIRE(transcript.add(bytes_of("ab")).has_value());
  CHECK(hash_of(transcript) == kOfAb);
  CHECK(hash_of(transcript) == kOfAb);
  REQUIRE(transcript.add(bytes_of("c")).has_value());
  CHECK(hash_of(transcript) == kOfAbc);
}

TEST_CASE("the messages themselves are kept, beside the hash, until nobody needs them") {
  Transcript transcript(100);
  REQUIRE(transcript.add(bytes_of("a")).has_value());
  transcript.use(sha256());
  REQUIRE(transcript.add(bytes_of("b")).has_value());
  CHECK(text_of(transcript.kept()) == "ab");
  transcript.stop_keeping();
  CHECK(transcript.kept().empty());
  REQUIRE(transcript.add(bytes_of("c")).has_value());
  CHECK(transcript.kept().empty());
  CHECK(hash_of(transcript) == kOfAbc);
}

TEST_CASE("no more is kept than the limit, and what is not kept is not limited") {
  Transcript transcript(3);
  REQUIRE(transcript.add(bytes_of("ab")).has_value());
  transcript.use(sha256());
  REQUIRE(transcript.add(bytes_of("c")).has_value());
  const auto too_much = transcript.add(bytes_of("d"));
  REQUIRE(!too_much);
  CHECK(too_much.error().code == Errc::handshake_message_too_large);
  CHECK(text_of(transcript.kept()) == "abc");

  Transcript hashing(3);
  hashing.use(sha256());
  hashing.stop_keeping();
  CHECK(hashing.add(bytes_of("more than three bytes")).has_value());
}
