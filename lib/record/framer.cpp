#include "record/framer.hpp"

#include "base/big_endian.hpp"
#include "record/foreign.hpp"

namespace tls12::record {

namespace {

bool known(std::uint8_t type) {
  return type >= static_cast<std::uint8_t>(ContentType::change_cipher_spec) &&
         type <= static_cast<std::uint8_t>(ContentType::application_data);
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
  const std::size_t length = static_cast<std::size_t>(big_endian(input.subspan(3, 2)));
  if (length > (protected_ ? max_sealed_ : kMaxPlaintext)) return fail(Errc::record_overflow);
  if (length == 0 && !protected_ && type != ContentType::application_data)
    return fail(Errc::record_empty, name(type));

  const std::size_t size = kRecordHeaderSize + length;
  if (n < size) return Framed{.missing = size - n};
  first_ = false;
  return Framed{.record = Record{.type = type,
                                 .version = version,
                                 .fragment = input.subspan(kRecordHeaderSize, length),
                                 .wire_size = size}};
}

Result<Framer::Framed> Framer::not_a_first_record(Bytes input) const {
  if (const auto other = foreign_protocol(input)) return fail(*other);
  return Framed{.missing = 1};
}

}  // namespace tls12::record
