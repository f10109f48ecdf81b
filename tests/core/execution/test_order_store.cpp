// The order store: numbering, folding of reports, refusals that change nothing, lists of open orders.
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "order_desk.hpp"

using namespace pytrader;

namespace {

bool same(const Order& a, const Order& b) {
  return a.cum_value() == b.cum_value() && a.price == b.price && a.order_qty == b.order_qty && a.cum_qty == b.cum_qty &&
         a.pending_price() == b.pending_price() && a.pending_qty() == b.pending_qty() && a.ts_last == b.ts_last &&
         a.ord_status == b.ord_status && a.open == b.open && a.venue_order_id == b.venue_order_id && a.facts == b.facts;
}

}  // namespace

TEST_CASE("orders are numbered from 1 and stay where they are") {
  Desk desk;
  std::vector<Order*> orders;
  for (u64 i = 1; i <= 5000; ++i) {
    orders.push_back(&desk.store.create(limit_order(static_cast<i64>(i), 1), 0));
    CHECK(orders.back()->client_order_id == i);
  }
  for (u64 i = 1; i <= 5000; ++i) CHECK(desk.store.find(i) == orders[i - 1]);
  CHECK(desk.store.find(0) == nullptr);
  CHECK(desk.store.find(5001) == nullptr);
  CHECK_THROWS_AS(desk.store.create(limit_order(1, 1, 2, 0), 0), Error);
  CHECK_THROWS_AS(desk.store.create(limit_order(1, 1, 0, 2), 0), Error);
}

TEST_CASE("an order's life is the fold of its events") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  CHECK(desk.event.ord_status == OrderStatus::new_);
  CHECK(desk.event.venue_order_id == 1001);
  CHECK(desk.event.leaves_qty == 10);
  CHECK(desk.store.apply(trade(id, 1, 99, 4), 4, desk.event) == Applied::taken);
  CHECK(desk.event.ord_status == OrderStatus::partially_filled);
  CHECK(desk.event.cum_qty == 4);
  CHECK(desk.event.leaves_qty == 6);
  CHECK(desk.event.last_px == 99);
  CHECK(desk.event.liquidity == Liquidity::maker);
  CHECK(desk.event.ts_event == 5);
  CHECK(desk.event.ts_init == 4);
  CHECK(desk.store.apply(trade(id, 2, 100, 6), 5, desk.event) == Applied::taken);
  const Order& order = *desk.store.find(id);
  CHECK(order.ord_status == OrderStatus::filled);
  CHECK(order.cum_value() == 99 * 4 + 100 * 6);
  CHECK(order.leaves_qty() == 0);
  CHECK(desk.store.open_count() == 0);
  CHECK(desk.store.first_inconsistent() == 0);
}

TEST_CASE("a denied order never opens") {
  Desk desk;
  const ClientOrderId id = desk.store.create(limit_order(-5, -1), 1).client_order_id;
  CHECK(desk.store.apply_own(id, ExecType::denied, RejectReason::price_not_positive, 1, desk.event) == Applied::taken);
  CHECK(desk.event.reason == RejectReason::price_not_positive);
  CHECK(desk.event.ord_status == OrderStatus::denied);
  CHECK(desk.store.open_count() == 0);
  CHECK(desk.store.apply(accepted(id, 100, 1), 2, desk.event) == Applied::illegal_transition);
}

