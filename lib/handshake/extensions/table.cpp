#include "handshake/extensions/table.hpp"

#include <algorithm>

namespace tls12::handshake {
namespace {

// Padding is last: it fills up what the others leave.
constexpr const ExtensionRow* kRows[] = {
    &extensions::kEcPointFormats,
    &extensions::kSupportedGroups,
    &extensions::kSignatureAlgorithms,
    &extensions::kSignatureAlgorithmsCert,
    &extensions::kRenegotiationInfo,
    &extensions::kExtendedMasterSecret,
    &extensions::kEncryptThenMac,
    &extensions::kServerName,
    &extensions::kApplicationLayerProtocolNegotiation,
    &extensions::kServerCertificateType,
    &extensions::kClientCertificateType,
    &extensions::kStatusRequest,
    &extensions::kSignedCertificateTimestamp,
    &extensions::kMaxFragmentLength,
    &extensions::kRecordSizeLimit,
    &extensions::kSessionTicket,
    &extensions::kGrease,
    &extensions::kPadding,
};

/// RFC 5246 §7.4.1.4: a server answers extensions that were offered, and adds none of its own.
Result<void> check_offered(const ClientHello& offered, const ServerHello& hello) {
  for (const Extension answer : hello.extensions) {
    const bool was_offered = std::ranges::any_of(
        offered.extensions, [&](const Extension& e) { return e.type == answer.type; });
    const bool is_answered = std::ranges::any_of(kRows, [&](const ExtensionRow* row) {
      return row->type == answer.type && row->accept != nullptr;
    });
    if (!was_offered || !is_answered) return fail(Errc::extension_not_offered, name(answer.type));
  }
  return {};
}

/// Calls one function of each row that has it, until one fails.
template <class... Parameters, class... Arguments>
Result<void> for_each(Result<void> (*ExtensionRow::*function)(Parameters...),
                      Arguments&... arguments) {
  for (const ExtensionRow* row : kRows)
    if (row->*function != nullptr)
      if (const auto done = (row->*function)(arguments...); !done) return done;
  return {};
}

}  // namespace

void offer_extensions(Offer& offer, ClientHello& hello) {
  for (const ExtensionRow* row : kRows)
    if (row->offer != nullptr) row->offer(offer, hello);
}

bool extensions_allow_offering(const ClientContext::Content& context,
                               const session::Session& session) {
  return std::ranges::all_of(kRows, [&](const ExtensionRow* row) {
    return row->can_offer_session == nullptr || row->can_offer_session(context, session);
  });
}

Result<void> accept_extensions(ReceivedAnswer& received) {
  if (const auto offered = check_offered(received.offered, received.hello); !offered)
    return offered;
  return for_each(&ExtensionRow::accept, received);
}

Result<void> check_extensions(const ClientHello& hello, ConnectionState& state) {
  return for_each(&ExtensionRow::check, hello, state);
}

Result<void> require_extensions(const ServerContext::Content& context, const ClientHello& hello,
                                ConnectionState& state) {
  return for_each(&ExtensionRow::require, context, hello, state);
}

Result<bool> extensions_allow_resuming(const ServerContext::Content& context,
                                       const ClientHello& hello, const session::Session& session) {
  for (const ExtensionRow* row : kRows) {
    if (row->can_resume_session == nullptr) continue;
    const auto can = row->can_resume_session(context, hello, session);
    if (!can || !*can) return can;
  }
  return true;
}

Result<void> answer_extensions(SentAnswer& answer, ServerHello& hello) {
  return for_each(&ExtensionRow::answer, answer, hello);
}

}  // namespace tls12::handshake
