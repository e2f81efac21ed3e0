#include "common/command.hpp"

namespace tls12::tool {

Text complaint(const Text& line) { return "tls12: " + line + "\n"; }

void complain(const Text& line) { print(stderr, complaint(line)); }

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
