// The simulated order-by-order venue and its naive twin give the same fills after every row and command.
#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "naive_venue.hpp"
#include "venue_scene.hpp"

using namespace pytrader;

namespace {

class Twins {
 public:
  explicit Twins(u64 seed) : random_(seed) {}

  void step() {
    scene_.said();
    twin_.fills.clear();
    const u64 what = random_.below(20);
    if (what < 12 || live_.empty()) {
      recorded(what);
    } else {
      command(what);
    }
    std::vector<NaiveFill> fills;
    for (const ExecutionReport& trade : scene_.trades()) {
      fills.push_back({trade.client_order_id, trade.last_px, trade.last_qty, trade.liquidity});
    }
    REQUIRE(fills == twin_.fills);
    for (ClientOrderId id = scene_.last_id > 20 ? scene_.last_id - 20 : 1; id <= scene_.last_id; ++id) {
      const u32 slot = scene_.venue.orders().find(id);
      REQUIRE((slot == kNone ? 0 : scene_.venue.orders().leaves_qty(slot)) == twin_.leaves_qty(id));
    }
    makers_ += twin_.fills.empty() || twin_.fills[0].liquidity == Liquidity::taker ? 0u : 1u;
  }

  u64 makers() const { return makers_; }

 private:
  struct Live {
    u64 id;
    Side side;
    i64 price;
    i64 quantity;
  };

  Side side() { return random_.below(2) == 0 ? Side::buy : Side::sell; }
  i64 price_of(Side which) { return 100 - sign(which) * random_.between(1, 5); }

  void row(BookAction action, u64 id, Side which, i64 price, i64 quantity) {
    scene_.l3(action, id, which, price, quantity);
    twin_.apply({0, 0, static_cast<i64>(action), static_cast<i64>(which), price, quantity, id, kFlagLast});
  }

  void recorded(u64 what) {
    const Side which = side();
    if (what < 5 || live_.empty()) {
      live_.push_back({++last_order_, which, price_of(which), random_.between(1, 9)});
      row(BookAction::add, last_order_, which, live_.back().price, live_.back().quantity);
      return;
    }
    if (what == 5) {
      row(BookAction::trade, 0, which, price_of(which), random_.between(1, 9));
      return;
    }
    const std::size_t at = random_.below(live_.size());
    Live& order = live_[at];
    if (what == 6) {
      order.price = random_.below(2) == 0 ? order.price : price_of(order.side);
      order.quantity = random_.between(1, 9);
      row(BookAction::replace, order.id, order.side, order.price, order.quantity);
      return;
    }
    const i64 quantity = random_.between(1, order.quantity);
    const Live before = order;
    order.quantity -= quantity;
    if (order.quantity == 0) live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
    row(what == 7 ? BookAction::reduce : BookAction::execute, before.id, before.side, before.price, quantity);
  }

  void command(u64 what) {
    const Side which = side();
    const i64 price = 100 + random_.between(-6, 6);
    const i64 quantity = random_.between(1, 8);
    if (what < 15) {
      const bool post_only = random_.below(3) == 0;
      const bool rests = post_only || random_.below(4) != 0;
      scene_.limit(which, price, quantity, rests ? TimeInForce::gtc : TimeInForce::ioc, post_only ? kPostOnly : u8{0});
      twin_.submit(scene_.last_id, which, price, quantity, rests, post_only);
    } else if (what == 15) {
      scene_.market(which, quantity);
      twin_.submit(scene_.last_id, which, kNoPrice, quantity, false, false);
    } else if (scene_.last_id > 0) {
      const ClientOrderId id = scene_.last_id - random_.below(scene_.last_id < 12 ? scene_.last_id : 12);
      const u32 slot = scene_.venue.orders().find(id);
      if (what < 18) {
        scene_.venue.cancel(id, ++scene_.ts);
        twin_.cancel(id);
      } else if (slot != kNone) {
        const i64 cum_qty = scene_.venue.orders().cum_qty(slot);
        const bool post_only = (scene_.venue.orders()[slot].flags & kPostOnly) != 0;
        scene_.venue.replace({id, price, cum_qty + quantity, 0}, ++scene_.ts);
        twin_.replace_own(id, price, quantity, post_only);
      }
    }
  }

  testing::RandomSource random_;
  VenueScene scene_{MarketKind::l3};
  NaiveVenue twin_;
  std::vector<Live> live_;
  u64 last_order_ = 0;
  u64 makers_ = 0;
};

}  // namespace

TEST_CASE("l3: the venue and its naive twin fill alike") {
  u64 makers = 0;
  for (u64 seed = 1; seed <= 20; ++seed) {
    Twins twins(seed);
    for (int step = 0; step < 1500; ++step) twins.step();
    makers += twins.makers();
  }
  CHECK(makers > 1000);
}
