#include "command.hpp"

namespace tls12::tool {

void complain(const Text& line) { print(stderr, "tls12: " + line + "\n"); }

int failed(const Text& reason) {
  complain(reason);
  return kFailed;
}

int failed(const Error& error) { return failed(error.message()); }

Error local(Error error) {
  error.alert.reset();
  return error;
}

}  // namespace tls12::tool
