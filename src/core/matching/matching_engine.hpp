// One instrument's matching engine: every message is answered, by a status, fills and updates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "book/slot_heap.hpp"
#include "book/trigger_book.hpp"
#include "matching/account_book.hpp"
#include "matching/auction_book.hpp"
#include "matching/level_sharing.hpp"
#include "matching/limit_state.hpp"
#include "matching/matching_core.hpp"
#include "matching/order_message.hpp"
#include "matching/slot_queue.hpp"
#include "matching/special_orders.hpp"
#include "matching/tip_source.hpp"
#include "matching/trading_phase.hpp"
#include "matching/venue_rules.hpp"

namespace pytrader {

// A live order with all that the engine keeps of it.
struct LiveOrder {
  u64 order_id = 0;
  i64 price = kNoPrice;  // where it stands in the book; before, its limit
  i64 leaves_qty = 0;    // reserve included
  i64 cum_qty = 0;       // executed
  i64 displayed_qty = 0;
  i64 stop_price = kNoPrice;  // while it waits for one
  SpecialOrder terms;
  Side side = Side::buy;
};

// Bounds: `max_orders` live orders (one beyond it that may rest or wait is rejected, order_limit); the open quantity of
// one side, parked and reserve included, stays below 2^63 lots (an order that could exceed it is rejected,
// quantity_above_maximum). Prices are any ticks but kNoPrice. No message allocates once pool, index and ladder have
// reached their largest size. A rejected message changes nothing.
//
// docs/order_rules.md has the rules. What a file of the general path is about, its name says:
//   engine_checks    what refuses a new order            engine_entry     taking, resting, waiting, leaving
//   engine_matching  the pass of a taker over makers     engine_triggers  elections and what a message sets off
//   engine_replace   replacing live orders               engine_control   clock, mass cancel, positions, groups
//   engine_session   phases, bands, limit states         engine_auction   call phases and uncrossing
class MatchingEngine : public MatchingCore {
 public:
  // Throws Error(invalid_argument) for rules outside their ranges.
  explicit MatchingEngine(const VenueRules& rules = {}, u32 max_orders = OrderPool::kMaxOrders);

  // Applies one message and appends its fills and updates, each with this message index; `terms` are the rows that
  // the message's `terms` counts in. Throws std::bad_alloc or Error(capacity) only, and then the message has changed
  // nothing; or, in what it set off, has been applied up to a point from which the next message goes on.
  MessageStatus apply(const OrderMessage& message, std::span<const OrderTerms> terms, i64 message_index,
                      EngineOutput& output);
  MessageStatus apply(const OrderMessage& message, i64 message_index, EngineOutput& output) {
    return apply(message, {}, message_index, output);
  }
  // Applies messages in order; `statuses` has room for as many.
  void apply(std::span<const OrderMessage> messages, std::span<const OrderTerms> terms, MessageStatus* statuses,
             EngineOutput& output);

  i64 clock() const noexcept { return clock_; }
  // When the clock next sets something off: an order expires, a phase or a limit state ends. INT64_MAX for never.
  i64 next_due() const noexcept { return static_cast<i64>(std::min(next_due(clock_), i128{INT64_MAX})); }
  TradingPhase phase() const noexcept { return phase_; }
  // What an auction would trade now, as published last; without a price while nothing would.
  const AuctionPrice& indicative() const noexcept { return indicative_; }
  // kNoPrice before the first trade.
  i64 last_trade_price() const noexcept { return last_trade_price_; }
  i64 reference_price() const noexcept { return reference_price_; }
  // 0 for an owner that has not been named. Many trades can take it beyond 64 bits.
  i128 position(u32 owner) const noexcept;
  u32 group(u32 owner) const noexcept;

  // Any live order, at rest or waiting; false if there is none with this id.
  bool order(u64 order_id, LiveOrder& order) const noexcept;
  // All that rests at a price, in the order of priority: displayed, hidden, pegged, all-or-none.
  void queue(Side side, i64 price, std::vector<LiveOrder>& orders) const;
  // All live orders by ascending id.
  void live_orders(std::vector<LiveOrder>& orders) const;
  // Displayed quantity before this order in its queue; false if no order with this id is displayed.
  bool queue_ahead(u64 order_id, i64& quantity) const noexcept;

  // Throws std::logic_error if a total, a link or an index contradicts another, or if the book is crossed that must
  // not be.
  void self_check() const;

