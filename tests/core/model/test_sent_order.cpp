// What a venue is told of an order before and after the core has let it go.
#include "doctest/doctest.h"
#include "model/sent_order.hpp"

using namespace pytrader;

namespace {

Order released(OrderType type, i64 price, TimeInForce time_in_force) {
  Order order;
  order.order_type = type;
  order.price = price;
  order.time_in_force = time_in_force;
  order.order_qty = 5;
  order.flags = kReduceOnly | kEmulate | kReleased;
  order.trigger_type = TriggerType::mark;
  return order;
}

}  // namespace

TEST_CASE("an order that was never held is told as it is, with its stop price of now") {
  Order order = released(OrderType::stop_limit, 98, TimeInForce::gtc);
  order.flags = kEmulate;
  RareFacts facts;
  facts.stop_price = 97;
  order.own_rare_facts = &facts;
  OrderTerms terms;
  terms.stop_price = 90;
  const NewOrder sent = sent_order(order, terms);
  CHECK(sent.order_type == OrderType::stop_limit);
  CHECK(sent.terms.stop_price == 97);
  CHECK(sent.trigger_type == TriggerType::mark);
  CHECK(sent.flags == 0);
}

TEST_CASE("a released order without a limit is a market order that does not rest") {
  for (const TimeInForce asked : {TimeInForce::gtc, TimeInForce::gtd, TimeInForce::ioc, TimeInForce::fok}) {
    OrderTerms terms;
    terms.stop_price = 90;
    terms.trailing_offset = 3;
    terms.expire_time = asked == TimeInForce::gtd ? 77 : 0;
    const NewOrder sent = sent_order(released(OrderType::stop, kNoPrice, asked), terms);
    CHECK(sent.order_type == OrderType::market);
    CHECK(sent.time_in_force == (asked == TimeInForce::fok ? TimeInForce::fok : TimeInForce::ioc));
    CHECK(sent.trigger_type == TriggerType::venue_default);
    CHECK(sent.terms == OrderTerms{});
    CHECK(sent.flags == kReduceOnly);
  }
}

TEST_CASE("a released order with a limit keeps what goes with one and nothing of its trigger") {
  OrderTerms terms;
  terms.stop_price = 90;
  terms.activation_price = 91;
  terms.trailing_offset = 3;
  terms.trailing_unit = 1;
  terms.limit_offset = 2;
  terms.display_qty = 2;
  terms.expire_time = 77;
  const NewOrder sent = sent_order(released(OrderType::trailing_stop_limit, 98, TimeInForce::gtd), terms);
  OrderTerms kept;
  kept.display_qty = 2;
  kept.expire_time = 77;
  CHECK(sent.order_type == OrderType::limit);
  CHECK(sent.price == 98);
  CHECK(sent.time_in_force == TimeInForce::gtd);
  CHECK(sent.terms == kept);
}

TEST_CASE("a trailing stop limit's limit lies its offset beyond the stop, within the prices that there are") {
  Order order = released(OrderType::trailing_stop_limit, kNoPrice, TimeInForce::gtc);
  OrderTerms terms;
  terms.limit_offset = 4;
  order.side = Side::buy;
  CHECK(limit_after(order, terms, 100) == 104);
  CHECK(limit_after(order, terms, INT64_MAX - 1) == INT64_MAX);
  order.side = Side::sell;
  CHECK(limit_after(order, terms, 100) == 96);
  CHECK(limit_after(order, terms, kNoPrice + 2) == kNoPrice + 1);
  order.order_type = OrderType::stop_limit;
  order.price = 55;
  CHECK(limit_after(order, terms, 100) == 55);
}
