// Bars that the loop takes in blocks, because nobody waits for them, give the same run as bars taken one by one.
#include <algorithm>
#include <string>

#include "doctest/doctest.h"
#include "draws.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

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

std::string truths_of(ScriptedRun& run) {
  std::string truths;
  for (ConditionId id = 0; id < run.kernel().conditions().size(); ++id) {
    truths += "?01"[static_cast<int>(run.kernel().conditions().truth(id)) + 1];
  }
  return truths;
}

// Relations of every kind between averages of either kind and prices, on two series, and what is made of them.
void add_conditions(Kernel& kernel, StrategyIndex strategy, Draws& draws) {
  ConditionBoard& board = kernel.conditions();
  std::vector<Operand> operands;
  for (int i = 0; i < 4; ++i) {
    const SeriesId series = kernel.add_recorded_bars(draws.below(4) == 0 ? 1 : 0, 100);
    const char* const name = draws.below(3) == 0 ? "ema" : "sma";
    operands.push_back({&kernel.add_indicator(series, make_indicator(name, 1 + draws.below(50))), series});
  }
  std::vector<ConditionId> made;
  for (int i = 0; i < 6; ++i) {
    const auto relation = static_cast<ConditionBoard::Relation>(draws.below(4));
    const auto& a = operands[static_cast<std::size_t>(draws.below(4))];
    const auto& b = operands[static_cast<std::size_t>(draws.below(4))];
    const Fraction price{i128{1980 + draws.below(40)} << (draws.below(3) == 0 ? 60 : 0), i64{2}};
    made.push_back(board.relation(relation, a, draws.below(3) == 0 ? nullptr : &b, price));
  }
  // Crossings meet what the other series says, at their time and later.
  const SeriesId sides[] = {kernel.add_recorded_bars(0, 100), kernel.add_recorded_bars(1, 100)};
  for (int i = 0; i < 2; ++i) {
    const SeriesId crossing = sides[i];
    const SeriesId standing = sides[1 - i];
    const Operand quick{&kernel.add_indicator(crossing, make_indicator("sma", 1 + draws.below(3))), crossing};
    const Operand other{&kernel.add_indicator(standing, make_indicator("sma", 1 + draws.below(9))), standing};
    const Fraction level{1990 + draws.below(20), 2};
    const ConditionId crosses = board.relation(ConditionBoard::Relation::crosses_above, quick, nullptr, level);
    const ConditionId high = board.relation(ConditionBoard::Relation::above, other, nullptr, level);
    made.push_back(board.both(draws.below(2) == 0 ? crosses : board.inverse(crosses), high));
    kernel.watch(strategy, made.back());
  }
  for (int i = 0; i < 6; ++i) {
    const ConditionId a = made[static_cast<std::size_t>(draws.below(static_cast<i64>(made.size())))];
    const ConditionId b = made[static_cast<std::size_t>(draws.below(static_cast<i64>(made.size())))];
    made.push_back(i % 3 == 0 ? board.both(a, b) : i % 3 == 1 ? board.either(a, b) : board.inverse(a));
  }
  for (const ConditionId condition : made) {
    if (draws.below(3) == 0) kernel.watch(strategy, condition);
  }
}

struct Choice {
  LoopConfig config;
  u32 mask = mask_of(CallbackKind::start) | mask_of(CallbackKind::condition);
  bool trades = true;
  u64 steps_at_once = UINT64_MAX;
  std::vector<QuoteRecord> others;  // of a second instrument
  bool others_first = false;
  std::vector<BarRecord> other_bars;  // of the second instrument
  u64 conditions = 0;                 // draws those of two strategies; 0: those below, of one
  bool packed = true;
};

void add_streams(ScriptedRun& run, const std::vector<BarRecord>& bars, const Choice& choice) {
  const InstrumentIndex second = run.kernel().add_instrument(unit_instrument("OTHER"));
  if (choice.others_first) run.add_stream_of<QuoteRecord>(second, StreamKind::quote, choice.others);
  run.add_stream<BarRecord>(StreamKind::bar, bars, 100, choice.packed);
  if (!choice.other_bars.empty()) run.add_stream_of<BarRecord>(second, StreamKind::bar, choice.other_bars, 100, true);
  if (!choice.others_first) run.add_stream_of<QuoteRecord>(second, StreamKind::quote, choice.others);
}

