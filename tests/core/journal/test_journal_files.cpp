// Journals are read as they were written; one that breaks off ends at its last whole frame, a damaged one is refused.
#include <sys/resource.h>

#include <csignal>
#include <cstring>

#include "book/checksum.hpp"
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "journal/journal_reader.hpp"
#include "journal_files.hpp"

using namespace pytrader;

namespace {

std::vector<JournalFrame> all_of(JournalReader& reader) {
  std::vector<JournalFrame> frames;
  JournalFrame frame;
  while (reader.next(frame)) frames.push_back(frame);
  return frames;
}

std::string refusal_of(const std::vector<char>& bytes) {
  try {
    JournalReader reader(bytes);
    all_of(reader);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::journal);
    return error.what();
  }
  return "";
}

// Where each frame begins, and where the last one ends.
std::vector<std::size_t> edges_of(const std::vector<JournalFrame>& frames) {
  std::vector<std::size_t> edges{kJournalHeadBytes};
  for (const JournalFrame& frame : frames) edges.push_back(edges.back() + kFrameHeadBytes + 8 * words_of(frame.kind));
  return edges;
}

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::journal);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("frames of every kind come back as they were written") {
  const std::vector<JournalFrame> frames = frames_of_every_kind();
  REQUIRE(frames.size() == 20);
  const TemporaryFile file("every_kind");
  {
    JournalWriter writer(file.path());
    for (const JournalFrame& frame : frames) writer.add(frame);
    writer.close();
    writer.close();
    CHECK_THROWS_AS(writer.add(frames[0]), Error);
  }
  JournalReader reader(file.path());
  CHECK(all_of(reader) == frames);
  CHECK(reader.ended());
  CHECK_FALSE(reader.is_torn());
  CHECK(reader.inputs() == 15);
  CHECK(reader.offset() == file.bytes().size());
  CHECK(edges_of(frames).back() == file.bytes().size());
}

TEST_CASE("the checksum of a frame goes on from the frames before it") {
  std::vector<JournalFrame> frames = frames_of_every_kind();
  const std::vector<char> bytes = bytes_of_journal(frames, "chain");
  u32 sum = crc32({bytes.data(), kJournalHeadBytes});
  const std::vector<std::size_t> edges = edges_of(frames);
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    sum = crc32({bytes.data() + edges[i] + 4, edges[i + 1] - edges[i] - 4}, sum);
    CHECK(std::memcmp(bytes.data() + edges[i], &sum, 4) == 0);
  }
  // Frames that have changed places, or of which one is missing, are noticed though each is whole.
  std::vector<char> missing = bytes;
  missing.erase(missing.begin() + 16, missing.begin() + 32);
  CHECK(refusal_of(missing) == "journal is damaged: at byte 16 a frame does not agree with its checksum");
}

TEST_CASE("a journal that breaks off anywhere gives its whole frames") {
  const std::vector<JournalFrame> frames = frames_of_every_kind();
  const std::vector<char> bytes = bytes_of_journal(frames, "cut");
  const std::vector<std::size_t> edges = edges_of(frames);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    JournalReader reader(std::vector<char>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)));
    const std::vector<JournalFrame> found = all_of(reader);
    std::size_t whole = 0;
    while (whole < frames.size() && edges[whole + 1] <= length) ++whole;
    CHECK(found == std::vector<JournalFrame>(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(whole)));
    CHECK_FALSE(reader.ended());
    CHECK(reader.is_torn() == (length < kJournalHeadBytes || edges[whole] != length));
    JournalFrame frame;
    CHECK_FALSE(reader.next(frame));
  }
}

