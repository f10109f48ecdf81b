// The file behind a journal's frames.
#include "journal/journal_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "book/checksum.hpp"
#include "decimal/error.hpp"

namespace pytrader {

JournalWriter::JournalWriter(std::string path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644)),
      chain_(0) {
  if (!file_.is_open() && errno == EEXIST) {
    throw Error(ErrorCode::journal, "journal " + path_ + " exists already: a journal is written once; choose another " +
                                        "name, or remove it");
  }
  if (!file_.is_open()) refuse("can not be made");
  const std::array<char, kJournalHeadBytes> head = journal_head();
  buffer_ = std::make_unique<char[]>(kBufferBytes + kMaxFrameBytes);
  std::memcpy(buffer_.get(), head.data(), head.size());
  filled_ = head.size();
  chain_ = crc32({head.data(), head.size()});
}

JournalWriter::~JournalWriter() {
  try {
    close();
  } catch (const Error&) {
    // Whoever wanted to know has called close().
  }
}

void JournalWriter::refuse(const char* what) {
  failed_ = true;
  throw Error(ErrorCode::journal, "journal " + path_ + " " + what + ": " + std::strerror(errno));
}

void JournalWriter::refuse_more() const {
  if (!failed_) throw Error(ErrorCode::invalid_state, "journal " + path_ + " is closed");
  throw Error(ErrorCode::journal, "journal " + path_ + " could not be written before: nothing can follow");
}

void JournalWriter::add(const JournalFrame& frame) {
  if (!file_.is_open() || failed_) [[unlikely]]
    refuse_more();
  filled_ += encode(frame, chain_, std::span<char, kMaxFrameBytes>(buffer_.get() + filled_, kMaxFrameBytes));
  if (filled_ >= kBufferBytes) flush();
}

void JournalWriter::flush() {
  if (!file_.is_open() || failed_) refuse_more();
  std::size_t written = 0;
  while (written < filled_) {
    const ssize_t count = ::write(file_.number(), buffer_.get() + written, filled_ - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse("can not be written");
    written += static_cast<std::size_t>(count);
  }
  filled_ = 0;
  in_file_ = true;
}

void JournalWriter::sync() {
  flush();
  if (::fsync(file_.number()) != 0) refuse("can not be brought to the disk");
}

void JournalWriter::close() {
  if (!file_.is_open()) return;
  struct Closed {
    FileHandle& file;
    ~Closed() { file.close(); }
  } closed{file_};
  if (!in_file_ && filled_ == kJournalHeadBytes) {
    ::unlink(path_.c_str());
  } else if (!failed_) {
    sync();
  }
}

}  // namespace pytrader
