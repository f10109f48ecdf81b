// Works margins out in whole 10^-18 units, rounded against the position.
#include "ledger/margin.hpp"

#include "ledger/checked_sums.hpp"

namespace pytrader {
namespace {

i128 size_of(i128 value) noexcept {
  return value < 0 ? -value : value;
}

constexpr i128 kMost = static_cast<i128>(~u128{0} >> 1);

// As 10^-18; kMost for all that is beyond it.
i128 ratio(i128 value, i128 by) {
  return value / by >= kMost / kFixedOne ? kMost : mul_div(value, kFixedOne, by, Rounding::half_even);
}

i128 share_of(const Instrument& instrument, i128 value, const Fixed& rate) {
  i128 share = 0;
  if (!rounded_up_product(size_of(value), rate.raw, share)) throw_event_overflow(instrument);
  return share;
}

}  // namespace

MarginState margin_state(const Ledger& ledger, const Instrument& instrument, StrategyIndex strategy, i128 mark) {
  const PositionState& position = ledger.position(strategy, instrument.index());
  const InstrumentDefinition& definition = instrument.definition();
  MarginState state;
  CheckedSums sums;
  state.margin = share_of(instrument, position.cost, definition.initial_margin_rate);
  state.value = ledger.value_at(instrument.index(), position.quantity, mark);
  state.profit = sums.subtract(state.value, position.cost);
  state.maintenance = share_of(instrument, state.value, definition.maintenance_margin_rate);
  sums.add(state.margin, state.profit);
  sums.subtract(position.cost, state.margin);
  if (sums.overflowed()) throw_event_overflow(instrument);
  return state;
}

i128 deleverage_rank(const MarginState& state, i128 cost) {
  const bool gains = state.profit >= 0;
  const i128 value = size_of(state.value);
  if (state.profit != 0 && cost == 0) return gains ? kMost : -kMost;
  if (!gains && value == 0) return -kMost;
  if (state.profit == 0) return 0;
  const i128 rate = ratio(size_of(state.profit), size_of(cost));
  const i128 leverage = gains ? ratio(value, state.equity()) : ratio(state.equity(), value);
  const bool beyond = leverage != 0 && rate / kFixedOne >= kMost / leverage;
  const i128 size = beyond ? kMost : mul_div(rate, leverage, kFixedOne, Rounding::half_even);
  return gains ? size : -size;
}

}  // namespace pytrader
