// A run from its journal is the run that the journal is of, to the last bit, and to whatever point it goes.
#include <cstring>

#include "../journal/journal_files.hpp"
#include "doctest/doctest.h"
#include "draws.hpp"
#include "journal/journal_reader.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

// Strategies that do something else at every seed, on quotes, trades and bars that come late and early; the venue
// loses requests, and the first instrument's contract ends.
struct World {
  explicit World(u64 seed, i64 cash = 0) : run(config_of(seed), true, future(), MarginMode::cross), draws{seed} {
    LatencyChoice lossy = LatencyChoice::constant(seed % 2 == 0 ? 0 : 7);
    run.loop.set_request_latency(RequestKind::submit, lossy);
    second = run.kernel().add_instrument(unit_instrument("SECOND"));
    if (cash != 0) run.kernel().add_cash("USD", cash);
    for (StrategyIndex index = 0; index < 2; ++index) {
      ScriptedStrategy& strategy =
          run.add_strategy(kEveryKind, {index == 0 ? ErrorAction::pause : ErrorAction::cancel, 1, 0, 40});
      strategy.on_callback = [this, index](const Callback& callback) { return act(callback, index); };
    }
    Draws rows{seed + 99};
    std::vector<QuoteRecord> quotes;
    std::vector<TradeRecord> trades;
    i64 price = 1000;
    for (i64 ts = 10; ts < 4000; ts += 1 + rows.below(9)) {
      price += rows.below(5) - 2;
      QuoteRecord quote = quote_row(ts, price - 1, price + 1, 1 + rows.below(9), 1 + rows.below(9));
      quote.ts_init = ts + rows.below(4) - 1;
      quotes.push_back(quote);
      if (rows.below(3) == 0) trades.push_back({ts, ts, price + rows.below(3) - 1, 1 + rows.below(9), 1, 0});
    }
    run.add_stream(StreamKind::trade, trades);
    run.add_stream_of(second, StreamKind::quote, quotes, 0, true);
    run.add_stream(StreamKind::quote, std::move(quotes), 0, true);
    run.add_stream(StreamKind::mark, std::vector<MarkRecord>{{900, 900, 700, kNoPrice}, {1500, 1500, 1300, kNoPrice}});
    run.add_stream(
        StreamKind::cash_event,
        std::vector<CashEventRecord>{{600, 600, static_cast<i64>(CashEventKind::dividend), 3, 0, 1, kNoPrice, 0},
                                     {3000, 3000, static_cast<i64>(CashEventKind::expiry), 0, 0, 1, 1001, 0}});
  }
  static LoopConfig config_of(u64 seed) {
    LoopConfig config;
    config.feed_latency_ns = seed % 3 == 0 ? 0 : 11;
    config.order_latency_ns = seed % 2 == 0 ? 0 : 7;
    config.equity_interval_ns = 50;
    config.record_events = true;
    config.start_ts = seed % 5 == 0 ? 200 : INT64_MIN;
    return config;
  }
  static InstrumentDefinition future() {
    InstrumentDefinition definition = unit_instrument("ENDS");
    definition.kind = InstrumentKind::future;
    definition.contract.expire_time = 3000;
    definition.initial_margin_rate = parse("0.1");
    definition.maintenance_margin_rate = parse("0.05");
    return definition;
  }
  bool act(const Callback& callback, StrategyIndex index) {
    if (callback.kind == CallbackKind::start) run.kernel().set_timer(index, 0, 100, 1);
    if (callback.kind == CallbackKind::timer) {
      // Late indicators and bars read the past; the second instrument has no trades to build bars from.
      SeriesId series = run.kernel().add_bar_series(0, 10 + 10 * draws.below(4));
      run.kernel().add_indicator(series, make_indicator("sma", 3));
      for (const BarRecord& bar : run.loop.past_bars(0, 40)) seen += static_cast<u64>(bar.close * 31 + bar.volume);
      for (u32 stream = 0; stream < 4; ++stream) seen = seen * 31 + run.loop.rows_received(stream);
    }
    if (callback.kind != CallbackKind::quote && callback.kind != CallbackKind::bar) return true;
    if (draws.below(50) == 0) return false;
    if (draws.below(4) != 0) return true;
    const Side side = draws.below(2) == 0 ? Side::buy : Side::sell;
    NewOrder order = run.limit(side, 990 + draws.below(20), 1 + draws.below(5));
    order.instrument = static_cast<InstrumentIndex>(draws.below(2));
    order.strategy = index;
    if (draws.below(3) == 0) {
      order.order_type = OrderType::stop;
      order.price = kNoPrice;
      order.terms.stop_price = 990 + draws.below(20);
      order.flags = draws.below(2) == 0 ? kEmulate : 0;
    }
    const ClientOrderId id = run.kernel().submit(order);
    if (draws.below(2) == 0 && id > 3) {
      run.kernel().cancel({id - 3, index});
      run.kernel().replace({id - 2, 1000, 3, index});
    }
    return true;
  }

