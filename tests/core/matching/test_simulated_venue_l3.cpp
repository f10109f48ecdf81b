// Own orders in a recorded order-by-order book: place in the queue, sharing of executions, what was taken is gone.
#include <map>

#include "doctest/doctest.h"
#include "venue_scene.hpp"

using namespace pytrader;

TEST_CASE("l3: an own order fills only when an execution reaches its place in the queue") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::buy, 100, 5);
  scene.limit(Side::buy, 100, 3);
  scene.add(2, Side::buy, 100, 5);
  scene.said();
  scene.execute(1, Side::buy, 100, 5);
  CHECK(scene.traded() == 0);
  scene.execute(2, Side::buy, 100, 2);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_qty == 2);
  CHECK(trades[0].last_px == 100);
  CHECK(trades[0].liquidity == Liquidity::maker);
  scene.execute(2, Side::buy, 100, 2);
  CHECK(scene.traded() == 1);
  CHECK(scene.venue.orders().empty());
}

TEST_CASE("l3: an execution that names its order only reaches own orders where that order rests") {
  for (const i64 side : {i64{0}, static_cast<i64>(Side::buy), static_cast<i64>(Side::sell)}) {
    for (const Side resting : {Side::buy, Side::sell}) {
      if (side != 0 && side != static_cast<i64>(resting)) continue;
      VenueScene scene(MarketKind::l3);
      scene.add(1, resting, 100, 5);
      scene.limit(resting, 100, 3);
      scene.add(2, resting, 100, 5);
      scene.said();
      scene.venue.apply_l3({++scene.ts, scene.ts, static_cast<i64>(BookAction::execute), side, 0, 5, 1, kFlagLast});
      CHECK(scene.traded() == 0);
      scene.venue.apply_l3({++scene.ts, scene.ts, static_cast<i64>(BookAction::execute), side, 0, 2, 2, kFlagLast});
      CHECK(scene.traded() == 2);
      // Of an order that nobody knows, without a price, nothing can be said.
      scene.venue.apply_l3({++scene.ts, scene.ts, static_cast<i64>(BookAction::execute), side, 0, 2, 9, kFlagLast});
      CHECK(scene.traded() == 0);
    }
  }
}

TEST_CASE("l3: an execution through the price of an own order fills it, at its own price") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 105, 5);
  scene.limit(Side::sell, 103, 4);
  scene.execute(1, Side::sell, 105, 5);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 103);
  CHECK(trades[0].last_qty == 4);
}

TEST_CASE("l3: own orders share one execution by price and time, never twice") {
  VenueScene scene(MarketKind::l3);
  const ClientOrderId first = scene.limit(Side::buy, 100, 3);
  const ClientOrderId second = scene.limit(Side::buy, 100, 3);
  const ClientOrderId better = scene.limit(Side::buy, 101, 2);
  scene.add(1, Side::buy, 100, 9);
  scene.said();
  scene.execute(1, Side::buy, 100, 6);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 3);
  CHECK(trades[0].client_order_id == better);
  CHECK(trades[0].last_qty == 2);
  CHECK(trades[1].client_order_id == first);
  CHECK(trades[1].last_qty == 3);
  CHECK(trades[2].client_order_id == second);
  CHECK(trades[2].last_qty == 1);
}

TEST_CASE("l3: a hidden execution passes own orders behind displayed quantity and fills those in front") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::buy, 100, 5);
  scene.limit(Side::buy, 100, 3);
  scene.said();
  scene.hidden(Side::buy, 100, 4);
  CHECK(scene.traded() == 0);
  scene.l3(BookAction::erase, 1, Side::buy, 100, 0);
  scene.add(2, Side::buy, 100, 5);
  scene.hidden(Side::buy, 100, 2);
  CHECK(scene.traded() == 2);
  scene.hidden(Side::buy, 99, 2);
  CHECK(scene.traded() == 1);
}

TEST_CASE("l3: a recorded replace that loses its place falls behind own orders") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::buy, 100, 5);
  scene.limit(Side::buy, 100, 3);
  scene.l3(BookAction::replace, 1, Side::buy, 100, 9);
  scene.said();
  scene.execute(1, Side::buy, 100, 1);
  CHECK(scene.traded() == 1);
}

TEST_CASE("l3: a recorded replace that keeps its place stays in front") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::buy, 100, 5);
  scene.limit(Side::buy, 100, 3);
  scene.l3(BookAction::replace, 1, Side::buy, 100, 4);
  scene.said();
  scene.execute(1, Side::buy, 100, 4);
  CHECK(scene.traded() == 0);
}

