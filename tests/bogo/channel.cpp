#include "channel.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tls12::bogo {

Channel::~Channel() { close(descriptor_); }

bool Channel::handshake() {
  while (engine_.handshaking() && !engine_.error() && receive()) {}
  flush();
  return !engine_.handshaking() && !engine_.error();
}

Bytes Channel::read(std::size_t at_most) {
  while (engine_.readable().empty() && !engine_.peer_closed() && !engine_.error() && receive()) {}
  flush();
  return engine_.readable().first(std::min(at_most, engine_.readable().size()));
}

bool Channel::write(Bytes data) {
  while (!data.empty()) {
    const auto taken = engine_.write(data);
    if (!taken) return false;
    data = data.subspan(*taken);
    flush();
  }
  return true;
}

void Channel::flush() {
  while (!engine_.output().empty()) {
    const Bytes output = engine_.output();
    const ssize_t sent = send(descriptor_, output.data(), one_by_one_ ? 1 : output.size(), MSG_NOSIGNAL);
    // A peer that has gone reads nothing any more.
    engine_.sent(sent > 0 ? static_cast<std::size_t>(sent) : output.size()).value();
  }
  if (const auto update = engine_.take_session_update()) update->apply();
}

void Channel::drain() {
  flush();
  shutdown(descriptor_, SHUT_WR);
  std::array<char, 4096> rest;
  while (recv(descriptor_, rest.data(), rest.size(), 0) > 0) {}
}

bool Channel::receive() {
  flush();
  if (engine_.wants() == Wants::signature) return sign(), true;
  if (engine_.wants() == Wants::verdict) return judge_(engine_), true;
  const MutableBytes space = engine_.input_space();
  if (space.empty()) return false;
  const ssize_t received = recv(descriptor_, space.data(), std::min(space.size(), wanted()), 0);
  if (received > 0) {
    note(space.first(static_cast<std::size_t>(received)));
    engine_.received(static_cast<std::size_t>(received)).value();
  } else {
    engine_.transport_ended();
  }
  return true;
}

// A record at a time, as the runner expects it: what is behind one has not come before the caller asks for more.
std::size_t Channel::wanted() const { return one_by_one_ ? 1 : record_left_ != 0 ? record_left_ : kRecordHeaderSize - header_.size(); }

void Channel::note(Bytes received) {
  if (record_left_ != 0) {
    record_left_ -= received.size();
    return;
  }
  header_.insert(header_.end(), received.begin(), received.end());
  if (header_.size() < kRecordHeaderSize) return;
  record_left_ = static_cast<std::size_t>(header_[3] << 8 | header_[4]);
  header_.clear();
}

void Channel::sign() {
  const SignatureWanted wanted = engine_.signature_wanted();
  std::array<std::uint8_t, 1024> signature;
  const auto size = signer_->sign(wanted.algorithm, wanted.message, default_provider()->rng(), signature);
  if (size)
    (void)engine_.provide_signature(Bytes(signature).first(*size));
  else
    (void)engine_.refuse_signature();
}

int connect_to_runner(unsigned port, bool ipv6, std::string_view shim_id) {
  const int descriptor = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in6 six = {
      .sin6_family = AF_INET6, .sin6_port = htons(static_cast<std::uint16_t>(port)), .sin6_flowinfo = 0, .sin6_addr = in6addr_loopback, .sin6_scope_id = 0};
  sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(static_cast<std::uint16_t>(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  const int connected =
      ipv6 ? connect(descriptor, reinterpret_cast<sockaddr*>(&six), sizeof six) : connect(descriptor, reinterpret_cast<sockaddr*>(&four), sizeof four);
  // The number that the connection goes by, in eight bytes, the least significant first.
  std::uint64_t number = 0;
  std::from_chars(shim_id.data(), shim_id.data() + shim_id.size(), number);
  std::array<std::uint8_t, 8> name;
  for (auto& byte : name) byte = static_cast<std::uint8_t>(std::exchange(number, number >> 8));
  if (connected == 0 && send(descriptor, name.data(), name.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(name.size())) return descriptor;
  close(descriptor);
  return -1;
}

}  // namespace tls12::bogo
