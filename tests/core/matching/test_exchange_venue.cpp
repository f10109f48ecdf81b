// The exchange: what becomes of each command, and that both sides of a trade hear of it.
#include <string>
#include <utility>
#include <vector>

#include "doctest/doctest.h"
#include "exchange_scene.hpp"

using namespace pytrader;
using Types = std::vector<ExecType>;

namespace {

VenueRules with(SelfTrade policy) {
  VenueRules rules;
  rules.self_trade = policy;
  return rules;
}

constexpr Side kBuy = Side::buy;
constexpr Side kSell = Side::sell;

}  // namespace

TEST_CASE("exchange: a trade is reported to the taker and to the maker, each with an execution id of its own") {
  ExchangeScene scene;
  const ClientOrderId maker = scene.submit(scene.limit(0, kSell, 101, 5));
  CHECK(scene.types() == Types{ExecType::new_});
  CHECK(scene.reports[0].price == 101);
  CHECK(scene.reports[0].quantity == 5);
  const ClientOrderId taker = scene.submit(scene.limit(1, kBuy, 103, 3));
  REQUIRE(scene.types() == Types{ExecType::new_, ExecType::trade, ExecType::trade});
  const ExecutionReport took = scene.of(taker)[1];
  const ExecutionReport gave = scene.of(maker)[0];
  CHECK(took.liquidity == Liquidity::taker);
  CHECK(gave.liquidity == Liquidity::maker);
  for (const ExecutionReport& trade : {took, gave}) {
    CHECK(trade.last_px == 101);
    CHECK(trade.last_qty == 3);
    CHECK(trade.ts_event == scene.ts);
    CHECK(trade.instrument == 7);
  }
  CHECK(took.exec_id != gave.exec_id);
  CHECK(took.venue_order_id != gave.venue_order_id);
  CHECK(scene.venue.open_order_count() == 1);
}

TEST_CASE("exchange: what a market, ioc or fok order can not trade is canceled or refused") {
  ExchangeScene scene;
  scene.submit(scene.limit(0, kSell, 101, 5));
  scene.submit(scene.market(1, kBuy, 2));
  CHECK(scene.types() == Types{ExecType::new_, ExecType::trade, ExecType::trade});
  NewOrder fok = scene.limit(1, kBuy, 101, 4);
  fok.time_in_force = TimeInForce::fok;
  scene.submit(fok);
  REQUIRE(scene.types() == Types{ExecType::rejected});
  CHECK(scene.reports[0].reason == RejectReason::fok_not_fillable);
  NewOrder ioc = scene.limit(1, kBuy, 101, 4);
  ioc.time_in_force = TimeInForce::ioc;
  const ClientOrderId id = scene.submit(ioc);
  REQUIRE(scene.types() == Types{ExecType::new_, ExecType::trade, ExecType::trade, ExecType::canceled});
  CHECK(scene.of(id).back().reason == RejectReason::no_liquidity);
  scene.submit(scene.market(1, kBuy, 2));
  REQUIRE(scene.types() == Types{ExecType::new_, ExecType::canceled});
  CHECK(scene.venue.open_order_count() == 0);
}

TEST_CASE("exchange: a cancel takes the order out, one of an order that is gone is refused") {
  ExchangeScene scene;
  const ClientOrderId id = scene.submit(scene.limit(0, kBuy, 99, 5));
  scene.cancel(id);
  CHECK(scene.types() == Types{ExecType::canceled});
  scene.cancel(id);
  REQUIRE(scene.types() == Types{ExecType::cancel_rejected});
  CHECK(scene.reports[0].reason == RejectReason::unknown_order);
  scene.replace(id, 98, 5);
  REQUIRE(scene.types() == Types{ExecType::replace_rejected});
  CHECK(scene.reports[0].reason == RejectReason::unknown_order);
}

TEST_CASE("exchange: a replace states the new terms before what it trades") {
  ExchangeScene scene;
  const ClientOrderId maker = scene.submit(scene.limit(0, kSell, 101, 2));
  const ClientOrderId id = scene.submit(scene.limit(1, kBuy, 99, 5));
  scene.replace(id, 101, 6);
  REQUIRE(scene.types() == Types{ExecType::replaced, ExecType::trade, ExecType::trade});
  CHECK(scene.of(id)[0].price == 101);
  CHECK(scene.of(id)[0].quantity == 6);
  CHECK(scene.of(maker).size() == 1);
  CHECK(scene.queue(kBuy, 101) == std::vector<std::pair<ClientOrderId, i64>>{{id, 4}});
  scene.replace(id, 101, 2);  // two lots have traded
  REQUIRE(scene.types() == Types{ExecType::replaced});
  CHECK(scene.reports[0].quantity == 2);
  CHECK(scene.venue.open_order_count() == 0);
}