 private:
  // An order on its way into the book: new, replaced, elected, re-priced.
  struct Arrival {
    u64 order_id = 0;
    i64 limit = kNoPrice;        // where it rests; kNoPrice for one that takes at any price
    i64 match_limit = kNoPrice;  // where its matching ends: the limit or a band
    i64 leaves = 0;
    i64 executed = 0;
    i64 cut = 0;  // what reduce-only has taken off and no update has told yet
    SpecialOrder terms;
    u32 slot = kNone;  // kNone until it has one
    Side side = Side::buy;
    bool own_message = true;  // a status tells what became of it
    bool banded = false;      // its matching ends at a band before its limit
    bool barred = false;      // it may not trade at all: the best maker is outside the bands
    bool ended = false;       // before it was filled or met no more makers
    RejectReason end_reason = RejectReason::none;
  };
  struct Maker {
    u32 slot = kNone;
    i64 price = 0;
    OrderPlace place = OrderPlace::displayed;
  };
  // A displayed order while a rehearsal goes on.
  struct RehearsedMaker {
    i64 tip = 0;
    i64 reserve = 0;
    u32 slot = kNone;
    bool top = false;
  };

  // The gate (matching_engine.cpp).
  bool quiet() const noexcept { return at_work_ == 0; }
  bool is_plain(const OrderMessage& message) const noexcept;
  // In quiet times. Inlined by force into the loops: most messages go no further than plain_path.hpp, others to
  // `uncommon()`. The index is worked out where it is needed; `names`: for named_order().
  template <bool names, class IndexOf, class Uncommon>
  [[gnu::always_inline]] MessageStatus pass(const OrderMessage& message, IndexOf&& message_index,
                                            std::vector<Fill>& fills, Uncommon&& uncommon);
  // Kept out of the loops, like submit() and cancel() of the core: what they need would push out what most messages
  // need.
  [[gnu::noinline]] MessageStatus apply_uncommon(const OrderMessage& message, std::span<const OrderTerms> terms,
                                                 i64 message_index, EngineOutput& output);
  // Inlined by force: GCC 12 takes a function of nothing but prefetches for one without effect, and drops its calls.
  [[gnu::always_inline]] void look_ahead(const OrderMessage* message) const noexcept;
  // Of a checked build: self_check(), whenever as many messages have come since the last as orders rest.
  void check_by_turns();
  MessageStatus apply_general(const OrderMessage& message, std::span<const OrderTerms> terms, i64 message_index,
                              EngineOutput& output);
  MessageStatus answer(const OrderMessage& message, const OrderTerms& terms);

  // What refuses a new order (engine_checks.cpp).
  RejectReason check_side_and_type(const OrderMessage& message) const noexcept;
  RejectReason refusal_without_terms(const OrderMessage& message) const noexcept;
  RejectReason check_order(const OrderMessage& message, const OrderTerms& terms) const noexcept;
  RejectReason check_terms(const OrderMessage& message, const OrderTerms& terms) const noexcept;
  RejectReason check_phase(const Arrival& order) const noexcept;
  RejectReason check_now(Arrival& order);
  bool offers(u16 offered, u16 wanted) const noexcept { return (offered & wanted) == wanted; }
  bool post_only_takes(const Arrival& order) const noexcept;
  bool fit_reduce_only(Arrival& order) const noexcept;
  bool reached_at_entry(const Arrival& order) const noexcept;
  bool may_rest(const Arrival& order) const noexcept {
    return rests_by(order.terms.time_in_force) && (order.terms.order_type != OrderType::market || is_collecting());
  }

  // Taking, resting, waiting, leaving (engine_entry.cpp).
  MessageStatus submit_general(const OrderMessage& message, const OrderTerms& terms);
  Outcome enter(Arrival& order);
  void set_limits(Arrival& order) const noexcept;
  // Room for all that one taker can cause, so that nothing fails half-way. Throws, and has changed nothing then.
  void secure(const Arrival& order);
  void wait_for_price(Arrival& order, const TrailingTerms& trailing, i64 activation) noexcept;
  Outcome take(Arrival& order);
  Outcome collect(Arrival& order);
  Outcome finish(Arrival& order);
  void rest(Arrival& order) noexcept;
  void wait(Arrival& order, OrderPlace place) noexcept;
  void store(Arrival& order) noexcept;
  void forget(Arrival& order) noexcept;
  // A live order leaves its place and becomes an arrival that keeps slot and id.
  Arrival arrival_of(u32 slot) const noexcept;
  void detach(u32 slot) noexcept;
  void remove_order(u32 slot) noexcept;
  void release(u32 slot) noexcept;
  void enlist(u32 slot) noexcept;
  void delist(u32 slot) noexcept;
  void link_peg(u32 slot) noexcept;
  void unlink_peg(u32 slot) noexcept;
  void cancel_order(u32 slot, RejectReason reason);
  MessageStatus cancel_general(u64 order_id) noexcept;

