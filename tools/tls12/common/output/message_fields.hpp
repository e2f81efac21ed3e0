// A handshake message as a list of fields, for --trace.
#pragma once

#include <string>
#include <vector>

#include "tls12/messages.hpp"

namespace tls12::tool {

struct MessageField {
  std::string name;       ///< as the RFC spells it; empty: one more value of the field before
  std::string value;      ///< as text
  std::string note = {};  ///< its purpose
};

/// The purpose of a message, and the section that defines it.
struct MessagePurpose {
  std::string source, text;
};
MessagePurpose purpose_of(const HandshakeMessage& message);

std::vector<MessageField> message_fields(const HandshakeMessage& message);

/// The meaning of an alert for its receiver.
MessagePurpose purpose_of(const AlertMessage& alert);

}  // namespace tls12::tool
