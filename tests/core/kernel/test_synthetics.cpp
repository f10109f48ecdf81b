// Orders that wait for a synthetic price: what fires them, in which order, what they are worth and refused for.
#include <string>

#include "doctest/doctest.h"
#include "kernel/kernel.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

constexpr i64 kSpreadStop = -12;

// Three instruments with ticks of 1; what the kernel sends stays in `sent`.
class Desk {
 public:
  explicit Desk(Emulate emulate = Emulate::where_needed, Immediate immediate = Immediate::elect) : kernel(port) {
    port.kernel = &kernel;
    for (const char* symbol : {"NEAR", "FAR", "THIRD"}) kernel.add_instrument(unit_instrument(symbol));
    kernel.add_cash("USD", kFixedOne * 1'000'000);
    kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, kEveryKind}, RiskLimits{});
    if (emulate != Emulate::where_needed || immediate != Immediate::elect) kernel.set_emulation(emulate, immediate);
    spread = kernel.add_synthetic(sum("CAL", {{0, "1"}, {1, "-1"}}));
    kernel.start(0);
  }

  static SyntheticDefinition sum(std::string name, std::vector<std::pair<InstrumentIndex, const char*>> parts) {
    SyntheticDefinition made{std::move(name), parse("1"), SyntheticKind::weighted_sum, {}};
    for (const auto& [instrument, weight] : parts) made.components.push_back({instrument, {}, parse(weight)});
    return made;
  }
  void quote(InstrumentIndex instrument, i64 bid, i64 ask, i64 bid_quantity = 10, i64 ask_quantity = 10) {
    ++now;
    kernel.apply_quote(instrument, quote_row(now, bid, ask, bid_quantity, ask_quantity), now);
  }
  void trade(InstrumentIndex instrument, i64 price) {
    ++now;
    kernel.apply_trade(instrument, {now, now, price, 1, 1, 0}, now);
  }
  void phase(InstrumentIndex instrument, TradingPhase phase) {
    ++now;
    kernel.apply_status(instrument, {now, now, static_cast<i64>(phase)}, now);
  }
  NewOrder waiting(Side side, OrderType type, i64 stop, TriggerType trigger = TriggerType::bid_ask) {
    NewOrder order{0, kNoPrice, 1, 0, 0, 0, side, type, TimeInForce::gtc, 0};
    order.terms.stop_price = stop;
    order.trigger_type = trigger;
    order.trigger_symbol = spread;
    return order;
  }
  OrderStatus status(ClientOrderId id) { return kernel.order(id)->ord_status; }
  RejectReason denied(const NewOrder& order) {
    const ClientOrderId id = kernel.submit(order);
    REQUIRE(status(id) == OrderStatus::denied);
    return strategy.events.back().reason;
  }

  struct Port final : VenuePort {
    const Kernel* kernel = nullptr;
    std::vector<NewOrder> sent;
    void require_room(std::size_t) const override {}
    bool supports(InstrumentIndex, OrderType, TriggerType, TimeInForce) const noexcept override { return true; }
    TriggerType default_trigger(InstrumentIndex instrument) const noexcept override {
      return instrument == 2 ? TriggerType::bid_ask : TriggerType::last;
    }
    void submit(const Order& order, i64) override { sent.push_back(sent_order(order, kernel->terms(order))); }
    void cancel(const Order&, i64) override {}
    void replace(const Order&, i64) override {}
  };
  std::vector<ClientOrderId> sent() const {
    std::vector<ClientOrderId> ids;
    for (const NewOrder& order : port.sent) ids.push_back(order.client_order_id);
    return ids;
  }

  Port port;
  Kernel kernel;
  ScriptedStrategy strategy;
  u32 spread = 0;
  i64 now = 0;
};

using Ids = std::vector<ClientOrderId>;

}  // namespace

