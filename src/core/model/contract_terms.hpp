// What a contract is about and how it ends: underlying, expiry, settlement, and of an option its right and strike.
#pragma once

#include <string>

#include "decimal/fixed.hpp"

namespace pytrader {

enum class OptionRight : u8 { none = 0, call = 1, put = 2 };
enum class Settlement : u8 { cash = 1, physical = 2 };

constexpr const char* to_text(OptionRight right) noexcept {
  return right == OptionRight::call ? "call" : right == OptionRight::put ? "put" : "none";
}
constexpr const char* to_text(Settlement settlement) noexcept {
  return settlement == Settlement::physical ? "physical" : "cash";
}

// Of an instrument that never ends nothing is stated.
struct ContractTerms {
  std::string underlying;  // id of the instrument that it is about, "ABC.XNAS"; needed for physical settlement
  Settlement settlement = Settlement::cash;
  OptionRight right = OptionRight::none;
  Fixed strike;
  i64 expire_time = 0;  // nanoseconds since 1970; 0: not stated

  friend bool operator==(const ContractTerms&, const ContractTerms&) = default;
};

// Of one unit at this settlement price of the underlying, 10^-18: max(0, S - K) of a call, max(0, K - S) of a put.
constexpr i128 intrinsic_value(const ContractTerms& terms, i128 settlement_price) noexcept {
  const i128 value =
      terms.right == OptionRight::call ? settlement_price - terms.strike.raw : terms.strike.raw - settlement_price;
  return value > 0 ? value : 0;
}

}  // namespace pytrader
