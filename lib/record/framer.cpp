#include "record/framer.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tls12::record {

namespace {

bool known(std::uint8_t type) {
  return type >= static_cast<std::uint8_t>(ContentType::change_cipher_spec) && type <= static_cast<std::uint8_t>(ContentType::application_data);
}

/// Whether `input` starts with `pattern`, as far as it goes: a short input may still turn into one.
bool may_be(Bytes input, std::string_view pattern) {
  const std::size_t n = std::min(input.size(), pattern.size());
  return text_of(input.first(n)) == pattern.substr(0, n);
}

/// How HTTP/1 starts: a method (RFC 9110 §9.1, RFC 5789), or an answer's version. Each in as many bytes as a record's header, at most.
constexpr std::array<std::string_view, 10> kHttp = {"GET ", "POST ", "HEAD ", "PUT ", "DELET", "OPTIO", "CONNE", "TRACE", "PATCH", "HTTP/"};

/// An SSL 2.0 CLIENT-HELLO (RFC 5246 appendix E.2): two bytes of length with the top bit set, msg_type 1, a version 0.2 or 3.x.
bool may_be_ssl2_hello(Bytes input) {
  return (input[0] & 0x80) != 0 && (input.size() < 3 || input[2] == 1) && (input.size() < 4 || input[3] == 0 || input[3] == 3);
}

std::unexpected<Error> wrong_version(std::uint8_t major, std::uint8_t minor) {
  return fail(Errc::record_version_wrong, name(static_cast<ProtocolVersion>(major << 8 | minor)));
}

}  // namespace

Result<Framer::Framed> Framer::next(MutableBytes input) {
  const std::size_t n = input.size();
  if (n == 0) return Framed{.missing = kRecordHeaderSize};
  if (!known(input[0])) return first_ ? not_a_first_record(input) : fail(Errc::record_type_unknown);
  const auto type = static_cast<ContentType>(input[0]);

  // RFC 5246 appendix E.1: before the version is agreed upon, its major part alone has a meaning.
  const std::uint8_t minor = n > 2 ? input[2] : 0;
  if (n > 1 && input[1] != 3) return wrong_version(input[1], minor);
  const auto version = static_cast<ProtocolVersion>(3 << 8 | minor);
  if (n > 2 && version_ && version != *version_) return wrong_version(3, minor);

  if (n < kRecordHeaderSize) return Framed{.missing = kRecordHeaderSize - n};
  const std::size_t length = static_cast<std::size_t>(input[3]) << 8 | input[4];
  if (length > (protected_ ? max_sealed_ : kMaxPlaintext)) return fail(Errc::record_overflow);
  if (length == 0 && !protected_ && type != ContentType::application_data) return fail(Errc::record_empty, name(type));

  const std::size_t size = kRecordHeaderSize + length;
  if (n < size) return Framed{.missing = size - n};
  first_ = false;
  return Framed{.record = Record{.type = type, .version = version, .fragment = input.subspan(kRecordHeaderSize, length), .wire_size = size}};
}

/// What the peer seems to speak instead. Waits for the bytes that tell, never for more than a header of ours has.
Result<Framer::Framed> Framer::not_a_first_record(Bytes input) const {
  for (const std::string_view start : kHttp) {
    if (!may_be(input, start)) continue;
    if (input.size() >= start.size()) return fail(Errc::plain_http);
    return Framed{.missing = 1};
  }
  if (may_be_ssl2_hello(input)) {
    if (input.size() >= 4) return fail(Errc::not_tls, "an SSL 2.0 CLIENT-HELLO");
    return Framed{.missing = 1};
  }
  return fail(Errc::not_tls);
}

}  // namespace tls12::record