TEST_CASE("exchange: where requests say what shall be open, a total less what traded is sent") {
  VenueRules rules;
  rules.replace_quantity = ReplaceQuantity::open;
  ExchangeScene scene({rules, {}});
  const ClientOrderId id = scene.submit(scene.limit(0, kSell, 101, 5));
  scene.submit(scene.limit(1, kBuy, 101, 2));
  scene.replace(id, 101, 4);
  CHECK(scene.reports[0].quantity == 4);
  CHECK(scene.queue(kSell, 101) == std::vector<std::pair<ClientOrderId, i64>>{{id, 2}});
}

TEST_CASE("exchange: a stop is accepted, triggered, and trades or leaves") {
  ExchangeScene scene;
  NewOrder stop = scene.market(0, kBuy, 2);
  stop.order_type = OrderType::stop;
  stop.time_in_force = TimeInForce::gtc;
  stop.terms.stop_price = 101;
  const ClientOrderId id = scene.submit(stop);
  REQUIRE(scene.types() == Types{ExecType::new_});
  CHECK(scene.reports[0].stop_price == 101);
  CHECK(scene.published.empty());
  scene.submit(scene.limit(1, kSell, 101, 1));
  scene.submit(scene.limit(1, kSell, 102, 1));
  scene.submit(scene.limit(2, kBuy, 101, 1));
  const std::vector<ExecutionReport> said = scene.of(id);
  REQUIRE(said.size() == 3);
  CHECK(said[0].exec_type == ExecType::triggered);
  CHECK(said[0].price == kNoPrice);
  CHECK(said[1].exec_type == ExecType::trade);
  CHECK(said[1].last_px == 102);
  CHECK(said[2].exec_type == ExecType::canceled);
  CHECK(said[2].reason == RejectReason::no_liquidity);
}

TEST_CASE(
    "exchange: an order that waits for another price than the last trade is refused, so that the core may hold it") {
  for (const OrderType type : {OrderType::stop, OrderType::market_if_touched, OrderType::trailing_stop}) {
    for (const TriggerType trigger :
         {TriggerType::venue_default, TriggerType::last, TriggerType::bid_ask, TriggerType::mid, TriggerType::mark}) {
      CAPTURE(to_text(type));
      CAPTURE(to_text(trigger));
      ExchangeScene scene;
      NewOrder order = scene.market(0, kBuy, 2);
      order.order_type = type;
      order.time_in_force = TimeInForce::gtc;
      order.trigger_type = trigger;
      if (type == OrderType::trailing_stop) {
        order.terms.trailing_offset = 2;
      } else {
        order.terms.stop_price = 101;
      }
      scene.submit(order);
      const bool offered = trigger == TriggerType::venue_default || trigger == TriggerType::last;
      CHECK(scene.venue.supports(type, trigger, TimeInForce::gtc) == offered);
      CHECK(scene.types() == Types{offered ? ExecType::new_ : ExecType::rejected});
      CHECK(scene.venue.open_order_count() == (offered ? 1 : 0));
      if (!offered) CHECK(scene.reports[0].reason == RejectReason::instruction_not_supported);
    }
  }
}

TEST_CASE("exchange: a triggered stop-limit order rests at its limit, and everybody sees it") {
  ExchangeScene scene;
  NewOrder stop = scene.limit(0, kBuy, 103, 2);
  stop.order_type = OrderType::stop_limit;
  stop.terms.stop_price = 101;
  const ClientOrderId id = scene.submit(stop);
  scene.submit(scene.limit(1, kSell, 101, 1));
  scene.submit(scene.limit(2, kBuy, 101, 1));
  REQUIRE(scene.of(id).size() == 1);
  CHECK(scene.of(id)[0].exec_type == ExecType::triggered);
  CHECK(scene.of(id)[0].price == 103);
  CHECK(scene.of(id)[0].quantity == 2);
  CHECK(scene.queue(kBuy, 103) == std::vector<std::pair<ClientOrderId, i64>>{{id, 2}});
}

