// Tests the depth feeds frame by frame: what each venue sends, what is refused, and what makes a book stale.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "feeds/depth_feed.hpp"

using namespace pytrader;

namespace {

using Outcome = FrameOutcome;

constexpr std::string_view kSpotSnapshot =
    R"({"lastUpdateId":100,"bids":[["10.0","5"],["9.9","1"]],"asks":[["10.1","4"]]})";

std::string spot(int first, int last, const char* bids, const char* asks = "[]") {
  return R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1000,"s":"BTCUSDT","U":)" +
         std::to_string(first) + R"(,"u":)" + std::to_string(last) + R"(,"b":)" + bids + R"(,"a":)" + asks + "}}";
}

DepthFeed binance(DepthFeedSettings settings = {}) {
  DepthFeed feed(kBinanceSpotDepth, settings);
  feed.add_symbol("BTCUSDT", parse("0.1"), parse("0.5"));
  return feed;
}

DepthFeed kraken(std::size_t depth = 10) {
  DepthFeedSettings settings;
  settings.depth = depth;
  DepthFeed feed(kKrakenDepth, settings);
  feed.add_symbol("XBT/USD", parse("0.1"), parse("0.00000001"));
  return feed;
}

i64 best(const DepthFeed& feed, Side side) {
  return feed.book(0).side(side).empty() ? -1 : feed.book(0).best(side).price;
}

// The outcome, the field at fault, the text at the fault.
struct Refusal {
  std::string field;
  std::string at;
};
Refusal refusal(DepthFeed& feed, std::string_view frame) {
  const FrameResult result = feed.apply(frame);
  REQUIRE(result.outcome == Outcome::refused);
  CHECK(result.fault.problem != nullptr);
  REQUIRE(result.fault.offset <= frame.size());
  return {result.fault.field, std::string(frame.substr(result.fault.offset, 6))};
}

}  // namespace

