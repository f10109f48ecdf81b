// Own orders in public books: random feeds against queues in which ours simply stand.
#include <algorithm>
#include <map>
#include <vector>

#include "book/book_with_own_orders.hpp"
#include "doctest/doctest.h"
#include "model/messages.hpp"
#include "random_source.hpp"

namespace pytrader {
namespace {

struct Entry {
  u64 id;
  i64 quantity;
  bool ours;  // only ours: the feed does not show it
};

// Bids only; each price a plain list.
struct PlainQueues {
  std::map<i64, std::vector<Entry>> queues;

  std::pair<i64, std::size_t> find(u64 id, bool ours) const {
    for (const auto& [price, queue] : queues) {
      for (std::size_t i = 0; i < queue.size(); ++i) {
        if (queue[i].id == id && queue[i].ours == ours) return {price, i};
      }
    }
    return {kNoPrice, 0};
  }
  void remove(u64 id, bool ours) {
    const auto [price, at] = find(id, ours);
    auto& queue = queues[price];
    queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(at));
  }
  i64 ahead(u64 id) const {
    const auto [price, at] = find(id, true);
    i64 sum = 0;
    for (std::size_t i = 0; i < at; ++i) sum += queues.at(price)[i].ours ? 0 : queues.at(price)[i].quantity;
    return sum;
  }
};

L3Record row(BookAction action, u64 id, i64 price, i64 quantity) {
  return {0, 0, static_cast<i64>(action), action == BookAction::add ? 1 : 0, price, quantity, id, kFlagLast};
}

TEST_CASE("an own order that the feed does not show keeps its exact place") {
  testing::RandomSource random(11);
  L3BookWithOwnOrders book;
  PlainQueues plain;
  std::vector<u64> live;
  std::vector<u64> own;
  for (u64 step = 1; step <= 20'000; ++step) {
    const i64 price = random.between(60, 68);
    if (random.below(12) == 0 && own.size() < 20) {
      REQUIRE(book.insert(step, Side::buy, price, 5) == BookFault::none);
      plain.queues[price].push_back({step, 5, true});
      own.push_back(step);
    } else if (live.size() < 40) {
      REQUIRE(book.apply(row(BookAction::add, step, price, random.between(2, 9))) == BookFault::none);
      plain.queues[price].push_back({step, book.public_book().order(book.public_book().find(step)).quantity, false});
      live.push_back(step);
    } else {
      const auto pick = static_cast<std::size_t>(random.below(static_cast<i64>(live.size())));
      const u64 id = live[pick];
      const auto [at_price, at] = plain.find(id, false);
      Entry& entry = plain.queues[at_price][at];
      if (random.below(3) == 0) {
        const i64 quantity = random.between(1, 9);
        REQUIRE(book.apply(row(BookAction::replace, id, price, quantity)) == BookFault::none);
        if (price == at_price && quantity <= entry.quantity) {
          entry.quantity = quantity;
        } else {
          plain.remove(id, false);
          plain.queues[price].push_back({id, quantity, false});
        }
      } else {
        REQUIRE(book.apply(row(BookAction::erase, id, 0, 0)) == BookFault::none);
        plain.remove(id, false);
        live.erase(live.begin() + static_cast<std::ptrdiff_t>(pick));
      }
    }
    if (own.size() == 20) {
      REQUIRE(book.remove(own.front()));
      plain.remove(own.front(), true);
      own.erase(own.begin());
    }
    for (const u64 id : own) REQUIRE(book.queue_ahead(book.own().find(id)) == plain.ahead(id));
    if (step % 500 == 0) book.check();
  }
}

TEST_CASE("what the feed shows of ours is taken out of what is read") {
  L3BookWithOwnOrders book;
  for (u64 id = 1; id <= 3; ++id) book.apply(row(BookAction::add, id, 100, 10));
  CHECK(book.mark(9) == BookFault::unknown_order);
  CHECK(book.mark(2) == BookFault::none);
  CHECK(book.mark(2) == BookFault::duplicate_order);
  CHECK(book.best(Side::buy).quantity == 20);
  CHECK(book.best(Side::buy).order_count == 2);
  CHECK(book.queue_ahead(book.own().find(2)) == 10);
  CHECK(book.reduce(2, 1) == BookFault::bad_action);
  book.apply(row(BookAction::erase, 2, 0, 0));
  CHECK(book.own().size() == 0);
  CHECK(book.best(Side::buy).quantity == 20);
  book.check();
}

TEST_CASE("over levels a place falls with trades and is never more than others show") {
  L2BookWithOwnOrders book;
  const auto apply = [&book](BookAction action, i64 side, i64 price, i64 quantity, i64 flags = kFlagLast) {
    return book.apply(L2Record{0, 0, static_cast<i64>(action), side, price, quantity, 0, flags});
  };
  apply(BookAction::replace, 1, 100, 10);
  REQUIRE(book.insert(7, Side::buy, 100, 3) == BookFault::none);
  const auto ahead = [&book] { return book.queue_ahead(book.own().find(7)); };
  CHECK(ahead() == 10);
  apply(BookAction::trade, 1, 100, 4);
  apply(BookAction::replace, 1, 100, 30);
  CHECK(ahead() == 6);
  apply(BookAction::replace, 1, 100, 2);
  CHECK(ahead() == 2);
  apply(BookAction::clear, 0, 0, 0, kFlagSnapshot);
  CHECK(ahead() == 2);
  apply(BookAction::replace, 1, 99, 1, kFlagSnapshot | kFlagLast);
  CHECK(ahead() == 2);
  apply(BookAction::replace, 1, 98, 1);
  CHECK(ahead() == 0);
  CHECK(book.mark(8, Side::buy, 99, 2) == BookFault::quantity_too_large);
  CHECK(book.mark(8, Side::buy, 99, 1) == BookFault::none);
  CHECK(book.best(Side::buy).price == 98);
  book.check();
}

}  // namespace
}  // namespace pytrader
