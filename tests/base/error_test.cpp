// The error table, walked row by row, and how an Error reads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

#include "base/error_numbers.hpp"
#include "tls12/error.hpp"

using namespace tls12;

namespace {

std::vector<Errc> all_codes() {
  std::vector<Errc> codes;
  for (const auto& [name, number] : test::kErrorNumbers)
    if (std::ranges::count(test::kRetiredRules, name) == 0)
      codes.push_back(static_cast<Errc>(number));
  return codes;
}

// What only this library rules on; every other fault of a peer has an RFC that says so.
const std::set<Errc> kOwnRules = {Errc::too_many_empty_records, Errc::too_many_warnings,
                                  Errc::too_much_work, Errc::certificate_search_exhausted,
                                  Errc::certificate_refused};

struct Enumerator {
  std::string name;
  int number = 0;  // 0: none is written
};

// The enumerators of Errc as the public header spells them.
std::vector<Enumerator> enumerators() {
  std::ifstream header(TLS12_ERROR_HEADER);
  std::vector<Enumerator> found;
  bool inside = false;
  for (std::string line; std::getline(header, line);) {
    if (line.starts_with("enum class Errc")) {
      inside = true;
    } else if (inside && line.starts_with("};")) {
      break;
    } else if (inside) {
      Enumerator one;
      std::istringstream words(line.substr(0, line.find_first_of("/,")));
      std::string equals;
      if (words >> one.name) found.push_back(one);
      if (words >> equals) words >> found.back().number;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("Every rule has a row whose name and number are its enumerator's") {
  const auto header = enumerators();
  REQUIRE(header.size() + std::size(test::kRetiredRules) == static_cast<std::size_t>(Errc::count_));
  CHECK(header.back().name == "count_");
  for (const Enumerator& one : header) {
    CAPTURE(one.name);
    CHECK(one.number != 0);
    if (one.name == "count_") continue;
    CHECK(static_cast<int>(rule(static_cast<Errc>(one.number)).code) == one.number);
    CHECK(rule(static_cast<Errc>(one.number)).name == one.name);
  }
}

TEST_CASE("The number of a rule never changes, and is not used again") {
  std::set<std::string_view> names;
  std::set<int> numbers;
  for (const auto& [name, number] : test::kErrorNumbers) {
    CAPTURE(name);
    const bool retired = std::ranges::count(test::kRetiredRules, name) != 0;
    CHECK(rule(static_cast<Errc>(number)).name == (retired ? "internal_error" : name));
    CHECK(names.insert(name).second);
    CHECK(numbers.insert(number).second);
  }
  // A new rule gets its line in error_numbers.hpp.
  CHECK(numbers.size() + 1 == static_cast<std::size_t>(Errc::count_));
}

TEST_CASE("A message tells the advice after the thing that it is about") {
  Error error(Errc::file_format_unsupported, "a.p12: PKCS#12");
  const std::string before = error.message();
  error.advice = "convert it";
  CHECK(error.message() == before + "; convert it");
}

TEST_CASE("Every row has words for a user: one sentence, its own") {
  std::set<std::string_view> texts;
  for (const Errc code : all_codes()) {
    const Rule& row = rule(code);
    CAPTURE(row.name);
    CHECK(row.text.size() >= 10);
    CHECK(row.text.size() <= 100);
    CHECK_FALSE(row.text.ends_with('.'));
    CHECK(row.text.find('\n') == std::string_view::npos);
    CHECK(row.text.find("  ") == std::string_view::npos);
    CHECK(texts.insert(row.text).second);
  }
}

// Shows RFC 5246 7.2.2-3
TEST_CASE("A fault of the peer has an alert, and a source unless the rule is ours alone") {
  for (const Errc code : all_codes()) {
    const Rule& row = rule(code);
    if (row.category != Category::protocol) continue;
    CAPTURE(row.name);
    CHECK(row.alert.has_value());
    CHECK(row.source.empty() == kOwnRules.contains(code));
    if (!row.source.empty()) CHECK(row.source.starts_with("RFC "));
  }
}

TEST_CASE("A peer is told of its own faults and of ours inside, and of nothing else") {
  for (const Errc code : all_codes()) {
    const Rule& row = rule(code);
    CAPTURE(row.name);
    CHECK(row.alert.has_value() ==
          (row.category == Category::protocol || row.category == Category::internal));
    if (row.category == Category::internal) CHECK(row.alert == Alert::internal_error);
  }
}

// Shows RFC 5246 7.2.2-7, 7.2.2-8, 7.2.2-9
TEST_CASE("RFC 5246 §7.2.2: no row sends an alert that is reserved or a closure") {
  for (const Errc code : all_codes()) {
    const auto alert = rule(code).alert;
    if (!alert) continue;
    CAPTURE(rule(code).name);
    for (const Alert never : {Alert::close_notify, Alert::decryption_failed_reserved,
                              Alert::no_certificate_reserved, Alert::export_restriction_reserved})
      CHECK(*alert != never);
  }
}

// Shows RFC 5246 7.2.2-3
TEST_CASE("RFC 5246 §7.2.2: the faults that the alert's own definition names get that alert") {
  CHECK(rule(Errc::unexpected_message).alert == Alert::unexpected_message);
  CHECK(rule(Errc::bad_record_mac).alert == Alert::bad_record_mac);
  CHECK(rule(Errc::record_overflow).alert == Alert::record_overflow);
  CHECK(rule(Errc::length_out_of_range).alert == Alert::decode_error);
  CHECK(rule(Errc::message_truncated).alert == Alert::decode_error);
  CHECK(rule(Errc::bad_signature).alert == Alert::decrypt_error);
  CHECK(rule(Errc::bad_finished).alert == Alert::decrypt_error);
  CHECK(rule(Errc::version_not_supported).alert == Alert::protocol_version);
  CHECK(rule(Errc::no_common_suite).alert == Alert::handshake_failure);
  CHECK(rule(Errc::extension_not_offered).alert == Alert::unsupported_extension);
  CHECK(rule(Errc::certificate_unknown_issuer).alert == Alert::unknown_ca);
  CHECK(rule(Errc::certificate_expired).alert == Alert::certificate_expired);
}

TEST_CASE("A code that is no rule is an internal error, not a read behind the table") {
  CHECK(rule(Errc::count_).code == Errc::internal_error);
  CHECK(rule(Errc{}).code == Errc::internal_error);
  CHECK(rule(static_cast<Errc>(0xffff)).code == Errc::internal_error);
}

TEST_CASE("An error is small, and copies like a number") {
  CHECK(std::is_trivially_copyable_v<Error>);
  CHECK(sizeof(Error) <= 160);
}

TEST_CASE(
    "An error reads as one line: what, about what, when, what the peer was told, and where that is "
    "written") {
  Error error(Errc::message_truncated, "ClientHello.random");
  error.due = "client_hello";
  CHECK(error.in(Phase::handshake).message() ==
        "a message ended before its last field: ClientHello.random [sent alert decode_error] [due: "
        "client_hello] [while: handshake] [RFC 5246 §7.2.2]");
  CHECK(Error(Errc::timed_out).message() == "the deadline passed");
  for (const Errc code : all_codes()) {
    const std::string text = Error(code, "x").in(Phase::read).message();
    CAPTURE(text);
    CHECK(text.starts_with(rule(code).text));
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.find(": x") != std::string::npos);
    CHECK(text.find("[while: read]") != std::string::npos);
  }
}

TEST_CASE("An alert of the peer reads as received") {
  Error error(Errc::peer_alert);
  CHECK_FALSE(error.alert.has_value());
  error.alert = Alert::unknown_ca;
  CHECK(error.message().find("[received alert unknown_ca]") != std::string::npos);
}

TEST_CASE("What the system said is part of the line") {
  Error error(Errc::file_unreadable, "key.pem");
  error.system_error = static_cast<int>(std::errc::no_such_file_or_directory);
  CHECK(error.message() == "a file cannot be read or written: key.pem (No such file or directory)");
}

TEST_CASE("A long detail is cut to fit, and ends") {
  const Error error(Errc::bad_pem, std::string(500, 'p'));
  CHECK(error.about() == std::string(error.detail.size() - 1, 'p'));
  Error again = error;
  again.set_detail("short");
  CHECK(again.about() == "short");
  CHECK(error.in(Phase::configure).about() == error.about());
}

TEST_CASE("A rule and an error convert to std::error_code") {
  const std::error_code code = Errc::bad_finished;
  CHECK(code.category() == error_category());
  CHECK(std::string_view(code.category().name()) == "tls12");
  CHECK(code.value() == static_cast<int>(Errc::bad_finished));
  CHECK(code.message() == rule(Errc::bad_finished).text);
  CHECK(make_error_code(Error(Errc::bad_pem, "x")) == Errc::bad_pem);
  const std::error_code converted = Error(Errc::bad_pem, "x").in(Phase::configure);
  CHECK(converted == Errc::bad_pem);
  CHECK(std::is_convertible_v<Error, std::error_code>);
  CHECK(std::system_error(Error(Errc::timed_out), "dial").code() == std::errc::timed_out);
  CHECK(code != std::error_code(Errc::bad_signature));
}

TEST_CASE("Where the system has a word for it, the error compares equal to it") {
  CHECK(std::error_code(Errc::timed_out) == std::errc::timed_out);
  CHECK(std::error_code(Errc::handshake_timed_out) == std::errc::timed_out);
  CHECK(std::error_code(Errc::connection_reset) == std::errc::connection_reset);
  CHECK(std::error_code(Errc::connection_refused) == std::errc::connection_refused);
  CHECK(std::error_code(Errc::address_in_use) == std::errc::address_in_use);
  CHECK(std::error_code(Errc::out_of_memory) == std::errc::not_enough_memory);
  CHECK(std::error_code(Errc::bad_finished) != std::errc::timed_out);
  CHECK((Error(Errc::timed_out) == std::errc::timed_out));
  CHECK((Error(Errc::bad_finished) != std::errc::timed_out));
}

TEST_CASE("No rule reads as success") {
  for (const Errc code : all_codes()) {
    CAPTURE(rule(code).name);
    CHECK(static_cast<bool>(std::error_code(code)));
  }
}

TEST_CASE("Categories and phases have their names") {
  CHECK(name(Category::protocol) == "protocol");
  CHECK(name(Category::internal) == "internal");
  CHECK(name(Phase::none) == "none");
  CHECK(name(Phase::close) == "close");
}