TEST_CASE("l3: orders of a snapshot after a gap count as ahead of own orders") {
  VenueScene scene(MarketKind::l3);
  scene.limit(Side::buy, 100, 3);
  scene.l3(BookAction::clear, 0, static_cast<Side>(0), 0, 0);
  scene.l3(BookAction::add, 7, Side::buy, 100, 5, kFlagSnapshot | kFlagLast);
  scene.said();
  scene.execute(7, Side::buy, 100, 5);
  CHECK(scene.traded() == 0);
}

TEST_CASE("l3: a market order walks recorded orders, and what it took is gone") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 2);
  scene.add(2, Side::sell, 101, 2);
  scene.add(3, Side::sell, 103, 5);
  scene.market(Side::buy, 6);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 2);
  CHECK(trades[0].last_px == 101);
  CHECK(trades[0].last_qty == 4);
  CHECK(trades[1].last_px == 103);
  CHECK(trades[1].last_qty == 2);
  CHECK(trades[0].liquidity == Liquidity::taker);
  CHECK(trades[0].exec_id != trades[1].exec_id);
  scene.market(Side::buy, 9);
  CHECK(scene.last().exec_type == ExecType::canceled);
  CHECK(scene.last().reason == RejectReason::no_liquidity);
  CHECK(scene.traded() == 3);
}

TEST_CASE("l3: a recorded execution of a taken order gives nothing back, a new order with its id does") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 10);
  scene.market(Side::buy, 6);
  CHECK(scene.traded() == 6);
  scene.execute(1, Side::sell, 101, 5);
  scene.market(Side::buy, 6);
  CHECK(scene.traded() == 0);
  scene.l3(BookAction::erase, 1, Side::sell, 101, 0);
  scene.add(1, Side::sell, 101, 4);
  scene.market(Side::buy, 6);
  CHECK(scene.traded() == 4);
}

TEST_CASE("l3: a limit order takes what is in reach and rests with the remainder") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 2);
  scene.add(2, Side::sell, 102, 2);
  const ClientOrderId id = scene.limit(Side::buy, 101, 5);
  CHECK(scene.traded() == 2);
  const u32 slot = scene.venue.orders().find(id);
  REQUIRE(slot != kNone);
  CHECK(scene.venue.orders().leaves_qty(slot) == 3);
}

TEST_CASE("l3: immediate-or-cancel cancels its remainder, fill-or-kill takes all or nothing") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 2);
  scene.limit(Side::buy, 101, 3, TimeInForce::fok);
  CHECK(scene.last().exec_type == ExecType::rejected);
  CHECK(scene.last().reason == RejectReason::fok_not_fillable);
  scene.limit(Side::buy, 101, 3, TimeInForce::ioc);
  CHECK(scene.last().exec_type == ExecType::canceled);
  CHECK(scene.traded() == 2);
  scene.add(2, Side::sell, 101, 3);
  scene.limit(Side::buy, 101, 3, TimeInForce::fok);
  CHECK(scene.traded() == 3);
  CHECK(scene.venue.orders().empty());
}

TEST_CASE("l3: a post-only order that would take is rejected, by a new order and by a replace") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 2);
  scene.limit(Side::buy, 101, 1, TimeInForce::gtc, kPostOnly);
  CHECK(scene.last().reason == RejectReason::post_only_would_take);
  const ClientOrderId id = scene.limit(Side::buy, 100, 1, TimeInForce::gtc, kPostOnly);
  CHECK(scene.last().exec_type == ExecType::new_);
  scene.venue.replace({id, 101, 1, 0}, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::replace_rejected);
  CHECK(scene.last().reason == RejectReason::post_only_would_take);
  CHECK(scene.venue.orders().find(id) != kNone);
}

TEST_CASE("l3: own orders never trade with own orders") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 2);
  scene.limit(Side::sell, 102, 5);
  scene.limit(Side::buy, 102, 1);
  CHECK(scene.last().reason == RejectReason::self_trade);
  scene.market(Side::buy, 3);
  CHECK(scene.last().reason == RejectReason::self_trade);
  scene.market(Side::buy, 2);
  CHECK(scene.traded() == 2);
}

TEST_CASE("l3: day orders are refused: there is no session that could end") {
  VenueScene scene(MarketKind::l3);
  scene.limit(Side::buy, 100, 1, TimeInForce::day);
  CHECK(scene.last().exec_type == ExecType::rejected);
  CHECK(scene.last().reason == RejectReason::time_in_force_not_supported);
}

TEST_CASE("l3: a pure size-down keeps its place, anything else goes to the back") {
  VenueScene scene(MarketKind::l3);
  const ClientOrderId id = scene.limit(Side::buy, 100, 5);
  scene.add(1, Side::buy, 100, 5);
  scene.venue.replace({id, 100, 3, 0}, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::replaced);
  CHECK(scene.last().quantity == 3);
  scene.said();
  scene.execute(1, Side::buy, 100, 1);
  CHECK(scene.traded() == 1);
  scene.venue.replace({id, 100, 6, 0}, ++scene.ts);
  scene.said();
  scene.execute(1, Side::buy, 100, 4);
  CHECK(scene.traded() == 0);
  const u32 slot = scene.venue.orders().find(id);
  CHECK(scene.venue.orders().leaves_qty(slot) == 5);
  CHECK(scene.venue.orders().cum_qty(slot) == 1);
}

