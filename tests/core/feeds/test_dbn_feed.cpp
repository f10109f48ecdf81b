// The DBN reader: headers of all versions, what each record does, what is refused and where, and cuts anywhere.
#include <algorithm>
#include <string>
#include <vector>

#include "dbn_writer.hpp"
#include "doctest/doctest.h"
#include "feeds/dbn_feed.hpp"

namespace pytrader {
namespace {

using testing::DbnWriter;
using testing::kQuarter;

DbnFeed feed_of(BookPolicy policy = BookPolicy::strict) {
  DbnFeed::Options options;
  options.policy = policy;
  options.ticks = {{"ESH4", kQuarter}};
  options.record = true;
  return DbnFeed(options);
}

std::vector<std::string> rows_of(const std::vector<L3Record>& rows) {
  std::vector<std::string> texts;
  for (const L3Record& row : rows) {
    texts.push_back(std::to_string(row.action) + " " + std::to_string(row.side) + " " + std::to_string(row.price) +
                    " " + std::to_string(row.quantity) + " " + std::to_string(row.order_id));
  }
  return texts;
}

TEST_CASE("the headers of all versions name instruments and are followed by records") {
  for (const u8 version : {u8{1}, u8{2}, u8{3}}) {
    for (const bool ts_out : {false, true}) {
      DbnFeed feed = feed_of();
      const DbnWriter stream = DbnWriter(version, ts_out).header().order('A', 'B', 1, 100, 5);
      CHECK(stream.apply_to(feed).fault == WireFault::none);
      CHECK(feed.finish().fault == WireFault::none);
      CHECK(feed.metadata().version == version);
      CHECK(feed.metadata().dataset == "TEST.SET");
      CHECK(feed.metadata().ts_out == ts_out);
      CHECK(feed.instrument(0).symbol == "ESH4");
      CHECK(feed.instrument(0).orders.best(Side::buy).quantity == 5);
    }
  }
}

TEST_CASE("orders are added, amended and cancelled as the records say") {
  DbnFeed feed = feed_of();
  DbnWriter stream;
  stream.header().order('R', 'N', 0, 0, 0, 40).order('A', 'B', 1, 100, 5).order('A', 'B', 2, 100, 6);
  stream.order('A', 'A', 3, 102, 7).order('M', 'B', 1, 100, 4).order('M', 'B', 2, 99, 6).order('C', 'A', 3, 102, 3);
  CHECK(stream.apply_to(feed).fault == WireFault::none);
  const L3Book& book = feed.instrument(0).orders;
  CHECK(book.order(book.find(1)).quantity == 4);
  CHECK(book.order(book.find(2)).price == 99);
  CHECK(book.best(Side::sell).quantity == 4);
  CHECK(feed.instrument(0).order_rows.size() == 7);
  CHECK(feed.instrument(0).order_rows[1].ts_event == 1002);
  CHECK(feed.instrument(0).order_rows[1].ts_init == 1101);
  book.check();
}

TEST_CASE("a fill trades in its order's place, and what follows takes only what it left") {
  DbnFeed feed = feed_of();
  DbnWriter stream;
  stream.header().order('A', 'A', 1, 100, 5).order('A', 'A', 2, 100, 9).order('A', 'A', 3, 101, 4);
  stream.order('T', 'B', 0, 100, 8, 0).order('F', 'A', 1, 100, 5, 0).order('F', 'A', 2, 100, 3, 0);
  stream.order('C', 'A', 1, 100, 5, 0).order('M', 'A', 2, 100, 6);
  // Cancelled whole after a part traded: the record says what was displayed before.
  stream.order('F', 'A', 3, 101, 1, 0).order('C', 'A', 3, 101, 4);
  CHECK(stream.apply_to(feed).fault == WireFault::none);
  const DbnInstrument& instrument = feed.instrument(0);
  CHECK(instrument.orders.order_count() == 1);
  CHECK(instrument.orders.order(instrument.orders.find(2)).quantity == 6);
  CHECK(instrument.fills.empty());
  CHECK(rows_of(instrument.order_rows) == std::vector<std::string>{"1 2 100 5 1", "1 2 100 9 2", "1 2 101 4 3",
                                                                   "5 2 100 5 1", "5 2 100 3 2", "5 2 101 1 3",
                                                                   "4 2 101 3 3"});
}

TEST_CASE("an iceberg's next tip queues behind the others, and what it had hidden prints") {
  DbnFeed feed = feed_of();
  DbnWriter stream;
  stream.header().order('A', 'A', 1, 100, 3).order('A', 'A', 2, 100, 9);
  stream.order('T', 'B', 0, 100, 8, 0).order('F', 'A', 1, 100, 8, 0).order('M', 'A', 1, 100, 2);
  CHECK(stream.apply_to(feed).fault == WireFault::none);
  const DbnInstrument& instrument = feed.instrument(0);
  CHECK(instrument.orders.queue_ahead(instrument.orders.find(1)) == 9);
  CHECK(rows_of(instrument.order_rows) ==
        std::vector<std::string>{"1 2 100 3 1", "1 2 100 9 2", "5 2 100 3 1", "6 2 100 5 1", "1 2 100 2 1"});
}

TEST_CASE("levels follow what the records show, by rows for what differs, and quotes only change") {
  DbnFeed feed = feed_of();
  DbnWriter stream;
  std::vector<DbnWriter::Level> ten;
  for (i64 i = 0; i < 10; ++i) ten.push_back({100 - i, 101 + i, 5, 6});
  std::vector<DbnWriter::Level> moved = ten;
  moved[0].bid_size = 7;
  moved[9].ask_ticks = 200;
  stream.header().market('A', 'B', 100, 5, ten).market('A', 'B', 100, 2, moved);
  CHECK(stream.apply_to(feed).fault == WireFault::none);
  const DbnInstrument& instrument = feed.instrument(0);
  CHECK(instrument.levels.level_count() == 20);
  CHECK(instrument.levels.best(Side::buy).quantity == 7);
  CHECK(instrument.levels.level(Side::sell, 110).quantity == 0);
  CHECK(instrument.levels.level(Side::sell, 200).order_count == 2);
  CHECK(instrument.level_rows.size() == 23);
  CHECK(instrument.level_rows[19].flags == kFlagLast);
  CHECK(instrument.level_rows[20].flags == 0);

  DbnFeed quotes = feed_of();
  DbnWriter best;
  best.header().market('A', 'B', 100, 5, {{100, 101, 5, 6}}).market('T', 'B', 101, 2, {{100, 101, 5, 6}});
  best.market('C', 'A', 101, 6, {{100, 0, 5, 0}});
  CHECK(best.apply_to(quotes).fault == WireFault::none);
  CHECK(quotes.instrument(0).quotes.size() == 2);
  CHECK(quotes.instrument(0).quotes[1].ask_quantity == 0);
  CHECK(quotes.instrument(0).trades.size() == 1);
  CHECK(quotes.instrument(0).trades[0].aggressor_side == 1);
  CHECK(quotes.instrument(0).trades[0].trade_id == 77);
  CHECK(quotes.instrument(0).levels.asks().empty());
}

TEST_CASE("a bar closes its length after the time that it opens at") {
  DbnFeed feed = feed_of();
  DbnWriter stream;
  std::vector<u8> bar;
  for (const i64 ticks : {10, 12, 9, 11}) DbnWriter::number(bar, static_cast<u64>(ticks * kQuarter), 8);
  DbnWriter::number(bar, 500, 8);
  stream.header().record(DbnKind::ohlcv_1m, bar);
  CHECK(stream.apply_to(feed).fault == WireFault::none);
  const BarRecord& made = feed.instrument(0).bars.at(0);
  CHECK(made.ts_open == 1001);
  CHECK(made.ts_event == 60'000'001'001);
  CHECK(made.high == 12);
  CHECK(made.volume == 500);
}

std::vector<u8> definition_body() {
  std::vector<u8> body;
  DbnWriter::number(body, 5, 8);
  DbnWriter::number(body, static_cast<u64>(kQuarter), 8);
  body.resize(360 - dbn::kHeader);
  return body;
}

TEST_CASE("definitions give ticks to instruments that were given none") {
  DbnFeed feed{DbnFeed::Options{}};
  const DbnWriter definitions = DbnWriter().header().record(DbnKind::definition, definition_body());
  CHECK(definitions.apply_to(feed).fault == WireFault::none);
  CHECK(feed.finish().fault == WireFault::none);
  CHECK(feed.instrument(0).tick == kQuarter);
  CHECK(DbnWriter().header().order('A', 'B', 1, 100, 5).apply_to(feed).fault == WireFault::none);
  CHECK(feed.instrument(0).orders.best(Side::buy).price == 100);
}

TEST_CASE("records of instruments that are not asked for are counted, not judged") {
  const std::vector<u8> faulty(40, 0xFF);
  const DbnWriter writer =
      DbnWriter().header({{"ESH4", 17}, {"NQH4", 18}}).record(DbnKind::mbo, faulty, 18).order('A', 'B', 1, 100, 5);
  DbnFeed all{DbnFeed::Options{.ticks = {{"", kQuarter}}}};
  CHECK(writer.apply_to(all).fault != WireFault::none);
  DbnFeed one{DbnFeed::Options{.ticks = {{"", kQuarter}}, .symbols = {"ESH4"}}};
  CHECK(writer.apply_to(one).fault == WireFault::none);
  CHECK(one.count(static_cast<u8>(DbnKind::mbo)) == 2);
  REQUIRE(one.instrument_count() == 2);
  CHECK_FALSE(one.instrument(0).kept);
  CHECK(one.instrument(1).orders.order_count() == 1);
}

TEST_CASE("an instrument is kept by any of its names, and by those of the stream that its record is in") {
  const auto read = [](const std::vector<DbnWriter>& streams, const std::string& symbol) {
    DbnFeed feed{DbnFeed::Options{.ticks = {{"", kQuarter}}, .symbols = {symbol}}};
    for (const DbnWriter& stream : streams) {
      CHECK(stream.apply_to(feed).fault == WireFault::none);
      CHECK(feed.finish().fault == WireFault::none);
    }
    REQUIRE(feed.instrument_count() == 1);
    CHECK(feed.instrument(0).symbol == symbol);
    return feed.instrument(0).orders.order_count();
  };
  CHECK(read({DbnWriter().header({{"ES.c.0", 17}, {"ESH4", 17}}).order('A', 'B', 1, 100, 5)}, "ESH4") == 1);
  const DbnWriter first = DbnWriter().header({{"AAA", 17}}).order('A', 'B', 1, 100, 5);
  const DbnWriter second = DbnWriter().header({{"BBB", 17}}).order('A', 'B', 2, 90, 5);
  CHECK(read({first, second}, "BBB") == 1);
  CHECK(read({second, first}, "BBB") == 1);
}

TEST_CASE("a definition counts for the name that a later stream gives its instrument") {
  DbnFeed feed{DbnFeed::Options{.ticks = {}, .symbols = {"ESH4"}}};
  const DbnWriter definitions = DbnWriter().header({{"ES.FUT", 17}}).record(DbnKind::definition, definition_body());
  CHECK(definitions.apply_to(feed).fault == WireFault::none);
  CHECK(feed.finish().fault == WireFault::none);
  CHECK(DbnWriter().header().order('A', 'B', 1, 100, 5).apply_to(feed).fault == WireFault::none);
  CHECK(feed.instrument(0).symbol == "ESH4");
  CHECK(feed.instrument(0).orders.best(Side::buy).price == 100);
}

TEST_CASE("a strict feed stops at a fault, names its place and applies nothing more") {
  struct Case {
    WireFault fault;
    DbnWriter bad;
  };
  const i64 none = dbn::kNoPrice;
  const std::vector<Case> cases{
      {WireFault::bad_framing, DbnWriter().header().record(static_cast<DbnKind>(0x99), {}).header()},
      {WireFault::wrong_length, DbnWriter().record(DbnKind::mbo, std::vector<u8>(36))},
      {WireFault::unknown_tick, DbnWriter().record(DbnKind::ohlcv_1m, std::vector<u8>(40), 18)},
      {WireFault::off_tick, DbnWriter().order_at('A', 'B', 2, 3, 1)},
      {WireFault::price_out_of_range, DbnWriter().order_at('A', 'B', 2, none, 1)},
      {WireFault::bad_action, DbnWriter().order('?', 'B', 2, 100, 1)},
      {WireFault::bad_action, DbnWriter().order('A', 'B', 2, 100, 1, 64)},
      {WireFault::bad_side, DbnWriter().order('A', 'N', 2, 100, 1)},
      {WireFault::duplicate_order, DbnWriter().order('A', 'B', 1, 100, 1)},
      {WireFault::unknown_order, DbnWriter().order('C', 'B', 2, 100, 1)},
      {WireFault::unknown_modify, DbnWriter().order('M', 'B', 2, 100, 1)},
      {WireFault::quantity_not_positive, DbnWriter().order('A', 'B', 2, 100, 0)},
      {WireFault::quantity_too_large, DbnWriter().order('C', 'B', 1, 100, 6)},
      {WireFault::crossed, DbnWriter().order('A', 'A', 2, 99, 1)},
      {WireFault::crossed, DbnWriter().market('A', 'B', 100, 1, {{100, 100, 1, 1}})},
      {WireFault::bad_field, DbnWriter().market('A', 'B', 100, 1, std::vector<DbnWriter::Level>(10, {100, 101, 1, 1}))},
      {WireFault::quantity_not_positive, DbnWriter().market('T', 'B', 100, 0)},
  };
  for (std::size_t i = 1; i < cases.size(); ++i) {
    DbnFeed feed = feed_of();
    const DbnWriter good = DbnWriter().header().order('A', 'B', 1, 100, 5);
    CHECK(good.apply_to(feed).fault == WireFault::none);
    const WireStop stop = cases[i].bad.apply_to(feed);
    CAPTURE(i);
    CHECK(stop.fault == cases[i].fault);
    CHECK(stop.message == 1);
    CHECK(stop.offset == good.bytes().size());
    CHECK(cases[i].bad.apply_to(feed).offset == stop.offset);
    CHECK(feed.records() == 1);
    CHECK(feed.count(static_cast<u8>(DbnKind::mbo)) == 1);
    CHECK(feed.instrument(0).orders.order_count() == 1);
    feed.instrument(0).orders.check();
  }
}

TEST_CASE("bytes that are no DBN are refused at once") {
  for (const std::string& text :
       {std::string("not a header"), std::string("DBN\x04...."), std::string("DBN\x01\x05\0\0\0", 8)}) {
    DbnFeed feed = feed_of();
    CHECK(feed.apply(reinterpret_cast<const u8*>(text.data()), text.size()).fault == WireFault::bad_framing);
  }
  // A table of names that is longer than the header.
  std::vector<u8> bytes = DbnWriter().header().bytes();
  bytes[8 + 100 + 16] = 9;
  DbnFeed feed = feed_of();
  CHECK(feed.apply(bytes.data(), bytes.size()).fault == WireFault::bad_framing);
}

TEST_CASE("a stream cut anywhere gives the same, and one that ends inside a record is truncated") {
  DbnWriter stream(2);
  stream.header().order('A', 'B', 1, 100, 5).order('A', 'A', 2, 101, 6).order('C', 'B', 1, 100, 5);
  const std::vector<u8>& bytes = stream.bytes();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    DbnFeed feed = feed_of();
    CHECK(feed.apply(bytes.data(), cut).fault == WireFault::none);
    CHECK(feed.apply(bytes.data() + cut, bytes.size() - cut).fault == WireFault::none);
    CHECK(feed.finish().fault == WireFault::none);
    CHECK(feed.records() == 3);
    CHECK(feed.instrument(0).orders.order_count() == 1);
    DbnFeed short_feed = feed_of();
    short_feed.apply(bytes.data(), cut);
    const bool whole = cut >= bytes.size() - 168 && (bytes.size() - cut) % 56 == 0;
    CHECK(short_feed.finish().fault == (whole ? WireFault::none : WireFault::truncated));
  }
}

TEST_CASE("a name that is no text is refused with its place, and the header before it stays") {
  for (const std::string& name : {std::string("ESH4"), std::string("TEST.SET")}) {
    std::vector<u8> bytes = DbnWriter().header().order('A', 'B', 1, 100, 5).bytes();
    const auto at = std::search(bytes.begin(), bytes.end(), name.begin(), name.end());
    REQUIRE(at != bytes.end());
    at[1] = 0x9D;
    DbnFeed feed = feed_of();
    const WireStop stop = feed.apply(bytes.data(), bytes.size());
    CHECK(stop.fault == WireFault::bad_name);
    CHECK(stop.offset == static_cast<u64>(at - bytes.begin()));
    CHECK(feed.metadata().version == 0);
    CHECK(feed.instrument_count() == 0);
  }
  std::vector<u8> mapping(80 - dbn::kHeader);
  mapping[dbn::kMappedFromV1 - dbn::kHeader] = 0x9D;
  DbnFeed live = feed_of();
  CHECK(DbnWriter().header().record(DbnKind::symbol_mapping, mapping).apply_to(live).fault == WireFault::bad_name);
  CHECK(live.metadata().names.size() == 1);
}

TEST_CASE("a lenient feed adds the order that a modify does not find, and counts it") {
  DbnFeed feed = feed_of(BookPolicy::lenient);
  DbnWriter stream;
  stream.header().order('M', 'B', 1, 99, 5).order('M', 'N', 2, 99, 5).order('M', 'A', 3, 98, 5);
  CHECK(stream.apply_to(feed).fault == WireFault::none);
  CHECK(feed.faults()[WireFault::unknown_modify] == 2);
  CHECK(feed.faults()[WireFault::bad_side] == 1);
  CHECK(rows_of(feed.instrument(0).order_rows) == std::vector<std::string>{"1 1 99 5 1", "1 2 98 5 3"});
  CHECK(feed.instrument(0).orders.order_count() == 2);
}

TEST_CASE("crossed books before an opening are kept and counted by a lenient feed") {
  DbnFeed feed = feed_of(BookPolicy::lenient);
  const DbnWriter stream = DbnWriter().header().order('A', 'B', 1, 100, 5).order('A', 'A', 2, 99, 6);
  CHECK(stream.apply_to(feed).fault == WireFault::none);
  CHECK(feed.faults()[WireFault::crossed] == 1);
  CHECK(feed.instrument(0).orders.crossed());
  CHECK(feed.instrument(0).order_rows.size() == 2);
}

}  // namespace
}  // namespace pytrader
