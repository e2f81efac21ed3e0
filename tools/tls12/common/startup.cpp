#include "common/startup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <new>
#include <string_view>

#include "common/command.hpp"

namespace tls12::tool {
namespace {

void write_line(std::string_view line) noexcept {
  while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {}
}

[[noreturn]] void end() noexcept {
  try {
    if (const auto exception = std::current_exception()) std::rethrow_exception(exception);
  } catch (const std::bad_alloc&) { _exit(out_of_memory()); } catch (...) {
    // Reported below.
  }
  write_line("tls12: internal error: an exception was not caught\n");
  _exit(kFailed);
}

}  // namespace

bool open_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    // The lowest free number is this one.
    if (::open("/dev/null", O_RDONLY) != descriptor) return false;
  }
  return true;
}

void report_uncaught_exceptions() { std::set_terminate(end); }

int out_of_memory() noexcept {
  write_line("tls12: memory ran out\n");
  return kFailed;
}

}  // namespace tls12::tool
