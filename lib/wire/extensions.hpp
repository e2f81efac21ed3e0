// The extensions block that may end a hello (RFC 5246 §7.4.1.4).
#pragma once

#include "tls12/messages.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace tls12::wire {

// Reads the block, if there is one, with its length: `hello.extensions` shows all of it, the
// hello's other members what is known.
void parse_extensions(Reader& reader, ClientHello& hello);
void parse_extensions(Reader& reader, ServerHello& hello);

// Writes the members that are there, or no block at all when none is.
void serialize_extensions(const ClientHello& hello, Writer& out);
void serialize_extensions(const ServerHello& hello, Writer& out);

}  // namespace tls12::wire
