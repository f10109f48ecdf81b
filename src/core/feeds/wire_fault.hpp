// What can be wrong with a message of a binary feed, and where a feed stopped.
#pragma once

#include <array>
#include <cstddef>

#include "book/book_fault.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

enum class WireFault : u8 {
  none,
  bad_framing,       // bytes that are no beginning of a message
  truncated,         // the data ends inside a message
  after_end,         // bytes after the mark that ends a session
  unknown_type,      // a type of message that the format does not have
  wrong_length,      // a length that the type does not have
  bad_field,         // a letter or number outside of its field's range
  bad_name,          // a symbol or data set with a byte that is not printable ASCII
  unknown_tick,      // a price of an instrument whose tick was neither given nor defined
  wrong_instrument,  // another instrument than the order's, than its number's, or one that has a number already
  off_tick,          // a price between two ticks of the instrument
  bad_action,        // the rest as with BookFault
  bad_side,
  price_out_of_range,
  quantity_not_positive,
  quantity_too_large,
  duplicate_order,
  unknown_order,
  unknown_level,
  unknown_modify,  // a modify of an order that does not rest; a lenient feed adds it
  crossed,
  no_room,  // memory or the bound on orders ran out
};
constexpr std::size_t kWireFaultKinds = 22;

const char* to_text(WireFault fault) noexcept;
// One sentence for an error message: what is wrong and what to do.
const char* explain(WireFault fault) noexcept;
WireFault of_book(BookFault fault) noexcept;

// The message at which a strict feed stopped; `fault` is none if it did not.
struct WireStop {
  WireFault fault = WireFault::none;
  u8 type = 0;      // 0 if the bytes do not say
  u64 message = 0;  // messages before it
  u64 offset = 0;   // bytes before it, framing included
};

class WireFaultCounts {
 public:
  u64 operator[](WireFault fault) const noexcept { return counts_[static_cast<std::size_t>(fault)]; }
  void add(WireFault fault) noexcept { ++counts_[static_cast<std::size_t>(fault)]; }
  u64 total() const noexcept {
    u64 sum = 0;
    for (const u64 count : counts_) sum += count;
    return sum;
  }

 private:
  std::array<u64, kWireFaultKinds> counts_{};  // none is never counted
};

}  // namespace pytrader
