// Long division of 256-bit by 128-bit integers, after Knuth's algorithm D with words of 64 bits.
#include "decimal/wide.hpp"

namespace pytrader::wide {
namespace {

Division divide_by_word(const U256& dividend, u64 divisor) noexcept {
  const u64 words[4] = {high(dividend.hi), low(dividend.hi), high(dividend.lo), low(dividend.lo)};
  u64 quotient[4];
  u64 remainder = 0;
  for (int i = 0; i < 4; ++i) {
    if (remainder == 0 && words[i] < divisor) {
      quotient[i] = 0;
      remainder = words[i];
    } else {
      quotient[i] = divide_two_words(remainder, words[i], divisor, remainder);
    }
  }
  return {{join(quotient[0], quotient[1]), join(quotient[2], quotient[3])}, remainder};
}

// One word of the quotient: (remainder, word) / divisor for a divisor with its top bit set and remainder < divisor.
// With a divisor of two words the corrected estimate is exact, so no step ever has to be added back.
u64 divide_step(u128& remainder, u64 word, u128 divisor) noexcept {
  const u64 top = high(divisor);
  const u64 bottom = low(divisor);
  u64 estimate;
  u128 rest;
  if (high(remainder) == top) {
    estimate = ~static_cast<u64>(0);
    rest = static_cast<u128>(low(remainder)) + top;
  } else {
    u64 rest_word;
    estimate = divide_two_words(high(remainder), low(remainder), top, rest_word);
    rest = rest_word;
  }
  while (high(rest) == 0 && static_cast<u128>(estimate) * bottom > join(low(rest), word)) {
    --estimate;
    rest += top;
  }
  remainder = join(low(remainder), word) - static_cast<u128>(estimate) * divisor;
  return estimate;
}

}  // namespace

Division divide(const U256& dividend, u128 divisor) noexcept {
  if (dividend.hi == 0) {
    if (dividend.lo < divisor) return {{0, 0}, dividend.lo};
    if ((high(dividend.lo) | high(divisor)) == 0) {
      return {{0, low(dividend.lo) / low(divisor)}, low(dividend.lo) % low(divisor)};
    }
  }
  if (high(divisor) == 0) return divide_by_word(dividend, low(divisor));
  const int shift = __builtin_clzll(high(divisor));
  const u128 normal = divisor << shift;
  const u64 overhang = shift == 0 ? 0 : high(dividend.hi) >> (64 - shift);
  const u128 upper = shift == 0 ? dividend.hi : (dividend.hi << shift) | (dividend.lo >> (128 - shift));
  const u128 lower = dividend.lo << shift;
  // Below the divisor: it has fewer than 64 + shift bits, the divisor all 128. So the quotient has three words.
  u128 remainder = join(overhang, high(upper));
  const u64 words[3] = {low(upper), high(lower), low(lower)};
  u64 quotient[3];
  for (int i = 0; i < 3; ++i) {
    if (high(remainder) == 0 && join(low(remainder), words[i]) < normal) {
      quotient[i] = 0;
      remainder = join(low(remainder), words[i]);
    } else {
      quotient[i] = divide_step(remainder, words[i], normal);
    }
  }
  return {{quotient[0], join(quotient[1], quotient[2])}, remainder >> shift};
}

}  // namespace pytrader::wide
