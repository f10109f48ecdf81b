// Rows that the loop takes in a row give the same run as rows that it takes one by one.
// On random data, with strategies that trade at random, with and without latency.
#include <algorithm>
#include <string>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

struct Draws {
  u64 state;
  u64 next() {
    state += 0x9E3779B97F4A7C15ULL;
    u64 mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
  }
  i64 below(i64 limit) { return static_cast<i64>(next() % static_cast<u64>(limit)); }
};

struct World {
  std::vector<QuoteRecord> quotes;
  std::vector<TradeRecord> trades;
  std::vector<L2Record> levels;
  std::vector<L3Record> orders;
  std::vector<BarRecord> bars;
};

// Times stand still, go on by little, or leap; some rows were received later than they happened.
World make_world(u64 seed) {
  Draws draws{seed};
  World world;
  i64 ts = 0;
  i64 mid = 1000;
  for (int i = 0; i < 400; ++i) {
    ts += draws.below(3) == 0 ? 0 : 1 + draws.below(draws.below(20) == 0 ? 5000 : 20);
    mid += draws.below(3) - 1;
    const i64 received = ts + (draws.below(4) == 0 ? draws.below(30) : 0);
    world.quotes.push_back({ts, received, mid - 1 - draws.below(2), mid + 1, draws.below(20), 1 + draws.below(20)});
    if (draws.below(3) == 0) world.trades.push_back({ts, received, mid, 1 + draws.below(5), draws.below(3), 0});
    const i64 side = 1 + draws.below(2);
    const i64 price = side == 1 ? mid - 1 - draws.below(5) : mid + 1 + draws.below(5);
    world.levels.push_back({ts, received,
                            static_cast<i64>(draws.below(8) == 0 ? BookAction::trade : BookAction::replace), side,
                            price, draws.below(4) == 0 ? 0 : draws.below(30), 0, draws.below(5) == 0 ? 0 : kFlagLast});
    const u64 id = static_cast<u64>(1 + draws.below(i / 2 + 1));
    const bool adds = draws.below(2) == 0;
    const auto leaves = static_cast<i64>(draws.below(3) == 0 ? BookAction::execute : BookAction::erase);
    world.orders.push_back({ts, received, adds ? static_cast<i64>(BookAction::add) : leaves, side, price,
                            1 + draws.below(9), adds ? static_cast<u64>(i + 1) : id,
                            draws.below(5) == 0 ? 0 : kFlagLast});
    const i64 open = i * 100;
    world.bars.push_back(
        {open + 100, open + 100, open, mid, mid + 3, mid - 3, mid + draws.below(3) - 1, draws.below(9)});
  }
  return world;
}

// A row somewhere that the run refuses: unsound, or behind one that comes later.
void spoil(World& world, u64 seed) {
  Draws draws{seed ^ 0x5B01};
  const auto some = [&](auto& rows) -> auto& {
    return rows[rows.size() / 2 + static_cast<std::size_t>(draws.below(static_cast<i64>(rows.size() / 4)))];
  };
  const bool back_in_time = draws.below(2) == 0;
  const auto spoil_one = [&](auto& row, i64& number, i64 unsound) {
    if (back_in_time) {
      row.ts_event = 0;
    } else {
      number = unsound;
    }
  };
  QuoteRecord& quote = some(world.quotes);
  spoil_one(quote, quote.bid_quantity, -1);
  TradeRecord& trade = some(world.trades);
  spoil_one(trade, trade.quantity, 0);
  L2Record& level = some(world.levels);
  spoil_one(level, level.price, INT64_MAX - 5);
  L3Record& order = some(world.orders);
  spoil_one(order, order.price, INT64_MIN + 5);
  BarRecord& bar = some(world.bars);
  spoil_one(bar, bar.low, bar.high + 1);
}