TEST_CASE("exchange: a waiting order's stop price can be replaced") {
  ExchangeScene scene;
  NewOrder stop = scene.limit(0, kBuy, 110, 2);
  stop.order_type = OrderType::stop_limit;
  stop.terms.stop_price = 105;
  const ClientOrderId id = scene.submit(stop);
  scene.replace(id, 110, 2, 107);
  REQUIRE(scene.types() == Types{ExecType::replaced});
  CHECK(scene.reports[0].stop_price == 107);
  LiveOrder live;
  REQUIRE(scene.venue.engine().order(id, live));
  CHECK(live.stop_price == 107);
}

TEST_CASE("exchange: a new stop price for an order that has been triggered is refused") {
  ExchangeScene scene;
  NewOrder stop = scene.limit(0, kBuy, 99, 2);
  stop.order_type = OrderType::stop_limit;
  stop.terms.stop_price = 101;
  const ClientOrderId id = scene.submit(stop);
  scene.submit(scene.limit(1, kSell, 101, 1));
  scene.submit(scene.limit(2, kBuy, 101, 1));
  scene.replace(id, 98, 2, 105);
  REQUIRE(scene.types() == Types{ExecType::replace_rejected});
  CHECK(scene.reports[0].reason == RejectReason::already_triggered);
  scene.replace(id, 98, 2);
  CHECK(scene.types() == Types{ExecType::replaced});
}

TEST_CASE("exchange: if-touched and trailing orders are triggered by trades") {
  ExchangeScene scene;
  NewOrder touched = scene.market(0, kBuy, 1);
  touched.order_type = OrderType::market_if_touched;
  touched.time_in_force = TimeInForce::gtc;
  touched.terms.stop_price = 95;
  const ClientOrderId first = scene.submit(touched);
  NewOrder trailing = scene.market(0, kSell, 1);
  trailing.order_type = OrderType::trailing_stop;
  trailing.time_in_force = TimeInForce::gtc;
  trailing.terms.trailing_offset = 3;
  const ClientOrderId second = scene.submit(trailing);
  for (const i64 price : {100, 96, 95}) {
    scene.submit(scene.limit(1, kSell, price, 1));
    scene.submit(scene.limit(2, kBuy, price, 1));
    const auto triggered = [&](ClientOrderId id) {
      return !scene.of(id).empty() && scene.of(id)[0].exec_type == ExecType::triggered;
    };
    CHECK(triggered(first) == (price == 95));
    CHECK(triggered(second) == (price == 96));
  }
}

TEST_CASE("exchange: market-to-limit and protected market orders state the limit that they rest with") {
  VenueRules rules;
  rules.market_protection_ticks = 4;
  ExchangeScene scene({rules, {}});
  for (const auto& [type, limit] :
       {std::pair{OrderType::market_to_limit, i64{101}}, std::pair{OrderType::market_with_protection, i64{105}}}) {
    scene.submit(scene.limit(0, kSell, 101, 1));
    NewOrder order = scene.market(1, kBuy, 3);
    order.order_type = type;
    order.time_in_force = TimeInForce::gtc;
    const ClientOrderId id = scene.submit(order);
    REQUIRE(scene.of(id).size() == 2);
    CHECK(scene.of(id)[0].price == limit);
    CHECK(scene.queue(kBuy, limit) == std::vector<std::pair<ClientOrderId, i64>>{{id, 2}});
    scene.cancel(id);
  }
}

TEST_CASE("exchange: an iceberg shows its tip alone, and each new tip at the back of its price") {
  ExchangeScene scene;
  NewOrder iceberg = scene.limit(0, kSell, 101, 9);
  iceberg.terms.display_qty = 3;
  const ClientOrderId ice = scene.submit(iceberg);
  const ClientOrderId other = scene.submit(scene.limit(1, kSell, 101, 4));
  CHECK(scene.queue(kSell, 101) == std::vector<std::pair<ClientOrderId, i64>>{{ice, 3}, {other, 4}});
  scene.submit(scene.limit(2, kBuy, 101, 3));
  CHECK(scene.actions() == std::vector<BookAction>{BookAction::execute, BookAction::add});
  CHECK(scene.queue(kSell, 101) == std::vector<std::pair<ClientOrderId, i64>>{{other, 4}, {ice, 3}});
  scene.submit(scene.limit(2, kBuy, 101, 9));
  CHECK(scene.queue(kSell, 101) == std::vector<std::pair<ClientOrderId, i64>>{{ice, 1}});
  CHECK(scene.of(ice).back().last_qty == 2);
}

