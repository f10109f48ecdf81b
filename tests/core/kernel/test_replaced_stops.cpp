// Replaces of orders that wait for a price, while their venue triggers them or lets them trail unheard.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

constexpr i64 kSubmitted = 1'000;
constexpr i64 kReplaced = 2'000;

LoopConfig latencies() {
  LoopConfig config;
  config.order_latency_ns = 10;
  config.response_latency_ns = 30;
  return config;
}

NewOrder waiting(OrderType type, i64 stop_price, i64 price) {
  NewOrder order{0, price, 3, 0, 0, 0, Side::buy, type, TimeInForce::gtc, 0};
  order.terms.stop_price = stop_price;
  return order;
}

// The order waits from kSubmitted on. At kReplaced the best offer, or on the exchange a trade, is at 105; then this
// replace is sent, while nothing is heard of a trigger yet.
struct Story {
  Story(bool on_exchange, const NewOrder& order, const ReplaceRequest& request) : run(latencies()) {
    strategy = &run.add_strategy();
    if (on_exchange) {
      run.loop.add_exchange(run.instrument, {});
      run.loop.extend(0, 3'000);
    } else {
      run.add_stream<QuoteRecord>(StreamKind::quote,
                                  {quote_row(0, 99, 100), quote_row(kReplaced, 104, 105), quote_row(3'000, 104, 105)});
    }
    strategy->on_callback = [this, on_exchange, order, request](const Callback& callback) {
      if (callback.kind == CallbackKind::start) {
        for (const i64 ts : {kSubmitted, kReplaced - 11, kReplaced}) run.kernel().set_timer(0, ts, 0, 0);
      }
      if (callback.kind == CallbackKind::timer) act(callback.ts, on_exchange, order, request);
      return true;
    };
    run.run();
  }

  void act(i64 ts, bool on_exchange, const NewOrder& order, const ReplaceRequest& request) {
    Kernel& kernel = run.kernel();
    if (ts == kSubmitted) {
      id = kernel.submit(order);
    } else if (ts == kReplaced) {
      ReplaceRequest wanted = request;
      wanted.client_order_id = id;
      CHECK_FALSE(kernel.order(id)->has(kTriggered));
      CHECK(kernel.replace(wanted));
    } else if (on_exchange) {
      kernel.submit(run.limit(Side::sell, 105, 1));
      NewOrder buy = run.limit(Side::buy, 105, 1);
      buy.self_trade = SelfTrade::none;
      kernel.submit(buy);
    }
  }
  std::vector<ExecType> kinds() const {
    std::vector<ExecType> found;
    for (const OrderEvent& event : strategy->events) {
      if (event.client_order_id == id) found.push_back(event.exec_type);
    }
    return found;
  }
  RejectReason reason() const {
    for (const OrderEvent& event : strategy->events) {
      if (event.client_order_id == id && event.reason != RejectReason::none) return event.reason;
    }
    return RejectReason::none;
  }
  const Order& order() const { return *run.loop.kernel().order(id); }

  ScriptedRun run;
  ScriptedStrategy* strategy = nullptr;
  ClientOrderId id = 0;
};

using Kinds = std::vector<ExecType>;

}  // namespace

TEST_CASE("limit and quantity of a stop-limit order are replaced although it was triggered unheard") {
  for (const bool on_exchange : {false, true}) {
    CAPTURE(on_exchange);
    const Story story(on_exchange, waiting(OrderType::stop_limit, 104, 102), {0, 101, 5, 0, 104});
    CHECK(story.kinds() == Kinds{ExecType::pending_new, ExecType::new_, ExecType::pending_replace, ExecType::triggered,
                                 ExecType::replaced});
    CHECK(story.order().ord_status == OrderStatus::new_);
    CHECK(story.order().price == 101);
    CHECK(story.order().order_qty == 5);
    CHECK(story.order().stop_price() == kNoPrice);
  }
}

TEST_CASE("the quantity of a trailing order is replaced by a request that names no stop price") {
  for (const bool on_exchange : {false, true}) {
    CAPTURE(on_exchange);
    NewOrder order = waiting(OrderType::trailing_stop, kNoPrice, kNoPrice);
    order.side = Side::sell;
    order.terms.trailing_offset = 50;
    // On the exchange nobody bids when it comes; it begins to trail with the trade.
    if (on_exchange) order.terms.activation_price = 105;
    const Story story(on_exchange, order, {0, kNoPrice, 5, 0, kNoPrice});
    CHECK(story.kinds() == Kinds{ExecType::pending_new, ExecType::new_, ExecType::pending_replace, ExecType::replaced});
    CHECK(story.order().order_qty == 5);
    CHECK(story.order().price == kNoPrice);
  }
}

TEST_CASE("a trailing stop-limit order keeps the limit that its trigger gave it unheard") {
  NewOrder order = waiting(OrderType::trailing_stop_limit, kNoPrice, kNoPrice);
  order.terms.trailing_offset = 3;
  const Story story(false, order, {0, kNoPrice, 5, 0, kNoPrice});
  CHECK(story.kinds() == Kinds{ExecType::pending_new, ExecType::new_, ExecType::pending_replace, ExecType::triggered,
                               ExecType::replaced});
  CHECK(story.order().order_qty == 5);
  CHECK(story.order().price == 103);
}

TEST_CASE("a new stop price of an order that was triggered unheard is refused") {
  for (const bool on_exchange : {false, true}) {
    CAPTURE(on_exchange);
    const Story story(on_exchange, waiting(OrderType::stop_limit, 104, 102), {0, 101, 5, 0, 110});
    CHECK(story.kinds().back() == ExecType::replace_rejected);
    CHECK(story.reason() == RejectReason::already_triggered);
    CHECK(story.order().price == 102);
    CHECK(story.order().order_qty == 3);
  }
}
