// The extensions this stack understands: a row for each place where one may stand. A type without a
// row there is kept uninterpreted.
#include "wire/extensions.hpp"

#include <algorithm>
#include <bitset>

namespace tls12::wire {
namespace {

// ------------------------------------------------ each extension

constexpr std::uint8_t kHostName = 0;
constexpr std::size_t kMaxHostName = 255;  // RFC 1035 §2.3.4

// RFC 6066 §3: a DNS host name in ASCII. Names in use have underscores as well as RFC 1034 §3.5's
// letters, digits and hyphens.
bool is_host_name(Bytes name) {
  const auto is_its = [](std::uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
  };
  return name.size() <= kMaxHostName && std::ranges::all_of(name, is_its);
}

// RFC 6066 §3: at most one name of a type. Names of other types start with a 16-bit length too, and
// are skipped: a list without a host_name tells this stack nothing, like no list.
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

void parse_supported_groups(Reader& reader, ClientHello& hello) {
  hello.supported_groups.emplace(reader.pairs16("supported_groups", 2));
}
void serialize_supported_groups(const ClientHello& hello, Writer& out) {
  out.vector16(hello.supported_groups->wire());
}

void parse_signature_algorithms(Reader& reader, ClientHello& hello) {
  hello.signature_algorithms.emplace(reader.pairs16("signature_algorithms", 2));
}
void serialize_signature_algorithms(const ClientHello& hello, Writer& out) {
  out.vector16(hello.signature_algorithms->wire());
}

Bytes parse_protocol_names(Reader& reader) {
  constexpr const char* kField = "application_layer_protocol_negotiation";
  return reader.with_items<1>(reader.vector16(kField, 2), kField);
}
void parse_protocols(Reader& reader, ClientHello& hello) {
  hello.application_layer_protocol_negotiation.emplace(parse_protocol_names(reader));
}
void serialize_protocols(const ClientHello& hello, Writer& out) {
  out.vector16(hello.application_layer_protocol_negotiation->wire());
}

// RFC 7301 §3.1: the server's list holds exactly one name.
void parse_protocol(Reader& reader, ServerHello& hello) {
  const ListOfOpaque<1> list(parse_protocol_names(reader));
  if (reader.failed()) return;
  if (list.size() != 1)
    return reader.fail(Errc::length_out_of_range, "application_layer_protocol_negotiation");
  hello.application_layer_protocol_negotiation = *list.begin();
}
void serialize_protocol(const ServerHello& hello, Writer& out) {
  const Writer::Length list(out, 2);
  out.vector8(*hello.application_layer_protocol_negotiation);
}

template <class Hello>
void parse_renegotiation_info(Reader& reader, Hello& hello) {
  hello.renegotiation_info = reader.vector8("renegotiation_info");
}
template <class Hello>
void serialize_renegotiation_info(const Hello& hello, Writer& out) {
  out.vector8(*hello.renegotiation_info);
}

// RFC 5077 §3.2: the ticket is the extension's whole content.
void parse_session_ticket(Reader& reader, ClientHello& hello) {
  hello.session_ticket = reader.bytes(reader.rest().size(), "session_ticket");
}
void serialize_session_ticket(const ClientHello& hello, Writer& out) {
  out.bytes(*hello.session_ticket);
}

constexpr std::uint8_t kOcsp = 1;  // CertificateStatusType

// RFC 6066 §8. Which responders and extensions the client would like does not matter to a server
// that staples what it has; types other than OCSP have a content that nobody defines.
void parse_status_request(Reader& reader, ClientHello& hello) {
  constexpr const char* kField = "status_request";
  if (reader.u8(kField) != kOcsp) {
    reader.bytes(reader.rest().size(), kField);
    return;
  }
  reader.with_items<2>(reader.vector16(kField), kField);
  reader.vector16(kField);
  hello.status_request = !reader.failed();
}
void serialize_status_request(const ClientHello&, Writer& out) {
  out.u8(kOcsp);
  out.vector16({});
  out.vector16({});
}

// RFC 6962 §3.3.1.
void parse_timestamps(Reader& reader, ServerHello& hello) {
  constexpr const char* kField = "signed_certificate_timestamp";
  hello.signed_certificate_timestamps.emplace(
      reader.with_items<2>(reader.vector16(kField, 1), kField));
}
void serialize_timestamps(const ServerHello& hello, Writer& out) {
  out.vector16(hello.signed_certificate_timestamps->wire());
}

void parse_signature_algorithms_cert(Reader& reader, ClientHello& hello) {
  hello.signature_algorithms_cert.emplace(reader.pairs16("signature_algorithms_cert", 2));
}
void serialize_signature_algorithms_cert(const ClientHello& hello, Writer& out) {
  out.vector16(hello.signature_algorithms_cert->wire());
}

// RFC 8446 §4.2.1: a list behind a length of one byte.
void parse_supported_versions(Reader& reader, ClientHello& hello) {
  constexpr const char* kField = "supported_versions";
  const Bytes versions = reader.vector8(kField, 2, 254);
  if (versions.size() % 2 != 0) return reader.fail(Errc::vector_odd_size, kField);
  hello.supported_versions.emplace(versions);
}
void serialize_supported_versions(const ClientHello& hello, Writer& out) {
  out.vector8(hello.supported_versions->wire());
}

// RFC 7685 §3.
void parse_padding(Reader& reader, ClientHello& hello) {
  hello.padding = reader.bytes(reader.rest().size(), "padding").size();
}
void serialize_padding(const ClientHello& hello, Writer& out) {
  for (std::size_t i = 0; i < *hello.padding; ++i) out.u8(0);
}

// Extensions that are one number, or one list of bytes.
template <auto Member, class Hello>
void parse_u8(Reader& reader, Hello& hello) {
  using Value = typename std::decay_t<decltype(hello.*Member)>::value_type;
  hello.*Member = static_cast<Value>(reader.u8(reader.message()));
}
template <auto Member, class Hello>
void serialize_value(const Hello& hello, Writer& out) {
  using Value = typename std::decay_t<decltype(hello.*Member)>::value_type;
  if constexpr (std::is_enum_v<Value>) {
    out.value(*(hello.*Member));
  } else if constexpr (sizeof(Value) == 1) {
    out.u8(*(hello.*Member));
  } else {
    out.u16(*(hello.*Member));
  }
}
template <class Hello>
void parse_record_size_limit(Reader& reader, Hello& hello) {
  hello.record_size_limit = reader.u16(reader.message());
}
template <auto Member, class Hello>
void parse_vector8(Reader& reader, Hello& hello) {
  hello.*Member = reader.vector8(reader.message(), 1);
}
template <auto Member, class Hello>
void serialize_vector8(const Hello& hello, Writer& out) {
  out.vector8(*(hello.*Member));
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

// ------------------------------------------------ the tables

template <class Hello>
struct Row {
  ExtensionType type;
  const char* name;
  void (*parse)(Reader& data, Hello& hello);
  bool (*present)(const Hello& hello);
  void (*serialize)(const Hello& hello, Writer& data);
};

// In the order of sending. Some old servers fail on a ClientHello that ends in an empty extension:
// the flags are not last.
using C = ClientHello;
constexpr Row<C> kClientRows[] = {
    {ExtensionType::server_name, "server_name", parse_server_name, has<&C::server_name, C>,
     serialize_server_name},
    {ExtensionType::extended_master_secret, "extended_master_secret",
     parse_flag<&C::extended_master_secret, C>, has<&C::extended_master_secret, C>,
     serialize_nothing},
    {ExtensionType::renegotiation_info, "renegotiation_info", parse_renegotiation_info,
     has<&C::renegotiation_info, C>, serialize_renegotiation_info},
    {ExtensionType::supported_groups, "supported_groups", parse_supported_groups,
     has<&C::supported_groups, C>, serialize_supported_groups},
    {ExtensionType::ec_point_formats, "ec_point_formats", parse_vector8<&C::ec_point_formats, C>,
     has<&C::ec_point_formats, C>, serialize_vector8<&C::ec_point_formats, C>},
    {ExtensionType::session_ticket, "session_ticket", parse_session_ticket,
     has<&C::session_ticket, C>, serialize_session_ticket},
    {ExtensionType::encrypt_then_mac, "encrypt_then_mac", parse_flag<&C::encrypt_then_mac, C>,
     has<&C::encrypt_then_mac, C>, serialize_nothing},
    {ExtensionType::application_layer_protocol_negotiation,
     "application_layer_protocol_negotiation", parse_protocols,
     has<&C::application_layer_protocol_negotiation, C>, serialize_protocols},
    {ExtensionType::status_request, "status_request", parse_status_request,
     has<&C::status_request, C>, serialize_status_request},
    {ExtensionType::signed_certificate_timestamp, "signed_certificate_timestamp",
     parse_flag<&C::signed_certificate_timestamp, C>, has<&C::signed_certificate_timestamp, C>,
     serialize_nothing},
    {ExtensionType::max_fragment_length, "max_fragment_length",
     parse_u8<&C::max_fragment_length, C>, has<&C::max_fragment_length, C>,
     serialize_value<&C::max_fragment_length, C>},
    {ExtensionType::record_size_limit, "record_size_limit", parse_record_size_limit<C>,
     has<&C::record_size_limit, C>, serialize_value<&C::record_size_limit, C>},
    {ExtensionType::client_certificate_type, "client_certificate_type",
     parse_vector8<&C::client_certificate_types, C>, has<&C::client_certificate_types, C>,
     serialize_vector8<&C::client_certificate_types, C>},
    {ExtensionType::server_certificate_type, "server_certificate_type",
     parse_vector8<&C::server_certificate_types, C>, has<&C::server_certificate_types, C>,
     serialize_vector8<&C::server_certificate_types, C>},
    {ExtensionType::supported_versions, "supported_versions", parse_supported_versions,
     has<&C::supported_versions, C>, serialize_supported_versions},
    {ExtensionType::signature_algorithms_cert, "signature_algorithms_cert",
     parse_signature_algorithms_cert, has<&C::signature_algorithms_cert, C>,
     serialize_signature_algorithms_cert},
    {ExtensionType::signature_algorithms, "signature_algorithms", parse_signature_algorithms,
     has<&C::signature_algorithms, C>, serialize_signature_algorithms},
    {ExtensionType::padding, "padding", parse_padding, has<&C::padding, C>, serialize_padding},
};

// RFC 5246 §7.4.1.4.1: servers do not send signature_algorithms; supported_groups is the client's
// alone too (RFC 8422 §5.1).
using S = ServerHello;
constexpr Row<S> kServerRows[] = {
    {ExtensionType::server_name, "server_name", parse_flag<&S::server_name, S>,
     has<&S::server_name, S>, serialize_nothing},
    {ExtensionType::extended_master_secret, "extended_master_secret",
     parse_flag<&S::extended_master_secret, S>, has<&S::extended_master_secret, S>,
     serialize_nothing},
    {ExtensionType::renegotiation_info, "renegotiation_info", parse_renegotiation_info,
     has<&S::renegotiation_info, S>, serialize_renegotiation_info},
    {ExtensionType::ec_point_formats, "ec_point_formats", parse_vector8<&S::ec_point_formats, S>,
     has<&S::ec_point_formats, S>, serialize_vector8<&S::ec_point_formats, S>},
    {ExtensionType::session_ticket, "session_ticket", parse_flag<&S::session_ticket, S>,
     has<&S::session_ticket, S>, serialize_nothing},
    {ExtensionType::encrypt_then_mac, "encrypt_then_mac", parse_flag<&S::encrypt_then_mac, S>,
     has<&S::encrypt_then_mac, S>, serialize_nothing},
    {ExtensionType::application_layer_protocol_negotiation,
     "application_layer_protocol_negotiation", parse_protocol,
     has<&S::application_layer_protocol_negotiation, S>, serialize_protocol},
    {ExtensionType::status_request, "status_request", parse_flag<&S::status_request, S>,
     has<&S::status_request, S>, serialize_nothing},
    {ExtensionType::signed_certificate_timestamp, "signed_certificate_timestamp", parse_timestamps,
     has<&S::signed_certificate_timestamps, S>, serialize_timestamps},
    {ExtensionType::max_fragment_length, "max_fragment_length",
     parse_u8<&S::max_fragment_length, S>, has<&S::max_fragment_length, S>,
     serialize_value<&S::max_fragment_length, S>},
    {ExtensionType::record_size_limit, "record_size_limit", parse_record_size_limit<S>,
     has<&S::record_size_limit, S>, serialize_value<&S::record_size_limit, S>},
    {ExtensionType::client_certificate_type, "client_certificate_type",
     parse_u8<&S::client_certificate_type, S>, has<&S::client_certificate_type, S>,
     serialize_value<&S::client_certificate_type, S>},
    {ExtensionType::server_certificate_type, "server_certificate_type",
     parse_u8<&S::server_certificate_type, S>, has<&S::server_certificate_type, S>,
     serialize_value<&S::server_certificate_type, S>},
};

// ------------------------------------------------ the block

// Lengths first, and that no type comes twice (RFC 5246 §7.4.1.4). The set costs 8 KiB of stack and
// no search, however many there are.
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
  if (reader.empty())
    return;  // RFC 5246 §7.4.1.2, §7.4.1.3: a hello may end behind its compression method(s)
  const Bytes block = reader.vector16("extensions");
  check_block(reader, block);
  if (reader.failed()) return;
  hello.extensions = Extensions(block);
  for (const Extension extension : hello.extensions) {
    const auto row = std::find_if(std::begin(rows), std::end(rows),
                                  [&](const Row<Hello>& r) { return r.type == extension.type; });
    if (row == std::end(rows)) continue;
    Reader data(extension.data, row->name);
    row->parse(data, hello);
    data.end(row->name);
    if (reader.take_fault_of(data)) return;
  }
}

template <class Hello, std::size_t N>
void serialize_block(const Hello& hello, Writer& out, const Row<Hello> (&rows)[N],
                     std::optional<ExtensionType> grease = {}) {
  if (!grease && std::none_of(std::begin(rows), std::end(rows),
                              [&](const Row<Hello>& row) { return row.present(hello); }))
    return;
  const Writer::Length block(out, 2, "extensions");
  if (grease) {
    out.value(*grease);
    out.u16(0);
  }
  for (const Row<Hello>& row : rows) {
    if (!row.present(hello)) continue;
    out.value(row.type);
    const Writer::Length data(out, 2, row.name);
    row.serialize(hello, out);
  }
}

}  // namespace

void parse_extensions(Reader& reader, ClientHello& hello) {
  parse_block(reader, hello, kClientRows);
}
void parse_extensions(Reader& reader, ServerHello& hello) {
  parse_block(reader, hello, kServerRows);
}
void serialize_extensions(const ClientHello& hello, Writer& out) {
  serialize_block(hello, out, kClientRows, hello.grease);
}
void serialize_extensions(const ServerHello& hello, Writer& out) {
  serialize_block(hello, out, kServerRows);
}

}  // namespace tls12::wire
