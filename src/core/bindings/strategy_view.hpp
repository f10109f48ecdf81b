// What the strategy module reads from the kernel in terms of prices and quantities: scales, levels, averages.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "book/book_sides.hpp"
#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "decimal/fixed.hpp"
#include "indicators/indicator.hpp"
#include "kernel/kernel.hpp"

namespace pytrader::bindings {

// An instrument's grid as mantissas at 10^-18, copied so that values can be made when the kernel is gone.
struct Scale {
  i128 tick = kFixedOne;
  i128 lot = kFixedOne;
  i128 unit = kFixedOne;  // value of one tick times one lot, in quote currency
  u8 price_decimals = 0;
  u8 quantity_decimals = 0;
};

inline Scale make_scale(const Fixed& tick, const Fixed& lot, const Fixed& multiplier) {
  Scale scale;
  scale.tick = tick.raw;
  scale.lot = lot.raw;
  scale.unit = multiply_exact(multiply_exact(tick, lot), multiplier).raw;
  scale.price_decimals = static_cast<u8>(decimals_needed(tick.raw));
  scale.quantity_decimals = static_cast<u8>(decimals_needed(lot.raw));
  return scale;
}

inline Scale scale_of(const Instrument& instrument) {
  const InstrumentDefinition& definition = instrument.definition();
  return make_scale(definition.tick_size, definition.lot_size, definition.multiplier);
}

inline Fixed grid_value(i128 step, i64 count, u8 decimals) {
  Fixed value{0, decimals};
  if (__builtin_mul_overflow(step, static_cast<i128>(count), &value.raw)) {
    throw Error(ErrorCode::decimal_overflow,
                "a price or quantity of " + std::to_string(count) + " steps is out of range");
  }
  return value;
}
inline Fixed price_value(const Scale& scale, i64 ticks) {
  return grid_value(scale.tick, ticks, scale.price_decimals);
}
inline Fixed quantity_value(const Scale& scale, i64 lots) {
  return grid_value(scale.lot, lots, scale.quantity_decimals);
}
// Half of a price given in ticks: Error(inexact) for the odd half of an odd 10^-18 tick, never rounded.
inline Fixed half_price_value(const Scale& scale, i64 ticks) {
  const Fixed whole = grid_value(scale.tick, ticks, scale.price_decimals);
  Fixed half = divide_exact(whole, Fixed{2 * kFixedOne, 0});
  half.decimals = scale.price_decimals;
  return half;
}

// False when the value is no whole number of steps, or too many.
inline bool on_grid(const Fixed& value, i128 step, i64& steps) noexcept {
  const i128 count = value.raw / step;
  if (count * step != value.raw || count > INT64_MAX || count <= INT64_MIN) return false;
  steps = static_cast<i64>(count);
  return true;
}
inline bool is_multiple(const Fixed& value, i128 step) noexcept {
  return value.raw % step == 0;
}

// Averages are rounded half-even at 18 decimals.
inline Fixed average_price(i128 cum_value, i64 cum_qty, const Scale& scale) {
  return {mul_div(cum_value, scale.tick, cum_qty, Rounding::half_even), scale.price_decimals};
}
inline Fixed entry_price(const PositionState& state, const Scale& scale) {
  i128 value_per_tick = 0;
  if (__builtin_mul_overflow(scale.unit, static_cast<i128>(state.quantity), &value_per_tick)) {
    throw Error(ErrorCode::decimal_overflow, "the value of this position is out of range");
  }
  return {mul_div(state.cost, scale.tick, value_per_tick, Rounding::half_even), scale.price_decimals};
}

// As the venue says, kNoPrice where it says nothing.
// The best tick at which a synthetic price can be sold or bought now; kNoPrice without one.
inline i64 synthetic_bid(const Kernel& kernel, u32 number) {
  return kernel.synthetics().price(number, PriceSource::bid).from_below;
}
inline i64 synthetic_ask(const Kernel& kernel, u32 number) {
  return kernel.synthetics().price(number, PriceSource::ask).from_above;
}

inline i64 mark_price(const Kernel& kernel, InstrumentIndex instrument) {
  return kernel.market(instrument).mark_price;
}
inline Fixed amount(i128 raw) noexcept {
  return {raw, 0};
}

inline bool is_refusal(ExecType type) noexcept {
  return type == ExecType::denied || type == ExecType::rejected || type == ExecType::cancel_rejected ||
         type == ExecType::replace_rejected;
}
inline bool is_request(ExecType exec_type) noexcept {
  return exec_type == ExecType::pending_cancel || exec_type == ExecType::pending_replace;
}
// Whether the venue answers a request to cancel or replace; what it cancels by itself has a reason.
inline bool is_answer(const OrderEvent& event) noexcept {
  return event.exec_type == ExecType::replaced || event.exec_type == ExecType::cancel_rejected ||
         event.exec_type == ExecType::replace_rejected ||
         (event.exec_type == ExecType::canceled && event.reason == RejectReason::none);
}
inline bool is_pending(OrderStatus status) noexcept {
  return status == OrderStatus::pending_new || status == OrderStatus::pending_cancel ||
         status == OrderStatus::pending_replace;
}
inline bool is_cancelable(OrderStatus status) noexcept {
  return is_open(status) && status != OrderStatus::pending_cancel;
}

// The book of an instrument, nullptr where its data holds only the best bid and offer, or bars.
inline const BookSides* book_of(const Kernel& kernel, InstrumentIndex instrument) {
  if (const L3Book* book = kernel.l3_book(instrument)) return book;
  return kernel.l2_book(instrument);
}

// The best levels of a side, best first; the best bid or offer alone where there is no book.
inline void read_depth(const Kernel& kernel, InstrumentIndex instrument, bool bids, std::size_t count,
                       std::vector<LevelTotals>& levels) {
  const Side side = bids ? Side::buy : Side::sell;
  if (const BookSides* book = book_of(kernel, instrument)) {
    levels.resize(std::min<std::size_t>(count, book->side(side).level_count()));
    levels.resize(book->depth(side, levels.size(), levels.data()));
    return;
  }
  const QuoteRecord quote = kernel.quote(instrument);
  const i64 quantity = bids ? quote.bid_quantity : quote.ask_quantity;
  levels.clear();
  if (quantity != 0) levels.push_back({bids ? quote.bid_price : quote.ask_price, quantity, 0});
}

inline i64 best_order_count(const Kernel& kernel, InstrumentIndex instrument, bool bids) {
  const Side side = bids ? Side::buy : Side::sell;
  const BookSides* book = book_of(kernel, instrument);
  return book == nullptr || book->side(side).empty() ? 0 : book->best(side).order_count;
}

// The indicator's value less the price: -1, 0 or 1; exact for exact indicators unless 128 bits do not hold the
// products.
inline int compare_to_price(const Indicator& indicator, const Fixed& price, const Scale& scale) noexcept {
  Fraction value;
  i128 left = 0;
  i128 right = 0;
  if (indicator.exact(value) && !__builtin_mul_overflow(value.numerator, scale.tick, &left) &&
      !__builtin_mul_overflow(price.raw, static_cast<i128>(value.denominator), &right)) {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  const double difference = indicator.value() - static_cast<double>(price.raw) / static_cast<double>(scale.tick);
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}
inline double tick_as_double(const Scale& scale) noexcept {
  return static_cast<double>(scale.tick) / static_cast<double>(kFixedOne);
}
inline const Indicator* add_sma(Kernel& kernel, SeriesId series, i64 length) {
  return &kernel.add_indicator(series, make_indicator("sma", length));
}
inline const Indicator* add_ema(Kernel& kernel, SeriesId series, i64 length) {
  return &kernel.add_indicator(series, make_indicator("ema", length));
}
// The last bar that closed, nullptr before the first.
inline const BarRecord* last_bar(const Kernel& kernel, SeriesId series) noexcept {
  return kernel.bars().last(series);
}
inline u64 closed_bars(const Kernel& kernel, SeriesId series) noexcept {
  return kernel.bars().closed_count(series);
}
inline SeriesId add_bars(Kernel& kernel, InstrumentIndex instrument, i64 duration_ns) {
  return kernel.add_bar_series(instrument, duration_ns);
}
// Bars that come as records concern every strategy; bars that are built from trades those that asked for them.
inline bool is_recorded(const Kernel& kernel, SeriesId series) noexcept {
  return !kernel.bars().is_built(series);
}

}  // namespace pytrader::bindings
