// Margin of positions: what is posted, what must remain, where a position is bankrupt, and who is deleveraged first.
#pragma once

#include <vector>

#include "ledger/ledger.hpp"

namespace pytrader {

// How an account backs its positions. Isolated: each position by the initial margin of its own cost. Cross: all
// positions of a currency by all that the account has of it.
enum class MarginMode : u8 { none = 0, isolated = 1, cross = 2 };

// One position at a mark; 10^-18 units of the quote currency.
struct MarginState {
  i128 margin = 0;       // posted: initial rate * |cost|, rounded up
  i128 value = 0;        // at the mark, negative for a short
  i128 profit = 0;       // value - cost
  i128 maintenance = 0;  // what equity must not fall below: maintenance rate * |value|, rounded up

  // Of the position alone, as an isolated one.
  i128 equity() const noexcept { return margin + profit; }
  // What the position is worth where its margin is used up.
  i128 bankruptcy_value() const noexcept { return value - equity(); }
};

// `mark` is a price of its own, 10^-18. Error(decimal_overflow).
MarginState margin_state(const Ledger& ledger, const Instrument& instrument, StrategyIndex strategy, i128 mark);

// Profit on cost times leverage, a loss by leverage, 10^-18: the larger, the earlier a position is deleveraged. Its
// equity must be above zero.
i128 deleverage_rank(const MarginState& state, i128 cost);

}  // namespace pytrader