TEST_CASE("exchange: hidden orders are not shown; a trade with one is a print") {
  ExchangeScene scene;
  NewOrder hidden = scene.limit(0, kSell, 101, 5);
  hidden.flags = kHidden;
  const ClientOrderId id = scene.submit(hidden);
  CHECK(scene.published.empty());
  scene.submit(scene.limit(1, kBuy, 101, 2));
  REQUIRE(scene.actions() == std::vector<BookAction>{BookAction::trade});
  CHECK(scene.rows[0].side == static_cast<i64>(kSell));
  CHECK(scene.rows[0].quantity == 2);
  CHECK(scene.of(id)[0].exec_type == ExecType::trade);
}

TEST_CASE("exchange: all-or-none and minimum-quantity orders trade as their conditions say") {
  ExchangeScene scene;
  NewOrder all = scene.limit(0, kSell, 101, 5);
  all.flags = kAllOrNone;
  const ClientOrderId id = scene.submit(all);
  scene.submit(scene.limit(1, kBuy, 101, 4));
  CHECK(scene.types() == Types{ExecType::new_});
  scene.submit(scene.limit(1, kBuy, 101, 1));
  CHECK(scene.of(id).size() == 2);
  NewOrder minimum = scene.limit(1, kBuy, 101, 4);
  minimum.terms.min_qty = 2;
  scene.submit(minimum);
  REQUIRE(scene.types() == Types{ExecType::new_, ExecType::canceled});
  CHECK(scene.reports[1].reason == RejectReason::minimum_quantity_not_met);
}

TEST_CASE("exchange: pegged orders follow the best price without a word, and trade") {
  ExchangeScene scene;
  scene.submit(scene.limit(0, kBuy, 99, 1));
  NewOrder peg = scene.limit(1, kBuy, kNoPrice, 2);
  peg.order_type = OrderType::pegged;
  peg.terms.peg_type = static_cast<i64>(PegType::primary);
  const ClientOrderId id = scene.submit(peg);
  CHECK(scene.types() == Types{ExecType::new_});
  scene.submit(scene.limit(0, kBuy, 100, 1));
  CHECK(scene.of(id).empty());
  scene.submit(scene.limit(2, kSell, 100, 3));
  REQUIRE(scene.of(id).size() == 1);
  CHECK(scene.of(id)[0].last_px == 100);
  CHECK(scene.of(id)[0].last_qty == 2);
}

TEST_CASE("exchange: a post-only order that would take is refused, or accepted at the price where it does not") {
  ExchangeScene refuses;
  refuses.submit(refuses.limit(0, kSell, 101, 1));
  NewOrder post_only = refuses.limit(1, kBuy, 101, 2);
  post_only.flags = kPostOnly;
  refuses.submit(post_only);
  REQUIRE(refuses.types() == Types{ExecType::rejected});
  CHECK(refuses.reports[0].reason == RejectReason::post_only_would_take);

  VenueRules rules;
  rules.post_only = PostOnlyPolicy::slide;
  ExchangeScene slides({rules, {}});
  slides.submit(slides.limit(0, kSell, 101, 1));
  const ClientOrderId id = slides.submit(post_only);
  REQUIRE(slides.types() == Types{ExecType::new_});
  CHECK(slides.reports[0].price == 100);
  CHECK(slides.queue(kBuy, 100) == std::vector<std::pair<ClientOrderId, i64>>{{id, 2}});
}

TEST_CASE("exchange: a reduce-only order is cut to the position that its strategy has here") {
  ExchangeScene scene;
  NewOrder reduces = scene.limit(0, kSell, 101, 5);
  reduces.flags = kReduceOnly;
  scene.submit(reduces);
  REQUIRE(scene.types() == Types{ExecType::rejected});
  CHECK(scene.reports[0].reason == RejectReason::reduce_only_would_increase);
  scene.submit(scene.limit(1, kSell, 100, 3));
  scene.submit(scene.limit(0, kBuy, 100, 3));
  const ClientOrderId id = scene.submit(reduces);
  REQUIRE(scene.types() == Types{ExecType::new_, ExecType::restated});
  CHECK(scene.reports[1].quantity == 3);
  CHECK(scene.reports[1].reason == RejectReason::reduce_only_would_increase);
  CHECK(scene.queue(kSell, 101) == std::vector<std::pair<ClientOrderId, i64>>{{id, 3}});
  scene.replace(id, 102, 2);
  CHECK(scene.reports[0].quantity == 2);
  CHECK(scene.queue(kSell, 102) == std::vector<std::pair<ClientOrderId, i64>>{{id, 2}});
}