TEST_CASE("a stop on a spread is released when the exact spread reaches it, as a plain market order") {
  Desk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);  // the spread is sold at 80 - 91 = -11
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, kSpreadStop));
  CHECK(desk.status(id) == OrderStatus::emulated);
  CHECK(desk.kernel.order(id)->stop_price == -12);
  desk.quote(2, 1, 2);  // no component
  desk.quote(0, 81, 81);
  CHECK(desk.sent().empty());
  desk.quote(1, 90, 93);
  REQUIRE(desk.sent() == Ids{id});
  CHECK(desk.port.sent[0].order_type == OrderType::market);
  CHECK(desk.port.sent[0].trigger_symbol == 0);
  CHECK(desk.port.sent[0].instrument == 0);
  const OrderEvent& triggered = desk.strategy.events[1];
  CHECK(triggered.exec_type == ExecType::triggered);
  CHECK(triggered.stop_price == -12);
  CHECK(desk.kernel.order(id)->stop_price == kNoPrice);
  CHECK(desk.kernel.order(id)->trigger_symbol == desk.spread);
  CHECK(desk.kernel.check());
}

TEST_CASE("every type and trigger waits for its own price of the spread") {
  Desk desk;
  desk.quote(0, 80, 82);
  desk.quote(1, 90, 91);  // -11 x -8, mid -9.5
  desk.trade(0, 80);
  desk.trade(1, 90);  // last -10
  const ClientOrderId buy = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, -7));
  const ClientOrderId touch = desk.kernel.submit(desk.waiting(Side::buy, OrderType::market_if_touched, -9));
  const ClientOrderId mid = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -10, TriggerType::mid));
  const ClientOrderId last = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, -9, TriggerType::last));
  const ClientOrderId mark = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, 3, TriggerType::mark));
  NewOrder limited = desk.waiting(Side::buy, OrderType::stop_limit, -7);
  limited.price = 85;
  const ClientOrderId limit = desk.kernel.submit(limited);
  CHECK(desk.sent().empty());
  desk.quote(0, 80, 81);  // -11 x -9, mid -10: the offer's orders go before the mid's
  CHECK(desk.sent() == Ids{touch, mid});
  desk.trade(0, 81);
  CHECK(desk.sent() == Ids{touch, mid, last});
  desk.kernel.apply_mark(0, {desk.now, desk.now, 5, 5}, desk.now);
  CHECK(desk.sent().size() == 3);
  desk.kernel.apply_mark(1, {desk.now, desk.now, 2, 2}, desk.now);
  CHECK(desk.sent() == Ids{touch, mid, last, mark});
  desk.quote(0, 80, 83);
  CHECK(desk.sent() == Ids{touch, mid, last, mark, buy, limit});
  CHECK(desk.port.sent[5].order_type == OrderType::limit);
  CHECK(desk.port.sent[5].price == 85);
}

TEST_CASE("where a side of a component is missing, or it does not trade continuously, nothing fires") {
  Desk desk;
  desk.quote(0, 80, 81);
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, 1'000));
  CHECK(desk.status(id) == OrderStatus::emulated);
  desk.quote(1, 90, 91, 10, 0);
  CHECK(desk.sent().empty());
  desk.phase(1, TradingPhase::halt);
  desk.quote(1, 90, 91);
  desk.quote(0, 80, 82);
  CHECK(desk.sent().empty());
  desk.phase(1, TradingPhase::continuous);
  CHECK(desk.sent() == Ids{id});
}

TEST_CASE("one row fires the instrument's own orders first, then synthetic ones in order of registration") {
  Desk desk;
  const u32 second = desk.kernel.add_synthetic(Desk::sum("DOUBLE", {{0, "2"}}));
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  NewOrder order = desk.waiting(Side::sell, OrderType::stop, 100);
  order.trigger_symbol = second;
  const ClientOrderId last = desk.kernel.submit(order);
  const ClientOrderId middle = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, kSpreadStop));
  order = desk.waiting(Side::sell, OrderType::stop, 50);
  order.trigger_symbol = 0;
  order.flags = kEmulate;
  const ClientOrderId first = desk.kernel.submit(order);
  bool told = false;
  desk.strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::order_event && !told) CHECK(desk.sent().size() == 3);
    told |= callback.kind == CallbackKind::order_event;
    return true;
  };
  desk.quote(0, 50, 51);
  CHECK(told);
  CHECK(desk.sent() == Ids{first, middle, last});
}

