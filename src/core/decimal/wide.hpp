// Unsigned 256-bit integers, as much of them as exact products and quotients of 128-bit mantissas need.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader::wide {

struct U256 {
  u128 hi = 0;
  u128 lo = 0;

  friend bool operator==(const U256&, const U256&) = default;
};

struct Division {
  U256 quotient;
  u128 remainder = 0;
};

constexpr u64 low(u128 value) noexcept {
  return static_cast<u64>(value);
}
constexpr u64 high(u128 value) noexcept {
  return static_cast<u64>(value >> 64);
}
constexpr u128 join(u64 hi, u64 lo) noexcept {
  return (static_cast<u128>(hi) << 64) | lo;
}
constexpr bool less(const U256& a, const U256& b) noexcept {
  return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo;
}

inline U256 multiply(u128 a, u128 b) noexcept {
  const u128 low_low = static_cast<u128>(low(a)) * low(b);
  if ((high(a) | high(b)) == 0) return {0, low_low};
  const u128 low_high = static_cast<u128>(low(a)) * high(b);
  const u128 high_low = static_cast<u128>(high(a)) * low(b);
  const u128 middle = static_cast<u128>(high(low_low)) + low(low_high) + low(high_low);
  return {static_cast<u128>(high(a)) * high(b) + high(low_high) + high(high_low) + high(middle),
          join(low(middle), low(low_low))};
}

// False when the product needs more than 256 bits.
inline bool multiply(const U256& a, u128 b, U256& product) noexcept {
  const U256 upper = multiply(a.hi, b);
  const U256 lower = multiply(a.lo, b);
  product.lo = lower.lo;
  return upper.hi == 0 && !__builtin_add_overflow(upper.lo, lower.hi, &product.hi);
}

// False when the sum needs more than 256 bits.
inline bool add(const U256& a, const U256& b, U256& sum) noexcept {
  const bool carry = __builtin_add_overflow(a.lo, b.lo, &sum.lo);
  const bool over = __builtin_add_overflow(a.hi, b.hi, &sum.hi);
  return !over && !__builtin_add_overflow(sum.hi, static_cast<u128>(carry), &sum.hi);
}

// a - b for a >= b.
inline U256 subtract(const U256& a, const U256& b) noexcept {
  U256 difference;
  const bool borrow = __builtin_sub_overflow(a.lo, b.lo, &difference.lo);
  difference.hi = a.hi - b.hi - static_cast<u128>(borrow);
  return difference;
}

// (hi, lo) / divisor for hi < divisor, so that the quotient fits one word and the processor's own division can not
// trap.
inline u64 divide_two_words(u64 hi, u64 lo, u64 divisor, u64& remainder) noexcept {
#if defined(__x86_64__)
  u64 quotient;
  asm("divq %4" : "=a"(quotient), "=d"(remainder) : "0"(lo), "1"(hi), "rm"(divisor) : "cc");
  return quotient;
#else
  const u128 dividend = join(hi, lo);
  remainder = static_cast<u64>(dividend % divisor);
  return static_cast<u64>(dividend / divisor);
#endif
}

// Long division; the divisor is not 0.
Division divide(const U256& dividend, u128 divisor) noexcept;

}  // namespace pytrader::wide
