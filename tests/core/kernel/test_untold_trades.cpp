// Ends that overtake trades: what an ended order has traded and nobody told of yet is nobody's to trade again.
#include <algorithm>

#include "worked_desk.hpp"

using namespace pytrader;

namespace {

constexpr i64 kQuantity = 10;

}  // namespace

TEST_CASE("an end that overtakes its trade holds back for it until it is told") {
  WorkedDesk desk;
  const ClientOrderId id = desk.working(order_of(Side::buy, 10, 100));
  desk.trade(id, ExecType::trade, 1, 2, 100);
  desk.say(id, ExecType::canceled, 6);
  CHECK(desk[id].ord_status == OrderStatus::canceled);
  CHECK(desk[id].leaves_qty() == 0);
  CHECK(desk[id].untold_qty() == 4);
  CHECK(desk.cell().buys.lots == 4);
  CHECK(desk.cell().buys.value == 400);
  CHECK(desk.kernel.gate().exposure().open_orders(0) == 1);
  desk.trade(id, ExecType::trade, 2, 3, 99);
  CHECK(desk.cell().buys.lots == 1);
  CHECK(desk.position() == 5);
  desk.trade(id, ExecType::trade, 3, 1, 99);
  CHECK(desk[id].untold_qty() == 0);
  CHECK(desk.kernel.orders().untold().empty());
  CHECK(desk.cell().buys.lots == 0);
  CHECK(desk.kernel.gate().exposure().open_orders(0) == 0);
  CHECK(desk[id].ord_status == OrderStatus::canceled);
  CHECK(desk[id].cum_qty == 6);
}

TEST_CASE("an end that says less than was told, or nothing, holds back for nothing") {
  for (const i64 said : {0, 1, 2}) {
    WorkedDesk desk;
    const ClientOrderId id = desk.working(order_of(Side::buy, 10, 100));
    desk.trade(id, ExecType::trade, 1, 2, 100);
    desk.say(id, ExecType::expired, said);
    CHECK(desk[id].untold_qty() == 0);
    CHECK(desk.cell().buys.lots == 0);
  }
}

TEST_CASE("what a child traded before its end is not its parent's again, told or not") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(kQuantity, 100));
  const ClientOrderId child = desk.working(child_of(parent, 6, 100));
  desk.say(child, ExecType::canceled, 4);
  CHECK(desk.kernel.free_lots(parent) == 6);
  CHECK(desk.denied(child_of(parent, 7, 100)) == RejectReason::exceeds_parent);
  const ClientOrderId rest = desk.working(child_of(parent, 6, 100));
  CHECK(desk.refused({rest, 100, 7, 0}) == RejectReason::exceeds_parent);
  CHECK(desk.refused({parent, 100, 9, 0}) == RejectReason::exceeds_parent);
  desk.trade(rest, ExecType::trade, 1, 6, 100);
  desk.trade(child, ExecType::trade, 2, 4, 100);
  CHECK(desk[parent].cum_qty == kQuantity);
  CHECK(desk[parent].ord_status == OrderStatus::filled);
  CHECK(desk.port.canceled.empty());
  CHECK(desk.cell().buys.lots == 0);
}

TEST_CASE("a parent that ends before its child's trade is told holds back for it") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(kQuantity, 100));
  const ClientOrderId child = desk.working(child_of(parent, 6, 100));
  CHECK(desk.kernel.cancel({parent, 0}));
  desk.say(child, ExecType::canceled, 4);
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk[parent].untold_qty() == 4);
  CHECK(desk.cell().buys.lots == 4);
  desk.trade(child, ExecType::trade, 1, 4, 100);
  CHECK(desk[parent].cum_qty == 4);
  CHECK(desk[parent].untold_qty() == 0);
  CHECK(desk.cell().buys.lots == 0);
  CHECK(desk.position() == 4);
}