TEST_CASE("l3: a replace that crosses takes, one to the executed quantity closes, one of an unknown order is refused") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 4);
  const ClientOrderId id = scene.limit(Side::buy, 100, 5);
  scene.venue.replace({id, 101, 5, 0}, ++scene.ts);
  const auto said = scene.said();
  REQUIRE(said.size() == 3);
  CHECK(said[1].exec_type == ExecType::replaced);
  CHECK(said[2].exec_type == ExecType::trade);
  CHECK(said[2].last_qty == 4);
  scene.venue.replace({id, 101, 4, 0}, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::replaced);
  CHECK(scene.last().quantity == 4);
  CHECK(scene.venue.orders().empty());
  scene.venue.replace({id, 101, 9, 0}, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::replace_rejected);
  CHECK(scene.last().reason == RejectReason::unknown_order);
}

TEST_CASE("l3: a canceled order is gone, canceling it again is refused") {
  VenueScene scene(MarketKind::l3);
  const ClientOrderId id = scene.limit(Side::buy, 100, 5);
  scene.venue.cancel(id, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::canceled);
  scene.venue.cancel(id, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::cancel_rejected);
  scene.add(1, Side::buy, 100, 5);
  scene.said();
  scene.execute(1, Side::buy, 100, 5);
  CHECK(scene.traded() == 0);
}

namespace {

// A random stream of recorded orders and own commands, with what it must never allow.
class RandomStream {
 public:
  void step() {
    const u64 what = below(10);
    const Side side = below(2) == 0 ? Side::buy : Side::sell;
    const i64 price = side == Side::buy ? 99 - static_cast<i64>(below(6)) : 101 + static_cast<i64>(below(6));
    scene.said();
    if (what < 4) {
      add(side, price);
    } else if (what < 7) {
      if (!live.empty()) shrink(what == 4);
    } else if (what == 7) {
      scene.limit(side, price + (below(4) == 0 ? sign(side) * 3 : 0), 1 + static_cast<i64>(below(5)));
      taken += scene.traded();
    } else if (what == 8) {
      scene.market(side, 1 + static_cast<i64>(below(5)));
      taken += scene.traded();
    } else {
      scene.venue.cancel(1 + below(scene.last_id + 1), ++scene.ts);
    }
  }

  VenueScene scene{MarketKind::l3};
  i64 displayed = 0;  // sum of all that was ever added
  i64 taken = 0;      // sum of what own takers got

 private:
  struct Live {
    Side side;
    i64 price;
    i64 quantity;
  };

  u64 below(u64 limit) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return random % limit;
  }

  void add(Side side, i64 price) {
    const Live order{side, price, 1 + static_cast<i64>(below(9))};
    live[++last_order] = order;
    displayed += order.quantity;
    scene.add(last_order, side, price, order.quantity);
    CHECK(scene.traded() == 0);
  }

  void shrink(bool canceled) {
    auto victim = live.lower_bound(1 + below(last_order));
    if (victim == live.end()) victim = live.begin();
    Live& order = victim->second;
    const i64 quantity = 1 + static_cast<i64>(below(static_cast<u64>(order.quantity)));
    scene.l3(canceled ? BookAction::reduce : BookAction::execute, victim->first, order.side, order.price, quantity);
    i64 filled = 0;
    for (const ExecutionReport& trade : scene.trades()) {
      filled += trade.last_qty;
      CHECK(trade.liquidity == Liquidity::maker);
      CHECK((order.side == Side::buy ? trade.last_px >= order.price : trade.last_px <= order.price));
    }
    CHECK(filled <= (canceled ? 0 : quantity));
    order.quantity -= quantity;
    if (order.quantity == 0) live.erase(victim);
  }

  std::map<u64, Live> live;
  u64 last_order = 0;
  u64 random = 0x2545F4914F6CDD1DULL;
};

}  // namespace

TEST_CASE("l3: over random streams no execution fills more than it traded and no displayed lot is taken twice") {
  RandomStream stream;
  for (int step = 0; step < 60'000; ++step) {
    stream.step();
    const Ladder& bids = stream.scene.venue.orders().ladder(Side::buy);
    const Ladder& asks = stream.scene.venue.orders().ladder(Side::sell);
    if (!bids.empty() && !asks.empty()) REQUIRE(bids.best_price() < asks.best_price());
  }
  CHECK(stream.taken > 0);
  CHECK(stream.taken <= stream.displayed);
  CHECK(stream.scene.venue.l3_book().faults().total() == 0);
  stream.scene.venue.l3_book().check();
}