  ScriptedRun run;
  Draws draws;
  InstrumentIndex second = 0;
  u64 seen = 0;
};

std::vector<i64> rows_of(const auto& rows) {
  using Row = std::remove_cvref_t<decltype(rows[0])>;
  std::vector<i64> words(rows.size() * sizeof(Row) / sizeof(i64));
  if (!rows.empty()) std::memcpy(words.data(), rows.data(), words.size() * sizeof(i64));
  return words;
}

void check_equal(World& a, World& b) {
  CHECK(a.run.kernel().digest() == b.run.kernel().digest());
  CHECK(a.seen == b.seen);
  CHECK(rows_of(a.run.fills()) == rows_of(b.run.fills()));
  CHECK(rows_of(a.run.order_events()) == rows_of(b.run.order_events()));
  CHECK(rows_of(a.run.loop.recorder().equity()) == rows_of(b.run.loop.recorder().equity()));
  CHECK(rows_of(a.run.loop.recorder().cash_events()) == rows_of(b.run.loop.recorder().cash_events()));
  CHECK(a.run.loop.now() == b.run.loop.now());
  CHECK(a.run.loop.events() == b.run.loop.events());
  CHECK(a.run.loop.early_rows(0) == b.run.loop.early_rows(0));
  for (std::size_t i = 0; i < 2; ++i) CHECK(a.run.strategies[i]->log == b.run.strategies[i]->log);
  CHECK(a.run.kernel().cash("USD") == b.run.kernel().cash("USD"));
  CHECK(a.run.kernel().emulator().size() == b.run.kernel().emulator().size());
}

// The kernel's digest before each input.
struct Digests final : InputLog {
  void write(const JournalFrame&, u64 digest) override { before.push_back(digest); }
  std::vector<u64> before;
};

std::string refusal_of(World& world, const std::string& path, u64 steps = UINT64_MAX) {
  try {
    world.run.loop.replay_journal(path);
    world.run.loop.run(steps);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::journal);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a replay gives the run, and its journal again byte by byte; writing one changes nothing") {
  for (u64 seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    World plain(seed);
    CHECK(plain.run.run() == RunStatus::finished);
    REQUIRE(plain.run.fills().size() > 20);
    REQUIRE(plain.run.loop.recorder().cash_events().size() > 1);
    const TemporaryFile file("replay");
    World written(seed);
    written.run.loop.write_journal(file.path());
    CHECK(written.run.run() == RunStatus::finished);
    check_equal(plain, written);
    const TemporaryFile copy("copy");
    World replayed(seed);
    replayed.run.loop.write_journal(copy.path());
    replayed.run.loop.replay_journal(file.path());
    RunStatus status = RunStatus::paused;
    while (status == RunStatus::paused) status = replayed.run.loop.run(100);
    CHECK(status == RunStatus::finished);
    check_equal(plain, replayed);
    CHECK(file.bytes() == copy.bytes());
  }
}

TEST_CASE("a journal that breaks off after any input replays to the state that the run had there") {
  const u64 seed = 7;
  Digests digests;
  World plain(seed);
  plain.run.kernel().set_log(&digests);
  CHECK(plain.run.run() == RunStatus::finished);
  digests.before.push_back(plain.run.kernel().digest());  // behind the last one
  const TemporaryFile file("prefix");
  World written(seed);
  written.run.loop.write_journal(file.path());
  CHECK(written.run.run() == RunStatus::finished);
  const std::vector<char> bytes = file.bytes();
  JournalReader reader(bytes);
  JournalFrame frame;
  const TemporaryFile part("part");
  while (reader.next(frame)) {
    if (!is_input(frame.kind) || reader.inputs() % 37 != 0) continue;
    const auto torn = static_cast<std::ptrdiff_t>(reader.inputs() % 15);
    part.write({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(reader.offset()) + torn});
    World replayed(seed);
    replayed.run.loop.replay_journal(part.path());
    CHECK(replayed.run.run() == RunStatus::stopped);
    CHECK(replayed.run.kernel().digest() == digests.before[reader.inputs()]);
    CHECK(replayed.run.loop.now() == frame.ts);
    CHECK(replayed.run.kernel().check());
  }
  CHECK(reader.ended());
  CHECK(reader.inputs() + 1 == digests.before.size());
}

