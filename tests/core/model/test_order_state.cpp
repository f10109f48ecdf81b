// The order state table: every one of its edges, legal and illegal.
#include <set>
#include <string>
#include <utility>

#include "doctest/doctest.h"
#include "model/order.hpp"

using namespace pytrader;

TEST_CASE("every edge that the table does not name is refused and keeps the status") {
  int legal = 0;
  for (const OrderStatus status : kOrderStatuses) {
    for (const ExecType exec_type : kExecTypes) {
      for (const bool has_fills : {false, true}) {
        for (const bool completes : {false, true}) {
          const Transition next = transition(status, exec_type, has_fills, completes);
          if (!next.legal) CHECK(next.next == status);
          legal += next.legal ? 1 : 0;
        }
      }
    }
  }
  CHECK(legal == 111 * 4);
}

TEST_CASE("a code that is no member is illegal") {
  CHECK_FALSE(transition(static_cast<OrderStatus>(0), ExecType::trade, false, false).legal);
  CHECK_FALSE(transition(OrderStatus::new_, static_cast<ExecType>(1), false, false).legal);
}

TEST_CASE("an order that ended stays ended, whatever comes late, unless it traded in full") {
  for (const OrderStatus status : {OrderStatus::canceled, OrderStatus::expired, OrderStatus::rejected}) {
    for (const ExecType exec_type : kExecTypes) {
      CHECK(transition(status, exec_type, true, false).next == status);
      const Transition full = transition(status, exec_type, true, true);
      CHECK((full.next == status || full.next == OrderStatus::filled));
    }
    CHECK(transition(status, ExecType::trade, true, false).legal);
    CHECK(transition(status, ExecType::cancel_rejected, true, false).legal);
  }
}

TEST_CASE("a filled order opens again only if its trades shrink or its quantity grows") {
  for (const ExecType exec_type : kExecTypes) {
    const Transition next = transition(OrderStatus::filled, exec_type, true, false);
    const bool may = exec_type == ExecType::new_ || exec_type == ExecType::replaced ||
                     exec_type == ExecType::restated || exec_type == ExecType::trade_correct ||
                     exec_type == ExecType::trade_cancel;
    CHECK(next.next == (may ? OrderStatus::partially_filled : OrderStatus::filled));
  }
}

TEST_CASE("a denied order takes nothing") {
  for (const ExecType exec_type : kExecTypes) {
    CHECK_FALSE(transition(OrderStatus::denied, exec_type, true, true).legal);
  }
}

TEST_CASE("the status of an order that left follows from its facts in one order of precedence") {
  Order order;
  order.order_qty = 10;
  CHECK(status_of(order) == OrderStatus::pending_new);
  order.facts = kSent | kAcknowledged;
  CHECK(status_of(order) == OrderStatus::new_);
  order.cum_qty = 4;
  CHECK(status_of(order) == OrderStatus::partially_filled);
  order.request = OrderStatus::pending_cancel;
  CHECK(status_of(order) == OrderStatus::pending_cancel);
  order.ended = OrderStatus::expired;
  CHECK(status_of(order) == OrderStatus::expired);
  order.cum_qty = 11;
  CHECK(status_of(order) == OrderStatus::filled);
  CHECK(order.is_overfilled());
}

TEST_CASE("an order that the core holds does not trade") {
  for (const OrderStatus status : {OrderStatus::emulated, OrderStatus::released}) {
    CHECK(is_open(status));
    CHECK_FALSE(transition(status, ExecType::trade, false, true).legal);
  }
}

TEST_CASE("a trade that leaves nothing fills the order from every status at a venue, another keeps a pending request") {
  for (const OrderStatus status : kOrderStatuses) {
    if (!is_open(status) || status == OrderStatus::emulated || status == OrderStatus::released) continue;
    CHECK(transition(status, ExecType::trade, false, true).next == OrderStatus::filled);
    const Transition partly = transition(status, ExecType::trade, false, false);
    const bool request = status == OrderStatus::pending_cancel || status == OrderStatus::pending_replace;
    CHECK(partly.legal);
    CHECK(partly.next == (request ? status : OrderStatus::partially_filled));
  }
}

TEST_CASE("a refused request returns the order to what it was by its fills") {
  CHECK(transition(OrderStatus::pending_cancel, ExecType::cancel_rejected, false, false).next == OrderStatus::new_);
  CHECK(transition(OrderStatus::pending_cancel, ExecType::cancel_rejected, true, false).next ==
        OrderStatus::partially_filled);
  CHECK(transition(OrderStatus::pending_replace, ExecType::replace_rejected, true, false).next ==
        OrderStatus::partially_filled);
  CHECK(transition(OrderStatus::pending_replace, ExecType::replaced, false, false).next == OrderStatus::new_);
  CHECK(transition(OrderStatus::pending_replace, ExecType::replaced, true, true).next == OrderStatus::filled);
}

