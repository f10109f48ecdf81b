// Reads what the venues' depth frames have in common.
#include "feeds/depth_frame.hpp"

namespace pytrader {

bool FrameReader::named(const char* field) noexcept {
  if (fault.problem != nullptr) return false;
  if (!scan.failed()) return true;
  fault = {field, scan.expected(), scan.offset()};
  return false;
}

bool FrameReader::refuse(const char* field, const char* problem, std::size_t offset) noexcept {
  if (fault.problem == nullptr) fault = {field, problem, offset};
  scan.fail(problem);
  return false;
}

bool FrameReader::finish() noexcept {
  scan.finish();
  return named("frame");
}

bool FrameReader::symbol(const char* field) {
  scan.peek();
  frame.symbol_offset = scan.offset();
  return scan.text(frame.symbol) || named(field);
}

bool FrameReader::level(Side side, bool with_count) {
  WrittenLevel& level = frame.levels.emplace_back();
  level.side = side;
  scan.begin_array();
  if (!scan.next_element()) return scan.fail("a price and a quantity");
  level.price_offset = static_cast<u32>(scan.offset());
  if (!scan.quoted_decimal(level.price)) return false;
  if (!scan.next_element()) return scan.fail("a quantity");
  level.quantity_offset = static_cast<u32>(scan.offset());
  if (!scan.quoted_decimal(level.quantity)) return false;
  for (int place = 2; scan.next_element(); ++place) {
    if (!with_count || place != 3) {
      scan.skip();
      continue;
    }
    i64 count = 0;
    if (!scan.quoted_integer(count)) return false;
    if (count < 0 || count > UINT32_MAX) return scan.fail("a number of orders from 0 to 2^32 - 1");
    level.order_count = static_cast<u32>(count);
  }
  return !scan.failed();
}

bool FrameReader::levels(Side side, const char* field, bool with_count) {
  scan.begin_array();
  while (scan.next_element() && level(side, with_count)) {
  }
  return named(field);
}

}  // namespace pytrader
