// What bounds a list: a list that raises leaves nothing behind, and what it asks for by itself comes to an end.
#include <string>

#include "doctest/doctest.h"
#include "list_desk.hpp"

using namespace pytrader;

namespace {

SyntheticDefinition huge_sum() {
  return {"HUGE", parse("1"), SyntheticKind::weighted_sum, {{0, {}, parse("1000000000")}}};
}

}  // namespace

TEST_CASE("a list that waits for a price beyond 64 bits leaves nothing behind") {
  ListDesk desk(100'000'000'000);
  const u32 huge = desk.kernel.add_synthetic(huge_sum());
  desk.quote(10'000'000'000, 10'000'000'001);
  NewOrder waiting = stop(Side::sell, 1, 5, kOco);
  waiting.trigger_symbol = huge;
  waiting.trigger_type = TriggerType::bid_ask;
  const std::vector<NewOrder> list{limit(Side::buy, 1, 90, kOco), limit(Side::sell, 1, 120, kOco), waiting};
  CHECK_THROWS_AS(desk.kernel.submit_list(list, OtoTriggerMode::partial), Error);
  CHECK(desk.kernel.orders().size() == 0);
  CHECK(desk.buy_lots() == 0);
  CHECK(desk.sell_lots() == 0);
  CHECK(desk.kernel.check());
  // The next list is the first, and its orders are the ones that it knows.
  desk.quote(80, 81);
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  CHECK(first == 1);
  CHECK(desk[first].list() == 1);
  CHECK(desk.kernel.check());
  desk.say(first, ExecType::new_, 1);
  desk.say(first, ExecType::trade, 1, 90);
  CHECK(desk.port.canceled == std::vector<ClientOrderId>{first + 1});
  CHECK(desk[first + 2].ord_status == OrderStatus::canceled);
}

TEST_CASE("a list with an order of an unknown instrument is thrown back whole") {
  ListDesk desk(1'000);
  std::vector<NewOrder> list{limit(Side::buy, 1, 90, kOco), limit(Side::buy, 1, 80, kOco)};
  list[1].instrument = 7;
  CHECK_THROWS_AS(desk.kernel.submit_list(list, OtoTriggerMode::partial), Error);
  CHECK(desk.kernel.orders().size() == 0);
  CHECK(desk.strategy.events.empty());
  list[1].instrument = 0;
  CHECK(desk[desk.kernel.submit_list(list, OtoTriggerMode::partial)].list() == 1);
  CHECK(desk.kernel.check());
}

TEST_CASE("a list whose events have no room left is thrown back whole") {
  ListDesk desk(10'000'000);
  desk.port.room = 1'000'000;
  bool thrown = false;
  u64 before = 0;
  desk.strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::timer) return true;
    NewOrder fires = stop(Side::buy, 1, 50);  // emulated, triggered, released and sent
    fires.flags = kEmulate;
    fires.trigger_type = TriggerType::bid_ask;
    for (std::size_t events = 0; events + 4 < EventQueue::kLimit; events += 4) desk.kernel.submit(fires);
    before = desk.kernel.orders().size();
    const std::vector<NewOrder> list(6, limit(Side::buy, 1, 90, kOco));
    CHECK_THROWS_AS(desk.kernel.submit_list(list, OtoTriggerMode::partial), Error);
    thrown = true;
    return true;
  };
  desk.quote(80, 81);
  desk.kernel.set_timer(0, desk.now + 1, 0, 1);
  desk.kernel.advance(desk.now += 2);
  CHECK(thrown);
  CHECK(desk.kernel.orders().size() == before);
  CHECK(desk.kernel.check());
}

