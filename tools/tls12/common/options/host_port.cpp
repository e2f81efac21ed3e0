#include "common/options/host_port.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <expected>
#include <string_view>

namespace tls12::tool {
namespace {

using Parsed = std::expected<HostPort, std::string>;

std::unexpected<std::string> refuse(const std::string& text, const std::string& reason) {
  return std::unexpected("'" + text + "': " + reason);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// IPv6, with or without a zone (RFC 4007 §11).
bool is_ipv6(const std::string& text) {
  const std::string address = text.substr(0, text.find('%'));
  std::array<unsigned char, 16> octets = {};
  return ::inet_pton(AF_INET6, address.c_str(), octets.data()) == 1 &&
         (address.size() == text.size() || address.size() + 1 < text.size());
}

/// A URL, or what people copy with an address: the reason names the part that is left.
std::string surplus(const std::string& text) {
  const std::size_t scheme = text.find("://");
  const std::size_t begin = scheme == text.npos ? 0 : scheme + 3;
  const std::size_t end = text.find_first_of("/?#", begin);
  const std::string rest = text.substr(begin, end == text.npos ? text.npos : end - begin);
  if (scheme != text.npos) {
    const bool has_port =
        is_number(std::string_view(rest).substr(rest.rfind(':') + 1)) && rest.contains(':');
    return "leave the scheme out: " + rest + (has_port ? "" : ":443");
  }
  if (end != text.npos) return "leave out what follows the port: " + rest;
  if (text.contains('@')) return "leave the user out: " + text.substr(text.rfind('@') + 1);
  return {};
}

std::expected<std::uint16_t, std::string> parse_port(const std::string& text,
                                                     const std::string& port) {
  if (port.empty()) return refuse(text, "the port is missing after the colon");
  if (!is_number(port)) {
    const servent* service = ::getservbyname(port.c_str(), "tcp");
    if (service == nullptr)
      return refuse(text, port + " is neither a port number nor a service of this machine");
    return ntohs(static_cast<std::uint16_t>(service->s_port));
  }
  std::uint16_t number = 0;
  if (std::from_chars(port.data(), port.data() + port.size(), number).ec != std::errc{})
    return refuse(text, "a port is at most 65535");
  return number;
}

/// The host, and the text of the port.
std::expected<std::pair<std::string, std::string>, std::string> split(const std::string& text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos) return refuse(text, "the address has no ]");
    const std::string host = text.substr(1, close - 1);
    if (!is_ipv6(host)) return refuse(text, "between [ and ] stands an IPv6 address");
    if (close + 1 == text.size()) return refuse(text, "the port is missing: " + text + ":443");
    if (text[close + 1] != ':') return refuse(text, "after ] comes :PORT");
    return std::pair(host, text.substr(close + 2));
  }
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos)
    return refuse(
        text, is_number(text) ? "it is not HOST:PORT" : "the port is missing: " + text + ":443");
  const std::string host = text.substr(0, colon);
  if (host.contains(':')) return refuse(text, "an IPv6 address is written [ADDRESS]:PORT");
  return std::pair(host, text.substr(colon + 1));
}

Parsed parse(const std::string& text) {
  if (text.find_first_of(" \t\r\n") != text.npos) return refuse(text, "there is a space in it");
  if (const std::string reason = surplus(text); !reason.empty()) return refuse(text, reason);
  const auto parts = split(text);
  if (!parts) return std::unexpected(parts.error());
  const auto& [host, port] = *parts;
  if (!std::ranges::all_of(host, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return refuse(text, "the DNS writes an internationalized name with xn--");
  const auto number = parse_port(text, port);
  if (!number) return std::unexpected(number.error());
  return HostPort{host, *number};
}

}  // namespace

std::string parse_target(const std::string& text, HostPort& into) {
  const auto parsed = parse(text);
  if (!parsed) return parsed.error();
  if (parsed->host.empty()) return "'" + text + "': the host is missing before the colon";
  if (parsed->port == 0) return "'" + text + "': a port is at least 1";
  into = *parsed;
  return {};
}

std::string parse_listen_address(const std::string& text, HostPort& into) {
  const bool is_all = text.starts_with("*:");
  if (is_all || is_number(text))
    return "'" + text +
           "': all addresses of this machine are written :" + (is_all ? text.substr(2) : text);
  const auto parsed = parse(text);
  if (!parsed) return parsed.error();
  into = *parsed;
  return {};
}

}  // namespace tls12::tool
