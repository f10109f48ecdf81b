// The powers of ten that fit in 64 bits.
#pragma once

#include <array>
#include <cstddef>

#include "decimal/integers.hpp"

namespace pytrader {

constexpr std::array<u64, 20> make_powers_of_ten() {
  std::array<u64, 20> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<u64, 20> kPowersOfTen = make_powers_of_ten();

}  // namespace pytrader
