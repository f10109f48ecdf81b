// What the strategies' side knows of each instrument's market: its books, best bid and offer, last price.
#pragma once

#include <memory>
#include <vector>

#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "matching/trading_phase.hpp"
#include "model/instrument.hpp"
#include "model/money_events.hpp"
#include "model/records.hpp"

namespace pytrader {

// A split as the market's rows are stamped: from `ts_event` on they are in new units. Bars of that very time are in old
// ones, since what they tell of came before it.
struct UnitChange {
  i64 ts_event;
  i64 new_units;
  i64 old_units;
};

// As a stamp that is in the bar's units.
constexpr i64 last_moment_of(const BarRecord& bar) noexcept {
  return bar.ts_event - (bar.ts_event == INT64_MIN ? 0 : 1);
}

// What a position is valued at: half of `twice_mark` ticks, times `times` / `by`.
struct ValuedAt {
  i64 twice_mark;
  i128 times;
  i128 by;
};

// Everything that is kept of one instrument's market; books exist from their first row on.
struct InstrumentMarket {
  std::unique_ptr<const Instrument> instrument;
  std::unique_ptr<L3Book> l3_book;
  std::unique_ptr<L2Book> l2_book;
  QuoteRecord quote{};  // the latest best bid and offer, from whatever feed said so last
  i64 last_price = kNoPrice;
  TradingPhase phase = TradingPhase::continuous;  // as the venue's status said last
  i64 mark_price = kNoPrice;                      // as the venue says, where it does
  i64 index_price = kNoPrice;                     // of what a contract is about
  FaultCounts quote_faults;                       // of a quote feed
  bool expired = false;                           // its contract was settled
  bool quoted = false;                            // a book or a quote feed keeps `quote`; without one bars do
  bool printed = false;                           // trades keep `last_price`; without them bars do

  // In the order of the venue. The market changes units with the first row that is stamped behind a split, or when the
  // account hears of it, whatever comes first; what still arrives in old units then changes nothing here.
  std::vector<UnitChange> splits;
  u32 passed = 0;               // in their units the market is
  u32 heard = 0;                // in their units positions are
  i64 units_from = INT64_MIN;   // rows before it are in old units
  i64 units_until = INT64_MAX;  // rows from it on are in new units, or the first in these
  // What it was marked at before the last split, until the first row behind it: exact, as no price in ticks may be.
  ValuedAt kept{kNoMark, 1, 1};

  bool is_in_units(i64 ts_event) const noexcept {
    return static_cast<u64>(ts_event) - static_cast<u64>(units_from) <
           static_cast<u64>(units_until) - static_cast<u64>(units_from);
  }
  // Nothing can be ordered any more, also where nobody says what its contract was settled at.
  bool has_ended(i64 now) const noexcept {
    const i64 expire_time = instrument->definition().contract.expire_time;
    return expired || (expire_time != 0 && now >= expire_time);
  }
  void foretell_split(const UnitChange& split);
  // Before a row with this stamp: true where the next split comes before it.
  bool is_behind_split(i64 ts_event) const noexcept {
    return passed < splits.size() && ts_event >= splits[passed].ts_event;
  }
  // What is known is in old units: books and quotes are empty from here on, and the mark in new units stands for it.
  void pass_split() noexcept;
  // The first row in these units has come.
  void take_up_units() noexcept;
  // Positions are in new units now.
  void hear_split(const UnitChange& split);
  ValuedAt valued_at() const noexcept;
  // What that comes to for one unit of a position, 10^-18.
  i128 price_of(const ValuedAt& valued) const;
  // Behind how many splits a price with this stamp is.
  u32 splits_until(i64 ts_event) const noexcept;
  // A price that is behind so many splits, for one unit of a position.
  i128 in_position_units(i128 price, u32 splits_before) const;

  // Twice the venue's mark price in ticks; without one the mid price (half ticks are exact so); the last price where a
  // side is empty, and where nothing was printed the side that stands; kNoMark where nothing is known.
  i64 twice_mark() const noexcept {
    if (mark_price != kNoPrice) return 2 * mark_price;
    const i64 mid = twice_mid();
    if (mid != kNoMark) return mid;
    if (last_price != kNoPrice) return 2 * last_price;
    const i64 side = quote.bid_quantity > 0 ? best_bid() : best_ask();
    return side != kNoPrice ? 2 * side : kNoMark;
  }
  i64 twice_mid() const noexcept {
    return quote.bid_quantity > 0 && quote.ask_quantity > 0 ? quote.bid_price + quote.ask_price : kNoMark;
  }
  i64 best_bid() const noexcept { return quote.bid_quantity > 0 ? quote.bid_price : kNoPrice; }
  i64 best_ask() const noexcept { return quote.ask_quantity > 0 ? quote.ask_price : kNoPrice; }
};

// Applies rows; each says whether the best bid or offer, in price or quantity, became another. Books are lenient: they
// count what is wrong with a feed, and skip it.
class MarketBoard {
 public:
  InstrumentIndex add_instrument(InstrumentDefinition definition) {
    const InstrumentIndex index = static_cast<InstrumentIndex>(markets_.size());
    markets_.emplace_back().instrument = std::make_unique<const Instrument>(std::move(definition), index);
    ++count_;
    return index;
  }
  std::size_t size() const noexcept { return count_; }
  InstrumentMarket& operator[](InstrumentIndex index) noexcept { return markets_[index]; }
  const InstrumentMarket& operator[](InstrumentIndex index) const noexcept { return markets_[index]; }

