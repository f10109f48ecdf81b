// Writes what a back-test loop's kernel takes, and what else its record depends on, into a journal.
#pragma once

#include <string>

#include "journal/input_log.hpp"
#include "journal/journal_writer.hpp"

namespace pytrader {

class LoopJournal final : public InputLog {
 public:
  // The running hash stands before the first input, before every so many after it, where a part of the journal goes to
  // the file, and at the end.
  static constexpr u64 kInputsPerDigest = 4096;

  // `telling` is the loop's: the stream whose row the kernel is told. Throws what JournalWriter throws.
  LoopJournal(const std::string& path, const u32& telling) : writer_(path), telling_(telling) {}

  void write(const JournalFrame& input, u64 digest) override {
    // What is in the file when a run breaks off ends with a digest.
    const bool is_full = writer_.unwritten() >= JournalWriter::kBufferBytes / 4 * 3;
    if (inputs_++ % kInputsPerDigest == 0 || is_full) note_digest(input.ts, digest);
    if (is_full) writer_.flush();
    if (!is_row(input.kind)) return writer_.add(input);
    JournalFrame row = input;
    row.words[0] = place_of(instrument_of(input.words[0]), telling_);
    writer_.add(row);
  }
  // What is no input.
  void note(const JournalFrame& frame) { writer_.add(frame); }
  // The last two frames, and all is on the disk.
  void finish(const JournalFrame& end, u64 digest) {
    note_digest(end.ts, digest);
    writer_.add(end);
    writer_.close();
  }
  // Of a run that broke off.
  void close() { writer_.close(); }

 private:
  void note_digest(i64 ts, u64 digest) { writer_.add({JournalKind::digest, ts, {static_cast<i64>(digest)}}); }

  JournalWriter writer_;
  const u32& telling_;
  u64 inputs_ = 0;
};

}  // namespace pytrader
