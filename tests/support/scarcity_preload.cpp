// LD_PRELOAD: lets calls of a whole program fail, as its environment says.
//   SCARCE_WHAT          memory or system
//   SCARCE_FROM, _UNTIL  the numbers of the calls that fail; or SCARCE_EVERY: each so many-th
//   SCARCE_ERRNO         of the system calls
//   SCARCE_SINCE         main (the default), or accept: count from the first connection
//   SCARCE_COUNT         a file that gets the number of calls at the end
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "support/scarcity.hpp"

using namespace tls12::test;

namespace {

std::size_t number(const char* name, std::size_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string_view text(const char* name) {
  const char* found = std::getenv(name);
  return found == nullptr ? "" : found;
}

void begin() {
  scarcity.from = number("SCARCE_FROM", 0);
  scarcity.until = number("SCARCE_UNTIL", 0);
  scarcity.every = number("SCARCE_EVERY", 0);
  scarcity.system_error = static_cast<int>(number("SCARCE_ERRNO", 12));
  scarcity.what = text("SCARCE_WHAT") == "system" ? Scarce::system : Scarce::memory;
}

using Main = int (*)(int, char**, char**);
Main real_main = nullptr;

int counted_main(int count, char** arguments, char** environment) {
  if (text("SCARCE_SINCE") == "accept")
    scarcity.on_accept = begin;
  else
    begin();
  return real_main(count, arguments, environment);
}

[[gnu::destructor]] void report() {
  scarcity.what = Scarce::nothing;
  const char* path = std::getenv("SCARCE_COUNT");
  if (path == nullptr) return;
  if (std::FILE* file = std::fopen(path, "w")) {
    std::fprintf(file, "%zu\n", scarcity.calls.load());
    std::fclose(file);
  }
}

}  // namespace

extern "C" int __libc_start_main(Main main, int count, char** arguments, void (*init)(),
                                 void (*fini)(), void (*loader_fini)(), void* stack_end) {
  real_main = main;
  using Start = int(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  auto* const next = reinterpret_cast<Start*>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return next(counted_main, count, arguments, init, fini, loader_fini, stack_end);
}