  // The best is read after the last row of a venue's event only: between them a book may stand in no real state.
  bool apply_l3(InstrumentMarket& market, const L3Record& record) {
    if (!market.l3_book) market.l3_book = std::make_unique<L3Book>(BookPolicy::lenient);
    market.l3_book->apply(record);
    return (record.flags & kFlagLast) != 0 && read_best(market, *market.l3_book, record.ts_event, record.ts_init);
  }
  // The trade that an execute or trade row tells of, before the row is applied. Price and side of an execution are its
  // order's, since a row need not repeat them; without order or price there is no trade to tell of, and no quantity.
  static TradeRecord print_of(const InstrumentMarket& market, const L3Record& record) noexcept {
    i64 side = record.side;
    i64 price = record.price;
    i64 quantity = record.quantity;
    if (static_cast<BookAction>(record.action) == BookAction::execute) {
      const u32 slot = market.l3_book ? market.l3_book->find(record.order_id) : kNone;
      if (slot != kNone) {
        const OrderView order = market.l3_book->order(slot);
        side = static_cast<i64>(order.side);
        price = order.price;
      } else if (price == 0) {
        quantity = 0;
      }
    }
    const Side resting = static_cast<Side>(side);
    const i64 aggressor = valid(resting) ? static_cast<i64>(opposite(resting)) : 0;
    return {record.ts_event, record.ts_init, price, quantity, aggressor, 0};
  }
  bool apply_l2(InstrumentMarket& market, const L2Record& record) {
    L2Book& book = l2_book_of(market);
    book.apply(record);
    return (record.flags & kFlagLast) != 0 && read_best(market, book, record.ts_event, record.ts_init);
  }
  // The same where nobody asks what it changed.
  [[gnu::always_inline]] void apply_quiet_l2(InstrumentMarket& market, const L2Record& record) {
    L2Book& book = l2_book_of(market);
    book.apply(record);
    if ((record.flags & kFlagLast) != 0) keep_best(market, book, record.ts_event, record.ts_init);
  }
  void apply_quote(InstrumentMarket& market, const QuoteRecord& record) noexcept {
    market.quote = record;
    market.quoted = true;
    const bool both = record.bid_quantity > 0 && record.ask_quantity > 0;
    if (both && record.bid_price >= record.ask_price) [[unlikely]]
      market.quote_faults.add(BookFault::crossed);
  }
  // A bar is the market of an instrument that has no quotes: one price, its close, for whatever traded in it. Trades of
  // its closing time, or of later, may have been told already.
  void apply_bar(InstrumentMarket& market, const BarRecord& record) noexcept {
    if (!market.printed) market.last_price = record.close;
    if (market.quoted) return;
    const i64 quantity = record.volume > 0 ? record.volume : 1;
    market.quote = {record.ts_event, record.ts_init, record.close, record.close, quantity, quantity};
  }

 private:
  static L2Book& l2_book_of(InstrumentMarket& market) {
    if (!market.l2_book) market.l2_book = std::make_unique<L2Book>(BookPolicy::lenient);
    return *market.l2_book;
  }
  static QuoteRecord best_of(const BookSides& book, i64 ts_event, i64 ts_init) noexcept {
    QuoteRecord best{ts_event, ts_init, 0, 0, 0, 0};
    if (!book.bids().empty()) {
      best.bid_price = book.bids().best_price();
      best.bid_quantity = book.bids()[book.bids().best()].quantity;
    }
    if (!book.asks().empty()) {
      best.ask_price = book.asks().best_price();
      best.ask_quantity = book.asks()[book.asks().best()].quantity;
    }
    return best;
  }
  static bool is_known(const InstrumentMarket& market, const QuoteRecord& best) noexcept {
    const QuoteRecord& known = market.quote;
    return market.quoted && ((best.bid_price ^ known.bid_price) | (best.ask_price ^ known.ask_price) |
                             (best.bid_quantity ^ known.bid_quantity) | (best.ask_quantity ^ known.ask_quantity)) == 0;
  }
  static bool read_best(InstrumentMarket& market, const BookSides& book, i64 ts_event, i64 ts_init) noexcept {
    const QuoteRecord best = best_of(book, ts_event, ts_init);
    if (is_known(market, best)) return false;
    market.quote = best;
    market.quoted = true;
    return true;
  }
  // The same without a branch on what is as good as random: a best that is known keeps its times.
  static void keep_best(InstrumentMarket& market, const BookSides& book, i64 ts_event, i64 ts_init) noexcept {
    QuoteRecord best = best_of(book, ts_event, ts_init);
    const i64 kept = -static_cast<i64>(is_known(market, best));
    best.ts_event ^= (best.ts_event ^ market.quote.ts_event) & kept;
    best.ts_init ^= (best.ts_init ^ market.quote.ts_init) & kept;
    market.quote = best;
    market.quoted = true;
  }

  std::vector<InstrumentMarket> markets_;
  std::size_t count_ = 0;  // of markets_, whose own size is a difference to divide
};

}  // namespace pytrader