  // The pass of a taker over makers (engine_matching.cpp).
  void match(Arrival& taker);
  bool next_maker(const Arrival& taker, Maker& maker) noexcept;
  void meet(Arrival& taker, const Maker& maker, i64 most = INT64_MAX);
  void trade(Arrival& taker, const Maker& maker, i64 quantity);
  void reduce_maker(u32 slot, i64 quantity) noexcept;
  void refill(u32 slot);
  void refill_drained();
  SelfTrade prevention(const Arrival& taker, u32 maker) const noexcept;
  void prevent(Arrival& taker, u32 maker, SelfTrade mode);
  bool cut_reduce_only(u32 slot);
  void tell_cut(Arrival& order);
  void set_leaves(u32 slot, i64 leaves) noexcept;
  // What the taker could trade within its limit, at most its open quantity: the same pass, moving nothing.
  i64 reachable(const Arrival& taker);
  struct Rehearsal;
  void rehearse(Rehearsal& pass);
  void rehearse_level(Rehearsal& pass, OrderPlace place, u32 level);
  i64 rehearse_maker(Rehearsal& pass, u32 slot, OrderPlace place, i64 available, i64 leaves) noexcept;
  void rehearse_queue(Rehearsal& pass, u32 level);
  void rehearse_round(Rehearsal& pass, bool shares);
  void rehearse_turn(Rehearsal& pass, RehearsedMaker& maker, i64 most) noexcept;

  // Sharing at a price, and TOP orders (engine_allocation.cpp).
  void share_level(Arrival& taker, i64 price);
  void share_round(Arrival& taker, u32 level, i64 price);
  void share_with(u32 slot, i64 displayed, bool is_top);
  void prevent_at(Arrival& taker, u32 level, i64 price);
  void note_better(Side which, u32 slot, i64 price, i64 displayed) noexcept;
  void check_tops() const;

  // Elections and what a message sets off (engine_triggers.cpp).
  void on_trade(i64 price);
  void conclude();  // all that an accepted message sets off
  void settle();
  void enter_elected(u32 slot);
  bool enter_all_or_none();
  bool reprice_next_peg();
  void withdraw_pegs();
  void reprice(u32 slot, i64 price);
  i64 peg_price(Side side, const SpecialOrder& terms) const noexcept;

  // Replacing (engine_replace.cpp).
  MessageStatus replace_general(const OrderMessage& message, const OrderTerms& terms);
  MessageStatus replace_in_book(u32 slot, Arrival& order, bool keeps);
  MessageStatus replace_waiting(u32 slot, Arrival& order, bool keeps);

  // Clock, mass cancel, positions, groups (engine_control.cpp).
  MessageStatus set_clock(i64 now);
  i128 next_due(i64 began) const noexcept;
  void stand_at(i64 now);
  void expire(u32 slot);
  void expire_day_orders();
  MessageStatus mass_cancel(u32 owner);
  MessageStatus set_account(const OrderMessage& message);

  // Phases, bands and what the clock does to them (engine_session.cpp).
  MessageStatus set_phase(i64 number);
  MessageStatus set_reference_price(i64 price);
  void change_phase(TradingPhase next);
  void enter_phase(TradingPhase next, TradingPhase resumes, i64 lasts);
  void wake();
  void advance_phase();
  // Whether an auction at this price is prolonged.
  bool is_far(const AuctionPrice& auction) const noexcept;
  PriceRange static_range() const noexcept {
    return range_around(reference_price_, rules_.bands.static_range, rules_.bands.rounding);
  }
  bool has_bands() const noexcept { return rules_.bands.entry.bounded() || rules_.bands.bounds_trades(); }
  void clamp_to_bands(Arrival& order) const noexcept;
  void meet_band(Arrival& order);
  bool can_interrupt(const Arrival& order);
  bool reaches_beyond_band(const Arrival& order) const noexcept;
  RejectReason check_closing_price(i64 price) const noexcept;
  void watch_limit_state();
  void make_room_for_session();
  void tell_session(UpdateKind kind, u8 side, u8 detail, i64 price, i64 quantity, i64 surplus);

  // Call phases and uncrossing (engine_auction.cpp).
  i64 auction_reference() const noexcept { return reference_price_ != kNoPrice ? reference_price_ : last_trade_price_; }
  AuctionPrice read_auction_book() noexcept;
  void publish_indicative();
  void prepare_phase(TradingPhase next);
  void uncross();
  void trade_in_auction(const AuctionPrice& auction);
  u32 first_in_auction(Side which, i64 price) const noexcept;
  void take_in_auction(u32 slot, i64 quantity) noexcept;
  void end_auction();
  void activate_next();
  void follow_reserves();
  void count_in(u32 slot) noexcept;
  void count_out(u32 slot) noexcept;

