// What every venue owes the loop and the strategies, whatever it is made of: recorded data or a matching engine.
#include <set>
#include <utility>
#include <vector>

#include "doctest/doctest.h"
#include "exchange_scene.hpp"
#include "venue_scene.hpp"

using namespace pytrader;
using Types = std::vector<ExecType>;

namespace {

// A venue with 10 lots bid at 99 and 10 offered at 101 by others.
class VenueUnderTest {
 public:
  virtual ~VenueUnderTest() = default;
  virtual ExecutionVenue& venue() = 0;
  virtual std::vector<ExecutionReport>& reports() = 0;
  virtual std::size_t orders_of_others() const = 0;

  ClientOrderId submit(Side side, OrderType type, i64 price, i64 quantity, TimeInForce force) {
    NewOrder order = ExchangeScene::limit(0, side, price, quantity);
    order.client_order_id = ++last_id_;
    order.order_type = type;
    order.time_in_force = force;
    reports().clear();
    venue().submit(order, ++ts_);
    venue().advance(ts_ + 1);
    return last_id_;
  }
  ClientOrderId limit(Side side, i64 price, i64 quantity, TimeInForce force = TimeInForce::gtc) {
    return submit(side, OrderType::limit, price, quantity, force);
  }
  void cancel(ClientOrderId id) {
    reports().clear();
    venue().cancel(id, ++ts_);
  }
  void replace(ClientOrderId id, i64 price, i64 quantity) {
    reports().clear();
    venue().replace({id, price, quantity, 0}, ++ts_);
  }
  std::size_t open() { return venue().open_order_count() - orders_of_others(); }
  Types types() {
    Types found;
    for (const ExecutionReport& report : reports()) {
      if (report.client_order_id < kOthers) found.push_back(report.exec_type);
    }
    return found;
  }
  i64 now() const { return ts_; }

 protected:
  static constexpr ClientOrderId kOthers = 1'000'000;

 private:
  ClientOrderId last_id_ = 0;
  i64 ts_ = 5'000;
};

class RecordedVenue : public VenueUnderTest {
 public:
  explicit RecordedVenue(MarketKind kind, const RecordedVenueRules& rules = {}) : scene_(kind, rules) {
    if (kind == MarketKind::quotes) scene_.quote(99, 101);
    for (const auto& [side, price] : {std::pair{Side::buy, i64{99}}, std::pair{Side::sell, i64{101}}}) {
      if (kind == MarketKind::l2) scene_.level(side, price, 10);
      if (kind == MarketKind::l3) scene_.add(static_cast<u64>(price), side, price, 10);
    }
  }
  ExecutionVenue& venue() override { return scene_.venue; }
  std::vector<ExecutionReport>& reports() override { return scene_.reports; }
  std::size_t orders_of_others() const override { return 0; }

 private:
  VenueScene scene_;
};

class Exchange : public VenueUnderTest {
 public:
  Exchange() {
    for (const auto& [side, price] : {std::pair{Side::buy, i64{99}}, std::pair{Side::sell, i64{101}}}) {
      NewOrder order = ExchangeScene::limit(1, side, price, 10);
      order.client_order_id = kOthers + static_cast<ClientOrderId>(price);
      scene_.venue.submit(order, 1);
    }
  }
  ExecutionVenue& venue() override { return scene_.venue; }
  std::vector<ExecutionReport>& reports() override { return scene_.reports; }
  std::size_t orders_of_others() const override {
    LiveOrder unused;
    return (scene_.venue.engine().order(kOthers + 99, unused) ? 1u : 0u) +
           (scene_.venue.engine().order(kOthers + 101, unused) ? 1u : 0u);
  }

 private:
  ExchangeScene scene_;
};

// Providers who answer within a nanosecond, limits out of reach.
RecordedVenueRules models_that_change_nothing() {
  RecordedVenueRules rules;
  rules.last_look = {.hold_ns = 1, .tolerance_ticks = 0, .symmetric = true};
  rules.protection = {.max_lots = 1'000'000, .max_fills = 0, .max_net_lots = 0, .window_ns = 1, .freeze_ns = 1};
  return rules;
}

template <class Test>
void at_every_venue(Test&& test) {
  for (const MarketKind kind : {MarketKind::l3, MarketKind::l2, MarketKind::quotes}) {
    CAPTURE(static_cast<int>(kind));
    RecordedVenue venue(kind);
    test(venue);
    RecordedVenue with_models(kind, models_that_change_nothing());
    test(with_models);
  }
  Exchange exchange;
  test(exchange);
}

}  // namespace

