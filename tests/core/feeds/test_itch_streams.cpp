// Random ITCH sessions: the shared books against one plain book a stock, whole and in pieces, and what they allocate.
#include <algorithm>
#include <map>
#include <vector>

#include "../book/random_source.hpp"
#include "book/l3_book.hpp"
#include "doctest/doctest.h"
#include "feeds/itch_feed.hpp"
#include "itch_writer.hpp"

namespace pytrader {
namespace {

using testing::ItchWriter;
using testing::RandomSource;

struct Session {
  ItchWriter wire;
  std::vector<L3Book> books;  // by locate
};

std::string name_of(u32 locate) {
  return "S" + std::to_string(locate);
}

struct Live {
  u64 id;
  u32 locate;
};

// Up to `live` orders of a few stocks, one of which trades off the cent.
Session random_session(u64 seed, int count, std::size_t live, u32 stocks) {
  RandomSource random(seed);
  Session session;
  for (u32 i = 0; i <= stocks; ++i) session.books.emplace_back(BookPolicy::lenient);
  std::vector<Live> orders;
  u64 last_id = 0;
  const auto change = [&](u32 locate, BookAction action, u64 id, i64 side, i64 price, i64 quantity) {
    const L3Record row{0, 0, static_cast<i64>(action), side, price, quantity, id, 0};
    REQUIRE(session.books[locate].apply(row) == BookFault::none);
  };
  const auto price_in = [&](u32 locate) { return random.between(5'000, 5'200) * (locate == 1 ? 1 : 100); };
  for (int step = 0; step < count; ++step) {
    const u64 what = orders.empty() ? 0 : random.below(100);
    if (orders.size() < live / 2 || (what < 48 && orders.size() < live)) {
      const u32 locate = 1 + static_cast<u32>(random.below(stocks));
      const bool buys = random.below(2) == 0;
      const i64 price = price_in(locate);
      const i64 shares = random.between(1, 900);
      orders.push_back({++last_id, locate});
      change(locate, BookAction::add, last_id, buys ? 1 : 2, price, shares);
      session.wire.add(locate, name_of(locate), last_id, buys ? 'B' : 'S', static_cast<u64>(shares),
                       static_cast<u64>(price), random.below(4) == 0 ? "MKTM" : "");
      continue;
    }
    const std::size_t at = random.below(orders.size());
    const Live order = orders[at];
    L3Book& book = session.books[order.locate];
    const OrderView view = book.order(book.find(order.id));
    const i64 part = random.between(1, view.quantity);
    if (what < 60) {
      change(order.locate, BookAction::erase, order.id, 0, 0, 0);
      change(order.locate, BookAction::add, ++last_id, static_cast<i64>(view.side), price_in(order.locate), part);
      const i64 price = book.order(book.find(last_id)).price;
      session.wire.replace(order.locate, order.id, last_id, static_cast<u64>(part), static_cast<u64>(price));
      orders[at].id = last_id;
      continue;
    }
    if (what < 75) {
      change(order.locate, BookAction::execute, order.id, 0, 0, part);
      session.wire.execute(order.locate, order.id, static_cast<u64>(part));
    } else if (what < 85) {
      change(order.locate, BookAction::reduce, order.id, 0, 0, part);
      session.wire.cancel(order.locate, order.id, static_cast<u64>(part));
    } else {
      change(order.locate, BookAction::erase, order.id, 0, 0, 0);
      session.wire.erase(order.locate, order.id);
    }
    if (book.find(order.id) != kNone) continue;
    orders[at] = orders.back();
    orders.pop_back();
  }
  return session;
}

using Queues = std::vector<std::vector<i64>>;  // a level each: price, then id and quantity of its orders

template <class Book>
Queues queues_of(const Book& book, i64 units) {
  Queues queues;
  for (const Side side : {Side::buy, Side::sell}) {
    const Ladder& ladder = book.side(side);
    for (u32 at = ladder.best(); at != kNone; at = ladder.next_worse(at)) {
      queues.push_back({ladder.price_of(at) * units});
      for (u32 slot = ladder[at].head; slot != kNone; slot = book.orders()[slot].next) {
        queues.back().push_back(static_cast<i64>(book.orders()[slot].id));
        queues.back().push_back(book.orders()[slot].quantity);
      }
    }
  }
  return queues;
}

void check_books(const ItchFeed& feed, const Session& session) {
  feed.books().check();
  for (u32 locate = 1; locate < session.books.size(); ++locate) {
    const L3SetBook* book = feed.books().book(locate);
    REQUIRE(book != nullptr);
    REQUIRE(queues_of(*book, book->tick_units()) == queues_of(session.books[locate], 1));
  }
}

TEST_CASE("every queue of every stock is that of a plain book fed the same events") {
  for (u64 seed = 1; seed <= 4; ++seed) {
    const Session session = random_session(seed, 20'000, 1'500, 7);
    ItchFeed feed{ItchFeed::Options{}};
    REQUIRE(session.wire.apply_to(feed).fault == WireFault::none);
    check_books(feed, session);
  }
}

TEST_CASE("looking ahead changes nothing: more orders than the caches hold, in pieces of any size") {
  const Session session = random_session(11, 120'000, 30'000, 40);
  const std::vector<u8>& bytes = session.wire.bytes();
  RandomSource random(12);
  for (const u64 largest : {u64{3}, u64{100}, u64{70'000}, u64{bytes.size()}}) {
    ItchFeed feed{ItchFeed::Options{}};
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random.below(largest), bytes.size() - at);
      REQUIRE(feed.apply(bytes.data() + at, size).fault == WireFault::none);
      at += size;
    }
    REQUIRE(feed.finish().fault == WireFault::none);
    REQUIRE(feed.bytes() == bytes.size());
    check_books(feed, session);
  }
}

TEST_CASE("ten thousand stocks without orders cost less than 2 KB each") {
  ItchFeed feed{ItchFeed::Options{}};
  ItchWriter session;
  for (u32 locate = 1; locate <= 10'000; ++locate) session.directory(locate, name_of(locate));
  REQUIRE(session.apply_to(feed).fault == WireFault::none);
  CHECK(feed.books().memory_bytes() / 10'000 + sizeof(ItchStock) < 2048);
}

TEST_CASE("the bound on orders is an error, and the books stay sound") {
  ItchFeed::Options options;
  options.max_orders = 2;
  ItchFeed feed(options);
  ItchWriter session;
  for (u64 id = 1; id <= 3; ++id) session.add(1, "ABC", id, 'B', 100, 100'000);
  CHECK_THROWS_AS(session.apply_to(feed), Error);
  CHECK(feed.stop().fault == WireFault::no_room);
  CHECK(feed.stop().message == 2);
  CHECK(feed.books().order_count() == 2);
  feed.books().check();
}

}  // namespace
}  // namespace pytrader
