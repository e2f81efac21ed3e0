// A file that is read at any place, by any number of threads.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>

#include "tls12/bytes.hpp"

namespace tls12::tool {

class OpenFile {
 public:
  /// A regular file; nothing when it is none, or cannot be opened (the reason is in errno).
  static std::shared_ptr<const OpenFile> open(const std::string& path);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  const struct stat& about() const { return about_; }
  std::uint64_t size() const { return static_cast<std::uint64_t>(about_.st_size); }
  /// How many bytes from `offset` on went into `into`: all that it has room for, but at the end of
  /// the file or where it cannot be read.
  std::size_t read(std::uint64_t offset, MutableBytes into) const;

 private:
  OpenFile(int descriptor, const struct stat& about) : descriptor_(descriptor), about_(about) {}
  int descriptor_;
  struct stat about_;
};

}  // namespace tls12::tool
