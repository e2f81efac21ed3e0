#include "conn/resolve.hpp"

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "conn/no_memory.hpp"

namespace tls12 {
namespace {

struct Question {
  std::string host, port;
  Lookup lookup;
};

struct Answer {
  int status = EAI_FAIL;
  int system_error = 0;
  std::vector<Address> addresses;
};

Answer ask(const Question& question, int flags) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* list = nullptr;
  Answer answer;
  answer.status = question.lookup(question.host.c_str(), question.port.c_str(), &hints, &list);
  answer.system_error = answer.status == EAI_SYSTEM ? errno : 0;
  if (answer.status != 0) return answer;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, freeaddrinfo);
  for (const addrinfo* a = list; a != nullptr; a = a->ai_next) {
    Address& address = answer.addresses.emplace_back();
    std::memcpy(&address.storage, a->ai_addr, a->ai_addrlen);
    address.size = a->ai_addrlen;
  }
  return answer;
}

/// Between the caller and the thread that it may leave behind.
struct Desk {
  Question question;
  std::mutex mutex;
  std::condition_variable changed;
  bool answered = false;
  Answer answer;
};

void answer_at(const std::shared_ptr<Desk>& desk) {
  Answer answer;
  try {
    answer = ask(desk->question, 0);
  } catch (const std::bad_alloc&) { answer.status = EAI_MEMORY; }
  const std::lock_guard held(desk->mutex);
  desk->answer = std::move(answer);
  desk->answered = true;
  desk->changed.notify_all();
}

Result<std::vector<Address>> verdict(Answer answer, const std::string& host) {
  if (answer.status == 0 && !answer.addresses.empty()) return std::move(answer.addresses);
  if (answer.status == EAI_SYSTEM)
    return fail(socket_error(answer.system_error, host).in(Phase::resolve));
  if (answer.status == EAI_MEMORY) return fail(no_memory(Phase::resolve));
  const char* reason = answer.status == 0 ? "it has no address" : gai_strerror(answer.status);
  return fail(Error(Errc::host_not_found, std::string(host).append(": ").append(reason))
                  .in(Phase::resolve));
}

}  // namespace

Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port, Deadline deadline,
                                     Lookup lookup) {
  if (host.empty() || host.find('\0') != std::string::npos)
    return fail(Error(Errc::host_not_found, host).in(Phase::resolve));
  const auto desk = std::make_shared<Desk>();
  desk->question = {host, std::to_string(port), std::move(lookup)};
  // An address as text needs no waiting.
  const Question at_once = {host, desk->question.port, getaddrinfo};
  if (Answer answer = ask(at_once, AI_NUMERICHOST); answer.status == 0)
    return verdict(std::move(answer), host);
  // RFC 4007 §11: an address with a zone. No name has this sign.
  if (host.contains('%'))
    return fail(Error(Errc::host_not_found, host + ": the zone is not an interface of this machine")
                    .in(Phase::resolve));

  try {
    std::thread([desk] { answer_at(desk); }).detach();
  } catch (const std::system_error& error) {
    return fail(socket_error(error.code().value(), host).in(Phase::resolve));
  }
  std::unique_lock lock(desk->mutex);
  const auto answered = [&] { return desk->answered; };
  if (deadline.is_never()) {
    desk->changed.wait(lock, answered);
  } else if (!desk->changed.wait_until(lock, deadline.point(), answered)) {
    return fail(Error(Errc::timed_out, host).in(Phase::resolve));
  }
  return verdict(std::move(desk->answer), host);
}

}  // namespace tls12