TEST_CASE("whatever is refused is counted and changes neither the order nor the event") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  REQUIRE(desk.store.apply(trade(id, 7, 100, 3), 4, desk.event) == Applied::taken);
  const Order before = *desk.store.find(id);
  OrderEvent untouched;
  std::memset(static_cast<void*>(&untouched), 0x5A, sizeof(untouched));
  OrderEvent out = untouched;

  const auto refused = [&](const ExecutionReport& bad, Applied why) {
    const u64 count = desk.store.refused(why);
    CHECK(desk.store.apply(bad, 9, out) == why);
    CHECK(desk.store.refused(why) == count + 1);
    CHECK(same(*desk.store.find(id), before));
    CHECK(std::memcmp(&out, &untouched, sizeof(out)) == 0);
  };
  refused(trade(id, 7, 100, 3), Applied::duplicate_execution);
  refused(trade(id, 8, 100, 0), Applied::bad_quantity);
  refused(trade(id, 8, 100, -1), Applied::bad_quantity);
  refused(trade(99, 8, 100, 1), Applied::unknown_order);
  refused(trade(0, 8, 100, 1), Applied::unknown_order);
  refused(accepted(id, 100, 10), Applied::repeated_report);
  refused(report(id, ExecType::denied), Applied::illegal_transition);
  refused(report(id, ExecType::pending_cancel), Applied::illegal_transition);
  refused(report(id, static_cast<ExecType>(0)), Applied::illegal_transition);
  CHECK(desk.store.apply_own(id, ExecType::trade, RejectReason::none, 9, out) == Applied::illegal_transition);
  CHECK(desk.store.apply_own(id, ExecType::pending_replace, RejectReason::none, 9, out) == Applied::illegal_transition);
  CHECK(desk.store.request_replace({id, 100, 3, 0}, 9, out) == Applied::bad_quantity);
  CHECK(desk.store.request_replace({id, 100, 20, 1}, 9, out) == Applied::unknown_order);
  CHECK(same(*desk.store.find(id), before));
}

TEST_CASE("a trade whose value leaves 128 bits is refused") {
  Desk desk;
  const ClientOrderId id = desk.working(INT64_MAX / 2, INT64_MAX);
  CHECK(desk.store.apply(trade(id, 1, INT64_MAX, INT64_MAX - 1), 4, desk.event) == Applied::taken);
  CHECK(desk.store.find(id)->cum_qty == INT64_MAX - 1);
}

TEST_CASE("a replace stays pending until the venue speaks") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  CHECK(desk.store.request_replace({id, 101, 12, 0}, 4, desk.event) == Applied::taken);
  CHECK(desk.event.ord_status == OrderStatus::pending_replace);
  CHECK(desk.event.price == 100);
  const Order& order = *desk.store.find(id);
  CHECK(order.pending_price() == 101);
  CHECK(order.pending_qty() == 12);

  SUBCASE("replaced sets price and total quantity") {
    REQUIRE(desk.store.apply(trade(id, 1, 100, 2), 5, desk.event) == Applied::taken);
    CHECK(order.ord_status == OrderStatus::pending_replace);
    ExecutionReport replaced = accepted(id, 101, 12);
    replaced.exec_type = ExecType::replaced;
    CHECK(desk.store.apply(replaced, 6, desk.event) == Applied::taken);
    CHECK(order.ord_status == OrderStatus::partially_filled);
    CHECK(order.price == 101);
    CHECK(order.value_price == 101);
    CHECK(order.leaves_qty() == 10);
    CHECK(order.pending_qty() == 0);
  }
  SUBCASE("a refusal leaves price and quantity as they were") {
    ExecutionReport rejected = report(id, ExecType::replace_rejected);
    rejected.reason = RejectReason::order_closed;
    CHECK(desk.store.apply(rejected, 5, desk.event) == Applied::taken);
    CHECK(desk.event.reason == RejectReason::order_closed);
    CHECK(order.ord_status == OrderStatus::new_);
    CHECK(order.price == 100);
    CHECK(order.order_qty == 10);
    CHECK(order.pending_qty() == 0);
  }
  SUBCASE("a total that is executed already fills the order") {
    REQUIRE(desk.store.apply(trade(id, 1, 100, 5), 5, desk.event) == Applied::taken);
    ExecutionReport replaced = accepted(id, 101, 0);
    replaced.exec_type = ExecType::replaced;
    CHECK(desk.store.apply(replaced, 6, desk.event) == Applied::bad_quantity);
    replaced.quantity = 5;
    CHECK(desk.store.apply(replaced, 6, desk.event) == Applied::taken);
    CHECK(order.ord_status == OrderStatus::filled);
    CHECK(desk.store.open_count() == 0);
  }
}

