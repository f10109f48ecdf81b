// Lists of orders through the kernel: what they hold back together, and that a list is taken whole or not at all.
#include <array>
#include <vector>

#include "doctest/doctest.h"
#include "list_desk.hpp"

using namespace pytrader;

TEST_CASE("orders of which one is to trade are all held back for: before a cancel is heard all may trade") {
  ListDesk desk(2'000);
  const std::vector<NewOrder> list{limit(Side::buy, 10, 90, kOco), stop(Side::buy, 11, 100, kOco),
                                   limit(Side::sell, 5, 120, kOco)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  CHECK(desk.buy_lots() == 21);
  CHECK(desk.sell_lots() == 5);
  for (ClientOrderId id = first; id < first + 3; ++id) desk.say(id, ExecType::new_, desk[id].order_qty);
  desk.say(first + 1, ExecType::canceled);
  CHECK(desk.port.canceled == std::vector<ClientOrderId>{first, first + 2});
  desk.say(first, ExecType::canceled);
  desk.say(first + 2, ExecType::canceled);
  CHECK(desk.buy_lots() == 0);
  CHECK(desk.sell_lots() == 0);
  const std::vector<NewOrder> dear{limit(Side::buy, 10, 150, kOco), limit(Side::buy, 10, 140, kOco)};
  const ClientOrderId denied = desk.kernel.submit_list(dear, OtoTriggerMode::partial);
  CHECK(desk[denied + 1].ord_status == OrderStatus::denied);
  CHECK(desk.strategy.events.back().reason == RejectReason::insufficient_funds);
}

TEST_CASE("reduce-only exits of a position are held back for once, and need no capital") {
  ListDesk desk(1'000);  // what ten lots at 100 cost
  const std::vector<NewOrder> bracket{limit(Side::buy, 10, 100, kOto), closing(limit(Side::sell, 10, 150, kOuo)),
                                      closing(stop(Side::sell, 10, 50, kOuo))};
  const ClientOrderId entry = desk.kernel.submit_list(bracket, OtoTriggerMode::partial);
  CHECK(desk.sell_lots() == 0);
  desk.say(entry, ExecType::new_, 10);
  desk.say(entry, ExecType::trade, 10, 100);
  CHECK(desk.port.submitted == std::vector<ClientOrderId>{entry, entry + 1, entry + 2});
  CHECK(desk.sell_lots() == 10);
  desk.say(entry + 1, ExecType::new_, 10);
  desk.say(entry + 2, ExecType::new_, 10);
  // To move one of them needs nothing either.
  CHECK(desk.kernel.replace({entry + 1, 160, 10, 0}));
  desk.say(entry + 1, ExecType::replaced, 10);
  desk.say(entry + 1, ExecType::trade, 4, 160);
  CHECK(desk.port.replaced.back() == std::array<u64, 2>{entry + 2, 6});
  CHECK(desk.sell_lots() == 10);  // the stop is for ten until the venue says otherwise
  desk.say(entry + 2, ExecType::replaced, 6);
  CHECK(desk.sell_lots() == 6);
}

TEST_CASE("reduce-only exits of one position count as one open order") {
  RiskLimits limits;
  limits.max_open_orders = 1;
  ListDesk desk(1'000, limits);
  const std::vector<NewOrder> bracket{limit(Side::buy, 10, 100, kOto), closing(limit(Side::sell, 10, 150, kOco)),
                                      closing(stop(Side::sell, 10, 50, kOco))};
  const ClientOrderId entry = desk.kernel.submit_list(bracket, OtoTriggerMode::partial);
  desk.say(entry, ExecType::new_, 10);
  desk.say(entry, ExecType::trade, 10, 100);
  for (ClientOrderId id = entry + 1; id < entry + 3; ++id) desk.say(id, ExecType::new_, 10);
  // Their price can be moved too, and others of the position beside them are one more.
  CHECK(desk.kernel.replace({entry + 1, 160, 10, 0}));
  CHECK(desk[desk.kernel.submit(closing(limit(Side::sell, 10, 150)))].ord_status == OrderStatus::denied);
}

TEST_CASE("a list that is denied leaves nothing behind, and one order has the reason") {
  ListDesk desk(1'000);
  const std::vector<NewOrder> list{limit(Side::buy, 5, 100), limit(Side::buy, 6, 100), limit(Side::buy, 1, 1)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  const std::array<RejectReason, 3> reasons{RejectReason::list_denied, RejectReason::insufficient_funds,
                                            RejectReason::list_denied};
  for (std::size_t place = 0; place < 3; ++place) {
    CHECK(desk[first + place].ord_status == OrderStatus::denied);
    CHECK(desk.strategy.events[place].reason == reasons[place]);
  }
  CHECK(desk.buy_lots() == 0);
  CHECK(desk.port.submitted.empty());
  CHECK(desk.kernel.check());
  // Alone, the first would have fitted.
  CHECK(desk[desk.kernel.submit(list[0])].ord_status == OrderStatus::pending_new);
}

TEST_CASE("a list that the venue port has no room for changes nothing") {
  ListDesk desk(1'000);
  desk.port.room = 1;
  const std::vector<NewOrder> list{limit(Side::buy, 1, 100, kOco), limit(Side::buy, 1, 90, kOco)};
  CHECK_THROWS_WITH(desk.kernel.submit_list(list, OtoTriggerMode::partial), "no room");
  CHECK(desk.kernel.orders().size() == 0);
  CHECK(desk.port.submitted.empty());
  CHECK(desk.kernel.check());
}

TEST_CASE("what is no list is denied or thrown back") {
  ListDesk desk(1'000);
  CHECK_THROWS_AS(desk.kernel.submit_list({}, OtoTriggerMode::partial), Error);
  const std::vector<NewOrder> many(OrderLists::kMaxOrders + 1, limit(Side::buy, 1, 1));
  CHECK_THROWS_AS(desk.kernel.submit_list(many, OtoTriggerMode::partial), Error);
  CHECK(desk.kernel.orders().size() == 0);
  NewOrder numbered = limit(Side::buy, 1, 1, kOco);
  numbered.list = 7;
  const std::vector<std::vector<NewOrder>> wrong{
      {limit(Side::buy, 1, 1, kOto)},                                // triggers nothing
      {limit(Side::buy, 1, 1, kOco), limit(Side::buy, 1, 1, kOuo)},  // of two contingencies
      {limit(Side::buy, 1, 1, kOco), limit(Side::buy, 1, 1, kOto)},  // the parent is not the first
      {limit(Side::buy, 1, 1, kOco), numbered},                      // of a list already
  };
  for (const std::vector<NewOrder>& list : wrong) {
    const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
    for (std::size_t place = 0; place < list.size(); ++place) {
      CHECK(desk[first + place].ord_status == OrderStatus::denied);
    }
  }
  CHECK(desk.port.submitted.empty());
  CHECK(desk.kernel.check());
}

TEST_CASE("a child that the gate refuses when it would leave is denied, and the strategy told") {
  RiskLimits limits;
  limits.max_position = 10;
  ListDesk desk(10'000, limits);
  const std::vector<NewOrder> list{limit(Side::buy, 10, 100, kOto), limit(Side::buy, 10, 90)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  desk.say(first, ExecType::new_, 10);
  desk.say(first, ExecType::trade, 10, 100);
  CHECK(desk[first + 1].ord_status == OrderStatus::denied);
  CHECK(desk.strategy.events.back().reason == RejectReason::position_limit);
}

TEST_CASE("reports in any order leave a bracket in the same state") {
  // The entry trades 4 and 6, its profit order 3: told in order, and with each trade before what led to it.
  for (const bool late : {false, true}) {
    ListDesk desk(10'000);
    const std::vector<NewOrder> bracket{limit(Side::buy, 10, 100, kOto), closing(limit(Side::sell, 10, 150, kOuo)),
                                        closing(stop(Side::sell, 10, 50, kOuo))};
    const ClientOrderId entry = desk.kernel.submit_list(bracket, OtoTriggerMode::partial);
    if (!late) desk.say(entry, ExecType::new_, 10);
    desk.say(entry, ExecType::trade, 4, 100);
    if (late) desk.say(entry + 1, ExecType::trade, 3, 150);
    desk.say(entry, ExecType::trade, 6, 100);
    if (late) desk.say(entry, ExecType::new_, 10);
    desk.say(entry + 2, ExecType::new_, 4);
    desk.say(entry + 1, ExecType::new_, 4);
    if (desk[entry + 1].pending_qty() != 0) desk.say(entry + 1, ExecType::replaced, desk[entry + 1].pending_qty());
    if (!late) desk.say(entry + 1, ExecType::trade, 3, 150);
    while (desk[entry + 2].pending_qty() != 0) desk.say(entry + 2, ExecType::replaced, desk[entry + 2].pending_qty());
    CHECK(desk[entry + 1].order_qty == 10);
    CHECK(desk[entry + 1].cum_qty == 3);
    CHECK(desk[entry + 2].order_qty == 7);
    CHECK(desk.sell_lots() == 7);
  }
}

TEST_CASE("a request that the venue refuses is made again when something else has happened") {
  ListDesk desk(10'000);
  const std::vector<NewOrder> list{limit(Side::sell, 10, 150, kOco), limit(Side::sell, 10, 160, kOco)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  desk.say(first, ExecType::new_, 10);
  desk.say(first + 1, ExecType::new_, 10);
  desk.say(first, ExecType::trade, 1, 150);
  CHECK(desk.port.canceled == std::vector<ClientOrderId>{first + 1});
  desk.say(first + 1, ExecType::cancel_rejected);
  CHECK(desk.port.canceled.size() == 1);
  desk.say(first, ExecType::trade, 1, 150);
  CHECK(desk.port.canceled == std::vector<ClientOrderId>{first + 1, first + 1});
}

TEST_CASE("exits that were complete before their entry come back for what it trades later") {
  for (const Contingency among : {kOuo, kOco, Contingency::one_updates_other_proportional}) {
    Bracket desk(0, among);
    desk.say(desk.entry, ExecType::trade, 2, 100);
    desk.answer();
    desk.say(desk.entry + 1, ExecType::trade, 2, 150);
    desk.answer();
    CHECK(desk[desk.entry + 2].ord_status == OrderStatus::canceled);
    desk.say(desk.entry, ExecType::trade, 2, 100);
    desk.answer();
    CHECK(desk.open_lots(OrderType::limit) == 2);
    CHECK(desk.open_lots(OrderType::stop) == 2);
    // And it goes on so.
    desk.say(desk[desk.kernel.orders().size()].client_order_id, ExecType::trade, 2, 50);
    desk.answer();
    CHECK(desk.open_lots(OrderType::limit) == 0);
    CHECK(desk.open_lots(OrderType::stop) == 0);
    const Order& renewed = desk[desk.kernel.orders().size()];
    CHECK(renewed.parent() == desk.entry);
    CHECK(renewed.list() == desk[desk.entry].list());
    CHECK((renewed.flags & kReduceOnly) != 0);
  }
}

TEST_CASE("a stop that traded in the moment in which its entry traded more comes back for the rest") {
  Bracket desk;
  desk.say(desk.entry, ExecType::trade, 1, 100);
  desk.answer();
  desk.say(desk.entry, ExecType::trade, 3, 99);
  // The venue's word on the stop overtakes the requests for more.
  desk.say(desk.entry + 2, ExecType::trade, 1, 50);
  desk.say(desk.entry + 2, ExecType::replace_rejected);
  desk.answer();
  CHECK(desk.open_lots(OrderType::stop) == 3);
  CHECK(desk.open_lots(OrderType::limit) == 3);
  CHECK(desk[desk.kernel.orders().size()].rare_facts().terms != 0);
}

TEST_CASE("a trade that is told after the entry's end brings back the exits that ended with it") {
  Bracket desk;
  desk.say(desk.entry, ExecType::canceled);
  CHECK(desk[desk.entry + 1].ord_status == OrderStatus::canceled);
  desk.say(desk.entry, ExecType::trade, 3, 100);
  desk.answer();
  CHECK(desk.open_lots(OrderType::limit) == 3);
  CHECK(desk.open_lots(OrderType::stop) == 3);
}

TEST_CASE("an exit that its strategy canceled does not come back") {
  Bracket desk;
  desk.say(desk.entry, ExecType::trade, 2, 100);
  desk.answer();
  CHECK(desk.kernel.cancel({desk.entry + 1, 0}));
  desk.answer();
  desk.say(desk.entry, ExecType::trade, 2, 100);
  desk.answer();
  CHECK(desk.open_lots(OrderType::limit) == 0);
  CHECK(desk.open_lots(OrderType::stop) == 4);
}

TEST_CASE("exits follow their entry beside other orders of their side") {
  Bracket desk(5);
  desk.say(desk.entry, ExecType::trade, 1, 100);
  desk.answer();
  desk.say(desk.entry, ExecType::trade, 3, 100);
  desk.answer();
  CHECK(desk.open_lots(OrderType::stop) == 4);
  desk.say(desk.entry + 1, ExecType::trade, 3, 150);
  desk.answer();
  CHECK(desk.open_lots(OrderType::stop) == 1);
}

TEST_CASE("a resize that could not be asked for is asked for when the request that was in its way is refused") {
  Bracket desk;
  desk.say(desk.entry, ExecType::trade, 1, 100);
  desk.answer();
  CHECK(desk.kernel.replace({desk.entry + 1, 140, 1, 0}));
  desk.say(desk.entry, ExecType::trade, 3, 100);
  CHECK(desk[desk.entry + 1].pending_qty() == 1);
  desk.say(desk.entry + 1, ExecType::replace_rejected);
  CHECK(desk[desk.entry + 1].pending_qty() == 4);
  desk.say(desk.entry + 1, ExecType::replace_rejected);
  CHECK(desk[desk.entry + 1].pending_qty() == 0);  // refused by the venue: not asked for again
  desk.answer();
  CHECK(desk.open_lots(OrderType::limit) == 1);
  CHECK(desk.open_lots(OrderType::stop) == 4);
}

TEST_CASE("a request that was lost is made again") {
  Bracket desk;
  desk.say(desk.entry, ExecType::trade, 1, 100);
  desk.answer();
  desk.say(desk.entry, ExecType::trade, 3, 100);
  desk.lose(desk.entry + 2, ExecType::replace_rejected);
  CHECK(desk[desk.entry + 2].pending_qty() == 4);
  desk.answer();
  desk.say(desk.entry + 1, ExecType::trade, 4, 150);
  CHECK(desk[desk.entry + 2].ord_status == OrderStatus::pending_cancel);
  desk.lose(desk.entry + 2, ExecType::cancel_rejected);
  CHECK(desk[desk.entry + 2].ord_status == OrderStatus::pending_cancel);
  CHECK(desk.port.canceled.size() == 2);
}

TEST_CASE("a child that can not be valued is denied when it would leave") {
  ListDesk desk(10'000);
  NewOrder child{0, kNoPrice, 10, 0, 0, 0, Side::sell, OrderType::market, TimeInForce::ioc, 0};
  const std::vector<NewOrder> list{limit(Side::buy, 10, 100, kOto), child};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  desk.say(first, ExecType::new_, 10);
  desk.say(first, ExecType::trade, 10, 100);
  CHECK(desk[first + 1].ord_status == OrderStatus::denied);
  CHECK(desk.strategy.events.back().reason == RejectReason::no_market_price);
}

TEST_CASE("what the venue cut to the position is not asked for again before the entry trades") {
  Bracket desk;
  desk.say(desk.entry, ExecType::trade, 2, 100);
  desk.answer();
  ExecutionReport cut{};
  cut.client_order_id = desk.entry + 1;
  cut.exec_type = ExecType::restated;
  cut.reason = RejectReason::reduce_only_would_increase;
  cut.price = 150;
  cut.quantity = 1;
  cut.ts_event = ++desk.now;
  desk.kernel.apply_report(cut, desk.now);
  CHECK(desk[desk.entry + 1].pending_qty() == 0);
  const u64 orders = desk.kernel.orders().size();
  desk.say(desk.entry + 1, ExecType::trade, 1, 150);
  CHECK(desk[desk.entry + 1].ord_status == OrderStatus::filled);
  CHECK(desk.kernel.orders().size() == orders);  // nor does another one take its place
  desk.say(desk.entry, ExecType::trade, 2, 100);
  desk.answer();
  CHECK(desk.open_lots(OrderType::limit) == 3);
}

TEST_CASE("requests that two orders lose at one moment are both made again") {
  ListDesk desk(10'000);
  const std::vector<NewOrder> list{limit(Side::sell, 1, 150, kOco), limit(Side::sell, 1, 160, kOco),
                                   limit(Side::sell, 1, 170, kOco)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  for (ClientOrderId id = first; id < first + 3; ++id) desk.say(id, ExecType::new_, 1);
  desk.say(first, ExecType::trade, 1, 150);
  desk.lose(first + 1, ExecType::cancel_rejected);
  desk.refuse(first + 2, ExecType::cancel_rejected, RejectReason::request_lost, 0);
  CHECK(desk[first + 1].ord_status == OrderStatus::pending_cancel);
  CHECK(desk[first + 2].ord_status == OrderStatus::pending_cancel);
}

TEST_CASE("a cancel that overtook its order is asked for again when the venue has the order") {
  ListDesk desk(10'000);
  const std::vector<NewOrder> list{limit(Side::sell, 1, 150, kOco), limit(Side::sell, 1, 160, kOco)};
  const ClientOrderId first = desk.kernel.submit_list(list, OtoTriggerMode::partial);
  desk.say(first, ExecType::new_, 1);
  desk.say(first, ExecType::trade, 1, 150);
  desk.say(first + 1, ExecType::cancel_rejected);
  CHECK(desk.port.canceled.size() == 1);
  desk.say(first + 1, ExecType::new_, 1);
  CHECK(desk.port.canceled.size() == 2);
}

TEST_CASE("a renewed stop waits for the price that its strategy moved it to") {
  Bracket desk;
  desk.say(desk.entry, ExecType::trade, 2, 100);
  desk.answer();
  CHECK(desk.kernel.replace({desk.entry + 2, kNoPrice, 2, 0, 60}));
  ExecutionReport moved{};
  moved.client_order_id = desk.entry + 2;
  moved.exec_type = ExecType::replaced;
  moved.quantity = 2;
  moved.price = kNoPrice;
  moved.stop_price = 60;
  moved.ts_event = ++desk.now;
  desk.kernel.apply_report(moved, desk.now);
  desk.say(desk.entry + 2, ExecType::triggered);
  desk.say(desk.entry + 2, ExecType::trade, 2, 60);
  desk.answer();
  desk.say(desk.entry, ExecType::trade, 2, 100);
  const Order& renewed = desk[desk.kernel.orders().size()];
  CHECK(renewed.order_type == OrderType::stop);
  CHECK(renewed.stop_price() == 60);
}

TEST_CASE("an exit that a bust opens again is canceled where another has taken its place") {
  Bracket desk;
  desk.say(desk.entry, ExecType::trade, 2, 100);
  desk.answer();
  desk.say(desk.entry + 1, ExecType::trade, 2, 150);
  const ExecId exit = desk.exec_id;
  desk.answer();
  desk.say(desk.entry, ExecType::trade, 2, 100);
  desk.answer();
  desk.bust(desk.entry + 1, exit);
  desk.answer();
  CHECK(desk.kernel.check());
  CHECK(desk.open_lots(OrderType::limit) == 4);
  CHECK(desk.open_lots(OrderType::stop) == 4);
}
