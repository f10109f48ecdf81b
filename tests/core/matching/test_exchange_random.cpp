// Random commands of every kind at an exchange: reports, the public book and the engine tell one story.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "exchange_scene.hpp"

using namespace pytrader;

namespace {

constexpr StrategyIndex kStrategies = 4;

// What a strategy makes of the reports alone.
struct Told {
  StrategyIndex strategy = 0;
  Side side = Side::buy;
  i64 quantity = 0;
  i64 cum_qty = 0;
  bool open = true;
};

class Session {
 public:
  Session(u64 seed, const ExchangeSettings& settings) : random_(seed), scene_(settings) {}

  void step() {
    scene_.begin();
    const u64 what = random_.below(20);
    const ClientOrderId known = scene_.last_id == 0 ? 0 : 1 + random_.below(scene_.last_id);
    if (what < 12 || known == 0) {
      NewOrder order = any_order();
      told_[scene_.last_id + 1] = {order.strategy, order.side, order.quantity, 0, true};
      scene_.submit(order);
    } else if (what < 15) {
      scene_.cancel(known);
    } else if (what < 18) {
      scene_.replace(known, 95 + static_cast<i64>(random_.below(11)), 1 + static_cast<i64>(random_.below(12)));
    } else if (scene_.venue.next_due() != kNeverDue) {
      scene_.advance(std::max(scene_.ts, scene_.venue.next_due()));
    }
    read_reports();
    compare();
  }

  i64 trades() const { return trades_; }
  const ExchangeScene& scene() const { return scene_; }
  std::vector<ExecutionReport> all;
  std::vector<L3Record> rows;

 private:
  NewOrder any_order() {
    const auto strategy = static_cast<StrategyIndex>(random_.below(kStrategies));
    const Side side = random_.below(2) == 0 ? Side::buy : Side::sell;
    NewOrder order =
        scene_.limit(strategy, side, 95 + static_cast<i64>(random_.below(11)), 1 + static_cast<i64>(random_.below(12)));
    order.order_type = kOrderTypes[random_.below(std::size(kOrderTypes))];
    if (random_.below(2) == 0) order.order_type = OrderType::limit;
    const bool limited = order.order_type == OrderType::limit || order.order_type == OrderType::stop_limit ||
                         order.order_type == OrderType::limit_if_touched || order.order_type == OrderType::pegged;
    if (!limited) order.price = kNoPrice;
    order.time_in_force = kTimesInForce[random_.below(std::size(kTimesInForce))];
    if (random_.below(2) == 0) order.time_in_force = TimeInForce::gtc;
    if (order.time_in_force == TimeInForce::gtd)
      order.terms.expire_time = scene_.ts + 1 + static_cast<i64>(random_.below(40));
    switch (order.order_type) {
      case OrderType::stop:
      case OrderType::stop_limit:
      case OrderType::market_if_touched:
      case OrderType::limit_if_touched:
        order.terms.stop_price = 95 + static_cast<i64>(random_.below(11));
        break;
      case OrderType::trailing_stop:
      case OrderType::trailing_stop_limit:
        order.terms.trailing_offset = 1 + static_cast<i64>(random_.below(3));
        break;
      case OrderType::pegged:
        order.terms.peg_type = 1 + static_cast<i64>(random_.below(2));
        break;
      default:
        break;
    }
    const u64 condition = random_.below(12);
    if (condition == 0) order.terms.display_qty = 1 + static_cast<i64>(random_.below(3));
    if (condition == 1) order.terms.min_qty = 1;
    if (condition == 2) order.flags = kPostOnly;
    if (condition == 3) order.flags = kReduceOnly;
    if (condition == 4) order.flags = kHidden;
    if (condition == 5) order.flags = kAllOrNone;
    return order;
  }

  void read_reports() {
    i64 buys = 0;
    i64 sells = 0;
    for (const ExecutionReport& report : scene_.reports) {
      Told& order = told_.at(report.client_order_id);
      all.push_back(report);
      switch (report.exec_type) {
        case ExecType::trade:
          REQUIRE(order.open);
          REQUIRE(exec_ids_.insert(report.exec_id).second);
          order.cum_qty += report.last_qty;
          (order.side == Side::buy ? buys : sells) += report.last_qty;
          positions_[order.strategy] += sign(order.side) * report.last_qty;
          value_[order.strategy] += sign(order.side) * report.last_qty * report.last_px;
          if (order.cum_qty == order.quantity) order.open = false;
          ++trades_;
          break;
        case ExecType::replaced:
        case ExecType::restated:
          REQUIRE(order.open);
          order.quantity = report.quantity;
          if (order.cum_qty == order.quantity) order.open = false;
          break;
        case ExecType::rejected:
        case ExecType::canceled:
        case ExecType::expired:
          REQUIRE(order.open);
          order.open = false;
          break;
        default:
          break;
      }
      REQUIRE(order.cum_qty <= order.quantity);
    }
    REQUIRE(buys == sells);
    rows.insert(rows.end(), scene_.rows.begin(), scene_.rows.end());
    if (!scene_.rows.empty()) REQUIRE(scene_.rows.back().flags == kFlagLast);
  }