// What a strategy of one crossing and one inverse does when it is woken.
void trade(ScriptedRun& run, const Callback& callback, i64 turn) {
  const Side side = *callback.watch == 0 ? Side::buy : Side::sell;
  if (turn % 3 != 0) run.kernel().submit(run.market(side, 1));
  if (turn % 3 == 0) run.kernel().submit(run.limit(side, callback.ts % 2 == 0 ? 990 : 1010, 2));
  for (ClientOrderId id = 1; turn % 5 == 0 && id <= run.kernel().orders().size(); ++id) run.kernel().cancel({id, 0});
}

Outcome run_bars(const std::vector<BarRecord>& bars, const Choice& choice, bool one_by_one) {
  Outcome outcome;
  ScriptedRun run(choice.config, one_by_one);
  add_streams(run, bars, choice);
  ScriptedStrategy& strategy = run.add_strategy(choice.mask);
  i64 turn = 0;
  Draws draws{choice.conditions};
  if (choice.conditions != 0) {
    ScriptedStrategy& other = run.add_strategy(choice.mask);
    other.on_callback = [&](const Callback& callback) {
      outcome.seen.push_back("other " + std::to_string(callback.ts) + " " + truths_of(run));
      if (callback.kind == CallbackKind::start) add_conditions(run.kernel(), 1, draws);
      return true;
    };
  }
  strategy.on_callback = [&](const Callback& callback) {
    Kernel& kernel = run.kernel();
    outcome.seen.push_back(view_of(run));
    if (choice.conditions != 0) {
      outcome.seen.push_back(truths_of(run));
      // In the middle of a run too: such a condition may be true already.
      if (turn++ % 40 == 0 && kernel.conditions().size() < 90) add_conditions(kernel, 0, draws);
      return true;
    }
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
    if (callback.kind == CallbackKind::condition && choice.trades) trade(run, callback, ++turn);
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
  outcome.seen.push_back(truths_of(run));
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

TEST_CASE("conditions of every kind fire in blocks where they fire bar by bar") {
  std::size_t woken = 0;
  for (u64 seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Choice choice;
    choice.conditions = seed;
    choice.packed = seed % 3 != 0;
    choice.config.start_ts = seed % 7 == 0 ? 9000 : INT64_MIN;
    // Of the same times, or of times between.
    if (seed % 2 == 0) choice.other_bars = make_bars(seed % 4 == 0 ? seed : seed + 1000, 400, false);
    // Seldom, so that bars of the first follow one another between them.
    if (seed % 4 == 0) {
      std::erase_if(choice.other_bars, [kept = 0](const BarRecord&) mutable { return kept++ % 6 != 0; });
    }
    woken += require_same(make_bars(seed, 900, seed % 5 == 0), choice).seen.size();
  }
  CHECK(woken > 4000);
}

TEST_CASE("bars of prices of any size are the same run in blocks") {
  for (u64 seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Choice choice;
    choice.trades = false;
    std::vector<BarRecord> bars = make_bars(seed, 900, false);
    for (std::size_t i = 0; i < bars.size(); ++i) {
      // Sums of forty of these need more than 64 bits, for a while or from the beginning.
      const i64 shift = seed % 3 == 0 || (i / 100) % 3 == 1 ? 2'000'000'000'000'000'000 : 0;
      for (i64 BarRecord::* price : {&BarRecord::open, &BarRecord::high, &BarRecord::low, &BarRecord::close}) {
        bars[i].*price = seed % 2 == 0 ? bars[i].*price + shift : bars[i].*price - shift;
      }
    }
    require_same(bars, choice);
  }
}

TEST_CASE("a long quiet market passes in blocks, and the one bar that ends it is noticed wherever it stands") {
  for (const std::size_t place : {55, 127, 128, 129, 191, 192, 193, 255, 256, 399}) {
    CAPTURE(place);
    std::vector<BarRecord> bars;
    for (std::size_t i = 0; i < 400; ++i) {
      const i64 ts = 100 * static_cast<i64>(i);
      const i64 price = i == place ? 1500 : 1000;
      bars.push_back({ts + 100, ts + 100, ts, price, price, price, price, 1});
    }
    const Outcome run = require_same(bars, {});
    CHECK(run.seen.size() > 1);
  }
}

TEST_CASE("a bar that can not be is refused in a block as it is alone") {
  for (const std::size_t place : {0, 1, 63, 64, 65, 127, 128, 129, 200, 299}) {
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
