// Reports of venues that come late, twice or in any order end as in the right order: orders, position and cash.
#include <algorithm>
#include <tuple>
#include <vector>

#include "doctest/doctest.h"
#include "kernel/kernel.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

class SilentPort : public VenuePort {
 public:
  void require_room(std::size_t) const override {}
  bool supports(InstrumentIndex, OrderType, TriggerType, TimeInForce) const noexcept override { return true; }
  TriggerType default_trigger(InstrumentIndex) const noexcept override { return TriggerType::last; }
  void submit(const Order&, i64) override {}
  void cancel(const Order&, i64) override {}
  void replace(const Order&, i64) override {}
};

class Random {
 public:
  explicit Random(u64 seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  i64 below(i64 limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<i64>((state_ >> 11) % static_cast<u64>(limit));
  }

 private:
  u64 state_;
};

constexpr ClientOrderId kOrders = 4;
constexpr u64 kSeeds = 2000;

// By what the reports of a venue tell their order: its count, its clock, or now one and now the other.
enum class ToldBy { count, clock, either };

// What a venue did with four orders, word for word. It may reject what it acknowledged, and end an order again.
class TrueHistory {
 public:
  TrueHistory(u64 seed, ToldBy by) : random_(seed) {
    for (int step = 0; step < 40; ++step) act(1 + static_cast<u64>(random_.below(kOrders)));
    for (ExecutionReport& report : reports) {
      if (by == ToldBy::count) continue;
      report.ts_event = 100 + static_cast<i64>(report.sequence);
      if (by == ToldBy::clock || random_.below(2) == 0) report.sequence = 0;
    }
  }
  std::vector<ExecutionReport> reports;

 private:
  struct Trade {
    ExecId exec_id;
    i64 price;
    i64 quantity;
  };
  struct State {
    bool acknowledged = false;
    bool ended = false;
    i64 quantity = 10;
    i64 traded = 0;
    std::vector<Trade> trades;
  };

  ExecutionReport& say(ClientOrderId id, ExecType exec_type) {
    ExecutionReport report{};
    report.client_order_id = id;
    report.venue_order_id = 500 + id;
    report.exec_type = exec_type;
    report.sequence = ++sequence_;
    report.ts_event = 100 + static_cast<i64>(sequence_ / 3);
    report.liquidity = random_.below(2) == 0 ? Liquidity::maker : Liquidity::taker;
    reports.push_back(report);
    return reports.back();
  }

  void act(ClientOrderId id) {
    State& state = states_[id - 1];
    const i64 what = random_.below(20);
    if (!state.acknowledged) {
      state.acknowledged = true;
      ExecutionReport& report = say(id, ExecType::new_);
      report.price = 100;
      report.quantity = state.quantity;
      return;
    }
    if (!state.trades.empty() && what < 4) return amend(id, state, what < 2);
    if (state.ended && what < 8) say(id, end(what));
    if (state.ended || state.traded >= state.quantity) return;
    if (what < 14) {
      ExecutionReport& report = say(id, ExecType::trade);
      report.exec_id = sequence_;
      report.last_px = 90 + random_.below(20);
      report.last_qty = 1 + random_.below(state.quantity - state.traded);
      state.traded += report.last_qty;
      state.trades.push_back({report.exec_id, report.last_px, report.last_qty});
    } else if (what < 18) {
      ExecutionReport& report = say(id, ExecType::replaced);
      state.quantity = state.traded + random_.below(9);
      if (state.quantity == 0) state.quantity = 3;
      report.quantity = state.quantity;
      report.price = 95 + random_.below(10);
    } else {
      state.ended = true;
      say(id, end(random_.below(3)));
    }
  }

  static ExecType end(i64 which) {
    constexpr ExecType kEnds[] = {ExecType::canceled, ExecType::expired, ExecType::rejected};
    return kEnds[which % 3];
  }

  void amend(ClientOrderId id, State& state, bool bust) {
    const auto at = static_cast<std::size_t>(random_.below(static_cast<i64>(state.trades.size())));
    Trade& trade = state.trades[at];
    ExecutionReport& report = say(id, bust ? ExecType::trade_cancel : ExecType::trade_correct);
    report.exec_id = trade.exec_id;
    state.traded -= trade.quantity;
    if (bust) {
      state.trades.erase(state.trades.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    }
    trade.price = report.last_px = 90 + random_.below(20);
    trade.quantity = report.last_qty = 1 + random_.below(trade.quantity);
    state.traded += trade.quantity;
  }

  Random random_;
  State states_[kOrders];
  u64 sequence_ = 0;
};

struct World {
  SilentPort port;
  Kernel kernel{port};
  ScriptedStrategy strategy;

