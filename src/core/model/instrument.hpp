// What is traded: its price grid, lot, multiplier, currencies, limits and fees, all exact.
#pragma once

#include <string>

#include "decimal/fixed.hpp"
#include "decimal/integers.hpp"
#include "model/contract_terms.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"

namespace pytrader {

constexpr i64 kNoLimit = INT64_MAX / 4;  // a maximum that nobody stated

// A definition as a user writes it. Decimals are Fixed (mantissa at 10^-18); limits in ticks and lots.
struct InstrumentDefinition {
  std::string symbol;  // "BTCUSDT"
  std::string venue;   // "BINANCE"; the instrument's id is "BTCUSDT.BINANCE"
  InstrumentKind kind = InstrumentKind::spot;
  std::string base_currency;   // what a quantity counts; empty for equity and future
  std::string quote_currency;  // what a price counts, and what fills settle in
  u8 quote_decimals = 2;       // minor units of the quote currency: fees are posted at this many decimals
  Fixed tick_size;
  Fixed lot_size;
  Fixed multiplier;
  Fixed maker_fee_rate;  // share of the notional; negative is a rebate
  Fixed taker_fee_rate;
  i64 min_price = 1;  // ticks; below 1 where the instrument may trade at zero or less
  i64 max_price = kNoLimit;
  i64 min_quantity = 1;  // lots
  i64 max_quantity = kNoLimit;
  Fixed min_notional;  // 0: none
  Fixed max_notional;  // 0: none
  ContractTerms contract;
  // Of margin accounts: shares of the cost that a position must be backed by, and of its value that must remain.
  Fixed initial_margin_rate{kFixedOne, 0};
  Fixed maintenance_margin_rate;
};

// A definition that was checked, with the value of one tick times one lot worked out. Throws Error(invalid_instrument).
// A maximum that nobody stated becomes the largest whose price, or whose value at one lot or one tick, is exact.
class Instrument {
 public:
  Instrument(InstrumentDefinition definition, InstrumentIndex index);

  const InstrumentDefinition& definition() const noexcept { return definition_; }
  const std::string& id() const noexcept { return id_; }
  InstrumentIndex index() const noexcept { return index_; }

  // 10^-18 units of quote currency for one tick times one lot: tick_size * lot_size * multiplier, exact.
  i128 unit_value() const noexcept { return unit_value_; }
  // Exact value in 10^-18 units of quote currency of a (signed) sum of ticks times lots; false beyond +-kFixedMax.
  bool value_of(i128 tick_lots, i128& value) const noexcept {
    return !__builtin_mul_overflow(tick_lots, unit_value_, &value) && value >= kFixedMin;
  }
  // The fee for a fill of this exact value, rounded half-even to quote_decimals; in 10^-18 units. Negative is a rebate.
  // A negative value (a price below zero) costs what its size would. Error(decimal_overflow).
  i128 fee(i128 value, Liquidity liquidity) const;

  // Decimals of the tick and of the lot, without trailing zeros.
  int price_decimals() const noexcept { return price_decimals_; }
  int quantity_decimals() const noexcept { return quantity_decimals_; }
  // Whether the definition stated a maximum, or it is the largest there can be.
  bool states_max_price() const noexcept { return states_max_price_; }
  bool states_max_quantity() const noexcept { return states_max_quantity_; }

  // Exactly on the grid, else Error(off_tick / off_lot / decimal_overflow); `what` names the value in the message.
  i64 ticks(const Fixed& price, const char* what = "price") const;
  i64 lots(const Fixed& quantity, const char* what = "quantity") const;
  Fixed price(i64 ticks) const;
  Fixed quantity(i64 lots) const;

 private:
  InstrumentDefinition definition_;
  std::string id_;
  InstrumentIndex index_;
  i128 unit_value_ = 0;
  int price_decimals_ = 0;
  int quantity_decimals_ = 0;
  bool states_max_price_ = false;
  bool states_max_quantity_ = false;
};

}  // namespace pytrader