TEST_CASE("a cancel that is lost again and again is given up, and its strategy told") {
  ListDesk desk(10'000);
  const std::vector<NewOrder> list{limit(Side::sell, 10, 150, kOco), limit(Side::sell, 10, 160, kOco)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  for (const ClientOrderId id : {first, first + 1}) desk.say(id, ExecType::new_, 10);
  desk.say(first, ExecType::trade, 1, 150);
  const auto lose_all = [&] {
    u32 lost = 0;
    for (; desk[first + 1].ord_status == OrderStatus::pending_cancel; ++lost) {
      REQUIRE(lost < 1'000);
      desk.lose(first + 1, ExecType::cancel_rejected);
    }
    return lost;
  };
  CHECK(lose_all() == OrderLists::kMaxLost);
  CHECK(desk.port.canceled.size() == OrderLists::kMaxLost);
  CHECK(desk[first + 1].ord_status == OrderStatus::new_);
  CHECK(desk.strategy.events.back().exec_type == ExecType::cancel_rejected);
  CHECK(desk.strategy.events.back().reason == RejectReason::lost_too_often);
  // When one of the list trades it is asked for again, as often, and so when something else happens to it.
  desk.say(first, ExecType::trade, 1, 150);
  CHECK(lose_all() == OrderLists::kMaxLost);
  ExecutionReport restated{};
  restated.client_order_id = first + 1;
  restated.exec_type = ExecType::restated;
  restated.price = 160;
  restated.quantity = 9;
  restated.ts_event = ++desk.now;
  desk.kernel.apply_report(restated, desk.now);
  CHECK(lose_all() == OrderLists::kMaxLost);
  CHECK(desk.kernel.check());
}

TEST_CASE("a resize that is lost again and again is given up, and asked for when the list trades") {
  Bracket desk;
  desk.say(desk.entry, ExecType::trade, 1, 100);
  desk.answer();
  desk.say(desk.entry, ExecType::trade, 1, 100);
  const ClientOrderId loss = desk.entry + 2;
  u32 lost = 0;
  for (; desk[loss].pending_qty() != 0; ++lost) {
    REQUIRE(lost < 1'000);
    desk.lose(loss, ExecType::replace_rejected);
  }
  CHECK(lost == OrderLists::kMaxLost);
  CHECK(desk.strategy.events.back().exec_type == ExecType::replace_rejected);
  CHECK(desk.strategy.events.back().reason == RejectReason::lost_too_often);
  CHECK(desk[loss].order_qty == 1);
  desk.say(desk.entry + 1, ExecType::replaced, 2);
  CHECK(desk[loss].pending_qty() == 0);
  desk.say(loss, ExecType::restated, 1);  // something else
  CHECK(desk[loss].pending_qty() == 2);
  desk.answer();
  CHECK(desk.open_lots(OrderType::stop) == 2);
}

TEST_CASE("requests of the strategy that are lost do not count for its list") {
  ListDesk desk(10'000);
  const std::vector<NewOrder> list{limit(Side::sell, 10, 150, kOco), limit(Side::sell, 10, 160, kOco)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  for (const ClientOrderId id : {first, first + 1}) desk.say(id, ExecType::new_, 10);
  for (u32 lost = 0; lost < 2 * OrderLists::kMaxLost; ++lost) {
    REQUIRE(desk.kernel.cancel({first + 1, 0}));
    desk.lose(first + 1, ExecType::cancel_rejected);
  }
  desk.port.canceled.clear();
  desk.say(first, ExecType::canceled);
  CHECK(desk.port.canceled == std::vector<ClientOrderId>{first + 1});
}

TEST_CASE("an exit that a bust opens again is not canceled for ever where its venue will not") {
  for (const RejectReason reason : {RejectReason::none, RejectReason::request_lost}) {
    Bracket desk;
    desk.say(desk.entry, ExecType::trade, 2, 100);
    desk.answer();
    desk.say(desk.entry + 1, ExecType::trade, 2, 150);
    const ExecId exit = desk.exec_id;
    desk.answer();
    desk.say(desk.entry, ExecType::trade, 2, 100);
    desk.answer();
    desk.bust(desk.entry + 1, exit);
    REQUIRE(desk[desk.entry + 1].ord_status == OrderStatus::pending_cancel);
    u32 refused = 0;
    for (; desk[desk.entry + 1].ord_status == OrderStatus::pending_cancel; ++refused) {
      REQUIRE(refused < 1'000);
      desk.refuse(desk.entry + 1, ExecType::cancel_rejected, reason);
    }
    CHECK(refused == (reason == RejectReason::none ? 1 : OrderLists::kMaxLost));
    const RejectReason last = desk.strategy.events.back().reason;
    CHECK(last == (reason == RejectReason::none ? reason : RejectReason::lost_too_often));
    desk.say(desk.entry, ExecType::trade, 0, 100);
    CHECK(desk.kernel.check());
  }
}

TEST_CASE("an order that its list leaves less than a minimum of is canceled once, and again when the list trades") {
  InstrumentDefinition definition = unit_instrument();
  definition.min_quantity = 3;
  ListDesk desk(10'000, {}, definition);
  const std::vector<NewOrder> list{limit(Side::sell, 10, 150, kOuo), limit(Side::sell, 10, 160, kOuo)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  for (const ClientOrderId id : {first, first + 1}) desk.say(id, ExecType::new_, 10);
  desk.say(first, ExecType::trade, 8, 150);
  CHECK(desk[first + 1].ord_status == OrderStatus::pending_cancel);
  desk.say(first, ExecType::trade, 1, 150);  // while it is on its way
  CHECK(desk.port.canceled.size() == 1);
  desk.say(first + 1, ExecType::cancel_rejected);
  CHECK(desk.port.canceled.size() == 1);
  desk.say(first, ExecType::trade, 1, 150);
  CHECK(desk.port.canceled.size() == 2);
}

TEST_CASE("a venue that makes a list ask on and on at one time is an error, and the list is not forgotten") {
  ListDesk desk(10'000);
  const std::vector<NewOrder> list{limit(Side::sell, 10, 150, kOco), limit(Side::sell, 10, 160, kOco)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  const ClientOrderId other = desk.kernel.submit(limit(Side::buy, 1, 80));
  for (const ClientOrderId id : {first, first + 1}) desk.say(id, ExecType::new_, 10);
  desk.say(first, ExecType::trade, 1, 150);
  ExecutionReport restated{};
  restated.client_order_id = first + 1;
  restated.exec_type = ExecType::restated;
  restated.price = 160;
  restated.quantity = 10;
  u32 asked = 1;
  const auto go_on = [&] {
    for (; asked < 2 * OrderLists::kMaxSteps; ++asked) {
      desk.refuse(first + 1, ExecType::cancel_rejected, RejectReason::none, 0);
      restated.ts_event = desk.now;
      desk.kernel.apply_report(restated, desk.now);
    }
  };
  CHECK_THROWS_WITH_AS(
      go_on(), "order lists: more than 262144 cancels, replaces and orders of lists without time passing", Error);
  CHECK(asked == OrderLists::kMaxSteps);
  desk.port.canceled.clear();
  desk.say(other, ExecType::new_, 1);
  CHECK(desk.port.canceled == std::vector<ClientOrderId>{first + 1});
}
