// Keeps working sums and capital requirements, each change checked before it is taken.
#include "risk/exposure.hpp"

#include <algorithm>

#include "decimal/fixed.hpp"

namespace pytrader {
namespace {

constexpr i64 size_of(i64 price) noexcept {
  return price < 0 ? -price : price;
}
constexpr i128 size_of(i128 value) noexcept {
  return value < 0 ? -value : value;
}

// value * part / whole, rounded up, for 0 <= part <= whole: the product is split so that it can not overflow.
i128 share_of(i128 value, i64 part, i64 whole) noexcept {
  constexpr i64 kSmall = i64{1} << 31;
  if (value >= 0 && value <= INT64_MAX && whole < kSmall) {  // what divides in 64 bits does so in a tenth of the time
    const i64 quotient = static_cast<i64>(value) / whole;
    const i64 rest = static_cast<i64>(value) % whole;
    return static_cast<i128>(quotient) * part + (rest * part + whole - 1) / whole;
  }
  const i128 quotient = value / whole;
  const i128 rest = value % whole;
  return quotient * part + (rest * part + whole - 1) / whole;
}

// Capital that one side needs if all its working orders fill: `held` lots that they first close, then what they open.
struct Working {
  i64 lots;
  i128 value_ticks;
  i64 orders;
};

// A share of a value, rounded up; false on overflow.
bool margin_of(i128 value, i128 rate, i128& margin) noexcept {
  margin = value;
  return rate == kFixedOne || rounded_up_product(value, rate, margin);
}

bool side_requirement(i64 held_against, i128 cost, const Working& working, const Instrument& instrument,
                      const FeeModel& fees, i128 margin_rate, i128& requirement) noexcept {
  const i128 kept = held_against > 0 ? 0 : size_of(cost);
  if (working.lots <= held_against) return margin_of(kept, margin_rate, requirement);
  i128 opening_ticks = working.value_ticks;
  if (held_against > 0) opening_ticks = share_of(opening_ticks, working.lots - held_against, working.lots);
  i128 opening = 0;
  i128 value = 0;
  i128 fee = 0;
  return instrument.value_of(opening_ticks, opening) && !__builtin_add_overflow(kept, opening, &value) &&
         margin_of(value, margin_rate, requirement) &&
         fees.worst_fee(opening, working.lots - held_against, working.orders, fee) &&
         !__builtin_add_overflow(requirement, fee, &requirement);
}

}  // namespace

Reservation reservation_of(const Order& order) noexcept {
  return (order.flags & (kWaiting | kShared | kChild)) != 0 ? Reservation{} : own_reservation(order);
}

Reservation own_reservation(const Order& order) noexcept {
  if (!is_open(order.ord_status)) return {order.untold_qty, order.untold_qty != 0 ? size_of(order.value_price) : 0};
  if (order.pending_qty == 0) return {order.leaves_qty(), size_of(order.value_price)};
  return reservation_of_replace(order, order.pending_price != kNoPrice ? order.pending_price : order.pending_stop,
                                order.pending_qty);
}

Reservation reservation_of_replace(const Order& order, i64 new_price, i64 new_quantity) noexcept {
  const i64 new_size = new_price != kNoPrice ? size_of(new_price) : 0;
  return {std::max(order.leaves_qty(), new_quantity - order.cum_qty), std::max(size_of(order.value_price), new_size)};
}

void Exposure::add_strategy() {
  cells_.add_strategy();
  open_orders_.push_back(0);
}

void Exposure::add_instrument(const Instrument& instrument, const FeeModel* fees) {
  cells_.add_instrument();
  instruments_.push_back(&instrument);
  if (fees == nullptr) fees = rates_.emplace_back(std::make_unique<InstrumentRates>(instrument)).get();
  fees_.push_back(fees);
  margin_rates_.push_back(margined_ ? instrument.definition().initial_margin_rate.raw : kFixedOne);
  const std::string& currency = instrument.definition().quote_currency;
  const auto known =
      std::find_if(totals_.begin(), totals_.end(), [&](const Total& t) { return t.currency == currency; });
  currency_of_.push_back(static_cast<u32>(known - totals_.begin()));
  if (known == totals_.end()) totals_.push_back({currency, 0});
}

// Each is a part of a total that 128 bits hold, and none is negative.
i128 Exposure::strategy_requirement(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
  i128 sum = 0;
  for (InstrumentIndex other = 0; other < instruments_.size(); ++other) {
    if (currency_of_[other] == currency_of_[instrument]) sum += cells_.at(strategy, other).requirement;
  }
  return sum;
}

bool Exposure::requirement_of(const ExposureCell& cell, InstrumentIndex index, i128& requirement) const noexcept {
  const Instrument& instrument = *instruments_[index];
  const FeeModel& fees = *fees_[index];
  const i128 rate = margin_rates_[index];
  const i64 position = cell.position;
  i128 buys = 0;
  i128 sells = 0;
  i128 held = 0;
  if (!side_requirement(position < 0 ? -position : 0, cell.cost, {cell.buy_lots, cell.buy_value, cell.buy_orders},
                        instrument, fees, rate, buys) ||
      !side_requirement(position > 0 ? position : 0, cell.cost, {cell.sell_lots, cell.sell_value, cell.sell_orders},
                        instrument, fees, rate, sells) ||
      !margin_of(size_of(cell.cost), rate, held)) {
    return false;
  }
  // A side that only closes needs nothing more than what holding the position needs.
  requirement = std::max({buys, sells, held});
  return true;
}

bool Exposure::with_working(ExposureCell& cell, Side side, const Reservation& before,
                            const Reservation& after) noexcept {
  i64& total_lots = side == Side::buy ? cell.buy_lots : cell.sell_lots;
  i128& total_value = side == Side::buy ? cell.buy_value : cell.sell_value;
  u32& orders = side == Side::buy ? cell.buy_orders : cell.sell_orders;
  if (before.quantity == 0 && after.quantity != 0) ++orders;
  if (before.quantity != 0 && after.quantity == 0) --orders;
  const i128 value =
      static_cast<i128>(after.quantity) * after.price - static_cast<i128>(before.quantity) * before.price;
  return !__builtin_add_overflow(total_lots, after.quantity - before.quantity, &total_lots) &&
         !__builtin_add_overflow(total_value, value, &total_value);
}

void Exposure::commit(StrategyIndex strategy, InstrumentIndex instrument, ExposureCell& changed) {
  ExposureCell& cell = cells_.at(strategy, instrument);
  i128& total = totals_[currency_of_[instrument]].amount;
  i128 new_total = 0;
  if (!requirement_of(changed, instrument, changed.requirement) ||
      __builtin_add_overflow(total - cell.requirement, changed.requirement, &new_total)) {
    throw Error(ErrorCode::decimal_overflow, "the exposure in " + instruments_[instrument]->id() +
                                                 " is beyond the range of exact numbers; trade smaller sizes");
  }
  total = new_total;
  cell = changed;
}

void Exposure::change(StrategyIndex strategy, InstrumentIndex instrument, Side side, const Reservation& before,
                      const Reservation& after) {
  if (after == before) return;
  ExposureCell changed = cells_.at(strategy, instrument);
  if (!with_working(changed, side, before, after)) {
    throw Error(ErrorCode::decimal_overflow, "the working orders in " + instruments_[instrument]->id() +
                                                 " are beyond the range of exact numbers; trade smaller sizes");
  }
  commit(strategy, instrument, changed);
  u32& open = open_orders_[strategy];
  if (before.quantity == 0) ++open;
  if (after.quantity == 0) --open;
}

void Exposure::position_changed(StrategyIndex strategy, InstrumentIndex instrument, i64 position, i128 cost) {
  ExposureCell changed = cells_.at(strategy, instrument);
  changed.position = position;
  changed.cost = cost;
  commit(strategy, instrument, changed);
}

}  // namespace pytrader
