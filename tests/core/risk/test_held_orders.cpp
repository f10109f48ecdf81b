// What the gate asks of an order that waits in the core: when it is replaced, and when it is released.
#include "risk_desk.hpp"

using namespace pytrader;

TEST_CASE("an order that waits in the core is judged again by the market of now, and counts once") {
  RiskLimits limits;
  limits.max_open_orders = 1;
  limits.max_position = 10;
  Desk desk(limits);
  NewOrder wanted{0, kNoPrice, 10, 0, 0, 0, Side::buy, OrderType::stop, TimeInForce::gtc, 0};
  wanted.terms.stop_price = 1100;
  Order held = desk.work(wanted);
  CHECK(held.value_price == 1100);
  NewOrder sent = wanted;
  sent.order_type = OrderType::market;
  sent.time_in_force = TimeInForce::ioc;
  sent.terms = OrderTerms{};
  const auto judged = [&] { return desk.gate.check_release(sent, held, desk.instrument, desk.view); };
  // At its limits already, by itself.
  CHECK(judged() == RejectReason::none);
  CHECK(RiskGate::value_at_release(sent, held, desk.view) == 1001);
  // Nobody offers: it keeps the value that it had.
  desk.view.best_ask = kNoPrice;
  CHECK(judged() == RejectReason::none);
  CHECK(RiskGate::value_at_release(sent, held, desk.view) == 1100);
  desk.view.best_ask = 99'000;
  desk.view.capital = money("200");
  CHECK(judged() == RejectReason::insufficient_funds);
  desk.view.best_ask = 600'000;
  CHECK(judged() == RejectReason::notional_above_maximum);
  sent.time_in_force = TimeInForce::gtd;
  CHECK(judged() == RejectReason::time_in_force_not_supported);
}

TEST_CASE("a replace of an order that waits in the core needs the new order's capital alone") {
  Desk desk;
  desk.view.capital = money("150");
  NewOrder wanted{0, kNoPrice, 10, 0, 0, 0, Side::buy, OrderType::stop, TimeInForce::gtc, 0};
  wanted.terms.stop_price = 1100;
  Order held = desk.work(wanted);
  held.ord_status = OrderStatus::emulated;
  // 5 at 25.00 are 125.00; at a venue 10 could still trade at 25.00 while the request is under way.
  CHECK(desk.gate.check_replace({0, kNoPrice, 5, 0, 2500}, &held, &desk.instrument, desk.view) == RejectReason::none);
  held.ord_status = OrderStatus::new_;
  CHECK(desk.gate.check_replace({0, kNoPrice, 5, 0, 2500}, &held, &desk.instrument, desk.view) ==
        RejectReason::insufficient_funds);
}

TEST_CASE("a replace of an order that waits for a synthetic price is judged at the market of now") {
  Desk desk;
  NewOrder wanted{0, kNoPrice, 10, 0, 0, 0, Side::buy, OrderType::stop, TimeInForce::gtc, 0};
  wanted.terms.stop_price = -5;
  wanted.trigger_symbol = 1;
  Order held = desk.work(wanted);
  held.ord_status = OrderStatus::emulated;
  const ReplaceRequest grown{0, kNoPrice, 20, 0, -5};
  const auto judged = [&] { return desk.gate.check_replace(grown, &held, &desk.instrument, desk.view); };
  CHECK(judged() == RejectReason::none);
  CHECK(RiskGate::value_at_replace(grown, held, desk.view) == 1001);
  desk.view.best_ask = 600'000;
  CHECK(judged() == RejectReason::notional_above_maximum);
  desk.view.best_ask = 99'000;
  desk.view.capital = money("10000");
  CHECK(judged() == RejectReason::insufficient_funds);
  // Nobody offers: it keeps the value that it had.
  desk.view.best_ask = kNoPrice;
  CHECK(judged() == RejectReason::none);
  CHECK(RiskGate::value_at_replace(grown, held, desk.view) == 1001);
  const ReplaceRequest moved{0, kNoPrice, 20, 0, 900'000'000};
  CHECK(RiskGate::value_at_replace(moved, held, desk.view) == 1001);
}

TEST_CASE("what trails a synthetic price does so by ticks: a share of a price that may be zero is no distance") {
  Desk desk;
  NewOrder order{0, kNoPrice, 10, 0, 0, 0, Side::sell, OrderType::trailing_stop, TimeInForce::gtc, 0};
  order.terms.trailing_offset = 25;
  order.trigger_symbol = 1;
  CHECK(desk.check(order) == RejectReason::none);
  order.terms.trailing_unit = static_cast<i64>(TrailingUnit::basis_points);
  CHECK(desk.check(order) == RejectReason::trailing_not_valid);
  order.trigger_symbol = 0;
  CHECK(desk.check(order) == RejectReason::none);
}

TEST_CASE("what waits for its list and never had a market is replaced as it was accepted: by its form") {
  Desk desk;
  desk.view.best_ask = kNoPrice;
  for (const u32 synthetic : {0u, 1u}) {
    CAPTURE(synthetic);
    Order waiting;
    waiting.order_qty = 10;
    waiting.side = Side::buy;
    waiting.order_type = synthetic != 0 ? OrderType::stop : OrderType::market;
    RareFacts facts;
    facts.trigger_symbol = synthetic;
    waiting.own_rare_facts = &facts;
    waiting.set_stop_price(synthetic != 0 ? -5 : kNoPrice);
    waiting.ord_status = OrderStatus::emulated;
    waiting.flags = kWaiting;
    waiting.value_price = kNoPrice;
    const auto judged = [&](i64 quantity) {
      return desk.gate.check_replace({0, kNoPrice, quantity, 0, waiting.stop_price()}, &waiting, &desk.instrument,
                                     desk.view);
    };
    CHECK(judged(20) == RejectReason::none);
    CHECK(judged(1) == RejectReason::quantity_below_minimum);
    desk.view.best_ask = 99'000;
    CHECK(judged(20) == RejectReason::none);
    CHECK(judged(60) == RejectReason::notional_above_maximum);
    desk.view.best_ask = kNoPrice;
    // What holds back for itself must have a value.
    waiting.flags = 0;
    CHECK(judged(20) == RejectReason::no_market_price);
  }
}
