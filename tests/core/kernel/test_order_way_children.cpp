// Parents that algorithms work, through the kernel: their children never exceed them, and end with them.
#include "worked_desk.hpp"

using namespace pytrader;

TEST_CASE("a parent works in the core, and never leaves") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  CHECK(desk[parent].ord_status == OrderStatus::new_);
  CHECK(desk.port.submitted.empty());
  CHECK(desk.kernel.worked_here() == 1);
  CHECK(desk.kernel.free_lots(parent) == 10);
  desk.kernel.cancel({parent, 0});
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk.port.canceled.empty());
  CHECK(desk.kernel.worked_here() == 0);
  CHECK(desk.kernel.free_lots(parent) == 0);
}

TEST_CASE("a child is for no more than its parent has left, at no worse price") {
  for (const Side side : {Side::buy, Side::sell}) {
    CAPTURE(static_cast<int>(side));
    WorkedDesk desk;
    const i64 worse = side == Side::buy ? 1 : -1;
    const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100, side));
    CHECK(desk.denied(child_of(parent, 11, 100, side)) == RejectReason::exceeds_parent);
    CHECK(desk.denied(child_of(parent, 1, 100 + worse, side)) == RejectReason::exceeds_parent);
    CHECK(desk.denied(child_of(parent, 1, kNoPrice, side)) == RejectReason::exceeds_parent);
    const ClientOrderId first = desk.working(child_of(parent, 6, 100, side));
    CHECK(desk.kernel.free_lots(parent) == 4);
    CHECK(desk.denied(child_of(parent, 5, 100, side)) == RejectReason::exceeds_parent);
    desk.working(child_of(parent, 4, 100 - worse, side));
    desk.trade(first, ExecType::trade, 1, 2, 100);
    CHECK(desk[parent].cum_qty == 2);
    CHECK(desk.denied(child_of(parent, 1, 100, side)) == RejectReason::exceeds_parent);
    desk.say(first, ExecType::canceled);
    CHECK(desk.kernel.free_lots(parent) == 4);
    desk.working(child_of(parent, 4, 100, side));
  }
}

TEST_CASE("a child is on its parent's side, in its instrument, and its strategy's") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, kNoPrice));
  CHECK(desk.denied(child_of(parent, 1, 100, Side::sell)) == RejectReason::exceeds_parent);
  NewOrder elsewhere = child_of(parent, 1, 100);
  elsewhere.instrument = 1;
  CHECK(desk.denied(elsewhere) == RejectReason::exceeds_parent);
  NewOrder nested = child_of(parent, 1, 100);
  nested.flags = kAlgorithm;
  CHECK(desk.denied(nested) == RejectReason::exceeds_parent);
  NewOrder reducing = child_of(parent, 1, 100);
  reducing.flags = kReduceOnly;
  CHECK(desk.denied(reducing) == RejectReason::exceeds_parent);
  NewOrder listed = child_of(parent, 1, 100);
  listed.list = 7;
  CHECK(desk.denied(listed) == RejectReason::exceeds_parent);
  NewOrder foreign = child_of(parent, 1, 100);
  foreign.strategy = 1;
  CHECK(desk.denied(foreign) == RejectReason::list_not_valid);
  const ClientOrderId plain = desk.working(order_of(Side::buy, 5, 90));
  CHECK(desk.denied(child_of(plain, 1, 90)) == RejectReason::list_not_valid);
  CHECK(desk.denied(child_of(99, 1, 90)) == RejectReason::list_not_valid);
  CHECK(desk[parent].rare_facts().children.count == 0);
  CHECK(desk.port.submitted == Ids{plain});
}

TEST_CASE("marks of the core that somebody else sets are refused and forgotten") {
  WorkedDesk desk;
  for (const u16 flag : {kChild, kShared, kWaiting}) {
    const ClientOrderId id = desk.kernel.submit(order_of(Side::buy, 1, 90, flag));
    CHECK(desk.strategy.events.back().reason == RejectReason::malformed_message);
    CHECK(desk.refused({id, 91, 1, 0}) == RejectReason::order_closed);
  }
}

