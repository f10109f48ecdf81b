// The ITCH reader: what each message does, what it refuses and where, chunks, and random sessions against plain books.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "book/l3_book.hpp"
#include "doctest/doctest.h"
#include "feeds/itch_feed.hpp"
#include "feeds/itch_message.hpp"
#include "itch_writer.hpp"

namespace pytrader {
namespace {

using testing::ItchWriter;
using testing::symbol_of;
using Body = ItchWriter::Body;

ItchFeed feed_of(BookPolicy policy = BookPolicy::strict) {
  ItchFeed::Options options;
  options.policy = policy;
  return ItchFeed(options);
}

TEST_CASE("the table of lengths holds the 23 types of the specification") {
  std::size_t sum = 0;
  for (const ItchType& type : kItchTypes) sum += type.length;
  CHECK(std::size(kItchTypes) == 23);
  CHECK(sum == 694);
  CHECK(kItchTypeOf['A'].length == 36);
  CHECK(kItchTypeOf['Z'].length == 0);
}

TEST_CASE("orders queue, trade, shrink and leave as their messages say") {
  ItchFeed feed = feed_of();
  ItchWriter session;
  session.directory(1, "ABC").add(1, "ABC", 1, 'B', 100, 100'000).add(1, "ABC", 2, 'B', 50, 100'000, "MKTM");
  session.add(1, "ABC", 3, 'S', 70, 100'100).execute(1, 1, 30).cancel(1, 2, 20).execute_at(1, 3, 10, 100'000, 'Y');
  CHECK(session.apply_to(feed).fault == WireFault::none);
  const L3SetBook& book = *feed.books().book(1);
  CHECK(book.tick_units() == 100);
  CHECK(book.best(Side::buy).price == 1000);
  CHECK(book.best(Side::buy).quantity == 100);
  CHECK(book.best(Side::buy).order_count == 2);
  CHECK(book.queue_ahead(book.find(2)) == 70);
  CHECK(book.best(Side::sell).quantity == 60);
  CHECK(feed.attribution(book.find(2)) == std::array<u8, 4>{'M', 'K', 'T', 'M'});
  CHECK(feed.attribution(book.find(1)) == std::array<u8, 4>{' ', ' ', ' ', ' '});
  CHECK(feed.stock(1)->volume == 40);
  CHECK(feed.stock(1)->last_print.price == 100'000);
  CHECK(feed.stock(1)->last_print.source == 'C');

  ItchWriter rest;
  rest.erase(1, 1).execute(1, 2, 30).cancel(1, 3, 60);
  CHECK(rest.apply_to(feed).fault == WireFault::none);
  CHECK(feed.books().order_count() == 0);
  CHECK(book.bids().empty());
  CHECK(feed.messages() == 10);
  CHECK(feed.count('A') == 2);
  CHECK(feed.count('F') == 1);
  feed.books().check();
}

TEST_CASE("a replace takes a new number to the back and keeps stock, side and attribution") {
  ItchFeed feed = feed_of();
  ItchWriter session;
  session.add(1, "ABC", 1, 'B', 100, 100'000, "MKTM").add(1, "ABC", 2, 'B', 50, 100'000).replace(1, 1, 9, 40, 100'000);
  CHECK(session.apply_to(feed).fault == WireFault::none);
  const L3SetBook& book = *feed.books().book(1);
  CHECK(book.find(1) == kNone);
  CHECK(book.queue_ahead(book.find(9)) == 50);
  CHECK(book.side_of(book.find(9)) == Side::buy);
  CHECK(feed.attribution(book.find(9))[0] == 'M');
}

TEST_CASE("an execution that is not printable takes shares and prints none") {
  ItchFeed feed = feed_of();
  ItchWriter session;
  session.add(1, "ABC", 1, 'B', 100, 100'000).execute_at(1, 1, 100, 100'000, 'N');
  CHECK(session.apply_to(feed).fault == WireFault::none);
  CHECK(feed.books().order_count() == 0);
  CHECK(feed.stock(1)->volume == 0);
}

TEST_CASE("a listing may be told again, and an execution that does not print needs no price") {
  ItchFeed feed = feed_of();
  ItchWriter session;
  session.directory(1, "ABC").add(1, "ABC", 1, 'B', 100, 100'000).directory(1, "ABC").execute_at(1, 1, 40, 0, 'N');
  CHECK(session.apply_to(feed).fault == WireFault::none);
  CHECK(feed.books().book(1)->best(Side::buy).quantity == 60);
  CHECK(feed.locate_of(symbol_of("ABC").data()) == 1);
  CHECK(feed.locate_of(symbol_of("XYZ").data()) == kNone);
}

TEST_CASE("an order that crosses a book is counted once, whichever side it comes from") {
  ItchFeed feed = feed_of();
  const auto crossings_after = [&feed](const ItchWriter& session) {
    CHECK(session.apply_to(feed).fault == WireFault::none);
    return feed.books().book(1)->crossings();
  };
  CHECK(crossings_after(ItchWriter().add(1, "ABC", 1, 'B', 5, 200).add(1, "ABC", 2, 'S', 5, 201)) == 0);
  CHECK_MESSAGE(crossings_after(ItchWriter().add(1, "ABC", 3, 'S', 5, 200)) == 1, "a locked book counts as crossed");
  CHECK_MESSAGE(crossings_after(ItchWriter().add(1, "ABC", 4, 'B', 5, 300)) == 1, "it is crossed already");
  CHECK(crossings_after(ItchWriter().erase(1, 3).erase(1, 4)) == 1);
  CHECK(crossings_after(ItchWriter().replace(1, 1, 5, 5, 202)) == 2);
  CHECK(crossings_after(ItchWriter().replace(1, 5, 6, 5, 203)) == 2);
  CHECK(crossings_after(ItchWriter().erase(1, 6).add(1, "ABC", 7, 'B', 5, 199)) == 2);
  CHECK(feed.books().book(1)->tick_units() == 1);
  CHECK(crossings_after(ItchWriter().add(2, "DEF", 8, 'S', 5, 100).add(2, "DEF", 9, 'B', 5, 100)) == 2);
  CHECK(feed.crossings() == 3);
}

TEST_CASE("a price off the cent makes the book count finer and moves no order from its place") {
  ItchFeed feed = feed_of();
  ItchWriter session;
  session.add(1, "ABC", 1, 'B', 10, 9'900).add(1, "ABC", 2, 'B', 20, 9'900).add(1, "ABC", 3, 'S', 30, 10'000);
  session.add(1, "ABC", 4, 'B', 5, 9'950);
  CHECK(session.apply_to(feed).fault == WireFault::none);
  const L3SetBook& book = *feed.books().book(1);
  CHECK(book.tick_units() == 50);
  CHECK(book.best(Side::buy).price == 199);
  ItchWriter finer;
  finer.add(1, "ABC", 5, 'S', 5, 9'999);
  CHECK(finer.apply_to(feed).fault == WireFault::none);
  CHECK(book.tick_units() == 1);
  CHECK(book.best(Side::sell).price == 9'999);
  CHECK(book.level(Side::buy, 9'900).quantity == 30);
  CHECK(book.queue_ahead(book.find(2)) == 10);
  feed.books().check();
}

TEST_CASE("what is said about stocks and the session can be read") {
  ItchFeed feed = feed_of();
  ItchWriter session;
  session.put('S', 0, Body().text("Q", 1).bytes).directory(3, "ABC");
  session.put('H', 3, Body().text("ABC", 8).text("H ", 2).text("T1", 4).bytes);
  session.put('Y', 3, Body().text("ABC", 8).text("1", 1).bytes);
  session.put('L', 3, Body().text("MKTM", 4).text("ABC", 8).text("YNA", 3).bytes);
  session.put('V', 0, Body().number(1, 8).number(2, 8).number(3, 8).bytes);
  session.put('W', 0, Body().text("2", 1).bytes);
  session.put('K', 3, Body().text("ABC", 8).number(36'000, 4).text("A", 1).number(5, 4).bytes);
  session.put('J', 3, Body().text("ABC", 8).number(10, 4).number(11, 4).number(9, 4).number(1, 4).bytes);
  session.put('h', 3, Body().text("ABC", 8).text("QH", 2).bytes);
  session.put('P', 3, Body().number(0, 8).text("B", 1).number(5, 4).text("ABC", 8).number(99, 4).number(4, 8).bytes);
  session.put('Q', 3, Body().number(500, 8).text("ABC", 8).number(101, 4).number(5, 8).text("O", 1).bytes);
  session.put('B', 3, Body().number(4, 8).bytes);
  session.put('I', 3,
              Body()
                  .number(6, 8)
                  .number(7, 8)
                  .text("B", 1)
                  .text("ABC", 8)
                  .number(1, 4)
                  .number(2, 4)
                  .number(3, 4)
                  .text("OL", 2)
                  .bytes);
  session.put('N', 3, Body().text("ABC", 8).text("A", 1).bytes);
  session.put('O', 3, Body().text("ABC", 8).text("Y", 1).number(0, 8).number(0, 8).number(0, 8).number(0, 4).bytes);
  CHECK(session.apply_to(feed).fault == WireFault::none);
  const ItchStock& stock = *feed.stock(3);
  CHECK(feed.session().system_event == 'Q');
  CHECK(feed.session().decline_levels[2] == 3);
  CHECK(feed.session().breached_level == '2');
  CHECK(feed.session().broken_trades == 1);
  CHECK(feed.session().last_broken_match == 4);
  CHECK(stock.round_lot_shares == 100);
  CHECK(stock.trading_state == 'H');
  CHECK(stock.trading_reason[1] == '1');
  CHECK(stock.reg_sho_action == '1');
  CHECK(stock.ipo_price == 5);
  CHECK(stock.collar_lower_price == 9);
  CHECK(stock.operational_state == 'H');
  CHECK(stock.volume == 505);
  CHECK(stock.last_print.source == 'Q');
  CHECK(stock.last_cross_type == 'O');
  CHECK(stock.imbalance.imbalance_shares == 7);
  CHECK(stock.imbalance.direction == 'B');
  CHECK(stock.retail_interest == 'A');
  CHECK(feed.messages() == 16);
}

TEST_CASE("a strict feed stops at a fault, names its place and applies nothing more") {
  struct Case {
    WireFault fault;
    ItchWriter bad;
  };
  const std::vector<Case> cases{
      {WireFault::unknown_type, ItchWriter().put('Z', 1, {})},
      {WireFault::wrong_length, ItchWriter().put('D', 1, Body().number(1, 7).bytes)},
      {WireFault::unknown_order, ItchWriter().erase(1, 2)},
      {WireFault::unknown_order, ItchWriter().execute(1, 2, 1)},
      {WireFault::unknown_order, ItchWriter().replace(1, 2, 3, 1, 1)},
      {WireFault::duplicate_order, ItchWriter().add(1, "ABC", 1, 'B', 1, 1)},
      {WireFault::duplicate_order, ItchWriter().replace(1, 1, 1, 1, 1)},
      {WireFault::quantity_not_positive, ItchWriter().add(1, "ABC", 2, 'B', 0, 1)},
      {WireFault::quantity_not_positive, ItchWriter().cancel(1, 1, 0)},
      {WireFault::quantity_too_large, ItchWriter().execute(1, 1, 101)},
      {WireFault::quantity_too_large, ItchWriter().cancel(1, 1, 101)},
      {WireFault::price_out_of_range, ItchWriter().add(1, "ABC", 2, 'B', 1, 0)},
      {WireFault::bad_side, ItchWriter().add(1, "ABC", 2, 'X', 1, 1)},
      {WireFault::bad_field, ItchWriter().execute_at(1, 1, 1, 1, '?')},
      {WireFault::wrong_instrument, ItchWriter().add(1, "XYZ", 2, 'B', 1, 1)},
      {WireFault::wrong_instrument, ItchWriter().erase(2, 1)},
      {WireFault::wrong_instrument, ItchWriter().directory(3, "ABC")},
      {WireFault::price_out_of_range, ItchWriter().execute_at(1, 1, 1, 0, 'Y')},
      {WireFault::after_end, ItchWriter().raw({0, 0}).erase(1, 1)},
  };
  for (const Case& each : cases) {
    ItchFeed feed = feed_of();
    const ItchWriter good = ItchWriter().add(1, "ABC", 1, 'B', 100, 100'000).add(2, "DEF", 7, 'B', 100, 100'000);
    CHECK(good.apply_to(feed).fault == WireFault::none);
    const WireStop stop = each.bad.apply_to(feed);
    CHECK(stop.fault == each.fault);
    CHECK(stop.message == 2);
    CHECK(stop.offset == good.bytes().size() + (each.fault == WireFault::after_end ? 2 : 0));
    CHECK(feed.faults()[each.fault] == 1);
    CHECK(good.apply_to(feed).fault == each.fault);
    CHECK(feed.messages() == 2);
    CHECK(feed.count('A') == 2);
    CHECK(feed.count(each.bad.bytes()[2]) == (each.bad.bytes()[2] == 'A' ? 2 : 0));
    CHECK(feed.books().order_count() == 2);
    feed.books().check();
  }
}

TEST_CASE("a lenient feed skips what is wrong, counts it and goes on") {
  ItchFeed feed = feed_of(BookPolicy::lenient);
  ItchWriter session;
  session.erase(1, 5).put('Z', 1, {}).add(1, "ABC", 1, 'B', 100, 100'000).cancel(1, 1, 500).cancel(1, 1, 40);
  CHECK(session.apply_to(feed).fault == WireFault::none);
  CHECK(feed.faults()[WireFault::unknown_order] == 1);
  CHECK(feed.faults()[WireFault::unknown_type] == 1);
  CHECK(feed.faults()[WireFault::quantity_too_large] == 1);
  CHECK(feed.messages() == 5);
  CHECK(feed.books().book(1)->best(Side::buy).quantity == 60);
}

TEST_CASE("a session that ends inside a message is truncated, wherever it was cut") {
  const ItchWriter session = ItchWriter().add(1, "ABC", 1, 'B', 100, 100'000).erase(1, 1);
  const std::vector<u8>& bytes = session.bytes();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    ItchFeed feed = feed_of();
    CHECK(feed.apply(bytes.data(), size).fault == WireFault::none);
    const bool between = size == 0 || size == 38 || size == bytes.size();
    CHECK(feed.finish().fault == (between ? WireFault::none : WireFault::truncated));
  }
}

TEST_CASE("messages behind two bytes of zero are told apart by their types") {
  ItchFeed::Options options;
  options.framing = ItchFraming::zero_prefixed;
  ItchFeed feed(options);
  ItchWriter session(ItchFraming::zero_prefixed);
  session.directory(1, "ABC").add(1, "ABC", 1, 'B', 100, 100'000).erase(1, 1);
  CHECK(session.apply_to(feed).fault == WireFault::none);
  CHECK(feed.bytes() == session.bytes().size());
  CHECK(feed.messages() == 3);
  const u8 unknown[] = {0, 0, 'Z'};
  CHECK(feed.apply(unknown, sizeof unknown).fault == WireFault::bad_framing);
}

TEST_CASE("books are kept for the stocks that were asked for, and their rows where they were") {
  ItchFeed::Options options;
  options.symbols = {symbol_of("ABC")};
  options.recorded = {symbol_of("ABC")};
  ItchFeed feed(options);
  ItchWriter session;
  session.add(1, "ABC", 1, 'B', 100, 100'000).add(2, "DEF", 2, 'B', 100, 100'000).erase(2, 2);
  session.execute(1, 1, 10)
      .execute_at(1, 1, 10, 99'000, 'Y')
      .execute_at(1, 1, 10, 99'000, 'N')
      .replace(1, 1, 3, 5, 100'100);
  CHECK(session.apply_to(feed).fault == WireFault::none);
  CHECK(feed.books().book(2) == nullptr);
  CHECK(feed.stock(2)->rows.empty());
  std::vector<std::string> rows;
  for (const L3Record& row : feed.stock(1)->rows) {
    rows.push_back(std::to_string(row.action) + " " + std::to_string(row.side) + " " + std::to_string(row.price) + " " +
                   std::to_string(row.quantity) + " " + std::to_string(row.order_id) + " " + std::to_string(row.flags));
  }
  CHECK(rows == std::vector<std::string>{"1 1 100000 100 1 128", "5 1 100000 10 1 128", "4 1 100000 10 1 0",
                                         "6 1 99000 10 0 128", "4 1 100000 10 1 128", "3 1 100000 70 1 0",
                                         "1 1 100100 5 3 128"});
}

}  // namespace
}  // namespace pytrader
