// The order in which reports count: one total order, whatever came first and whatever of them carry the venue's count.
#include <vector>

#include "order_desk.hpp"

using namespace pytrader;

namespace {

ExecutionReport at(ExecutionReport made, u64 sequence, i64 ts_event) {
  made.sequence = sequence;
  made.ts_event = ts_event;
  return made;
}

}  // namespace

TEST_CASE("a venue may reject what it acknowledged, in whatever order both are heard") {
  for (const bool rejected_first : {false, true}) {
    Desk desk;
    const ClientOrderId id = desk.store.create(limit_order(100, 10), 1).client_order_id;
    REQUIRE(desk.store.apply_own(id, ExecType::pending_new, RejectReason::none, 2, desk.event) == Applied::taken);
    const ExecutionReport told[2] = {at(accepted(id, 100, 9), 1, 5), at(report(id, ExecType::rejected), 2, 6)};
    CHECK(desk.store.apply(told[rejected_first ? 1 : 0], 3, desk.event) == Applied::taken);
    CHECK(desk.store.apply(told[rejected_first ? 0 : 1], 4, desk.event) == Applied::taken);
    CHECK(desk.store.find(id)->ord_status == OrderStatus::rejected);
    CHECK(desk.store.find(id)->order_qty == 9);
    CHECK(desk.store.open_count() == 0);
    CHECK(desk.store.first_inconsistent() == 0);
  }
}

TEST_CASE("of several ends the oldest holds, and an older one that comes late is told") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  const Order& order = *desk.store.find(id);
  REQUIRE(desk.store.apply(at(report(id, ExecType::canceled), 9, 9), 4, desk.event) == Applied::taken);
  CHECK(desk.store.apply(at(report(id, ExecType::expired), 10, 8), 5, desk.event) == Applied::illegal_transition);
  CHECK(desk.store.apply(at(report(id, ExecType::canceled), 10, 8), 5, desk.event) == Applied::repeated_report);
  CHECK(order.ord_status == OrderStatus::canceled);
  CHECK(desk.store.apply(at(report(id, ExecType::expired), 8, 9), 6, desk.event) == Applied::taken);
  CHECK(desk.event.exec_type == ExecType::expired);
  CHECK(desk.event.ord_status == OrderStatus::expired);
  CHECK(desk.store.apply(at(report(id, ExecType::rejected), 8, 10), 7, desk.event) == Applied::illegal_transition);
  // The same end, told earlier than was known: what lies between is later from now on.
  CHECK(desk.store.apply(at(report(id, ExecType::expired), 5, 5), 8, desk.event) == Applied::repeated_report);
  CHECK(desk.store.apply(at(report(id, ExecType::rejected), 7, 7), 9, desk.event) == Applied::illegal_transition);
  CHECK(order.ord_status == OrderStatus::expired);
  REQUIRE(desk.store.index().closed_orders(0).size() == 1);
  CHECK(desk.store.index().closed_orders(0)[1] == id);
  CHECK(desk.store.first_inconsistent() == 0);
}

TEST_CASE("ends of one instant hold in the order of their FIX codes") {
  const ExecType ends[] = {ExecType::canceled, ExecType::rejected, ExecType::expired};
  for (const ExecType first : ends) {
    for (const ExecType second : ends) {
      Desk desk;
      const ClientOrderId id = desk.working(100, 10);
      for (const ExecType end : {ExecType::expired, first, second, first}) {
        desk.store.apply(at(report(id, end), 0, 7), 4, desk.event);
      }
      const bool canceled = first == ExecType::canceled || second == ExecType::canceled;
      const bool rejected = first == ExecType::rejected || second == ExecType::rejected;
      const OrderStatus holds = canceled   ? OrderStatus::canceled
                                : rejected ? OrderStatus::rejected
                                           : OrderStatus::expired;
      CHECK(desk.store.find(id)->ord_status == holds);
    }
  }
}

TEST_CASE("the order of reports is a strict weak one, whatever of them carry a count") {
  std::vector<ReportRank> ranks;
  for (const u64 sequence : {0ull, 1ull, 2ull, 3ull}) {
    for (const i64 ts_event : {INT64_MIN, i64{-1}, i64{5}, i64{9}}) ranks.push_back({sequence, ts_event});
  }
  for (const ReportRank& a : ranks) {
    for (const ReportRank& b : ranks) {
      CHECK((is_older(a, b) + is_older(b, a) + (a == b)) == 1);
      for (const ReportRank& c : ranks) {
        if (is_older(a, b) && is_older(b, c)) CHECK(is_older(a, c));
      }
    }
  }
}

TEST_CASE("a trade is the oldest word on itself, also where only it carries a count") {
  for (const bool trade_first : {false, true}) {
    Desk desk;
    const ClientOrderId id = desk.working(100, 10);
    ExecutionReport corrected = at(trade(id, 1, 98, 3), 0, 9);
    corrected.exec_type = ExecType::trade_correct;
    const ExecutionReport told[2] = {at(trade(id, 1, 99, 4), 6, 8), corrected};
    desk.store.apply(told[trade_first ? 0 : 1], 4, desk.event);
    desk.store.apply(told[trade_first ? 1 : 0], 5, desk.event);
    CHECK(desk.store.find(id)->cum_qty == 3);
    CHECK(desk.store.find(id)->cum_value() == 3 * 98);
  }
}

TEST_CASE("of several corrections of a trade the newest holds, in whatever order they are heard") {
  for (const bool newest_first : {false, true}) {
    Desk desk;
    const ClientOrderId id = desk.working(100, 10);
    REQUIRE(desk.store.apply(at(trade(id, 1, 100, 4), 2, 6), 4, desk.event) == Applied::taken);
    ExecutionReport older = at(trade(id, 1, 99, 3), 3, 7);
    ExecutionReport newer = at(trade(id, 1, 98, 2), 4, 8);
    older.exec_type = newer.exec_type = ExecType::trade_correct;
    CHECK(desk.store.apply(newest_first ? newer : older, 5, desk.event) == Applied::taken);
    const Applied second = desk.store.apply(newest_first ? older : newer, 6, desk.event);
    CHECK(second == (newest_first ? Applied::stale_report : Applied::taken));
    CHECK(desk.store.find(id)->cum_qty == 2);
    CHECK(desk.store.find(id)->cum_value() == 196);
    CHECK(desk.store.first_inconsistent() == 0);
  }
}
