// Tests 256-bit products and quotients against slow methods that are plainly right.
#include <random>

#include "decimal/wide.hpp"
#include "doctest/doctest.h"

using namespace pytrader;
using wide::U256;

namespace {

// Bit by bit, as on paper.
wide::Division divide_bitwise(const U256& dividend, u128 divisor) {
  wide::Division result;
  for (int bit = 255; bit >= 0; --bit) {
    const bool carry = (result.remainder >> 127) != 0;
    const u128 next = bit >= 128 ? dividend.hi >> (bit - 128) : dividend.lo >> bit;
    result.remainder = (result.remainder << 1) | (next & 1);
    const bool subtracts = carry || result.remainder >= divisor;
    if (subtracts) result.remainder -= divisor;
    result.quotient.hi = (result.quotient.hi << 1) | (result.quotient.lo >> 127);
    result.quotient.lo = (result.quotient.lo << 1) | static_cast<u128>(subtracts);
  }
  return result;
}

// Words that make an estimate of a quotient's word go wrong: all ones, lone bits, neighbours of powers of two.
u64 awkward_word(std::mt19937_64& random) {
  const u64 draw = random();
  switch (draw & 7) {
    case 0:
      return 0;
    case 1:
      return ~static_cast<u64>(0);
    case 2:
      return static_cast<u64>(1) << (draw >> 58);
    case 3:
      return (static_cast<u64>(1) << (draw >> 58)) - 1;
    case 4:
      return static_cast<u64>(1) << 63;
    case 5:
      return ~static_cast<u64>(0) - ((draw >> 8) & 3);
    default:
      return random();
  }
}

u128 awkward(std::mt19937_64& random) {
  const u64 hi = awkward_word(random);
  return wide::join(hi, awkward_word(random));
}

}  // namespace

TEST_CASE("long division agrees with division bit by bit") {
  std::mt19937_64 random(20240229);
  for (int i = 0; i < 200'000; ++i) {
    const U256 dividend{awkward(random), awkward(random)};
    u128 divisor = awkward(random);
    if (divisor == 0) divisor = 1;
    const wide::Division fast = wide::divide(dividend, divisor);
    const wide::Division slow = divide_bitwise(dividend, divisor);
    REQUIRE(fast.quotient == slow.quotient);
    REQUIRE(fast.remainder == slow.remainder);
  }
}

TEST_CASE("quotient times divisor plus remainder is the dividend") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 500'000; ++i) {
    const U256 dividend{awkward(random), awkward(random)};
    u128 divisor = awkward(random);
    if (divisor == 0) divisor = ~static_cast<u128>(0);
    const wide::Division division = wide::divide(dividend, divisor);
    U256 product;
    U256 back;
    REQUIRE(division.remainder < divisor);
    REQUIRE(wide::multiply(division.quotient, divisor, product));
    REQUIRE(wide::add(product, {0, division.remainder}, back));
    REQUIRE(back == dividend);
  }
}

TEST_CASE("a product of 128-bit factors has all its 256 bits") {
  const u128 ones = ~static_cast<u128>(0);
  CHECK(wide::multiply(ones, ones) == U256{ones - 1, 1});
  CHECK(wide::multiply(ones, 1) == U256{0, ones});
  CHECK(wide::multiply(static_cast<u128>(1) << 64, static_cast<u128>(1) << 64) == U256{1, 0});
}

TEST_CASE("a product or sum past 256 bits is reported") {
  const u128 ones = ~static_cast<u128>(0);
  U256 result;
  CHECK_FALSE(wide::multiply(U256{ones, ones}, 2, result));
  CHECK(wide::multiply(U256{0, ones}, ones, result));
  CHECK(result == U256{ones - 1, 1});
  CHECK_FALSE(wide::add(U256{ones, ones}, U256{0, 1}, result));
  CHECK(wide::add(U256{0, ones}, U256{0, 1}, result));
  CHECK(result == U256{1, 0});
  CHECK(wide::subtract(U256{1, 0}, U256{0, 1}) == U256{0, ones});
}
