// The risk gate: every reason it knows, each at its edge, and the worst case of position and working orders.
#include <string>

#include "doctest/doctest.h"
#include "risk_desk.hpp"

using namespace pytrader;

TEST_CASE("orders of good form pass") {
  const Desk desk;
  CHECK(desk.check(limit_order(Side::buy, 1000, 10)) == RejectReason::none);
  CHECK(desk.check(limit_order(Side::sell, 1000, 10, kPostOnly)) == RejectReason::none);
  CHECK(desk.check(market_order(Side::buy, 10)) == RejectReason::none);
}

TEST_CASE("each fault of form has its reason") {
  Desk desk;
  const auto denied = [&](RejectReason reason, auto change) {
    NewOrder order = limit_order(Side::buy, 1000, 10);
    change(order);
    CHECK(desk.check(order) == reason);
  };
  denied(RejectReason::unknown_strategy, [](NewOrder& o) { o.strategy = 1; });
  denied(RejectReason::unknown_instrument, [](NewOrder& o) { o.instrument = 1; });
  denied(RejectReason::side_not_valid, [](NewOrder& o) { o.side = static_cast<Side>(0); });
  denied(RejectReason::order_type_not_supported, [](NewOrder& o) { o.order_type = static_cast<OrderType>(9); });
  denied(RejectReason::malformed_message, [](NewOrder& o) { o.flags = 64; });
  denied(RejectReason::time_in_force_not_supported, [](NewOrder& o) { o.time_in_force = static_cast<TimeInForce>(5); });
  denied(RejectReason::limit_order_without_price, [](NewOrder& o) { o.price = kNoPrice; });
  denied(RejectReason::market_order_with_price, [](NewOrder& o) { o.order_type = OrderType::market; });
  denied(RejectReason::post_only_not_allowed, [](NewOrder& o) {
    o.flags = kPostOnly;
    o.time_in_force = TimeInForce::ioc;
  });
  denied(RejectReason::price_not_positive, [](NewOrder& o) { o.price = 0; });
  denied(RejectReason::price_not_positive, [](NewOrder& o) { o.price = -1; });
  denied(RejectReason::price_out_of_range, [](NewOrder& o) { o.price = 100'001; });
  denied(RejectReason::quantity_not_positive, [](NewOrder& o) { o.quantity = 0; });
  denied(RejectReason::quantity_not_positive, [](NewOrder& o) { o.quantity = INT64_MIN; });
  denied(RejectReason::quantity_below_minimum, [](NewOrder& o) { o.quantity = 1; });
  denied(RejectReason::quantity_above_maximum, [](NewOrder& o) { o.quantity = 10'001; });
  denied(RejectReason::notional_below_minimum, [](NewOrder& o) { o.price = 49; });
  denied(RejectReason::notional_above_maximum, [](NewOrder& o) { o.quantity = 5001; });
  denied(RejectReason::none, [](NewOrder& o) { o.quantity = 5000; });
  NewOrder order = market_order(Side::sell, 10);
  order.flags = kPostOnly;
  CHECK(desk.check(order) == RejectReason::post_only_not_allowed);
  CHECK(desk.gate.check_new(limit_order(Side::buy, 1000, 10), nullptr, desk.view) == RejectReason::unknown_instrument);
}

TEST_CASE("each type of order has the terms that go with it") {
  Desk desk;
  const auto judged = [&](RejectReason reason, OrderType type, auto change) {
    NewOrder order = limit_order(Side::buy, kNoPrice, 10);
    order.order_type = type;
    change(order);
    CAPTURE(to_text(type));
    CHECK(std::string(name_of(desk.check(order))) == name_of(reason));
  };
  const auto as_is = [](NewOrder&) {};
  const auto with_stop = [](NewOrder& o) { o.terms.stop_price = 1100; };
  const auto with_stop_and_limit = [](NewOrder& o) { o.terms.stop_price = 1100, o.price = 1200; };
  const auto trailing = [](NewOrder& o) { o.terms.trailing_offset = 5; };
  judged(RejectReason::stop_price_missing, OrderType::stop, as_is);
  judged(RejectReason::none, OrderType::stop, with_stop);
  judged(RejectReason::market_order_with_price, OrderType::stop, with_stop_and_limit);
  judged(RejectReason::limit_order_without_price, OrderType::stop_limit, with_stop);
  judged(RejectReason::none, OrderType::stop_limit, with_stop_and_limit);
  judged(RejectReason::none, OrderType::market_if_touched, with_stop);
  judged(RejectReason::none, OrderType::limit_if_touched, with_stop_and_limit);
  judged(RejectReason::malformed_message, OrderType::limit, with_stop_and_limit);
  judged(RejectReason::price_out_of_range, OrderType::stop, [](NewOrder& o) { o.terms.stop_price = 100'001; });
  judged(RejectReason::price_not_positive, OrderType::stop, [](NewOrder& o) { o.terms.stop_price = 0; });
  judged(RejectReason::trailing_not_valid, OrderType::trailing_stop, as_is);
  judged(RejectReason::none, OrderType::trailing_stop, trailing);
  judged(RejectReason::none, OrderType::trailing_stop_limit, trailing);
  judged(RejectReason::trailing_not_valid, OrderType::stop, [](NewOrder& o) {
    o.terms.stop_price = 1100;
    o.terms.trailing_offset = 5;
  });
  judged(RejectReason::peg_not_valid, OrderType::pegged, as_is);
  judged(RejectReason::none, OrderType::pegged, [](NewOrder& o) { o.terms.peg_type = 2; });
  judged(RejectReason::none, OrderType::market_to_limit, as_is);
  judged(RejectReason::none, OrderType::market_with_protection, as_is);
  judged(RejectReason::waits_for_no_price, OrderType::market_to_limit, [](NewOrder& o) { o.flags = kEmulate; });
  judged(RejectReason::waits_for_no_price, OrderType::market_to_limit,
         [](NewOrder& o) { o.trigger_type = TriggerType::last; });
  judged(RejectReason::malformed_message, OrderType::stop, [](NewOrder& o) {
    o.terms.stop_price = 1100;
    o.trigger_type = static_cast<TriggerType>(1);
  });
}

TEST_CASE("quantities and times of an order are judged with it") {
  Desk desk;
  const auto judged = [&](RejectReason reason, auto change) {
    NewOrder order = limit_order(Side::buy, 1000, 10);
    change(order);
    CHECK(std::string(name_of(desk.check(order))) == name_of(reason));
  };
  judged(RejectReason::none, [](NewOrder& o) { o.terms.display_qty = 10; });
  judged(RejectReason::display_quantity_not_valid, [](NewOrder& o) { o.terms.display_qty = 11; });
  judged(RejectReason::none, [](NewOrder& o) { o.terms.min_qty = 10; });
  judged(RejectReason::minimum_quantity_not_valid, [](NewOrder& o) { o.terms.min_qty = 11; });
  judged(RejectReason::expire_time_missing, [](NewOrder& o) { o.time_in_force = TimeInForce::gtd; });
  judged(RejectReason::expire_time_missing, [](NewOrder& o) { o.terms.expire_time = 60; });
  judged(RejectReason::expire_time_passed, [](NewOrder& o) {
    o.time_in_force = TimeInForce::gtd;
    o.terms.expire_time = 50;
  });
  judged(RejectReason::none, [](NewOrder& o) {
    o.time_in_force = TimeInForce::gtd;
    o.terms.expire_time = 51;
  });
  judged(RejectReason::none, [](NewOrder& o) { o.time_in_force = TimeInForce::at_the_close; });
  judged(RejectReason::malformed_message, [](NewOrder& o) {
    o.flags = kAllOrNone;
    o.time_in_force = TimeInForce::at_the_close;
  });
}

TEST_CASE("an order without a limit is valued at its stop price, one that trails at what it may come to cost") {
  Desk desk;
  NewOrder order = limit_order(Side::buy, kNoPrice, 10);
  order.order_type = OrderType::stop;
  order.terms.stop_price = 1100;
  CHECK(RiskGate::value_price(order, desk.view) == 1100);
  order.order_type = OrderType::trailing_stop_limit;
  order.terms = {};
  order.terms.trailing_offset = 7;
  order.terms.limit_offset = 3;
  CHECK(RiskGate::value_price(order, desk.view) == 1011);
  order.side = Side::sell;
  CHECK(RiskGate::value_price(order, desk.view) == 999);
  order.side = Side::buy;
  order.terms.trailing_unit = static_cast<i64>(TrailingUnit::basis_points);
  order.terms.trailing_offset = 25;
  CHECK(RiskGate::value_price(order, desk.view) == 1001 + 3 + 3);  // 25 basis points of 1001 are 2.5025 ticks
  order.terms.activation_price = 2000;
  CHECK(RiskGate::value_price(order, desk.view) == 2000 + 5 + 3);
  desk.view.best_ask = kNoPrice;
  order.terms.activation_price = kNoPrice;
  CHECK(desk.check(order) == RejectReason::no_market_price);
}

TEST_CASE("the stop price of an order that waits can be replaced, and counts as its value") {
  Desk desk;
  NewOrder wanted = limit_order(Side::buy, kNoPrice, 10);
  wanted.order_type = OrderType::stop;
  wanted.terms.stop_price = 1100;
  Order order = desk.work(wanted);
  const auto judged = [&](RejectReason reason, i64 price, i64 stop_price) {
    const ReplaceRequest request{order.client_order_id, price, 10, 0, stop_price};
    CHECK(std::string(name_of(desk.gate.check_replace(request, &order, &desk.instrument, desk.view))) ==
          name_of(reason));
  };
  judged(RejectReason::nothing_to_replace, kNoPrice, 1100);
  judged(RejectReason::none, kNoPrice, 1150);
  judged(RejectReason::market_order_with_price, 1150, 1150);
  judged(RejectReason::stop_price_missing, kNoPrice, kNoPrice);
  judged(RejectReason::price_out_of_range, kNoPrice, 100'001);
  order.set_stop_price(kNoPrice);
  order.facts |= kTriggered;
  judged(RejectReason::order_type_not_supported, kNoPrice, kNoPrice);
  judged(RejectReason::already_triggered, kNoPrice, 1200);
  order.order_type = OrderType::stop_limit;
  order.price = 1120;
  judged(RejectReason::none, 1130, kNoPrice);
  judged(RejectReason::already_triggered, 1120, 1200);
  order.order_type = OrderType::limit;
  judged(RejectReason::waits_for_no_price, 1120, 1200);
}

TEST_CASE("of a trailing order the quantity is replaced until it is triggered, and its stop price never") {
  Desk desk;
  NewOrder wanted = limit_order(Side::sell, kNoPrice, 10);
  wanted.order_type = OrderType::trailing_stop;
  wanted.terms.trailing_offset = 5;
  Order order = desk.work(wanted);
  const auto judged = [&](RejectReason reason, i64 quantity, i64 stop_price) {
    const ReplaceRequest request{order.client_order_id, kNoPrice, quantity, 0, stop_price};
    CHECK(std::string(name_of(desk.gate.check_replace(request, &order, &desk.instrument, desk.view))) ==
          name_of(reason));
  };
  for (const i64 known : {kNoPrice, i64{994}}) {
    order.set_stop_price(known);
    judged(RejectReason::none, 12, kNoPrice);
    judged(RejectReason::none, 12, known);
    judged(RejectReason::nothing_to_replace, 10, kNoPrice);
    judged(RejectReason::trailing_not_valid, 12, 990);
    judged(RejectReason::notional_above_maximum, 10'000, kNoPrice);
  }
  order.set_stop_price(kNoPrice);
  order.facts |= kTriggered;
  judged(RejectReason::order_type_not_supported, 12, kNoPrice);
}

TEST_CASE("a market order is valued at the best opposite price, and denied without one") {
  Desk desk;
  desk.view.best_ask = kNoPrice;
  CHECK(desk.check(market_order(Side::buy, 10)) == RejectReason::no_market_price);
  CHECK(desk.check(market_order(Side::sell, 10)) == RejectReason::none);
  desk.view.best_ask = 90'000;
  CHECK(desk.check(market_order(Side::buy, 56)) == RejectReason::notional_above_maximum);
  CHECK(desk.check(market_order(Side::buy, 55)) == RejectReason::none);
  const Order order = desk.work(market_order(Side::buy, 55));
  CHECK(order.value_price == 90'000);
  CHECK(desk.required() == money("49500"));
}

TEST_CASE("the limits of the strategy hold at their edges") {
  Desk desk(RiskLimits{
      .max_order_quantity = 100, .max_order_notional = money("900"), .max_position = 150, .max_open_orders = 3});
  CHECK(desk.check(limit_order(Side::buy, 500, 101)) == RejectReason::quantity_above_maximum);
  CHECK(desk.check(limit_order(Side::buy, 901, 100)) == RejectReason::notional_above_maximum);
  CHECK(desk.check(limit_order(Side::buy, 900, 100)) == RejectReason::none);
  desk.work(limit_order(Side::buy, 500, 100));
  CHECK(desk.check(limit_order(Side::buy, 500, 51)) == RejectReason::position_limit);
  Order second = desk.work(limit_order(Side::buy, 500, 50));
  CHECK(desk.check(limit_order(Side::buy, 500, 2)) == RejectReason::position_limit);
  desk.work(limit_order(Side::sell, 1500, 60));
  CHECK(desk.check(limit_order(Side::sell, 1500, 2)) == RejectReason::order_limit);
  desk.close(second);
  CHECK(desk.check(limit_order(Side::sell, 800, 90)) == RejectReason::none);
  CHECK(desk.check(limit_order(Side::sell, 800, 91)) == RejectReason::position_limit);
}

TEST_CASE("a position beyond its limit may still be reduced") {
  Desk desk(RiskLimits{.max_position = 10});
  desk.gate.exposure().position_changed(0, 0, 500, money("5000"));
  CHECK(desk.check(limit_order(Side::buy, 1000, 2)) == RejectReason::position_limit);
  CHECK(desk.check(limit_order(Side::sell, 1000, 500)) == RejectReason::none);
  CHECK(desk.check(limit_order(Side::sell, 1000, 510)) == RejectReason::none);
  CHECK(desk.check(limit_order(Side::sell, 1000, 511)) == RejectReason::position_limit);
}

TEST_CASE("reduce-only is judged by position and working orders together") {
  Desk desk;
  CHECK(desk.check(limit_order(Side::sell, 1000, 10, kReduceOnly)) == RejectReason::reduce_only_would_increase);
  desk.gate.exposure().position_changed(0, 0, 10, money("100"));
  CHECK(desk.check(limit_order(Side::buy, 1000, 2, kReduceOnly)) == RejectReason::reduce_only_would_increase);
  CHECK(desk.check(limit_order(Side::sell, 1000, 11, kReduceOnly)) == RejectReason::reduce_only_would_increase);
  desk.work(limit_order(Side::sell, 1000, 6, kReduceOnly));
  CHECK(desk.check(limit_order(Side::sell, 1000, 5, kReduceOnly)) == RejectReason::reduce_only_would_increase);
  CHECK(desk.check(limit_order(Side::sell, 1000, 4, kReduceOnly)) == RejectReason::none);
}

TEST_CASE("buying power counts positions at cost and all working orders of a side") {
  Desk desk;
  desk.view.capital = money("1000");
  CHECK(desk.check(limit_order(Side::buy, 1000, 100)) == RejectReason::none);
  CHECK(desk.check(limit_order(Side::buy, 1001, 100)) == RejectReason::insufficient_funds);
  desk.work(limit_order(Side::buy, 1000, 60));
  CHECK(desk.check(limit_order(Side::buy, 1000, 41)) == RejectReason::insufficient_funds);
  // The other side is not added: only one of the two worst cases can come true.
  Order sell = desk.work(limit_order(Side::sell, 1000, 100));
  CHECK(desk.required() == money("1000"));
  CHECK(desk.check(limit_order(Side::sell, 1000, 2)) == RejectReason::insufficient_funds);
  desk.close(sell);
  CHECK(desk.required() == money("600"));
}

TEST_CASE("orders that only reduce need no capital, and a loss does not lock a position in") {
  Desk desk;
  desk.view.capital = money("500");
  desk.gate.exposure().position_changed(0, 0, 100, money("1000"));
  CHECK(desk.check(limit_order(Side::sell, 3000, 100)) == RejectReason::none);
  CHECK(desk.check(market_order(Side::sell, 100)) == RejectReason::none);
  CHECK(desk.check(limit_order(Side::sell, 3000, 160)) == RejectReason::insufficient_funds);
  CHECK(desk.check(limit_order(Side::buy, 1000, 2)) == RejectReason::insufficient_funds);
}

TEST_CASE("a short is backed in full, and only buys beyond it need capital") {
  Desk desk;
  desk.view.capital = money("1000");
  CHECK(desk.check(limit_order(Side::sell, 1000, 101)) == RejectReason::insufficient_funds);
  desk.gate.exposure().position_changed(0, 0, -60, money("-600"));
  CHECK(desk.required() == money("600"));
  CHECK(desk.check(limit_order(Side::sell, 1000, 41)) == RejectReason::insufficient_funds);
  CHECK(desk.check(limit_order(Side::sell, 1000, 40)) == RejectReason::none);
  CHECK(desk.check(limit_order(Side::buy, 1000, 160)) == RejectReason::none);
  CHECK(desk.check(limit_order(Side::buy, 1000, 161)) == RejectReason::insufficient_funds);
}

TEST_CASE("the taker's fee is counted on what an order would open") {
  InstrumentDefinition definition = stock_definition();
  definition.taker_fee_rate = parse("0.01");
  Desk desk({}, definition);
  desk.view.capital = money("1010");
  CHECK(desk.check(limit_order(Side::buy, 1000, 100)) == RejectReason::none);
  desk.view.capital = money("1009.99");
  CHECK(desk.check(limit_order(Side::buy, 1000, 100)) == RejectReason::insufficient_funds);
}

TEST_CASE("fills move what is bound from the order to the position") {
  Desk desk;
  Order order = desk.work(limit_order(Side::buy, 1000, 100));
  Reservation before = reservation_of(order);
  order.cum_qty = 40;
  order.ord_status = OrderStatus::partially_filled;
  desk.gate.exposure().order_changed(order, before);
  desk.gate.exposure().position_changed(0, 0, 40, money("396"));
  CHECK(desk.required() == money("996"));
  CHECK(desk.gate.exposure().total_requirement(0) == money("996"));
  CHECK(desk.gate.exposure().open_orders(0) == 1);
  desk.close(order);
  CHECK(desk.required() == money("396"));
  CHECK(desk.gate.exposure().open_orders(0) == 0);
}

TEST_CASE("instruments of one currency share its capital, of two currencies do not") {
  InstrumentDefinition definition = stock_definition();
  const Instrument first(definition, 0);
  definition.symbol = "DEF";
  const Instrument second(definition, 1);
  definition.symbol = "GHI";
  definition.quote_currency = "EUR";
  const Instrument third(definition, 2);
  RiskGate gate;
  for (const Instrument* instrument : {&first, &second, &third}) gate.add_instrument(*instrument);
  gate.add_strategy({});
  gate.exposure().position_changed(0, 0, 60, money("600"));
  const RiskView view{999, 1001, money("1000")};
  NewOrder order = limit_order(Side::buy, 1000, 41);
  order.instrument = 1;
  CHECK(gate.check_new(order, &second, view) == RejectReason::insufficient_funds);
  order.instrument = 2;
  CHECK(gate.check_new(order, &third, view) == RejectReason::none);
  CHECK(gate.check_new(order, &first, view) == RejectReason::unknown_instrument);
}

TEST_CASE("a replace is judged by the worse of old and new") {
  Desk desk(RiskLimits{.max_order_quantity = 300, .max_position = 200});
  desk.view.capital = money("1000");
  Order order = desk.work(limit_order(Side::buy, 1000, 50));
  order.client_order_id = 1;
  const auto check = [&](i64 price, i64 quantity) {
    return desk.gate.check_replace({1, price, quantity, 0}, &order, &desk.instrument, desk.view);
  };
  CHECK(check(1000, 100) == RejectReason::none);
  CHECK(check(1000, 101) == RejectReason::insufficient_funds);
  CHECK(check(500, 101) == RejectReason::insufficient_funds);  // until it is taken the old price holds
  CHECK(check(2000, 50) == RejectReason::none);
  CHECK(check(1000, 50) == RejectReason::nothing_to_replace);
  CHECK(check(0, 50) == RejectReason::price_not_positive);
  CHECK(check(kNoPrice, 50) == RejectReason::limit_order_without_price);
  CHECK(check(1000, 301) == RejectReason::quantity_above_maximum);
  CHECK(check(100, 201) == RejectReason::position_limit);
  CHECK(desk.gate.check_replace({1, 1000, 60, 1}, &order, &desk.instrument, desk.view) == RejectReason::unknown_order);
  CHECK(desk.gate.check_replace({1, 1000, 60, 0}, nullptr, &desk.instrument, desk.view) == RejectReason::unknown_order);
  CHECK(desk.gate.check_replace({1, 1000, 60, 0}, &order, nullptr, desk.view) == RejectReason::unknown_instrument);
  order.cum_qty = 30;
  order.ord_status = OrderStatus::partially_filled;
  CHECK(check(1000, 30) == RejectReason::quantity_already_executed);
  for (const OrderStatus status :
       {OrderStatus::pending_new, OrderStatus::pending_cancel, OrderStatus::pending_replace}) {
    order.ord_status = status;
    CHECK(check(1000, 60) == RejectReason::request_pending);
  }
  order.ord_status = OrderStatus::canceled;
  CHECK(check(1000, 60) == RejectReason::order_closed);
}

TEST_CASE("a pending replace holds back the worse of both until the venue answers") {
  Desk desk;
  Order order = desk.work(limit_order(Side::buy, 1000, 50));
  Reservation before = reservation_of(order);
  RareFacts asked;
  order.own_rare_facts = &asked;
  asked.pending_price = 900;
  asked.pending_qty = 80;
  order.ord_status = OrderStatus::pending_replace;
  desk.gate.exposure().order_changed(order, before);
  CHECK(desk.required() == money("800"));
  before = reservation_of(order);
  order.price = order.value_price = 900;
  order.order_qty = 80;
  asked.pending_qty = 0;
  order.ord_status = OrderStatus::new_;
  desk.gate.exposure().order_changed(order, before);
  CHECK(desk.required() == money("720"));
}

TEST_CASE("cancels pass unless there is nothing to cancel") {
  Desk desk(RiskLimits{.max_order_quantity = 2});
  Order order;
  order.client_order_id = 1;
  const auto check = [&](StrategyIndex strategy = 0) { return desk.gate.check_cancel({1, strategy}, &order); };
  for (const OrderStatus status :
       {OrderStatus::pending_new, OrderStatus::new_, OrderStatus::partially_filled, OrderStatus::pending_replace}) {
    order.ord_status = status;
    CHECK(check() == RejectReason::none);
  }
  CHECK(check(1) == RejectReason::unknown_order);
  CHECK(desk.gate.check_cancel({1, 0}, nullptr) == RejectReason::unknown_order);
  order.ord_status = OrderStatus::pending_cancel;
  CHECK(check() == RejectReason::request_pending);
  order.ord_status = OrderStatus::filled;
  CHECK(check() == RejectReason::order_closed);
}

TEST_CASE("a value beyond 128 bits is denied, not wrapped") {
  InstrumentDefinition definition = stock_definition();
  definition.max_price = kNoLimit;
  definition.max_quantity = kNoLimit;
  definition.max_notional = Fixed{};
  Desk desk({}, definition);
  desk.view.capital = kFixedMax;
  CHECK(desk.check(limit_order(Side::buy, kNoLimit, kNoLimit)) == RejectReason::value_overflow);
  desk.work(limit_order(Side::buy, 1'000'000'000'000, 10'000'000'000));  // 1e20 of at most 1.7e20
  CHECK(desk.check(limit_order(Side::buy, 1'000'000'000'000, 10'000'000'000)) == RejectReason::value_overflow);
  CHECK_THROWS_AS(desk.gate.add_strategy({.max_position = -1}), Error);
}

TEST_CASE("the incremental sums equal those counted afresh after any orders") {
  u64 state = 5;
  const auto random = [&](u64 bound) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<i64>((state >> 33) % bound);
  };
  InstrumentDefinition definition = stock_definition();
  definition.taker_fee_rate = parse("0.0007");
  Desk desk({}, definition);
  desk.view.capital = money("100000000");
  std::vector<Order> orders;
  for (int step = 0; step < 5000; ++step) {
    if (orders.size() < 40 && random(2) == 0) {
      orders.push_back(desk.work(limit_order(random(2) ? Side::buy : Side::sell, 900 + random(200), 2 + random(50))));
    } else if (!orders.empty()) {
      const auto place = static_cast<std::size_t>(random(orders.size()));
      Order& order = orders[place];
      if (random(2) == 0 && order.leaves_qty() > 1) {
        const Reservation before = reservation_of(order);
        order.cum_qty += 1 + random(static_cast<u64>(order.leaves_qty() - 1));
        order.ord_status = OrderStatus::partially_filled;
        desk.gate.exposure().order_changed(order, before);
      } else {
        desk.close(order);
        orders.erase(orders.begin() + static_cast<std::ptrdiff_t>(place));
      }
    }
    if (random(10) == 0)
      desk.gate.exposure().position_changed(0, 0, random(400) - 200, money("1") * (random(4000) - 2000));
    ExposureCell fresh;
    fresh.position = desk.gate.exposure().cell(0, 0).position;
    fresh.cost = desk.gate.exposure().cell(0, 0).cost;
    for (const Order& order : orders) {
      REQUIRE(Exposure::with_working(fresh.of(order.side), {}, reservation_of(order)));
    }
    REQUIRE(desk.gate.exposure().work_out(fresh, 0));
    const ExposureCell& kept = desk.gate.exposure().cell(0, 0);
    REQUIRE(fresh.buys.lots == kept.buys.lots);
    REQUIRE(fresh.sells.lots == kept.sells.lots);
    REQUIRE(fresh.buys.value == kept.buys.value);
    REQUIRE(fresh.sells.value == kept.sells.value);
    REQUIRE(fresh.buys.orders == kept.buys.orders);
    REQUIRE(fresh.sells.orders == kept.sells.orders);
    REQUIRE(fresh.buys.requirement == kept.buys.requirement);
    REQUIRE(fresh.sells.requirement == kept.sells.requirement);
    REQUIRE(fresh.requirement == kept.requirement);
    REQUIRE(desk.gate.exposure().total_requirement(0) == kept.requirement);
    REQUIRE(desk.gate.exposure().open_orders(0) == orders.size());
  }
}
