// Orders that the emulator holds as plain rows, to be kept over a restart.
#pragma once

#include <type_traits>
#include <vector>

#include "decimal/integers.hpp"
#include "model/messages.hpp"

namespace pytrader {

// Prices in ticks, kNoPrice for none. `entered` and `queued` count the emulator's own steps: at one price the order
// that queued there first fires first.
struct HeldRecord {
  u64 client_order_id;
  i64 instrument;  // whose price it waits for; synthetic ones stand behind the instruments
  i64 source;      // PriceSource
  i64 side;        // Side, of a trailing order; 0 for another
  i64 rising;      // 1 where it waits for a price from below
  i64 stop_price;
  i64 extreme;           // a trailing order's best price so far
  i64 activation_price;  // where a trailing order begins, or began
  i64 activation_upwards;
  i64 trailing_offset;  // 0 for an order that does not trail
  i64 trailing_step;
  i64 trailing_unit;  // TrailingUnit
  u64 entered;
  u64 queued;
  i64 expire_time;  // 0 for never

  friend bool operator==(const HeldRecord&, const HeldRecord&) = default;
};
static_assert(sizeof(HeldRecord) == 120 && std::is_trivially_copyable_v<HeldRecord>);

struct EmulatorState {
  u64 time = 0;  // the last step
  std::vector<HeldRecord> orders;

  friend bool operator==(const EmulatorState&, const EmulatorState&) = default;
};

}  // namespace pytrader
