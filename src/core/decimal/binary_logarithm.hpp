// Binary logarithm and power in fixed point, from integers alone, so that every machine computes the same bits.
#pragma once

#include <array>
#include <bit>

#include "decimal/integers.hpp"

namespace pytrader {
namespace binary_logarithm {

constexpr int kSegmentBits = 10;  // an octave has 1,024 segments, each interpolated by a straight line
constexpr int kSegments = 1 << kSegmentBits;

// log2 of mantissa / 2^63, in 2^-32 rounded down, digit by digit: squaring doubles a logarithm.
constexpr u64 digits_of(u64 mantissa) noexcept {
  u64 digits = 0;
  for (int digit = 0; digit < 32; ++digit) {
    const u128 square = static_cast<u128>(mantissa) * mantissa;
    const bool carries = (square >> 127) != 0;
    digits = digits << 1 | (carries ? 1 : 0);
    mantissa = static_cast<u64>(square >> (carries ? 64 : 63));
  }
  return digits;
}

constexpr std::array<u64, kSegments + 1> logarithms() noexcept {
  std::array<u64, kSegments + 1> table{};
  for (u64 i = 0; i < kSegments; ++i) table[i] = digits_of((kSegments + i) << (63 - kSegmentBits));
  table[kSegments] = u64{1} << 32;
  return table;
}

// The square root of `value`, rounded down, by bisection.
constexpr u64 root_of(u128 value) noexcept {
  u64 root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const u64 candidate = root | u64{1} << bit;
    if (static_cast<u128>(candidate) * candidate <= value) root = candidate;
  }
  return root;
}

// 2^(i / 1024) in 2^-62.
constexpr std::array<u64, kSegments + 1> powers() noexcept {
  u64 step = u64{1} << 63;
  for (int bit = 0; bit < kSegmentBits; ++bit) step = root_of(static_cast<u128>(step) << 62);
  std::array<u64, kSegments + 1> table{};
  table[0] = u64{1} << 62;
  for (std::size_t i = 1; i <= kSegments; ++i)
    table[i] = static_cast<u64>(static_cast<u128>(table[i - 1]) * step >> 62);
  return table;
}

inline constexpr std::array<u64, kSegments + 1> kLogarithms = logarithms();
inline constexpr std::array<u64, kSegments + 1> kPowers = powers();

}  // namespace binary_logarithm

// log2 of a whole number from 1, in 2^-32; at most 2^-22 too small, never too large.
constexpr u64 log2_of(u128 value) noexcept {
  const u64 high = static_cast<u64>(value >> 64);
  const int top = high != 0 ? 127 - std::countl_zero(high) : 63 - std::countl_zero(static_cast<u64>(value));
  const u64 mantissa = static_cast<u64>(top >= 63 ? value >> (top - 63) : value << (63 - top));
  const u64 segment = mantissa >> (63 - binary_logarithm::kSegmentBits) & (binary_logarithm::kSegments - 1);
  constexpr u64 kRest = (u64{1} << (63 - binary_logarithm::kSegmentBits)) - 1;
  const u64 low = binary_logarithm::kLogarithms[segment];
  const u64 width = binary_logarithm::kLogarithms[segment + 1] - low;
  const u64 part =
      static_cast<u64>(static_cast<u128>(width) * (mantissa & kRest) >> (63 - binary_logarithm::kSegmentBits));
  return (static_cast<u64>(top) << 32) + low + part;
}

// 2^(fraction / 2^32) in 2^-62, for a fraction below 2^32; the relative error is below 2^-22.
constexpr u64 exp2_of_fraction(u32 fraction) noexcept {
  constexpr int kShift = 32 - binary_logarithm::kSegmentBits;
  const u64 low = binary_logarithm::kPowers[fraction >> kShift];
  const u64 width = binary_logarithm::kPowers[(fraction >> kShift) + 1] - low;
  const u64 rest = fraction & ((u64{1} << kShift) - 1);
  return low + static_cast<u64>(static_cast<u128>(width) * rest >> kShift);
}

}  // namespace pytrader
