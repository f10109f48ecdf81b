// A venue made of recorded market data: own orders rest in the recorded queue and fill as the recording lets them.
#pragma once

#include <memory>
#include <vector>

#include "decimal/integers.hpp"
#include "matching/execution_venue.hpp"
#include "matching/queue_model.hpp"
#include "matching/venue_l2_market.hpp"
#include "matching/venue_l3_market.hpp"
#include "matching/venue_orders.hpp"
#include "matching/venue_quote_market.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

// What the venue's market is made of; the richest data that an instrument has.
enum class MarketKind : u8 { l3, l2, quotes, bars };

// One instrument at one venue. Market data and commands come in the order of the venue's clock; each call appends what
// the venue says to `reports`. The rules of each kind of data stand in docs/simulated_venue.md. An event that reaches
// no own order costs one comparison beside the market data's own upkeep, however many own orders rest.
class SimulatedVenue final : public ExecutionVenue {
 public:
  SimulatedVenue(InstrumentIndex instrument, MarketKind kind, VenueNumbers& numbers,
                 std::vector<ExecutionReport>& reports);

  void submit(const NewOrder& order, i64 ts) override;
  void cancel(ClientOrderId id, i64 ts) override;
  void replace(const ReplaceRequest& request, i64 ts) override;
  i64 next_due() const noexcept override { return kNeverDue; }
  void advance(i64) override {}
  std::size_t open_order_count() const noexcept override { return orders_.size(); }

  // Before the first row. Guesses places of own orders where the data are levels or quotes.
  void set_queue_model(std::unique_ptr<const QueueModel> model) noexcept { queue_model_ = std::move(model); }

  // Rows of the venue's own kind, and trades beside levels or quotes. Whoever has other rows of the instrument keeps
  // them away: they are not the venue's market.
  void apply_l3(const L3Record& record);
  void apply_l2(const L2Record& record);
  void apply_quote(const QuoteRecord& record);
  void apply_trade(const TradeRecord& record);
  // A bar is told twice: its open when it begins, the rest when it ends.
  void open_bar(const BarRecord& record);
  void close_bar(const BarRecord& record);

  MarketKind kind() const noexcept { return kind_; }
  const VenueOrders& orders() const noexcept { return orders_; }
  const L3Book& l3_book() const noexcept { return l3_.book(); }
  const L2Book& l2_book() const noexcept { return l2_.book(); }
  // Lots ahead of an own order that rests at an order-by-order venue. Walks its level.
  i64 l3_quantity_ahead(u32 slot) const noexcept {
    return l3_.quantity_ahead(orders_[slot].side, orders_[slot].price, orders_[slot].place);
  }

 private:
  VenueMarket& market_of(MarketKind kind) noexcept;
  RejectReason refusal_of_new(const NewOrder& order) const;
  RejectReason refusal_of_price(Side side, i64 price, i64 quantity, u16 flags) const;
  // Takes what is in reach and reports it; returns what is left.
  i64 trade_as_taker(const RestingOrder& order, ClientOrderId id, i64 leaves, i64 ts);
  void rest(RestingOrder order, ClientOrderId id, i64 leaves);
  // Own orders of this side that a recorded trade reaches share its quantity by price and time. `ahead_of(slot)` is the
  // quantity that an order at the trade's own price must let pass.
  template <class AheadOf>
  void trade_reaches(Side side, i64 price, i64 quantity, i64 ts, AheadOf&& ahead_of);
  void trade_prints(Side side, i64 price, i64 quantity, i64 ts);
  // Own orders of a level learn that it showed `before` lots and now shows `after`.
  void level_changes(Side side, u32 level, i64 before, i64 after);
  void quote_reaches(Side side, i64 same_price, i64 opposite_price, const VenueQuoteMarket& before, i64 ts);
  void touch_reaches(Side side, i64 opposite_price, i64 ts);
  void open_waiting(i64 open, i64 ts);
  void open_resting(Side side, i64 open, i64 ts);
  void close_side(Side side, i64 extreme, i64 ts);
  void fill(u32 slot, i64 price, i64 quantity, Liquidity liquidity, i64 ts);
  void close(u32 slot, ExecType exec_type, RejectReason reason, i64 ts);
  ExecutionReport& report(ExecType exec_type, ClientOrderId id, VenueOrderId venue_order_id, i64 ts);

  InstrumentIndex instrument_;
  MarketKind kind_;
  VenueNumbers& numbers_;
  std::vector<ExecutionReport>& reports_;
  VenueOrders orders_;
  VenueL3Market l3_;
  VenueL2Market l2_;
  VenueQuoteMarket quotes_;
  VenueBarMarket bars_;
  VenueMarket& market_;  // the one of the four that the instrument has
  std::unique_ptr<const QueueModel> queue_model_ = make_queue_model({});
};

}  // namespace pytrader
