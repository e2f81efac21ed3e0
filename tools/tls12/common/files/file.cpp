#include "common/files/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace tls12::tool {
namespace {

/// A descriptor that closes itself.
struct File {
  explicit File(int d) : descriptor(d) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
  int descriptor;
};

std::unexpected<Error> unreadable(const std::string& path, int reason) {
  Error error(Errc::file_unreadable, path);
  error.system_error = reason;
  return std::unexpected(error);
}

/// Makes standard input a file in memory with the rest of what it was, at its end. False: it stays.
bool keep_standard_input() {
  const File memory(::memfd_create("standard input", MFD_CLOEXEC));
  if (memory.descriptor < 0) return false;
  char part[16 * 1024];
  for (std::size_t size = 0; size <= kMaxFile;) {
    const ssize_t n = ::read(STDIN_FILENO, part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    if (::write(memory.descriptor, part, static_cast<std::size_t>(n)) != n) break;
    size += static_cast<std::size_t>(n);
  }
  return ::dup2(memory.descriptor, STDIN_FILENO) >= 0;
}

/// How long a FIFO may have no writer.
constexpr std::chrono::milliseconds kFifoWait = std::chrono::seconds(2);

/// Waits a little; false when the time for a writer is up.
bool wait_for_writer(std::chrono::steady_clock::time_point end) {
  if (std::chrono::steady_clock::now() > end) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return true;
}

}  // namespace

std::string input_path(const std::string& file) {
  if (file != "-") return file;
  static const bool kept [[maybe_unused]] = keep_standard_input();
  return "/dev/stdin";
}

Result<std::string> read_file(const std::string& from) {
  const std::string path = input_path(from);
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.descriptor < 0) return unreadable(path, errno);
  struct stat about{};
  if (::fstat(file.descriptor, &about) != 0) return unreadable(path, errno);
  const auto end = std::chrono::steady_clock::now() + kFifoWait;
  std::string content;
  char part[16 * 1024];
  for (;;) {
    const ssize_t n = ::read(file.descriptor, part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN && ::fcntl(file.descriptor, F_SETFL, 0) == 0)
      continue;  // waits now
    if (n < 0) return unreadable(path, errno);
    if (n == 0 && content.empty() && S_ISFIFO(about.st_mode)) {
      if (wait_for_writer(end)) continue;
      return fail(Errc::file_unreadable, path + ": a FIFO to which no program writes");
    }
    if (n == 0) return content;
    content.append(part, static_cast<std::size_t>(n));
    if (content.size() > kMaxFile)
      return unreadable(path + ": larger than " + std::to_string(kMaxFile) + " bytes", EFBIG);
  }
}

std::string write_file(const std::string& path, std::string_view content, Secrecy secrecy) {
  const auto reason = [&] { return "cannot write " + path + ": " + std::strerror(errno); };
  const mode_t mode = secrecy == Secrecy::secret ? 0600 : 0644;
  // A file that was there may be readable by others: the new one is another file, under the same
  // name. A device or a FIFO stays what it is.
  struct stat about{};
  const bool is_file =
      ::stat(path.c_str(), &about) != 0 || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode);
  const std::string fresh = is_file ? path + ".new" : path;
  if (is_file) ::unlink(fresh.c_str());
  const int flags = is_file ? O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC : O_WRONLY | O_CLOEXEC;
  File file(::open(fresh.c_str(), flags, mode));
  if (file.descriptor < 0) return reason();
  bool written = true;
  while (written && !content.empty()) {
    const ssize_t n = ::write(file.descriptor, content.data(), content.size());
    if (n >= 0) content.remove_prefix(static_cast<std::size_t>(n));
    written = n >= 0 || errno == EINTR;
  }
  written = written && ::close(std::exchange(file.descriptor, -1)) == 0;
  if (written && (!is_file || ::rename(fresh.c_str(), path.c_str()) == 0)) return {};
  std::string failure = reason();
  if (is_file) ::unlink(fresh.c_str());
  return failure;
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace tls12::tool
