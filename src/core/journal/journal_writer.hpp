// Writes a journal: frames behind one another in a file that nothing changes afterwards.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "journal/file_handle.hpp"
#include "journal/frame.hpp"

namespace pytrader {

// Calls throw Error(journal) where the system refuses, and again ever after: a journal has no holes.
class JournalWriter {
 public:
  // What at most stands in memory and not yet in the file.
  static constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

  // Makes the file. Throws Error(journal) if there is one already.
  explicit JournalWriter(std::string path);
  // Closes it, as well as that can be done.
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  void add(const JournalFrame& frame);
  // Bytes that were added and are not in the file.
  std::size_t unwritten() const noexcept { return filled_; }
  // What was added is in the file, and with sync() on the disk too.
  void flush();
  void sync();
  // The same, and nothing can be added any more; without effect again, and after an error. The file goes if nothing was
  // to be in it.
  void close();

 private:
  [[noreturn]] void refuse(const char* what);
  [[noreturn]] void refuse_more() const;

  std::string path_;
  FileHandle file_;
  bool failed_ = false;
  bool in_file_ = false;  // a part of it
  u32 chain_;
  std::size_t filled_ = 0;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace pytrader
