// An exchange with a few strategies, in a few lines: commands go in, reports and public rows come out.
#pragma once

#include <utility>
#include <vector>

#include "book/l3_book.hpp"
#include "matching/exchange_venue.hpp"

namespace pytrader {

constexpr i64 kSecond = 1'000'000'000;

struct ExchangeScene {
  explicit ExchangeScene(ExchangeSettings settings = {}) : venue(7, settings, 0, numbers, reports, published) {}

  // Limit orders are good till canceled, market orders immediate.
  static NewOrder limit(StrategyIndex strategy, Side side, i64 price, i64 quantity) {
    NewOrder order{};
    order.price = price;
    order.quantity = quantity;
    order.strategy = strategy;
    order.side = side;
    order.order_type = OrderType::limit;
    order.time_in_force = TimeInForce::gtc;
    return order;
  }
  static NewOrder market(StrategyIndex strategy, Side side, i64 quantity) {
    NewOrder order = limit(strategy, side, kNoPrice, quantity);
    order.order_type = OrderType::market;
    order.time_in_force = TimeInForce::ioc;
    return order;
  }

  // Takes what was said before away, so that `reports` and `published` are of the last command alone.
  ClientOrderId submit(NewOrder order) {
    begin();
    order.client_order_id = ++last_id;
    venue.submit(order, ++ts);
    follow();
    return last_id;
  }
  void cancel(ClientOrderId id) {
    begin();
    venue.cancel(id, ++ts);
    follow();
  }
  void replace(ClientOrderId id, i64 price, i64 quantity, i64 stop_price = kNoPrice) {
    begin();
    venue.replace({id, price, quantity, 0, stop_price}, ++ts);
    follow();
  }
  void advance(i64 to) {
    begin();
    ts = to;
    venue.advance(to);
    follow();
  }

  void begin() {
    reports.clear();
    published.clear();
    follow();
  }
  void follow() {
    rows.clear();
    phases.clear();
    for (const PublishedRow& row : published) {
      if (const auto* status = std::get_if<StatusRecord>(&row.record)) {
        phases.push_back(static_cast<TradingPhase>(status->phase));
      } else {
        rows.push_back(std::get<L3Record>(row.record));
        book.apply(rows.back());
      }
    }
  }

  std::vector<ExecType> types() const {
    std::vector<ExecType> found;
    for (const ExecutionReport& report : reports) found.push_back(report.exec_type);
    return found;
  }
  std::vector<ExecutionReport> of(ClientOrderId id) const {
    std::vector<ExecutionReport> found;
    for (const ExecutionReport& report : reports) {
      if (report.client_order_id == id) found.push_back(report);
    }
    return found;
  }
  std::vector<BookAction> actions() const {
    std::vector<BookAction> found;
    for (const L3Record& row : rows) found.push_back(static_cast<BookAction>(row.action));
    return found;
  }
  std::vector<std::pair<ClientOrderId, i64>> queue(Side side, i64 price) const {
    std::vector<std::pair<ClientOrderId, i64>> found;
    const Ladder& ladder = side == Side::buy ? book.bids() : book.asks();
    const u32 level = ladder.find(price);
    if (level == kNone) return found;
    for (u32 slot = ladder[level].head; slot != kNone; slot = book.orders()[slot].next) {
      found.emplace_back(book.orders()[slot].id, book.orders()[slot].quantity);
    }
    return found;
  }

  VenueNumbers numbers;
  std::vector<ExecutionReport> reports;
  std::vector<PublishedRow> published;
  ExchangeVenue venue;
  std::vector<L3Record> rows;        // of `published`
  std::vector<TradingPhase> phases;  // of `published`
  L3Book book{BookPolicy::lenient};  // what everybody sees
  ClientOrderId last_id = 0;
  i64 ts = 0;
};

}  // namespace pytrader
