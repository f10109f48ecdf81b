// A market in old and new units: rows that come on either side of a split, before and behind the account's own word.
#include <utility>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

InstrumentMarket quoted(i64 price) {
  InstrumentMarket market;
  MarketBoard board;
  board.apply_quote(market, quote_row(10, price, price));
  return market;
}

}  // namespace

TEST_CASE("a row behind a foretold split puts the market into new units before the account hears of it") {
  InstrumentMarket market = quoted(100);
  market.foretell_split({50, 2, 1});
  CHECK(market.is_in_units(49));
  CHECK_FALSE(market.is_in_units(50));
  REQUIRE(market.is_behind_split(50));
  market.pass_split();
  market.take_up_units();
  MarketBoard{}.apply_quote(market, quote_row(50, 50, 50));
  // A position is still in old units: one of them is worth two of the market's.
  CHECK(market.valued_at().twice_mark == 100);
  CHECK(market.valued_at().times == 2 * market.valued_at().by);
  market.hear_split({50, 2, 1});
  CHECK(market.twice_mid() == 100);
  CHECK(market.valued_at().times == market.valued_at().by);
  CHECK(market.is_in_units(51));
  CHECK_FALSE(market.is_in_units(49));
}

TEST_CASE("a split that nobody foretold puts the market into new units when the account hears of it") {
  InstrumentMarket market = quoted(101);
  market.hear_split({50, 8, 1});
  CHECK(market.twice_mid() == kNoMark);
  CHECK(market.last_price == 13);  // 12.625
  const ValuedAt valued = market.valued_at();
  CHECK(valued.twice_mark == 202);
  CHECK(valued.by == 8 * valued.times);
  CHECK_FALSE(market.is_in_units(49));
  CHECK_FALSE(market.is_in_units(50));  // the first in new units ends what was kept
  market.take_up_units();
  CHECK(market.is_in_units(50));
  CHECK(market.valued_at().twice_mark == 26);
}

TEST_CASE("splits follow one another without a row in between, foretold in any order") {
  InstrumentMarket market = quoted(120);
  market.foretell_split({70, 1, 6});
  market.foretell_split({50, 2, 1});
  market.foretell_split({50, 3, 1});
  CHECK_FALSE(market.is_in_units(50));
  market.hear_split({50, 2, 1});
  market.hear_split({50, 3, 1});
  CHECK(market.last_price == 20);
  CHECK_FALSE(market.is_behind_split(69));
  market.hear_split({70, 1, 6});
  CHECK(market.last_price == 120);
  const ValuedAt valued = market.valued_at();
  CHECK(valued.twice_mark * valued.times == 240 * valued.by);
  market.take_up_units();
  CHECK(market.is_in_units(INT64_MAX - 1));
}

TEST_CASE("a price of any time is in the units of the position, whatever was heard") {
  InstrumentMarket market = quoted(120);
  market.index_price = 121;
  market.foretell_split({50, 2, 1});
  market.foretell_split({60, 1, 3});
  CHECK(market.splits_until(49) == 0);
  CHECK(market.splits_until(50) == 1);
  CHECK(market.splits_until(60) == 2);
  CHECK(market.in_position_units(120, 0) == 120);
  CHECK(market.in_position_units(60, 1) == 120);
  CHECK(market.in_position_units(180, 2) == 120);
  market.pass_split();
  CHECK(market.index_price == kNoPrice);
  market.hear_split({50, 2, 1});
  CHECK(market.in_position_units(120, 0) == 60);
  CHECK(market.in_position_units(60, 1) == 60);
  CHECK(market.in_position_units(180, 2) == 60);
}

TEST_CASE("many splits without a row in between are marked as exactly as numbers allow") {
  InstrumentMarket market = quoted(1'000'000);
  for (i64 ts = 20; ts < 32; ++ts) market.hear_split({ts, ts % 2 == 0 ? 999'983 : 1, ts % 2 == 0 ? 1 : 999'983});
  CHECK(market.passed == 12);
  CHECK(market.last_price >= 0);
  CHECK(market.valued_at().by > 0);
  InstrumentMarket behind = quoted(100);
  for (i64 ts = 20; ts < 32; ++ts) behind.foretell_split({ts, 1'000'000, 1});
  while (behind.is_behind_split(40)) behind.pass_split();
  CHECK(behind.valued_at().times > 0);
}

TEST_CASE("a venue without a row behind a split is marked at its old mark in new units") {
  VenueNumbers numbers;
  std::vector<ExecutionReport> reports;
  SimulatedVenue venue(0, MarketKind::quotes, numbers, reports);
  venue.apply_quote(quote_row(10, 99, 101));
  venue.split(2, 1);
  CHECK(venue.twice_mark() == 100);
  venue.split(1, 4);
  CHECK(venue.twice_mark() == 400);
  venue.apply_quote(quote_row(20, 201, 203));
  CHECK(venue.twice_mark() == 404);
}

TEST_CASE("a row in old units that comes late is told, and is not the market") {
  ScriptedRun run({.feed_latency_ns = 30});
  ScriptedStrategy& strategy = run.add_strategy();
  std::vector<i64> last;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) last.push_back(std::as_const(run.kernel()).market(0).twice_mark());
    return true;
  };
  const auto split = static_cast<i64>(CashEventKind::split);
  run.add_stream(StreamKind::cash_event, std::vector<CashEventRecord>{{20, 20, split, 2, 0, 1, kNoPrice, 0}});
  run.add_stream(StreamKind::trade, std::vector<TradeRecord>{{12, 12, 100, 1, 1, 1}, {22, 22, 51, 1, 1, 2}});
  run.add_stream(StreamKind::quote,
                 std::vector<QuoteRecord>{quote_row(5, 100, 102), quote_row(15, 104, 106), quote_row(25, 52, 54)});
  CHECK(run.run() == RunStatus::finished);
  // Nothing was known when the account heard of the split; the quote of 15 comes behind it, at 45.
  CHECK(last == std::vector<i64>{kNoMark, kNoMark, 106});
  CHECK(std::as_const(run.kernel()).market(0).last_price == 51);
}
