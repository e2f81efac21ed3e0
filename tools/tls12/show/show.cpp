// tls12 show: a certificate, a revocation list, an OCSP response or a certificate request, field by
// field and byte by byte.
#include "show/show.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/files/encoded.hpp"
#include "common/options/colour_option.hpp"
#include "common/output/format.hpp"
#include "show/schema.hpp"
#include "show/value_format.hpp"
#include "tls12/revocation.hpp"

namespace tls12::tool {
namespace {

using asn1::Document;
using asn1::Node;

constexpr std::size_t kFirstBytes = 8, kBytesALine = 32, kBytesWidth = 3 * kFirstBytes + 1,
                      kNameWidth = 42;

struct Options {
  std::string file;
  bool json = false, brief = false;
  Colour colour = Colour::automatic;
};

/// One thing of a file, read by its structure.
struct Decoded {
  Der der;
  const Document* document;
  Node node;
  std::string fault = {};  ///< why this library refuses it; empty when it does not
};

std::string fault_of(const Document& document, Bytes der) {
  const auto reason = [](const auto& result) {
    return result ? std::string() : local(result.error()).message();
  };
  const std::string_view label = document.label;
  if (label == "CERTIFICATE") return reason(Certificate::from_der(der));
  if (label == "X509 CRL") return reason(Crl::from_der(der));
  if (label == "OCSP RESPONSE") return reason(OcspResponse::from_der(der));
  return {};
}

/// By its label, or as what it resembles most; null when it resembles nothing.
const Document* document_of(const Encoded& encoded) {
  const auto documents = asn1::documents();
  const bool is_certificate =
      encoded.label == "X509 CERTIFICATE" || encoded.label == "TRUSTED CERTIFICATE";
  const auto named =
      std::ranges::find(documents, is_certificate ? "CERTIFICATE" : std::string_view(encoded.label),
                        &Document::label);
  if (named != documents.end()) return &*named;
  if (!encoded.label.empty() || encoded.der.empty() || encoded.der[0] != asn1::kSequence)
    return nullptr;
  return &*std::ranges::min_element(documents, {}, [&](const Document& one) {
    return problems(asn1::decode(encoded.der, *one.type));
  });
}

// ------------------------------------------------ for people

std::string spaced(Bytes bytes) {
  std::string text = to_hex(bytes);
  for (std::size_t i = 2; i < text.size(); i += 3) text.insert(i, 1, ' ');
  return text;
}

std::string right(std::size_t number) {
  const std::string text = std::to_string(number);
  return std::string(text.size() < 6 ? 6 - text.size() : 0, ' ') + text + "  ";
}

class Printer {
 public:
  Printer(TerminalStyle style, bool brief) : style_(style), brief_(brief) {}

  void print(const Node& node, std::size_t depth) const {
    const bool is_leaf = node.parts.empty();
    const Bytes shown = node.bytes.first(is_leaf ? node.bytes.size() : node.header);
    const Bytes first = shown.first(std::min(shown.size(), kFirstBytes));
    const bool goes_on = shown.size() > first.size();
    std::string name(2 * depth, ' ');
    name += node.field.empty() ? node.type : node.field;
    const std::string type = node.field.empty() || node.field == node.type ? "" : node.type;
    const Text words = node.value.empty() ? style_.dim(type)
                       : is_leaf          ? Text(node.value)
                                          : style_.yellow(node.value);
    Text line = style_.dim(right(node.offset)) +
                padded(spaced(first) + (goes_on && brief_ ? Text(" …") : Text()), kBytesWidth) +
                " ";
    line += words.empty() ? style_.cyan(name) : style_.cyan(padded(name, kNameWidth)) + " " + words;
    if (!node.note.empty()) line += style_.dim("  " + node.note);
    if (!node.problem.empty()) line += style_.red("  << " + node.problem);
    tool::print(stdout, line + "\n");
    if (!brief_) print_rest(shown.subspan(first.size()), node.offset + first.size());
    for (const Node& part : node.parts) print(part, depth + 1);
  }

 private:
  void print_rest(Bytes bytes, std::size_t offset) const {
    for (; !bytes.empty(); offset += kBytesALine) {
      const Bytes line = bytes.first(std::min(bytes.size(), kBytesALine));
      tool::print(stdout, style_.dim(right(offset) + spaced(line)) + "\n");
      bytes = bytes.subspan(line.size());
    }
  }

  TerminalStyle style_;
  bool brief_;
};

void print(const Decoded& shown, const Options& options) {
  const TerminalStyle style(options.colour, stdout);
  print(stdout, style.bold(shown.document->name) +
                    style.dim(", " + count(shown.der.size(), "byte", "bytes") + ", " +
                              shown.document->section) +
                    "\n");
  if (!shown.fault.empty()) print(stdout, style.red("tls12 refuses it: " + shown.fault) + "\n");
  print(stdout, style.dim("offset  bytes                     field                                 "
                          "     what it says") +
                    "\n");
  Printer(style, options.brief).print(shown.node, 0);
}

// ------------------------------------------------ for programs

nlohmann::ordered_json in_json(const Node& node) {
  nlohmann::ordered_json json = {{"field", node.field},
                                 {"type", node.type},
                                 {"offset", node.offset},
                                 {"header", node.header},
                                 {"size", node.bytes.size()}};
  if (!node.value.empty()) json["value"] = node.value;
  if (!node.note.empty()) json["note"] = node.note;
  if (!node.problem.empty()) json["problem"] = node.problem;
  if (node.parts.empty()) json["bytes"] = to_hex(node.bytes);
  for (const Node& part : node.parts) json["parts"].push_back(in_json(part));
  return json;
}

nlohmann::ordered_json in_json(const Decoded& shown) {
  return {{"kind", shown.document->name},
          {"section", shown.document->section},
          {"size", shown.der.size()},
          {"fault", shown.fault},
          {"structure", in_json(shown.node)}};
}

int run(const Options& options) {
  const auto content = read_encoded(options.file);
  if (!content) return failed(content.error());
  std::vector<Decoded> all;
  for (Encoded& encoded : encoded_in(*content)) {
    const Document* document = document_of(encoded);
    if (document == nullptr) continue;
    Decoded& shown =
        all.emplace_back(Decoded{.der = std::move(encoded.der), .document = document, .node = {}});
    shown.node = asn1::decode(shown.der, *document->type);
    shown.fault = fault_of(*document, shown.der);
  }
  if (all.empty())
    return failed(options.file +
                  ": no certificate, revocation list, OCSP response or certificate request");
  if (options.json) {
    auto json = nlohmann::ordered_json::array();
    for (const Decoded& shown : all) json.push_back(in_json(shown));
    print_json(stdout, json, 2);
  } else {
    for (const Decoded& shown : all) {
      if (&shown != &all.front()) tool::print(stdout, "\n");
      print(shown, options);
    }
  }
  return std::ranges::all_of(all, [](const Decoded& shown) { return shown.fault.empty(); })
             ? kDone
             : kFailed;
}

}  // namespace

void add_show(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand(
      "show",
      "Show certificates, revocation lists, OCSP responses or certificate requests in words, with "
      "each field's bytes; also broken ones.\n"
      "Exit code 0: all are well-formed; 1: some are not, or the file holds none.");
  command.add_option("FILE", options->file, "PEM or DER")->required();
  command.add_flag("--brief", options->brief, "of a long field, its first bytes alone");
  add_colour_option(command, options->colour);
  command.add_flag("--json", options->json, "print JSON");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tls12::tool
