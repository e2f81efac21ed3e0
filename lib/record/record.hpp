// One framed record: RFC 5246 §6.2's header, read, and where its fragment lies in the input.
#pragma once

#include <cstddef>

#include "tls12/bytes.hpp"
#include "tls12/registry.hpp"

namespace tls12::record {

struct Record {
  ContentType type = ContentType::handshake;
  ProtocolVersion version =
      ProtocolVersion::tls12;  ///< as the header says; part of what is authenticated
  MutableBytes fragment =
      {};  ///< behind the header, still sealed if the direction is protected; a view into the input
  std::size_t wire_size =
      0;  ///< header and fragment: what to consume of the input when done with the record
};

}  // namespace tls12::record