TEST_CASE("a parent that is closed, or is being canceled, takes no child") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  const ClientOrderId child = desk.working(child_of(parent, 3, 100));
  desk.kernel.cancel({parent, 0});
  CHECK(desk[parent].ord_status == OrderStatus::pending_cancel);
  CHECK(desk.denied(child_of(parent, 1, 100)) == RejectReason::parent_ended);
  desk.say(child, ExecType::canceled);
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk.denied(child_of(parent, 1, 100)) == RejectReason::parent_ended);
}

TEST_CASE("a parent is a plain order that is good till canceled") {
  WorkedDesk desk;
  for (const TimeInForce time_in_force : {TimeInForce::ioc, TimeInForce::day, TimeInForce::fok}) {
    NewOrder order = parent_of(10, 100);
    order.time_in_force = time_in_force;
    CHECK(desk.denied(order) == RejectReason::time_in_force_not_supported);
  }
  NewOrder posted = parent_of(10, 100);
  posted.flags |= kPostOnly;
  CHECK(desk.denied(posted) == RejectReason::instruction_not_supported);
  NewOrder shown = parent_of(10, 100);
  shown.terms.display_qty = 1;
  CHECK(desk.denied(shown) == RejectReason::instruction_not_supported);
}

TEST_CASE("a child is not replaced beyond its parent, nor a parent below its children") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  const ClientOrderId child = desk.working(child_of(parent, 4, 98));
  desk.trade(child, ExecType::trade, 1, 1, 98);
  CHECK(desk.refused({child, 101, 4, 0}) == RejectReason::exceeds_parent);
  CHECK(desk.refused({child, 98, 11, 0}) == RejectReason::exceeds_parent);
  CHECK(desk.refused({child, 98, 5, 1}) == RejectReason::unknown_order);
  CHECK(desk.kernel.replace({child, 100, 10, 0}));
  CHECK(desk.kernel.free_lots(parent) == 0);  // it may come to hold all
  CHECK(desk.refused({parent, 99, 10, 0}) == RejectReason::exceeds_parent);
  CHECK(desk.refused({parent, 100, 9, 0}) == RejectReason::exceeds_parent);
  CHECK(desk.kernel.replace({parent, 102, 12, 0}));
  CHECK(desk.kernel.free_lots(parent) == 2);
  CHECK(desk[parent].price == 102);
  desk.say(child, ExecType::replace_rejected);
  CHECK(desk.kernel.free_lots(parent) == 8);
  CHECK(desk.kernel.replace({parent, 98, 4, 0}));
  CHECK(desk.kernel.free_lots(parent) == 0);
  CHECK(desk.refused({parent, 98, 3, 0}) == RejectReason::exceeds_parent);
}

TEST_CASE("a parent without a limit can have another quantity") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, kNoPrice));
  CHECK(desk.kernel.replace({parent, kNoPrice, 4, 0}));
  CHECK(desk[parent].order_qty == 4);
  CHECK(desk.cell().buys.lots == 4);
  CHECK(desk.refused({parent, 100, 4, 0}) == RejectReason::market_order_with_price);
  CHECK(desk.denied(child_of(parent, 5, 100)) == RejectReason::exceeds_parent);
}

TEST_CASE("a cancel of the parent cancels children that work, are on their way, or wait in the core") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, kNoPrice));
  const ClientOrderId held = desk.kernel.submit(stop_child(parent, 1, 110));
  const ClientOrderId works = desk.working(child_of(parent, 2, 95));
  const ClientOrderId leaves = desk.kernel.submit(child_of(parent, 3, 95));
  CHECK(desk[held].ord_status == OrderStatus::emulated);
  desk.kernel.cancel({parent, 0});
  CHECK(desk[held].ord_status == OrderStatus::canceled);
  CHECK(desk.port.canceled == Ids{works, leaves});
  CHECK(desk[parent].ord_status == OrderStatus::pending_cancel);
  desk.say(works, ExecType::canceled);
  CHECK(desk[parent].ord_status == OrderStatus::pending_cancel);
  desk.trade(leaves, ExecType::trade, 1, 3, 95);  // it was too late for this one
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk[parent].cum_qty == 3);
  desk.say(leaves, ExecType::cancel_rejected);
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk.cell().buys.lots == 0);
}

