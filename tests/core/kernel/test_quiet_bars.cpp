// Bars that the loop takes in blocks, because nobody waits for them, give the same run as bars taken one by one.
#include <algorithm>
#include <string>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

struct Draws {
  u64 state;
  i64 below(i64 limit) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<i64>((state >> 33) % static_cast<u64>(limit));
  }
};

// Most bars follow one another at once; some leave a gap, some come late, some came early.
std::vector<BarRecord> make_bars(u64 seed, std::size_t count, bool odd_times) {
  Draws draws{seed};
  std::vector<BarRecord> bars;
  i64 ts = 1000;
  i64 price = 1000;
  for (std::size_t i = 0; i < count; ++i) {
    const i64 open = ts + (draws.below(10) == 0 ? draws.below(300) : 0);
    ts = open + 100;
    const i64 close = price + draws.below(5) - 2;
    i64 received = ts;
    if (odd_times && draws.below(40) == 0) received += draws.below(150) - 30;
    bars.push_back({ts, received, open, price, std::max(price, close) + draws.below(2),
                    std::min(price, close) - draws.below(2), close, draws.below(9)});
    price = close;
  }
  return bars;
}

struct Outcome {
  RunStatus status = RunStatus::finished;
  std::string refusal;
  u64 digest = 0;
  u64 events = 0;
  u64 early = 0;
  i64 now = 0;
  std::size_t received = 0;
  i64 equity = 0;
  std::size_t samples = 0;
  std::vector<std::string> log;
  std::vector<std::string> seen;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// What a strategy can see of the run where it is woken.
std::string view_of(ScriptedRun& run) {
  const std::vector<BarRecord> past = run.loop.past_bars(0, 100);
  const BarRecord* last = run.kernel().bars().last(0);
  return std::to_string(run.kernel().now()) + " " + std::to_string(run.loop.rows_received(0)) + " " +
         std::to_string(past.size()) + " " + std::to_string(past.empty() ? 0 : past.back().close) + " " +
         std::to_string(last == nullptr ? 0 : last->close) + " " + std::to_string(run.kernel().quote(0).bid_price) +
         " " + std::to_string(run.kernel().position(0, 0).quantity) + " " + std::to_string(run.loop.now());
}

struct Choice {
  LoopConfig config;
  u32 mask = mask_of(CallbackKind::start) | mask_of(CallbackKind::condition);
  bool trades = true;
  u64 steps_at_once = UINT64_MAX;
  std::vector<QuoteRecord> others;  // of a second instrument
  bool others_first = false;
};

Outcome run_bars(const std::vector<BarRecord>& bars, const Choice& choice, bool one_by_one) {
  Outcome outcome;
  ScriptedRun run(choice.config, one_by_one);
  const InstrumentIndex second = run.kernel().add_instrument(unit_instrument("OTHER"));
  ScriptedStrategy& strategy = run.add_strategy(choice.mask);
  if (choice.others_first) run.add_stream_of<QuoteRecord>(second, StreamKind::quote, choice.others);
  run.add_stream<BarRecord>(StreamKind::bar, bars, 100, true);
  if (!choice.others_first) run.add_stream_of<QuoteRecord>(second, StreamKind::quote, choice.others);
  i64 turn = 0;
  strategy.on_callback = [&](const Callback& callback) {
    Kernel& kernel = run.kernel();
    outcome.seen.push_back(view_of(run));
    if (callback.kind == CallbackKind::start) {
      const SeriesId series = kernel.add_recorded_bars(0, 100);
      const Operand quick{&kernel.add_indicator(series, make_indicator("sma", 3)), series};
      const Operand calm{&kernel.add_indicator(series, make_indicator("ema", 17)), series};
      const Operand slow{&kernel.add_indicator(series, make_indicator("sma", 40)), series};
      using Relation = ConditionBoard::Relation;
      const ConditionId up = kernel.conditions().relation(Relation::crosses_above, quick, &slow, {});
      const ConditionId down = kernel.conditions().relation(Relation::below, quick, &calm, {});
      kernel.watch(0, up);
      kernel.watch(0, kernel.conditions().both(down, kernel.conditions().inverse(up)));
      kernel.set_timer(0, callback.ts + 7777, 12'345, 0);
    }
    if (callback.kind != CallbackKind::condition || !choice.trades) return true;
    const Side side = *callback.watch == 0 ? Side::buy : Side::sell;
    if (++turn % 3 != 0) kernel.submit(run.market(side, 1));
    if (turn % 3 == 0) kernel.submit(run.limit(side, callback.ts % 2 == 0 ? 990 : 1010, 2));
    for (ClientOrderId id = 1; turn % 5 == 0 && id <= kernel.orders().size(); ++id) kernel.cancel({id, 0});
    return true;
  };
  try {
    do {
      outcome.status = run.loop.run(choice.steps_at_once);
    } while (outcome.status == RunStatus::paused);
  } catch (const Error& error) {
    outcome.refusal = error.what();
  }
  outcome.digest = run.kernel().digest();
  outcome.events = run.loop.events();
  outcome.early = run.loop.early_rows(0);
  outcome.now = run.loop.now();
  outcome.received = run.loop.rows_received(0);
  outcome.equity = run.loop.recorder().equity().back().equity;
  outcome.samples = run.loop.recorder().equity().size();
  outcome.log = strategy.log;
  return outcome;
}

Outcome require_same(const std::vector<BarRecord>& bars, Choice choice) {
  const Outcome one_by_one = run_bars(bars, choice, true);
  const Outcome in_blocks = run_bars(bars, choice, false);
  CHECK(in_blocks == one_by_one);
  choice.steps_at_once = 5;
  CHECK(run_bars(bars, choice, false) == one_by_one);
  return in_blocks;
}

}  // namespace

TEST_CASE("quiet bars in blocks are the same run, whatever wakes a strategy between them") {
  std::size_t woken = 0;
  for (u64 seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    Choice choice;
    choice.config.equity_interval_ns = seed % 4 == 0 ? 0 : 1900;
    choice.config.order_latency_ns = seed % 3 == 0 ? 130 : 0;
    choice.config.feed_latency_ns = seed % 5 == 0 ? 20 : 0;
    choice.config.start_ts = seed % 6 == 0 ? 5000 : INT64_MIN;
    choice.trades = seed % 7 != 0;
    if (seed % 2 == 0) choice.mask |= mask_of(CallbackKind::timer) | mask_of(CallbackKind::fill);
    if (seed % 8 == 0) choice.mask |= mask_of(CallbackKind::bar);
    const std::vector<BarRecord> bars = make_bars(seed, 700, seed % 2 == 1);
    // At the very time of a close, and between an open and a close.
    for (std::size_t i = 5; seed % 3 == 1 && i < bars.size(); i += 23) {
      choice.others.push_back(quote_row(bars[i].ts_event - (i % 2 == 0 ? 0 : 30), 9, 11));
    }
    choice.others_first = seed % 2 == 0;
    woken += require_same(bars, choice).seen.size();
  }
  CHECK(woken > 1000);
}

TEST_CASE("a bar that can not be is refused in a block as it is alone") {
  for (const std::size_t place : {0, 1, 63, 64, 65, 200, 299}) {
    for (int fault = 0; fault < 6; ++fault) {
      CAPTURE(place);
      CAPTURE(fault);
      std::vector<BarRecord> bars = make_bars(5, 300, false);
      BarRecord& bar = bars[place];
      if (fault == 0) bar.ts_open -= 500;
      if (fault == 1) bar.ts_event = bar.ts_init = bar.ts_open - 1;
      if (fault == 2) bar.low = bar.high + 1;
      if (fault == 3) bar.volume = -1;
      if (fault == 4) bar.high = INT64_MAX / 2;
      if (fault == 5) bar.low = INT64_MIN / 2;
      const Outcome one_by_one = run_bars(bars, {}, true);
      const Outcome in_blocks = run_bars(bars, {}, false);
      CHECK(in_blocks.refusal == one_by_one.refusal);
      CHECK(in_blocks.digest == one_by_one.digest);
      CHECK(in_blocks.events == one_by_one.events);
      CHECK(in_blocks.now == one_by_one.now);
      CHECK(in_blocks.seen == one_by_one.seen);
      CHECK(in_blocks.refusal.empty() == (fault == 0 && place == 0));
    }
  }
}
