// A venue made of recorded market data: own orders rest in the recorded queue and fill as the recording lets them.
#pragma once

#include <algorithm>
#include <memory>
#include <variant>
#include <vector>

#include "book/slot_heap.hpp"
#include "decimal/integers.hpp"
#include "matching/execution_venue.hpp"
#include "matching/queue_model.hpp"
#include "matching/tip_source.hpp"
#include "matching/trading_phase.hpp"
#include "matching/venue_l2_market.hpp"
#include "matching/venue_l3_market.hpp"
#include "matching/venue_orders.hpp"
#include "matching/venue_quote_market.hpp"
#include "matching/venue_terms.hpp"
#include "matching/venue_triggers.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

// What the venue's market is made of; the richest data that an instrument has.
enum class MarketKind : u8 { l3, l2, quotes, bars };

// One instrument at one venue. Market data and commands come in the order of the venue's clock; each call appends what
// the venue says to `reports`. Commands that come between the rows of one event, at its time, wait until it is over,
// because the book stands in no real state then; a row of a later time lets them in too. The rules of each kind of data
// stand in docs/simulated_venue.md. An event that reaches no own order costs one comparison beside the market data's
// own upkeep, however many own orders rest.
class SimulatedVenue final : public ExecutionVenue {
 public:
  SimulatedVenue(InstrumentIndex instrument, MarketKind kind, VenueNumbers& numbers,
                 std::vector<ExecutionReport>& reports, const RecordedVenueRules& rules = {},
                 const VenueData& data = {});

  bool supports(OrderType order_type, TriggerType trigger_type, TimeInForce time_in_force) const noexcept override;
  void submit(const NewOrder& order, i64 ts) override;
  void cancel(ClientOrderId id, i64 ts) override;
  void revoke(ClientOrderId id, i64 ts) override;
  void replace(const ReplaceRequest& request, i64 ts) override;
  void hand_over(ExecutionVenue& next, i64 ts) override;
  i64 next_due() const noexcept override {
    const i64 expiry = expiries_.first_key();
    return held_.empty() ? expiry : std::min(expiry, held_.front().due);
  }
  void advance(i64 ts) override;
  std::size_t open_order_count() const noexcept override { return orders_.size() + early_orders_; }
  i64 twice_mark() const override;
  void split(i64 new_units, i64 old_units) override;
  void end(RejectReason reason, i64 ts) override;
  i64 position(StrategyIndex strategy) const override {
    return strategy < positions_.size() ? positions_[strategy] : 0;
  }
  void move_position(StrategyIndex strategy, i64 change) override;

  // Before the first row. Guesses places of own orders where the data are levels or quotes.
  void set_queue_model(std::unique_ptr<const QueueModel> model) noexcept { queue_model_ = std::move(model); }

  // Rows of the venue's own kind, and trades beside levels or quotes. Whoever has other rows of the instrument keeps
  // them away: they are not the venue's market.
  void apply_l3(const L3Record& record);
  // Inlined where rows come one after another: most of them change one level and nothing else. False if the venue can
  // not have said anything, and is due when it was.
  [[gnu::always_inline]] bool apply_l2(const L2Record& record) {
    if (!L2Book::sets(record) || special_live_ != 0 || !early_.empty()) [[unlikely]] {
      apply_any_l2(record);
      return true;
    }
    const u32 first = orders_.first_at(static_cast<Side>(record.side), record.price);
    const L2Book::Change change = l2_.apply_level(record);
    if (first != kNone) level_changes(first, change.before, change.after);
    event_under_way_ = (record.flags & kFlagLast) != 0 ? INT64_MIN : record.ts_event;
    return false;
  }
  void apply_quote(const QuoteRecord& record);
  void apply_trade(const TradeRecord& record);
  // A bar is told twice: its open when it begins, the rest when it ends.
  void open_bar(const BarRecord& record);
  void close_bar(const BarRecord& record);
  // So many bars (at least one) opened and closed, the last at this price: the same for a venue that has no order.
  void pass_bars(std::size_t count, i64 close) noexcept;
  // Beside any of these: the trading phase, and the mark price.
  void apply_status(TradingPhase phase, i64 ts);
  void apply_mark(i64 price, i64 ts);

