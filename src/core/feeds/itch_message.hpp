// The messages of Nasdaq TotalView-ITCH 5.0 as tables: their lengths, and where their fields lie.
#pragma once

#include <array>
#include <cstddef>

#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

// Source: "Nasdaq TotalView-ITCH 5.0", Nasdaq's specification of 2014 with its later additions. Numbers are big-endian;
// prices of 4 bytes count ten-thousandths of a dollar, those of 8 bytes hundred-millionths; times are nanoseconds after
// midnight in New York; text is padded with spaces on the right.
// What a message does to the orders: bits, so that they are counted without a branch.
enum class ItchRole : u8 { none = 0, adds = 1, names_order = 2, replaces = 2 | 4 };

struct alignas(4) ItchType {
  u8 letter = 0;
  u8 length = 0;  // 0 for what is no type
  ItchRole role = ItchRole::none;
};
constexpr ItchType kItchTypes[] = {
    {'S', 12},                         // system event
    {'R', 39},                         // stock directory
    {'H', 25},                         // trading action
    {'Y', 20},                         // Regulation SHO restriction
    {'L', 26},                         // market participant position
    {'V', 35},                         // market-wide circuit breaker: decline levels
    {'W', 12},                         // market-wide circuit breaker: breach
    {'K', 28},                         // IPO quoting period
    {'J', 35},                         // limit up, limit down: auction collar
    {'h', 21},                         // operational halt
    {'A', 36, ItchRole::adds},         // add order
    {'F', 40, ItchRole::adds},         // add order with attribution
    {'E', 31, ItchRole::names_order},  // order executed
    {'C', 36, ItchRole::names_order},  // order executed with price
    {'X', 23, ItchRole::names_order},  // order cancelled in part
    {'D', 19, ItchRole::names_order},  // order deleted
    {'U', 35, ItchRole::replaces},     // order replaced
    {'P', 44},                         // trade against an order that is not displayed
    {'Q', 40},                         // cross
    {'B', 19},                         // broken trade
    {'I', 50},                         // net order imbalance
    {'N', 20},                         // retail interest
    {'O', 48},                         // direct listing with capital raise (since 2023)
};

constexpr std::array<ItchType, 256> kItchTypeOf = [] {
  std::array<ItchType, 256> types{};
  for (const ItchType& type : kItchTypes) types[type.letter] = type;
  return types;
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

// By letter: a table, as the sides come at random and a branch would guess wrong.
constexpr std::array<bool, 256> kIsSide = [] {
  std::array<bool, 256> sides{};
  sides['B'] = sides['S'] = true;
  return sides;
}();
// Of one of the two letters, of which B alone is even.
constexpr Side side_of(u8 letter) noexcept {
  return static_cast<Side>(1 + (letter & 1));
}
}  // namespace itch

}  // namespace pytrader