TEST_CASE("zeros that a file system left behind are a torn end") {
  const std::vector<JournalFrame> frames = frames_of_every_kind();
  std::vector<char> bytes = bytes_of_journal({frames.begin(), frames.end() - 1}, "zeros");
  for (const std::size_t zeros : {1, 15, 16, 17, 1000, 1'000'000}) {
    std::vector<char> longer = bytes;
    longer.resize(bytes.size() + zeros);
    const TemporaryFile file("zeros");
    file.write(longer);
    JournalReader reader(file.path());
    CHECK(all_of(reader).size() == frames.size() - 1);
    CHECK(reader.is_torn());
    CHECK(reader.offset() == bytes.size());
    longer.back() = 1;
    if (zeros >= 16) CHECK(refusal_of(longer).find("stands no kind of frame") != std::string::npos);
  }
}

TEST_CASE("a frame of which a disk has the begin alone, and zeros behind it, is a torn end") {
  const std::vector<JournalFrame> frames = frames_of_every_kind();
  const std::vector<char> bytes = bytes_of_journal(frames, "begun");
  const std::vector<std::size_t> edges = edges_of(frames);
  for (std::size_t known = edges.front(); known < edges[frames.size() - 1]; ++known) {
    std::vector<char> begun(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(known));
    begun.resize(bytes.size() + 5000);
    // Frames that end in zeros are there without them.
    std::size_t whole = 0;
    while (std::equal(begun.begin(), begun.begin() + static_cast<std::ptrdiff_t>(edges[whole + 1]), bytes.begin()))
      ++whole;
    const TemporaryFile file("begun");
    file.write(begun);
    JournalReader reader(file.path());
    CHECK(all_of(reader).size() == whole);
    CHECK(reader.is_torn());
    CHECK(reader.offset() == edges[whole]);
    begun.back() = 1;
    CHECK(refusal_of(begun).find("is damaged: at byte " + std::to_string(edges[whole])) != std::string::npos);
  }
  const TemporaryFile empty("empty");
  empty.write(std::vector<char>(4096));
  JournalReader reader(empty.path());
  CHECK(all_of(reader).empty());
  CHECK(reader.is_torn());
}

TEST_CASE("a bit that has changed anywhere is refused, and the message names the frame's byte") {
  const std::vector<JournalFrame> frames = frames_of_every_kind();
  const std::vector<char> bytes = bytes_of_journal(frames, "flipped");
  const std::vector<std::size_t> edges = edges_of(frames);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::size_t whole = 0;
    while (edges[whole + 1] <= at) ++whole;
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<char> changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const std::string refusal = refusal_of(changed);
      if (at < 8) CHECK(refusal == "journal is none: it does not begin with PTJOURNL");
      if (at >= 8 && at < 16) CHECK(refusal.find("at byte 8 the version") != std::string::npos);
      if (at >= 16) CHECK(refusal.find("at byte " + std::to_string(edges[whole]) + " ") != std::string::npos);
    }
  }
}

TEST_CASE("another version, and what follows the end, are refused") {
  const std::vector<JournalFrame> frames = frames_of_every_kind();
  std::vector<char> bytes = bytes_of_journal(frames, "version");
  std::vector<char> longer = bytes;
  longer.push_back(0);
  CHECK(refusal_of(longer) ==
        "journal is damaged: at byte " + std::to_string(bytes.size()) + " something follows the end");
  bytes[8] = 2;
  const u32 sum = crc32({bytes.data(), 12});
  std::memcpy(bytes.data() + 12, &sum, 4);
  CHECK(refusal_of(bytes) == "journal has version 2 of the format; this reads 1");
}

TEST_CASE("any bytes are frames, a torn end or an error") {
  u64 state = 7;
  const auto draw = [&state] { return (state = state * 6364136223846793005ull + 1442695040888963407ull) >> 33; };
  const std::vector<char> whole = bytes_of_journal(frames_of_every_kind(), "random");
  std::size_t refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<char> bytes(whole.begin(), whole.begin() + 16);
    const std::size_t count = draw() % 300;
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<char>(draw() % 4 == 0 ? draw() : 0));
    // Heads of frames that could be.
    if (count > 24 && draw() % 2 == 0) std::memcpy(bytes.data() + 16 + 4, whole.data() + 16 + 4, 4);
    refused += refusal_of(bytes).empty() ? 0 : 1;
  }
  CHECK(refused > 500);
}

