// An open file of the system, closed when its owner goes.
#pragma once

#include <unistd.h>

namespace pytrader {

class FileHandle {
 public:
  // -1 is none.
  explicit FileHandle(int number = -1) noexcept : number_(number) {}
  ~FileHandle() { close(); }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;

  bool is_open() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }
  void close() noexcept {
    if (is_open()) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

}  // namespace pytrader
