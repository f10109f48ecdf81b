// A simulated venue with its reports, and rows in few words, for the tests of each kind of market.
#pragma once

#include <vector>

#include "matching/simulated_venue.hpp"

namespace pytrader {

class VenueScene {
 public:
  explicit VenueScene(MarketKind kind, const RecordedVenueRules& rules = {})
      : venue(0, kind, numbers, reports, rules) {}

  ClientOrderId limit(Side side, i64 price, i64 quantity, TimeInForce time_in_force = TimeInForce::gtc, u8 flags = 0) {
    venue.submit({++last_id, price, quantity, 0, 0, 0, side, OrderType::limit, time_in_force, flags}, ++ts);
    return last_id;
  }
  ClientOrderId market(Side side, i64 quantity) {
    venue.submit({++last_id, kNoPrice, quantity, 0, 0, 0, side, OrderType::market, TimeInForce::ioc, 0}, ++ts);
    return last_id;
  }

  void l3(BookAction action, u64 order_id, Side side, i64 price, i64 quantity, i64 flags = kFlagLast) {
    venue.apply_l3({++ts, ts, static_cast<i64>(action), static_cast<i64>(side), price, quantity, order_id, flags});
  }
  void add(u64 order_id, Side side, i64 price, i64 quantity) { l3(BookAction::add, order_id, side, price, quantity); }
  void execute(u64 order_id, Side side, i64 price, i64 quantity) {
    l3(BookAction::execute, order_id, side, price, quantity);
  }
  void hidden(Side side, i64 price, i64 quantity) { l3(BookAction::trade, 0, side, price, quantity); }

  void level(Side side, i64 price, i64 quantity) {
    venue.apply_l2(
        {++ts, ts, static_cast<i64>(BookAction::add), static_cast<i64>(side), price, quantity, 0, kFlagLast});
  }
  void print(Side aggressor, i64 price, i64 quantity) {
    venue.apply_trade({++ts, ts, price, quantity, static_cast<i64>(aggressor), 0});
  }
  void quote(i64 bid, i64 ask, i64 bid_quantity = 10, i64 ask_quantity = 10) {
    venue.apply_quote({++ts, ts, bid, ask, bid_quantity, ask_quantity});
  }
  // A bar that begins and ends; commands between the two go through begin_bar and end_bar.
  BarRecord bar_of(i64 open, i64 high, i64 low, i64 close) {
    ts += 10;
    return {ts + 9, ts + 9, ts, open, high, low, close, 100};
  }
  void bar(i64 open, i64 high, i64 low, i64 close) {
    const BarRecord record = bar_of(open, high, low, close);
    venue.open_bar(record);
    venue.close_bar(record);
  }

  // The reports since the last call, of one kind or of all.
  std::vector<ExecutionReport> said() {
    std::vector<ExecutionReport> all;
    all.swap(reports);
    return all;
  }
  std::vector<ExecutionReport> trades() {
    std::vector<ExecutionReport> found;
    for (const ExecutionReport& report : said()) {
      if (report.exec_type == ExecType::trade) found.push_back(report);
    }
    return found;
  }
  i64 traded() {
    i64 sum = 0;
    for (const ExecutionReport& report : trades()) sum += report.last_qty;
    return sum;
  }
  ExecutionReport last() { return reports.back(); }

  VenueNumbers numbers;
  std::vector<ExecutionReport> reports;
  SimulatedVenue venue;
  ClientOrderId last_id = 0;
  i64 ts = 1000;
};

}  // namespace pytrader
