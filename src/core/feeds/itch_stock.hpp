// What an ITCH session says about one stock besides its orders.
#pragma once

#include <array>
#include <vector>

#include "decimal/integers.hpp"
#include "model/records.hpp"

namespace pytrader {

// Text and letters as sent; ' ' where nothing was. Times are nanoseconds after midnight, prices ten-thousandths of a
// dollar, 0 for none.
struct ItchImbalance {
  i64 ts_event = 0;
  u64 paired_shares = 0;
  u64 imbalance_shares = 0;
  u32 far_price = 0;
  u32 near_price = 0;
  u32 reference_price = 0;
  u8 direction = ' ';  // B buy, S sell, N none, O too few orders, P paused
  u8 cross_type = ' ';
  u8 price_variation = ' ';
};

// `source` is the message's type: E and C against a displayed order, P against one that was not, Q a cross.
struct ItchPrint {
  i64 ts_event = 0;
  u64 match_number = 0;
  u64 shares = 0;
  u32 price = 0;
  u8 source = ' ';
};

struct ItchStock {
  std::array<u8, 8> symbol{};
  // R
  u8 market_category = ' ';
  u8 financial_status = ' ';
  u32 round_lot_shares = 0;
  u8 luld_tier = ' ';
  u8 etp_flag = ' ';
  // H, h, Y, N
  u8 trading_state = ' ';  // H halted, P paused, Q quotation only, T trading
  std::array<u8, 4> trading_reason{' ', ' ', ' ', ' '};
  i64 trading_state_ts = 0;
  u8 halted_market = ' ';  // the market of the last operational halt, and what it did: H halted, T resumed
  u8 operational_state = ' ';
  u8 reg_sho_action = ' ';
  u8 retail_interest = ' ';
  // J
  u32 collar_reference_price = 0;
  u32 collar_upper_price = 0;
  u32 collar_lower_price = 0;
  u32 collar_extensions = 0;
  // K
  u32 ipo_release_seconds = 0;
  u8 ipo_qualifier = ' ';
  u32 ipo_price = 0;

  ItchImbalance imbalance;
  ItchPrint last_print;
  // Printable shares; a broken trade is not taken off again, as its message names a match number alone.
  u64 volume = 0;
  u64 last_cross_shares = 0;
  u32 last_cross_price = 0;
  u8 last_cross_type = ' ';

  bool recorded = false;
  // Bound: rows since they were last taken; prices in ten-thousandths of a dollar, times after midnight.
  std::vector<L3Record> rows;
};

}  // namespace pytrader