TEST_CASE("an order that waits for a synthetic price is valued at its limit or at the market, never at its stop") {
  Desk desk;
  const auto value = [&] { return desk.kernel.gate().exposure().cell(0, 0).buy_value; };
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, 900'000'000));
  CHECK(desk.status(id) == OrderStatus::emulated);
  CHECK(value() == 81);
  CHECK(desk.kernel.replace({id, kNoPrice, 3, 0, 0}));
  CHECK(desk.kernel.order(id)->stop_price == 0);
  CHECK(value() == 3 * 81);
  CHECK(desk.kernel.replace({id, kNoPrice, 3, 0, -5}));
  CHECK(value() == 3 * 81);
  CHECK(desk.kernel.cancel({id, 0}));
  NewOrder limited = desk.waiting(Side::buy, OrderType::stop_limit, 900'000'000);
  limited.price = 70;
  const ClientOrderId limit = desk.kernel.submit(limited);
  CHECK(value() == 70);
  CHECK(desk.kernel.replace({limit, 75, 1, 0, -900'000'000}));
  CHECK(value() == 75);
  CHECK(desk.kernel.check());
  // Where the instrument has no market there is nothing to value it at.
  NewOrder blind = desk.waiting(Side::buy, OrderType::stop, 5);
  blind.instrument = 2;
  CHECK(desk.denied(blind) == RejectReason::no_market_price);
}

TEST_CASE("a replace of an order that waits for a synthetic price values it at the market of now") {
  Desk desk;
  const auto value = [&] { return desk.kernel.gate().exposure().cell(0, 0).buy_value; };
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, 900'000'000));
  desk.quote(0, 95, 96);
  CHECK(value() == 81);
  CHECK(desk.kernel.replace({id, kNoPrice, 2, 0, 900'000'000}));
  CHECK(value() == 2 * 96);
  CHECK(desk.kernel.check());
  desk.quote(0, 1'000'000, 1'000'001);
  CHECK_FALSE(desk.kernel.replace({id, kNoPrice, 3, 0, 900'000'000}));
  CHECK(desk.kernel.last_refusal() == RejectReason::insufficient_funds);
  CHECK(value() == 2 * 96);
  // Nobody offers: it keeps the value that it had.
  desk.quote(0, 80, 81, 10, 0);
  CHECK(desk.kernel.replace({id, kNoPrice, 3, 0, 0}));
  CHECK(value() == 3 * 96);
  CHECK(desk.kernel.check());
}

TEST_CASE("what fires at a synthetic price is judged at its own instrument's market of then") {
  Desk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, 50));
  desk.quote(0, 2'000'000, 2'000'001);
  CHECK(desk.sent().empty());
  CHECK(desk.status(id) == OrderStatus::denied);
  CHECK(desk.strategy.events.back().reason == RejectReason::insufficient_funds);
  CHECK(desk.kernel.gate().exposure().cell(0, 0).buy_value == 0);
}

TEST_CASE("a replaced order waits for its new stop price, and fires at once where that is reached") {
  Desk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);  // the bid is -11
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -20));
  CHECK(desk.kernel.replace({id, kNoPrice, 1, 0, kSpreadStop}));
  desk.quote(0, 80, 82);
  CHECK(desk.sent().empty());
  CHECK(desk.kernel.replace({id, kNoPrice, 1, 0, -11}));
  CHECK(desk.sent() == Ids{id});
  CHECK_FALSE(desk.kernel.replace({id, kNoPrice, 1, 0, -12}));
}

