// Tests the venues' checksums against the values that their documentation prints.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "book/checksum.hpp"
#include "book/depth_book.hpp"

using namespace pytrader;

namespace {

using Rows = std::vector<std::pair<const char*, const char*>>;

WrittenDecimal written(std::string_view text) {
  WrittenDecimal value;
  const std::size_t point = text.find('.');
  for (const char character : text) {
    if (character != '.') value.mantissa = value.mantissa * 10 + (character - '0');
  }
  value.decimals = static_cast<u8>(point == std::string_view::npos ? 0 : text.size() - point - 1);
  return value;
}

struct Sample {
  StepGrid price;
  StepGrid quantity;
  DepthBook book;

  Sample(const char* tick, const char* lot) : price(parse(tick)), quantity(parse(lot)) {}

  void set(Side side, const Rows& rows) {
    for (const auto& [price_text, quantity_text] : rows) {
      DepthLevel level;
      level.side = side;
      const WrittenDecimal at = written(price_text);
      const WrittenDecimal size = written(quantity_text);
      REQUIRE(price.to_steps(at, level.price) == StepGrid::Fit::exact);
      REQUIRE(quantity.to_steps(size, level.quantity) == StepGrid::Fit::exact);
      level.price_decimals = at.decimals;
      level.quantity_decimals = size.decimals;
      book.set(level);
    }
  }
  u32 checksum(ChecksumRule rule) const { return book_checksum(rule, book, price, quantity); }
};

std::string text_of(const WrittenDecimal& value) {
  char out[kWrittenTextSize];
  return {out, write_text(value, out)};
}

}  // namespace

TEST_CASE("the CRC-32 is that of its standard's check value, at every alignment") {
  CHECK(crc32("") == 0);
  CHECK(crc32("123456789") == 0xCBF43926U);
  CHECK(crc32("The quick brown fox jumps over the lazy dog") == 0x414FA339U);
  const std::string text = "0123456789abcdef0123456789abcdef";
  u32 before = crc32(text.substr(0, 0));
  for (std::size_t length = 1; length <= text.size(); ++length) {
    const u32 now = crc32(std::string_view(text).substr(0, length));
    CHECK(now != before);
    before = now;
  }
}

TEST_CASE("what was written comes back letter for letter") {
  for (const char* text : {"0", "0.5", "0.0500", "1", "10", "61837.63000000", "0.000000000000000001", "5.0",
                           "9223372036854775807", "0.00"}) {
    CHECK(text_of(written(text)) == text);
  }
}

TEST_CASE("a grid takes what is on it, however many zeros it has, and gives the mantissa back") {
  const StepGrid quarter(parse("0.25"));
  i64 steps = 0;
  for (const char* text : {"1.25", "1.250", "1.2500000"}) {
    CHECK(quarter.to_steps(written(text), steps) == StepGrid::Fit::exact);
    CHECK(steps == 5);
    CHECK(quarter.mantissa(steps, written(text).decimals) == written(text).mantissa);
  }
  CHECK(quarter.to_steps(written("2"), steps) == StepGrid::Fit::exact);
  CHECK(steps == 8);
  CHECK(quarter.mantissa(8, 0) == 2);
  CHECK(quarter.to_steps(written("1.26"), steps) == StepGrid::Fit::off_grid);
  CHECK(quarter.to_steps(written("1.2501"), steps) == StepGrid::Fit::off_grid);
  CHECK(quarter.to_steps({INT64_MAX, 0}, steps) == StepGrid::Fit::too_large);
  CHECK(StepGrid(parse("10")).to_steps(written("120"), steps) == StepGrid::Fit::exact);
  CHECK(steps == 12);
  CHECK_THROWS_AS(StepGrid(parse("0")), Error);
  CHECK_THROWS_AS(StepGrid(parse("-1")), Error);
}

TEST_CASE("Kraken's example book has the checksum that its guide prints") {
  // https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2
  Sample sample("0.1", "0.00000001");
  sample.set(Side::buy, {{"45283.5", "0.10000000"},
                         {"45283.4", "1.54582015"},
                         {"45282.1", "0.10000000"},
                         {"45281.0", "0.10000000"},
                         {"45280.3", "1.54592586"},
                         {"45279.0", "0.07990000"},
                         {"45277.6", "0.03310103"},
                         {"45277.5", "0.30000000"},
                         {"45277.3", "1.54602737"},
                         {"45276.6", "0.15445238"}});
  sample.set(Side::sell, {{"45285.2", "0.00100000"},
                          {"45286.4", "1.54571953"},
                          {"45286.6", "1.54571109"},
                          {"45289.6", "1.54560911"},
                          {"45290.2", "0.15890660"},
                          {"45291.8", "1.54553491"},
                          {"45294.7", "0.04454749"},
                          {"45296.1", "0.35380000"},
                          {"45297.5", "0.09945542"},
                          {"45299.5", "0.18772827"}});
  CHECK(sample.checksum(ChecksumRule::kraken) == 3310070434U);
  sample.set(Side::buy, {{"45200.0", "1.00000000"}});
  CHECK_MESSAGE(sample.checksum(ChecksumRule::kraken) == 3310070434U, "the eleventh level plays no part");
  sample.set(Side::sell, {{"45285.2", "0.001"}});
  CHECK_MESSAGE(sample.checksum(ChecksumRule::kraken) != 3310070434U, "trailing zeros do");
}

TEST_CASE("the levels of OKX and Bitget stand in turn, and where one side ends the other goes on") {
  // The two strings are those of the example in https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel.
  Sample even("0.1", "1");
  even.set(Side::buy, {{"43231.1", "4"}, {"43231", "6"}});
  even.set(Side::sell, {{"43232.8", "9"}, {"43232.9", "8"}});
  CHECK(even.checksum(ChecksumRule::okx) == crc32("43231.1:4:43232.8:9:43231:6:43232.9:8"));
  Sample uneven("0.1", "1");
  uneven.set(Side::buy, {{"3366.1", "7"}});
  uneven.set(Side::sell, {{"3366.8", "9"}, {"3368", "8"}, {"3372", "8"}});
  CHECK(uneven.checksum(ChecksumRule::okx) == crc32("3366.1:7:3366.8:9:3368:8:3372:8"));
  CHECK(Sample("1", "1").checksum(ChecksumRule::okx) == 0);
  CHECK(Sample("1", "1").checksum(ChecksumRule::none) == 0);
}

TEST_CASE("a book is cut to the depth subscribed to at its far end") {
  Sample sample("1", "1");
  sample.set(Side::buy, {{"100", "1"}, {"99", "2"}, {"7", "3"}});
  sample.set(Side::sell, {{"101", "1"}, {"5000", "2"}, {"102", "3"}});
  sample.book.truncate(0);
  CHECK(sample.book.level_count() == 6);
  sample.book.truncate(2);
  CHECK(sample.book.bids().level_count() == 2);
  CHECK(sample.book.asks().level_count() == 2);
  CHECK(sample.book.level(Side::buy, 7).quantity == 0);
  CHECK(sample.book.level(Side::sell, 5000).quantity == 0);
  sample.book.check();
  sample.set(Side::buy, {{"99", "0"}});
  CHECK(sample.book.bids().level_count() == 1);
}
