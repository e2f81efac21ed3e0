#include "common/small_thread.hpp"

#include <pthread.h>

#include <memory>
#include <new>

namespace tls12::tool {
namespace {

/// Pages that are not touched cost nothing; what a handshake touches is about 30 KiB. The C library
/// keeps 40 MiB of the stacks of threads that have ended, a few touched pages in each: smaller
/// stacks would be more of them.
constexpr std::size_t kStack = 512 * 1024;

using Body = std::move_only_function<void()>;

void* run(void* argument) {
  const std::unique_ptr<Body> body(static_cast<Body*>(argument));
  (*body)();
  return nullptr;
}

}  // namespace

bool start_small_thread(std::move_only_function<void()> body) {
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return false;
  auto* argument = new (std::nothrow) Body(std::move(body));
  pthread_t thread;
  const bool started = argument != nullptr &&
                       ::pthread_attr_setstacksize(&attributes, kStack) == 0 &&
                       ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
                       ::pthread_create(&thread, &attributes, run, argument) == 0;
  if (!started) delete argument;
  ::pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace tls12::tool
