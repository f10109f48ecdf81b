// Queue models: shares against exact fractions, and what trades, cancels and additions do to a place.
#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "matching/queue_model.hpp"
#include "venue_scene.hpp"

using namespace pytrader;

namespace {

using Kind = QueueModelKind;

constexpr u64 kAll = QueueModel::kAll;

u64 share(Kind kind, u32 exponent, i64 ahead, i64 behind) {
  const auto model = make_queue_model({kind, exponent});
  return model->share_behind(static_cast<u128>(ahead) << 32, static_cast<u128>(behind) << 32);
}

// |share - numerator / denominator| <= bound, in 2^-32, without a division.
bool near(u64 found, u128 numerator, u128 denominator, u64 bound) {
  const u128 exact = numerator * kAll;
  const u128 scaled = static_cast<u128>(found) * denominator;
  return (exact > scaled ? exact - scaled : scaled - exact) <= bound * denominator;
}

u128 to_the(u128 base, u32 exponent) {
  u128 result = 1;
  while (exponent-- > 0) result *= base;
  return result;
}

}  // namespace

TEST_CASE("queue model: the power shares are the exact fractions, rounded in the 32nd binary place") {
  for (const u32 exponent : {1u, 2u, 3u, 5u}) {
    for (const i64 ahead : {0, 1, 2, 7, 100, 99'999}) {
      for (const i64 behind : {1, 3, 10, 4'096}) {
        const u128 a = to_the(static_cast<u128>(ahead), exponent);
        const u128 b = to_the(static_cast<u128>(behind), exponent);
        const u128 total = to_the(static_cast<u128>(ahead + behind), exponent);
        CHECK(near(share(Kind::power, exponent, ahead, behind), b, a + b, 2));
        CHECK(near(share(Kind::power_of_total, exponent, ahead, behind), b, total, 2));
        CHECK(near(share(Kind::power_of_ahead, exponent, ahead, behind), total - a, total, 2));
      }
    }
  }
}

TEST_CASE("queue model: shares of quantities near the limit of a level do not overflow") {
  constexpr i64 kMost = (INT64_MAX / 2) - 1;
  CHECK(near(share(Kind::power, 16, kMost, kMost), 1, 2, 2));
  CHECK(near(share(Kind::power_of_total, 2, kMost, kMost), 1, 4, 2));
  CHECK(near(share(Kind::power_of_ahead, 3, kMost, kMost), 7, 8, 2));
  CHECK(near(share(Kind::logarithm, 0, kMost, kMost), 1, 2, 2));
}

TEST_CASE("queue model: logarithmic shares at powers of two are those of their exponents") {
  // log2(1 + 7) = 3, log2(1 + 1) = 1.
  CHECK(near(share(Kind::logarithm, 0, 1, 7), 3, 4, 1));
  CHECK(near(share(Kind::logarithm, 0, 7, 1), 1, 4, 1));
  CHECK(near(share(Kind::logarithm_of_total, 0, 8, 7), 3, 4, 1));
  CHECK(share(Kind::logarithm, 0, 5, 0) == 0);
  CHECK(share(Kind::logarithm_of_total, 0, 0, 5) == kAll);
}

TEST_CASE("queue model: every model gives a share from none to all") {
  testing::RandomSource random(3);
  for (const Kind kind : {Kind::risk_averse, Kind::front, Kind::power, Kind::power_of_total, Kind::power_of_ahead,
                          Kind::logarithm, Kind::logarithm_of_total}) {
    const bool powers = kind == Kind::power || kind == Kind::power_of_total || kind == Kind::power_of_ahead;
    const auto model = make_queue_model({kind, powers ? 3u : 0u});
    for (int i = 0; i < 2'000; ++i) {
      const u128 ahead = static_cast<u128>(random.next()) >> random.below(64);
      const u128 behind = (static_cast<u128>(random.next()) << 30 >> random.below(90)) + 1;
      REQUIRE(model->share_behind(ahead, behind) <= kAll);
    }
  }
}

TEST_CASE("queue model: an exponent that a model does not have is refused") {
  CHECK_THROWS_AS(make_queue_model({Kind::power, 0}), Error);
  CHECK_THROWS_AS(make_queue_model({Kind::power_of_total, 17}), Error);
  CHECK_THROWS_AS(make_queue_model({Kind::front, 1}), Error);
}

TEST_CASE("queue model: a text names a model, and a model names itself so") {
  for (const char* text : {"risk_averse", "front", "power:1", "power_of_total:16", "power_of_ahead:3", "logarithm",
                           "logarithm_of_total"}) {
    CHECK(to_text(queue_model_from_text(text)) == text);
  }
  for (const char* wrong : {"", "tail", "power", "power:", "power:0", "power:17", "power:2.5", "power:3 ", "front:1"}) {
    CHECK_THROWS_AS(queue_model_from_text(wrong), Error);
  }
}

TEST_CASE("queue model: cancels are split by the share, and what one side lacks comes from the other") {
  const auto linear = make_queue_model({Kind::power, 1});
  // 6 ahead, 2 behind, 4 canceled: 3 of them ahead.
  CHECK(after_level(*linear, {6, 0}, 8, 4, 0) == QueueAhead{3, 0});
  // One canceled: three quarters of it ahead.
  CHECK(after_level(*linear, {6, 0}, 8, 7, 0) == QueueAhead{5, u32{1} << 30});
  const auto averse = make_queue_model({});
  CHECK(after_level(*averse, {6, 0}, 8, 7, 0) == QueueAhead{6, 0});
  CHECK(after_level(*averse, {6, 0}, 8, 5, 0) == QueueAhead{5, 0});
  const auto front = make_queue_model({Kind::front, 0});
  CHECK(after_level(*front, {6, 0}, 8, 7, 0) == QueueAhead{5, 0});
  CHECK(after_level(*front, {1, 0}, 8, 4, 0) == QueueAhead{0, 0});
}

TEST_CASE("queue model: what traded is not counted again as canceled") {
  const auto linear = make_queue_model({Kind::power, 1});
  // 10 displayed, 8 ahead; 4 trade, so that 4 are ahead; the level then tells of the same 4, or of 2 more.
  const QueueAhead traded = after_trade({8, 0}, 4);
  CHECK(traded == QueueAhead{4, 0});
  CHECK(after_level(*linear, traded, 10, 6, 4) == QueueAhead{4, 0});
  CHECK(after_level(*linear, traded, 10, 3, 4).whole_lots() == 2);
  CHECK(after_level(*linear, traded, 10, 30, 4) == QueueAhead{4, 0});
}

TEST_CASE("queue model: a level that was cleared tells nothing but what it now shows") {
  const auto front = make_queue_model({Kind::front, 0});
  CHECK(after_level(*front, {8, 0}, 0, 12, 0) == QueueAhead{8, 0});
  CHECK(after_level(*front, {8, 0}, 0, 5, 0) == QueueAhead{5, 0});
}

TEST_CASE("queue model: a part of a lot ahead still stands ahead of a trade") {
  VenueScene scene(MarketKind::l2);
  scene.venue.set_queue_model(make_queue_model({Kind::power, 1}));
  scene.level(Side::buy, 100, 6);
  scene.limit(Side::buy, 100, 3);
  scene.level(Side::buy, 100, 8);
  scene.level(Side::buy, 100, 7);
  scene.said();
  scene.print(Side::sell, 100, 6);  // 5 1/4 are ahead
  CHECK(scene.traded() == 0);
  scene.print(Side::sell, 100, 2);
  CHECK(scene.traded() == 2);
}

TEST_CASE("queue model: two own orders of one level share a trade once under every model") {
  for (const Kind kind : {Kind::risk_averse, Kind::front, Kind::logarithm}) {
    VenueScene scene(MarketKind::l2);
    scene.venue.set_queue_model(make_queue_model({kind, 0}));
    scene.level(Side::buy, 100, 4);
    scene.limit(Side::buy, 100, 10);
    scene.limit(Side::buy, 100, 10);
    scene.said();
    scene.print(Side::sell, 100, 14);
    CHECK(scene.traded() == 10);
    scene.level(Side::buy, 100, 0);
    scene.print(Side::sell, 100, 7);
    CHECK(scene.traded() == 7);
  }
}

TEST_CASE("queue model: quotes move a place only while the touch stays at the own price") {
  VenueScene scene(MarketKind::quotes);
  scene.venue.set_queue_model(make_queue_model({Kind::front, 0}));
  scene.quote(100, 101, 10);
  scene.limit(Side::buy, 100, 2);
  scene.quote(100, 101, 14);
  scene.quote(100, 101, 7);  // 7 canceled ahead: 3 are left
  scene.said();
  scene.print(Side::sell, 100, 4);
  CHECK(scene.traded() == 1);
  scene.quote(101, 102, 5);
  scene.quote(100, 101, 9);
  scene.print(Side::sell, 100, 1);
  CHECK(scene.traded() == 1);
}
