// A handshake message as a list of fields: each by its name in the RFC, its value in words, and
// what it is for.
#pragma once

#include <string>
#include <vector>

#include "tls12/messages.hpp"

namespace tls12::tool {

struct Field {
  std::string name;       ///< as the RFC spells it; empty: one more value of the field before
  std::string value;      ///< in words
  std::string note = {};  ///< what it is for
};

/// What a message is for, and where it is defined.
struct Gist {
  std::string source, text;
};
Gist gist(const HandshakeMessage& message);

std::vector<Field> annotate(const HandshakeMessage& message);

/// What an alert means to the one who gets it.
Gist gist(const AlertMessage& alert);

}  // namespace tls12::tool
