// Arithmetic of exact decimals: products and quotients in 256 bits, rounded once, refused when out of range.
#include "decimal/fixed.hpp"

#include <array>

#include "decimal/rounding.hpp"
#include "decimal/wide.hpp"

namespace pytrader {
namespace {

using wide::U256;

enum class Outcome : u8 { ok, inexact, overflow };

constexpr std::array<u128, 39> make_powers() {
  std::array<u128, 39> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<u128, 39> kPowers = make_powers();
// 1 / 5^k modulo 2^128, by Newton's iteration: it doubles the correct bits, and an odd number is its own inverse in 3.
constexpr std::array<u128, kMaxDecimals + 1> make_inverses() {
  std::array<u128, kMaxDecimals + 1> inverses{};
  u128 power = 1;
  for (std::size_t k = 0; k < inverses.size(); ++k, power *= 5) {
    u128 inverse = power;
    for (int i = 0; i < 6; ++i) inverse *= 2 - power * inverse;
    inverses[k] = inverse;
  }
  return inverses;
}
constexpr std::array<u128, kMaxDecimals + 1> kInversesOfFive = make_inverses();
constexpr std::array<const char*, 9> kRoundingNames = {"ceiling",   "floor",     "up",   "down", "half_up",
                                                       "half_down", "half_even", "05up", "exact"};

constexpr u128 magnitude(i128 value) noexcept {
  return value < 0 ? -static_cast<u128>(value) : static_cast<u128>(value);
}

// 10^exponent for exponent 0..19.
u64 short_power(int exponent) noexcept {
  return static_cast<u64>(kPowers[static_cast<std::size_t>(exponent)]);
}

// The value as digits * 10^-decimals, if that is exact and in 64 bits. If 10^k divides the mantissa, the quotient is
// what the multiplication by its inverse gives; if not, multiplying back tells.
bool compact(const Fixed& value, u64& digits) noexcept {
  const int k = kMaxDecimals - value.decimals;
  const u128 mantissa = magnitude(value.raw);
  digits = static_cast<u64>((mantissa >> k) * kInversesOfFive[static_cast<std::size_t>(k)]);
  return static_cast<u128>(digits) * short_power(k) == mantissa;
}

// dividend / divisor, rounded to a signed whole number within the symmetric range.
Outcome divide_rounded(const U256& dividend, u128 divisor, bool negative, bool sticky, Rounding rounding,
                       i128& result) noexcept {
  const wide::Division division = wide::divide(dividend, divisor);
  if (division.quotient.hi != 0) return Outcome::overflow;
  u128 quotient = division.quotient.lo;
  if (division.remainder != 0 || sticky) {
    if (rounding == Rounding::exact) {
      return quotient >= static_cast<u128>(kFixedMax) ? Outcome::overflow : Outcome::inexact;
    }
    if (grows(rounding, negative, quotient, division.remainder, divisor, sticky) && ++quotient == 0) {
      return Outcome::overflow;
    }
  }
  if (quotient > static_cast<u128>(kFixedMax)) return Outcome::overflow;
  result = negative ? -static_cast<i128>(quotient) : static_cast<i128>(quotient);
  return Outcome::ok;
}

// A whole number of 10^-digits as a mantissa at 10^-18.
Outcome widen(i128 units, int digits, i128& raw) noexcept {
  if (__builtin_mul_overflow(units, static_cast<i128>(kPowers[kMaxDecimals - digits]), &raw)) return Outcome::overflow;
  return raw < kFixedMin ? Outcome::overflow : Outcome::ok;
}

void check_digits(int digits) {
  if (digits < 0 || digits > kMaxDecimals) {
    throw Error(ErrorCode::invalid_argument,
                "digits must be 0 to 18, not " + std::to_string(digits) + "; a decimal keeps 18 places");
  }
}

[[noreturn]] void throw_division_by_zero(const Fixed& a) {
  throw Error(ErrorCode::division_by_zero, to_text(a) + " divided by zero; check the divisor first");
}

// The sentence is put together only once the operation has failed.
[[noreturn]] void throw_outcome(Outcome outcome, const std::string& operation, int digits) {
  if (outcome == Outcome::inexact) {
    throw Error(ErrorCode::inexact, operation + " has more than " + std::to_string(digits) +
                                        " decimals; name digits and a rounding mode to round it");
  }
  throw Error(ErrorCode::decimal_overflow,
              operation +
                  " is beyond the range of a decimal, +-170141183460469231731.687303715884105727; use "
                  "smaller numbers or a larger unit");
}

u8 sum_of_decimals(const Fixed& a, const Fixed& b) noexcept {
  const int sum = a.decimals + b.decimals;
  return static_cast<u8>(sum > kMaxDecimals ? kMaxDecimals : sum);
}

// Rounds |dividend| * 10^-(18 + shift) to `digits` decimals.
Outcome shrink(const U256& dividend, int shift, bool negative, bool sticky, int digits, Rounding rounding,
               i128& raw) noexcept {
  i128 units = 0;
  const Outcome outcome =
      divide_rounded(dividend, kPowers[shift + kMaxDecimals - digits], negative, sticky, rounding, units);
  return outcome == Outcome::ok ? widen(units, digits, raw) : outcome;
}

// The product of two short numbers without a long division, as nearly all are; false where it does not apply.
bool multiply_compact(const Fixed& a, const Fixed& b, int digits, Rounding rounding, i128& raw) noexcept {
  u64 left;
  u64 right;
  u64 units;
  if (!compact(a, left) || !compact(b, right) || __builtin_mul_overflow(left, right, &units)) return false;
  const bool negative = (a.raw < 0) != (b.raw < 0);
  int places = a.decimals + b.decimals;
  if (places > digits) {
    // No more than 19 digits were found, so a divisor beyond 10^19 is left to the long way.
    if (places - digits > 19) return false;
    const u64 divisor = short_power(places - digits);
    const u64 rest = units % divisor;
    units /= divisor;
    if (rest != 0) {
      if (rounding == Rounding::exact) return false;
      units += static_cast<u64>(grows(rounding, negative, units, rest, divisor, false));
    }
    places = digits;
  }
  const u128 product = static_cast<u128>(units) * short_power(kMaxDecimals - places);
  if (product > static_cast<u128>(kFixedMax)) return false;
  raw = negative ? -static_cast<i128>(product) : static_cast<i128>(product);
  return true;
}

}  // namespace

const char* to_text(Rounding rounding) noexcept {
  const auto index = static_cast<std::size_t>(rounding);
  return index < kRoundingNames.size() ? kRoundingNames[index] : "?";
}

bool parse_rounding(std::string_view text, Rounding& rounding) noexcept {
  for (std::size_t i = 0; i < kRoundingNames.size(); ++i) {
    if (text == kRoundingNames[i]) {
      rounding = static_cast<Rounding>(i);
      return true;
    }
  }
  return false;
}

u128 power_of_ten(int exponent) noexcept {
  return kPowers[static_cast<std::size_t>(exponent)];
}

void throw_sum_overflow(const Fixed& a, const char* sign, const Fixed& b) {
  throw_outcome(Outcome::overflow, to_text(a) + sign + to_text(b), kMaxDecimals);
}

Fixed multiply_integer(const Fixed& a, i128 factor) {
  Fixed product{0, a.decimals};
  if (__builtin_mul_overflow(a.raw, factor, &product.raw) || product.raw < kFixedMin) {
    throw_outcome(Outcome::overflow, to_text(a) + " * " + to_text(factor), kMaxDecimals);
  }
  return product;
}

Fixed multiply_exact(const Fixed& a, const Fixed& b) {
  Fixed product = multiply(a, b, kMaxDecimals, Rounding::exact);
  product.decimals = sum_of_decimals(a, b);
  return product;
}

Fixed divide_exact(const Fixed& a, const Fixed& b) {
  Fixed quotient = divide(a, b, kMaxDecimals, Rounding::exact);
  const int wanted = a.decimals > b.decimals ? a.decimals - b.decimals : 0;
  const int needed = decimals_needed(quotient.raw);
  quotient.decimals = static_cast<u8>(wanted > needed ? wanted : needed);
  return quotient;
}

Fixed remainder(const Fixed& a, const Fixed& b) {
  if (b.raw == 0) throw_division_by_zero(a);
  return {a.raw % b.raw, a.decimals > b.decimals ? a.decimals : b.decimals};
}

Fixed divide_int(const Fixed& a, const Fixed& b) {
  if (b.raw == 0) throw_division_by_zero(a);
  Fixed quotient;
  if (widen(a.raw / b.raw, 0, quotient.raw) != Outcome::ok) {
    throw_outcome(Outcome::overflow, to_text(a) + " // " + to_text(b), 0);
  }
  return quotient;
}

Fixed multiply(const Fixed& a, const Fixed& b, int digits, Rounding rounding) {
  check_digits(digits);
  Fixed product{0, static_cast<u8>(digits)};
  if (multiply_compact(a, b, digits, rounding, product.raw)) return product;
  const Outcome outcome = shrink(wide::multiply(magnitude(a.raw), magnitude(b.raw)), kMaxDecimals,
                                 (a.raw < 0) != (b.raw < 0), false, digits, rounding, product.raw);
  if (outcome != Outcome::ok) throw_outcome(outcome, to_text(a) + " * " + to_text(b), digits);
  return product;
}

Fixed divide(const Fixed& a, const Fixed& b, int digits, Rounding rounding) {
  check_digits(digits);
  if (b.raw == 0) throw_division_by_zero(a);
  Fixed quotient{0, static_cast<u8>(digits)};
  i128 units = 0;
  Outcome outcome = divide_rounded(wide::multiply(magnitude(a.raw), kPowers[digits]), magnitude(b.raw),
                                   (a.raw < 0) != (b.raw < 0), false, rounding, units);
  if (outcome == Outcome::ok) outcome = widen(units, digits, quotient.raw);
  if (outcome != Outcome::ok) throw_outcome(outcome, to_text(a) + " / " + to_text(b), digits);
  return quotient;
}

Fixed fma(const Fixed& a, const Fixed& b, const Fixed& c, int digits, Rounding rounding) {
  check_digits(digits);
  const U256 product = wide::multiply(magnitude(a.raw), magnitude(b.raw));
  const U256 addend = wide::multiply(magnitude(c.raw), kPowers[kMaxDecimals]);
  bool negative = (a.raw < 0) != (b.raw < 0);
  U256 total;
  if (negative == (c.raw < 0)) {
    // Both are below 2^254, so the sum fits.
    wide::add(product, addend, total);
  } else if (wide::less(product, addend)) {
    total = wide::subtract(addend, product);
    negative = !negative;
  } else {
    total = wide::subtract(product, addend);
  }
  Fixed result{0, static_cast<u8>(digits)};
  const Outcome outcome = shrink(total, kMaxDecimals, negative, false, digits, rounding, result.raw);
  if (outcome != Outcome::ok) {
    throw_outcome(outcome, to_text(a) + " * " + to_text(b) + " + " + to_text(c), digits);
  }
  return result;
}

Fixed multiply3(const Fixed& a, const Fixed& b, const Fixed& c, int digits, Rounding rounding) {
  if (c.raw == kFixedOne) return multiply(a, b, digits, rounding);
  check_digits(digits);
  const bool negative = ((a.raw < 0) != (b.raw < 0)) != (c.raw < 0);
  Fixed result{0, static_cast<u8>(digits)};
  U256 product;
  // At 10^-54 a product of 256 bits is beyond 1e23: far out of range, whatever the rounding.
  Outcome outcome = Outcome::overflow;
  if (wide::multiply(wide::multiply(magnitude(a.raw), magnitude(b.raw)), magnitude(c.raw), product)) {
    const wide::Division first = wide::divide(product, kPowers[kMaxDecimals]);
    outcome = shrink(first.quotient, kMaxDecimals, negative, first.remainder != 0, digits, rounding, result.raw);
  }
  if (outcome != Outcome::ok) {
    throw_outcome(outcome, to_text(a) + " * " + to_text(b) + " * " + to_text(c), digits);
  }
  return result;
}

Fixed quantize(const Fixed& a, int digits, Rounding rounding) {
  return {round_to_decimals(a.raw, digits, rounding), static_cast<u8>(digits)};
}

Fixed round_to_multiple(const Fixed& a, const Fixed& step, Rounding rounding) {
  if (step.raw <= 0) {
    throw Error(ErrorCode::invalid_argument, "the step " + to_text(step) + " is not positive; give a tick above zero");
  }
  i128 count = 0;
  Fixed result{0, step.decimals};
  Outcome outcome =
      divide_rounded({0, magnitude(a.raw)}, static_cast<u128>(step.raw), a.raw < 0, false, rounding, count);
  if (outcome == Outcome::inexact) {
    throw Error(ErrorCode::off_tick, to_text(a) + " is no whole multiple of " + to_text(step) +
                                         "; round it up, down, nearest, passive or aggressive");
  }
  if (outcome == Outcome::ok && (__builtin_mul_overflow(count, step.raw, &result.raw) || result.raw < kFixedMin)) {
    outcome = Outcome::overflow;
  }
  if (outcome != Outcome::ok) throw_outcome(outcome, to_text(a) + " rounded to " + to_text(step), kMaxDecimals);
  return result;
}

Fixed from_scaled(i128 mantissa, int decimals) {
  check_digits(decimals);
  Fixed value{0, static_cast<u8>(decimals)};
  if (widen(mantissa, decimals, value.raw) != Outcome::ok) {
    throw_outcome(Outcome::overflow, to_text(mantissa) + " at " + std::to_string(decimals) + " decimals", decimals);
  }
  return value;
}

i128 to_scaled(const Fixed& value, int decimals) {
  check_digits(decimals);
  const auto unit = static_cast<i128>(kPowers[kMaxDecimals - decimals]);
  if (value.raw % unit != 0) throw_outcome(Outcome::inexact, to_text(value), decimals);
  return value.raw / unit;
}

i128 round_to_decimals(i128 raw, int decimals, Rounding rounding) {
  check_digits(decimals);
  i128 result = 0;
  const Outcome outcome = shrink({0, magnitude(raw)}, 0, raw < 0, false, decimals, rounding, result);
  if (outcome != Outcome::ok) throw_outcome(outcome, to_text(Fixed{raw, 0}), decimals);
  return result;
}

i128 multiply_raw(i128 a, i128 b, Rounding rounding) {
  return multiply({a, 0}, {b, 0}, kMaxDecimals, rounding).raw;
}

i128 mul_div(i128 a, i128 b, i128 divisor, Rounding rounding) {
  if (divisor == 0) {
    throw Error(ErrorCode::division_by_zero, to_text(a) + " * " + to_text(b) + " divided by zero; check the divisor");
  }
  i128 result = 0;
  const bool negative = ((a < 0) != (b < 0)) != (divisor < 0);
  const Outcome outcome =
      divide_rounded(wide::multiply(magnitude(a), magnitude(b)), magnitude(divisor), negative, false, rounding, result);
  if (outcome != Outcome::ok) {
    throw_outcome(outcome, to_text(a) + " * " + to_text(b) + " / " + to_text(divisor), 0);
  }
  return result;
}

int decimals_needed(i128 raw) noexcept {
  int needed = kMaxDecimals;
  u128 rest = magnitude(raw) % kPowers[kMaxDecimals];
  if (rest == 0) return 0;
  for (auto digits = static_cast<u64>(rest); digits % 10 == 0; digits /= 10) --needed;
  return needed;
}

}  // namespace pytrader