  World() {
    InstrumentDefinition definition = unit_instrument();
    definition.maker_fee_rate = Fixed{kFixedOne / 1000, 0};
    definition.taker_fee_rate = Fixed{kFixedOne / 300, 0};
    kernel.add_instrument(definition);
    kernel.add_cash("USD", kFixedOne * 1'000'000);
    kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, kEveryKind}, RiskLimits{});
    kernel.start(1);
    for (ClientOrderId id = 1; id <= kOrders; ++id) {
      const Side side = id % 2 == 0 ? Side::sell : Side::buy;
      REQUIRE(kernel.submit({0, 100, 10, 0, 0, 0, side, OrderType::limit, TimeInForce::gtc, 0}) == id);
    }
    kernel.cancel({1, 0});
  }
  void hear(const std::vector<ExecutionReport>& reports) {
    i64 ts = 1000;
    for (const ExecutionReport& report : reports) {
      kernel.apply_report(report, ++ts);
      REQUIRE(kernel.check());
    }
  }
};

void check_same(const World& a, const World& b) {
  for (ClientOrderId id = 1; id <= kOrders; ++id) {
    const Order& x = *a.kernel.order(id);
    const Order& y = *b.kernel.order(id);
    CHECK(x.ord_status == y.ord_status);
    CHECK(x.cum_qty == y.cum_qty);
    CHECK(x.cum_value() == y.cum_value());
    CHECK(x.order_qty == y.order_qty);
    CHECK(x.price == y.price);
    CHECK(x.value_price == y.value_price);
    CHECK(x.venue_order_id == y.venue_order_id);
  }
  const PositionState x = a.kernel.position(0, 0);
  const PositionState y = b.kernel.position(0, 0);
  CHECK(x.quantity == y.quantity);
  CHECK(x.cost == y.cost);
  CHECK(x.realized_pnl == y.realized_pnl);
  CHECK(x.fees == y.fees);
  CHECK(a.kernel.cash("USD") == b.kernel.cash("USD"));
}

// The plainest twin: what each order and the account must be, from the set of what was said, by a walk over all of it.
struct NaiveOrder {
  i64 cum_qty = 0;
  i64 cum_value = 0;
  i64 order_qty = 10;
  i64 price = 100;
  OrderStatus end = OrderStatus::initialized;
  bool told = false;
};
struct NaiveAccount {
  NaiveOrder orders[kOrders];
  i64 position = 0;
  i128 cash = kFixedOne * 1'000'000;
};

// In the order that docs/orders.md states: `new` and trades are the oldest words of all, then what has no count, by its
// clock, then the rest by its count.
std::vector<ExecutionReport> in_stated_order(std::vector<ExecutionReport> reports) {
  const auto place = [](const ExecutionReport& report) {
    const bool oldest = report.exec_type == ExecType::new_ || report.exec_type == ExecType::trade;
    return std::tuple(!oldest, report.sequence, report.ts_event);
  };
  std::stable_sort(reports.begin(), reports.end(),
                   [&](const ExecutionReport& a, const ExecutionReport& b) { return place(a) < place(b); });
  return reports;
}

// The newest word on a trade, null for one that was busted.
const ExecutionReport* last_word(const std::vector<ExecutionReport>& reports, ExecId exec_id) {
  const ExecutionReport* last = nullptr;
  for (const ExecutionReport& report : reports) {
    if (report.exec_id != exec_id) continue;
    if (report.exec_type == ExecType::trade_cancel) return nullptr;
    last = &report;
  }
  return last;
}

bool is_of_trade(const ExecutionReport& report) {
  return report.exec_type == ExecType::trade || report.exec_type == ExecType::trade_correct;
}

NaiveAccount naive_account(const std::vector<ExecutionReport>& told, const Instrument& instrument) {
  NaiveAccount account;
  const std::vector<ExecutionReport> reports = in_stated_order(told);
  for (const ExecutionReport& report : reports) {
    NaiveOrder& order = account.orders[report.client_order_id - 1];
    order.told = true;
    if (report.exec_type == ExecType::new_ || report.exec_type == ExecType::replaced) {
      order.order_qty = report.quantity;
      order.price = report.price;
    }
    const bool ended = order.end != OrderStatus::initialized;
    if (report.exec_type == ExecType::canceled && !ended) order.end = OrderStatus::canceled;
    if (report.exec_type == ExecType::expired && !ended) order.end = OrderStatus::expired;
    if (report.exec_type == ExecType::rejected && !ended) order.end = OrderStatus::rejected;
    if (!is_of_trade(report)) continue;
    const ExecutionReport* const counts = last_word(reports, report.exec_id);
    if (counts != &report) continue;
    const i64 direction = report.client_order_id % 2 == 0 ? -1 : 1;
    const i128 value = kFixedOne * counts->last_px * counts->last_qty;
    order.cum_qty += counts->last_qty;
    order.cum_value += counts->last_px * counts->last_qty;
    account.position += direction * counts->last_qty;
    account.cash -= direction * value + instrument.fee(value, counts->liquidity);
  }
  return account;
}