TEST_CASE("children that all wait in the core end with their parent at once") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, kNoPrice));
  desk.kernel.submit(stop_child(parent, 1, 110));
  desk.kernel.submit(stop_child(parent, 2, 111));
  desk.kernel.cancel({parent, 0});
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk[parent].rare_facts().children.count == 0);
  CHECK(desk.kernel.check());
}

TEST_CASE("a cancel of the parent that the venue port has no room for changes nothing") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  desk.working(child_of(parent, 2, 95));
  desk.working(child_of(parent, 2, 95));
  desk.port.room = 3;
  CHECK_THROWS_WITH(desk.kernel.cancel({parent, 0}), "no room");
  CHECK(desk[parent].ord_status == OrderStatus::new_);
  CHECK(desk.port.canceled.empty());
}

TEST_CASE("a child whose cancel is refused and that goes on working keeps its parent working") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  const ClientOrderId child = desk.working(child_of(parent, 2, 95));
  desk.kernel.cancel({parent, 0});
  desk.say(child, ExecType::cancel_rejected);
  CHECK(desk[child].ord_status == OrderStatus::new_);
  CHECK(desk[parent].ord_status == OrderStatus::new_);
  CHECK(desk.kernel.cancel({parent, 0}));
  desk.say(child, ExecType::canceled);
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
}

TEST_CASE("a rejected child gives its lots back") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  const ClientOrderId child = desk.kernel.submit(child_of(parent, 10, 100));
  CHECK(desk.kernel.free_lots(parent) == 0);
  desk.say(child, ExecType::rejected);
  CHECK(desk[parent].ord_status == OrderStatus::new_);
  CHECK(desk.kernel.free_lots(parent) == 10);
}

TEST_CASE("trades, corrections and busts of a child are its parent's, and the ledger's once") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  const ClientOrderId child = desk.working(child_of(parent, 6, 100));
  desk.trade(child, ExecType::trade, 1, 4, 99);
  desk.trade(child, ExecType::trade, 1, 4, 99);  // told twice
  CHECK(desk[parent].cum_qty == 4);
  CHECK(desk[parent].cum_value() == 396);
  CHECK(desk.position() == 4);
  desk.trade(child, ExecType::trade_correct, 1, 3, 98);
  CHECK(desk[parent].cum_qty == 3);
  CHECK(desk[parent].cum_value() == 294);
  CHECK(desk.position() == 3);
  CHECK(desk.cell().buys.lots == 7);
  desk.trade(child, ExecType::trade, 2, 2, 100);
  desk.trade(child, ExecType::trade_cancel, 1, 3, 98);
  CHECK(desk[parent].cum_qty == 2);
  CHECK(desk[child].cum_qty == 2);
  CHECK(desk.position() == 2);
  CHECK(desk.kernel.free_lots(parent) == 4);
  // The venue's number is the child's alone.
  CHECK(desk[parent].venue_order_id == 0);
  CHECK(desk.kernel.orders().index().by_venue_number(0, 70 + child) == child);
  std::size_t fills = 0;
  for (const std::string& line : desk.strategy.log) fills += line.starts_with("fill@") ? 1 : 0;
  CHECK(fills == 2);
}

TEST_CASE("a bust after the parent was filled leaves nothing at work") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(5, 100));
  const ClientOrderId child = desk.working(child_of(parent, 5, 100));
  desk.trade(child, ExecType::trade, 1, 5, 100);
  CHECK(desk[parent].ord_status == OrderStatus::filled);
  desk.trade(child, ExecType::trade_cancel, 1, 5, 100);
  CHECK(desk.position() == 0);
  CHECK(desk[parent].ord_status == OrderStatus::pending_cancel);
  CHECK(desk.port.canceled == Ids{child});
  desk.say(child, ExecType::canceled);
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk.cell().buys.lots == 0);
}

TEST_CASE("a trade that comes after its child's cancel takes the lots back from the newest children") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  const ClientOrderId first = desk.working(child_of(parent, 6, 100));
  desk.say(first, ExecType::canceled);
  const ClientOrderId second = desk.working(child_of(parent, 4, 100));
  const ClientOrderId third = desk.working(child_of(parent, 6, 99));
  desk.trade(first, ExecType::trade, 1, 3, 100);
  CHECK(desk[parent].cum_qty == 3);
  CHECK(desk.port.canceled == Ids{third});
  CHECK(desk.strategy.events.back().reason == RejectReason::exceeds_parent);
  desk.trade(first, ExecType::trade, 2, 3, 100);
  CHECK(desk.port.canceled == Ids{third});
  desk.trade(second, ExecType::trade, 3, 4, 100);
  desk.say(third, ExecType::canceled);
  CHECK(desk[parent].ord_status == OrderStatus::filled);
  CHECK(desk.position() == 10);
}

