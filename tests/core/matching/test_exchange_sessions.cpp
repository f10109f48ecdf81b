// The exchange's day: phases by its sessions, auctions, halts, and orders that wait for one of them.
#include <utility>
#include <vector>

#include "doctest/doctest.h"
#include "exchange_scene.hpp"

using namespace pytrader;
using Types = std::vector<ExecType>;

namespace {

constexpr Side kBuy = Side::buy;
constexpr Side kSell = Side::sell;

ExchangeSettings day() {
  ExchangeSettings settings;
  settings.sessions = {
      {100, TradingPhase::opening_auction}, {200, TradingPhase::continuous},      {300, TradingPhase::halt},
      {400, TradingPhase::continuous},      {500, TradingPhase::closing_auction}, {600, TradingPhase::closed}};
  return settings;
}

NewOrder timed(StrategyIndex strategy, Side side, i64 price, i64 quantity, TimeInForce force) {
  NewOrder order = ExchangeScene::limit(strategy, side, price, quantity);
  order.time_in_force = force;
  return order;
}

}  // namespace

TEST_CASE("sessions: before the first one the exchange is closed, and says when it opens") {
  ExchangeScene scene(day());
  CHECK(scene.venue.engine().phase() == TradingPhase::closed);
  REQUIRE(scene.published.size() == 1);
  CHECK(std::get<StatusRecord>(scene.published[0].record).phase == static_cast<i64>(TradingPhase::closed));
  CHECK(scene.venue.next_due() == 100);
  scene.submit(scene.limit(0, kBuy, 99, 1));
  REQUIRE(scene.types() == Types{ExecType::rejected});
  CHECK(scene.reports[0].reason == RejectReason::trading_phase);
  for (const PhaseChange& change : day().sessions) {
    CHECK(scene.venue.next_due() == change.ts);
    scene.advance(change.ts);
    CHECK(scene.phases == std::vector<TradingPhase>{change.phase});
  }
  CHECK(scene.venue.engine().phase() == TradingPhase::closed);
  CHECK(scene.venue.next_due() == kNeverDue);
}

TEST_CASE("sessions: an opening call collects, and its uncross trades both sides at one price") {
  ExchangeScene scene(day());
  scene.advance(100);
  const ClientOrderId buyer = scene.submit(scene.limit(0, kBuy, 103, 5));
  const ClientOrderId seller = scene.submit(scene.limit(1, kSell, 100, 3));
  CHECK(scene.types() == Types{ExecType::new_});
  scene.advance(200);
  REQUIRE(scene.types() == Types{ExecType::trade, ExecType::trade});
  for (const ExecutionReport& trade : scene.reports) {
    CHECK(trade.liquidity == Liquidity::none);
    CHECK(trade.last_qty == 3);
    CHECK(trade.last_px == scene.reports[0].last_px);
    CHECK(trade.ts_event == 200);
  }
  CHECK(scene.reports[0].client_order_id == buyer);
  CHECK(scene.reports[1].client_order_id == seller);
  // One print away from both orders' prices, then what is left of them.
  CHECK(scene.actions() == std::vector<BookAction>{BookAction::trade, BookAction::reduce, BookAction::erase});
  CHECK(scene.rows[0].side == 0);
  CHECK(scene.queue(kBuy, 103) == std::vector<std::pair<ClientOrderId, i64>>{{buyer, 2}});
}

TEST_CASE("sessions: a market order of a call phase trades in the auction or is canceled by it") {
  ExchangeScene scene(day());
  scene.advance(100);
  const ClientOrderId id = scene.submit([] {
    NewOrder order = ExchangeScene::market(0, kBuy, 5);
    order.time_in_force = TimeInForce::gtc;
    return order;
  }());
  CHECK(scene.types() == Types{ExecType::new_});
  CHECK(scene.published.empty());
  scene.submit(scene.limit(1, kSell, 100, 3));
  scene.advance(200);
  const std::vector<ExecutionReport> said = scene.of(id);
  REQUIRE(said.size() == 2);
  CHECK(said[0].last_qty == 3);
  CHECK(said[1].exec_type == ExecType::canceled);
  CHECK(said[1].reason == RejectReason::no_liquidity);
}

TEST_CASE("sessions: orders for an auction enter with it and expire with it") {
  ExchangeScene scene(day());
  scene.advance(100);
  scene.advance(200);
  const ClientOrderId close = scene.submit(timed(0, kBuy, 101, 2, TimeInForce::at_the_close));
  CHECK(scene.types() == Types{ExecType::new_});
  CHECK(scene.published.empty());
  const ClientOrderId day_order = scene.submit(timed(0, kBuy, 90, 1, TimeInForce::day));
  const ClientOrderId stays = scene.submit(scene.limit(0, kBuy, 89, 1));
  scene.advance(500);
  CHECK(scene.reports.empty());
  CHECK(scene.queue(kBuy, 101) == std::vector<std::pair<ClientOrderId, i64>>{{close, 2}});
  const ClientOrderId seller = scene.submit(timed(1, kSell, 101, 1, TimeInForce::good_for_auction));
  scene.advance(600);
  CHECK(scene.of(seller).size() == 1);
  REQUIRE(scene.of(close).size() == 2);
  CHECK(scene.of(close)[0].exec_type == ExecType::trade);
  CHECK(scene.of(close)[1].exec_type == ExecType::expired);
  CHECK(scene.of(close)[1].reason == RejectReason::auction_ended);
  REQUIRE(scene.of(day_order).size() == 1);
  CHECK(scene.of(day_order)[0].exec_type == ExecType::expired);
  CHECK(scene.of(stays).empty());
  CHECK(scene.venue.open_order_count() == 1);
}

