// Random strategies on random markets: money, orders and exposure agree after every event, and runs repeat exactly.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

class Random {
 public:
  explicit Random(u64 seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  i64 below(i64 limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<i64>(state_ % static_cast<u64>(limit));
  }
  Side side() { return below(2) == 0 ? Side::buy : Side::sell; }

 private:
  u64 state_;
};

std::vector<L3Record> random_orders(u64 seed, i64 count) {
  struct Live {
    u64 id;
    Side side;
    i64 price;
    i64 quantity;
  };
  Random random(seed);
  std::vector<L3Record> rows;
  std::vector<Live> live;
  for (i64 i = 0; i < count; ++i) {
    const i64 ts = i * 100 + random.below(50);
    const Side side = random.side();
    if (live.size() < 20 || random.below(10) < 4) {
      const i64 price = 1000 - sign(side) * (1 + random.below(8)) + (i / 200) % 7;
      live.push_back({static_cast<u64>(i) + 1, side, price, 1 + random.below(20)});
      rows.push_back(add_row(ts, live.back().id, side, price, live.back().quantity));
      continue;
    }
    const std::size_t at = static_cast<std::size_t>(random.below(static_cast<i64>(live.size())));
    Live& order = live[at];
    const i64 quantity = 1 + random.below(order.quantity);
    const BookAction action = random.below(3) == 0 ? BookAction::reduce : BookAction::execute;
    rows.push_back(row(ts, action, order.id, order.side, order.price, quantity));
    order.quantity -= quantity;
    if (order.quantity > 0) continue;
    order = live.back();
    live.pop_back();
  }
  return rows;
}

// Submits, cancels, replaces and sets timers at random; everything it does follows from what the kernel tells it.
class RandomTrader {
 public:
  RandomTrader(ScriptedRun& run, StrategyIndex index, u64 seed) : run_(run), random_(seed), index_(index) {}

  bool operator()(const Callback& callback) {
    Kernel& kernel = run_.kernel();
    if (callback.kind == CallbackKind::start) kernel.set_timer(index_, 1000, 7777, 1);
    if (callback.kind == CallbackKind::stop || callback.kind == CallbackKind::order_event) return true;
    const i64 what = random_.below(40);
    const Side side = random_.side();
    if (what < 3) {
      NewOrder order = run_.limit(side, 1000 + random_.below(17) - 8, 1 + random_.below(10));
      order.strategy = index_;
      order.time_in_force = random_.below(4) == 0 ? TimeInForce::ioc : TimeInForce::gtc;
      if (random_.below(5) == 0 && order.time_in_force == TimeInForce::gtc) order.flags = kPostOnly;
      last_ = kernel.submit(order);
    } else if (what == 3) {
      NewOrder order = run_.market(side, 1 + random_.below(10));
      order.strategy = index_;
      last_ = kernel.submit(order);
    } else if (what < 6 && last_ > 0) {
      kernel.cancel({1 + static_cast<u64>(random_.below(static_cast<i64>(last_))), index_});
    } else if (what < 9 && last_ > 0) {
      const ClientOrderId id = last_ - static_cast<u64>(random_.below(static_cast<i64>(last_ < 5 ? last_ : 5)));
      kernel.replace({id, 1000 + random_.below(17) - 8, 1 + random_.below(12), index_});
    }
    return true;
  }

 private:
  ScriptedRun& run_;
  Random random_;
  StrategyIndex index_;
  ClientOrderId last_ = 0;
};

struct Outcome {
  u64 digest;
  u64 fills;
  u64 orders;
  i128 cash;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome_of(u64 seed, const LoopConfig& config) {
  ScriptedRun run(config);
  ScriptedStrategy& first = run.add_strategy();
  ScriptedStrategy& second = run.add_strategy();
  first.on_callback = RandomTrader(run, 0, seed);
  second.on_callback = RandomTrader(run, 1, seed + 77);
  run.add_stream<L3Record>(StreamKind::l3, random_orders(seed, 4000));
  CHECK(run.run() == RunStatus::finished);
  const Kernel& kernel = run.kernel();
  CHECK(kernel.l3_book(0)->faults()[BookFault::unknown_order] == 0);

  // Cash, position value and equity from the fills alone.
  i64 cash = 1'000'000'000;
  i64 position = 0;
  for (const FillRow& fill : run.fills()) {
    const int direction = sign(static_cast<Side>(fill.side));
    cash -= direction * fill.price * fill.quantity;
    position += direction * fill.quantity;
  }
  CHECK(kernel.cash("USD") == kFixedOne * cash);
  CHECK(kernel.position(0, 0).quantity + kernel.position(1, 0).quantity == position);
  return {kernel.digest(), run.loop.recorder().fill_count(), kernel.orders().size(), kernel.cash("USD")};
}

}  // namespace

TEST_CASE("whatever strategies do, the books of account agree after every event, and a run repeats exactly") {
  const i64 latencies[][3] = {{0, 0, 0}, {0, 150, 0}, {333, 0, 50}, {250, 1000, 120}};
  u64 fills = 0;
  for (u64 seed = 1; seed <= 3; ++seed) {
    for (const auto& latency : latencies) {
      LoopConfig config;
      config.feed_latency_ns = latency[0];
      config.order_latency_ns = latency[1];
      config.response_latency_ns = latency[2];
      config.equity_interval_ns = 5000;
      const Outcome outcome = outcome_of(seed, config);
      CHECK(outcome == outcome_of(seed, config));
      fills += outcome.fills;
    }
  }
  CHECK(fills > 500);
}