TEST_CASE("a restatement changes total and limit, and a replace that was asked for is still answered") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  ExecutionReport restated = report(id, ExecType::restated);
  restated.price = 99;
  restated.quantity = 7;
  restated.reason = RejectReason::self_trade;
  CHECK(desk.store.apply(restated, 4, desk.event) == Applied::taken);
  CHECK(desk.event.reason == RejectReason::self_trade);
  const Order& order = *desk.store.find(id);
  CHECK(order.ord_status == OrderStatus::new_);
  CHECK(order.order_qty == 7);
  CHECK(order.price == 99);
  REQUIRE(desk.store.request_replace({id, 98, 6, 0}, 5, desk.event) == Applied::taken);
  restated.quantity = 5;
  CHECK(desk.store.apply(restated, 6, desk.event) == Applied::taken);
  CHECK(order.ord_status == OrderStatus::pending_replace);
  CHECK(order.pending_qty() == 6);
  CHECK(desk.store.apply(report(id, ExecType::replace_rejected), 7, desk.event) == Applied::taken);
  CHECK(order.ord_status == OrderStatus::new_);
  restated.quantity = 0;
  CHECK(desk.store.apply(restated, 8, desk.event) == Applied::bad_quantity);
}

TEST_CASE("open orders of each strategy and instrument are walked in order of submission") {
  Desk desk;
  std::vector<ClientOrderId> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(desk.working(100 + i, 1));
  const ClientOrderId other = desk.working(100, 1, 1, 1);
  REQUIRE(desk.store.apply(report(ids[0], ExecType::canceled), 4, desk.event) == Applied::taken);
  REQUIRE(desk.store.apply(trade(ids[3], 1, 103, 1), 4, desk.event) == Applied::taken);
  REQUIRE(desk.store.apply(report(ids[5], ExecType::expired), 4, desk.event) == Applied::taken);
  std::vector<ClientOrderId> open;
  for (ClientOrderId id = desk.store.first_open(0, 0); id != 0; id = desk.store.next_open(id)) open.push_back(id);
  CHECK(open == std::vector<ClientOrderId>{ids[1], ids[2], ids[4]});
  CHECK(desk.store.open_count(0, 0) == 3);
  CHECK(desk.store.first_open(1, 1) == other);
  CHECK(desk.store.first_open(1, 0) == 0);
  CHECK(desk.store.first_open(9, 9) == 0);
  CHECK(desk.store.open_count() == 4);
  CHECK(desk.store.first_inconsistent() == 0);
}

TEST_CASE("any stream of reports keeps CumQty + LeavesQty = OrderQty and the open lists true") {
  u64 state = 42;
  const auto random = [&](u64 bound) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<i64>((state >> 33) % bound);
  };
  Desk desk;
  desk.store.reserve(3000, 3000);
  for (int step = 0; step < 60000; ++step) {
    const auto id = static_cast<ClientOrderId>(random(desk.store.size() + 2));
    switch (random(5)) {
      case 0:
        if (desk.store.size() < 2000) {
          const Order& order = desk.store.create(
              limit_order(1 + random(50), 1 + random(20), static_cast<u32>(random(2)), static_cast<u32>(random(2))),
              step);
          desk.store.apply_own(order.client_order_id, random(9) == 0 ? ExecType::denied : ExecType::pending_new,
                               RejectReason::none, step, desk.event);
        }
        break;
      case 1:
        desk.store.apply(accepted(id, 1 + random(50), 1 + random(20)), step, desk.event);
        break;
      case 2:
        desk.store.apply(trade(id, static_cast<u64>(random(1000)), 1 + random(50), random(22) - 1), step, desk.event);
        break;
      case 3:
        if (random(2) == 0) {
          desk.store.request_replace({id, 1 + random(50), random(25), static_cast<u32>(random(2))}, step, desk.event);
        } else {
          desk.store.apply_own(id, ExecType::pending_cancel, RejectReason::none, step, desk.event);
        }
        break;
      default: {
        ExecutionReport any = accepted(id, 1 + random(50), random(25) - 1);
        any.exec_type = kExecTypes[random(std::size(kExecTypes))];
        any.exec_id = static_cast<u64>(random(1000));
        any.last_px = 1 + random(50);
        any.last_qty = random(22) - 1;
        any.sequence = static_cast<u64>(random(3) * random(100000));
        desk.store.apply(any, step, desk.event);
      }
    }
    if (step % 500 == 0) REQUIRE(desk.store.first_inconsistent() == 0);
  }
  REQUIRE(desk.store.first_inconsistent() == 0);
  for (const Applied why :
       {Applied::unknown_order, Applied::illegal_transition, Applied::duplicate_execution, Applied::overfill,
        Applied::bad_quantity, Applied::stale_report, Applied::repeated_report}) {
    CHECK_MESSAGE(desk.store.refused(why) > 0, to_text(why));
  }
}

