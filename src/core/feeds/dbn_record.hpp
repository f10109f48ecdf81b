// The records of Databento's binary encoding (DBN, versions 1 to 3) as tables: kinds, lengths, and where fields lie.
#pragma once

#include <array>
#include <cstddef>

#include "decimal/integers.hpp"

namespace pytrader {

// Source: Databento's public description of DBN and its struct definitions. Numbers are little-endian; prices count
// 10^-9, times nanoseconds since 1970-01-01 UTC. A record begins with its length in words of four bytes and its kind.
enum class DbnKind : u8 {
  trade = 0x00,
  mbp_1 = 0x01,
  mbp_10 = 0x0A,
  definition = 0x13,
  symbol_mapping = 0x16,
  ohlcv_1s = 0x20,
  ohlcv_1m = 0x21,
  ohlcv_1h = 0x22,
  ohlcv_1d = 0x23,
  mbo = 0xA0,
};

// Bytes of the kinds that are read, by kind; 0 for those that are skipped. Definitions and mappings differ by version,
// so that theirs are the least.
constexpr std::array<u16, 256> kDbnLengths = [] {
  std::array<u16, 256> lengths{};
  lengths[static_cast<u8>(DbnKind::trade)] = 48;
  lengths[static_cast<u8>(DbnKind::mbp_1)] = 80;
  lengths[static_cast<u8>(DbnKind::mbp_10)] = 368;
  lengths[static_cast<u8>(DbnKind::definition)] = 360;
  lengths[static_cast<u8>(DbnKind::symbol_mapping)] = 80;
  for (const DbnKind bar : {DbnKind::ohlcv_1s, DbnKind::ohlcv_1m, DbnKind::ohlcv_1h, DbnKind::ohlcv_1d}) {
    lengths[static_cast<u8>(bar)] = 56;
  }
  lengths[static_cast<u8>(DbnKind::mbo)] = 56;
  return lengths;
}();

namespace dbn {
constexpr std::size_t kHeader = 16, kMaxVersion = 3;
constexpr std::size_t kKind = 1, kPublisher = 2, kInstrument = 4, kEventTime = 8;
// mbo
constexpr std::size_t kOrder = 16, kOrderPrice = 24, kOrderSize = 32, kOrderFlags = 36, kOrderAction = 38,
                      kOrderSide = 39, kOrderReceived = 40;
// trade, mbp
constexpr std::size_t kPrice = 16, kSize = 24, kAction = 28, kSide = 29, kFlags = 30, kReceived = 32, kSequence = 44,
                      kLevels = 48, kLevelSize = 32;
// within a level
constexpr std::size_t kBidPrice = 0, kAskPrice = 8, kBidSize = 16, kAskSize = 20, kBidCount = 24, kAskCount = 28;
// ohlcv
constexpr std::size_t kOpen = 16, kHigh = 24, kLow = 32, kClose = 40, kVolume = 48;
// definition
constexpr std::size_t kTick = 24;
// symbol mapping: version 1, later ones
constexpr std::size_t kMappedFromV1 = 16, kMappedToV1 = 38, kMappedSizeV1 = 22;
constexpr std::size_t kMappedFrom = 17, kMappedTo = 89, kMappedSize = 71;

constexpr i64 kNoPrice = INT64_MAX;
constexpr u64 kNoTime = ~u64{0};
// A record that is the best quote, or a price level, in the clothes of an order.
constexpr u8 kFlagTopOfBook = 64, kFlagByPrice = 16;
}  // namespace dbn

}  // namespace pytrader
