// The exact decimal under every price, quantity and amount: a 128-bit mantissa at 10^-18.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "decimal/error.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

constexpr int kMaxDecimals = 18;
constexpr i128 kFixedOne = static_cast<i128>(1'000'000'000'000'000'000LL);
// Symmetric range, so that negation can not overflow: |raw| <= 2^127 - 1, about 1.7e20.
constexpr i128 kFixedMax = ~(static_cast<i128>(1) << 127);
constexpr i128 kFixedMin = -kFixedMax;

// The eight modes of the General Decimal Arithmetic specification.
enum class Rounding : u8 { ceiling, floor, up, down, half_up, half_down, half_even, zero_five_up };

// A number: raw * 10^-18, shown with at least `decimals` places (0..18). `decimals` plays no part in comparison.
struct Fixed {
  i128 raw = 0;
  u8 decimals = 0;

  friend bool operator==(const Fixed& a, const Fixed& b) noexcept { return a.raw == b.raw; }
  friend auto operator<=>(const Fixed& a, const Fixed& b) noexcept { return a.raw <=> b.raw; }
};

}  // namespace pytrader
