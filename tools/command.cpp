#include "command.hpp"

namespace tls12::tool {

void complain(const std::string& line) {
  std::string text = "tls12: " + line;
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

int failed(const std::string& reason) {
  complain(reason);
  return kFailed;
}

int failed(const Error& error) { return failed(error.message()); }

Error local(Error error) {
  error.alert.reset();
  return error;
}

}  // namespace tls12::tool
