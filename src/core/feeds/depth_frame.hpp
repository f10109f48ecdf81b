// One frame of a venue's depth feed as it was read: who, what, which ids, which levels; nothing judged yet.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "book/sequence.hpp"
#include "book/written_decimal.hpp"
#include "feeds/json_scanner.hpp"
#include "model/enums.hpp"

namespace pytrader {

enum class FrameKind : u8 {
  other,     // nothing about depth: an acknowledgement, a heartbeat, another channel
  snapshot,  // the whole book
  update,    // new totals of some levels
};

// A level as text says it. The offsets are those of its price and quantity in the frame.
struct WrittenLevel {
  WrittenDecimal price;
  WrittenDecimal quantity;
  Side side = Side::buy;
  u32 order_count = 0;  // 0 where the venue does not say
  u32 price_offset = 0;
  u32 quantity_offset = 0;
};

// Views lie in the frame's text.
struct DepthFrame {
  FrameKind kind = FrameKind::other;
  std::string_view symbol;  // empty where the frame does not say
  std::size_t symbol_offset = 0;
  i64 ts_event_ms = 0;  // 0 where the venue does not say
  SequenceIds ids;
  bool has_checksum = false;
  u32 checksum = 0;
  u32 depth = 0;                     // levels a side that the channel has, 0 where the frame does not say
  std::vector<WrittenLevel> levels;  // in the frame's order; bound: the frame's length

  void reset() noexcept {
    kind = FrameKind::other;
    symbol = {};
    symbol_offset = 0;
    ts_event_ms = 0;
    ids = {};
    has_checksum = false;
    checksum = 0;
    depth = 0;
    levels.clear();
  }
};

// What is wrong with a frame. field is nullptr where all is well.
struct FrameFault {
  const char* field = nullptr;
  const char* problem = nullptr;
  std::size_t offset = 0;
};

// Reads a frame; false with the fault set if it is damaged or lacks what a depth frame needs.
using FrameDecoder = bool (*)(std::string_view text, DepthFrame& frame, FrameFault& fault);

bool decode_binance(std::string_view text, DepthFrame& frame, FrameFault& fault);
bool decode_kraken(std::string_view text, DepthFrame& frame, FrameFault& fault);
bool decode_okx(std::string_view text, DepthFrame& frame, FrameFault& fault);
bool decode_bitget(std::string_view text, DepthFrame& frame, FrameFault& fault);

// What the decoders share: a scanner that knows which field it is in.
class FrameReader {
 public:
  FrameReader(std::string_view text, DepthFrame& out, FrameFault& why) noexcept : scan(text), frame(out), fault(why) {}

  // An array of levels, each an array of a price and a quantity as text, and further elements. From the fourth the
  // order count is read if `with_count`.
  bool levels(Side side, const char* field, bool with_count);
  bool symbol(const char* field);
  // Names the field that the scanner failed in. Returns whether all went well.
  bool named(const char* field) noexcept;
  // A fault that the scanner has no part in.
  bool refuse(const char* field, const char* problem, std::size_t offset) noexcept;
  // The frame has ended; nothing may follow it.
  bool finish() noexcept;

  JsonScanner scan;
  DepthFrame& frame;
  FrameFault& fault;

 private:
  bool level(Side side, bool with_count);
};

// Which of a decoder's fields a frame has shown, so that none is missing and none comes twice.
class SeenFields {
 public:
  // False if it was seen before.
  bool add(unsigned field) noexcept {
    const bool first = (seen_ & (1U << field)) == 0;
    seen_ |= 1U << field;
    return first;
  }
  bool has(unsigned field) const noexcept { return (seen_ & (1U << field)) != 0; }

 private:
  u32 seen_ = 0;
};

}  // namespace pytrader
