// One entry of a journal: what it is, when, and its numbers; and how it stands in the file.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <span>

#include "decimal/integers.hpp"

namespace pytrader {

// Inputs of the kernel come first; then what else a run's record depends on.
enum class JournalKind : u16 {
  warm_up = 1,
  start,
  stop,
  advance,
  l3,
  l2,
  quote,
  trade,
  bar,
  status,
  mark,
  cash_event,
  margin_calls,
  liquidation,
  report,
  // The record of the run is brought up to this time: samples of equity, mid prices after fills.
  clock = 32,
  // The venue of an instrument has ended: from here on it refuses whatever it is asked.
  venue_closed,
  // Rows of an instrument that were received before they happened.
  early_rows,
  // The kernel's running hash over all that stands before.
  digest = 48,
  // The run is over; nothing follows.
  end,
};
constexpr bool is_input(JournalKind kind) noexcept {
  return kind < JournalKind::clock;
}
// Rows of market data.
constexpr bool is_row(JournalKind kind) noexcept {
  return kind >= JournalKind::l3 && kind <= JournalKind::mark;
}
const char* to_text(JournalKind kind) noexcept;

constexpr std::size_t kMaxFrameWords = 12;
constexpr std::size_t kUnknownKind = SIZE_MAX;
// How many words a frame of this kind has; kUnknownKind where there is no such kind.
std::size_t words_of(JournalKind kind) noexcept;

// Of what is about an instrument the first word is place_of() it.
struct JournalFrame {
  JournalKind kind{};
  i64 ts = 0;  // the kernel's clock
  std::array<i64, kMaxFrameWords> words{};
};

// An instrument, and where its row came from: a number of the writer's own, kNoSource for none.
constexpr u32 kNoSource = UINT32_MAX;
constexpr i64 place_of(u32 instrument, u32 source = kNoSource) noexcept {
  return static_cast<i64>(u64{source + 1} << 32 | instrument);
}
constexpr u32 instrument_of(i64 place) noexcept {
  return static_cast<u32>(static_cast<u64>(place));
}
constexpr u32 source_of(i64 place) noexcept {
  return static_cast<u32>(static_cast<u64>(place) >> 32) - 1;
}

// In the file: the checksum (32 bits) of all that follows in the frame and of all frames before it, the kind (16), the
// number of words (16), the time (64), the words (64 each); little-endian.
static_assert(std::endian::native == std::endian::little);
constexpr std::size_t kFrameHeadBytes = 16;
constexpr std::size_t kMaxFrameBytes = kFrameHeadBytes + 8 * kMaxFrameWords;

// Writes the frame, with as many words as its kind has, and gives its length; `chain` is the checksum of what stands
// before, and becomes that of this frame.
std::size_t encode(const JournalFrame& frame, u32& chain, std::span<char, kMaxFrameBytes> out) noexcept;

// What stands at the begin of these bytes. Of a whole frame `length` is its bytes, and `chain` becomes its checksum.
enum class Decoded : u8 { whole, cut_off, unknown_kind, wrong_length, wrong_checksum };
Decoded decode(std::span<const char> bytes, u32& chain, JournalFrame& frame, std::size_t& length) noexcept;

// A journal begins with these 16 bytes: eight letters, the version of the format (32 bits), and the checksum of both.
constexpr std::size_t kJournalHeadBytes = 16;
constexpr u32 kJournalVersion = 1;
std::array<char, kJournalHeadBytes> journal_head() noexcept;

}  // namespace pytrader