  // Small readings.
  bool is_special(u32 slot) const noexcept { return (pool_[slot].attributes & kIsSpecial) != 0; }
  OrderPlace place_of(u32 slot) const noexcept {
    return is_special(slot) ? special_[slot].place : OrderPlace::displayed;
  }
  i64 leaves_of(u32 slot) const noexcept {
    return pool_[slot].quantity + (is_special(slot) ? special_[slot].reserve : 0);
  }
  Ladder& ladder(OrderPlace place, Side which) noexcept {
    return place == OrderPlace::displayed ? mutable_side(which) : shadow_[index_of(which)][shadow_of(place)];
  }
  const Ladder& ladder(OrderPlace place, Side which) const noexcept {
    return place == OrderPlace::displayed ? side(which) : shadow_[index_of(which)][shadow_of(place)];
  }
  static std::size_t shadow_of(OrderPlace place) noexcept { return static_cast<std::size_t>(place) - 1; }
  // The best price of all liquidity on a side, displayed or not; kNoPrice if there is none.
  i64 best_of_all(Side which) const noexcept;
  i64 limit_of(u32 slot) const noexcept;
  LiveOrder live_order(u32 slot) const noexcept;
  // The order's limit as updates state it: of a pegged order its cap.
  static i64 reported_limit(const Arrival& order) noexcept {
    return order.terms.order_type == OrderType::pegged ? order.terms.limit : order.limit;
  }
  void tell(UpdateKind kind, u32 slot, i64 price, i64 quantity, i64 leaves, RejectReason reason);
  void update(UpdateKind kind, u32 slot, i64 price, i64 quantity) {
    tell(kind, slot, price, quantity, leaves_of(slot), RejectReason::none);
  }
  void update(UpdateKind kind, const Arrival& order, i64 price, i64 quantity, RejectReason reason = RejectReason::none);
  bool is_collecting() const noexcept { return collects(phase_, rules_.session); }
  void check_specials() const;
  void check_auction() const;
  void check_ladder(OrderPlace place, Side which, std::size_t& orders, i64& open) const;

  bool offers_plain_ = false;  // the venue offers all order types and times in force that the core knows
  u64 unchecked_ = 0;          // messages since a checked build's last self_check()
  u64 at_work_ = 0;  // how many things are at work that need the general path: special orders, phases, bands, ...
  i64 clock_ = 0;    // nanoseconds UTC
  i64 reference_price_ = kNoPrice;
  u64 time_ = 0;  // counts entries
  TradingPhase phase_ = TradingPhase::continuous;
  bool try_all_or_none_ = true;  // something has happened since they were tried
  bool pegs_stale_ = true;       // prices of pegged orders must be looked at, whatever their references were
  Ladder shadow_[2][3] = {{Ladder(Side::buy), Ladder(Side::buy), Ladder(Side::buy)},
                          {Ladder(Side::sell), Ladder(Side::sell), Ladder(Side::sell)}};  // hidden, pegged, all-or-none
  SpecialOrders special_;
  std::size_t special_count_ = 0;
  u64 tips_bound_ = 0;  // how many tips the icebergs can still show, all together
  TriggerBook triggers_;
  SlotQueue elected_;
  SlotQueue drained_;
  SlotQueue parked_;     // for an auction
  SlotQueue market_[2];  // market orders in a call phase, by side
  i64 drained_price_ = 0;
  u32 all_or_none_at_ = kNone;  // the next all-or-none maker of the pass
  u32 first_peg_ = kNone;       // pegged orders in the order of their entry
  u32 last_peg_ = kNone;
  u32 peg_at_ = kNone;  // pegged orders before it stand where their references say
  i64 peg_bid_ = kNoPrice;
  i64 peg_ask_ = kNoPrice;
  SlotHeap expiries_;    // gtd, by expire time
  SlotHeap day_orders_;  // what ends with the day, by entry
  AccountBook accounts_;
  TipSource tips_;
  AuctionBook auction_;
  AuctionPrice indicative_;                          // as published last
  SlotHeap auction_orders_;                          // those for the auction alone that have entered, by entry
  u32 activate_at_ = kNone;                          // the next parked order to look at since the phase began
  i64 closing_price_ = kNoPrice;                     // what post-close trading trades at
  i64 phase_until_ = 0;                              // when a volatility auction ends by the clock; 0: with a message
  TradingPhase resumes_ = TradingPhase::continuous;  // what follows a volatility auction by the clock
  bool interrupted_ = false;                         // a taker has met a band that interrupts trading
  LimitStateTimer limit_state_;
  LevelSharing sharing_;
  std::vector<RehearsedMaker> rehearsed_;  // of a level, while its rehearsal goes on
  std::vector<RehearsedMaker> emptied_;    // those that have lost their tips
  TopOrders tops_;
  EngineOutput* output_ = nullptr;  // of the message at work
  i64 message_index_ = 0;
};

}  // namespace pytrader
