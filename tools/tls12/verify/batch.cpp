// tls12 verify --batch: one case a line, one verdict a line, flushed so that whoever pipes can wait
// for each.
#include "verify/batch.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/command.hpp"
#include "common/files/encoded.hpp"
#include "common/files/file.hpp"
#include "common/options/time_option.hpp"

namespace tls12::tool {
namespace {

using Json = nlohmann::json;

/// Thrown by the functions that read members, caught in answer().
struct InvalidLine {
  std::string reason;
};

/// The member, unless it is absent or null.
const Json* member(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found == line.end() || found->is_null() ? nullptr : &*found;
}

template <class Value>
Value member_value(const Json& json, const char* key, const char* kind) {
  try {
    return json.get<Value>();
  } catch (const Json::exception&) { throw InvalidLine{std::string(key) + " is not " + kind}; }
}

/// Base64, or PEM. What is neither is kept, as something that cannot be read: that is for the
/// verdict to say.
Der der_of(const Json& json, const char* key) {
  const auto text = member_value<std::string>(json, key, "a text");
  if (text.find("-----BEGIN ") != std::string::npos) return std::move(encoded_in(text).front().der);
  return decode_base64(text).value_or(Der());
}

std::vector<Der> ders_at(const Json& line, const char* key) {
  std::vector<Der> ders;
  const Json* list = member(line, key);
  if (list == nullptr) return ders;
  if (!list->is_array()) throw InvalidLine{std::string(key) + " is not a list"};
  for (const Json& one : *list) ders.push_back(der_of(one, key));
  return ders;
}

RequiredName name_of(const Json& json) {
  const auto named = [](std::string text) {
    if (text.empty()) throw InvalidLine{"peer_name is empty; the kind ANY accepts any name"};
    return required_name(std::move(text));
  };
  if (json.is_string()) return named(json.get<std::string>());
  if (!json.is_object()) throw InvalidLine{"peer_name has no value"};
  const Json* kind = member(json, "kind");
  if (kind != nullptr && *kind == "ANY") {
    if (member(json, "value") != nullptr)
      throw InvalidLine{"peer_name has a value, and the kind ANY"};
    return {.kind = PeerName::Kind::any};
  }
  if (!json.contains("value")) throw InvalidLine{"peer_name has no value"};
  RequiredName name =
      named(member_value<std::string>(json["value"], "peer_name's value", "a text"));
  if (kind == nullptr) return name;
  if (*kind == "DNS")
    name.kind = PeerName::Kind::dns;
  else if (*kind == "IP")
    name.kind = PeerName::Kind::ip;
  else if (*kind == "RFC822")
    name.kind = PeerName::Kind::email;
  else
    throw InvalidLine{"peer_name's kind is not DNS, IP, RFC822 or ANY"};
  return name;
}

WallTime time_of(const Json& json) {
  std::string text = json.is_string()           ? json.get<std::string>()
                     : json.is_number_integer() ? json.dump()
                                                : std::string();
  if (json.is_number_float())
    text = std::to_string(std::floor(json.get<double>())), text.resize(text.find('.'));
  const auto time = parse_time(text);
  if (!time) throw InvalidLine{"time is not in seconds since 1970"};
  return *time;
}

/// The words of the members that say what the certificate is used for; nothing for others.
std::optional<Purpose> parse_purpose(std::string_view text) {
  struct Word {
    std::string_view text;
    Purpose purpose;
  };
  static constexpr Word kWords[] = {
      {"server", Purpose::server},     {"client", Purpose::client},
      {"any", Purpose::any},           {"serverAuth", Purpose::server},
      {"clientAuth", Purpose::client}, {"anyExtendedKeyUsage", Purpose::any}};
  const auto* word = std::ranges::find(kWords, text, &Word::text);
  return word == std::end(kWords) ? std::nullopt : std::optional(word->purpose);
}

Purpose purpose_of(const Json& json, const char* key) {
  const auto purpose = parse_purpose(member_value<std::string>(json, key, "a text"));
  if (!purpose) throw InvalidLine{std::string(key) + " is not server, client or any"};
  return *purpose;
}

/// The most telling of the three members that say what the certificate is used for.
void read_purpose(const Json& line, Case& input) {
  if (const Json* kind = member(line, "kind")) input.purpose = purpose_of(*kind, "kind");
  if (const Json* usages = member(line, "extended_key_usage");
      usages != nullptr && usages->size() == 1)
    input.purpose = purpose_of((*usages)[0], "extended_key_usage");
  if (const Json* purpose = member(line, "purpose"))
    input.purpose = purpose_of(*purpose, "purpose");
}

void read_policy_inputs(const Json& line, VerifyPolicy& policy) {
  const auto flag = [&](const char* key, bool& into) {
    if (const Json* json = member(line, key))
      into = member_value<bool>(*json, key, "true or false");
  };
  if (const Json* set = member(line, "user_initial_policy_set"))
    policy.user_initial_policy_set = member_value<std::vector<std::string>>(
        *set, "user_initial_policy_set", "a list of object identifiers");
  flag("initial_explicit_policy", policy.initial_explicit_policy);
  flag("initial_policy_mapping_inhibit", policy.initial_policy_mapping_inhibit);
  flag("initial_any_policy_inhibit", policy.initial_any_policy_inhibit);
}

Case case_of(const Json& line, const Case& defaults) {
  Case input = defaults;
  const Json* leaf = member(line, "leaf");
  if (leaf == nullptr) throw InvalidLine{"leaf is missing"};
  input.leaf = der_of(*leaf, "leaf");
  for (Der& der : ders_at(line, "trusted")) input.trusted.push_back(std::move(der));
  for (Der& der : ders_at(line, "untrusted")) input.untrusted.push_back(std::move(der));
  for (Der& der : ders_at(line, "crls")) input.crls.push_back(std::move(der));
  if (const Json* ocsp = member(line, "ocsp")) input.ocsp = der_of(*ocsp, "ocsp");
  if (const Json* name = member(line, "peer_name")) input.names = {name_of(*name)};
  if (const Json* time = member(line, "time")) input.time = time_of(*time);
  if (const Json* depth = member(line, "max_chain_depth"))
    input.max_intermediates = std::min(
        member_value<std::size_t>(*depth, "max_chain_depth", "a number"), kMostIntermediates);
  read_purpose(line, input);
  read_policy_inputs(line, input.policy);
  return input;
}

struct Answer {
  nlohmann::ordered_json json;
  bool was_case = true;
};

Answer answer(const std::string& text, const Case& defaults, bool with_details) {
  const Json line = Json::parse(text, nullptr, false);
  nlohmann::ordered_json json = {{"id", nullptr}};
  try {
    if (!line.is_object()) throw InvalidLine{"this line is no JSON object"};
    if (const Json* id = member(line, "id")) json["id"] = *id;
    const Verdict verdict = verify_case(case_of(line, defaults));
    if (with_details)
      json.update(verdict_json(verdict));
    else
      json.update({{"verdict", verdict ? "valid" : "invalid"},
                   {"reason", verdict ? std::string() : verdict.error().message()}});
    return {std::move(json)};
  } catch (const InvalidLine& invalid) {
    json.update({{"verdict", "invalid"}, {"reason", invalid.reason}, {"error", true}});
    return {std::move(json), false};
  }
}

/// The longest line of a batch, in bytes.
constexpr std::size_t kMaxLine = kMaxFile;

/// False at the end of the file. Throws if it cannot be read, if a line is longer than kMaxLine, or
/// if memory for the line runs out: otherwise the cases that follow would be lost silently.
bool next_line(std::FILE* file, std::string& line) {
  line.clear();
  errno = 0;
  for (int c; (c = ::getc_unlocked(file)) != EOF;) {
    if (c == '\n') return true;
    if (line.size() == kMaxLine)
      throw std::runtime_error("cannot read the cases: a line of more than " +
                               std::to_string(kMaxLine) + " bytes");
    line.push_back(static_cast<char>(c));
  }
  if (std::ferror(file) != 0)
    throw std::runtime_error(std::string("cannot read the cases: ") + std::strerror(errno));
  return !line.empty();
}

}  // namespace

int verify_batch(const std::string& path, const Case& defaults, bool with_details) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      path == "-" ? stdin : std::fopen(path.c_str(), "re"), std::fclose);
  if (!file) {
    complain("cannot read " + path);
    return kUsage;
  }
  bool all_were_cases = true;
  for (std::string text; next_line(file.get(), text);) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const Answer one = answer(text, defaults, with_details);
    all_were_cases = all_were_cases && one.was_case;
    print_json(stdout, one.json);
    std::fflush(stdout);
  }
  return all_were_cases ? kDone : kUsage;
}

}  // namespace tls12::tool