TEST_CASE("sessions: a halt takes cancels alone, and what rests goes on behind it") {
  ExchangeScene scene(day());
  scene.advance(200);
  const ClientOrderId seller = scene.submit(scene.limit(0, kSell, 101, 2));
  const ClientOrderId leaves = scene.submit(scene.limit(0, kSell, 102, 2));
  scene.advance(300);
  scene.submit(scene.limit(1, kBuy, 101, 1));
  REQUIRE(scene.types() == Types{ExecType::rejected});
  CHECK(scene.reports[0].reason == RejectReason::trading_phase);
  scene.replace(seller, 100, 2);
  REQUIRE(scene.types() == Types{ExecType::replace_rejected});
  CHECK(scene.reports[0].reason == RejectReason::trading_phase);
  scene.cancel(leaves);
  CHECK(scene.types() == Types{ExecType::canceled});
  scene.advance(400);
  scene.submit(scene.limit(1, kBuy, 101, 1));
  CHECK(scene.types() == Types{ExecType::new_, ExecType::trade, ExecType::trade});
}

TEST_CASE("sessions: trades after the close are at the closing price, and printed there") {
  ExchangeSettings settings;
  settings.sessions = {{100, TradingPhase::continuous}, {200, TradingPhase::post_close}};
  ExchangeScene scene(settings);
  scene.advance(100);
  scene.submit(scene.limit(0, kSell, 101, 1));
  scene.submit(scene.limit(1, kBuy, 101, 1));
  const ClientOrderId rests = scene.submit(scene.limit(0, kSell, 99, 2));
  scene.advance(200);
  scene.submit(scene.limit(1, kBuy, 102, 1));
  REQUIRE(scene.types() == Types{ExecType::rejected});
  CHECK(scene.reports[0].reason == RejectReason::price_out_of_range);
  scene.submit(scene.limit(1, kBuy, 101, 1));
  CHECK(scene.of(rests)[0].last_px == 101);
  REQUIRE(scene.actions() == std::vector<BookAction>{BookAction::trade, BookAction::reduce});
  CHECK(scene.rows[0].price == 101);
  CHECK(scene.queue(kSell, 99) == std::vector<std::pair<ClientOrderId, i64>>{{rests, 1}});
}

TEST_CASE("sessions: an order that expires before the next phase is due first") {
  ExchangeScene scene(day());
  scene.advance(200);
  NewOrder order = timed(0, kBuy, 99, 1, TimeInForce::gtd);
  order.terms.expire_time = 250;
  const ClientOrderId id = scene.submit(order);
  CHECK(scene.venue.next_due() == 250);
  scene.advance(250);
  CHECK(scene.of(id).size() == 1);
  CHECK(scene.venue.next_due() == 300);
}

TEST_CASE("sessions: a volatility auction ends by the clock, as the venue says beforehand") {
  ExchangeSettings settings;
  settings.rules.session.volatility_auction_ns = 1'000;
  settings.rules.bands.dynamic_range = PriceBand::symmetric({5, 0, false});
  settings.rules.bands.breach = BandBreach::interrupt;
  ExchangeScene scene(settings);
  scene.submit(scene.limit(0, kSell, 100, 1));
  scene.submit(scene.limit(1, kBuy, 100, 1));
  scene.submit(scene.limit(0, kSell, 110, 1));
  const ClientOrderId id = scene.submit(scene.limit(1, kBuy, 110, 1));
  CHECK(scene.venue.engine().phase() == TradingPhase::volatility_auction);
  CHECK(scene.phases == std::vector<TradingPhase>{TradingPhase::volatility_auction});
  CHECK(scene.venue.next_due() == scene.ts + 1'000);
  scene.advance(scene.ts + 1'000);
  CHECK(scene.venue.engine().phase() == TradingPhase::continuous);
  CHECK(scene.of(id)[0].last_px == 110);
}

TEST_CASE("sessions: a phase out of order of time, or that may not follow, is refused before anything runs") {
  const auto refused = [](std::vector<PhaseChange> sessions) {
    ExchangeSettings settings;
    settings.sessions = std::move(sessions);
    CHECK_THROWS_AS(ExchangeScene{settings}, Error);
  };
  refused({{100, TradingPhase::opening_auction}, {100, TradingPhase::continuous}});
  refused({{100, TradingPhase::closing_auction}});
  refused({{100, TradingPhase::continuous}, {200, TradingPhase::pre_open}});
  refused({{100, TradingPhase::continuous}, {200, TradingPhase::continuous}});
}

TEST_CASE("settings: each number of an exchange's settings is told by its numbers") {
  ExchangeSettings settings = day();
  const std::vector<i64> before = numbers_of(settings);
  const auto differs = [&](auto change) {
    ExchangeSettings other = settings;
    change(other);
    CHECK(numbers_of(other) != before);
  };
  CHECK(numbers_of(settings) == before);
  differs([](ExchangeSettings& s) { s.rules.self_trade = SelfTrade::decrement; });
  differs([](ExchangeSettings& s) { s.rules.seed = 1; });
  differs([](ExchangeSettings& s) { s.rules.allocation.algorithm = AllocationAlgorithm::pro_rata; });
  differs([](ExchangeSettings& s) { s.rules.allocation.lead_market_makers[2].percent = 3; });
  differs([](ExchangeSettings& s) { s.rules.session.market_pressure = false; });
  differs([](ExchangeSettings& s) { s.rules.bands.static_range.up.ticks = 5; });
  differs([](ExchangeSettings& s) { s.rules.bands.dynamic_range.down.basis_points = 5; });
  differs([](ExchangeSettings& s) { s.reference_price = 100; });
  differs([](ExchangeSettings& s) { s.sessions.pop_back(); });
  differs([](ExchangeSettings& s) { s.sessions[0].phase = TradingPhase::pre_open; });
}