TEST_CASE("the told trades are found by order and execution id, and no others") {
  ToldTrades trades;
  CHECK(trades.find(1, 1).trade == nullptr);
  trades.reserve(10);
  for (u32 order = 1; order <= 300; ++order) {
    for (u64 exec = 0; exec < 20; exec += 2)
      trades.add(trades.find(order, exec << 40), {exec << 40, static_cast<i64>(exec), 1, {}, order, 0, true, false});
  }
  CHECK(trades.size() == 3000);
  for (u64 order = 1; order <= 300; ++order) {
    for (u64 exec = 0; exec < 20; ++exec) {
      const ToldTrade* const found = trades.find(order, exec << 40).trade;
      CHECK((found != nullptr) == (exec % 2 == 0));
      if (found != nullptr) CHECK(found->price == static_cast<i64>(exec));
    }
  }
}

TEST_CASE("an order keeps the terms that it was submitted with, and its trigger takes its stop price") {
  Desk desk;
  NewOrder wanted = limit_order(100, 10);
  wanted.order_type = OrderType::stop_limit;
  wanted.terms.stop_price = 105;
  wanted.trigger_type = TriggerType::mark;
  Order& order = desk.store.create(wanted, 1);
  const ClientOrderId id = order.client_order_id;
  CHECK(desk.store.terms(order) == wanted.terms);
  CHECK(order.trigger_type == TriggerType::mark);
  REQUIRE(desk.store.apply_own(id, ExecType::pending_new, RejectReason::none, 2, desk.event) == Applied::taken);
  CHECK(desk.event.stop_price == 105);
  ExecutionReport told = accepted(id, 100, 10);
  told.stop_price = 106;
  REQUIRE(desk.store.apply(told, 3, desk.event) == Applied::taken);
  CHECK(order.stop_price() == 106);
  ExecutionReport triggered = report(id, ExecType::triggered);
  triggered.price = 99;
  REQUIRE(desk.store.apply(triggered, 4, desk.event) == Applied::taken);
  CHECK(order.stop_price() == kNoPrice);
  CHECK(order.price == 99);
  CHECK(desk.event.ord_status == OrderStatus::new_);
  CHECK(desk.store.terms(order).stop_price == 105);
}

TEST_CASE("orders without terms keep none") {
  Desk desk;
  const Order& order = desk.store.create(limit_order(100, 10), 1);
  CHECK(order.own_rare_facts == nullptr);
  CHECK(desk.store.terms(order) == OrderTerms{});
}

TEST_CASE("a trade beyond the order's quantity is money: it is taken, flagged and recorded") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  CHECK(desk.store.apply(trade(id, 1, 100, 12), 4, desk.event) == Applied::taken);
  const Order& order = *desk.store.find(id);
  CHECK(order.ord_status == OrderStatus::filled);
  CHECK(order.is_overfilled());
  CHECK(order.leaves_qty() == 0);
  REQUIRE(desk.store.refused_reports().kept().size() == 1);
  CHECK(desk.store.refused_reports().kept()[0].why == Applied::overfill);
  ExecutionReport replaced = accepted(id, 100, 15);
  replaced.exec_type = ExecType::replaced;
  CHECK(desk.store.apply(replaced, 5, desk.event) == Applied::taken);
  CHECK(order.ord_status == OrderStatus::partially_filled);
  CHECK(order.leaves_qty() == 3);
  CHECK(desk.store.open_count() == 1);
  CHECK(desk.store.first_inconsistent() == 0);
}

TEST_CASE("refused reports are kept with the reason, and beyond the bound they are counted") {
  Desk desk;
  for (std::size_t i = 0; i < RefusedReports::kMost + 10; ++i) {
    CHECK(desk.store.apply(trade(7, i, 1, 1), static_cast<i64>(i), desk.event) == Applied::unknown_order);
  }
  const RefusedReports& refused = desk.store.refused_reports();
  CHECK(refused.kept().size() == RefusedReports::kMost);
  CHECK(refused.count_of(Applied::unknown_order) == RefusedReports::kMost + 10);
  CHECK(refused.kept()[3].ts_init == 3);
  CHECK(refused.kept()[3].report.exec_id == 3);
}

