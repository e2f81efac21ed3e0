#include "socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

#include "tls12/limits.hpp"

namespace tls12::bogo {

std::size_t Pace::at_most() const {
  if (one_by_one_) return 1;
  return record_left_ != 0 ? record_left_ : kRecordHeaderSize - header_.size();
}

void Pace::note(Bytes received) {
  if (one_by_one_) return;
  if (record_left_ != 0) {
    record_left_ -= received.size();
    return;
  }
  header_.insert(header_.end(), received.begin(), received.end());
  if (header_.size() < kRecordHeaderSize) return;
  record_left_ = static_cast<std::size_t>(header_[3] << 8 | header_[4]);
  header_.clear();
}

int connect_to_runner(unsigned port, bool ipv6, std::string_view shim_id) {
  const int descriptor = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in6 six = {};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(static_cast<std::uint16_t>(port));
  six.sin6_addr = in6addr_loopback;
  sockaddr_in four = {};
  four.sin_family = AF_INET;
  four.sin_port = htons(static_cast<std::uint16_t>(port));
  four.sin_addr = {htonl(INADDR_LOOPBACK)};
  const int connected = ipv6 ? connect(descriptor, reinterpret_cast<sockaddr*>(&six), sizeof six)
                             : connect(descriptor, reinterpret_cast<sockaddr*>(&four), sizeof four);
  // The number that the connection goes by, in eight octets, the least significant first.
  std::uint64_t number = 0;
  std::from_chars(shim_id.data(), shim_id.data() + shim_id.size(), number);
  std::array<std::uint8_t, 8> name;
  for (auto& octet : name) octet = static_cast<std::uint8_t>(std::exchange(number, number >> 8));
  if (connected == 0 &&
      send(descriptor, name.data(), name.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(name.size()))
    return descriptor;
  close(descriptor);
  return -1;
}

void drain(int descriptor) {
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  shutdown(descriptor, SHUT_WR);
  std::array<char, 4096> rest;
  while (recv(descriptor, rest.data(), rest.size(), 0) > 0) {}
}

}  // namespace tls12::bogo