TEST_CASE("exchange: a strategy's orders meet under the self-trade policy, those of two strategies trade") {
  for (const SelfTrade policy : {SelfTrade::none, SelfTrade::cancel_newest, SelfTrade::cancel_oldest,
                                 SelfTrade::cancel_both, SelfTrade::decrement}) {
    ExchangeScene scene({with(policy), {}});
    const ClientOrderId own = scene.submit(scene.limit(0, kSell, 101, 5));
    const ClientOrderId meets = scene.submit(scene.limit(0, kBuy, 101, 3));
    Types maker;
    Types taker;
    for (const ExecutionReport& report : scene.of(own)) maker.push_back(report.exec_type);
    for (const ExecutionReport& report : scene.of(meets)) taker.push_back(report.exec_type);
    switch (policy) {
      case SelfTrade::cancel_newest:
        CHECK(maker == Types{});
        CHECK(taker == Types{ExecType::new_, ExecType::canceled});
        break;
      case SelfTrade::cancel_oldest:
        CHECK(maker == Types{ExecType::canceled});
        CHECK(taker == Types{ExecType::new_});
        break;
      case SelfTrade::cancel_both:
        CHECK(maker == Types{ExecType::canceled});
        CHECK(taker == Types{ExecType::new_, ExecType::canceled});
        break;
      case SelfTrade::decrement:
        CHECK(maker == Types{ExecType::restated});
        CHECK(scene.of(own)[0].quantity == 2);
        CHECK(scene.of(own)[0].reason == RejectReason::self_trade);
        CHECK(taker == Types{ExecType::new_, ExecType::canceled});
        break;
      default:
        CHECK(maker == Types{ExecType::trade});
        CHECK(taker == Types{ExecType::new_, ExecType::trade});
    }
    ExchangeScene others({with(policy), {}});
    others.submit(others.limit(0, kSell, 101, 5));
    others.submit(others.limit(1, kBuy, 101, 3));
    CHECK(others.types() == Types{ExecType::new_, ExecType::trade, ExecType::trade});
  }
}

TEST_CASE("exchange: what prevention took off is no part of the total that a replace states") {
  ExchangeScene scene({with(SelfTrade::decrement), {}});
  const ClientOrderId id = scene.submit(scene.limit(0, kSell, 101, 10));
  scene.submit(scene.limit(1, kBuy, 101, 2));
  scene.submit(scene.limit(0, kBuy, 101, 3));
  CHECK(scene.of(id)[0].quantity == 7);  // two traded, five open
  scene.replace(id, 101, 6);
  REQUIRE(scene.types() == Types{ExecType::replaced});
  CHECK(scene.reports[0].quantity == 6);
  CHECK(scene.queue(kSell, 101) == std::vector<std::pair<ClientOrderId, i64>>{{id, 4}});
}

TEST_CASE("exchange: a gtd order expires at its time, which the venue says beforehand") {
  ExchangeScene scene;
  NewOrder order = scene.limit(0, kBuy, 99, 1);
  order.time_in_force = TimeInForce::gtd;
  order.terms.expire_time = 50;
  CHECK(scene.venue.next_due() == kNeverDue);
  const ClientOrderId id = scene.submit(order);
  CHECK(scene.venue.next_due() == 50);
  scene.advance(50);
  REQUIRE(scene.types() == Types{ExecType::expired});
  CHECK(scene.reports[0].client_order_id == id);
  CHECK(scene.reports[0].ts_event == 50);
  CHECK(scene.actions() == std::vector<BookAction>{BookAction::erase});
  CHECK(scene.venue.next_due() == kNeverDue);
}

TEST_CASE("exchange: without sessions an order that needs one is refused") {
  ExchangeScene scene;
  for (const TimeInForce force :
       {TimeInForce::day, TimeInForce::at_the_open, TimeInForce::at_the_close, TimeInForce::good_for_auction}) {
    NewOrder order = scene.limit(0, kBuy, 99, 1);
    order.time_in_force = force;
    scene.submit(order);
    REQUIRE(scene.types() == Types{ExecType::rejected});
    CHECK(scene.reports[0].reason == RejectReason::time_in_force_not_supported);
  }
}