  void compare() {
    std::vector<LiveOrder> live;
    scene_.venue.engine().live_orders(live);
    std::size_t open = 0;
    for (const auto& [id, order] : told_) open += order.open ? 1 : 0;
    REQUIRE(open == live.size());
    REQUIRE(scene_.venue.open_order_count() == open);
    for (const LiveOrder& order : live) {
      const Told& told = told_.at(order.order_id);
      REQUIRE(told.open);
      REQUIRE(told.quantity - told.cum_qty == order.leaves_qty);
    }
    i64 net = 0;
    i64 value = 0;
    for (StrategyIndex strategy = 0; strategy < kStrategies; ++strategy) {
      REQUIRE(scene_.venue.engine().position(strategy + 1) == positions_[strategy]);
      net += positions_[strategy];
      value += value_[strategy];
    }
    REQUIRE(net == 0);
    REQUIRE(value == 0);
    for (const Side side : kSides) {
      for (i64 price = 80; price <= 120; ++price) {
        std::vector<LiveOrder> queue;
        scene_.venue.engine().queue(side, price, queue);
        std::vector<std::pair<ClientOrderId, i64>> displayed;
        for (const LiveOrder& order : queue) {
          if (order.displayed_qty != 0) displayed.emplace_back(order.order_id, order.displayed_qty);
        }
        REQUIRE(scene_.queue(side, price) == displayed);
      }
    }
  }

  testing::RandomSource random_;
  ExchangeScene scene_;
  std::map<ClientOrderId, Told> told_;
  std::set<ExecId> exec_ids_;
  i64 positions_[kStrategies] = {};
  i64 value_[kStrategies] = {};
  i64 trades_ = 0;
};

ExchangeSettings settings_of(u64 seed) {
  ExchangeSettings settings;
  VenueRules& rules = settings.rules;
  rules.self_trade = kSelfTrades[1 + seed % (std::size(kSelfTrades) - 1)];
  rules.iceberg_sweep = seed % 2 == 0 ? IcebergSweep::by_refill : IcebergSweep::displayed_first;
  rules.amend = static_cast<AmendPolicy>(seed % 3);
  rules.post_only = seed % 4 == 0 ? PostOnlyPolicy::slide : PostOnlyPolicy::reject;
  rules.replace_quantity = seed % 5 == 0 ? ReplaceQuantity::open : ReplaceQuantity::total;
  rules.market_protection_ticks = 2;
  if (seed % 3 == 1) rules.allocation.algorithm = AllocationAlgorithm::pro_rata;
  if (seed % 2 == 1) {
    constexpr TradingPhase kDay[] = {TradingPhase::pre_open,   TradingPhase::opening_auction,
                                     TradingPhase::continuous, TradingPhase::intraday_auction,
                                     TradingPhase::continuous, TradingPhase::halt,
                                     TradingPhase::continuous, TradingPhase::closing_auction,
                                     TradingPhase::post_close, TradingPhase::closed};
    for (i64 at = 1; at < 4'000; at += 60) {
      settings.sessions.push_back({at, kDay[settings.sessions.size() % std::size(kDay)]});
    }
  }
  return settings;
}

}  // namespace

TEST_CASE("exchange: random orders of every kind leave reports, public book and engine in agreement") {
  i64 trades = 0;
  std::set<ExecType> seen;
  std::set<Liquidity> liquidity;
  for (u64 seed = 1; seed <= 24; ++seed) {
    CAPTURE(seed);
    Session session(seed, settings_of(seed));
    for (int step = 0; step < 1'000; ++step) session.step();
    session.scene().venue.engine().self_check();
    trades += session.trades();
    for (const ExecutionReport& report : session.all) {
      seen.insert(report.exec_type);
      if (report.exec_type == ExecType::trade) liquidity.insert(report.liquidity);
    }
  }
  CHECK(liquidity.size() == 3);
  for (const ExecType type : {ExecType::new_, ExecType::triggered, ExecType::trade, ExecType::restated,
                              ExecType::replaced, ExecType::canceled, ExecType::expired, ExecType::rejected,
                              ExecType::cancel_rejected, ExecType::replace_rejected}) {
    CHECK(seen.count(type) == 1);
  }
  CHECK(trades > 5'000);
}

TEST_CASE("exchange: the same commands are answered with the same words") {
  Session first(11, settings_of(11));
  Session second(11, settings_of(11));
  for (int step = 0; step < 400; ++step) {
    first.step();
    second.step();
  }
  REQUIRE(first.all.size() == second.all.size());
  for (std::size_t i = 0; i < first.all.size(); ++i) {
    CHECK(first.all[i].exec_id == second.all[i].exec_id);
    CHECK(first.all[i].exec_type == second.all[i].exec_type);
    CHECK(first.all[i].client_order_id == second.all[i].client_order_id);
  }
  CHECK(first.rows.size() == second.rows.size());
}
