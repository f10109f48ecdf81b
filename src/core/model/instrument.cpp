// Checks an instrument's definition and converts between texts, ticks, lots and money.
#include "model/instrument.hpp"

#include <string_view>
#include <utility>

namespace pytrader {
namespace {

constexpr std::size_t kMaxSymbolLength = 64;
constexpr std::size_t kMaxVenueLength = 32;
constexpr std::size_t kMaxCurrencyLength = 16;

[[noreturn]] void refuse(const std::string& id, const std::string& what) {
  throw Error(ErrorCode::invalid_instrument, "instrument " + id + ": " + what);
}

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// A byte of a longer character can not stand alone in a message.
std::string character_text(char c) {
  const bool printable = c >= ' ' && c <= '~';
  return printable ? std::string("the character '") + c + "'" : "a character that is not printable ASCII";
}

void check_name(const std::string& id, const char* what, const std::string& name, std::size_t longest,
                std::string_view punctuation) {
  if (name.empty()) refuse(id, std::string(what) + " is empty; give at least one character");
  if (name.size() > longest) {
    refuse(id, std::string(what) + " '" + name + "' has " + std::to_string(name.size()) + " characters, at most " +
                   std::to_string(longest) + " are allowed");
  }
  for (const char c : name) {
    if (!is_letter_or_digit(c) && punctuation.find(c) == std::string_view::npos) {
      refuse(id, std::string(what) + " '" + name + "' has " + character_text(c) + "; use letters, digits and " +
                     (punctuation.empty() ? "nothing else" : std::string(punctuation)));
    }
  }
}

void check_names(const std::string& id, const InstrumentDefinition& definition) {
  check_name(id, "symbol", definition.symbol, kMaxSymbolLength, "-_/:.#=+@^&");
  check_name(id, "venue", definition.venue, kMaxVenueLength, "-_");
  check_name(id, "quote_currency", definition.quote_currency, kMaxCurrencyLength, "");
  if (!definition.base_currency.empty()) {
    check_name(id, "base_currency", definition.base_currency, kMaxCurrencyLength, "");
  }
}

void check_positive(const std::string& id, const char* what, const Fixed& value) {
  if (value.raw <= 0) refuse(id, std::string(what) + " is " + to_text(value) + "; it must be above zero");
}

void check_fee_rate(const std::string& id, const char* what, const Fixed& rate) {
  if (rate.raw >= kFixedOne || rate.raw <= -kFixedOne) {
    refuse(id, std::string(what) + " is " + to_text(rate) +
                   "; it is a share of the traded value and must lie between -1 and 1 (0.1 % is 0.001)");
  }
}

i128 unit_value_of(const std::string& id, const InstrumentDefinition& definition) {
  try {
    return multiply3(definition.tick_size, definition.lot_size, definition.multiplier, kMaxDecimals, Rounding::exact)
        .raw;
  } catch (const Error&) {
    refuse(id, "tick_size " + to_text(definition.tick_size) + " x lot_size " + to_text(definition.lot_size) +
                   " x multiplier " + to_text(definition.multiplier) +
                   " is not exact in 18 decimals and 128 bits; take a coarser tick or lot");
  }
}

// The largest number of steps of which both texts and values stay exact.
i64 largest_count(i128 step, i128 unit_value) {
  const i128 coarsest = step > unit_value ? step : unit_value;
  const i128 count = kFixedMax / coarsest;
  return count < kNoLimit ? static_cast<i64>(count) : kNoLimit;
}

// Settles a maximum: the stated one if it can be held, the largest possible if none was stated.
i64 settle_maximum(const std::string& id, const char* what, const char* unit, i64 stated, i64 largest) {
  if (stated == kNoLimit) return largest;
  if (stated > largest) {
    refuse(id, std::string(what) + " is " + std::to_string(stated) + " " + unit +
                   "; at this tick, lot and multiplier at most " + std::to_string(largest) + " can be held exactly");
  }
  return stated;
}

void check_range(const std::string& id, const char* what, const char* unit, i64 low, i64 high) {
  if (low > high) {
    refuse(id, std::string("min_") + what + " (" + std::to_string(low) + " " + unit + ") is above max_" + what + " (" +
                   std::to_string(high) + " " + unit + ")");
  }
}

void check_notional_limits(const std::string& id, const InstrumentDefinition& definition) {
  if (definition.min_notional.raw < 0) {
    refuse(id, "min_notional is " + to_text(definition.min_notional) + "; it must not be negative (0: none)");
  }
  if (definition.max_notional.raw < 0) {
    refuse(id, "max_notional is " + to_text(definition.max_notional) + "; it must not be negative (0: none)");
  }
  if (definition.max_notional.raw != 0 && definition.min_notional.raw > definition.max_notional.raw) {
    refuse(id, "min_notional (" + to_text(definition.min_notional) + ") is above max_notional (" +
                   to_text(definition.max_notional) + ")");
  }
}

void check_contract(const std::string& id, const InstrumentDefinition& definition) {
  const ContractTerms& terms = definition.contract;
  const bool is_option = definition.kind == InstrumentKind::option;
  if (is_option != (terms.right != OptionRight::none)) {
    refuse(id, is_option ? "it is an option without a right; give right='call' or 'put'"
                         : "it has a right, and is no option; leave right away, or give kind='option'");
  }
  if (is_option && terms.strike.raw <= 0) {
    refuse(id, "strike is " + to_text(terms.strike) + "; an option's must be above zero");
  }
  if (!is_option && terms.strike.raw != 0) refuse(id, "it has a strike, and is no option; leave strike away");
  if (terms.settlement == Settlement::physical && terms.underlying.empty()) {
    refuse(id, "it is settled physically, and has no underlying; give the id of the instrument that is delivered");
  }
  if (terms.underlying == id) refuse(id, "it is its own underlying");
  if (terms.expire_time < 0) {
    refuse(id, "expire_time is " + std::to_string(terms.expire_time) + " ns; it must not be before 1970 (0: none)");
  }
}

i64 whole_steps(const Fixed& value, i128 step, ErrorCode off_grid, const std::string& id, const char* what,
                const char* step_name, int decimals) {
  if (value.raw % step != 0) {
    throw Error(off_grid, std::string(what) + " " + to_text(value) + " is no multiple of the " + step_name + " " +
                              to_text(Fixed{step, static_cast<u8>(decimals)}) + " of " + id);
  }
  const i128 steps = value.raw / step;
  if (steps > kNoLimit || steps < -kNoLimit) {
    throw Error(ErrorCode::decimal_overflow, std::string(what) + " " + to_text(value) + " is more than " +
                                                 std::to_string(kNoLimit) + " times the " + step_name + " of " + id);
  }
  return static_cast<i64>(steps);
}

}  // namespace

Instrument::Instrument(InstrumentDefinition definition, InstrumentIndex index)
    : definition_(std::move(definition)), id_(definition_.symbol + "." + definition_.venue), index_(index) {
  InstrumentDefinition& d = definition_;
  check_names(id_, d);
  if (d.quote_decimals > kMaxDecimals) {
    refuse(id_, "quote_decimals is " + std::to_string(d.quote_decimals) + "; at most 18 are allowed");
  }
  check_positive(id_, "tick_size", d.tick_size);
  check_positive(id_, "lot_size", d.lot_size);
  check_positive(id_, "multiplier", d.multiplier);
  check_fee_rate(id_, "maker_fee", d.maker_fee_rate);
  check_fee_rate(id_, "taker_fee", d.taker_fee_rate);
  unit_value_ = unit_value_of(id_, d);
  states_max_price_ = d.max_price != kNoLimit;
  states_max_quantity_ = d.max_quantity != kNoLimit;
  const i64 largest_price = largest_count(d.tick_size.raw, unit_value_);
  d.max_price = settle_maximum(id_, "max_price", "ticks", d.max_price, largest_price);
  d.max_quantity =
      settle_maximum(id_, "max_quantity", "lots", d.max_quantity, largest_count(d.lot_size.raw, unit_value_));
  if (d.min_price < -largest_price) {
    refuse(id_, "min_price is " + std::to_string(d.min_price) + " ticks; at this tick, lot and multiplier at least " +
                    std::to_string(-largest_price) + " can be held exactly");
  }
  if (d.min_quantity < 1) {
    refuse(id_, "min_quantity is " + std::to_string(d.min_quantity) + " lots; it must be at least one lot");
  }
  check_range(id_, "price", "ticks", d.min_price, d.max_price);
  check_range(id_, "quantity", "lots", d.min_quantity, d.max_quantity);
  check_notional_limits(id_, d);
  check_contract(id_, d);
  if (d.initial_margin_rate.raw <= 0 || d.initial_margin_rate.raw > kFixedOne) {
    refuse(id_, "initial_margin_rate is " + to_text(d.initial_margin_rate) + "; it must be above 0 and at most 1");
  }
  if (d.maintenance_margin_rate.raw < 0 || d.maintenance_margin_rate >= d.initial_margin_rate) {
    refuse(id_, "maintenance_margin_rate is " + to_text(d.maintenance_margin_rate) +
                    "; it must be from 0 to below initial_margin_rate, " + to_text(d.initial_margin_rate));
  }
  price_decimals_ = decimals_needed(d.tick_size.raw);
  quantity_decimals_ = decimals_needed(d.lot_size.raw);
}

i128 Instrument::fee(i128 value, Liquidity liquidity) const {
  const i128 rate = liquidity == Liquidity::maker ? definition_.maker_fee_rate.raw : definition_.taker_fee_rate.raw;
  if (rate == 0) return 0;
  // value * rate is at 10^-36; one rounding takes it to the currency's minor units.
  const i128 size = value < 0 ? -value : value;
  const auto divisor = static_cast<i128>(power_of_ten(2 * kMaxDecimals - definition_.quote_decimals));
  const i128 minor_units = mul_div(size, rate, divisor, Rounding::half_even);
  i128 fee = 0;
  if (__builtin_mul_overflow(minor_units, static_cast<i128>(power_of_ten(kMaxDecimals - definition_.quote_decimals)),
                             &fee)) {
    throw Error(ErrorCode::decimal_overflow,
                "instrument " + id_ + ": the fee of a fill worth " + to_text(Fixed{value, 0}) + " is out of range");
  }
  return fee;
}

i64 Instrument::ticks(const Fixed& price, const char* what) const {
  return whole_steps(price, definition_.tick_size.raw, ErrorCode::off_tick, id_, what, "tick", price_decimals_);
}

i64 Instrument::lots(const Fixed& quantity, const char* what) const {
  return whole_steps(quantity, definition_.lot_size.raw, ErrorCode::off_lot, id_, what, "lot", quantity_decimals_);
}

namespace {

Fixed steps_to_value(i64 steps, const Fixed& step, int decimals, const char* what, const std::string& id) {
  i128 raw = 0;
  if (__builtin_mul_overflow(static_cast<i128>(steps), step.raw, &raw) || raw < kFixedMin) {
    throw Error(ErrorCode::decimal_overflow, std::string(what) + " of " + std::to_string(steps) + " steps of " +
                                                 to_text(step) + " is out of the range of " + id);
  }
  return {raw, static_cast<u8>(decimals)};
}

}  // namespace

Fixed Instrument::price(i64 ticks) const {
  return steps_to_value(ticks, definition_.tick_size, price_decimals_, "price", id_);
}

Fixed Instrument::quantity(i64 lots) const {
  return steps_to_value(lots, definition_.lot_size, quantity_decimals_, "quantity", id_);
}

}  // namespace pytrader
