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
  CHECK(desk[first].list == 1);
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
  CHECK(desk[desk.kernel.submit_list(list, OtoTriggerMode::partial)].list == 1);
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
