// What is traded: its price grid, lot, multiplier, currencies, limits and fees, all exact.
#pragma once

#include <string>

#include "decimal/fixed.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"

namespace pytrader {

// A definition as a user writes it. Decimals are Fixed (mantissa at 10^-18); limits in ticks and lots.
struct InstrumentDefinition {
  std::string symbol;          // "BTCUSDT"
  std::string venue;           // "BINANCE"; the instrument's id is "BTCUSDT.BINANCE"
  InstrumentKind kind = InstrumentKind::spot;
  std::string base_currency;   // what a quantity counts; empty for equity and future
  std::string quote_currency;  // what a price counts, and what fills settle in
  u8 quote_decimals = 2;       // minor units of the quote currency: fees are posted at this many decimals
  Fixed tick_size;
  Fixed lot_size;
  Fixed multiplier;
  Fixed maker_fee_rate;  // share of the notional; negative is a rebate
  Fixed taker_fee_rate;
  i64 min_price = 1;     // ticks
  i64 max_price = INT64_MAX / 4;
  i64 min_quantity = 1;  // lots
  i64 max_quantity = INT64_MAX / 4;
  Fixed min_notional;    // 0: none
  Fixed max_notional;    // 0: none
};

// A definition that was checked, with the value of one tick times one lot worked out. Throws Error(invalid_instrument).
class Instrument {
 public:
  Instrument(InstrumentDefinition definition, InstrumentIndex index);

  const InstrumentDefinition& definition() const noexcept { return definition_; }
  const std::string& id() const noexcept { return id_; }
  InstrumentIndex index() const noexcept { return index_; }

  // 10^-18 units of quote currency for one tick times one lot: tick_size * lot_size * multiplier, exact.
  i128 unit_value() const noexcept { return unit_value_; }
  // Exact value in 10^-18 units of quote currency of a (signed) sum of ticks times lots; false on overflow of i128.
  bool value_of(i128 tick_lots, i128& value) const noexcept { return !__builtin_mul_overflow(tick_lots, unit_value_, &value); }
  // The fee for a fill of this exact value (>= 0), rounded half-even to quote_decimals; in 10^-18 units. Negative is a rebate.
  i128 fee(i128 value, Liquidity liquidity) const;

  // Text exactly on the grid: throws Error(off_tick / off_lot / decimal_overflow).
  i64 ticks(const Fixed& price) const;
  i64 lots(const Fixed& quantity) const;
  Fixed price(i64 ticks) const;
  Fixed quantity(i64 lots) const;

 private:
  InstrumentDefinition definition_;
  std::string id_;
  InstrumentIndex index_;
  i128 unit_value_;
};

}  // namespace pytrader