TEST_CASE("a snapshot and the differences that follow it make the book") {
  DepthFeed feed = binance();
  CHECK(feed.stale(0));
  CHECK(feed.apply(kSpotSnapshot).outcome == Outcome::applied);
  CHECK_FALSE(feed.stale(0));
  CHECK(best(feed, Side::buy) == 100);
  CHECK(feed.book(0).best(Side::sell).quantity == 8);
  CHECK(feed.apply(spot(101, 103, R"([["10.0","0.00"],["9.8","2.5"]])", R"([["10.1","3"]])")).outcome ==
        Outcome::applied);
  CHECK(best(feed, Side::buy) == 99);
  CHECK(feed.book(0).level(Side::buy, 98).quantity == 5);
  CHECK(feed.book(0).best(Side::sell).quantity == 6);
  CHECK(feed.sequence(0) == 103);
  CHECK(feed.ts_event(0) == 1'000'000'000);
  feed.book(0).check();
}

TEST_CASE("what waited for the snapshot is applied with it, but for what is older") {
  DepthFeed feed = binance();
  CHECK(feed.apply(spot(90, 100, R"([["1.0","1"]])")).outcome == Outcome::waiting);
  CHECK(feed.apply(spot(101, 102, R"([["9.0","1"]])")).outcome == Outcome::waiting);
  CHECK(feed.apply(spot(103, 104, R"([["9.5","1"]])")).outcome == Outcome::waiting);
  CHECK(feed.waiting(0) == 3);
  CHECK(feed.apply(kSpotSnapshot).outcome == Outcome::applied);
  CHECK(feed.waiting(0) == 0);
  CHECK(feed.sequence(0) == 104);
  CHECK(feed.book(0).level(Side::buy, 10).quantity == 0);
  CHECK(feed.book(0).level(Side::buy, 90).quantity == 2);
  CHECK(feed.counts().left_out == 1);
}

TEST_CASE("a gap among what waited leaves the rest for a later snapshot") {
  DepthFeed feed = binance();
  feed.apply(spot(101, 102, R"([["9.0","1"]])"));
  feed.apply(spot(200, 201, R"([["9.1","1"]])"));
  feed.apply(spot(202, 203, R"([["9.2","1"]])"));
  CHECK(feed.apply(kSpotSnapshot).outcome == Outcome::gap);
  CHECK(feed.stale(0));
  CHECK(feed.book(0).level_count() == 0);
  CHECK(feed.waiting(0) == 2);
  const FrameResult again = feed.apply(R"({"lastUpdateId":199,"bids":[["8.0","1"]],"asks":[["10.1","4"]]})");
  CHECK(again.outcome == Outcome::applied);
  CHECK(best(feed, Side::buy) == 92);
  CHECK(feed.book(0).level(Side::buy, 91).quantity == 2);
}

TEST_CASE("a gap empties the book, keeps the difference, and a new snapshot brings it back") {
  DepthFeed feed = binance();
  feed.apply(kSpotSnapshot);
  const FrameResult gap = feed.apply(spot(107, 108, R"([["9.0","1"]])"));
  CHECK(gap.outcome == Outcome::gap);
  CHECK(gap.expected == 100);
  CHECK(gap.found == 107);
  CHECK(feed.stale(0));
  CHECK(feed.book(0).level_count() == 0);
  CHECK(feed.sequence(0) == kNoSequenceId);
  CHECK(feed.counts().gaps == 1);
  CHECK(feed.apply(R"({"lastUpdateId":106,"bids":[["8.0","1"]],"asks":[["10.1","4"]]})").outcome == Outcome::applied);
  CHECK(best(feed, Side::buy) == 90);
  CHECK(feed.apply(spot(109, 109, "[]")).outcome == Outcome::applied);
}

TEST_CASE("so many differences wait and no more") {
  DepthFeedSettings settings;
  settings.max_waiting = 2;
  DepthFeed feed = binance(settings);
  feed.apply(spot(1, 1, "[]"));
  feed.apply(spot(2, 2, "[]"));
  CHECK(feed.apply(spot(3, 3, "[]")).outcome == Outcome::full);
  CHECK(feed.waiting(0) == 2);
  feed.reset(0);
  CHECK(feed.waiting(0) == 0);
  CHECK(feed.apply(spot(3, 3, "[]")).outcome == Outcome::waiting);
}

TEST_CASE("a crossed book is lost, or kept where that is lawful") {
  DepthFeed feed = binance();
  feed.apply(kSpotSnapshot);
  const FrameResult crossed = feed.apply(spot(101, 101, R"([["10.1","1"]])"));
  CHECK(crossed.outcome == Outcome::crossed);
  CHECK(crossed.expected == 101);
  CHECK(crossed.found == 101);
  CHECK(feed.stale(0));
  CHECK(feed.book(0).level_count() == 0);
  DepthFeedSettings settings;
  settings.keep_crossed = true;
  DepthFeed auction = binance(settings);
  auction.apply(kSpotSnapshot);
  CHECK(auction.apply(spot(101, 101, R"([["10.1","1"]])")).outcome == Outcome::crossed);
  CHECK_FALSE(auction.stale(0));
  CHECK(auction.book(0).crossed());
  CHECK(auction.apply(spot(102, 102, R"([["10.1","0"]])")).outcome == Outcome::applied);
}

TEST_CASE("frames about other things are passed over") {
  DepthFeed feed = binance();
  for (
      const char* frame :
      {R"({"stream":"btcusdt@bookTicker","data":{"u":5,"s":"BTCUSDT","b":"1.0","B":"1","a":"2.0","A":"1"}})",
       R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","b":8,"a":9,"m":true}})",
       R"({"result":null,"id":1})", R"([{"e":"24hrMiniTicker"}])", R"({"e":"kline","k":{"b":[1]}})", "{}"}) {
    CAPTURE(frame);
    CHECK(feed.apply(frame).outcome == Outcome::other);
  }
  CHECK(feed.counts().other == 6);
  CHECK(feed.counts().frames == 6);
}

TEST_CASE("a damaged frame is refused whole, with field and place") {
  DepthFeed feed = binance();
  feed.apply(kSpotSnapshot);
  struct Case {
    std::string frame;
    const char* field;
    const char* at;
  };
  const std::string good = spot(101, 101, R"([["9.8","1"]])");
  const std::vector<Case> cases = {
      {good.substr(0, good.size() - 3), "a", ""},
      {good + "x", "frame", "x"},
      {spot(101, 101, R"([["9.8","1"],["9.7","-1"]])"), "b", "-1\"]],"},
      {spot(101, 101, R"([["9.8","1"],[9.7,"1"]])"), "b", "9.7,\"1"},
      {spot(101, 101, R"([["9.8","1"],["1e1","1"]])"), "b", "1e1\",\""},
      {spot(101, 101, R"([["9.8","1"],["9.75","1"]])"), "price", "\"9.75\""},
      {spot(101, 101, R"([["9.8","1"],["9.7","0.7"]])"), "quantity", "\"0.7\"]"},
      {spot(101, 101, R"([["9.8","1"],["9.7"]])"), "b", "],\"a\":"},
      {spot(101, 101, R"([["9.8","1"],{"9.7":1}])"), "b", "{\"9.7\""},
      {spot(101, 101, R"({"9.8":"1"})"), "b", "{\"9.8\""},
      {R"({"e":"depthUpdate","E":1,"s":"ETHUSDT","U":101,"u":101,"b":[],"a":[]})", "symbol", "\"ETHUS"},
      {R"({"e":"depthUpdate","E":1,"U":101,"u":101,"b":[],"a":[]})", "s", ""},
      {R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","u":101,"b":[],"a":[]})", "U", ""},
      {R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":"101","u":101,"b":[],"a":[]})", "U", "\"101\","},
      {R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":-5,"u":101,"b":[],"a":[]})", "U", ",\"u\":1"},
      {R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":105,"u":101,"b":[],"a":[]})", "U", ""},
      {R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":101,"u":101,"b":[],"b":[],"a":[]})", "b", "[],\"a\""},
      {R"({"e":"depthUpdate","s":"BTCUSDT","U":101,"u":101,"pu":100,"b":[],"a":[]})", "previous id", "{\"e\":\""},
      {R"({"lastUpdateId":5,"bids":[["9.0","1"],["8.0","1"],["9.0","2"]],"asks":[]})", "price", "\"9.0\","},
  };
  for (const Case& each : cases) {
    CAPTURE(each.frame);
    const Refusal refused = refusal(feed, each.frame);
    CHECK(refused.field == each.field);
    if (each.at[0] != '\0') CHECK(refused.at == std::string(each.at).substr(0, 6));
    CHECK(feed.book(0).level_count() == 3);
    CHECK(feed.sequence(0) == 100);
  }
  CHECK(feed.apply(good).outcome == Outcome::applied);
}

TEST_CASE("a snapshot needs its symbol where there are several") {
  DepthFeed feed = binance();
  feed.add_symbol("ETHUSDT", parse("0.1"), parse("0.5"));
  CHECK(feed.apply(kSpotSnapshot).outcome == Outcome::refused);
  CHECK(feed.apply(kSpotSnapshot, 1).book == 1);
  CHECK(feed.stale(0));
  CHECK_FALSE(feed.stale(1));
  CHECK(feed.apply(spot(101, 101, "[]"), 1).outcome == Outcome::refused);
  CHECK_THROWS_AS(feed.add_symbol("ETHUSDT", parse("1"), parse("1")), Error);
  CHECK_THROWS_AS(feed.add_symbol("", parse("1"), parse("1")), Error);
}

TEST_CASE("Kraken's first version: snapshot, update of both sides, cut to the depth, proved by its checksum") {
  DepthFeed feed = kraken(10);
  CHECK(feed.apply(R"({"event":"heartbeat"})").outcome == Outcome::other);
  CHECK(feed.apply(R"([7,{"a":["1.0",1,"2"],"b":["1","1"]},"ticker","XBT/USD"])").outcome == Outcome::other);
  CHECK(feed.apply(R"([7,{"b":[["1.0","1.00000000","1.1"]],"c":"5"},"book-10","XBT/USD"])").outcome ==
        Outcome::left_out);
  const char* snapshot =
      R"([7,{"as":[["10.2","1.00000000","1618678133.1"]],"bs":[["10.0","2.00000000","1618678133.2"]]},"book-10","XBT/USD"])";
  CHECK(feed.apply(snapshot).outcome == Outcome::applied);
  const std::string sum = std::to_string(crc32("102100000000101300000000100200000000"));
  const std::string update = R"([7,{"a":[["10.1","0.00000000","1.1"]]},{"b":[["10.1","3.00000000","1.2","r"]],"c":")" +
                             sum + R"("},"book-10","XBT/USD"])";
  CHECK(feed.apply(update).outcome == Outcome::applied);
  CHECK(feed.counts().checksums_matched == 1);
  const FrameResult wrong = feed.apply(R"([7,{"b":[["9.0","3.00000000","1.2"]],"c":"1"},"book-10","XBT/USD"])");
  CHECK(wrong.outcome == Outcome::bad_checksum);
  CHECK(wrong.expected == 1);
  CHECK(feed.stale(0));
  CHECK(feed.book(0).level_count() == 0);
  CHECK(feed.apply(update).outcome == Outcome::left_out);
  CHECK(feed.apply(snapshot).outcome == Outcome::applied);
  DepthFeed deeper = kraken(25);
  CHECK(refusal(deeper, snapshot).field == "channel");
}

