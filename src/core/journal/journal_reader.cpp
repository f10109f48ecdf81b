// Blocks of the file, and the frames in them.
#include "journal/journal_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "book/checksum.hpp"
#include "decimal/error.hpp"

namespace pytrader {

JournalReader::JournalReader(const std::string& path)
    : name_("journal " + path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!file_.is_open()) throw Error(ErrorCode::journal, name_ + " can not be read: " + std::strerror(errno));
  read_head();
}

JournalReader::JournalReader(std::vector<char> bytes) : name_("journal"), bytes_(std::move(bytes)) {
  read_head();
}

// So many bytes are at hand, or all that are left.
void JournalReader::fill(std::size_t wanted) {
  if (!file_.is_open() || rest().size() >= wanted) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
  at_ = 0;
  while (bytes_.size() < wanted) {
    const std::size_t known = bytes_.size();
    bytes_.resize(known + kBlock);
    ssize_t count = -1;
    do {
      count = ::read(file_.number(), bytes_.data() + known, kBlock);
    } while (count < 0 && errno == EINTR);
    bytes_.resize(known + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count > 0) continue;
    const int problem = errno;
    file_.close();
    if (count < 0) throw Error(ErrorCode::journal, name_ + " can not be read: " + std::strerror(problem));
    return;
  }
}

void JournalReader::refuse(const char* why) const {
  throw Error(ErrorCode::journal, name_ + " is damaged: at byte " + std::to_string(offset_) + " " + why);
}

void JournalReader::read_head() {
  const std::array<char, kJournalHeadBytes> head = journal_head();
  fill(head.size());
  const std::span<const char> found = rest().first(std::min(rest().size(), head.size()));
  if (std::all_of(found.begin(), found.end(), [](char byte) { return byte == 0; }) && only_zeros_from(0)) {
    over_ = torn_ = true;
    return;
  }
  if (!std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(found.size(), 8)),
                  head.begin())) {
    throw Error(ErrorCode::journal, name_ + " is none: it does not begin with PTJOURNL");
  }
  if (found.size() < head.size()) {
    over_ = torn_ = true;
    return;
  }
  u32 version = 0;
  std::memcpy(&version, found.data() + 8, 4);
  u32 sum = 0;
  std::memcpy(&sum, found.data() + 12, 4);
  if (sum != crc32({found.data(), 12})) {
    offset_ = 8;
    refuse("the version does not agree with its checksum");
  }
  if (version != kJournalVersion) {
    throw Error(ErrorCode::journal, name_ + " has version " + std::to_string(version) + " of the format; this reads " +
                                        std::to_string(kJournalVersion));
  }
  chain_ = crc32({found.data(), head.size()});
  at_ += head.size();
  offset_ = head.size();
}

// In what is left of the file, of which nothing can be read then.
bool JournalReader::only_zeros_from(std::size_t offset) {
  at_ += std::min(offset, rest().size());
  for (;;) {
    const std::span<const char> bytes = rest();
    if (std::any_of(bytes.begin(), bytes.end(), [](char byte) { return byte != 0; })) return false;
    if (!file_.is_open()) return true;
    at_ = bytes_.size();
    fill(1);
  }
}

// A frame of which the begin came to the disk, and the file's length, but not what stands between: zeros, from within
// the frame to the end of a file that is longer than it.
bool JournalReader::is_unfinished(Decoded why, std::size_t length) {
  if (why == Decoded::unknown_kind) return only_zeros_from(4);
  if (why == Decoded::wrong_length) return only_zeros_from(6);
  fill(length + 1);
  return rest().size() > length && only_zeros_from(length - 1);
}

bool JournalReader::stop_at(Decoded why, std::size_t length) {
  torn_ = why == Decoded::cut_off ? !rest().empty() : is_unfinished(why, length);
  if (why != Decoded::cut_off && !torn_) {
    if (why == Decoded::unknown_kind) refuse("stands no kind of frame that there is");
    if (why == Decoded::wrong_length) refuse("a frame has another length than its kind");
    refuse("a frame does not agree with its checksum");
  }
  over_ = true;
  return false;
}

bool JournalReader::next(JournalFrame& frame) {
  if (over_) return false;
  fill(kMaxFrameBytes);
  std::size_t length = 0;
  const Decoded decoded = decode(rest(), chain_, frame, length);
  if (decoded != Decoded::whole) return stop_at(decoded, length);
  at_ += length;
  offset_ += length;
  inputs_ += is_input(frame.kind) ? 1 : 0;
  if (frame.kind != JournalKind::end) return true;
  over_ = ended_ = true;
  fill(1);
  if (!rest().empty()) refuse("something follows the end");
  return true;
}

}  // namespace pytrader