TEST_CASE("a cancel may be asked for before the venue acknowledged the order, and overtakes a replace") {
  CHECK(transition(OrderStatus::pending_new, ExecType::pending_cancel, false, false).next ==
        OrderStatus::pending_cancel);
  CHECK(transition(OrderStatus::pending_cancel, ExecType::new_, false, false).next == OrderStatus::pending_cancel);
  CHECK(transition(OrderStatus::pending_replace, ExecType::pending_cancel, false, false).next ==
        OrderStatus::pending_cancel);
  CHECK(transition(OrderStatus::pending_cancel, ExecType::replaced, false, false).next == OrderStatus::pending_cancel);
  CHECK_FALSE(transition(OrderStatus::pending_new, ExecType::pending_replace, false, false).legal);
  CHECK_FALSE(transition(OrderStatus::pending_cancel, ExecType::pending_cancel, false, false).legal);
}

TEST_CASE("every status is reached from initialized by legal events") {
  std::set<OrderStatus> reached{OrderStatus::initialized};
  for (std::size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const OrderStatus status : std::set<OrderStatus>(reached)) {
      for (const ExecType exec_type : kExecTypes) {
        for (const bool completes : {false, true}) reached.insert(transition(status, exec_type, false, completes).next);
      }
    }
  }
  CHECK(reached.size() == std::size(kOrderStatuses));
}

TEST_CASE("an order is open or closed or only initialized, never two of these") {
  for (const OrderStatus status : kOrderStatuses) {
    CHECK(is_open(status) + is_closed(status) + (status == OrderStatus::initialized) == 1);
  }
}

TEST_CASE("every member of every enumeration has a text of its own") {
  std::set<std::string> texts;
  for (const OrderStatus status : kOrderStatuses) CHECK(texts.insert(to_text(status)).second);
  texts.clear();
  for (const ExecType exec_type : kExecTypes) CHECK(texts.insert(to_text(exec_type)).second);
  texts.clear();
  for (u8 code = 0; code < kRejectReasonCount; ++code) {
    CHECK(texts.insert(to_text(static_cast<RejectReason>(code))).second);
    CHECK(texts.insert(name_of(static_cast<RejectReason>(code))).second);
  }
  CHECK(texts.count("?") == 0);
  CHECK(std::string(to_text(static_cast<RejectReason>(kRejectReasonCount))) == "?");
  CHECK(std::string(name_of(RejectReason::self_trade)) == "self_trade");
  CHECK(std::string(to_text(Side::buy)) == "buy");
  CHECK(std::string(to_text(OrderType::limit)) == "limit");
  CHECK(std::string(to_text(TimeInForce::fok)) == "fok");
  CHECK(std::string(to_text(Liquidity::maker)) == "maker");
  CHECK(std::string(to_text(InstrumentKind::perpetual)) == "perpetual");
}

TEST_CASE("every text is read back, in any case, and nothing else is") {
  const auto reads_back = [](const auto& members) {
    for (const auto member : members) {
      auto read = members[0];
      CHECK(from_text(to_text(member), read));
      CHECK(read == member);
    }
  };
  reads_back(kSides);
  reads_back(kOrderTypes);
  reads_back(kTimesInForce);
  reads_back(kSelfTrades);
  reads_back(kOrderStatuses);
  reads_back(kExecTypes);
  reads_back(kLiquidities);
  reads_back(kInstrumentKinds);
  TimeInForce time_in_force = TimeInForce::day;
  CHECK(from_text("GTC", time_in_force));
  CHECK(time_in_force == TimeInForce::gtc);
  for (const char* text : {"", "gt", "gtcx", "GTC ", "?"}) CHECK_FALSE(from_text(text, time_in_force));
  CHECK(time_in_force == TimeInForce::gtc);
}

TEST_CASE("a venue may change an order unasked, and a request under way stays so") {
  CHECK(transition(OrderStatus::new_, ExecType::restated, false, false).next == OrderStatus::new_);
  CHECK(transition(OrderStatus::partially_filled, ExecType::restated, true, false).next ==
        OrderStatus::partially_filled);
  for (const OrderStatus request : {OrderStatus::pending_cancel, OrderStatus::pending_replace}) {
    CHECK(transition(request, ExecType::restated, true, false).next == request);
    CHECK(transition(request, ExecType::restated, true, true).next == OrderStatus::filled);
  }
}
