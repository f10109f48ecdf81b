// Strategies behind the plain-C interface: what their handlers hear, what they can do, and how their errors end a run.
#include <string>

#include "bindings/compiled_strategy.hpp"
#include "doctest/doctest.h"
#include "kernel/scripted_run.hpp"

using namespace pytrader;
using bindings::CompiledHandlers;
using bindings::CompiledStrategy;

namespace {

struct State {
  i64 quotes = 0;
  i64 conditions = 0;
  i64 fills = 0;
  i64 bars = 0;
  u64 order = 0;
  u64 watch = 99;
  i64 seen_price = 0;
  i64 position = 0;
};

State& of(void* state) {
  return *static_cast<State*>(state);
}

std::int32_t buy_once(const pytrader_context* context, const pytrader_quote* quote, void* state) {
  State& own = of(state);
  own.seen_price = quote->ask_price;
  if (own.quotes++ == 0) {
    own.order = context->api->submit(context->run, 0, PYTRADER_BUY, 3, PYTRADER_NO_PRICE, PYTRADER_IOC, 0, 0);
    pytrader_order order{};
    CHECK(context->api->read_order(context->run, own.order, &order) == 1);
    CHECK(order.leaves_qty == 3);
    CHECK(order.ord_status == 'A');
    CHECK(context->api->is_open(context->run, own.order) == 1);
  }
  return 0;
}

std::int32_t count_fill(const pytrader_context* context, const pytrader_order_event* fill, void* state) {
  ++of(state).fills;
  CHECK(fill->exec_type == 'F');
  of(state).position = context->api->position(context->run, 0);
  return 0;
}

std::int32_t watch_mid(const pytrader_context* context, const void*, void* state) {
  const pytrader_api& api = *context->api;
  const i64 mid = api.sma(context->run, api.mids(context->run, 0), 1);
  of(state).watch =
      static_cast<u64>(api.when(context->run, api.compares_price(context->run, PYTRADER_CROSSES_ABOVE, mid, 101)));
  return 0;
}

std::int32_t count_condition(const pytrader_context*, const uint64_t* number, void* state) {
  CHECK(*number == of(state).watch);
  ++of(state).conditions;
  return 0;
}

// A run with one compiled strategy.
struct CompiledRun : ScriptedRun {
  CompiledRun(const CompiledHandlers& handlers, State& state) : strategy(handlers, &state) {
    strategy.connect(kernel(), kernel().add_strategy(strategy.port(), RiskLimits{}));
  }