TEST_CASE("a parent that is filled by a late trade leaves no child at work") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(4, 100));
  const ClientOrderId first = desk.working(child_of(parent, 4, 100));
  desk.say(first, ExecType::canceled);
  const ClientOrderId held = desk.kernel.submit(child_of(parent, 4, 100));
  desk.trade(first, ExecType::trade, 1, 4, 100);
  CHECK(desk[parent].ord_status == OrderStatus::filled);
  CHECK(desk.port.canceled == Ids{held});
  desk.trade(held, ExecType::trade, 2, 1, 100);  // which it may be too late for: the position says so, and the parent
  CHECK(desk[parent].is_overfilled());
  CHECK(desk.position() == 5);
}

TEST_CASE("parent and children hold back what the parent needs, once") {
  WorkedDesk desk(1'000);  // what ten lots at 100 cost
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  CHECK(desk.cell().buys.lots == 10);
  const ClientOrderId child = desk.working(child_of(parent, 10, 100));
  CHECK(desk.cell().buys.lots == 10);
  CHECK(desk.cell().buys.value == 1'000);
  CHECK(desk.denied(order_of(Side::buy, 1, 1)) == RejectReason::insufficient_funds);
  desk.trade(child, ExecType::trade, 1, 4, 100);
  CHECK(desk.cell().buys.lots == 6);
  CHECK(desk.kernel.replace({child, 99, 10, 0}));
  CHECK(desk.cell().buys.lots == 6);
  desk.say(child, ExecType::replaced, 10, 99);
  desk.say(child, ExecType::canceled);
  CHECK(desk.cell().buys.lots == 6);
  desk.kernel.cancel({parent, 0});
  CHECK(desk.cell().buys.lots == 0);
}

TEST_CASE("a parent without a limit holds back at the highest price that a child may pay") {
  WorkedDesk desk(1'200);
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, kNoPrice));
  CHECK(desk.cell().buys.value == 1'010);
  CHECK(desk.denied(child_of(parent, 1, 121)) == RejectReason::insufficient_funds);
  const ClientOrderId child = desk.working(child_of(parent, 1, 110));
  CHECK(desk.cell().buys.value == 1'100);
  CHECK(desk.kernel.replace({child, 115, 1, 0}));
  CHECK(desk.cell().buys.value == 1'150);
  CHECK(desk.refused({child, 121, 1, 0}) == RejectReason::request_pending);
  desk.say(child, ExecType::canceled);
  // A stop order that waits in the core is worth what the market asks when it leaves.
  desk.kernel.submit(stop_child(parent, 1, 104));
  desk.quote(110, 118);
  CHECK(desk.port.submitted.size() == 2);
  CHECK(desk.cell().buys.value == 1'180);
  CHECK(desk.kernel.check());
}

TEST_CASE("a stop child that is moved in the core is worth its new stop price") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, kNoPrice));
  const ClientOrderId held = desk.kernel.submit(stop_child(parent, 2, 110));
  CHECK(desk.cell().buys.value == 1'100);
  CHECK(desk.kernel.replace({held, kNoPrice, 2, 0, 130}));
  CHECK(desk.cell().buys.value == 1'300);
}

TEST_CASE("a parent that sells lower still holds back for children that ask for more") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100, Side::sell));
  desk.working(child_of(parent, 2, 120, Side::sell));
  CHECK(desk.cell().sells.value == 1'200);
  CHECK(desk.kernel.replace({parent, 90, 10, 0}));
  CHECK(desk.cell().sells.value == 1'200);
}

TEST_CASE("a parent counts as one open order, its children as none") {
  RiskLimits limits;
  limits.max_open_orders = 1;
  WorkedDesk desk(1'000'000, limits);
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  desk.working(child_of(parent, 2, 100));
  desk.working(child_of(parent, 2, 100));
  CHECK(desk.denied(order_of(Side::buy, 1, 90)) == RejectReason::order_limit);
  CHECK(desk.denied(parent_of(1, 90)) == RejectReason::order_limit);
}

TEST_CASE("limits of position and size hold for parent and child") {
  RiskLimits limits;
  limits.max_position = 10;
  limits.max_order_quantity = 12;
  WorkedDesk desk(1'000'000, limits);
  CHECK(desk.denied(parent_of(13, 100)) == RejectReason::quantity_above_maximum);
  CHECK(desk.denied(parent_of(11, 100)) == RejectReason::position_limit);
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, 100));
  const ClientOrderId child = desk.working(child_of(parent, 10, 100));
  desk.trade(child, ExecType::trade, 1, 5, 100);
  CHECK(desk.denied(order_of(Side::buy, 1, 90)) == RejectReason::position_limit);
  CHECK(desk.refused({parent, 100, 11, 0}) == RejectReason::position_limit);
}

TEST_CASE("a reduce-only parent has reduce-only children, and closes once") {
  WorkedDesk desk;
  const ClientOrderId opening = desk.working(order_of(Side::buy, 10, 100));
  desk.trade(opening, ExecType::trade, 1, 10, 100);
  NewOrder closing = parent_of(10, 100, Side::sell);
  closing.flags |= kReduceOnly;
  NewOrder more = closing;
  more.quantity = 11;
  CHECK(desk.denied(more) == RejectReason::reduce_only_would_increase);
  const ClientOrderId parent = desk.kernel.submit(closing);
  NewOrder child = child_of(parent, 10, 100, Side::sell);
  CHECK(desk.denied(child) == RejectReason::exceeds_parent);
  child.flags = kReduceOnly;
  const ClientOrderId id = desk.working(child);
  desk.trade(id, ExecType::trade, 2, 10, 100);
  CHECK(desk[parent].ord_status == OrderStatus::filled);
  CHECK(desk.position() == 0);
}

TEST_CASE("an instrument that expires ends parents, and all that waits in the core") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, kNoPrice));
  const ClientOrderId first = desk.kernel.submit(stop_child(parent, 1, 110));
  const ClientOrderId second = desk.kernel.submit(stop_child(parent, 1, 111));
  NewOrder plain = order_of(Side::buy, 1, kNoPrice);
  plain.order_type = OrderType::stop;
  plain.terms.stop_price = 120;
  const ClientOrderId alone = desk.kernel.submit(plain);
  const ClientOrderId works = desk.working(child_of(parent, 2, 90));
  const ClientOrderId idle = desk.kernel.submit(parent_of(3, 90));
  desk.expire();
  for (const ClientOrderId id : {first, second, alone, idle}) CHECK(desk[id].ord_status == OrderStatus::canceled);
  CHECK(desk[parent].ord_status == OrderStatus::pending_cancel);
  CHECK(desk.port.canceled == Ids{works});
  desk.say(works, ExecType::canceled);
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk.kernel.orders().open_count() == 0);
}