TEST_CASE("a trade that was busted or corrected before it is told is waited for no longer than that") {
  for (const bool of_child : {false, true}) {
    for (const ExecType first : {ExecType::trade_cancel, ExecType::trade_correct}) {
      CAPTURE(of_child);
      CAPTURE(static_cast<int>(first));
      WorkedDesk desk;
      const ClientOrderId parent = of_child ? desk.kernel.submit(parent_of(kQuantity, 100)) : 0;
      const ClientOrderId id = desk.working(of_child ? child_of(parent, 6, 100) : order_of(Side::buy, 6, 100));
      desk.say(id, ExecType::canceled, 4);
      CHECK(desk[id].untold_qty() == 4);
      const bool corrected = first == ExecType::trade_correct;
      desk.trade(id, first, 1, corrected ? 3 : 0, 100);
      CHECK(desk[id].untold_qty() == (corrected ? 1 : 4));
      if (of_child) {
        CHECK(desk.kernel.cancel({parent, 0}));
        CHECK(desk[parent].untold_qty() == (corrected ? 1 : 4));
      }
      desk.trade(id, ExecType::trade, 1, 4, 100);
      CHECK(desk[id].untold_qty() == 0);
      if (of_child) CHECK(desk[parent].untold_qty() == 0);
      CHECK(desk.kernel.orders().untold().empty());
      CHECK(desk.cell().buys.lots == 0);
      CHECK(desk.position() == (corrected ? 3 : 0));
    }
  }
}

// Children come and go at random over a venue whose reports overtake one another.
TEST_CASE("children never exceed their parent, in whatever order reports come") {
  int overtaken = 0;
  int filled = 0;
  for (u64 seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    u64 state = seed;
    const auto below = [&state](i64 limit) {
      state = state * 6364136223846793005ull + 1442695040888963407ull;
      return static_cast<i64>((state >> 33) % static_cast<u64>(limit));
    };
    LatencyChoice slow;
    slow.kind = LatencyKind::uniform;
    slow.minimum_ns = 1;
    slow.maximum_ns = 90;
    slow.seed = seed;
    slow.may_overtake = true;
    ScriptedRun run;
    ScriptedStrategy& strategy = run.add_strategy();
    run.loop.set_response_latency(slow);
    std::vector<QuoteRecord> quotes;
    for (i64 ts = 0; ts <= 4'000; ts += 10) {
      const i64 bid = 98 + below(3);
      quotes.push_back(quote_row(ts, bid, bid + 1, 1 + below(3), 1 + below(3)));
    }
    run.add_stream<QuoteRecord>(StreamKind::quote, quotes);
    ClientOrderId parent = 0;
    Ids children;
    strategy.on_callback = [&](const Callback& callback) {
      Kernel& kernel = run.kernel();
      if (callback.kind == CallbackKind::order_event) overtaken += kernel.orders().untold().empty() ? 0 : 1;
      if (callback.kind != CallbackKind::quote) return true;
      if (parent == 0) parent = kernel.submit(parent_of(30, 101));
      CHECK(kernel.order(parent)->cum_qty <= 30);
      if (!is_open(kernel.order(parent)->ord_status)) return true;
      const i64 free = kernel.free_lots(parent);
      if (free > 0 && below(2) == 0) {
        NewOrder child = child_of(parent, 1 + below(std::min<i64>(free, 8)), 98 + below(3));
        if (below(2) == 0) child.time_in_force = TimeInForce::ioc;
        children.push_back(kernel.submit(child));
      }
      for (const ClientOrderId child : children) {
        if (below(6) == 0) kernel.cancel({child, 0});
      }
      return true;
    };
    run.run();
    i64 traded = 0;
    for (const ClientOrderId child : children) traded += run.kernel().order(child)->cum_qty;
    CHECK(traded == run.kernel().order(parent)->cum_qty);
    CHECK(traded <= 30);
    filled += traded == 30 ? 1 : 0;
    CHECK(run.kernel().check());
  }
  CHECK(overtaken > 20);
  CHECK(filled > 40);
}