TEST_CASE("Kraken's second version: numbers as they were written, whatever the order of the fields") {
  DepthFeed feed = kraken(1);
  const std::string sum = std::to_string(crc32("452852100000452835200000000"));
  const std::string levels = R"("bids":[{"price":45283.4,"qty":1.5},{"price":45283.5,"qty":2.00000000}],)"
                             R"("asks":[{"qty":0.00100000,"price":45285.2}])";
  CHECK(feed.apply(R"({"channel":"book","type":"snapshot","data":[{"symbol":"XBT/USD",)" + levels + R"(,"checksum":)" +
                   sum + R"(,"timestamp":"2023-10-06T17:35:55.440295Z"}]})")
            .outcome == Outcome::applied);
  CHECK(feed.book(0).bids().level_count() == 1);
  CHECK(feed.apply(R"({"data":[{"checksum":)" + sum + R"(,"symbol":"XBT/USD",)" + levels +
                   R"(}],"type":"update","channel":"book"})")
            .outcome == Outcome::applied);
  CHECK(feed.counts().checksums_matched == 2);
  CHECK(feed.apply(R"({"channel":"status","type":"update","data":[{"system":"online"}]})").outcome == Outcome::other);
  CHECK(refusal(feed,
                R"({"channel":"book","type":"update","data":[{"symbol":"XBT/USD","bids":[{"price":"1.0","qty":1}]}]})")
            .field == "bids");
  CHECK(refusal(feed,
                R"({"channel":"book","type":"update","data":[{"symbol":"XBT/USD","bids":[{"price":1e3,"qty":1}]}]})")
            .at == "1e3,\"q");
  CHECK(
      refusal(feed, R"({"channel":"book","type":"update","data":[{"symbol":"XBT/USD","bids":[{"price":1}]}]})").field ==
      "bids");
  CHECK(refusal(feed, R"({"channel":"book","type":"update","data":[]})").field == "data");
}