TEST_CASE("orders are found by side, tag, stage, parent, venue number and as closed ones") {
  Desk desk;
  NewOrder wanted = limit_order(100, 5);
  wanted.tag = 3;
  const ClientOrderId parent = desk.working(100, 5);
  wanted.parent = parent;
  const ClientOrderId child = desk.store.create(wanted, 1).client_order_id;
  REQUIRE(desk.store.apply_own(child, ExecType::emulated, RejectReason::none, 2, desk.event) == Applied::taken);
  const OrderIndex& index = desk.store.index();
  CHECK(index.open(0, 0, Side::buy).count == 2);
  CHECK(index.open(0, 0, Side::sell).count == 0);
  CHECK(index.first(index.in_stage(0, OrderStage::emulated)) == child);
  CHECK(index.first(index.in_stage(0, OrderStage::working)) == parent);
  CHECK(desk.store.first_child(*desk.store.find(parent)) == child);
  CHECK(index.first(index.open_with_tag(0, 3)) == child);
  CHECK(index.open_with_tag(1, 3).count == 0);
  CHECK(index.tag_cell(index.first_open_tag(0)).tag == 0);
  CHECK(index.by_venue_number(0, 1000 + parent) == parent);
  CHECK(index.by_venue_number(1, 1000 + parent) == 0);
  REQUIRE(desk.store.apply_own(parent, ExecType::pending_cancel, RejectReason::none, 3, desk.event) == Applied::taken);
  CHECK(index.first(index.in_stage(0, OrderStage::in_flight)) == parent);
  REQUIRE(desk.store.apply(report(child, ExecType::canceled), 3, desk.event) == Applied::taken);
  CHECK(desk.store.apply(trade(child, 1, 100, 1), 4, desk.event) == Applied::illegal_transition);
  CHECK(index.open_with_tag(0, 3).count == 0);
  CHECK(index.tag_cell(index.first_open_tag(0)).next == 0);
  CHECK(desk.store.find(parent)->rare_facts().children.count == 0);
  REQUIRE(index.closed_orders(0).size() == 1);
  CHECK(index.closed_orders(0)[1] == child);
  CHECK(desk.store.first_inconsistent() == 0);
}

TEST_CASE("an order is found by its newest venue number, whenever somebody asks") {
  OrderPages orders;
  OrderIndex asked_always(orders);
  OrderIndex asked_rarely(orders);
  for (OrderIndex* const index : {&asked_always, &asked_rarely}) {
    index->add_strategy();
    index->add_instrument();
    index->add_instrument();
  }
  constexpr ClientOrderId kOrders = 1500;
  orders.reserve(kOrders);
  for (ClientOrderId id = 1; id <= kOrders; ++id) {
    Order& order = orders.add();
    order.client_order_id = id;
    order.instrument = id % 2;
  }
  std::map<std::pair<InstrumentIndex, VenueOrderId>, ClientOrderId> naive;
  u64 state = 7;
  const auto random = [&state](u64 below) {
    state = state * 6364136223846793005ull + 1;
    return (state >> 33) % below;
  };
  for (int step = 0; step < 20'000; ++step) {
    Order& order = orders[1 + random(kOrders)];
    const VenueOrderId before = order.venue_order_id;
    const VenueOrderId number = random(2000);
    asked_always.venue_number(order, number);
    const VenueOrderId after = order.venue_order_id;
    order.venue_order_id = before;
    asked_rarely.venue_number(order, number);
    REQUIRE(order.venue_order_id == after);
    if (after != before) {
      const auto held = naive.find({order.instrument, before});
      if (held != naive.end() && held->second == order.client_order_id) naive.erase(held);
      naive.try_emplace({order.instrument, after}, order.client_order_id);
    }
    const InstrumentIndex instrument = static_cast<InstrumentIndex>(random(2));
    const VenueOrderId wanted = random(2000);
    const auto found = naive.find({instrument, wanted});
    const ClientOrderId expected = found != naive.end() ? found->second : 0;
    REQUIRE(asked_always.by_venue_number(instrument, wanted) == expected);
    if (random(200) == 0) REQUIRE(asked_rarely.by_venue_number(instrument, wanted) == expected);
  }
}

