// Auction prices: the published examples, the cases at the edges, and a plain reading of the rules beside the fast one.
#include <algorithm>
#include <set>
#include <vector>

#include "../book/random_source.hpp"
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "matching/auction.hpp"

namespace {

using namespace pytrader;

using Levels = std::vector<PriceQuantity>;

struct Book {
  Levels bids;
  Levels asks;
  i64 market_buy = 0;
  i64 market_sell = 0;
};

AuctionPrice price_of(const Book& book, i64 reference = kNoPrice, AuctionRules rules = {}) {
  return auction_price(book.bids, book.asks, book.market_buy, book.market_sell, reference, rules);
}

// The rules read one after the other over all limits of the book.
AuctionPrice plain_price(const Book& book, i64 reference, AuctionRules rules) {
  const auto sum = [](const Levels& levels, auto&& trades) {
    i64 lots = 0;
    for (const PriceQuantity& level : levels) lots += trades(level.price) ? level.quantity : 0;
    return lots;
  };
  const auto at = [&](i64 price) {
    const i64 bought = book.market_buy + sum(book.bids, [&](i64 limit) { return limit >= price; });
    const i64 sold = book.market_sell + sum(book.asks, [&](i64 limit) { return limit <= price; });
    return AuctionPrice{price, std::min(bought, sold), bought - sold};
  };
  std::set<i64> limits;
  for (const PriceQuantity& level : book.bids) limits.insert(level.price);
  for (const PriceQuantity& level : book.asks) limits.insert(level.price);
  if (limits.empty()) {
    const i64 volume = std::min(book.market_buy, book.market_sell);
    if (volume == 0 || reference == kNoPrice) return {};
    return {reference, volume, book.market_buy - book.market_sell};
  }
  std::vector<AuctionPrice> tied;
  for (const i64 limit : limits) tied.push_back(at(limit));
  const auto keep = [&tied](auto&& measure) {
    i64 best = measure(tied[0]);
    for (const AuctionPrice& each : tied) best = std::max(best, measure(each));
    std::erase_if(tied, [&](const AuctionPrice& each) { return measure(each) < best; });
  };
  keep([](const AuctionPrice& each) { return each.volume; });
  if (tied[0].volume == 0) return {};
  keep([](const AuctionPrice& each) { return -std::abs(each.surplus); });
  const auto all = [&tied](auto&& holds) { return std::all_of(tied.begin(), tied.end(), holds); };
  if (rules.market_pressure) {
    if (all([](const AuctionPrice& each) { return each.surplus > 0; })) return tied.back();
    if (all([](const AuctionPrice& each) { return each.surplus < 0; })) return tied.front();
  }
  if (reference == kNoPrice) return tied.back();
  if (rules.reference == ReferenceRule::at_reference && reference > tied.front().price &&
      reference < tied.back().price) {
    return at(reference);
  }
  keep([&](const AuctionPrice& each) { return -std::abs(each.price - reference); });
  return tied.back();
}

TEST_CASE("Xetra example 1: one limit trades most and leaves least") {
  const Book book{{{202, 200}, {201, 200}, {200, 300}}, {{197, 400}, {198, 200}, {200, 100}}};
  CHECK(price_of(book) == AuctionPrice{200, 700, 0});
}

TEST_CASE("Xetra example 2: with buyers' surplus at all limits the highest is the price") {
  const Book book{{{202, 400}, {201, 200}}, {{198, 200}, {199, 300}}};
  CHECK(price_of(book, 199) == AuctionPrice{201, 500, 100});
}

TEST_CASE("Xetra example 3: with sellers' surplus at all limits the lowest is the price") {
  const Book book{{{202, 300}, {201, 200}}, {{198, 200}, {199, 400}}};
  CHECK(price_of(book, 202) == AuctionPrice{199, 500, -100});
}

TEST_CASE("Xetra example 4: with surplus on both sides the limit nearest to the reference price is the price") {
  const Book book{{{199, 100}}, {{202, 100}}, 100, 100};
  CHECK(price_of(book, 199) == AuctionPrice{199, 100, 100});
  CHECK(price_of(book, 200) == AuctionPrice{199, 100, 100});
  CHECK(price_of(book, 201) == AuctionPrice{202, 100, -100});
}

TEST_CASE("Xetra example 5: without surplus the limit nearest to the reference price is the price, the higher of two") {
  const Book book{{{202, 300}, {201, 200}}, {{198, 200}, {199, 300}}};
  CHECK(price_of(book, 200).price == 201);
  CHECK(price_of(book, 202).price == 201);
  CHECK(price_of(book, 198).price == 199);
}

TEST_CASE("Xetra example 6: with market orders alone the reference price is the price") {
  const Book book{{}, {}, 900, 800};
  CHECK(price_of(book, 250) == AuctionPrice{250, 800, 100});
  CHECK(price_of(book) == AuctionPrice{});
}

TEST_CASE("Xetra example 7: orders that do not meet have no price") {
  CHECK(price_of({{{200, 80}, {199, 80}}, {{201, 80}}}, 200) == AuctionPrice{});
}

TEST_CASE("the reference price itself may be the price where the venue says so") {
  const Book book{{{199, 100}}, {{202, 100}}, 100, 100};
  CHECK(price_of(book, 200, {ReferenceRule::at_reference}) == AuctionPrice{200, 100, 0});
  CHECK(price_of(book, 203, {ReferenceRule::at_reference}) == AuctionPrice{202, 100, -100});
  CHECK(price_of(book, 190, {ReferenceRule::at_reference}) == AuctionPrice{199, 100, 100});
}

TEST_CASE("a side without orders, or a book without any, has no price") {
  CHECK(price_of({}, 100) == AuctionPrice{});
  CHECK(price_of({{{100, 5}}, {}}, 100) == AuctionPrice{});
  CHECK(price_of({{}, {{100, 5}}, 0, 7}, 100) == AuctionPrice{});
}

TEST_CASE("market orders trade with the limits of the other side") {
  CHECK(price_of({{{10, 200}, {9, 50}}, {}, 0, 100}) == AuctionPrice{10, 100, 100});
  CHECK(price_of({{}, {{10, 30}, {12, 30}}, 50, 0}) == AuctionPrice{12, 50, -10});
  CHECK(price_of({{}, {{10, 30}, {12, 30}}, 90, 0}) == AuctionPrice{12, 60, 30});
}

TEST_CASE("prices at both ends of the range are compared without overflow") {
  const Book book{{{INT64_MAX, 1}}, {{kNoPrice + 1, 1}}};
  CHECK(price_of(book, kNoPrice + 2).price == kNoPrice + 1);
  CHECK(price_of(book, INT64_MAX - 1).price == INT64_MAX);
}

TEST_CASE("levels that are no side of a book are refused") {
  CHECK_THROWS_AS(price_of({{{100, 0}}, {}}), Error);
  CHECK_THROWS_AS(price_of({{{kNoPrice, 1}}, {}}), Error);
  CHECK_THROWS_AS(price_of({{{100, 1}, {100, 1}}, {}}), Error);
  CHECK_THROWS_AS(price_of({{}, {{100, 1}, {99, 1}}}), Error);
  CHECK_THROWS_AS(price_of({{}, {}, -1, 0}), Error);
  CHECK_THROWS_AS(price_of({{}, {{100, INT64_MAX}}, 0, 1}), Error);
  CHECK(price_of({{{100, INT64_MAX}}, {{100, INT64_MAX}}}) == AuctionPrice{100, INT64_MAX, 0});
}

TEST_CASE("the walk over what trades finds what all limits one by one say") {
  testing::RandomSource random(20261120);
  const auto side = [&random](i64 centre, bool is_bid) {
    std::set<i64> prices;
    const u64 count = random.below(6);
    while (prices.size() < count) prices.insert(random.between(centre - 5, centre + 5));
    Levels levels;
    for (const i64 price : prices) levels.push_back({price, random.between(1, 4)});
    if (is_bid) std::reverse(levels.begin(), levels.end());
    return levels;
  };
  int traded = 0;
  for (int i = 0; i < 200'000; ++i) {
    Book book{side(100, true), side(random.between(98, 104), false)};
    if (random.below(3) == 0) book.market_buy = random.between(0, 8);
    if (random.below(3) == 0) book.market_sell = random.between(0, 8);
    const i64 reference = random.below(8) == 0 ? kNoPrice : random.between(90, 110);
    const AuctionRules rules{random.below(2) == 0 ? ReferenceRule::nearest_limit : ReferenceRule::at_reference,
                             random.below(4) != 0};
    const AuctionPrice fast = price_of(book, reference, rules);
    REQUIRE(fast == plain_price(book, reference, rules));
    traded += fast.volume > 0 ? 1 : 0;
  }
  CHECK(traded > 100'000);
}

}  // namespace