struct Outcome {
  u64 digest;
  u64 events;
  std::vector<std::string> log;
  std::size_t fills;
  u64 early_rows;
  i64 now;
  std::string error;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// One stream of the world, or two that tell of the same market.
void add_streams(ScriptedRun& run, const World& world, i64 which) {
  if (which == 0) {
    run.add_stream<TradeRecord>(StreamKind::trade, world.trades, 0, true);
    run.add_stream<QuoteRecord>(StreamKind::quote, world.quotes, 0, true);
  } else if (which == 1) {
    run.add_stream<L2Record>(StreamKind::l2, world.levels, 0, true);
  } else if (which == 2) {
    run.add_stream<L3Record>(StreamKind::l3, world.orders, 0, true);
  } else if (which == 3) {
    run.add_stream<QuoteRecord>(StreamKind::quote, world.quotes, 0, true);
  } else if (which == 4) {
    run.add_stream<TradeRecord>(StreamKind::trade, world.trades, 0, true);
  } else {
    run.add_stream<BarRecord>(StreamKind::bar, world.bars, 100, true);
  }
}

// What strategies can ask for as a callback comes.
std::string state_of(const ScriptedRun& run) {
  const InstrumentMarket& market = run.loop.kernel().market(0);
  return std::to_string(market.quote.bid_price) + "/" + std::to_string(market.quote.ask_quantity) + "/" +
         std::to_string(market.last_price) + "/" + std::to_string(run.loop.rows_received(0)) + "/" +
         std::to_string(run.loop.past_bars(0, 100).size());
}

// Buys, sells, cancels, sets timers and waits for a condition, by the seed and what it hears.
Outcome run_world(u64 seed, LoopConfig config, bool one_by_one, u64 steps_at_once, bool spoiled = false) {
  World world = make_world(seed);
  if (spoiled) spoil(world, seed);
  Draws draws{seed ^ 0xABCDEF};
  config.equity_interval_ns = 700;
  ScriptedRun run(config, one_by_one);
  const u32 deaf = mask_of(CallbackKind::timer) | mask_of(CallbackKind::condition) | mask_of(CallbackKind::start);
  const u32 of_orders = deaf | mask_of(CallbackKind::order_event) | mask_of(CallbackKind::fill);
  const u32 ears[] = {deaf, of_orders, of_orders, kEveryKind | deaf};
  ScriptedStrategy& strategy = run.add_strategy(ears[draws.below(4)]);
  const bool waits = draws.below(2) == 0;
  add_streams(run, world, draws.below(6));
  strategy.on_callback = [&run, &draws, &strategy, waits](const Callback& callback) {
    Kernel& kernel = run.kernel();
    strategy.log.push_back(state_of(run));
    if (callback.kind == CallbackKind::start) {
      kernel.set_timer(0, callback.ts + 50, 333, 0);
      if (!waits) return true;
      const SeriesId series = draws.below(2) == 0 ? kernel.add_mids(0) : kernel.add_recorded_bars(0, 100);
      const Operand quick{&kernel.add_indicator(series, make_indicator("sma", 2)), series};
      const Operand calm{&kernel.add_indicator(series, make_indicator("sma", 5)), series};
      kernel.watch(0, kernel.conditions().relation(ConditionBoard::Relation::crosses_above, quick, &calm, {}));
      return true;
    }
    if (draws.below(4) != 0) return true;
    const i64 what = draws.below(5);
    const i64 price = 995 + draws.below(10);
    const Side side = draws.below(2) == 0 ? Side::buy : Side::sell;
    if (what == 0) kernel.submit(run.market(side, 1 + draws.below(3)));
    if (what == 1) kernel.submit(run.limit(side, price, 1 + draws.below(9)));
    if (what == 2) kernel.cancel({static_cast<ClientOrderId>(1 + draws.below(50)), 0});
    if (what == 3) kernel.set_timer(0, callback.ts + draws.below(400), 0, 1);
    return true;
  };
  std::string error;
  try {
    while (run.loop.run(steps_at_once) == RunStatus::paused) {
    }
  } catch (const Error& failure) {
    error = failure.what();
  }
  return {run.kernel().digest(),  run.loop.events(), strategy.log, run.loop.recorder().fill_count(),
          run.loop.early_rows(0), run.loop.now(),    error};
}

LoopConfig config_of(u64 seed) {
  LoopConfig config;
  config.feed_latency_ns = seed % 3 == 0 ? 7 : 0;
  config.order_latency_ns = seed % 2 == 0 ? 11 : 0;
  config.response_latency_ns = seed % 5 == 0 ? 0 : -1;
  return config;
}

}  // namespace

TEST_CASE("rows taken in a row and rows taken one by one give the same run") {
  std::size_t fills = 0;
  std::size_t fired = 0;
  for (u64 seed = 1; seed <= 160; ++seed) {
    CAPTURE(seed);
    const LoopConfig config = config_of(seed);
    const Outcome one_by_one = run_world(seed, config, true, UINT64_MAX);
    CHECK(run_world(seed, config, false, UINT64_MAX) == one_by_one);
    CHECK(run_world(seed, config, false, 3) == one_by_one);
    fills += one_by_one.fills;
    fired += static_cast<std::size_t>(std::count_if(one_by_one.log.begin(), one_by_one.log.end(),
                                                    [](const std::string& said) { return said.starts_with("cond"); }));
  }
  CHECK(fills > 350);
  CHECK(fired > 350);
}

TEST_CASE("a row that is refused leaves the same behind, whichever way the rows before it were taken") {
  int refused = 0;
  for (u64 seed = 1; seed <= 80; ++seed) {
    CAPTURE(seed);
    const Outcome one_by_one = run_world(seed, config_of(seed), true, UINT64_MAX, true);
    CHECK(run_world(seed, config_of(seed), false, UINT64_MAX, true) == one_by_one);
    CHECK(run_world(seed, config_of(seed), false, 3, true) == one_by_one);
    refused += one_by_one.error.empty() ? 0 : 1;
  }
  CHECK(refused > 60);
}
