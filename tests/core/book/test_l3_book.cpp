// The order-by-order book: what each row does, what it refuses, and random feeds against a plain twin.
#include <algorithm>
#include <map>
#include <vector>

#include "book/l3_book.hpp"
#include "doctest/doctest.h"
#include "model/messages.hpp"
#include "random_source.hpp"

namespace pytrader {
namespace {

constexpr i64 kBuy = 1;
constexpr i64 kSell = 2;

L3Record row(BookAction action, u64 id, i64 side, i64 price, i64 quantity, i64 flags = kFlagLast) {
  return {0, 0, static_cast<i64>(action), side, price, quantity, id, flags};
}
L3Record add(u64 id, i64 side, i64 price, i64 quantity, i64 flags = kFlagLast) {
  return row(BookAction::add, id, side, price, quantity, flags);
}

TEST_CASE("a new book costs little, with its first orders less than 8 KB") {
  L3Book book;
  CHECK(book.memory_bytes() == 0);
  CHECK(book.apply(add(1, kBuy, 100, 5)) == BookFault::none);
  CHECK(book.apply(add(2, kSell, 101, 5)) == BookFault::none);
  CHECK(book.memory_bytes() + sizeof book < 8192);
}

TEST_CASE("orders queue by arrival, a smaller replace keeps the place, a larger one loses it") {
  L3Book book;
  for (u64 id = 1; id <= 3; ++id) CHECK(book.apply(add(id, kBuy, 100, 10)) == BookFault::none);
  CHECK(book.queue_ahead(book.find(3)) == 20);
  CHECK(book.apply(row(BookAction::replace, 1, kBuy, 100, 4)) == BookFault::none);
  CHECK(book.queue_ahead(book.find(1)) == 0);
  CHECK(book.queue_ahead(book.find(3)) == 14);
  CHECK(book.apply(row(BookAction::replace, 1, kBuy, 100, 5)) == BookFault::none);
  CHECK(book.queue_ahead(book.find(1)) == 20);
  CHECK(book.apply(row(BookAction::replace, 2, kBuy, 99, 10)) == BookFault::none);
  CHECK(book.order(book.find(2)).price == 99);
  CHECK(book.best(Side::buy).quantity == 15);
  CHECK(book.best(Side::buy).order_count == 2);
  book.check();
}

TEST_CASE("reduce and execute take a part or the whole, never more") {
  L3Book book;
  book.apply(add(1, kSell, 100, 10));
  CHECK(book.apply(row(BookAction::reduce, 1, 0, 0, 3)) == BookFault::none);
  CHECK(book.apply(row(BookAction::execute, 1, kSell, 100, 8)) == BookFault::quantity_too_large);
  CHECK(book.order(book.find(1)).quantity == 7);
  CHECK(book.apply(row(BookAction::execute, 1, kSell, 100, 7)) == BookFault::none);
  CHECK(book.find(1) == kNone);
  CHECK(book.asks().empty());
  book.check();
}

TEST_CASE("each fault has its kind, changes nothing and is counted") {
  L3Book book;
  book.apply(add(1, kBuy, 100, 10));
  book.apply(add(2, kSell, 105, INT64_MAX));
  const auto refused = [&](const L3Record& bad, BookFault kind) {
    const u64 before = book.faults()[kind];
    CHECK(book.apply(bad) == kind);
    CHECK(book.faults()[kind] == before + 1);
    CHECK(book.order_count() == 2);
    CHECK(book.best(Side::buy).quantity == 10);
    book.check();
  };
  refused(row(static_cast<BookAction>(0), 1, kBuy, 100, 1), BookFault::bad_action);
  refused(row(static_cast<BookAction>(8), 1, kBuy, 100, 1), BookFault::bad_action);
  refused(add(3, 0, 100, 1), BookFault::bad_side);
  refused(row(BookAction::erase, 1, kSell, 100, 1), BookFault::bad_side);
  refused(add(3, kBuy, kNoPrice, 1), BookFault::price_out_of_range);
  refused(add(3, kBuy, 100, 0), BookFault::quantity_not_positive);
  refused(row(BookAction::reduce, 1, kBuy, 100, -1), BookFault::quantity_not_positive);
  refused(add(3, kSell, 105, 1), BookFault::quantity_too_large);
  refused(add(1, kBuy, 99, 1), BookFault::duplicate_order);
  refused(row(BookAction::erase, 9, kBuy, 100, 1), BookFault::unknown_order);
  refused(add(3, kBuy, 105, 1), BookFault::crossed);
  refused(row(BookAction::replace, 1, kBuy, 106, 1), BookFault::crossed);
  CHECK(book.faults().total() == 12);
  CHECK(book.faults()[BookFault::unknown_level] == 0);
}

TEST_CASE("crossing is judged at the last row of a venue event") {
  L3Book book;
  book.apply(add(1, kBuy, 100, 10));
  book.apply(add(2, kSell, 101, 10));
  CHECK(book.apply(add(3, kBuy, 101, 4, 0)) == BookFault::none);
  CHECK(book.crossed());
  CHECK(book.apply(row(BookAction::execute, 2, kSell, 101, 4, 0)) == BookFault::none);
  CHECK(book.apply(row(BookAction::reduce, 1, kBuy, 100, 1)) == BookFault::crossed);
  CHECK(book.order(book.find(1)).quantity == 10);
  CHECK(book.apply(row(BookAction::erase, 3, kBuy, 101, 4)) == BookFault::none);
  CHECK_FALSE(book.crossed());
  book.apply(add(4, kBuy, 102, 1, 0));
  CHECK(book.apply(row(BookAction::replace, 4, kBuy, 99, 1)) == BookFault::none);
  book.check();
}

TEST_CASE("a lenient book keeps crossed states and counts them, and skips what is impossible") {
  L3Book book(BookPolicy::lenient);
  book.apply(add(1, kBuy, 100, 10));
  CHECK(book.apply(add(2, kSell, 99, 10)) == BookFault::crossed);
  CHECK(book.applied(BookFault::crossed));
  CHECK_FALSE(book.applied(BookFault::unknown_order));
  CHECK(book.crossed());
  CHECK(book.order_count() == 2);
  CHECK(book.apply(row(BookAction::erase, 7, 0, 0, 0)) == BookFault::unknown_order);
  CHECK(book.apply(row(BookAction::reduce, 1, kBuy, 100, 1)) == BookFault::crossed);
  CHECK(book.order(book.find(1)).quantity == 9);
  CHECK(book.apply(row(BookAction::erase, 2, kSell, 99, 0)) == BookFault::none);
  CHECK(book.faults()[BookFault::crossed] == 2);
  book.check();
}

TEST_CASE("the bound on resting orders is an error and changes nothing") {
  L3Book book(BookPolicy::lenient, 2);
  book.apply(add(1, kBuy, 1, 1));
  book.apply(add(2, kBuy, 2, 1));
  CHECK_THROWS_AS(book.apply(add(3, kBuy, 3, 1)), Error);
  CHECK(book.order_count() == 2);
  book.check();
  book.apply(row(BookAction::erase, 1, 0, 0, 0));
  CHECK(book.apply(add(3, kBuy, 3, 1)) == BookFault::none);
}

TEST_CASE("a sweep adds up exactly at the edges of 64 bits") {
  L3Book book(BookPolicy::lenient);
  book.apply(add(1, kSell, INT64_MAX, INT64_MAX));
  const Sweep high = book.sweep(Side::buy, INT64_MAX);
  CHECK(high.filled == INT64_MAX);
  CHECK((high.tick_lots == static_cast<i128>(INT64_MAX) * INT64_MAX));
  book.apply(add(2, kSell, -5, 3));
  const Sweep low = book.sweep(Side::buy, 4);
  CHECK((low.tick_lots == static_cast<i128>(-15) + INT64_MAX));
  CHECK(low.worst_price == INT64_MAX);
  CHECK(book.sweep(Side::sell, 4).filled == 0);
}

// Queues as vectors in a map: what the book must equal after every row.
struct Twin {
  struct Entry {
    u64 id;
    i64 quantity;
  };
  std::map<i64, std::vector<Entry>> sides[2];
  std::map<u64, std::pair<i64, i64>> place;  // id -> side, price

