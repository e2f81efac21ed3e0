// Certificates and CRLs as lists of encoded fields, any of which a test may replace by something
// that no CA would write.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x509/asn1/der_writer.hpp"
#include "x509/certificate/extensions.hpp"
#include "x509/issue/certificate_draft.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12::differential {

using Der = std::vector<std::uint8_t>;
using x509::Oid;
using x509::der::Writer;

/// What `write` writes.
Der encode(const std::function<void(Writer&)>& write);
Der from_hex(std::string_view hex);

struct Extension {
  Oid id;
  bool is_critical = false;
  Der value = {};
  Der critical_encoding = {};  ///< what stands in its place, if not the right one
};

/// A key that signs; certificates name it by its public half, or by another.
struct Key {
  PrivateKey key;
  Der public_info;
  Der identifier;
};
using KeyPtr = std::shared_ptr<const Key>;

/// One attribute of a Name, in a set of its own.
struct Attribute {
  Oid type;
  std::uint8_t tag;
  std::string value;
};
using Name = std::vector<Attribute>;
Name common_name(std::string_view text);
Der encode_name(const Name& name);

/// RFC 5280 §4.1, field by field. What is empty is absent.
struct Plan {
  Der version = from_hex("a003020102");
  Der serial = {};
  std::optional<x509::SignatureMethod> method = {};  ///< nothing: as the signer's key has it
  Der algorithm = {},
      outer_algorithm = {};  ///< what stands in the method's place, if not the right ones
  Der issuer = {}, subject = {};
  Der not_before = {}, not_after = {};
  KeyPtr key = {};
  Der public_info = {};  ///< what stands in the key's place
  Der unique_ids = {};
  std::vector<Extension> extensions = {};
  bool empty_extensions = false;
  bool wrong_signature = false;
  Der trailing = {};                                ///< behind the last field
  std::function<void(Der& certificate)> bend = {};  ///< at last
};

Extension* find(Plan& plan, const Oid& id);
void put(Plan& plan, Extension extension);
void remove(Plan& plan, const Oid& id);

// Breaks of one extension. False: there is nothing to break.
bool set(Plan& plan, const Oid& id, bool is_critical, Der value);
bool drop(Plan& plan, const Oid& id);
bool criticality(Plan& plan, const Oid& id, bool is_critical);

/// The certificate, signed by `signer`.
Der encode(const Plan& plan, const Key& signer, Random& random);

struct Revoked {
  Der serial;
  Der extensions = {};
};

/// RFC 5280 §5.1.
struct CrlPlan {
  Der issuer = {};
  Der this_update = {}, next_update = {};
  std::vector<Revoked> revoked = {};
  std::vector<Extension> extensions = {};
  bool wrong_signature = false;
};
Der encode(const CrlPlan& plan, const Key& signer, Random& random);

Der time_of(WallTime time);

// Values of extensions.
Der octets(Bytes content);
/// authorityKeyIdentifier's keyIdentifier.
Der key_reference(Bytes identifier);
Der key_usage(std::initializer_list<x509::KeyUsage> usages);
Der basic_constraints(bool is_ca, std::optional<unsigned> path_length = {});
Der object_identifiers(std::initializer_list<Oid> list);
/// One GeneralName: its tag's number and its content.
struct General {
  unsigned number;
  Der value;
};
General dns(std::string_view text);
General mail(std::string_view text);
General uri(std::string_view text);
General address(std::initializer_list<int> octets);
General directory(const Name& name);
void write_general(const General& name, Writer& writer);
Der general_names(const std::vector<General>& names);
Der subtrees(const std::vector<General>& permitted, const std::vector<General>& excluded);
Der policies(std::initializer_list<Oid> list);
Der mappings(std::initializer_list<std::pair<Oid, Oid>> list);
/// Two optional numbers with tags 0 and 1.
Der policy_constraints(int require_explicit, int inhibit_mapping);
Der small(unsigned value);

}  // namespace tls12::differential
