// The extensions this stack understands: a row for each place where one may stand. A type without a row there is kept uninterpreted.
#include "wire/extensions.hpp"

#include <algorithm>
#include <bitset>

namespace tls12::wire {
namespace {

// ---------------------------------------------------------------------------------------------------- each extension

constexpr std::uint8_t kHostName = 0;
constexpr std::size_t kMaxHostName = 255;  // RFC 1035 §2.3.4

// RFC 6066 §3: ASCII. A NUL would cut the name short for callers in C.
bool is_host_name(Bytes name) {
  return name.size() <= kMaxHostName && std::all_of(name.begin(), name.end(), [](std::uint8_t c) { return c > 0 && c < 0x80; });
}

// RFC 6066 §3: at most one name of a type. Names of other types start with a 16-bit length too, and are skipped: a list without a
// host_name tells this stack nothing, like no list.
void parse_server_name(Reader& reader, ClientHello& hello) {
  constexpr const char* kField = "server_name";
  Reader names(reader.vector16(kField, 1), kField);
  while (!names.empty()) {
    const std::uint8_t name_type = names.u8(kField);
    const Bytes name = names.vector16(kField, 1);
    if (names.failed() || name_type != kHostName) continue;
    if (hello.server_name || !is_host_name(name)) names.fail(Errc::server_name_malformed, kField);
    hello.server_name = text_of(name);
  }
  reader.take_fault_of(names);
}
void serialize_server_name(const ClientHello& hello, Writer& out) {
  const Writer::Length list(out, 2);
  out.u8(kHostName);
  out.vector16(bytes_of(*hello.server_name));
}

void parse_supported_groups(Reader& reader, ClientHello& hello) { hello.supported_groups.emplace(reader.pairs16("supported_groups", 2)); }
void serialize_supported_groups(const ClientHello& hello, Writer& out) { out.vector16(hello.supported_groups->wire()); }

void parse_signature_algorithms(Reader& reader, ClientHello& hello) { hello.signature_algorithms.emplace(reader.pairs16("signature_algorithms", 2)); }
void serialize_signature_algorithms(const ClientHello& hello, Writer& out) { out.vector16(hello.signature_algorithms->wire()); }

Bytes parse_protocol_names(Reader& reader) {
  constexpr const char* kField = "application_layer_protocol_negotiation";
  return reader.with_items<1>(reader.vector16(kField, 2), kField);
}
void parse_protocols(Reader& reader, ClientHello& hello) { hello.application_layer_protocol_negotiation.emplace(parse_protocol_names(reader)); }
void serialize_protocols(const ClientHello& hello, Writer& out) { out.vector16(hello.application_layer_protocol_negotiation->wire()); }

// RFC 7301 §3.1: the server's list holds exactly one name.
void parse_protocol(Reader& reader, ServerHello& hello) {
  const ListOfOpaque<1> list(parse_protocol_names(reader));
  if (reader.failed()) return;
  if (list.size() != 1) return reader.fail(Errc::length_out_of_range, "application_layer_protocol_negotiation");
  hello.application_layer_protocol_negotiation = *list.begin();
}
void serialize_protocol(const ServerHello& hello, Writer& out) {
  const Writer::Length list(out, 2);
  out.vector8(*hello.application_layer_protocol_negotiation);
}

template <class Hello>
void parse_point_formats(Reader& reader, Hello& hello) {
  hello.ec_point_formats = reader.vector8("ec_point_formats", 1);
}
template <class Hello>
void serialize_point_formats(const Hello& hello, Writer& out) {
  out.vector8(*hello.ec_point_formats);
}

template <class Hello>
void parse_renegotiation_info(Reader& reader, Hello& hello) {
  hello.renegotiation_info = reader.vector8("renegotiation_info");
}
template <class Hello>
void serialize_renegotiation_info(const Hello& hello, Writer& out) {
  out.vector8(*hello.renegotiation_info);
}

// Extensions that say all by being there.
template <auto Member, class Hello>
void parse_flag(Reader&, Hello& hello) {
  hello.*Member = true;
}
template <class Hello>
void serialize_nothing(const Hello&, Writer&) {}

template <auto Member, class Hello>
bool has(const Hello& hello) {
  return static_cast<bool>(hello.*Member);
}

// ---------------------------------------------------------------------------------------------------- the tables

template <class Hello>
struct Row {
  ExtensionType type;
  const char* name;
  void (*parse)(Reader& data, Hello& hello);
  bool (*present)(const Hello& hello);
  void (*serialize)(const Hello& hello, Writer& data);
};

// In the order of sending. Some old servers fail on a ClientHello that ends in an empty extension: extended_master_secret is not last.
// clang-format off
using C = ClientHello;
constexpr Row<C> kClientRows[] = {
    {ExtensionType::server_name, "server_name", parse_server_name, has<&C::server_name, C>, serialize_server_name},
    {ExtensionType::extended_master_secret, "extended_master_secret", parse_flag<&C::extended_master_secret, C>, has<&C::extended_master_secret, C>, serialize_nothing},
    {ExtensionType::renegotiation_info, "renegotiation_info", parse_renegotiation_info, has<&C::renegotiation_info, C>, serialize_renegotiation_info},
    {ExtensionType::supported_groups, "supported_groups", parse_supported_groups, has<&C::supported_groups, C>, serialize_supported_groups},
    {ExtensionType::ec_point_formats, "ec_point_formats", parse_point_formats, has<&C::ec_point_formats, C>, serialize_point_formats},
    {ExtensionType::application_layer_protocol_negotiation, "application_layer_protocol_negotiation", parse_protocols, has<&C::application_layer_protocol_negotiation, C>, serialize_protocols},
    {ExtensionType::signature_algorithms, "signature_algorithms", parse_signature_algorithms, has<&C::signature_algorithms, C>, serialize_signature_algorithms},
};

// RFC 5246 §7.4.1.4.1: servers do not send signature_algorithms; supported_groups is the client's alone too (RFC 8422 §5.1).
using S = ServerHello;
constexpr Row<S> kServerRows[] = {
    {ExtensionType::server_name, "server_name", parse_flag<&S::server_name, S>, has<&S::server_name, S>, serialize_nothing},
    {ExtensionType::extended_master_secret, "extended_master_secret", parse_flag<&S::extended_master_secret, S>, has<&S::extended_master_secret, S>, serialize_nothing},
    {ExtensionType::renegotiation_info, "renegotiation_info", parse_renegotiation_info, has<&S::renegotiation_info, S>, serialize_renegotiation_info},
    {ExtensionType::ec_point_formats, "ec_point_formats", parse_point_formats, has<&S::ec_point_formats, S>, serialize_point_formats},
    {ExtensionType::application_layer_protocol_negotiation, "application_layer_protocol_negotiation", parse_protocol, has<&S::application_layer_protocol_negotiation, S>, serialize_protocol},
};
// clang-format on

// ---------------------------------------------------------------------------------------------------- the block

// Lengths first, and that no type comes twice (RFC 5246 §7.4.1.4). The set costs 8 KiB of stack and no search, however many there are.
void check_block(Reader& reader, Bytes block) {
  std::bitset<0x10000> seen;
  Reader extensions(block, "extensions");
  while (!extensions.empty()) {
    const std::uint16_t type = extensions.u16("extensions");
    extensions.vector16("extensions");
    if (seen.test(type)) extensions.fail(Errc::duplicate_extension, "extensions");
    seen.set(type);
  }
  reader.take_fault_of(extensions);
}

template <class Hello, std::size_t N>
void parse_block(Reader& reader, Hello& hello, const Row<Hello> (&rows)[N]) {
  if (reader.empty()) return;  // RFC 5246 §7.4.1.2, §7.4.1.3: a hello may end behind its compression method(s)
  const Bytes block = reader.vector16("extensions");
  check_block(reader, block);
  if (reader.failed()) return;
  hello.extensions = Extensions(block);
  for (const Extension extension : hello.extensions) {
    const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Row<Hello>& r) { return r.type == extension.type; });
    if (row == std::end(rows)) continue;
    Reader data(extension.data, row->name);
    row->parse(data, hello);
    data.end(row->name);
    if (reader.take_fault_of(data)) return;
  }
}

template <class Hello, std::size_t N>
void serialize_block(const Hello& hello, Writer& out, const Row<Hello> (&rows)[N]) {
  if (std::none_of(std::begin(rows), std::end(rows), [&](const Row<Hello>& row) { return row.present(hello); })) return;
  const Writer::Length block(out, 2);
  for (const Row<Hello>& row : rows) {
    if (!row.present(hello)) continue;
    out.value(row.type);
    const Writer::Length data(out, 2);
    row.serialize(hello, out);
  }
}

}  // namespace

void parse_extensions(Reader& reader, ClientHello& hello) { parse_block(reader, hello, kClientRows); }
void parse_extensions(Reader& reader, ServerHello& hello) { parse_block(reader, hello, kServerRows); }
void serialize_extensions(const ClientHello& hello, Writer& out) { serialize_block(hello, out, kClientRows); }
void serialize_extensions(const ServerHello& hello, Writer& out) { serialize_block(hello, out, kServerRows); }

}  // namespace tls12::wire