  std::vector<Entry>& queue(u64 id) { return sides[place[id].first - 1][place[id].second]; }
  Entry& entry(u64 id) {
    std::vector<Entry>& at = queue(id);
    return *std::find_if(at.begin(), at.end(), [id](const Entry& e) { return e.id == id; });
  }
  void put(u64 id, i64 side, i64 price, i64 quantity) {
    sides[side - 1][price].push_back({id, quantity});
    place[id] = {side, price};
  }
  void drop(u64 id) {
    std::erase_if(queue(id), [id](const Entry& e) { return e.id == id; });
    if (queue(id).empty()) sides[place[id].first - 1].erase(place[id].second);
    place.erase(id);
  }
};

void require_equal(const L3Book& book, const Twin& twin) {
  for (const Side which : {Side::buy, Side::sell}) {
    const auto& expected = twin.sides[static_cast<int>(which) - 1];
    std::vector<LevelTotals> levels(expected.size() + 1);
    REQUIRE(book.depth(which, levels.size(), levels.data()) == expected.size());
    if (which == Side::buy) std::reverse(levels.begin(), levels.end() - 1);
    std::size_t i = 0;
    for (const auto& [price, queue] : expected) {
      REQUIRE(levels[i].price == price);
      REQUIRE(levels[i].order_count == queue.size());
      u32 slot = book.side(which)[book.side(which).find(price)].head;
      for (const Twin::Entry& entry : queue) {
        REQUIRE(book.orders()[slot].id == entry.id);
        REQUIRE(book.orders()[slot].quantity == entry.quantity);
        slot = book.orders()[slot].next;
      }
      ++i;
    }
  }
}

// A row for a live order, or a new one; never a fault but crossing.
L3Record random_row(testing::RandomSource& random, const L3Book& book, Twin& twin, u64 fresh_id) {
  const i64 side = random.between(1, 2);
  const i64 price = 1000 + random.between(-90, 90);
  if (twin.place.size() < 5 || (twin.place.size() < 400 && random.below(2) == 0)) {
    return add(fresh_id, side, price, random.between(1, 100));
  }
  auto chosen = twin.place.lower_bound(random.next());
  if (chosen == twin.place.end()) chosen = twin.place.begin();
  const u64 id = chosen->first;
  const OrderView order = book.order(book.find(id));
  const i64 own_side = static_cast<i64>(order.side);
  switch (random.below(4)) {
    case 0:
      return row(BookAction::erase, id, own_side, 0, 0);
    case 1:
      return row(BookAction::execute, id, own_side, order.price, random.between(1, order.quantity));
    case 2:
      return row(BookAction::replace, id, own_side, price, random.between(1, 100));
    default:
      return row(BookAction::replace, id, own_side, order.price, random.between(1, 2 * order.quantity));
  }
}

void follow(Twin& twin, const L3Record& r) {
  switch (static_cast<BookAction>(r.action)) {
    case BookAction::add:
      twin.put(r.order_id, r.side, r.price, r.quantity);
      return;
    case BookAction::erase:
      twin.drop(r.order_id);
      return;
    case BookAction::replace:
      if (twin.place[r.order_id].second == r.price && r.quantity <= twin.entry(r.order_id).quantity) {
        twin.entry(r.order_id).quantity = r.quantity;
      } else {
        twin.drop(r.order_id);
        twin.put(r.order_id, r.side, r.price, r.quantity);
      }
      return;
    default:
      twin.entry(r.order_id).quantity -= r.quantity;
      if (twin.entry(r.order_id).quantity == 0) twin.drop(r.order_id);
  }
}

TEST_CASE("random feeds leave the book equal to its plain twin, row by row and in a batch") {
  for (u64 seed = 1; seed <= 4; ++seed) {
    testing::RandomSource random(seed);
    L3Book book(BookPolicy::lenient);
    Twin twin;
    std::vector<L3Record> rows;
    for (int step = 0; step < 8000; ++step) {
      rows.push_back(random_row(random, book, twin, random.next()));
      REQUIRE(book.applied(book.apply(rows.back())));
      follow(twin, rows.back());
      if (step % 20 != 0) continue;
      book.check();
      require_equal(book, twin);
    }
    L3Book batch(BookPolicy::lenient);
    const auto field = [&rows](const void* first) { return Column{first, sizeof(L3Record)}; };
    const L3Record& first = rows.front();
    const BatchResult result =
        batch.apply(L3Columns{field(&first.action), field(&first.side), field(&first.price), field(&first.quantity),
                              field(&first.order_id), field(&first.flags), rows.size()});
    CHECK(result.rows == rows.size());
    CHECK(result.fault == BookFault::none);
    require_equal(batch, twin);
    CHECK(batch.faults()[BookFault::crossed] == book.faults()[BookFault::crossed]);
  }
}

TEST_CASE("a batch over more orders than the caches hold equals its rows one by one") {
  testing::RandomSource random(9);
  std::vector<L3Record> rows;
  std::vector<u64> live;
  for (int step = 0; step < 120'000; ++step) {
    const bool adds = live.size() < 30'000 || random.below(2) == 0;
    if (adds) {
      live.push_back(random.next());
      rows.push_back(add(live.back(), random.between(1, 2), random.between(-300, 300), random.between(1, 9), 0));
      continue;
    }
    const std::size_t at = random.below(live.size());
    rows.push_back(row(BookAction::erase, live[at], 0, 0, 0, 0));
    live[at] = live.back();
    live.pop_back();
  }
  L3Book single;
  for (const L3Record& r : rows) REQUIRE(single.apply(r) == BookFault::none);
  const auto field = [](const void* first) { return Column{first, sizeof(L3Record)}; };
  L3Book batch;
  const BatchResult result =
      batch.apply(L3Columns{field(&rows[0].action), field(&rows[0].side), field(&rows[0].price),
                            field(&rows[0].quantity), field(&rows[0].order_id), field(&rows[0].flags), rows.size()});
  CHECK(result.rows == rows.size());
  CHECK(batch.order_count() == live.size());
  batch.check();
  for (const u64 id : live) {
    REQUIRE(batch.find(id) != kNone);
    REQUIRE(batch.queue_ahead(batch.find(id)) == single.queue_ahead(single.find(id)));
  }
}

TEST_CASE("a strict batch stops at the first fault and names its row") {
  std::vector<L3Record> rows{add(1, kBuy, 5, 5), add(2, kBuy, 5, 5), add(2, kBuy, 5, 5), add(3, kBuy, 5, 5)};
  const auto field = [](const void* first) { return Column{first, sizeof(L3Record)}; };
  L3Columns columns{field(&rows[0].action),
                    field(&rows[0].side),
                    field(&rows[0].price),
                    field(&rows[0].quantity),
                    field(&rows[0].order_id),
                    Column{},
                    rows.size()};
  L3Book strict;
  const BatchResult stopped = strict.apply(columns);
  CHECK(stopped.rows == 2);
  CHECK(stopped.fault == BookFault::duplicate_order);
  CHECK(strict.order_count() == 2);
  L3Book lenient(BookPolicy::lenient);
  CHECK(lenient.apply(columns).rows == 4);
  CHECK(lenient.order_count() == 3);
  CHECK(lenient.faults().total() == 1);
}

TEST_CASE("a warm book does not allocate") {
  L3Book book;
  std::size_t warm = 0;
  for (int round = 0; round < 4; ++round) {
    for (u64 id = 0; id < 3000; ++id) book.apply(add(id, kBuy, static_cast<i64>(id % 700) * 31, 5));
    for (u64 id = 0; id < 3000; ++id) book.apply(row(BookAction::erase, id, kBuy, 0, 0));
    if (round == 1) warm = book.memory_bytes();
  }
  CHECK(book.memory_bytes() == warm);
  CHECK(book.faults().total() == 0);
}

}  // namespace
}  // namespace pytrader
