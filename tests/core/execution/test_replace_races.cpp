// Trades that overtake the answer to a replace: what it may add is still to come, until the venue has spoken.
#include "doctest/doctest.h"
#include "order_desk.hpp"
#include "risk/exposure.hpp"

using namespace pytrader;

namespace {

// Ten lots at 100, of which twelve at 101 were asked for.
struct Growing : Desk {
  Growing() {
    REQUIRE(store.request_replace({id, 101, 12, 0}, 4, event) == Applied::taken);
    REQUIRE(order.pending_qty() == 12);
  }
  ExecutionReport replaced() const {
    ExecutionReport answer = accepted(id, 101, 12);
    answer.exec_type = ExecType::replaced;
    return answer;
  }

  ClientOrderId id = working(100, 10);
  const Order& order = *store.find(id);
};

}  // namespace

TEST_CASE("a fill that completes the old order leaves open what a replace may add, until that is refused") {
  Growing desk;
  CHECK(desk.store.apply(trade(desk.id, 1, 100, 10), 5, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::pending_replace);
  CHECK(desk.event.leaves_qty == 0);
  CHECK(desk.store.open_count() == 1);
  CHECK(own_reservation(desk.order).quantity == 2);
  CHECK(desk.store.first_inconsistent() == 0);
  CHECK(desk.store.apply(report(desk.id, ExecType::replace_rejected), 6, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::filled);
  CHECK(desk.store.open_count() == 0);
  CHECK(own_reservation(desk.order).quantity == 0);
}

TEST_CASE("trades that overtake the answer to a replace leave what it adds") {
  Growing desk;
  CHECK(desk.store.apply(trade(desk.id, 1, 100, 10), 5, desk.event) == Applied::taken);
  CHECK(desk.store.apply(trade(desk.id, 2, 100, 1), 6, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::pending_replace);
  CHECK(desk.order.is_overfilled());
  CHECK(desk.order.leaves_qty() == 0);
  CHECK(own_reservation(desk.order).quantity == 1);
  CHECK(desk.store.first_inconsistent() == 0);
  CHECK(desk.store.apply(desk.replaced(), 7, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::partially_filled);
  CHECK(desk.order.leaves_qty() == 1);
}

TEST_CASE("trades of all that a replace asks for fill the order before its answer") {
  Growing desk;
  CHECK(desk.store.apply(trade(desk.id, 1, 100, 12), 5, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::filled);
  CHECK(desk.store.apply(desk.replaced(), 6, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::filled);
  CHECK(!desk.order.is_overfilled());
}

TEST_CASE("a replace that asks for no more than has traded leaves a complete order filled") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  REQUIRE(desk.store.request_replace({id, 101, 8, 0}, 4, desk.event) == Applied::taken);
  CHECK(desk.store.apply(trade(id, 1, 100, 10), 5, desk.event) == Applied::taken);
  CHECK(desk.store.find(id)->ord_status == OrderStatus::filled);
}

TEST_CASE("a refused cancel behind a replace leaves that to be answered") {
  Growing desk;
  CHECK(desk.store.apply(trade(desk.id, 1, 100, 10), 5, desk.event) == Applied::taken);
  CHECK(desk.store.apply_own(desk.id, ExecType::pending_cancel, RejectReason::none, 6, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::pending_cancel);
  CHECK(desk.store.apply(report(desk.id, ExecType::cancel_rejected), 7, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::pending_replace);
  CHECK(desk.store.apply(report(desk.id, ExecType::replace_rejected), 8, desk.event) == Applied::taken);
  CHECK(desk.order.ord_status == OrderStatus::filled);
}

TEST_CASE("an end that the venue states while a replace is under way is the order's end") {
  Growing desk;
  CHECK(desk.store.apply(trade(desk.id, 1, 100, 10), 5, desk.event) == Applied::taken);
  CHECK(desk.store.apply(report(desk.id, ExecType::canceled), 6, desk.event) == Applied::taken);
  CHECK(is_closed(desk.order.ord_status));
  CHECK(own_reservation(desk.order).quantity == 0);
}
