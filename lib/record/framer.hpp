// Bytes into records: the header's rules, in the order in which its bytes arrive (RFC 5246 §6.2.1,
// §6.2.3, appendix E).
#pragma once

#include <algorithm>
#include <optional>

#include "record/record.hpp"
#include "tls12/error.hpp"
#include "tls12/limits.hpp"

namespace tls12::record {

/// Holds no bytes: it looks at the input, which the caller keeps, and says what is there. How the
/// input was cut makes no difference to what comes out, errors included.
class Framer {
 public:
  struct Framed {
    std::optional<Record> record = {};
    std::size_t missing = 0;  ///< without a record: how many more bytes a whole one takes, as far
                              ///< as is known: at least 1; a fault may show before
  };

  /// The first record of `input`, if all of it is there. The caller consumes its wire_size before
  /// the next call.
  /// A fault in a header shows as soon as the faulty byte is there; nothing is said about bytes
  /// behind the first record. Errors:
  /// Errc::plain_http, Errc::not_tls (before the first record alone), Errc::record_type_unknown,
  /// Errc::record_version_wrong, Errc::record_overflow, Errc::record_empty (of an unprotected
  /// record: its header shows it).
  Result<Framed> next(MutableBytes input);

  /// The version is agreed upon: every record must say it from now on. Until then a record may have
  /// any with the major version 3, as RFC 5246 appendix E.1 asks of servers, and as clients need
  /// for whatever a server answers with.
  void expect_version(ProtocolVersion version) { version_ = version; }
  /// The peer's change_cipher_spec has come: fragments are sealed from now on, and may be longer
  /// than their plaintext.
  void expect_protection() { protected_ = true; }
  /// RFC 6066 §4: no sealed record of this much plaintext is longer than what is taken from now on;
  /// a longer one is Errc::record_overflow.
  /// 0: the protocol's own limit.
  void limit_plaintext(std::size_t size) {
    max_sealed_ = size == 0 ? kMaxCiphertext : std::min(size + kMaxExpansion, kMaxCiphertext);
  }

 private:
  /// What a CBC suite may add (RFC 5246 §6.2.3.2): an IV, a MAC by SHA-384, and padding.
  static constexpr std::size_t kMaxExpansion = 16 + 48 + 256;

  Result<Framed> not_a_first_record(Bytes input) const;

  std::optional<ProtocolVersion> version_ = {};
  std::size_t max_sealed_ = kMaxCiphertext;
  bool protected_ = false, first_ = true;
};

}  // namespace tls12::record