  CompiledStrategy strategy;
};

// Runs three quotes through a strategy of these handlers.
void run_quotes(const CompiledHandlers& handlers, State& state) {
  CompiledRun run(handlers, state);
  run.add_stream<QuoteRecord>(StreamKind::quote,
                              {quote_row(10, 99, 101), quote_row(20, 100, 103), quote_row(30, 101, 103)});
  run.run();
}

std::string message_of(const CompiledHandlers& handlers) {
  State state;
  try {
    run_quotes(handlers, state);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a compiled strategy hears quotes, sends orders and reads them at once") {
  CompiledHandlers handlers;
  handlers.on_quote = &buy_once;
  handlers.on_fill = &count_fill;
  State state;
  run_quotes(handlers, state);
  CHECK(state.quotes == 3);
  CHECK(state.order == 1);
  CHECK(state.fills == 1);
  CHECK(state.position == 3);
  CHECK(state.seen_price == 103);
}

TEST_CASE("a condition wakes its handler with the number that when gave out") {
  CompiledHandlers handlers;
  handlers.on_start = &watch_mid;
  handlers.on_condition = &count_condition;
  State state;
  run_quotes(handlers, state);
  CHECK(state.watch == 0);
  CHECK(state.conditions == 1);
}

TEST_CASE("what a handler did wrong ends the run with an error that says what") {
  CompiledHandlers handlers;
  handlers.on_quote = [](const pytrader_context* context, const pytrader_quote*, void*) -> std::int32_t {
    CHECK(context->api->submit(context->run, 0, 7, 1, 100, PYTRADER_GTC, 0, 0) == 0);
    return 0;
  };
  CHECK(message_of(handlers) == "CompiledStrategy.on_quote at 10 ns: side is 7; it must be 1 (buy) or 2 (sell)");
  handlers.on_quote = [](const pytrader_context* context, const pytrader_quote*, void*) -> std::int32_t {
    CHECK(context->api->best_price(context->run, 5, PYTRADER_BUY) == PYTRADER_NO_PRICE);
    return 0;
  };
  CHECK(message_of(handlers) ==
        "CompiledStrategy.on_quote at 10 ns: kernel: instrument 5 does not exist; 1 were added");
  handlers.on_quote = [](const pytrader_context* context, const pytrader_quote*, void*) -> std::int32_t {
    CHECK(context->api->indicator_value(context->run, 0) == 0.0);
    return 0;
  };
  CHECK(message_of(handlers) == "CompiledStrategy.on_quote at 10 ns: indicator 0 does not exist; this strategy has 0");
  handlers.on_quote = [](const pytrader_context* context, const pytrader_quote*, void*) -> std::int32_t {
    context->api->fail(context->run, "out of luck");
    return 0;
  };
  CHECK(message_of(handlers) == "CompiledStrategy.on_quote at 10 ns: out of luck");
  handlers.on_quote = [](const pytrader_context*, const pytrader_quote*, void*) -> std::int32_t { return 4; };
  CHECK(message_of(handlers) == "CompiledStrategy.on_quote at 10 ns: it returned 4; 0 goes on");
}

TEST_CASE("waiting for a condition without a handler for it is refused") {
  CompiledHandlers handlers;
  handlers.on_start = &watch_mid;
  CHECK(message_of(handlers) ==
        "CompiledStrategy.on_start at 10 ns: when: this strategy has no condition handler to call");
}

TEST_CASE("outside of a handler every function refuses, and tells the next handler's end") {
  CompiledHandlers handlers;
  handlers.on_quote = &buy_once;
  State state;
  CompiledRun run(handlers, state);
  auto* handle = reinterpret_cast<pytrader_run*>(&run.strategy);
  CHECK(CompiledStrategy::api().position(handle, 0) == 0);
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101)});
  CHECK_THROWS_WITH_AS(
      run.run(),
      "CompiledStrategy.on_quote at 10 ns: the functions of a compiled strategy can be called only inside a handler",
      Error);
}

TEST_CASE("an order of any type takes its terms along") {
  CompiledHandlers handlers;
  handlers.on_quote = [](const pytrader_context* context, const pytrader_quote*, void* state) -> std::int32_t {
    if (of(state).quotes++ > 0) return 0;
    pytrader_new_order order{};
    order.side = PYTRADER_BUY;
    order.order_type = 3;
    order.time_in_force = PYTRADER_GTC;
    order.quantity = 2;
    order.price = order.activation_price = PYTRADER_NO_PRICE;
    order.stop_price = 105;
    of(state).order = context->api->submit_order(context->run, &order);
    return 0;
  };
  State state;
  CompiledRun run(handlers, state);
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101)});
  run.run();
  REQUIRE(state.order == 1);
  CHECK(run.kernel().order(1)->order_type == OrderType::stop);
  CHECK(run.kernel().order(1)->stop_price() == 105);
}

TEST_CASE("a list of orders is sent as one") {
  CompiledHandlers handlers;
  handlers.on_quote = [](const pytrader_context* context, const pytrader_quote*, void* state) -> std::int32_t {
    if (of(state).quotes++ > 0) return 0;
    pytrader_new_order orders[3]{};
    for (pytrader_new_order& order : orders) {
      order.side = PYTRADER_SELL;
      order.order_type = 2;
      order.time_in_force = PYTRADER_GTC;
      order.quantity = 2;
      order.activation_price = order.stop_price = PYTRADER_NO_PRICE;
    }
    orders[0].side = PYTRADER_BUY;
    orders[0].price = 101;
    orders[1].price = 110;
    orders[2].price = 120;
    of(state).order =
        context->api->submit_list(context->run, orders, 3, 1, PYTRADER_ONE_CANCELS_OTHER, PYTRADER_TRIGGER_PARTIAL);
    return 0;
  };
  State state;
  CompiledRun run(handlers, state);
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101), quote_row(20, 99, 101)});
  run.run();
  REQUIRE(state.order == 1);
  CHECK(run.kernel().order(1)->ord_status == OrderStatus::filled);
  for (const ClientOrderId id : {2, 3}) {
    CHECK(run.kernel().order(id)->ord_status == OrderStatus::new_);
    CHECK(run.kernel().order(id)->parent() == 1);
    CHECK(run.kernel().order(id)->contingency() == Contingency::one_cancels_other);
  }
}

