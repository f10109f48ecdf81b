// A market of outright instruments and strategies over them, whose orders imply orders in one another's books.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "book/l2_book.hpp"
#include "matching/multi_leg_book.hpp"

namespace pytrader {

// One leg of a strategy: buying one of the strategy buys `ratio` of the instrument, or sells -ratio of it.
struct StrategyLeg {
  u32 instrument;
  i64 ratio;
};

// Whether an order that is implied stands in the queue of a price by its time or behind every real order.
enum class ImpliedPriority : u8 {
  by_time,         // as old as the youngest of the real orders that make it up
  outright_first,  // no time priority: CME Globex, "Futures Implied Order Matching Priority"
};

// The best order that is implied in an instrument's book on one side.
struct ImpliedQuote {
  i64 price = kNoPrice;
  i64 quantity = 0;  // lots that one strategy's real orders at their best prices can give; 0 means nothing is implied
  u32 strategy = 0;  // through whose legs, by instrument number
};

// One trade of a message. All rows of one implied trade carry one trade number; they happen together or not at all.
struct MultiLegFill {
  u64 taker_order_id;
  u64 maker_order_id;  // 0 in the row of a strategy whose maker is implied by the legs, which follow
  i64 price;
  i64 quantity;
  i64 taker_leaves_qty;  // in lots of the taker's instrument
  i64 maker_leaves_qty;
  u32 instrument;  // whose price it is
  u32 taker_instrument;
  u32 maker_instrument;
  u32 taker_side;  // Side in `instrument`
  i64 trade;       // 1, 2, 3, ... over the market's life
  i64 message_index;
};
static_assert(sizeof(MultiLegFill) == 80 && std::is_trivially_copyable_v<MultiLegFill>);

// The best implied order of one side has changed.
struct ImpliedUpdate {
  i64 message_index;
  i64 price;  // kNoPrice if nothing is implied any more
  i64 quantity;
  u32 instrument;
  u32 side;  // Side
};
static_assert(sizeof(ImpliedUpdate) == 32 && std::is_trivially_copyable_v<ImpliedUpdate>);

struct MultiLegOutput {
  std::vector<MultiLegFill> fills;
  std::vector<ImpliedUpdate> implied;
};

// Instruments are numbered 0, 1, 2, ...: first the outright ones, then the strategies in the order given. All prices
// are in ticks of one size. Implied orders are of one generation: made of real orders only. Two implied orders never
// trade with one another. Limit orders (gtc, ioc, post-only) and market orders; other types and fok are rejected,
// because no rule says what they would reach through implied orders.
//
// A message costs, besides its trades, a look at each leg of each strategy that its instrument is part of. Nothing
// grows with the number of resting orders.
class MultiLegMarket {
 public:
  static constexpr std::size_t kMaxLegs = 4;
  static constexpr i64 kMaxRatio = 16;

  // Throws Error(invalid_argument) if a strategy has fewer than two or more than kMaxLegs legs, names an instrument
  // that is no outright one or names it twice, if a ratio is 0 or beyond kMaxRatio, or if the rules share at a price.
  MultiLegMarket(u32 outrights, std::vector<std::vector<StrategyLeg>> strategies,
                 ImpliedPriority priority = ImpliedPriority::by_time, const VenueRules& rules = {},
                 u32 max_orders_each = OrderPool::kMaxOrders);

  u32 instruments() const noexcept { return static_cast<u32>(books_.size()); }
  u32 outrights() const noexcept { return outrights_; }
  ImpliedPriority priority() const noexcept { return priority_; }

  // Applies a new, cancel or replace message to an instrument's book and appends what traded and what is implied anew.
  // A rejected message changes nothing. Throws Error(invalid_argument) for an instrument that does not exist, and
  // std::bad_alloc: what traded before it stands and is in `output`, the rest of the order is gone.
  MessageStatus apply(u32 instrument, const OrderMessage& message, i64 message_index, MultiLegOutput& output);