  MarketKind kind() const noexcept { return kind_; }
  TradingPhase phase() const noexcept { return phase_; }
  const VenueOrders& orders() const noexcept { return orders_; }
  const L3Book& l3_book() const noexcept { return l3_.book(); }
  const L2Book& l2_book() const noexcept { return l2_.book(); }
  // Lots ahead of an own order that rests at an order-by-order venue. Walks its level.
  i64 l3_quantity_ahead(u32 slot) const noexcept {
    return l3_.quantity_ahead(orders_[slot].side, orders_[slot].price, orders_[slot].place);
  }

 private:
  // What a provider that holds an order will give it at one price.
  struct HeldTake {
    i64 due;
    i64 shown;  // the best displayed price when it asked
    u32 slot;
    i64 price;
    i64 quantity;
  };
  // A trade whose own impact is known: what it gets, at displayed prices up to `worst`, each worse by `ticks`.
  struct Displacement {
    i64 quantity = 0;
    i64 ticks = 0;
    i64 worst = 0;
  };
  struct Pulled {
    StrategyIndex strategy;
    u64 entered;  // its orders up to this one
  };
  // What a bar is walked for.
  enum class BarPass : u8 { everything, stops, all_but_stops };

  VenueMarket& market_of(MarketKind kind) noexcept;
  // Commands.
  using Command = std::variant<NewOrder, CancelRequest, ReplaceRequest>;
  bool comes_early(i64 ts) const noexcept { return ts <= event_under_way_; }
  void take_command(const NewOrder& order, i64 ts);
  void take_command(const CancelRequest& request, i64 ts);
  void take_command(const ReplaceRequest& request, i64 ts);
  // Before a row or a command of a later time.
  void let_earlier_in(i64 ts) {
    if (!early_.empty() && !comes_early(ts)) [[unlikely]]
      let_in(ts);
  }
  // What was elected enters when the event is over, and then what came too early.
  void end_row(i64 flags, i64 ts) {
    if ((flags & kFlagLast) == 0) {
      event_under_way_ = ts;
      return;
    }
    event_under_way_ = INT64_MIN;
    after_event(ts);
    if (!early_.empty()) [[unlikely]]
      let_in(ts);
  }
  void let_in(i64 ts);
  bool is_plain(const NewOrder& order) const noexcept;
  void submit_plain(const NewOrder& order, i64 ts);
  void submit_special(const NewOrder& order, i64 ts);
  void replace_plain(u32 slot, const ReplaceRequest& request, i64 ts);
  void replace_special(u32 slot, const ReplaceRequest& request, i64 ts);
  void replace_waiting_stop(u32 slot, const ReplaceRequest& request, i64 ts);
  void keep_place(u32 slot, i64 quantity);
  bool keeps_place(u32 slot, const ReplaceRequest& request) const;
  u32 make_special(u32 slot);
  // Refusals.
  RejectReason refusal_of_new(const NewOrder& order) const;
  RejectReason refusal_of_price(Side side, i64 price, i64 quantity, u16 flags) const;
  RejectReason refusal_of_special(const NewOrder& order, i64 ts) const;
  RejectReason refusal_of_form(const NewOrder& order) const;
  RejectReason refusal_by_data(const NewOrder& order) const;
  RejectReason refusal_of_state(const NewOrder& order, i64 ts) const;
  RejectReason refusal_at_entry(const NewOrder& order) const;
  RejectReason refusal_over_bars(Side side, i64 price, SelfTrade asked) const noexcept;
  RejectReason refusal_of_stop(const NewOrder& order) const;
  RejectReason refusal_of_replace(u32 slot, const ReplaceRequest& request) const;
  ReplaceRequest with_limit(u32 slot, const ReplaceRequest& asked) const noexcept;
  // Entering.
  i64 trade_as_taker(const RestingOrder& order, ClientOrderId id, i64 leaves, i64 ts);
  void rest(RestingOrder order, ClientOrderId id, i64 leaves, i64 ts);
  void enter(u32 slot, i64 ts);
  void enter_unmatched(u32 slot, i64 ts);
  void take(u32 slot, i64 ts);
  void meet_own(u32 taker, u32 maker, i64 ts);
  u32 own_in_reach(Side side, i64 limit, i64 leaves, SelfTrade policy) const;
  SelfTrade policy_of(SelfTrade asked) const noexcept;
  i64 reach(Side side, i64 limit, i64 wanted, SelfTrade policy) const;
  i64 reach_displayed(Side side, i64 limit, i64 wanted, SelfTrade policy) const;
  i64 reach_past_own(Side side, i64 limit, i64 wanted, bool decrements) const;
  i64 best_opposite(Side side) const;
  i64 limit_at_entry(Side side, u16 flags, OrderType type, i64 limit, i64 quantity, const OrderTerms& asked) const;
  void come_to_rest(u32 slot, i64 ts);
  void rest_special(u32 slot, i64 ts);
  void take_out(u32 slot) noexcept;
  bool collecting() const noexcept { return collects(phase_, rules_.rules.session); }
  // Market impact.
  i64 worst_displayed(Side side, i64 limit, i64 quantity) const;
  i64 displaced_best(Side side, i64 best, i64 quantity) const;
  Displacement displacement(Side side, i64 bound, i64 limit, i64 already, i64 wanted) const;
  Displacement displacement_at(Side side, i64 limit, i64 price, i64 wanted) const;
  void moved_price(Side side, i64 quantity) {
    if (impact_ != nullptr && quantity > 0) impact_->traded(side, quantity);
  }
  // Last look.
  i64 sweep(u32 slot, i64 bound, i64 limit, i64 already, i64 ts);
  void decide();
  // Maker protection.
  bool may_only_rest(const NewOrder& order) const;
  bool is_frozen(StrategyIndex strategy, i64 ts) const noexcept {
    return protection_ != nullptr && protection_->is_frozen(strategy, ts);
  }
  void count_fill(const RestingOrder& order, i64 quantity, i64 ts);
  void pull_orders(i64 ts);
  // Reduce-only.
  i64 reducible(StrategyIndex strategy, Side side) const noexcept;
  bool fits_reduce_only(u32 slot, i64 ts);
  void cut(u32 slot, i64 quantity, RejectReason reason, i64 ts);
  // Waiting for a price, and what follows from an event.
  TriggerType trigger_of(TriggerType asked) const noexcept;
  bool tells(TriggerType trigger) const noexcept;
  TriggerSource source_of_order(Side side, OrderType type, TriggerType asked) const noexcept;
  TriggerBook::Reach price_of(TriggerSource source) const noexcept;
  void wait_for_price(u32 slot, i64 ts);
  void stop_waiting(u32 slot) noexcept;
  void observe(TriggerSource source, const TriggerBook::Reach& price);
  void observe_touch();
  void prints(i64 price);
  void after_event(i64 ts) {
    if (special_live_ != 0) [[unlikely]]
      settle(ts);
  }
  void settle(i64 ts);
  void become_triggered(u32 slot, i64 ts);
  bool reprice_pegs(i64 ts);
  void withdraw_pegs(bool all);
  i64 peg_price(Side side, i64 limit, const OrderTerms& asked) const;
  bool enter_all_or_none(i64 ts);
  // Own orders of this side that a recorded trade reaches share its quantity by price and time. `ahead_of(slot)` is the
  // quantity that an order at the trade's own price must let pass.
  template <class AheadOf>
  void trade_reaches(Side side, i64 price, i64 quantity, i64 ts, AheadOf&& ahead_of);
  template <class AheadOf>
  i64 level_reached(Side side, u32 level, bool at_price, bool hidden, i64 quantity, i64 ts, AheadOf&& ahead_of);
  i64 fill_resting(u32 slot, i64 price, i64 most, bool tip_only, Liquidity liquidity, i64 ts);
  void apply_any_l2(const L2Record& record);
  void told_trade(Side side, i64 price, i64 quantity, i64 ts);
  void told_execution(const L3Record& record);
  void prints_in_pause(i64 price, i64 quantity, i64 ts);
  void trade_prints(Side side, i64 price, i64 quantity, i64 ts);
  void trade_passes(Side side, i64 price, i64 quantity, i64 ts);
  // Own orders of a level, from the first on, learn that it showed `before` lots and now shows `after`.
  void level_changes(u32 first, i64 before, i64 after);
  void quote_reaches(Side side, i64 same_price, i64 opposite_price, const VenueQuoteMarket& before, i64 ts);
  void touch_reaches(Side side, i64 opposite_price, i64 ts);
  // Bars.
  void trade_at_open(i64 open, i64 ts);
  void open_waiting(i64 open, i64 ts);
  void open_resting(Side side, i64 open, i64 ts);
  void open_one(u32 slot, i64 open, i64 ts);
  void enter_at(u32 slot, i64 now, i64 ts);
  void elect_in_bar(TriggerSource source, i64 price, i64 now, i64 ts);
  void walk(const BarRecord& record, BarPass pass, i64 ts);
  void walk_leg(i64 from, i64 to, BarPass pass, i64 ts);
  void level_passed(Side side, u32 level, i64 ts);
  void put_back_deferred();
  void let_late_in(i64 ts);
  bool sibling_filled(u32 slot) const noexcept;
  // Phases.
  void end_auction(i64 ts);
  void activate(i64 ts);
  void expire_day_orders(i64 ts);
  void begin_trading(i64 ts);
  void uncross_own_orders(i64 ts);
  void auction_prints(i64 price, i64 quantity, i64 ts);
  i64 auction_fills(u32 slot, i64 price, i64 left, i64 ts);
  // Live special orders that are wanted, in the order of their entry. Walks all: for rare events only.
  template <class Wanted>
  const std::vector<u32>& live_orders(Wanted&& wanted) {
    scratch_.clear();
    for (u32 slot = 1; special_live_ != 0 && slot < orders_.slots(); ++slot) {
      if (orders_.is_live(slot) && orders_[slot].special && wanted(orders_[slot])) scratch_.push_back(slot);
    }
    std::sort(scratch_.begin(), scratch_.end(),
              [this](u32 a, u32 b) { return orders_.terms(a).entered < orders_.terms(b).entered; });
    return scratch_;
  }
  // Leaving and telling.
  void fill(u32 slot, i64 price, i64 quantity, Liquidity liquidity, i64 ts);
  void close(u32 slot, ExecType exec_type, RejectReason reason, i64 ts);
  void forget(u32 slot) noexcept;
  void booked(StrategyIndex strategy, Side side, i64 quantity) noexcept {
    positions_[strategy] += sign(side) * quantity;
  }
  ExecutionReport& report(ExecType exec_type, ClientOrderId id, VenueOrderId venue_order_id, i64 ts);
  void state_terms(ExecType exec_type, u32 slot, RejectReason reason, i64 ts);