TEST_CASE("another set-up is refused before the first callback, another strategy by the next digest") {
  const TemporaryFile file("other");
  World written(3);
  written.run.loop.write_journal(file.path());
  CHECK(written.run.run() == RunStatus::finished);
  World other(3, 1);
  CHECK(refusal_of(other, file.path()).find("is of a run with another set-up") != std::string::npos);
  CHECK(other.run.strategies[0]->log.empty());
  World changed(3);
  changed.draws.state += 1;
  CHECK(refusal_of(changed, file.path()).find("is of another run: ") != std::string::npos);
  CHECK_THROWS_WITH_AS(changed.run.run(), doctest::Contains("the run ended with an error"), Error);
}

TEST_CASE("other data, and a strategy that fails where it did not, are refused") {
  const TemporaryFile file("data");
  World written(4);
  written.run.loop.write_journal(file.path());
  CHECK(written.run.run() == RunStatus::finished);
  World other(4);
  auto* const rows = static_cast<std::vector<char>*>(other.run.memory[0].get());
  (*rows)[16] = static_cast<char>((*rows)[16] + 1);
  CHECK(refusal_of(other, file.path()).find("is of a run over other data: input ") != std::string::npos);
  World failing(4);
  failing.run.kernel().stop_on_error(0);
  CHECK(refusal_of(failing, file.path()).find(", where a strategy ended this run") != std::string::npos);
}

TEST_CASE("a run that a strategy ended is replayed to its end, and only there") {
  const TemporaryFile file("failed");
  World written(4);
  written.run.kernel().stop_on_error(0);
  written.run.loop.write_journal(file.path());
  CHECK(written.run.run() == RunStatus::strategy_failed);
  World replayed(4);
  replayed.run.kernel().stop_on_error(0);
  replayed.run.loop.replay_journal(file.path());
  CHECK(replayed.run.run() == RunStatus::strategy_failed);
  check_equal(written, replayed);
  World surviving(4);
  CHECK(refusal_of(surviving, file.path()).find("is of another run") != std::string::npos);
}

TEST_CASE("a run that was ended from outside, and one before its begin, are replayed as far as they went") {
  const TemporaryFile file("aborted");
  World written(5);
  written.run.loop.write_journal(file.path());
  CHECK(written.run.loop.run(700) == RunStatus::paused);
  written.run.loop.abort();
  World replayed(5);
  replayed.run.loop.replay_journal(file.path());
  CHECK(replayed.run.run() == RunStatus::stopped);
  check_equal(written, replayed);
  const TemporaryFile empty("empty");
  {
    JournalWriter writer(empty.path());
    writer.sync();
  }
  World none(5);
  none.run.loop.replay_journal(empty.path());
  CHECK(none.run.run() == RunStatus::stopped);
  CHECK(none.run.strategies[0]->log.empty());
  CHECK(none.run.loop.recorder().max_position(0, 0) == 0);
}

TEST_CASE("a journal with a right checksum and numbers that can not be is refused") {
  World written(6);
  const TemporaryFile file("sound");
  written.run.loop.write_journal(file.path());
  CHECK(written.run.run() == RunStatus::finished);
  std::vector<JournalFrame> frames;
  JournalReader reader(file.path());
  JournalFrame frame;
  while (reader.next(frame)) frames.push_back(frame);
  Draws draws{11};
  std::size_t refused = 0;
  for (int round = 0; round < 300; ++round) {
    const TemporaryFile changed("changed");
    {
      JournalWriter writer(changed.path());
      const std::size_t at = 1 + static_cast<std::size_t>(draws.below(static_cast<i64>(frames.size()) / 2));
      for (std::size_t i = 0; i < frames.size(); ++i) {
        JournalFrame copy = frames[i];
        const std::size_t words = words_of(copy.kind);
        if (i == at && words > 0)
          copy.words[static_cast<std::size_t>(draws.below(static_cast<i64>(words)))] ^= i64{1} << draws.below(64);
        writer.add(copy);
      }
    }
    World world(6);
    try {
      world.run.loop.replay_journal(changed.path());
      world.run.run();
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 200);
}
