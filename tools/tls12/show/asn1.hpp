// Structures of ASN.1 as data, and bytes read by them: tolerantly, so that what is wrong can be
// shown as well.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tls12/bytes.hpp"

namespace tls12::tool::asn1 {

/// One element of an encoding, by the structure it belongs to. Its bytes live as long as the
/// encoding.
struct Node {
  std::string field = {};  ///< as the RFC spells it
  std::string type = {};   ///< likewise
  std::size_t offset = 0;  ///< in the encoding
  std::size_t header =
      0;  ///< octets of identifier and length, and of whatever else stands before the parts
  Bytes bytes = {};          ///< with the header
  std::string value = {};    ///< in words
  std::string note = {};     ///< what it is for
  std::string problem = {};  ///< what is wrong with it; empty when nothing is
  std::vector<Node> parts = {};

  Bytes content() const { return bytes.subspan(header); }
};

/// Problems of a node and all below it.
std::size_t problems(const Node& node);

struct Type;

/// A component of a structure, or an alternative of a choice.
struct Field {
  const char* name;
  const Type* type;
  const char* note = "";
  enum Presence : std::uint8_t { required, optional } presence = required;
  enum Tagging : std::uint8_t { untagged, implicitly, explicitly } tagging = untagged;
  std::uint8_t tag = 0;  ///< the number of the context-specific tag
};

struct Type {
  enum Kind : std::uint8_t { primitive, structure, list, choice, any };
  const char* name;
  Kind kind;
  std::uint8_t tag = 0;                ///< the identifier octet; none for a choice and any
  std::span<const Field> fields = {};  ///< of a structure or a choice
  const Type* element = nullptr;       ///< of a list
  std::string (*format)(Bytes content) = nullptr;      ///< of a primitive
  std::string (*summary)(const Node& node) = nullptr;  ///< of what has parts
  /// What is encoded within an octet string or a bit string, or what an open type is, by the object
  /// identifier before it; null: not known.
  const Type* (*holds)(Bytes oid) = nullptr;
  /// Parts that are not DER.
  std::vector<Node> (*split)(Bytes content) = nullptr;
};

/// Reads all of `der` as one value of this type.
Node decode(Bytes der, const Type& type, const char* field = "");

}  // namespace tls12::tool::asn1
