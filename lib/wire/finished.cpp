// Finished (RFC 5246 §7.4.9).
#include "wire/codec.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace tls12::wire {
Result<Finished> parse_finished(Bytes body) {
  Reader reader(body, "Finished");
  const Finished message{.verify_data = reader.bytes(kVerifyDataSize, "verify_data")};
  return reader.finish(message);
}

Result<void> serialize(const Finished& message, Buffer& out) {
  Writer writer(out, HandshakeType::finished);
  writer.bytes(message.verify_data);
  return writer.finish();
}

}  // namespace tls12::wire