TEST_CASE("a look-up walks the orders that it finds, however many have closed before") {
  Desk desk;
  for (int i = 0; i < 20'000; ++i) {
    NewOrder wanted = limit_order(100, 1);
    wanted.tag = static_cast<TagIndex>(i % 50);
    const ClientOrderId id = desk.store.create(wanted, i).client_order_id;
    REQUIRE(desk.store.apply_own(id, ExecType::pending_new, RejectReason::none, i, desk.event) == Applied::taken);
    REQUIRE(desk.store.apply(report(id, ExecType::canceled), i, desk.event) == Applied::taken);
  }
  const OrderIndex& index = desk.store.index();
  CHECK(index.first_open_tag(0) == 0);
  NewOrder wanted = limit_order(100, 1);
  wanted.tag = 7;
  const ClientOrderId id = desk.store.create(wanted, 1).client_order_id;
  REQUIRE(desk.store.apply_own(id, ExecType::pending_new, RejectReason::none, 1, desk.event) == Applied::taken);
  CHECK(index.open_with_tag(0, 7).count == 1);
  CHECK(index.open(0, 0, Side::buy).count == 1);
  CHECK(index.first(index.in_stage(0, OrderStage::in_flight)) == id);
  CHECK(index.tag_cell(index.first_open_tag(0)).next == 0);
  CHECK(index.closed_orders(0).size() == 20'000);
  CHECK(desk.store.first_inconsistent() == 0);
}

TEST_CASE("an answer that was given before our last request can not end it") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  const Order& order = *desk.store.find(id);
  const auto at = [](ExecutionReport made, u64 sequence) {
    made.sequence = sequence;
    return made;
  };
  REQUIRE(desk.store.apply_own(id, ExecType::pending_cancel, RejectReason::none, 4, desk.event) == Applied::taken);
  const ExecutionReport refusal = at(report(id, ExecType::cancel_rejected), 7);
  REQUIRE(desk.store.apply(refusal, 5, desk.event) == Applied::taken);
  CHECK(order.ord_status == OrderStatus::new_);
  REQUIRE(desk.store.apply_own(id, ExecType::pending_cancel, RejectReason::none, 6, desk.event) == Applied::taken);
  CHECK(desk.store.apply(refusal, 7, desk.event) == Applied::repeated_report);
  CHECK(order.ord_status == OrderStatus::pending_cancel);
  CHECK(desk.store.apply(at(report(id, ExecType::cancel_rejected), 9), 8, desk.event) == Applied::taken);
  CHECK(order.ord_status == OrderStatus::new_);
}

TEST_CASE("the answer to a replace may come after a cancel was asked for, and is the replace's alone") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  const Order& order = *desk.store.find(id);
  REQUIRE(desk.store.request_replace({id, 101, 12, 0}, 4, desk.event) == Applied::taken);
  ExecutionReport traded = trade(id, 1, 100, 2);
  traded.sequence = 6;
  REQUIRE(desk.store.apply(traded, 5, desk.event) == Applied::taken);
  REQUIRE(desk.store.apply_own(id, ExecType::pending_cancel, RejectReason::none, 6, desk.event) == Applied::taken);
  ExecutionReport replaced = accepted(id, 101, 12);
  replaced.exec_type = ExecType::replaced;
  replaced.sequence = 5;
  CHECK(desk.store.apply(replaced, 7, desk.event) == Applied::taken);
  CHECK(order.ord_status == OrderStatus::pending_cancel);
  CHECK(order.pending_qty() == 0);
  CHECK(order.order_qty == 12);
  CHECK(desk.store.apply(replaced, 8, desk.event) == Applied::repeated_report);
}

TEST_CASE("a replace that was asked for before a cancel keeps its own answer to come") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  REQUIRE(desk.store.request_replace({id, 90, 20, 0}, 2, desk.event) == Applied::taken);
  REQUIRE(desk.store.apply_own(id, ExecType::pending_cancel, RejectReason::none, 3, desk.event) == Applied::taken);
  REQUIRE(desk.store.apply(report(id, ExecType::cancel_rejected), 4, desk.event) == Applied::taken);
  const Order& order = *desk.store.find(id);
  CHECK(order.ord_status == OrderStatus::pending_replace);
  CHECK(order.pending_qty() == 20);
  REQUIRE(desk.store.apply(report(id, ExecType::replace_rejected), 5, desk.event) == Applied::taken);
  CHECK(order.ord_status == OrderStatus::new_);
  CHECK(order.pending_qty() == 0);
}