TEST_CASE("every venue accepts an order with a number of its own and its terms, and counts it") {
  at_every_venue([](VenueUnderTest& at) {
    std::set<VenueOrderId> numbers;
    for (const i64 price : {95, 96, 97}) {
      at.limit(Side::buy, price, 5);
      REQUIRE(at.types() == Types{ExecType::new_});
      const ExecutionReport said = at.reports()[0];
      CHECK(said.price == price);
      CHECK(said.quantity == 5);
      CHECK(said.ts_event == at.now());
      CHECK(numbers.insert(said.venue_order_id).second);
    }
    CHECK(at.open() == 3);
  });
}

TEST_CASE("every venue answers a cancel once, and refuses what it does not know") {
  at_every_venue([](VenueUnderTest& at) {
    const ClientOrderId id = at.limit(Side::buy, 95, 5);
    at.cancel(id);
    CHECK(at.types() == Types{ExecType::canceled});
    CHECK(at.open() == 0);
    at.cancel(id);
    REQUIRE(at.types() == Types{ExecType::cancel_rejected});
    CHECK(at.reports()[0].reason == RejectReason::unknown_order);
    at.replace(id, 95, 4);
    REQUIRE(at.types() == Types{ExecType::replace_rejected});
    CHECK(at.reports()[0].reason == RejectReason::unknown_order);
  });
}

TEST_CASE("every venue replaces price and total, of which what has traded is a part") {
  at_every_venue([](VenueUnderTest& at) {
    const ClientOrderId id = at.limit(Side::buy, 101, 14);
    at.replace(id, 98, 16);
    REQUIRE(at.types() == Types{ExecType::replaced});
    CHECK(at.reports()[0].price == 98);
    CHECK(at.reports()[0].quantity == 16);
    CHECK(at.open() == 1);
    at.replace(id, 98, 10);
    REQUIRE(at.types() == Types{ExecType::replaced});
    CHECK(at.reports()[0].quantity == 10);
    CHECK(at.open() == 0);
  });
}

TEST_CASE("every venue reports a taker's trades at the others' price, each with an execution id of its own") {
  at_every_venue([](VenueUnderTest& at) {
    std::set<ExecId> executions;
    i64 traded = 0;
    for (const i64 quantity : {3, 4, 5}) {
      const ClientOrderId id = at.limit(Side::sell, 97, quantity, TimeInForce::ioc);
      i64 filled = 0;
      for (const ExecutionReport& report : at.reports()) {
        if (report.client_order_id != id || report.exec_type != ExecType::trade) continue;
        CHECK(report.last_px == 99);
        CHECK(report.liquidity == Liquidity::taker);
        CHECK(executions.insert(report.exec_id).second);
        filled += report.last_qty;
      }
      CHECK(filled <= quantity);
      traded += filled;
    }
    CHECK(traded == 10);
    CHECK(at.types().back() == ExecType::canceled);
    CHECK(at.open() == 0);
  });
}

TEST_CASE("every venue refuses what can not be, and nothing has changed") {
  at_every_venue([](VenueUnderTest& at) {
    const auto refused = [&](RejectReason reason) {
      REQUIRE(at.types() == Types{ExecType::rejected});
      CHECK(at.reports()[0].reason == reason);
      CHECK(at.open() == 0);
    };
    at.limit(Side::buy, 95, 0);
    refused(RejectReason::quantity_not_positive);
    at.limit(Side::buy, kNoPrice, 5);
    refused(RejectReason::limit_order_without_price);
    at.submit(Side::buy, OrderType::market, 95, 5, TimeInForce::ioc);
    refused(RejectReason::market_order_with_price);
    at.limit(Side::buy, 101, 11, TimeInForce::fok);
    refused(RejectReason::fok_not_fillable);
  });
}

TEST_CASE("no venue is due before it has something to do, nor after it has done it") {
  at_every_venue([](VenueUnderTest& at) {
    CHECK(at.venue().next_due() == kNeverDue);
    at.limit(Side::buy, 95, 5);
    CHECK(at.venue().next_due() == kNeverDue);
    at.venue().advance(at.now() + 1'000);
    CHECK(at.open() == 1);
    CHECK(at.venue().next_due() == kNeverDue);
  });
}
