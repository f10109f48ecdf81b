// Reads a journal frame by frame, and tells one that breaks off from one that is damaged.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "journal/file_handle.hpp"
#include "journal/frame.hpp"

namespace pytrader {

// A writer that was interrupted leaves a part of a frame, or zeros, behind the last whole one: reading ends before it.
// Anything else that is not as it was written throws Error(journal), which names the byte.
class JournalReader {
 public:
  // The file; or bytes as they would stand in one.
  explicit JournalReader(const std::string& path);
  explicit JournalReader(std::vector<char> bytes);
  JournalReader(const JournalReader&) = delete;
  JournalReader& operator=(const JournalReader&) = delete;

  // The next frame; false where no whole one follows.
  bool next(JournalFrame& frame);

  // Whether the frame that ends a journal was read, and not a part of the file is missing.
  bool ended() const noexcept { return ended_; }
  // Bytes behind the last whole frame, once next() was false.
  bool is_torn() const noexcept { return torn_; }
  // Behind the last whole frame, counted in bytes from the begin of the file.
  u64 offset() const noexcept { return offset_; }
  // Inputs so far.
  u64 inputs() const noexcept { return inputs_; }
  const std::string& name() const noexcept { return name_; }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 18;

  std::span<const char> rest() const noexcept { return {bytes_.data() + at_, bytes_.size() - at_}; }
  void fill(std::size_t wanted);
  void read_head();
  bool only_zeros_from(std::size_t offset);
  bool is_unfinished(Decoded why, std::size_t length);
  bool stop_at(Decoded why, std::size_t length);
  [[noreturn]] void refuse(const char* why) const;

  std::string name_;
  FileHandle file_;  // none, or all of it is in bytes_
  std::vector<char> bytes_;
  std::size_t at_ = 0;
  u64 offset_ = 0;
  u64 inputs_ = 0;
  u32 chain_ = 0;
  bool over_ = false;
  bool ended_ = false;
  bool torn_ = false;
};

}  // namespace pytrader