TEST_CASE("an order whose synthetic price is reached already fires at once, or is denied where the run says so") {
  Desk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  CHECK(desk.status(desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -11))) == OrderStatus::pending_new);
  Desk strict(Emulate::where_needed, Immediate::deny);
  strict.quote(0, 80, 81);
  strict.quote(1, 90, 91);
  CHECK(strict.denied(strict.waiting(Side::sell, OrderType::stop, -11)) == RejectReason::stop_price_reached);
  const ClientOrderId id = strict.kernel.submit(strict.waiting(Side::sell, OrderType::stop, -12));
  CHECK_FALSE(strict.kernel.replace({id, kNoPrice, 1, 0, -11}));
  CHECK(strict.kernel.last_refusal() == RejectReason::stop_price_reached);
  CHECK(strict.status(id) == OrderStatus::emulated);
}

TEST_CASE("a trailing stop follows a synthetic price below zero; its limit can not be counted from there") {
  Desk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  NewOrder order = desk.waiting(Side::sell, OrderType::trailing_stop, kNoPrice);
  order.terms.trailing_offset = 3;
  const ClientOrderId id = desk.kernel.submit(order);
  CHECK(desk.kernel.order(id)->stop_price == -14);
  desk.quote(0, 84, 85);  // -7
  CHECK(desk.kernel.order(id)->stop_price == -10);
  desk.quote(1, 90, 93);  // -9
  CHECK(desk.sent().empty());
  desk.quote(1, 90, 94);
  CHECK(desk.sent() == Ids{id});
  order.order_type = OrderType::trailing_stop_limit;
  CHECK(desk.denied(order) == RejectReason::trailing_not_valid);
}

TEST_CASE("between two ticks a trailing order waits for its activation, whichever of them that is") {
  for (const i64 activation : {-6, -5}) {
    CAPTURE(activation);
    Desk desk;
    const u32 half = desk.kernel.add_synthetic(Desk::sum("HALF", {{0, "0.5"}, {1, "-0.5"}}));
    desk.quote(0, 80, 81);
    desk.quote(1, 90, 91);  // half of -11
    NewOrder order = desk.waiting(Side::sell, OrderType::trailing_stop, kNoPrice);
    order.trigger_symbol = half;
    order.terms.trailing_offset = 3;
    order.terms.activation_price = activation;
    const ClientOrderId id = desk.kernel.submit(order);
    CHECK(desk.kernel.order(id)->stop_price == kNoPrice);
    desk.quote(0, 91 + 2 * activation, 100);
    CHECK(desk.kernel.order(id)->stop_price == activation - 3);
  }
}

TEST_CASE("what does not go with a synthetic price is denied") {
  Desk desk;
  desk.quote(0, 80, 81);
  NewOrder order = desk.waiting(Side::sell, OrderType::market, kNoPrice, TriggerType::venue_default);
  CHECK(desk.denied(order) == RejectReason::waits_for_no_price);
  order = desk.waiting(Side::sell, OrderType::stop, 5);
  order.trigger_symbol = desk.spread + 1;
  CHECK(desk.denied(order) == RejectReason::malformed_message);
  order = desk.waiting(Side::sell, OrderType::stop, kNoPrice);
  CHECK(desk.denied(order) == RejectReason::stop_price_missing);
  Desk never(Emulate::never);
  never.quote(0, 80, 81);
  CHECK(never.denied(never.waiting(Side::sell, OrderType::stop, 5)) == RejectReason::instruction_not_supported);
}

TEST_CASE("without a trigger it is the last trade, or the quotes where a component has no trades") {
  Desk desk;
  desk.quote(0, 80, 81);
  desk.quote(2, 10, 11);
  const u32 other = desk.kernel.add_synthetic(Desk::sum("OTHER", {{0, "1"}, {2, "1"}}));
  const ClientOrderId last =
      desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, 5, TriggerType::venue_default));
  NewOrder order = desk.waiting(Side::sell, OrderType::stop, 85, TriggerType::venue_default);
  order.trigger_symbol = other;
  const ClientOrderId quoted = desk.kernel.submit(order);
  desk.quote(1, 1000, 1000);
  desk.quote(0, 75, 76);
  CHECK(desk.sent() == Ids{quoted});
  desk.trade(0, 10);
  desk.trade(1, 5);
  CHECK(desk.sent() == Ids{quoted, last});
}

