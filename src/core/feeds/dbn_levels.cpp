// What the price-level, trade and bar records of a DBN stream do to their instrument.
#include <array>

#include "feeds/dbn_feed.hpp"
#include "feeds/dbn_price.hpp"
#include "feeds/dbn_record.hpp"
#include "feeds/wire_bytes.hpp"

namespace pytrader {
namespace {

constexpr std::size_t kMaxDepth = 10;

struct Shown {
  std::array<LevelTotals, kMaxDepth> levels;
  std::size_t count = 0;
};

// The levels of a side as the record shows them, best first; empty ones have no price.
WireFault read_side(const DbnInstrument& instrument, const u8* record, std::size_t depth, Side side, Shown& shown) {
  const bool buys = side == Side::buy;
  for (std::size_t i = 0; i < depth; ++i) {
    const u8* at = record + dbn::kLevels + i * dbn::kLevelSize;
    const i64 price = little_endian<i64>(at + (buys ? dbn::kBidPrice : dbn::kAskPrice));
    if (price == dbn::kNoPrice) continue;
    LevelTotals level;
    const WireFault fault = dbn_ticks(instrument, price, level.price);
    if (fault != WireFault::none) return fault;
    level.quantity = little_endian<u32>(at + (buys ? dbn::kBidSize : dbn::kAskSize));
    level.order_count = little_endian<u32>(at + (buys ? dbn::kBidCount : dbn::kAskCount));
    if (level.quantity == 0) continue;
    const bool in_order = shown.count == 0 || (shown.levels[shown.count - 1].price > level.price) == buys;
    if (!in_order || (shown.count > 0 && shown.levels[shown.count - 1].price == level.price)) {
      return WireFault::bad_field;
    }
    shown.levels[shown.count++] = level;
  }
  return WireFault::none;
}

// Brings a side of the book to what the record shows, by rows for what differs.
class LevelWork {
 public:
  LevelWork(DbnInstrument& instrument, i64 ts_event, i64 ts_init, bool keep_rows)
      : instrument_(instrument), ts_event_(ts_event), ts_init_(ts_init), keep_rows_(keep_rows) {}

  void bring(Side side, const Shown& shown) {
    std::array<LevelTotals, kMaxDepth> old;
    const std::size_t count = instrument_.levels.depth(side, kMaxDepth, old.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (!holds(shown, old[i].price)) put(side, {old[i].price, 0, 0});
    }
    for (std::size_t i = 0; i < shown.count; ++i) {
      const LevelTotals& wanted = shown.levels[i];
      const LevelTotals now = instrument_.levels.level(side, wanted.price);
      if (now.quantity != wanted.quantity || now.order_count != wanted.order_count) put(side, wanted);
    }
  }

  // The last row of the event ends it.
  WireFault end(i64 flags) {
    const bool ends = (flags & kFlagLast) != 0;
    if (ends && keep_rows_ && rows_ > 0) instrument_.level_rows.back().flags |= kFlagLast;
    return ends && instrument_.levels.crossed() ? WireFault::crossed : WireFault::none;
  }

 private:
  static bool holds(const Shown& shown, i64 price) noexcept {
    for (std::size_t i = 0; i < shown.count; ++i) {
      if (shown.levels[i].price == price) return true;
    }
    return false;
  }

  void put(Side side, const LevelTotals& level) {
    const L2Record row{ts_event_,
                       ts_init_,
                       static_cast<i64>(BookAction::replace),
                       static_cast<i64>(side),
                       level.price,
                       level.quantity,
                       level.order_count,
                       0};
    instrument_.levels.apply(row);
    if (keep_rows_) instrument_.level_rows.push_back(row);
    ++rows_;
  }

