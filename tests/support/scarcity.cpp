#include "support/scarcity.hpp"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tls12::test {

constinit Scarcity scarcity;

namespace {

bool fails(Scarce what) {
  if (scarcity.what.load(std::memory_order_relaxed) != what) return false;
  const std::size_t call = ++scarcity.calls;
  if (const std::size_t every = scarcity.every; every != 0) return call % every == 0;
  return call >= scarcity.from && call < scarcity.until;
}

bool system_fails() {
  if (!fails(Scarce::system)) return false;
  errno = scarcity.system_error;
  return true;
}

bool memory_fails() {
  if (!fails(Scarce::memory)) return false;
  errno = ENOMEM;
  return true;
}

template <class Call>
Call* real(const char* name) {
  return reinterpret_cast<Call*>(dlsym(RTLD_NEXT, name));
}

}  // namespace
}  // namespace tls12::test

using namespace tls12::test;

extern "C" {

// Other names of the C library's own.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) { return memory_fails() ? nullptr : __libc_malloc(size); }
void* calloc(size_t count, size_t size) {
  return memory_fails() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  return memory_fails() ? nullptr : __libc_realloc(memory, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  return memory_fails() ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void** into, size_t alignment, size_t size) {
  if (memory_fails()) return ENOMEM;
  *into = __libc_memalign(alignment, size);
  return *into == nullptr ? ENOMEM : 0;
}

int socket(int family, int type, int protocol) {
  static auto* const next = real<int(int, int, int)>("socket");
  return system_fails() ? -1 : next(family, type, protocol);
}
int bind(int descriptor, const sockaddr* address, socklen_t size) {
  static auto* const next = real<int(int, const sockaddr*, socklen_t)>("bind");
  return system_fails() ? -1 : next(descriptor, address, size);
}
int listen(int descriptor, int backlog) {
  static auto* const next = real<int(int, int)>("listen");
  return system_fails() ? -1 : next(descriptor, backlog);
}
int connect(int descriptor, const sockaddr* address, socklen_t size) {
  static auto* const next = real<int(int, const sockaddr*, socklen_t)>("connect");
  return system_fails() ? -1 : next(descriptor, address, size);
}
int accept4(int descriptor, sockaddr* address, socklen_t* size, int flags) {
  static auto* const next = real<int(int, sockaddr*, socklen_t*, int)>("accept4");
  const int accepted = system_fails() ? -1 : next(descriptor, address, size, flags);
  if (accepted >= 0)
    if (auto* const call = scarcity.on_accept.exchange(nullptr)) call();
  return accepted;
}
int getsockopt(int descriptor, int level, int name, void* value, socklen_t* size) {
  static auto* const next = real<int(int, int, int, void*, socklen_t*)>("getsockopt");
  return system_fails() ? -1 : next(descriptor, level, name, value, size);
}
int setsockopt(int descriptor, int level, int name, const void* value, socklen_t size) {
  static auto* const next = real<int(int, int, int, const void*, socklen_t)>("setsockopt");
  return system_fails() ? -1 : next(descriptor, level, name, value, size);
}
ssize_t recv(int descriptor, void* into, size_t size, int flags) {
  static auto* const next = real<ssize_t(int, void*, size_t, int)>("recv");
  return system_fails() ? -1 : next(descriptor, into, size, flags);
}
ssize_t send(int descriptor, const void* from, size_t size, int flags) {
  static auto* const next = real<ssize_t(int, const void*, size_t, int)>("send");
  return system_fails() ? -1 : next(descriptor, from, size, flags);
}
int ppoll(pollfd* polls, nfds_t count, const timespec* span, const sigset_t* mask) {
  static auto* const next = real<int(pollfd*, nfds_t, const timespec*, const sigset_t*)>("ppoll");
  return system_fails() ? -1 : next(polls, count, span, mask);
}
int eventfd(unsigned count, int flags) noexcept {
  static auto* const next = real<int(unsigned, int)>("eventfd");
  return system_fails() ? -1 : next(count, flags);
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) {
  static auto* const next =
      real<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  return system_fails() ? EAGAIN : next(thread, attributes, body, argument);
}

}  // extern "C"