TEST_CASE("a formula is registered once, and refused under a name that is taken") {
  Desk desk;
  const u64 before = desk.kernel.digest();
  CHECK(desk.kernel.add_synthetic(Desk::sum("CAL", {{1, "-1.00"}, {0, "1"}})) == desk.spread);
  CHECK(desk.kernel.digest() == before);
  CHECK_THROWS_WITH_AS(desk.kernel.add_synthetic(Desk::sum("CAL", {{0, "1"}, {1, "-2"}})),
                       "synthetic CAL: this run has another formula or tick size under this name", Error);
  CHECK_THROWS_WITH_AS(desk.kernel.add_synthetic(Desk::sum("FAR.SIM", {{0, "1"}})),
                       "synthetic FAR.SIM: an instrument has this name", Error);
  CHECK_THROWS_WITH_AS(desk.kernel.add_synthetic(Desk::sum("NEW", {{3, "1"}})),
                       "synthetic NEW: instrument 3 does not exist; 3 were added", Error);
  CHECK(desk.kernel.add_synthetic(Desk::sum("NEW", {{2, "1"}})) == desk.spread + 1);
  CHECK(desk.kernel.digest() != before);
  for (u32 i = desk.kernel.synthetics().size(); i < SyntheticBoard::kMaxSynthetics; ++i) {
    desk.kernel.add_synthetic(Desk::sum("S" + std::to_string(i), {{2, "1"}}));
  }
  CHECK_THROWS_WITH_AS(desk.kernel.add_synthetic(Desk::sum("MORE", {{2, "1"}})),
                       "a run holds at most 1024 synthetic prices", Error);
  Desk::Port port;
  Kernel fresh(port);
  fresh.add_instrument(unit_instrument());
  fresh.add_synthetic(Desk::sum("ONE", {{0, "1"}}));
  CHECK_THROWS_WITH_AS(fresh.add_instrument(unit_instrument("LATE")),
                       "kernel: an instrument can not be added after a synthetic price", Error);
}

TEST_CASE("which synthetic price an order waits for is part of the running hash") {
  const auto digest = [](bool second) {
    Desk desk;
    const u32 other = desk.kernel.add_synthetic(Desk::sum("OTHER", {{0, "1"}, {1, "-2"}}));
    desk.quote(0, 80, 81);
    NewOrder order = desk.waiting(Side::sell, OrderType::stop, -100);
    if (second) order.trigger_symbol = other;
    desk.kernel.submit(order);
    return desk.kernel.digest();
  };
  CHECK(digest(false) == digest(false));
  CHECK(digest(false) != digest(true));
}

TEST_CASE("a synthetic price beyond 64 bits is an error before anything changes") {
  Desk desk;
  const u32 huge = desk.kernel.add_synthetic(Desk::sum("HUGE", {{0, "1"}, {1, "1000000000"}}));
  desk.quote(0, 80, 81);
  desk.quote(1, 10'000'000'000, 10'000'000'001);
  NewOrder order = desk.waiting(Side::sell, OrderType::stop, 5);
  order.trigger_symbol = huge;
  CHECK_THROWS_AS(desk.kernel.submit(order), Error);
  CHECK(desk.kernel.order(1) == nullptr);
  desk.quote(1, 1'000'000, 1'000'001);
  const ClientOrderId id = desk.kernel.submit(order);
  CHECK(desk.status(id) == OrderStatus::emulated);
  CHECK_THROWS_AS(desk.quote(1, 10'000'000'000, 10'000'000'001), Error);
}

