#include "show/asn1.hpp"

#include <algorithm>
#include <optional>

#include "common/output/format.hpp"
#include "show/value_format.hpp"

namespace tls12::tool::asn1 {
namespace {

/// Deeper than any structure of X.509; what is not known nests at most so far.
constexpr int kMaxDepth = 40;

struct Element {
  std::uint8_t tag = 0;
  std::size_t header = 0;
  Bytes whole = {};
  Bytes content() const { return whole.subspan(header); }
};

/// The next element; nothing when it does not fit, or is not of definite length (X.690 §8.1.3).
std::optional<Element> take(Bytes& left) {
  if (left.size() < 2 || (left[0] & 0x1f) == 0x1f) return std::nullopt;
  std::size_t header = 2, size = left[1];
  if (size > 0x84 || size == 0x80) return std::nullopt;
  if (size > 0x80) {
    header += size - 0x80;
    if (left.size() < header) return std::nullopt;
    size = 0;
    for (std::size_t i = 2; i < header; ++i) size = size << 8 | left[i];
  }
  if (size > left.size() - header) return std::nullopt;
  const Element element{.tag = left[0], .header = header, .whole = left.first(header + size)};
  left = left.subspan(header + size);
  return element;
}

bool is_constructed(std::uint8_t tag) { return (tag & 0x20) != 0; }

bool fits(const Type& type, std::uint8_t tag);

bool fits(const Field& field, std::uint8_t tag) {
  if (field.tagging != Field::untagged) return (tag & 0xdf) == (0x80 | field.tag);
  return fits(*field.type, tag);
}

bool fits(const Type& type, std::uint8_t tag) {
  if (type.kind == Type::any) return true;
  if (type.kind == Type::choice)
    return std::ranges::any_of(type.fields, [&](const Field& one) { return fits(one, tag); });
  return type.tag == tag;
}

class Decoder {
 public:
  explicit Decoder(Bytes der) : begin_(der.data()) {}

  Node whole(Bytes der, const Field& field) {
    Bytes left = der;
    const auto element = take(left);
    if (!element) return rest(der, "cut short, or no DER");
    Node node = one(*element, field);
    if (!left.empty()) node.parts.push_back(rest(left, "behind the end"));
    return node;
  }

 private:
  Node rest(Bytes bytes, const char* problem) const {
    return {.type = "bytes",
            .offset = offset_of(bytes),
            .bytes = bytes,
            .value = to_hex(bytes),
            .problem = problem};
  }

  std::size_t offset_of(Bytes bytes) const {
    return static_cast<std::size_t>(bytes.data() - begin_);
  }

  Node one(const Element& element, const Field& field) {
    const Type* type = field.type;
    Node node{.field = field.name,
              .type = type->name,
              .offset = offset_of(element.whole),
              .header = element.header,
              .bytes = element.whole,
              .note = field.note};
    if (++depth_ > kMaxDepth) {
      node.problem = "nested too deeply to be read";
    } else if (!fits(field, element.tag)) {
      node.problem = std::string("not ") + type->name;
      unknown(node, element);
    } else if (field.tagging == Field::explicitly) {
      node.type = "[" + std::to_string(field.tag) + "]";
      node.parts = within(element.content(), {"", type});
    } else if (type->kind == Type::choice) {
      node = chosen(element, field);
    } else {
      fill(node, element, *type);
    }
    --depth_;
    return node;
  }

  Node chosen(const Element& element, const Field& field) {
    const Field& alternative = *std::ranges::find_if(
        field.type->fields, [&](const Field& one) { return fits(one, element.tag); });
    Node node = one(element, alternative);
    if (*field.name != '\0')
      node.field = *alternative.name == '\0' ? field.name
                                             : std::string(field.name) + ", " + alternative.name;
    if (*field.note != '\0') node.note = field.note;
    return node;
  }

  void fill(Node& node, const Element& element, const Type& type) {
    switch (type.kind) {
      case Type::structure: structure(node, element.content(), type); break;
      case Type::list:
        for (Bytes left = element.content(); !left.empty();) {
          const auto next = take(left);
          if (!next) {
            node.parts.push_back(rest(left, "cut short, or no DER"));
            break;
          }
          node.parts.push_back(one(*next, {"", type.element}));
        }
        break;
      case Type::any: open(node, element, type); break;
      default: primitive(node, element, type);
    }
    if (type.summary != nullptr) node.value = type.summary(node);
  }

  void structure(Node& node, Bytes content, const Type& type) {
    Bytes left = content;
    for (const Field& field : type.fields) {
      const bool is_here = !left.empty() && fits(field, left[0]);
      if (!is_here && field.presence == Field::optional) continue;
      if (left.empty()) {
        node.problem = std::string(field.name) + " is missing";
        return;
      }
      const auto element = take(left);
      if (!element) break;
      node.parts.push_back(one(*element, field));
    }
    while (!left.empty()) {
      const auto element = take(left);
      if (!element) {
        node.parts.push_back(rest(left, "cut short, or no DER"));
        return;
      }
      node.parts.push_back(one(*element, {"", &kUnknown}));
      node.parts.back().problem = "nothing is due here";
    }
  }

  void primitive(Node& node, const Element& element, const Type& type) {
    if (type.tag == kObjectIdentifier) last_oid_ = element.content();
    const Type* inner = type.holds != nullptr ? type.holds(last_oid_) : nullptr;
    // A bit string's first octet says how many bits of its last are none.
    const bool is_bit_string = type.tag == kBitString;
    if (inner != nullptr && element.content().size() > (is_bit_string ? 1 : 0)) {
      node.header += is_bit_string ? 1 : 0;
      node.parts = within(element.whole.subspan(node.header), {"", inner});
    } else if (type.split != nullptr) {
      node.parts = type.split(element.content());
      for (Node& part : node.parts) part.offset = offset_of(part.bytes);
    } else if (type.format != nullptr) {
      node.value = type.format(element.content());
    }
  }

  void open(Node& node, const Element& element, const Type& type) {
    const Type* known_type = type.holds != nullptr ? type.holds(last_oid_) : nullptr;
    if (known_type != nullptr && fits(*known_type, element.tag)) {
      node.type = known_type->name;
      fill(node, element, *known_type);
    } else {
      unknown(node, element);
    }
  }

  /// By its identifier alone.
  void unknown(Node& node, const Element& element) {
    if (const Type* universal = universal_type(element.tag)) {
      node.type = universal->name;
      if (!is_constructed(element.tag)) return primitive(node, element, *universal);
    } else {
      node.type = "[" + std::to_string(element.tag & 0x1f) + "]";
    }
    if (is_constructed(element.tag))
      fill(node, element, {.name = "", .kind = Type::list, .element = &kUnknown});
    else
      node.value = to_hex(element.content());
  }

  std::vector<Node> within(Bytes content, const Field& field) {
    Bytes left = content;
    std::vector<Node> parts;
    if (const auto element = take(left)) parts.push_back(one(*element, field));
    if (!left.empty())
      parts.push_back(rest(left, parts.empty() ? "cut short, or no DER" : "behind the end"));
    return parts;
  }

  static constexpr Type kUnknown = {.name = "", .kind = Type::any};

  const std::uint8_t* begin_;
  Bytes last_oid_ = {};
  int depth_ = 0;
};

}  // namespace

std::size_t problems(const Node& node) {
  std::size_t count = node.problem.empty() ? 0 : 1;
  for (const Node& part : node.parts) count += problems(part);
  return count;
}

Node decode(Bytes der, const Type& type, const char* field) {
  return Decoder(der).whole(der, {field, &type});
}

}  // namespace tls12::tool::asn1
