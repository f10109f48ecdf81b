// The engine's sharing at a price: fills as the routine says from what rested before, and the TOP order's whole life.
#include <algorithm>
#include <vector>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "matching/level_sharing.hpp"
#include "matching/matching_engine.hpp"
#include "matching/multi_leg_market.hpp"

namespace {

using namespace pytrader;
using Algorithm = AllocationAlgorithm;

struct Trade {
  u64 maker;
  i64 price;
  i64 quantity;

  friend bool operator==(const Trade&, const Trade&) = default;
};

VenueRules shared_by(Algorithm algorithm) {
  VenueRules rules;
  AllocationRules& allocation = rules.allocation;
  allocation.algorithm = algorithm;
  if (allocation.has(kSplitStep)) allocation.fifo_percent = 40;
  if (allocation.has(kSplitStep)) allocation.leveling = true;
  if (allocation.has(kTopBoundsStep)) allocation.top_minimum = 5;
  if (allocation.has(kTopBoundsStep)) allocation.top_maximum = 20;
  if (allocation.has(kLeadMarketMakerStep)) allocation.lead_market_makers[0] = {2, 25};
  if (allocation.has(kLeadMarketMakerStep)) allocation.flagged_percent = 20;
  if (allocation.has(kRoundLotStep)) allocation.board_lot = 10;
  return rules;
}

OrderMessage new_order(u64 id, Side side, i64 price, i64 quantity, u32 owner = 0, u16 flags = 0) {
  OrderMessage message = new_limit(id, side, price, quantity);
  message.flags = flags;
  message.owner = owner;
  return message;
}

OrderMessage about(MessageKind kind, u64 id, i64 price = 0, i64 quantity = 0) {
  OrderMessage message = message_about(kind, id);
  message.price = price;
  message.quantity = quantity;
  return message;
}

// An engine beside a plain account of who is TOP; each taker's trades are foretold from the queues before it.
class Oracle {
 public:
  explicit Oracle(Algorithm algorithm) : engine(shared_by(algorithm)), allocation_(engine.rules().allocation) {}

  void send(const OrderMessage& message) {
    const auto kind = static_cast<MessageKind>(message.kind);
    LiveOrder before;
    const bool was_live = engine.order(message.order_id, before);
    const bool is_new = kind == MessageKind::new_;
    const Side side = is_new ? static_cast<Side>(message.side) : before.side;
    const i64 open = message.quantity - (is_new ? 0 : before.cum_qty);
    const bool keeps = message.price == before.price && open <= before.leaves_qty;
    const bool enters = is_new ? !was_live : was_live && kind == MessageKind::replace && open > 0 && !keeps;
    const std::vector<Trade> expected = enters ? foretell(side, message.price, open) : std::vector<Trade>{};
    const i64 rival = best_without(side, message.order_id);
    output_.fills.clear();
    engine.apply(message, 0, output_);
    engine.self_check();
    std::vector<Trade> trades;
    for (const Fill& fill : output_.fills) trades.push_back({fill.maker_order_id, fill.price, fill.quantity});
    REQUIRE(trades == expected);
    fills += trades.size();
    LiveOrder after;
    for (u64& top : tops_) {
      if (!engine.order(top, after) || (enters && top == message.order_id)) top = kNobody;
    }
    if (!enters || !engine.order(message.order_id, after)) return;
    const bool betters = rival == kNoPrice || engine.side(side).better(after.price, rival);
    const bool large = after.displayed_qty >= engine.rules().allocation.top_minimum;
    if (betters) top_of(side) = large ? message.order_id : kNobody;
  }

  MatchingEngine engine;
  std::size_t fills = 0;

 private:
  static constexpr u64 kNobody = UINT64_MAX;

  u64& top_of(Side side) { return tops_[side == Side::buy ? 0 : 1]; }

  std::vector<LevelTotals> levels(Side side) const {
    std::vector<LevelTotals> found(100);
    found.resize(engine.depth(side, found.size(), found.data()));
    return found;
  }

  // The best price of a side as if this order were not there; kNoPrice if nothing is.
  i64 best_without(Side side, u64 id) {
    for (const LevelTotals& level : levels(side)) {
      engine.queue(side, level.price, queue_);
      if (queue_.size() > 1 || queue_.front().order_id != id) return level.price;
    }
    return kNoPrice;
  }