TEST_CASE("a split or the end of a component cancels what waits for it, whatever that trades") {
  for (const CashEventKind kind : {CashEventKind::split, CashEventKind::expiry, CashEventKind::dividend}) {
    Desk desk;
    desk.quote(0, 80, 81);
    desk.quote(1, 90, 91);
    const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -100));
    ++desk.now;
    desk.kernel.apply_cash_event(
        1, {desk.now, desk.now, static_cast<i64>(kind), 2, 0, 1, kind == CashEventKind::expiry ? 90 : kNoPrice, 0},
        desk.now);
    if (kind == CashEventKind::dividend) {
      CHECK(desk.status(id) == OrderStatus::emulated);
      continue;
    }
    CHECK(desk.status(id) == OrderStatus::canceled);
    CHECK(desk.strategy.events.back().reason ==
          (kind == CashEventKind::split ? RejectReason::corporate_action : RejectReason::instrument_expired));
    CHECK(desk.kernel.check());
  }
}

TEST_CASE("of bars a synthetic price takes the closes alone") {
  Desk desk;
  const auto bar = [&](InstrumentIndex instrument, i64 open, i64 high, i64 low, i64 close) {
    desk.now += 10;
    desk.kernel.apply_bar(instrument, {desk.now, desk.now, desk.now - 10, open, high, low, close, 5}, 10, desk.now);
  };
  bar(0, 80, 80, 80, 80);
  bar(1, 90, 90, 90, 90);
  const ClientOrderId last = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -20, TriggerType::last));
  const ClientOrderId bid = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -20));
  bar(0, 80, 80, 10, 75);
  CHECK(desk.sent().empty());
  bar(1, 90, 200, 90, 95);
  CHECK(desk.sent() == Ids{last, bid});
}

TEST_CASE("orders of a list wait for a synthetic price once their parent has traded") {
  Desk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  NewOrder parent{0, 85, 1, 0, 0, 0, Side::buy, OrderType::limit, TimeInForce::gtc, 0};
  parent.contingency = Contingency::one_triggers_other;
  NewOrder child = desk.waiting(Side::sell, OrderType::stop, kSpreadStop);
  const std::vector<NewOrder> orders{parent, child};
  const ClientOrderId first = desk.kernel.submit_list(orders, OtoTriggerMode::partial);
  desk.quote(0, 70, 71);
  desk.quote(0, 80, 81);
  CHECK(desk.sent() == Ids{first});
  ExecutionReport report{};
  report.client_order_id = first;
  report.exec_type = ExecType::new_;
  report.price = 85;
  report.quantity = 1;
  desk.kernel.apply_report(report, desk.now);
  report.exec_type = ExecType::trade;
  report.exec_id = 1;
  report.last_px = 81;
  report.last_qty = 1;
  report.liquidity = Liquidity::taker;
  desk.kernel.apply_report(report, desk.now);
  CHECK(desk.status(first) == OrderStatus::filled);
  CHECK(desk.status(first + 1) == OrderStatus::emulated);
  CHECK(desk.kernel.order(first + 1)->stop_price == kSpreadStop);
  desk.quote(1, 90, 92);
  CHECK(desk.sent() == Ids{first, first + 1});
}

TEST_CASE("what waits for a synthetic price is saved and restored with its place") {
  Desk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, kSpreadStop));
  NewOrder order = desk.waiting(Side::sell, OrderType::trailing_stop, kNoPrice);
  order.terms.trailing_offset = 1;
  desk.kernel.submit(order);
  const EmulatorState state = desk.kernel.emulator().save();
  REQUIRE(state.orders.size() == 2);
  CHECK(state.orders[0].instrument == 3);
  Emulator fresh;
  for (int i = 0; i < 4; ++i) fresh.add_instrument();
  fresh.restore(state);
  CHECK(fresh.save() == state);
  REQUIRE(fresh.on_price(3, PriceSource::bid, {kSpreadStop, kSpreadStop}));
  Emulator::Output output;
  std::vector<ClientOrderId> fired;
  while (fresh.next(output)) fired.push_back(output.client_order_id);
  CHECK(fired == Ids{1, 2});
}
