// Decimals as a venue wrote them: a whole number and how many of its digits stand behind the point.
#pragma once

#include <array>
#include <cstddef>

#include "decimal/fixed.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

constexpr std::array<i64, 19> kPowersOfTen = [] {
  std::array<i64, 19> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

// "0.0500" is {500, 4}. Plain text without sign, exponent and needless leading zeros has one such pair and the pair has
// one such text, so nothing of the text is lost. decimals is 0 .. 18.
struct WrittenDecimal {
  i64 mantissa = 0;
  u8 decimals = 0;

  friend bool operator==(const WrittenDecimal&, const WrittenDecimal&) = default;
};

constexpr std::size_t kWrittenTextSize = 24;
// The text again; writes at most kWrittenTextSize characters and returns their end. The mantissa is not negative.
char* write_text(const WrittenDecimal& value, char* out) noexcept;
// The digits alone, without point and leading zeros.
char* write_digits(i64 mantissa, char* out) noexcept;

// Whole ticks or lots, and back to what was written. A step is `unit` times 10^-decimals.
class StepGrid {
 public:
  enum class Fit : u8 { exact, off_grid, too_large };

  StepGrid() = default;
  // Throws Error(invalid_argument) unless the step is above zero and its digits fit in 63 bits.
  explicit StepGrid(const Fixed& step);

  // `steps` is set only if the fit is exact.
  Fit to_steps(const WrittenDecimal& value, i64& steps) const noexcept {
    i64 units = value.mantissa;
    if (value.decimals < decimals_) {
      if (__builtin_mul_overflow(units, kPowersOfTen[decimals_ - value.decimals], &units)) return Fit::too_large;
    } else if (value.decimals > decimals_) {
      const i64 power = kPowersOfTen[value.decimals - decimals_];
      if (units % power != 0) return Fit::off_grid;
      units /= power;
    }
    if (unit_ != 1) {
      if (units % unit_ != 0) return Fit::off_grid;
      units /= unit_;
    }
    steps = units;
    return Fit::exact;
  }
  // The mantissa of what was written with so many decimals; `steps` came from such a value.
  i64 mantissa(i64 steps, u8 decimals) const noexcept {
    const i64 units = steps * unit_;
    return decimals < decimals_ ? units / kPowersOfTen[decimals_ - decimals]
                                : units * kPowersOfTen[decimals - decimals_];
  }

 private:
  i64 unit_ = 1;
  u8 decimals_ = 0;
};

}  // namespace pytrader
