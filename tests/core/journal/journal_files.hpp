// Journals for tests: frames of every kind, files that go away again, and bytes of a file.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "journal/journal_writer.hpp"

namespace pytrader {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_((std::filesystem::temp_directory_path() / ("pytrader_" + name + ".journal")).string()) {
    std::remove(path_.c_str());
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::vector<char> bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::vector<char>& bytes) const {
    std::ofstream file(path_, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::string path_;
};

inline bool operator==(const JournalFrame& a, const JournalFrame& b) {
  return a.kind == b.kind && a.ts == b.ts && a.words == b.words;
}

// One of every kind, the end last; the words that a kind has are all different.
inline std::vector<JournalFrame> frames_of_every_kind() {
  std::vector<JournalFrame> frames;
  for (u16 kind = 0; kind < 64; ++kind) {
    JournalFrame frame{static_cast<JournalKind>(kind), 1000 + i64{kind}, {}};
    const std::size_t words = words_of(frame.kind);
    if (words == kUnknownKind) continue;
    for (std::size_t i = 0; i < words; ++i) frame.words[i] = (i64{kind} << 40) - 7 * static_cast<i64>(i);
    frames.push_back(frame);
  }
  return frames;
}

inline std::vector<char> bytes_of_journal(const std::vector<JournalFrame>& frames, const std::string& name) {
  const TemporaryFile file(name);
  JournalWriter writer(file.path());
  for (const JournalFrame& frame : frames) writer.add(frame);
  writer.close();
  return file.bytes();
}

}  // namespace pytrader
