// A price that is computed from those of several instruments: exact, and never rounded towards what waits for it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "decimal/fixed.hpp"
#include "decimal/integers.hpp"
#include "emulator/trigger_prices.hpp"
#include "model/messages.hpp"

namespace pytrader {

enum class SyntheticKind : u8 {
  weighted_sum,  // spreads, baskets, indices
  ratio,         // of the first component to the second
};

struct SyntheticComponent {
  InstrumentIndex instrument = 0;
  Fixed tick_size;                  // the instrument's
  Fixed weight = Fixed{kFixedOne};  // of a ratio's components 1

  friend bool operator==(const SyntheticComponent&, const SyntheticComponent&) = default;
};

struct SyntheticDefinition {
  std::string name;
  Fixed tick_size;
  SyntheticKind kind = SyntheticKind::weighted_sum;
  std::vector<SyntheticComponent> components;

  friend bool operator==(const SyntheticDefinition&, const SyntheticDefinition&) = default;
};

// Its last price, mid and mark are the formula over its components' last prices, mids and marks. Its bid and offer are
// what one could sell and buy it for: components that count against it at their other side. It has no price while one
// of those that it is made of is missing, or what a ratio divides by is not above zero.
class Synthetic {
 public:
  static constexpr std::size_t kMaxComponents = 64;
  static constexpr std::size_t kMaxName = 64;  // bytes of UTF-8, none of them a blank or a control character

  // A sum's components are put in order of their instruments, so that equal formulas are equal. Throws
  // Error(invalid_argument) for what is no formula, and for one whose numbers could overflow 128 bits at some price.
  explicit Synthetic(SyntheticDefinition definition);

  const SyntheticDefinition& definition() const noexcept { return definition_; }
  const std::vector<SyntheticComponent>& components() const noexcept { return definition_.components; }

  // Between which of its ticks the exact price lies: `from_below` the tick at or below it, `from_above` the one at or
  // above it, so that it reaches no stop before the exact price does. `prices` are those of the components, in their
  // order. Throws Error(decimal_overflow) for a price beyond 64 bits of ticks.
  TriggerBook::Reach price(PriceSource source, std::span<const TriggerPrices> prices) const;

 private:
  bool sum(PriceSource source, std::span<const TriggerPrices> prices, i128& dividend, i128& divisor) const noexcept;
  bool quotient(PriceSource source, std::span<const TriggerPrices> prices, i128& dividend,
                i128& divisor) const noexcept;
  void find_coefficients();

  SyntheticDefinition definition_;
  std::vector<i64> coefficients_;  // by component
  i64 divisor_ = 1;                // price in ticks = sum of coefficient * component's ticks, divided by this
};

}  // namespace pytrader
