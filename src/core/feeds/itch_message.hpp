// The messages of Nasdaq TotalView-ITCH 5.0 as tables: their lengths, and where their fields lie.
#pragma once

#include <array>
#include <cstddef>

#include "decimal/integers.hpp"

namespace pytrader {

// Source: "Nasdaq TotalView-ITCH 5.0", Nasdaq's specification of 2014 with its later additions. Numbers are big-endian;
// prices of 4 bytes count ten-thousandths of a dollar, those of 8 bytes hundred-millionths; times are nanoseconds after
// midnight in New York; text is padded with spaces on the right.
struct ItchType {
  u8 letter;
  u8 length;
};
constexpr ItchType kItchTypes[] = {
    {'S', 12},  // system event
    {'R', 39},  // stock directory
    {'H', 25},  // trading action
    {'Y', 20},  // Regulation SHO restriction
    {'L', 26},  // market participant position
    {'V', 35},  // market-wide circuit breaker: decline levels
    {'W', 12},  // market-wide circuit breaker: breach
    {'K', 28},  // IPO quoting period
    {'J', 35},  // limit up, limit down: auction collar
    {'h', 21},  // operational halt
    {'A', 36},  // add order
    {'F', 40},  // add order with attribution
    {'E', 31},  // order executed
    {'C', 36},  // order executed with price
    {'X', 23},  // order cancelled in part
    {'D', 19},  // order deleted
    {'U', 35},  // order replaced
    {'P', 44},  // trade against an order that is not displayed
    {'Q', 40},  // cross
    {'B', 19},  // broken trade
    {'I', 50},  // net order imbalance
    {'N', 20},  // retail interest
    {'O', 48},  // direct listing with capital raise (since 2023)
};

// By letter; 0 for what is no type.
constexpr std::array<u8, 256> kItchLengths = [] {
  std::array<u8, 256> lengths{};
  for (const ItchType& type : kItchTypes) lengths[type.letter] = type.length;
  return lengths;
}();

// Offsets from the message's first byte. The header is the same for all types, the order number for all about orders.
namespace itch {
constexpr std::size_t kLocate = 1, kTime = 5, kBody = 11, kOrder = 11;
constexpr std::size_t kAddSide = 19, kAddShares = 20, kAddStock = 24, kAddPrice = 32, kAddAttribution = 36;
constexpr std::size_t kTakenShares = 19, kExecutedMatch = 23, kExecutedPrintable = 31, kExecutedPrice = 32;
constexpr std::size_t kReplacedOrder = 19, kReplacedShares = 27, kReplacedPrice = 31;
constexpr std::size_t kTradeShares = 20, kTradeStock = 24, kTradePrice = 32, kTradeMatch = 36;
constexpr std::size_t kCrossShares = 11, kCrossStock = 19, kCrossPrice = 27, kCrossMatch = 31, kCrossType = 39;
constexpr std::size_t kPairedShares = 11, kImbalanceShares = 19, kImbalanceDirection = 27, kImbalanceStock = 28,
                      kFarPrice = 36, kNearPrice = 40, kReferencePrice = 44, kImbalanceCross = 48, kPriceVariation = 49;

// A F E C X D U.
constexpr std::array<bool, 256> kAboutOrder = [] {
  std::array<bool, 256> about{};
  for (const char letter : {'A', 'F', 'E', 'C', 'X', 'D', 'U'}) about[static_cast<u8>(letter)] = true;
  return about;
}();
constexpr bool is_about_order(u8 type) noexcept {
  return kAboutOrder[type];
}
}  // namespace itch

}  // namespace pytrader
