// What the strategy module asks of conditions: made from indicators and prices, watched, read.
#pragma once

#include "decimal/fixed.hpp"
#include "kernel/kernel.hpp"
#include "strategy_view.hpp"

namespace pytrader::bindings {

// A price in ticks as a fraction in lowest terms, so that thresholds between ticks are exact too.
inline Fraction ticks_of(const Fixed& price, const Scale& scale) {
  i128 common = scale.tick;
  for (i128 rest = price.raw < 0 ? -price.raw : price.raw; rest != 0;) {
    const i128 next = common % rest;
    common = rest;
    rest = next;
  }
  const i128 denominator = scale.tick / common;
  if (denominator > INT64_MAX) {
    throw Error(ErrorCode::decimal_overflow, "this price is too fine to be compared with an indicator: round it");
  }
  return {price.raw / common, static_cast<i64>(denominator)};
}

inline ConditionId add_relation(Kernel& kernel, int relation, const Indicator* a, SeriesId series_a, const Indicator* b,
                                SeriesId series_b) {
  const Operand second{b, series_b};
  return kernel.conditions().relation(static_cast<ConditionBoard::Relation>(relation), {a, series_a}, &second, {});
}
inline ConditionId add_price_relation(Kernel& kernel, int relation, const Indicator* a, SeriesId series,
                                      const Fixed& price, const Scale& scale) {
  return kernel.conditions().relation(static_cast<ConditionBoard::Relation>(relation), {a, series}, nullptr,
                                      ticks_of(price, scale));
}
inline ConditionId add_both(Kernel& kernel, ConditionId a, ConditionId b) {
  return kernel.conditions().both(a, b);
}
inline ConditionId add_either(Kernel& kernel, ConditionId a, ConditionId b) {
  return kernel.conditions().either(a, b);
}
inline ConditionId add_inverse(Kernel& kernel, ConditionId a) {
  return kernel.conditions().inverse(a);
}
// -1: unknown, as an indicator is not ready.
inline int truth_of(Kernel& kernel, ConditionId condition) noexcept {
  return static_cast<int>(kernel.conditions().truth(condition));
}
inline WatchId add_watch(Kernel& kernel, StrategyIndex strategy, ConditionId condition) {
  return kernel.watch(strategy, condition);
}
inline SeriesId add_mids(Kernel& kernel, InstrumentIndex instrument) {
  return kernel.add_mids(instrument);
}

}  // namespace pytrader::bindings