  DbnInstrument& instrument_;
  i64 ts_event_;
  i64 ts_init_;
  bool keep_rows_;
  std::size_t rows_ = 0;
};

bool crosses(const Shown& bids, const Shown& asks) noexcept {
  return bids.count > 0 && asks.count > 0 && bids.levels[0].price >= asks.levels[0].price;
}

bool differs(const QuoteRecord& a, const QuoteRecord& b) noexcept {
  return a.bid_price != b.bid_price || a.ask_price != b.ask_price || a.bid_quantity != b.bid_quantity ||
         a.ask_quantity != b.ask_quantity;
}

}  // namespace

// Prints and levels stand in the same record: a trade's shows the levels as they are when it prints.
WireFault apply_dbn_levels(DbnInstrument& instrument, const u8* record, std::size_t depth, bool keep_rows) {
  i64 ts_event = 0;
  i64 ts_init = 0;
  WireFault fault = dbn_times(record, dbn::kReceived, ts_event, ts_init);
  Shown bids;
  Shown asks;
  if (fault == WireFault::none) fault = read_side(instrument, record, depth, Side::buy, bids);
  if (fault == WireFault::none) fault = read_side(instrument, record, depth, Side::sell, asks);
  if (fault != WireFault::none) return fault;
  const i64 flags = record[dbn::kFlags] & kFlagLast;
  if (flags != 0 && crosses(bids, asks) && instrument.levels.policy() == BookPolicy::strict) return WireFault::crossed;
  if (record[dbn::kAction] == 'T') {
    fault = apply_dbn_trade(instrument, record, keep_rows);
    if (fault != WireFault::none) return fault;
  }
  LevelWork work(instrument, ts_event, ts_init, keep_rows && depth > 1);
  work.bring(Side::buy, bids);
  work.bring(Side::sell, asks);
  const QuoteRecord quote{ts_event,
                          ts_init,
                          bids.count > 0 ? bids.levels[0].price : 0,
                          asks.count > 0 ? asks.levels[0].price : 0,
                          bids.count > 0 ? bids.levels[0].quantity : 0,
                          asks.count > 0 ? asks.levels[0].quantity : 0};
  if (keep_rows && depth == 1 && differs(instrument.quote, quote)) instrument.quotes.push_back(quote);
  instrument.quote = quote;
  return work.end(flags);
}

WireFault apply_dbn_trade(DbnInstrument& instrument, const u8* record, bool keep_rows) {
  TradeRecord trade{};
  WireFault fault = dbn_times(record, dbn::kReceived, trade.ts_event, trade.ts_init);
  if (fault == WireFault::none) {
    fault = dbn_ticks(instrument, little_endian<i64>(record + dbn::kPrice), trade.price);
  }
  if (fault != WireFault::none) return fault;
  trade.quantity = little_endian<u32>(record + dbn::kSize);
  if (trade.quantity == 0) return WireFault::quantity_not_positive;
  // The side of a trade record is the aggressor's.
  const u8 side = record[dbn::kSide];
  trade.aggressor_side = static_cast<i64>(side == 'B' ? Side::buy : Side::sell);
  if (side != 'B' && side != 'A') trade.aggressor_side = 0;
  trade.trade_id = little_endian<u32>(record + dbn::kSequence);
  instrument.last_trade = trade;
  instrument.volume += static_cast<u64>(trade.quantity);
  if (keep_rows) instrument.trades.push_back(trade);
  return WireFault::none;
}

// A bar record has the time at which its bar opens.
WireFault apply_dbn_bar(DbnInstrument& instrument, const u8* record, bool keep_rows) {
  constexpr i64 kSecond = 1'000'000'000;
  const u8 kind = record[dbn::kKind];
  i64 duration = kSecond;
  if (kind == static_cast<u8>(DbnKind::ohlcv_1m)) duration *= 60;
  if (kind == static_cast<u8>(DbnKind::ohlcv_1h)) duration *= 3'600;
  if (kind == static_cast<u8>(DbnKind::ohlcv_1d)) duration *= 86'400;
  const u64 opened = little_endian<u64>(record + dbn::kEventTime);
  const u64 volume = little_endian<u64>(record + dbn::kVolume);
  if (opened > u64{INT64_MAX - 86'400 * kSecond} || volume > u64{INT64_MAX}) return WireFault::bad_field;
  if (instrument.bar_kind != 0 && instrument.bar_kind != kind) return WireFault::bad_field;
  BarRecord bar{};
  WireFault fault = WireFault::none;
  const auto read = [&](std::size_t at, i64& ticks) {
    if (fault == WireFault::none) fault = dbn_ticks(instrument, little_endian<i64>(record + at), ticks);
  };
  read(dbn::kOpen, bar.open);
  read(dbn::kHigh, bar.high);
  read(dbn::kLow, bar.low);
  read(dbn::kClose, bar.close);
  if (fault != WireFault::none) return fault;
  if (bar.high < bar.low || bar.high < bar.open || bar.high < bar.close || bar.low > bar.open || bar.low > bar.close) {
    return WireFault::bad_field;
  }
  bar.ts_open = static_cast<i64>(opened);
  bar.ts_event = bar.ts_init = bar.ts_open + duration;
  bar.volume = static_cast<i64>(volume);
  instrument.bar_kind = kind;
  if (keep_rows) instrument.bars.push_back(bar);
  return WireFault::none;
}

}  // namespace pytrader
