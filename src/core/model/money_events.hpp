// Money events: mark prices, and what changes cash or positions without a trade, as rows and as their outcome.
#pragma once

#include "decimal/fixed.hpp"
#include "model/messages.hpp"

namespace pytrader {

// What a venue values positions at. Prices in ticks; index_price is kNoPrice where the source does not say.
struct MarkRecord {
  i64 ts_event;
  i64 ts_init;
  i64 mark_price;
  i64 index_price;
};

// Twice a price in ticks, so that a mid price is exact: nothing is known.
constexpr i64 kNoMark = INT64_MIN;

enum class CashEventKind : i64 {
  funding = 1,   // longs pay value * amount, shorts receive it
  dividend = 2,  // longs receive amount a unit, shorts pay it
  split = 3,     // `per` old units become `amount` new ones
  borrow = 4,    // shorts pay value * amount
  rollover = 5,  // longs receive amount a unit, shorts pay it; negative: the other way round
  expiry = 6,    // the contract ends at `price`
  // Never rows of data:
  delivery = 7,     // what an expiry did to the underlying
  liquidation = 8,  // a margined position was taken over at its bankruptcy price
  deleverage = 9,   // a position of the other side was closed, because the insurance fund could not take that over
};
constexpr const char* to_text(CashEventKind kind) noexcept {
  switch (kind) {
    case CashEventKind::funding:
      return "funding";
    case CashEventKind::dividend:
      return "dividend";
    case CashEventKind::split:
      return "split";
    case CashEventKind::borrow:
      return "borrow";
    case CashEventKind::rollover:
      return "rollover";
    case CashEventKind::expiry:
      return "expiry";
    case CashEventKind::delivery:
      return "delivery";
    case CashEventKind::liquidation:
      return "liquidation";
    case CashEventKind::deleverage:
      break;
  }
  return "deleverage";
}

// amount * 10^-amount_decimals / per is the rate or the amount a unit; a unit is a quantity of 1. `price` is a decimal
// of its own, price * 10^-price_decimals, because marks and settlements are finer than ticks; kNoPrice: what the market
// is marked at.
struct CashEventRecord {
  i64 ts_event;
  i64 ts_init;
  i64 kind;  // CashEventKind
  i64 amount;
  i64 amount_decimals;  // 0..12
  i64 per;              // 1..1000000
  i64 price;
  i64 price_decimals;  // 0..18
};
constexpr i64 kMaxAmountDecimals = 12;
constexpr i64 kMaxPer = 1'000'000;
static_assert(sizeof(MarkRecord) == 32 && sizeof(CashEventRecord) == 64);

// What one event did to one strategy's position. Money in 10^-18 units of the instrument's quote currency.
struct CashEvent {
  i64 ts_event;
  i64 ts_init;
  CashEventKind kind;
  StrategyIndex strategy;
  InstrumentIndex instrument;
  i64 quantity_before;  // lots
  i64 quantity_after;
  i128 amount;        // by which cash changed
  i128 realized_pnl;  // of what it closed
  i128 price;         // at which it was reckoned, 10^-18; 0 where none was needed
};

}  // namespace pytrader
