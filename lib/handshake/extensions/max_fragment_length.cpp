// max_fragment_length: RFC 6066 §4. Where both are offered, record_size_limit replaces it (RFC 8449
// §5).
#include <bit>
#include <string>

#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

/// §4: 1 to 4 for 2^9 to 2^12 bytes; 0 for none.
std::uint8_t code_of(std::size_t size) {
  return size == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(std::bit_width(size) - 9);
}

void use(std::uint8_t code, Terms& terms, ConnectionState& state) {
  terms.max_fragment_length = code;
  if (code != 0)
    state.send_fragment_limit = state.receive_fragment_limit = std::size_t{1} << (8 + code);
}

void offer(Offer& offer, ClientHello& hello) {
  if (const std::size_t size = offer.context.config.max_fragment_length; size != 0)
    hello.max_fragment_length = code_of(size);
}

bool can_offer_session(const ClientContext::Content& context, const session::Session& session) {
  return session.max_fragment_length == 0 ||
         session.max_fragment_length == code_of(context.config.max_fragment_length);
}

Result<void> accept(ReceivedAnswer& received) {
  if (received.hello.record_size_limit) return {};
  if (const auto& code = received.hello.max_fragment_length) {
    if (*code != code_of(received.context.config.max_fragment_length))
      return fail(Errc::fragment_limit_wrong, "max_fragment_length");
    use(*code, received.terms, received.state);
  } else if (received.session != nullptr) {
    // RFC 6066 §1.1: the length of the session.
    use(received.session->max_fragment_length, received.terms, received.state);
  }
  return {};
}

// §4: four values are defined.
Result<void> check(const ClientHello& hello, ConnectionState&) {
  const auto& code = hello.max_fragment_length;
  return !code || (*code >= 1 && *code <= 4)
             ? Result<void>()
             : fail(Errc::fragment_limit_wrong, "max_fragment_length " + std::to_string(*code));
}

// RFC 6066 §1.1: a resumed session keeps its length, without an answer.
Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  if (answer.hello.record_size_limit) return {};
  if (answer.session != nullptr) {
    use(answer.session->max_fragment_length, answer.terms, answer.state);
  } else if (const auto& code = answer.hello.max_fragment_length) {
    hello.max_fragment_length = code;
    use(*code, answer.terms, answer.state);
  }
  return {};
}

}  // namespace

const ExtensionRow extensions::kMaxFragmentLength = {.type = ExtensionType::max_fragment_length,
                                                     .offer = offer,
                                                     .can_offer_session = can_offer_session,
                                                     .accept = accept,
                                                     .check = check,
                                                     .answer = answer};

}  // namespace tls12::handshake
