// Icebergs and hidden orders, one rule a test.
#include "doctest/doctest.h"
#include "engine_scene.hpp"

namespace {

using namespace pytrader;
using namespace pytrader::testing;

VenueRules displayed_first() {
  VenueRules rules;
  rules.iceberg_sweep = IcebergSweep::displayed_first;
  return rules;
}

}  // namespace

TEST_CASE("only the tip of an iceberg is displayed and its refill queues at the back") {
  Scene s;
  s.send(sell(1, 100, 50).display(10));
  s.send(sell(2, 100, 5));
  CHECK(s.engine.best(Side::sell).quantity == 15);
  CHECK(s.send(buy(3, 100, 10)) == "filled");
  CHECK(s.fills() == "3 1 10@100");
  CHECK(s.output.fills[0].maker_leaves_qty == 40);
  CHECK(s.updates() == "refilled 1 10@100");
  CHECK(s.queue(Side::sell, 100) == "2:5 1:10/40");
}

TEST_CASE("a sweep meets refilled tips in the order of the queue") {
  Scene s;
  s.send(sell(1, 100, 25).display(10));
  s.send(sell(2, 100, 5));
  s.send(sell(3, 100, 25).display(10));
  CHECK(s.send(buy(4, 100, 60)) == "rested");
  CHECK(s.fills() == "4 1 10@100, 4 2 5@100, 4 3 10@100, 4 1 10@100, 4 3 10@100, 4 1 5@100, 4 3 5@100");
  CHECK(s.queue(Side::buy, 100) == "4:5");
}

TEST_CASE("where all that is displayed goes first, each reserve trades at once by time and the tips come back") {
  Scene s(displayed_first());
  s.send(sell(1, 100, 25).display(10));
  s.send(sell(2, 100, 5));
  s.send(sell(3, 100, 25).display(10));
  s.send(sell(4, 100, 5).flags(kHidden));
  CHECK(s.send(buy(5, 100, 45)) == "filled");
  CHECK(s.fills() == "5 1 10@100, 5 2 5@100, 5 3 10@100, 5 1 15@100, 5 3 5@100");
  CHECK(s.updates() == "refilled 3 10@100");
  CHECK(s.queue(Side::sell, 100) == "3:10/10 4:5");
}

TEST_CASE("a tip that a sweep empties comes back though the reserve was not reached") {
  Scene s(displayed_first());
  s.send(sell(1, 100, 25).display(10));
  CHECK(s.send(buy(2, 100, 10)) == "filled");
  CHECK(s.queue(Side::sell, 100) == "1:10/15");
  CHECK(s.updates() == "refilled 1 10@100");
}

TEST_CASE("an iceberg takes with all of it and rests with its tip") {
  Scene s;
  s.send(sell(1, 100, 30));
  CHECK(s.send(buy(2, 100, 50).display(4)) == "rested");
  CHECK(s.fills() == "2 1 30@100");
  CHECK(s.queue(Side::buy, 100) == "2:4/20");
}

TEST_CASE("an iceberg of too many tips is refused, and one whose tip is not within it") {
  VenueRules rules;
  rules.iceberg_parts_max = 5;
  Scene s(rules);
  CHECK(s.send(sell(1, 100, 51).display(10)) == "display_quantity_too_small");
  CHECK(s.send(sell(1, 100, 50).display(10)) == "rested");
  CHECK(s.send(sell(2, 100, 50).display(51)) == "display_quantity_not_valid");
  CHECK(s.send(sell(2, 100, 50).display(10, 10)) == "display_quantity_not_valid");
  CHECK(s.send(sell(2, 100, 50).display(10).flags(kHidden)) == "display_quantity_not_valid");
  CHECK(s.send(sell(2, 100, 5).display(5).force(TimeInForce::ioc)) == "display_quantity_not_valid");
}

TEST_CASE("a decrease takes from the reserve first and keeps the place") {
  Scene s;
  s.send(sell(1, 100, 50).display(10));
  s.send(sell(2, 100, 5));
  CHECK(s.send(replace(1, 100, 12)) == "replaced");
  CHECK(s.queue(Side::sell, 100) == "1:10/12 2:5");
  CHECK(s.send(replace(1, 100, 6)) == "replaced");
  CHECK(s.queue(Side::sell, 100) == "1:6/6 2:5");
}

TEST_CASE("a new display quantity counts from the next tip on") {
  Scene s;
  s.send(sell(1, 100, 50).display(10));
  s.send(sell(2, 100, 5));
  CHECK(s.send(replace(1, 100, 50).display(3)) == "replaced");
  CHECK(s.queue(Side::sell, 100) == "1:10/50 2:5");
  s.send(buy(3, 100, 10));
  CHECK(s.queue(Side::sell, 100) == "2:5 1:3/40");
  CHECK(s.send(replace(2, 100, 5).display(3)) == "display_quantity_not_valid");
}

TEST_CASE("hidden orders trade behind all that is displayed at their price and before a worse one") {
  Scene s;
  s.send(sell(1, 100, 5).flags(kHidden));
  s.send(sell(2, 100, 5));
  s.send(sell(3, 101, 5));
  CHECK(s.engine.level(Side::sell, 100).quantity == 5);
  CHECK(s.send(buy(4, 101, 12)) == "filled");
  CHECK(s.fills() == "4 2 5@100, 4 1 5@100, 4 3 2@101");
}

TEST_CASE("a hidden order at a better price than the displayed best trades first and is not displayed") {
  Scene s;
  s.send(sell(1, 99, 5).flags(kHidden));
  s.send(sell(2, 100, 5));
  CHECK(s.engine.best(Side::sell).price == 100);
  CHECK(s.send(buy(3, 100, 1).flags(kPostOnly)) == "post_only_would_take");
  CHECK(s.send(buy(3, 99, 1).flags(kPostOnly)) == "post_only_would_take");
  CHECK(s.send(buy(3, 99, 5)) == "filled");
  CHECK(s.fills() == "3 1 5@99");
}

TEST_CASE("fill-or-kill counts reserves and hidden orders") {
  Scene s;
  s.send(sell(1, 100, 50).display(10));
  s.send(sell(2, 100, 5).flags(kHidden));
  CHECK(s.send(buy(3, 100, 56).force(TimeInForce::fok)) == "fok_not_fillable");
  CHECK(s.send(buy(3, 100, 55).force(TimeInForce::fok)) == "filled");
  CHECK(s.engine.order_count() == 0);
}

TEST_CASE("drawn tips stay within their range and come from the seed") {
  VenueRules rules;
  rules.seed = 7;
  std::string first;
  for (int run = 0; run < 2; ++run) {
    Scene s(rules);
    s.send(sell(1, 100, 200).display(10, 4));
    std::string tips;
    while (s.is_live(1)) {
      const LiveOrder iceberg = s.live(1);
      CHECK((iceberg.displayed_qty <= 14 && (iceberg.displayed_qty >= 6 || iceberg.leaves_qty < 6)));
      tips += std::to_string(iceberg.displayed_qty) + " ";
      s.send(buy(2, 100, iceberg.displayed_qty));
    }
    if (run == 0) first = tips;
    CHECK(tips == first);
  }
}