TEST_CASE("OKX: order counts, signed checksum, ids that chain, and 0 for no checksum") {
  DepthFeed feed(kOkxDepth);
  feed.add_symbol("BTC-USDT", parse("0.1"), parse("0.00000001"));
  const auto signed_sum = [](std::string_view text) { return std::to_string(static_cast<std::int32_t>(crc32(text))); };
  const std::string head = R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":")";
  CHECK(feed.apply(head + R"(snapshot","data":[{"asks":[["31","0.5","0","3"]],"bids":[["30.5","1.20","0","7"]],)" +
                   R"("ts":"1652459225464","checksum":)" + signed_sum("30.5:1.20:31:0.5") +
                   R"(,"prevSeqId":-1,"seqId":10}]})")
            .outcome == Outcome::applied);
  CHECK(feed.counts().checksums_matched == 1);
  CHECK(feed.book(0).best(Side::buy).order_count == 7);
  CHECK(feed.ts_event(0) == 1'652'459'225'464'000'000);
  const auto update = [&](int previous, int id, const char* more) {
    return head + R"(update","data":[{"asks":[],"bids":[],"ts":"1652459225465")" + more + R"(,"prevSeqId":)" +
           std::to_string(previous) + R"(,"seqId":)" + std::to_string(id) + "}]}";
  };
  CHECK(feed.apply(update(10, 12, R"(,"checksum":0)")).outcome == Outcome::applied);
  CHECK(feed.apply(update(12, 12, "")).outcome == Outcome::applied);
  CHECK(feed.apply(update(12, 3, "")).outcome == Outcome::applied);
  CHECK(feed.apply(update(5, 6, "")).outcome == Outcome::gap);
  CHECK(feed.waiting(0) == 1);
  const char* answer = R"({"code":"0","msg":"","data":[{"asks":[["31","1","0","1"]],"bids":[],"ts":"1","seqId":5}]})";
  CHECK(feed.apply(answer).outcome == Outcome::applied);
  CHECK(feed.sequence(0) == 6);
  CHECK(feed.apply(R"({"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"}})").outcome == Outcome::other);
  CHECK(feed.apply(R"({"arg":{"channel":"books5","instId":"BTC-USDT"},"data":[{}]})").outcome == Outcome::other);
}

TEST_CASE("Bitget: the same frame with other names") {
  DepthFeed feed(kBitgetDepth);
  feed.add_symbol("BTCUSDT", parse("0.1"), parse("0.0001"));
  const std::string tail = R"("arg":{"instType":"SPOT","channel":"books","instId":"BTCUSDT"},"data":[{)";
  const std::string sum = std::to_string(static_cast<std::int32_t>(crc32("26274.8:0.0009:26274.9:0.5")));
  CHECK(feed.apply(R"({"action":"snapshot",)" + tail +
                   R"("asks":[["26274.9","0.5"]],"bids":[["26274.8","0.0009"]],"checksum":)" + sum +
                   R"(,"seq":123,"ts":"1695710946294"}],"ts":1695710946294})")
            .outcome == Outcome::applied);
  CHECK(feed.counts().checksums_matched == 1);
  const auto update = [&](const char* ids) {
    return R"({"action":"update",)" + tail + R"("asks":[],"bids":[],"checksum":0,"ts":"1695710946295",)" + ids + "}]}";
  };
  CHECK(feed.apply(update(R"("seq":130)")).outcome == Outcome::applied);
  CHECK(feed.apply(update(R"("seq":140,"pseq":130)")).outcome == Outcome::applied);
  CHECK(feed.apply(update(R"("seq":150,"pseq":145)")).outcome == Outcome::gap);
  CHECK(feed.waiting(0) == 0);
}

TEST_CASE("futures chain by the id before, and their frames are told from those of spot") {
  DepthFeed feed(kBinanceFuturesDepth);
  feed.add_symbol("BTCUSDT", parse("0.1"), parse("1"));
  feed.apply(kSpotSnapshot);
  const auto future = [](int first, int last, int previous) {
    return R"({"e":"depthUpdate","E":9,"T":8,"s":"BTCUSDT","U":)" + std::to_string(first) + R"(,"u":)" +
           std::to_string(last) + R"(,"pu":)" + std::to_string(previous) + R"(,"b":[],"a":[]})";
  };
  CHECK(feed.apply(future(95, 108, 94)).outcome == Outcome::applied);
  CHECK(feed.ts_event(0) == 8'000'000);
  CHECK(feed.apply(future(120, 130, 108)).outcome == Outcome::applied);
  CHECK(refusal(feed, spot(131, 140, "[]")).field == "previous id");
  CHECK(feed.apply(future(150, 160, 140)).outcome == Outcome::gap);
}
