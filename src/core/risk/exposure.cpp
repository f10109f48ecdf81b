// Keeps working sums and capital requirements, each change checked before it is taken.
#include "risk/exposure.hpp"

#include <algorithm>

#include "decimal/fixed.hpp"

namespace pytrader {
namespace {

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

// A share of a value, rounded up; false on overflow.
bool margin_of(i128 value, i128 rate, i128& margin) noexcept {
  i128 product = 0;  // of its own, so that `margin` stays in registers where there is nothing to multiply
  if (rate != kFixedOne && !rounded_up_product(value, rate, product)) return false;
  margin = rate != kFixedOne ? product : value;
  return true;
}

}  // namespace

Reservation reservation_of_replace(const Order& order, i64 new_price, i64 new_quantity) noexcept {
  const i64 new_size = new_price != kNoPrice ? without_sign(new_price) : 0;
  return {std::max(order.leaves_qty(), new_quantity - order.cum_qty),
          std::max(without_sign(order.value_price), new_size)};
}

void Exposure::add_strategy() {
  cells_.add_strategy();
  open_orders_.push_back(0);
}

void Exposure::add_instrument(const Instrument& instrument, const FeeModel* fees) {
  cells_.add_instrument();
  if (fees == nullptr) fees = rates_.emplace_back(std::make_unique<InstrumentRates>(instrument)).get();
  const std::string& currency = instrument.definition().quote_currency;
  const auto known =
      std::find_if(totals_.begin(), totals_.end(), [&](const Total& t) { return t.currency == currency; });
  const i128 margin_rate = margined_ ? instrument.definition().initial_margin_rate.raw : kFixedOne;
  traded_.push_back({&instrument, fees, margin_rate, static_cast<u32>(known - totals_.begin())});
  if (known == totals_.end()) totals_.push_back({currency, 0});
}

// Each is a part of a total that 128 bits hold, and none is negative.
i128 Exposure::strategy_requirement(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
  i128 sum = 0;
  for (InstrumentIndex other = 0; other < traded_.size(); ++other) {
    if (traded_[other].total == traded_[instrument].total) sum += cells_.at(strategy, other).requirement;
  }
  return sum;
}

// Capital that is needed if these orders all fill: they first close the lots that are held against them, then open.
// Inlined by force: a call costs a third of it.
[[gnu::always_inline]] inline bool Exposure::side_requirement(const ExposureCell& cell, InstrumentIndex index,
                                                              Side side, WorkingOrders& working) const noexcept {
  const Traded& traded = traded_[index];
  const i64 held_against = std::max<i64>(0, side == Side::buy ? -cell.position : cell.position);
  const i128 cost = size_of(cell.cost);
  i128 held = 0;
  if (!margin_of(cost, traded.margin_rate, held)) return false;
  // A side that only closes needs nothing more than what holding the position needs.
  working.requirement = held;
  if (working.lots <= held_against) return true;
  i128 opening_ticks = working.value;
  if (held_against > 0) opening_ticks = share_of(opening_ticks, working.lots - held_against, working.lots);
  i128 opening = 0;
  i128 value = 0;
  i128 requirement = 0;
  i128 fee = 0;
  if (!traded.instrument->value_of(opening_ticks, opening) ||
      __builtin_add_overflow(held_against > 0 ? 0 : cost, opening, &value) ||
      !margin_of(value, traded.margin_rate, requirement) ||
      !traded.fees->worst_fee(opening, working.lots - held_against, working.orders, fee) ||
      __builtin_add_overflow(requirement, fee, &requirement)) {
    return false;
  }
  working.requirement = std::max(requirement, held);
  return true;
}

bool Exposure::work_out(ExposureCell& cell, InstrumentIndex instrument) const noexcept {
  if (!side_requirement(cell, instrument, Side::buy, cell.buys)) return false;
  if (!side_requirement(cell, instrument, Side::sell, cell.sells)) return false;
  cell.requirement = std::max(cell.buys.requirement, cell.sells.requirement);
  return true;
}

// `what` begins the sentence and `is` goes with it.
void Exposure::throw_overflow(const char* what, const char* is, InstrumentIndex instrument) const {
  throw Error(ErrorCode::decimal_overflow, what + (" in " + traded_[instrument].instrument->id()) + is +
                                               " beyond the range of exact numbers; trade smaller sizes");
}

bool Exposure::with_working(WorkingOrders& working, const Reservation& before, const Reservation& after) noexcept {
  if (before.quantity == 0 && after.quantity != 0) ++working.orders;
  if (before.quantity != 0 && after.quantity == 0) --working.orders;
  const i128 value =
      static_cast<i128>(after.quantity) * after.price - static_cast<i128>(before.quantity) * before.price;
  return !__builtin_add_overflow(working.lots, after.quantity - before.quantity, &working.lots) &&
         !__builtin_add_overflow(working.value, value, &working.value);
}

bool Exposure::foresee(StrategyIndex strategy, InstrumentIndex instrument, Side side, const Reservation& before,
                       const Reservation& after, Outlook& ahead) const noexcept {
  const ExposureCell& cell = cells_.at(strategy, instrument);
  ahead.working = cell.of(side);
  if (!with_working(ahead.working, before, after)) return false;
  if (!side_requirement(cell, instrument, side, ahead.working)) return false;
  ahead.requirement = std::max(ahead.working.requirement, cell.of(opposite(side)).requirement);
  return !__builtin_add_overflow(total_of(instrument).amount - cell.requirement, ahead.requirement, &ahead.total);
}

void Exposure::change(StrategyIndex strategy, InstrumentIndex instrument, Side side, const Reservation& before,
                      const Reservation& after) {
  if (after == before) return;
  ExposureCell& cell = cells_.at(strategy, instrument);
  Outlook ahead;
  if (!foresee(strategy, instrument, side, before, after, ahead)) {
    WorkingOrders working = cell.of(side);
    if (!with_working(working, before, after)) throw_overflow("the working orders", " are", instrument);
    throw_overflow("the exposure", " is", instrument);
  }
  cell.of(side) = ahead.working;
  cell.requirement = ahead.requirement;
  totals_[traded_[instrument].total].amount = ahead.total;
  u32& open = open_orders_[strategy];
  if (before.quantity == 0) ++open;
  if (after.quantity == 0) --open;
}

void Exposure::position_changed(StrategyIndex strategy, InstrumentIndex instrument, i64 position, i128 cost) {
  ExposureCell& cell = cells_.at(strategy, instrument);
  ExposureCell changed = cell;
  changed.position = position;
  changed.cost = cost;
  i128& total = totals_[traded_[instrument].total].amount;
  i128 new_total = 0;
  if (!work_out(changed, instrument) ||
      __builtin_add_overflow(total - cell.requirement, changed.requirement, &new_total)) {
    throw_overflow("the exposure", " is", instrument);
  }
  total = new_total;
  cell = changed;
}

}  // namespace pytrader