TEST_CASE("long journals go through the buffers of writer and reader") {
  const TemporaryFile file("long");
  std::vector<JournalFrame> frames = frames_of_every_kind();
  frames.pop_back();
  JournalWriter writer(file.path());
  std::size_t count = 0;
  while (file.bytes().size() < 2 * JournalWriter::kBufferBytes) {
    for (int i = 0; i < 1000; ++i) writer.add(frames[count++ % frames.size()]);
  }
  writer.sync();
  JournalReader reader(file.path());
  JournalFrame frame;
  std::size_t found = 0;
  while (reader.next(frame)) CHECK(frame == frames[found++ % frames.size()]);
  CHECK(found == count);
  CHECK_FALSE(reader.is_torn());
}

TEST_CASE("a journal that nothing was added to leaves no file, and does not stand in the way of the next one") {
  const TemporaryFile file("nothing");
  for (const bool closes : {true, false}) {
    JournalWriter writer(file.path());
    CHECK(std::filesystem::exists(file.path()));
    if (closes) writer.close();
  }
  CHECK_FALSE(std::filesystem::exists(file.path()));
  {
    JournalWriter writer(file.path());
    writer.add(frames_of_every_kind()[4]);
  }
  JournalReader reader(file.path());
  JournalFrame frame;
  CHECK(reader.next(frame));
}

TEST_CASE("what is not written yet is at most the buffer") {
  const TemporaryFile file("bound");
  JournalWriter writer(file.path());
  std::size_t added = kJournalHeadBytes;
  const std::vector<JournalFrame> frames = frames_of_every_kind();
  for (int i = 0; i < 40'000; ++i) {
    writer.add(frames[4]);
    added += kFrameHeadBytes + 8 * words_of(frames[4].kind);
    if (i % 1000 == 0) CHECK(added - std::filesystem::file_size(file.path()) < JournalWriter::kBufferBytes);
  }
}

TEST_CASE("files that can not be made, read or written are named, with the system's reason") {
  const TemporaryFile file("exists");
  JournalWriter writer(file.path());
  const auto make = [](const std::string& path) { return message_of([&] { JournalWriter another(path); }); };
  CHECK(make(file.path()) ==
        "journal " + file.path() + " exists already: a journal is written once; choose another name, or remove it");
  CHECK(make("/no/such/directory/x") == "journal /no/such/directory/x can not be made: No such file or directory");
  const auto read = [](const std::string& path) { return message_of([&] { JournalReader reader(path); }); };
  CHECK(read("/no/such/file") == "journal /no/such/file can not be read: No such file or directory");
  CHECK(read("/") == "journal / can not be read: Is a directory");
}

TEST_CASE("an error in writing is told at once and again ever after, and what was written is whole") {
  const TemporaryFile file("full");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{3'000'000, before.rlim_max};
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const JournalFrame frame = frames_of_every_kind()[4];
  {
    JournalWriter writer(file.path());
    const auto fill = [&] {
      for (int i = 0; i < 100'000; ++i) writer.add(frame);
    };
    CHECK(message_of(fill) == "journal " + file.path() + " can not be written: File too large");
    const std::string again = "journal " + file.path() + " could not be written before: nothing can follow";
    CHECK(message_of(fill) == again);
    CHECK(message_of([&] { writer.sync(); }) == again);
    CHECK(message_of([&] { writer.close(); }).empty());
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  JournalReader reader(file.path());
  JournalFrame found;
  std::size_t count = 0;
  while (reader.next(found)) ++count;
  CHECK(count == (3'000'000 - kJournalHeadBytes) / (kFrameHeadBytes + 8 * words_of(frame.kind)));
  CHECK(reader.is_torn());
}