  // The real orders of an instrument.
  const MultiLegBook& book(u32 instrument) const;
  // The orders implied in it: one level a side, the best.
  const L2Book& implied_book(u32 instrument) const;
  ImpliedQuote implied(u32 instrument, Side side) const;

  // Throws std::logic_error if a book contradicts itself, or real and implied orders are left that would trade.
  void self_check() const;

 private:
  struct Strategy {
    u32 instrument;
    std::vector<StrategyLeg> legs;
  };
  // An implied order, and what of it stands at its place in the queue.
  struct Source {
    i64 price = kNoPrice;
    i64 units = 0;        // of the strategy; 0 means none
    i64 first_units = 0;  // of which so many come from the orders that the first unit comes from
    i64 unit_lots = 1;    // lots of the instrument for each unit
    u64 arrival = 0;
    const Strategy* strategy = nullptr;
    bool in = false;  // from legs into the strategy; else out of the strategy into a leg
  };
  struct Taker {
    u32 instrument;
    u64 order_id;
    Side side;
    bool is_market;
    i64 price;
    i64 leaves_qty;
    i64 message_index;
  };

  MessageStatus dispatch(u32 instrument, const OrderMessage& message, i64 message_index, MultiLegOutput& output);
  MessageStatus submit(u32 instrument, const OrderMessage& message, i64 message_index, MultiLegOutput& output);
  MessageStatus replace(u32 instrument, const OrderMessage& message, i64 message_index, MultiLegOutput& output);

  Source implied_in(const Strategy& strategy, Side side) const noexcept;
  Source implied_out(const Strategy& strategy, u32 instrument, Side side) const noexcept;
  // The best implied order of a side whose unit is at most `most_lots`.
  Source best_source(u32 instrument, Side side, i64 most_lots) const noexcept;
  bool within(const Taker& taker, i64 price) const noexcept;
  bool would_take(u32 instrument, Side side, i64 price) const noexcept;
  bool goes_before(const FirstOrder& order, const Source& source, Side side) const noexcept;

  void match(Taker& taker, MultiLegOutput& output);
  void trade_direct(Taker& taker, const FirstOrder& maker, MultiLegOutput& output);
  void trade_in(Taker& taker, const Source& source, i64 units, MultiLegOutput& output);
  void trade_out(Taker& taker, const Source& source, i64 units, MultiLegOutput& output);
  // Fills `quantity` lots from the first orders of a side, in the name of the taker.
  void take_leg(u32 instrument, Side makers, i64 quantity, const MultiLegFill& row, MultiLegOutput& output);
  static void make_room(MultiLegOutput& output);
  // Strategy orders that rest trade with what fell into place in their legs, until nothing would trade any more.
  void settle(i64 message_index, MultiLegOutput& output);
  bool settle_one(i64 message_index, MultiLegOutput& output);
  bool settle_strategy(const Strategy& strategy, Side side, i64 message_index, MultiLegOutput& output);

  void touch(u32 instrument);
  void mark(u32 instrument);
  void publish(i64 message_index, MultiLegOutput& output);
  void publish_side(u32 instrument, Side side, i64 message_index, MultiLegOutput& output);
  void check_instrument(u32 instrument) const;

  std::deque<MultiLegBook> books_;  // by instrument; books do not move
  std::vector<L2Book> implied_;     // by instrument
  std::vector<Strategy> strategies_;
  std::vector<std::vector<u32>> strategies_of_;  // instrument -> strategies that it is a leg of, or that it is
  std::vector<u32> touched_;                     // books that the message changed
  std::vector<u32> unsettled_;                   // strategies that these books are part of
  std::vector<u32> marked_;                      // books whose implied orders may have changed
  std::vector<u8> is_touched_;
  std::vector<u8> is_marked_;
  u64 arrivals_ = 0;
  i64 trades_ = 0;
  u32 outrights_;
  ImpliedPriority priority_;
};

}  // namespace pytrader