TEST_CASE("a list of too many orders, or of a mode that there is none of, ends the run") {
  CompiledHandlers handlers;
  handlers.on_quote = [](const pytrader_context* context, const pytrader_quote*, void*) -> std::int32_t {
    const pytrader_new_order order{};
    context->api->submit_list(context->run, &order, 1, 0, 0, 2);
    return 0;
  };
  CHECK(message_of(handlers) ==
        "CompiledStrategy.on_quote at 10 ns: submit_list: give 1 to 64 orders, and 0 or 1 for with_parent and "
        "trigger_mode");
}

TEST_CASE("levels are read best first") {
  CompiledHandlers handlers;
  handlers.on_book = [](const pytrader_context* context, const void*, void* state) -> std::int32_t {
    pytrader_level levels[4];
    const i64 found = context->api->read_levels(context->run, 0, PYTRADER_SELL, levels, 4);
    if (found == 2) {
      CHECK(levels[0].price == 105);
      CHECK(levels[1].quantity == 8);
      CHECK(context->api->quantity_at(context->run, 0, PYTRADER_SELL, 106) == 8);
      CHECK(context->api->best_quantity(context->run, 0, PYTRADER_SELL) == 5);
      ++of(state).quotes;
    }
    return 0;
  };
  State state;
  CompiledRun run(handlers, state);
  const auto level = [](i64 ts, i64 price, i64 quantity) {
    return L2Record{ts, ts, static_cast<i64>(BookAction::replace), 2, price, quantity, 0, kFlagLast};
  };
  run.add_stream<L2Record>(StreamKind::l2, {level(1, 106, 8), level(2, 105, 5)});
  run.run();
  CHECK(state.quotes == 1);
}

TEST_CASE("phases, marks and money events are told and can be read") {
  CompiledHandlers handlers;
  handlers.on_start = [](const pytrader_context* context, const void*, void*) -> std::int32_t {
    CHECK(context->api->phase(context->run, 0) == static_cast<i64>(TradingPhase::continuous));
    CHECK(context->api->mark_price(context->run, 0) == PYTRADER_NO_PRICE);
    return 0;
  };
  handlers.on_quote = &buy_once;
  handlers.on_status = [](const pytrader_context* context, const pytrader_status* status, void* state) -> std::int32_t {
    CHECK(status->ts_event == 20);
    CHECK(status->phase == static_cast<i64>(TradingPhase::halt));
    CHECK(context->api->phase(context->run, 0) == status->phase);
    ++of(state).conditions;
    return 0;
  };
  handlers.on_cash_event = [](const pytrader_context* context, const pytrader_cash_event* event,
                              void* state) -> std::int32_t {
    CHECK(event->ts_event == 30);
    CHECK(event->kind == static_cast<i64>(CashEventKind::funding));
    CHECK(event->quantity_before == 3);
    CHECK(event->quantity_after == 3);
    // 3 lots at 102 pay 1 %: 3.06, of 10^-18.
    CHECK(event->amount.high == -1);
    CHECK(event->amount.low == static_cast<u64>(-3'060'000'000'000'000'000));
    CHECK(event->realized_pnl.high == 0);
    CHECK(event->price.high == 5);  // 102 * 10^18 is beyond 64 bits
    CHECK(event->price.low == static_cast<u64>(kFixedOne * 102));
    CHECK(context->api->mark_price(context->run, 0) == 102);
    ++of(state).bars;
    return 0;
  };
  State state;
  CompiledRun run(handlers, state);
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101)});
  run.add_stream<StatusRecord>(StreamKind::status, {{20, 20, static_cast<i64>(TradingPhase::halt)}});
  run.add_stream<MarkRecord>(StreamKind::mark, {{25, 25, 102, kNoPrice}});
  run.add_stream<CashEventRecord>(StreamKind::cash_event,
                                  {{30, 30, static_cast<i64>(CashEventKind::funding), 1, 2, 1, kNoPrice, 0}});
  run.run();
  CHECK(state.conditions == 1);
  CHECK(state.bars == 1);
}

TEST_CASE("an instrument that does not exist has neither phase nor mark") {
  CompiledHandlers handlers;
  handlers.on_quote = [](const pytrader_context* context, const pytrader_quote*, void*) -> std::int32_t {
    CHECK(context->api->phase(context->run, 7) == -1);
    CHECK(context->api->mark_price(context->run, 7) == PYTRADER_NO_PRICE);
    return 0;
  };
  CHECK(message_of(handlers).find("instrument") != std::string::npos);
}
