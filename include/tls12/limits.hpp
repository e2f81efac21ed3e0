// Everything a peer can influence the size, the count or the duration of has its bound here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tls12 {

/// Fixed by RFC 5246 §6.2.1 and §6.2.3.
inline constexpr std::size_t kMaxPlaintext = 1 << 14;
inline constexpr std::size_t kMaxCiphertext = kMaxPlaintext + 2048;
inline constexpr std::size_t kRecordHeaderSize = 5;

/// Bytes of a session ticket that a server issues (RFC 5077 §3.3). A client sends it with each
/// ClientHello, whose extensions share 2^16-1 bytes. A session that needs more, because of the
/// client's certificates, gets an empty ticket.
inline constexpr std::size_t kMaxTicket = 16 * 1024;

/// Bytes of the largest legal ClientHello, without its header of 4 (RFC 5246 §7.4.1.2, §7.4.1.4):
/// client_version 2, random 32, session_id 1 + 32, cipher_suites 2 + 2^16-2, compression_methods
/// 1 + 255, extensions 2 + 2^16-1.
inline constexpr std::size_t kMaxClientHello = 131'396;

struct Limits {
  /// Bytes of a ClientHello, without its header. Real ones have 200 to 20,000, with a large ticket.
  std::size_t client_hello = kMaxClientHello;
  /// Bytes of a handshake message other than ClientHello and Certificate. The largest sensible one
  /// is a CertificateRequest with 2^16-1 bytes of certificate_authorities (RFC 5246 §7.4.4).
  std::size_t handshake_message = 72 * 1024;
  /// Bytes of a Certificate message. Chains of large RSA keys reach 20 KiB; mistakes reach more.
  std::size_t certificate_message = 256 * 1024;
  /// Certificates in one Certificate message. Real chains have two to five.
  std::size_t certificates = 16;
  /// Bytes of handshake kept for a signature over them (RFC 5246 §7.4.8) and for the hash that is
  /// not chosen yet.
  std::size_t transcript = 512 * 1024;
  /// Steps of work that the peer may cause before the handshake is complete: reading, searching and
  /// comparing what it sends, verifying its signatures, and the key exchange that it chose. A step
  /// is at most about a microsecond of one CPU (4,000 instructions). With what this end does of its
  /// own (a key share, a signature), no connection costs more than 0.3 s of CPU before its peer is
  /// authenticated, on a machine of 2020 with libsodium and mbedTLS. Handshakes with the public web
  /// take 1,000 to 10,000 steps. Diffie-Hellman in a field of a server's own takes 102,000 for 4096
  /// bits, and more than this limit for 6144. Renegotiations share one such budget until
  /// application data comes between them. Beyond it: Errc::too_much_work.
  std::size_t work = 200'000;
  /// Records in a row that carry nothing: RFC 5246 §6.2.1 allows them, a flood is an attack.
  unsigned empty_records = 32;
  /// Warning alerts in a row, without data between them.
  unsigned warning_alerts = 16;
  /// HelloRequests a connection answers or ignores; more is a flood (RFC 5246 §7.4.1.1 asks servers
  /// not to repeat them).
  unsigned hello_requests = 16;
  /// Sealed bytes that wait for the transport before write() accepts no more. What Flush::later
  /// holds back counts as if it were sealed; it takes memory for one record's data more.
  std::size_t output = 256 * 1024;
  /// Received bytes held at once (a power of two is kind to the allocator); at least one whole
  /// record.
  std::size_t input = 64 * 1024;
  /// Records that one AES key may protect, with GCM, CCM or CBC. TLS 1.2 cannot rekey without
  /// renegotiation; past 2^24.5 full records the bound of "Limits on Authenticated Encryption Use
  /// in TLS" (RFC 8446 §5.5) is exceeded: the state says so. At 2^32 the connection ends.
  std::uint64_t aes_records_warn = 23'726'566;
  std::uint64_t aes_records_end = std::uint64_t{1} << 32;
  /// ChaCha20-Poly1305 needs no bound before the sequence number wraps (RFC 8446 §5.5); this is
  /// that bound.
  std::uint64_t chacha20_records_end = ~std::uint64_t{0};
};

}  // namespace tls12
