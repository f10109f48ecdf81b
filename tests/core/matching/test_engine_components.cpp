// The small structures beside the matching engine's book: heap, trigger book, accounts, tips.
#include <algorithm>
#include <vector>

#include "../book/random_source.hpp"
#include "book/slot_heap.hpp"
#include "book/trigger_book.hpp"
#include "doctest/doctest.h"
#include "matching/account_book.hpp"
#include "matching/slot_queue.hpp"
#include "matching/tip_source.hpp"

namespace {

using namespace pytrader;
using testing::RandomSource;

std::vector<u32> elected(TriggerBook& book, i64 trade) {
  std::vector<u32> slots;
  for (u32 slot = book.elect(trade); slot != kNone; slot = book.elect(trade)) slots.push_back(slot);
  book.check();
  return slots;
}

std::vector<u32> moved(TriggerBook& book, i64 trade, u64& time) {
  const auto slots = book.follow(trade, time);
  book.check();
  return {slots.begin(), slots.end()};
}

TriggerBook::Activation at_once(Side side) {
  return TriggerBook::activation_from(side, kNoPrice, kNoPrice);
}

// A trailing stop by its definition: every trade is looked at.
struct PlainTrailingStop {
  Side side;
  TrailingTerms terms;
  i64 extreme;
  i64 stop;

  bool follow(i64 trade) {
    if (side == Side::sell ? trade <= extreme : trade >= extreme) return false;
    extreme = trade;
    const i64 wanted = trailing_stop_price(side, terms, trade);
    i64 step = std::max<i64>(1, terms.step);
    if (terms.unit == TrailingUnit::basis_points) {
      const i64 size = trade < 0 ? -trade : trade;
      step = std::max<i64>(1, (size * terms.step + 9'999) / 10'000);
    }
    if ((side == Side::sell ? wanted - stop : stop - wanted) < step) return false;
    stop = wanted;
    return true;
  }
};

}  // namespace

TEST_CASE("a heap gives its slots by key, then by time, whatever left it in between") {
  RandomSource random(3);
  SlotHeap heap;
  heap.reserve(200);
  std::vector<std::vector<i64>> inside;  // key, time, slot
  u64 time = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto slot = static_cast<u32>(1 + random.below(199));
    const auto same = [slot](const std::vector<i64>& entry) { return entry[2] == slot; };
    if (heap.contains(slot)) {
      heap.remove(slot);
      inside.erase(std::find_if(inside.begin(), inside.end(), same));
    } else {
      const i64 key = random.between(-5, 5);
      heap.push(slot, key, ++time);
      inside.push_back({key, static_cast<i64>(time), slot});
    }
    REQUIRE(heap.size() == inside.size());
    if (inside.empty()) {
      REQUIRE(heap.first_key() == INT64_MAX);
    } else {
      const auto first = *std::min_element(inside.begin(), inside.end());
      REQUIRE((heap.first_key() == first[0] && heap.first() == first[2]));
    }
    if (i % 50 == 0) heap.check();
  }
}

TEST_CASE("rising triggers are elected lowest first, then falling ones highest first, and by time at one price") {
  TriggerBook book;
  book.reserve(20);
  book.add(1, true, 105, 1);
  book.add(2, true, 103, 2);
  book.add(3, true, 103, 3);
  book.add(4, false, 110, 4);
  book.add(5, false, 120, 5);
  book.add(6, true, 106, 6);
  CHECK(elected(book, 105) == std::vector<u32>{2, 3, 1, 5, 4});
  CHECK(elected(book, 105).empty());
  book.move(6, 104, 7);
  CHECK(elected(book, 103).empty());
  CHECK(elected(book, 104) == std::vector<u32>{6});
  CHECK(book.size() == 0);
}

TEST_CASE("a trailing sell stop follows new highs by its step and never falls") {
  TriggerBook book;
  book.reserve(10);
  u64 time = 1;
  book.add_trailing(1, Side::sell, {10, 3, TrailingUnit::ticks}, at_once(Side::sell), 100, time);
  CHECK(book.stop_price(1) == 90);
  CHECK(moved(book, 102, time).empty());
  CHECK(moved(book, 103, time) == std::vector<u32>{1});
  CHECK(book.stop_price(1) == 93);
  CHECK(moved(book, 99, time).empty());
  CHECK(elected(book, 94).empty());
  CHECK(elected(book, 93) == std::vector<u32>{1});
}

