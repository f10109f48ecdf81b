// Tests the reader of recorded Binance lines: which events make up the book, where numbers stand, and what stops it.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "feeds/binance_capture.hpp"

using namespace pytrader;

namespace {

constexpr std::string_view kSnapshot =
    "20 {\"lastUpdateId\":100,\"bids\":[[\"10.0\",\"5\"],[\"9.9\",\"1\"]],\"asks\":[[\"10.1\",\"4\"]]}\n";

std::string difference(int time, int first, int last, const char* price = "9.5") {
  return std::to_string(time) + R"( {"stream":"ab@depth","data":{"e":"depthUpdate","E":1,"s":"AB","U":)" +
         std::to_string(first) + R"(,"u":)" + std::to_string(last) + R"(,"b":[],"a":[[")" + price + "\",\"2\"]]}}\n";
}

CaptureStop stopped_by(const std::string& text) {
  BinanceCapture capture(false);
  CHECK_FALSE(capture.read(text));
  return capture.stop();
}

}  // namespace

TEST_CASE("events name their levels, and levels the places of their numbers") {
  BinanceCapture capture(false);
  const std::string text = std::string(kSnapshot) + difference(21, 101, 102);
  REQUIRE(capture.read(text));
  REQUIRE(capture.events().size() == 2);
  const CaptureEvent& snapshot = capture.events()[0];
  CHECK(snapshot.clears == 1);
  CHECK(snapshot.bids == 2);
  CHECK(snapshot.first_ask == 2);
  const CaptureEvent& after = capture.events()[1];
  CHECK(after.first_ask == 3);
  CHECK(after.asks == 1);
  CHECK(after.ts_event == 1'000'000);
  CHECK(after.ts_init == 21);
  const auto& levels = capture.levels();
  const auto begin = static_cast<std::size_t>(levels[kPriceBegin][3]);
  CHECK(text.substr(begin, static_cast<std::size_t>(levels[kPriceEnd][3]) - begin) == "9.5");
  CHECK(levels[kLevelLine][3] == 2);
  CHECK(std::string(capture.symbol()) == "AB");
}

TEST_CASE("what waited becomes known with the snapshot; levels count on over files") {
  BinanceCapture capture(false);
  REQUIRE(capture.read(difference(10, 90, 100) + difference(11, 101, 103)));
  CHECK(capture.waiting() == 2);
  CHECK(capture.events().empty());
  REQUIRE(capture.read(kSnapshot));
  REQUIRE(capture.events().size() == 2);
  CHECK(capture.events()[0].first_bid == 2);
  CHECK(capture.events()[1].first_ask == 1);
  CHECK(capture.events()[1].ts_init == 20);
  CHECK(capture.older() == 1);
  CHECK(capture.waiting() == 0);
}

TEST_CASE("a gap stops the capture at the difference that shows it, or empties the book until a snapshot") {
  const std::string text = std::string(kSnapshot) + difference(21, 105, 106) + difference(22, 107, 107);
  const CaptureStop stop = stopped_by(text);
  CHECK(stop.fault == CaptureFault::gap);
  CHECK(stop.line == 2);
  CHECK(stop.first == 100);
  CHECK(stop.last == 105);
  BinanceCapture capture(true);
  REQUIRE(capture.read(text));
  REQUIRE(capture.events().size() == 2);
  CHECK(capture.events()[1].clears == 1);
  CHECK(capture.events()[1].snapshot == 0);
  CHECK(capture.gaps() == 1);
  CHECK(capture.waiting() == 2);
  REQUIRE(capture.read("30 {\"lastUpdateId\":106,\"bids\":[],\"asks\":[]}\n"));
  CHECK(capture.events().size() == 4);
  CHECK(capture.waiting() == 0);
}

TEST_CASE("a number that is no text, a time that goes back and a second symbol stop the capture") {
  CHECK(stopped_by("20 {\"lastUpdateId\":1,\"bids\":[[1.5,\"2\"]],\"asks\":[]}").text == "price 1.5");
  CHECK(stopped_by(std::string(kSnapshot) + "19 {\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}").fault ==
        CaptureFault::time_backwards);
  std::string other = difference(21, 101, 101);
  other.replace(other.find("\"AB\""), 4, "\"CD\"");
  CHECK(stopped_by(difference(20, 99, 100) + other).fault == CaptureFault::other_symbol);
  CHECK(stopped_by(std::string(kSnapshot) + "21 {\"data\":{\"e\":\"depth").line == 2);
}

TEST_CASE("quotes and trades keep their places, other kinds are counted") {
  BinanceCapture capture(false);
  const std::string text =
      R"(5 {"stream":"ab@bookTicker","data":{"u":1,"s":"AB","b":"1.0","B":"1","a":"2.50","A":"2"}})"
      "\n"
      R"(6 {"stream":"ab@trade","data":{"e":"trade","E":9,"T":8,"s":"AB","t":77,"p":"1.5","q":"2","m":true}})"
      "\n"
      R"(7 {"stream":"ab@kline","data":{"e":"kline"}})"
      "\n"
      R"(8 {"stream":"ab@trade","data":{"e":"trade","s":"AB","X":"NA"}})";
  REQUIRE(capture.read(text));
  CHECK(capture.quotes()[kQuoteTsEvent][0] == kNoVenueTime);
  CHECK(text.substr(static_cast<std::size_t>(capture.quotes()[kAskPriceBegin][0]), 4) == "2.50");
  CHECK(capture.trades()[kTradeId][0] == 77);
  CHECK(capture.trades()[kBuyerIsMaker][0] == 1);
  CHECK(capture.lead_ns() == 8'000'000 - 6);
  CHECK(capture.unread().at("kline") == 1);
  CHECK(capture.unread().at("trade (NA)") == 1);
  CHECK(capture.lines() == 4);
}
