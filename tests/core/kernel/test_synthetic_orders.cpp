// Orders that wait for a synthetic price: what they are worth and refused for, replaced, canceled and saved.
#include <string>

#include "doctest/doctest.h"
#include "synthetic_desk.hpp"

using namespace pytrader;

using Ids = std::vector<ClientOrderId>;

TEST_CASE("an order that waits for a synthetic price is valued at its limit or at the market, never at its stop") {
  SyntheticDesk desk;
  const auto value = [&] { return desk.kernel.gate().exposure().cell(0, 0).buys.value; };
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, 900'000'000));
  CHECK(desk.status(id) == OrderStatus::emulated);
  CHECK(value() == 81);
  CHECK(desk.kernel.replace({id, kNoPrice, 3, 0, 0}));
  CHECK(desk.kernel.order(id)->stop_price() == 0);
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
  SyntheticDesk desk;
  const auto value = [&] { return desk.kernel.gate().exposure().cell(0, 0).buys.value; };
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
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, 50));
  desk.quote(0, 2'000'000, 2'000'001);
  CHECK(desk.sent().empty());
  CHECK(desk.status(id) == OrderStatus::denied);
  CHECK(desk.strategy.events.back().reason == RejectReason::insufficient_funds);
  CHECK(desk.kernel.gate().exposure().cell(0, 0).buys.value == 0);
}

TEST_CASE("a replaced order waits for its new stop price, and fires at once where that is reached") {
  SyntheticDesk desk;
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
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  CHECK(desk.status(desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -11))) == OrderStatus::pending_new);
  SyntheticDesk strict(Emulate::where_needed, Immediate::deny);
  strict.quote(0, 80, 81);
  strict.quote(1, 90, 91);
  CHECK(strict.denied(strict.waiting(Side::sell, OrderType::stop, -11)) == RejectReason::stop_price_reached);
  const ClientOrderId id = strict.kernel.submit(strict.waiting(Side::sell, OrderType::stop, -12));
  CHECK_FALSE(strict.kernel.replace({id, kNoPrice, 1, 0, -11}));
  CHECK(strict.kernel.last_refusal() == RejectReason::stop_price_reached);
  CHECK(strict.status(id) == OrderStatus::emulated);
}

TEST_CASE("a trailing stop follows a synthetic price below zero; its limit can not be counted from there") {
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  NewOrder order = desk.waiting(Side::sell, OrderType::trailing_stop, kNoPrice);
  order.terms.trailing_offset = 3;
  const ClientOrderId id = desk.kernel.submit(order);
  CHECK(desk.kernel.order(id)->stop_price() == -14);
  desk.quote(0, 84, 85);  // -7
  CHECK(desk.kernel.order(id)->stop_price() == -10);
  desk.quote(1, 90, 93);  // -9
  CHECK(desk.sent().empty());
  desk.quote(1, 90, 94);
  CHECK(desk.sent() == Ids{id});
  order.order_type = OrderType::trailing_stop_limit;
  CHECK(desk.denied(order) == RejectReason::trailing_not_valid);
}

TEST_CASE("what does not go with a synthetic price is denied") {
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  NewOrder order = desk.waiting(Side::sell, OrderType::market, kNoPrice, TriggerType::venue_default);
  CHECK(desk.denied(order) == RejectReason::waits_for_no_price);
  order = desk.waiting(Side::sell, OrderType::stop, 5);
  order.trigger_symbol = desk.spread + 1;
  CHECK(desk.denied(order) == RejectReason::malformed_message);
  order = desk.waiting(Side::sell, OrderType::stop, kNoPrice);
  CHECK(desk.denied(order) == RejectReason::stop_price_missing);
  SyntheticDesk never(Emulate::never);
  never.quote(0, 80, 81);
  CHECK(never.denied(never.waiting(Side::sell, OrderType::stop, 5)) == RejectReason::instruction_not_supported);
}

TEST_CASE("a split or the end of a component cancels what waits for it, whatever that trades") {
  for (const CashEventKind kind : {CashEventKind::split, CashEventKind::expiry, CashEventKind::dividend}) {
    SyntheticDesk desk;
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

TEST_CASE("what waits for a component that has ended is denied, from the moment that strategies hear of it") {
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -100));
  ClientOrderId again = 0;
  desk.strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::order_event || again != 0) return true;
    again = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -100));
    return true;
  };
  ++desk.now;
  const CashEventRecord expiry{desk.now, desk.now, static_cast<i64>(CashEventKind::expiry), 2, 0, 1, 90, 0};
  desk.kernel.apply_cash_event(1, expiry, desk.now);
  REQUIRE(again == 2);
  CHECK(desk.status(again) == OrderStatus::denied);
  CHECK(desk.strategy.events.back().reason == RejectReason::instrument_expired);
  CHECK(desk.denied(desk.waiting(Side::sell, OrderType::stop, -100)) == RejectReason::instrument_expired);
}

TEST_CASE("orders of a list wait for a synthetic price once their parent has traded") {
  SyntheticDesk desk;
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
  CHECK(desk.kernel.order(first + 1)->stop_price() == kSpreadStop);
  desk.quote(1, 90, 92);
  CHECK(desk.sent() == Ids{first, first + 1});
}

TEST_CASE("what waits for a synthetic price is saved and restored with its place") {
  SyntheticDesk desk;
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