void check_against_twin(const World& world, const NaiveAccount& twin) {
  for (ClientOrderId id = 1; id <= kOrders; ++id) {
    const Order& order = *world.kernel.order(id);
    const NaiveOrder& naive = twin.orders[id - 1];
    CHECK(order.cum_qty == naive.cum_qty);
    CHECK(order.cum_value() == naive.cum_value);
    CHECK(order.order_qty == naive.order_qty);
    CHECK(order.price == naive.price);
    OrderStatus status = naive.told ? OrderStatus::new_ : OrderStatus::pending_new;
    if (naive.cum_qty > 0) status = OrderStatus::partially_filled;
    if (id == 1) status = OrderStatus::pending_cancel;  // asked for, and never answered but by an end
    if (naive.end != OrderStatus::initialized) status = naive.end;
    if (naive.cum_qty >= naive.order_qty) status = OrderStatus::filled;
    CHECK(order.ord_status == status);
  }
  CHECK(world.kernel.position(0, 0).quantity == twin.position);
  CHECK(world.kernel.cash("USD") == twin.cash);
}

}  // namespace

namespace {

// Some are told again at once, some at the end: what was dropped and sent once more looks like a late one.
std::vector<ExecutionReport> shuffled(std::vector<ExecutionReport> reports, Random& random, bool far) {
  for (std::size_t i = reports.size(); i-- > 1;) {
    const i64 reach = far ? static_cast<i64>(i) + 1 : std::min<i64>(3, static_cast<i64>(i) + 1);
    std::swap(reports[i], reports[i - static_cast<std::size_t>(random.below(reach))]);
  }
  std::vector<ExecutionReport> told;
  for (const ExecutionReport& report : reports) {
    told.push_back(report);
    if (random.below(4) == 0) told.push_back(report);
  }
  for (const ExecutionReport& report : reports) {
    if (random.below(5) == 0) told.push_back(report);
  }
  return told;
}

struct Seen {
  int overfills = 0;
  int stale = 0;
  int rejected = 0;  // orders that were acknowledged
  int ends = 0;      // that did not hold
};

void check_any_order(u64 seed, ToldBy by, Seen& seen) {
  const TrueHistory history(seed, by);
  Random random(seed + 1000);
  std::vector<ExecutionReport> heard;
  for (const ExecutionReport& report : history.reports) {
    if (seed % 3 != 0 || random.below(6) != 0) heard.push_back(report);  // the rest is lost for good
  }
  World right;
  right.hear(heard);
  check_against_twin(right, naive_account(heard, right.kernel.instrument(0)));
  World other;
  other.hear(shuffled(heard, random, seed % 2 == 0));
  check_same(right, other);
  seen.overfills += static_cast<int>(other.kernel.orders().refused(Applied::overfill));
  seen.stale += static_cast<int>(other.kernel.orders().refused(Applied::stale_report));
  seen.ends += static_cast<int>(right.kernel.orders().refused(Applied::illegal_transition));
  for (ClientOrderId id = 1; id <= kOrders; ++id) {
    const Order& order = *right.kernel.order(id);
    seen.rejected += order.ended == OrderStatus::rejected && order.has(kNewTold) ? 1 : 0;
  }
}

}  // namespace

TEST_CASE("reports in any order, with repetitions and losses, lead to the state that the stated order leads to") {
  for (const ToldBy by : {ToldBy::count, ToldBy::clock, ToldBy::either}) {
    Seen seen;
    for (u64 seed = 1; seed <= kSeeds; ++seed) {
      CAPTURE(seed);
      CAPTURE(static_cast<int>(by));
      check_any_order(seed, by, seen);
    }
    CHECK(seen.overfills > 20);
    CHECK(seen.stale > 100);
    CHECK(seen.rejected > 20);
    CHECK(seen.ends > 20);
  }
}

TEST_CASE("a busted trade takes its money, its fee and its position back") {
  World world;
  ExecutionReport trade{};
  trade.client_order_id = 1;
  trade.exec_type = ExecType::trade;
  trade.exec_id = 9;
  trade.last_px = 100;
  trade.last_qty = 4;
  trade.liquidity = Liquidity::taker;
  trade.ts_event = 5;
  world.kernel.apply_report(trade, 10);
  CHECK(world.kernel.position(0, 0).quantity == 4);
  CHECK(world.kernel.cash("USD") < kFixedOne * 1'000'000);
  trade.exec_type = ExecType::trade_cancel;
  trade.ts_event = 6;
  world.kernel.apply_report(trade, 11);
  CHECK(world.strategy.events.back().exec_type == ExecType::trade_cancel);
  CHECK(world.strategy.events.back().last_qty == 4);
  CHECK(world.kernel.position(0, 0).quantity == 0);
  CHECK(world.kernel.position(0, 0).fees == 0);
  CHECK(world.kernel.cash("USD") == kFixedOne * 1'000'000);
  CHECK(world.kernel.order(1)->cum_qty == 0);
  CHECK(world.kernel.check());
}