TEST_CASE("an instrument that expires ends a parent though nothing waits in the core") {
  WorkedDesk desk;
  const ClientOrderId parent = desk.kernel.submit(parent_of(3, 90));
  desk.expire();
  CHECK(desk[parent].ord_status == OrderStatus::canceled);
  CHECK(desk.strategy.events.back().exec_type == ExecType::canceled);
  CHECK(desk.kernel.worked_here() == 0);
}

TEST_CASE("an error policy that cancels takes parents, their children, and what was sent after them") {
  ErrorPolicy policy;
  policy.action = ErrorAction::cancel;
  WorkedDesk desk(1'000'000, {}, policy);
  const ClientOrderId parent = desk.kernel.submit(parent_of(10, kNoPrice));
  const ClientOrderId first = desk.kernel.submit(stop_child(parent, 1, 110));
  const ClientOrderId second = desk.kernel.submit(stop_child(parent, 1, 111));
  const ClientOrderId plain = desk.working(order_of(Side::buy, 1, 90));
  desk.strategy.on_callback = [](const Callback& callback) { return callback.kind != CallbackKind::quote; };
  desk.quote(98, 101);
  for (const ClientOrderId id : {parent, first, second}) CHECK(desk[id].ord_status == OrderStatus::canceled);
  CHECK(desk.port.canceled == Ids{plain});
}