TEST_CASE("a trailing buy stop begins with the trade that reaches its activation price") {
  TriggerBook book;
  book.reserve(10);
  u64 time = 1;
  const TriggerBook::Activation activation = TriggerBook::activation_from(Side::buy, 9'500, 10'000);
  book.add_trailing(1, Side::buy, {100, 0, TrailingUnit::basis_points}, activation, 10'000, time);
  CHECK(book.stop_price(1) == kNoPrice);
  CHECK(elected(book, 20'000).empty());
  CHECK(moved(book, 9'501, time).empty());
  CHECK(moved(book, 9'400, time) == std::vector<u32>{1});
  CHECK(book.stop_price(1) == 9'494);
  CHECK(elected(book, 9'493).empty());
  CHECK(elected(book, 9'494) == std::vector<u32>{1});
}

TEST_CASE("an activation price above the last trade is met from below, one below it from above") {
  TriggerBook book;
  book.reserve(10);
  u64 time = 4;
  const TrailingTerms terms{10, 0, TrailingUnit::ticks};
  u64 entered = 0;
  for (u32 slot = 1; slot <= 4; ++slot) {
    const Side side = slot % 2 == 0 ? Side::buy : Side::sell;
    book.add_trailing(slot, side, terms, TriggerBook::activation_from(side, slot <= 2 ? 110 : 90, 100), 100, ++entered);
  }
  CHECK(moved(book, 109, time).empty());
  CHECK(moved(book, 91, time).empty());
  CHECK(moved(book, 111, time) == std::vector<u32>{1, 2});
  CHECK(book.stop_price(1) == 101);
  CHECK(book.stop_price(2) == 121);
  CHECK(moved(book, 89, time) == std::vector<u32>{2, 3, 4});
  CHECK(book.stop_price(1) == 101);
  CHECK(book.stop_price(2) == 99);
  CHECK(book.stop_price(3) == 79);
  CHECK(book.stop_price(4) == 99);
  book.check();
  for (u32 slot = 1; slot <= 4; ++slot) book.remove(slot);
  book.check();
  CHECK(book.size() == 0);
  CHECK(TriggerBook::activation_from(Side::sell, 100, 100).upwards);
  CHECK(!TriggerBook::activation_from(Side::buy, 100, kNoPrice).upwards);
}

TEST_CASE("a trailing stop without activation price begins with the first trade") {
  TriggerBook book;
  book.reserve(10);
  u64 time = 2;
  book.add_trailing(1, Side::sell, {5, 0, TrailingUnit::ticks}, at_once(Side::sell), kNoPrice, 1);
  book.add_trailing(2, Side::buy, {5, 0, TrailingUnit::ticks}, at_once(Side::buy), kNoPrice, 2);
  CHECK(moved(book, -50, time) == std::vector<u32>{1, 2});
  CHECK(book.stop_price(1) == -55);
  CHECK(book.stop_price(2) == -45);
}

TEST_CASE("a moved stop queues behind the others at its new price") {
  TriggerBook book;
  book.reserve(10);
  u64 time = 2;
  book.add_trailing(1, Side::sell, {10, 0, TrailingUnit::ticks}, at_once(Side::sell), 100, 1);
  book.add(2, false, 95, 2);
  CHECK(moved(book, 105, time) == std::vector<u32>{1});
  CHECK(elected(book, 95) == std::vector<u32>{2, 1});
}

TEST_CASE("trailing stops in random trades stand where their definition puts them") {
  for (u64 seed = 1; seed <= 40; ++seed) {
    RandomSource random(seed);
    TriggerBook book;
    book.reserve(40);
    std::vector<PlainTrailingStop> plain;
    u64 time = 0;
    const i64 around = seed % 4 == 0 ? 0 : random.between(-20'000, 20'000);
    for (u32 slot = 1; slot < 40; ++slot) {
      const bool ticks = random.below(2) == 0;
      const TrailingTerms terms{ticks ? random.between(50, 900) : random.between(3'000, 9'999),
                                ticks ? random.between(0, 20) : random.between(0, 9'999),
                                ticks ? TrailingUnit::ticks : TrailingUnit::basis_points};
      const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
      book.add_trailing(slot, side, terms, at_once(side), around, ++time);
      plain.push_back({side, terms, around, trailing_stop_price(side, terms, around)});
    }
    i64 trade = around;
    for (int i = 0; i < 300; ++i) {
      trade += random.between(-9, 9);
      std::vector<u32> expected;
      for (u32 slot = 1; slot < 40; ++slot) {
        if (plain[slot - 1].follow(trade)) expected.push_back(slot);
      }
      REQUIRE(moved(book, trade, time) == expected);
      for (u32 slot = 1; slot < 40; ++slot) REQUIRE(book.stop_price(slot) == plain[slot - 1].stop);
    }
  }
}

TEST_CASE("a stop beyond the range of prices is kept within it") {
  CHECK(trailing_stop_price(Side::sell, {INT64_MAX, 0, TrailingUnit::ticks}, -5) == kNoPrice + 1);
  CHECK(trailing_stop_price(Side::buy, {INT64_MAX, 0, TrailingUnit::ticks}, 5) == INT64_MAX);
  CHECK(trailing_stop_price(Side::buy, {9'999, 0, TrailingUnit::basis_points}, INT64_MAX) == INT64_MAX);
  TriggerBook book;
  book.reserve(3);
  u64 time = 1;
  book.add_trailing(1, Side::sell, {INT64_MAX, 0, TrailingUnit::ticks}, at_once(Side::sell), kNoPrice + 1, time);
  CHECK(moved(book, 5, time) == std::vector<u32>{1});
  CHECK(book.stop_price(1) == 5 - INT64_MAX);
}

TEST_CASE("accounts keep positions and groups, and a rehearsal leaves them alone") {
  AccountBook accounts;
  const u32 row = accounts.row_of(7);
  CHECK(accounts.row_of(7) == row);
  CHECK(accounts.find(8) == kNone);
  accounts.set_group(row, 3);
  accounts.set_position(row, -10);
  CHECK(accounts.reducible(row, Side::buy) == 10);
  CHECK(accounts.reducible(row, Side::sell) == 0);
  accounts.begin_rehearsal();
  accounts.rehearse(row, Side::buy, 4);
  CHECK(accounts.rehearsed_reducible(row, Side::buy) == 6);
  CHECK(accounts.reducible(row, Side::buy) == 10);
  accounts.trade(row, Side::buy, 12);
  CHECK(accounts.reducible(row, Side::sell) == 2);
  accounts.begin_rehearsal();
  CHECK(accounts.rehearsed_reducible(row, Side::sell) == 2);
  accounts.trade(0, Side::buy, 5);
  accounts.check();
}

TEST_CASE("tips are drawn within their range from the seed alone") {
  TipSource tips(5);
  TipSource again(5);
  i64 lowest = 100;
  i64 highest = 0;
  for (int i = 0; i < 2000; ++i) {
    const i64 tip = tips.draw(10, 4);
    REQUIRE(tip == again.draw(10, 4));
    lowest = std::min(lowest, tip);
    highest = std::max(highest, tip);
  }
  CHECK(lowest == 6);
  CHECK(highest == 14);
  CHECK(tips.draw(10, 0) == 10);
}

TEST_CASE("a queue outside the book keeps the order of arrival") {
  OrderPool pool;
  SlotQueue queue;
  const u32 first = pool.acquire();
  const u32 second = pool.acquire();
  const u32 third = pool.acquire();
  for (const u32 slot : {first, second, third}) queue.push_back(slot, pool);
  queue.unlink(second, pool);
  CHECK(queue.head() == first);
  queue.unlink(first, pool);
  CHECK((queue.head() == third && queue.size() == 1));
  queue.unlink(third, pool);
  CHECK(queue.empty());
}