  std::vector<Trade> foretell(Side side, i64 limit, i64 left) {
    std::vector<Trade> trades;
    const Side makers = opposite(side);
    for (const LevelTotals& level : levels(makers)) {
      if (left == 0 || engine.side(makers).better(limit, level.price)) break;
      engine.queue(makers, level.price, queue_);
      std::vector<AllocationEntry> entries;
      for (const LiveOrder& order : queue_) {
        const bool top = order.order_id == top_of(makers);
        entries.push_back({order.displayed_qty, order.terms.owner, top, order.terms.has(kLeadMarketMaker)});
      }
      std::vector<i64> shares(entries.size());
      allocation_.allocate(left, entries, shares);
      for (std::size_t i = 0; i < shares.size(); ++i) {
        if (shares[i] != 0) trades.push_back({queue_[i].order_id, level.price, shares[i]});
        left -= shares[i];
      }
    }
    return trades;
  }

  Allocation allocation_;
  EngineOutput output_;
  std::vector<LiveOrder> queue_;
  u64 tops_[2] = {kNobody, kNobody};
};

}  // namespace

TEST_CASE("every taker trades what the routine says of the queues before it, under every algorithm") {
  for (const AlgorithmSteps& each : allocation_algorithms()) {
    CAPTURE(each.name);
    Oracle oracle(each.algorithm);
    testing::RandomSource random(7);
    for (int i = 0; i < 6000; ++i) {
      const u64 id = random.below(120);
      const i64 price = 100 + random.between(-4, 4);
      const i64 quantity = random.between(1, 40);
      const auto kind = static_cast<MessageKind>(random.below(6) == 0 ? 2 : random.below(5) == 0 ? 3 : 1);
      const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
      const u16 flags = random.below(4) == 0 ? kLeadMarketMaker : u16{0};
      const auto owner = static_cast<u32>(random.below(4));
      oracle.send(kind == MessageKind::new_ ? new_order(id, side, price, quantity, owner, flags)
                                            : about(kind, id, price, quantity));
    }
    CHECK(oracle.fills > 1000);
    CHECK(oracle.engine.order_count() > 0);
  }
}

TEST_CASE("a refilled iceberg shares again with what is left") {
  MatchingEngine engine(shared_by(Algorithm::pro_rata));
  EngineOutput output;
  OrderTerms terms;
  terms.display_qty = 10;
  OrderMessage iceberg = new_order(1, Side::buy, 100, 100);
  iceberg.terms = 1;
  engine.apply(iceberg, {&terms, 1}, 0, output);
  engine.apply(new_order(2, Side::buy, 100, 30), 0, output);
  engine.apply(new_order(9, Side::sell, 100, 45), 0, output);
  std::vector<Trade> trades;
  for (const Fill& fill : output.fills) trades.push_back({fill.maker_order_id, fill.price, fill.quantity});
  CHECK(trades == std::vector<Trade>{{1, 100, 10}, {2, 100, 30}, {1, 100, 5}});
  engine.self_check();
}

TEST_CASE("a market of several books shares nothing and says so") {
  CHECK_THROWS_AS(MultiLegMarket(2, {{{0, 1}, {1, -1}}}, ImpliedPriority::by_time, shared_by(Algorithm::pro_rata)),
                  Error);
}

TEST_CASE("own orders are dealt with before anybody shares") {
  VenueRules rules = shared_by(Algorithm::pro_rata);
  rules.self_trade = SelfTrade::cancel_newest;
  MatchingEngine engine(rules);
  EngineOutput output;
  engine.apply(new_order(1, Side::buy, 100, 30), 0, output);
  engine.apply(new_order(2, Side::buy, 100, 30, 5), 0, output);
  engine.apply(new_order(9, Side::sell, 100, 10, 5), 0, output);
  CHECK(output.fills.empty());
  REQUIRE(output.updates.size() == 1);
  CHECK(output.updates[0].reason == static_cast<u8>(RejectReason::self_trade));
  OrderMessage all_at_once = new_order(10, Side::sell, 100, 10, 5);
  all_at_once.time_in_force = static_cast<u8>(TimeInForce::fok);
  CHECK(reason_of(engine.apply(all_at_once, 0, output)) == RejectReason::fok_not_fillable);
  engine.self_check();
}