  InstrumentIndex instrument_;
  MarketKind kind_;
  VenueNumbers& numbers_;
  std::vector<ExecutionReport>& reports_;
  RecordedVenueRules rules_;
  VenueData data_;
  bool plain_rules_;  // nothing in the rules touches a plain order
  bool matches_ = true;
  TradingPhase phase_ = TradingPhase::continuous;
  VenueOrders orders_;
  VenueL3Market l3_;
  VenueL2Market l2_;
  VenueQuoteMarket quotes_;
  VenueBarMarket bars_;
  VenueMarket& market_;  // the one of the four that the instrument has
  std::unique_ptr<const QueueModel> queue_model_ = make_queue_model({});
  u64 time_ = 0;  // counts entries
  u32 special_live_ = 0;
  u32 all_or_none_ = 0;  // at rest
  VenueTriggers triggers_;
  SlotHeap expiries_;
  TipSource tips_;
  i64 kept_mark_ = kNoMark;     // twice the mark of before the last split, in new units
  bool keeps_mark_ = false;     // it is a mark price: what counts until the next one
  std::vector<i64> positions_;  // by strategy: what its fills here add up to, and money events made of it
  std::vector<u32> elected_;    // in the order of their election
  std::vector<u32> pegs_;       // in the order of their entry
  std::vector<u32> collected_;  // in the order of their entry
  std::vector<u32> deferred_;   // elected within a bar in which a sibling has traded
  std::vector<u32> late_;       // in the order in which they came within the bar under way
  std::vector<u32> scratch_;
  std::vector<OrderListId> filled_lists_;  // of which an order has traded, or was reached, in the bar under way
  i64 event_under_way_ = INT64_MIN;        // the time of the last row, if its event goes on
  std::vector<Command> early_;             // in the order of their arrival
  std::size_t early_orders_ = 0;           // new orders among them
  i64 peg_bid_ = kNoPrice;
  i64 peg_ask_ = kNoPrice;
  bool pegs_stale_ = false;
  i64 bar_left_ = INT64_MAX;                     // lots that own orders may still trade in the bar under way
  std::unique_ptr<MarketImpact> impact_;         // null: own trades move nothing
  std::unique_ptr<MakerProtection> protection_;  // null: nobody is protected
  std::vector<HeldTake> held_;                   // in the order of their time, those of an order together
  std::vector<HeldTake> given_;
  std::vector<Pulled> pulled_;  // whose orders leave when the event under way is over
};

}  // namespace pytrader
