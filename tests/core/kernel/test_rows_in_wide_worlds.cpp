// Whole records of runs are the same whether rows are taken in blocks or one by one.
// Orders, events, fills with mids, equity, money events, snapshots; several instruments and connections, drawn
// latencies, marks, phases, money events, warm-up, an exchange.
#include <cstring>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "model/money_events.hpp"
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
  bool one_in(i64 times) { return below(times) == 0; }
};

constexpr i64 kLast = 12'000;  // nanoseconds of a world
constexpr i64 kBar = 100;

// A clock that stands still, goes on by little, or leaps, and a price that walks.
struct Market {
  explicit Market(u64 seed) : draws{seed} {}
  bool goes_on() {
    ts += draws.one_in(3) ? 0 : 1 + draws.below(draws.one_in(30) ? 900 : 25);
    mid += draws.below(3) - 1;
    received = ts + (draws.one_in(4) ? draws.below(40) : 0);
    return ts < kLast;
  }
  Draws draws;
  i64 ts = 0;
  i64 mid = 1000;
  i64 received = 0;
};

// Rows of a book that change no level near the touch, or that are wrong.
L2Record odd_row(Draws& draws, L2Record row) {
  const i64 what = draws.below(12);
  if (what == 0) row.action = static_cast<i64>(BookAction::erase);
  if (what == 1) row.action = draws.below(10);
  if (what == 2) row.side = draws.below(5) * (draws.one_in(2) ? 1 : 257);
  if (what == 3) row.quantity = -row.quantity;
  if (what == 4) row.order_count = i64{1} << (31 + draws.below(32));
  if (what == 5) row.price += 64 * (draws.below(80) - 40);
  if (what == 6) row.price += draws.below(12) - 6;  // crosses
  if (what == 7) row.price = draws.one_in(2) ? -(i64{1} << 40) : i64{1} << 40;
  if (what == 8) row.action = static_cast<i64>(BookAction::clear);
  if (what > 8) row.quantity = 0;
  return row;
}

std::vector<L2Record> level_rows(u64 seed) {
  const bool odd = seed % 3 == 0;
  std::vector<L2Record> rows;
  for (Market at(seed); at.goes_on();) {
    const i64 side = 1 + at.draws.below(2);
    const i64 price = side == 1 ? at.mid - 1 - at.draws.below(4) : at.mid + 1 + at.draws.below(4);
    const auto action = at.draws.one_in(6) ? BookAction::trade : BookAction::replace;
    rows.push_back({at.ts, at.received, static_cast<i64>(action), side, price, 1 + at.draws.below(20), 0,
                    at.draws.one_in(5) ? 0 : kFlagLast});
    if (at.draws.one_in(5)) rows.back().quantity = 0;
    if (odd && at.draws.one_in(3)) rows.back() = odd_row(at.draws, rows.back());
  }
  if (seed % 40 == 0) rows[rows.size() / 2].price = kMaxNumber + 1;  // refused
  return rows;
}

std::vector<QuoteRecord> quote_rows(u64 seed) {
  std::vector<QuoteRecord> rows;
  for (Market at(seed); at.goes_on();) {
    rows.push_back(
        {at.ts, at.received, at.mid - 1 - at.draws.below(2), at.mid + 1, at.draws.below(20), 1 + at.draws.below(20)});
  }
  return rows;
}

std::vector<TradeRecord> trade_rows(u64 seed) {
  std::vector<TradeRecord> rows;
  for (Market at(seed); at.goes_on();) {
    rows.push_back({at.ts, at.received, at.mid, 1 + at.draws.below(5), at.draws.below(3), 0});
  }
  return rows;
}

std::vector<BarRecord> bar_rows(u64 seed) {
  std::vector<BarRecord> rows;
  Market at(seed);
  for (i64 open = 0; open + kBar < kLast && at.goes_on(); open += kBar) {
    const i64 close = at.mid + at.draws.below(3) - 1;
    rows.push_back({open + kBar, open + kBar, open, at.mid, at.mid + 3, at.mid - 3, close, at.draws.below(9)});
  }
  return rows;
}

std::vector<MarkRecord> mark_rows(u64 seed) {
  std::vector<MarkRecord> rows;
  for (Market at(seed); at.goes_on(); at.ts += 150) rows.push_back({at.ts, at.received, at.mid, at.mid});
  return rows;
}

std::vector<StatusRecord> status_rows(u64 seed) {
  std::vector<StatusRecord> rows;
  bool trades = false;
  for (Market at(seed); at.goes_on(); at.ts += 1'500, trades = !trades) {
    const TradingPhase phase = trades ? TradingPhase::continuous : TradingPhase::halt;
    rows.push_back({at.ts, at.received, static_cast<i64>(phase)});
  }
  return rows;
}

std::vector<CashEventRecord> cash_rows(u64 seed) {
  const CashEventKind kinds[] = {CashEventKind::funding, CashEventKind::dividend, CashEventKind::borrow,
                                 CashEventKind::rollover};
  std::vector<CashEventRecord> rows;
  for (Market at(seed); at.goes_on(); at.ts += 700) {
    CashEventRecord record{};
    record.ts_event = at.ts;
    record.ts_init = at.received;
    record.kind = static_cast<i64>(kinds[at.draws.below(4)]);
    record.amount = 1 + at.draws.below(9);
    record.amount_decimals = 3;
    record.per = 1;
    rows.push_back(record);
  }
  return rows;
}

// All that a run leaves behind, as bytes.
struct Outcome {
  u64 digest = 0;
  u64 events = 0;
  i64 now = 0;
  std::string error;
  std::vector<std::string> log;
  std::string record;
  std::size_t fills = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

template <class Rows>
void append(std::string& out, const Rows& rows) {
  out += std::to_string(rows.size()) + ":";
  if (!rows.empty()) out.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(rows[0]));
}

std::string text_of(const Snapshot& snapshot) {
  std::string text = "@" + std::to_string(snapshot.ts);
  for (const PositionState& position : snapshot.positions) text += " p" + std::to_string(position.quantity);
  for (const Order& order : snapshot.orders) {
    text += " o" + std::to_string(order.client_order_id) + "/" + std::to_string(order.cum_qty);
  }
  for (const QuoteRecord& quote : snapshot.quotes) {
    text += " q" + std::to_string(quote.bid_price) + "x" + std::to_string(quote.ask_quantity);
  }
  for (const CashAccount& account : snapshot.accounts) text += " c" + std::to_string(static_cast<i64>(account.cash));
  return text;
}

// What the strategies' side knows of each market.
void append_books(std::string& out, const Kernel& kernel) {
  for (InstrumentIndex index = 0; index < kernel.instrument_count(); ++index) {
    const InstrumentMarket& market = kernel.market(index);
    const QuoteRecord& quote = market.quote;
    for (i64 value : {quote.ts_event, quote.ts_init, quote.bid_price, quote.ask_price, quote.bid_quantity,
                      quote.ask_quantity, market.last_price, i64{market.printed}, i64{market.quoted}}) {
      out += std::to_string(value) + ",";
    }
    if (!market.l2_book) continue;
    market.l2_book->check();
    for (const Side side : {Side::buy, Side::sell}) {
      market.l2_book->walk(side, [&out](const LevelTotals& level) {
        out += std::to_string(level.price) + "x" + std::to_string(level.quantity) + "x" +
               std::to_string(level.order_count) + " ";
        return true;
      });
    }
    for (std::size_t fault = 0; fault < kBookFaultKinds; ++fault) {
      out += std::to_string(market.l2_book->faults()[static_cast<BookFault>(fault)]) + ";";
    }
  }
}

Outcome outcome_of(ScriptedRun& run, std::string snapshots, std::string error) {
  const Recorder& recorder = run.loop.recorder();
  Outcome outcome{run.kernel().digest(), run.loop.events(),    run.loop.now(), std::move(error), {},
                  std::move(snapshots),  recorder.fill_count()};
  for (const auto& strategy : run.strategies) {
    outcome.log.insert(outcome.log.end(), strategy->log.begin(), strategy->log.end());
  }
  append_books(outcome.record, run.kernel());
  append(outcome.record, run.orders());
  append(outcome.record, run.order_events());
  append(outcome.record, run.fills());
  append(outcome.record, recorder.equity());
  append(outcome.record, recorder.cash_events());
  return outcome;
}

LatencyChoice drawn(u64 seed, i64 most) {
  LatencyChoice choice;
  choice.kind = LatencyKind::uniform;
  choice.maximum_ns = most;
  choice.seed = seed;
  return choice;
}

// Instrument 0 by levels or bars, 1 by quotes and trades, with what the seed adds to them.
void add_market(ScriptedRun& run, u64 seed) {
  Draws draws{seed ^ 0x11};
  if (draws.one_in(3)) {
    run.add_stream<BarRecord>(StreamKind::bar, bar_rows(seed + 1), kBar, true);
  } else {
    run.add_stream<L2Record>(StreamKind::l2, level_rows(seed + 1), 0, true);
  }
  const InstrumentIndex other = run.kernel().add_instrument(unit_instrument("OTHER"));
  run.add_stream_of<QuoteRecord>(other, StreamKind::quote, quote_rows(seed + 2), 0, true);
  if (draws.one_in(2)) run.add_stream_of<TradeRecord>(other, StreamKind::trade, trade_rows(seed + 2), 0, true);
  if (draws.one_in(2)) run.add_stream<MarkRecord>(StreamKind::mark, mark_rows(seed + 3), 0, true);
  if (draws.one_in(2)) run.add_stream<StatusRecord>(StreamKind::status, status_rows(seed + 4), 0, true);
  if (draws.one_in(2)) run.add_stream_of<CashEventRecord>(other, StreamKind::cash_event, cash_rows(seed + 5), 0, true);
  if (draws.one_in(3)) {
    const InstrumentIndex traded = run.kernel().add_instrument(unit_instrument("EXCHANGE"));
    run.loop.add_exchange(traded, {});
    run.loop.extend(100, kLast + 500);
  }
}

// What a strategy does now and then: an order anywhere, a cancel, a replace, a timer.
void act(ScriptedRun& run, Draws& draws, StrategyIndex strategy, i64 ts) {
  Kernel& kernel = run.kernel();
  const Side side = draws.one_in(2) ? Side::buy : Side::sell;
  const i64 what = draws.below(6);
  const auto id = static_cast<ClientOrderId>(1 + draws.below(60));
  NewOrder order =
      what < 2 ? run.market(side, 1 + draws.below(4)) : run.limit(side, 994 + draws.below(12), 1 + draws.below(9));
  order.instrument = static_cast<InstrumentIndex>(draws.below(static_cast<i64>(kernel.instrument_count())));
  order.strategy = strategy;
  if (what == 0 || what == 2 || what == 3) kernel.submit(order);
  const Order* const known = kernel.orders().find(id);
  if (what == 4 && known != nullptr && known->strategy == strategy) kernel.cancel({id, strategy});
  if (what == 5) kernel.set_timer(strategy, ts + draws.below(400), 0, 1);
}

LoopConfig config_of(u64 seed) {
  LoopConfig config;
  config.record_events = true;
  config.equity_interval_ns = seed % 2 == 0 ? 350 : 0;
  config.start_ts = seed % 4 == 0 ? 2'000 : INT64_MIN;
  config.feed_latency_ns = seed % 5 == 0 ? 9 : 0;
  config.order_latency_ns = seed % 3 == 0 ? 13 : 0;
  return config;
}

Outcome run_world(u64 seed, bool one_by_one, u64 steps_at_once) {
  Draws draws{seed ^ 0xABCDEF};
  ScriptedRun run(config_of(seed), one_by_one);
  run.layout = static_cast<ScriptedRun::Layout>(draws.below(4) % 3);
  add_market(run, seed);
  if (draws.one_in(2)) run.loop.set_feed_latency(drawn(seed, 30));
  if (draws.one_in(2)) run.loop.set_request_latency(RequestKind::submit, drawn(seed + 1, 50));
  if (draws.one_in(2)) run.loop.set_response_latency(drawn(seed + 2, 40));
  if (draws.one_in(2)) {
    const InstrumentIndex reached[] = {static_cast<InstrumentIndex>(draws.below(2))};
    const u32 own = run.loop.add_connection(reached);
    if (draws.one_in(2)) run.loop.set_feed_latency(drawn(seed + 3, 60), own);
    if (draws.one_in(2)) run.loop.set_request_latency(RequestKind::submit, drawn(seed + 4, 90), own);
    if (draws.one_in(2)) run.loop.set_response_latency(drawn(seed + 5, 70), own);
  }
  const u32 deaf = mask_of(CallbackKind::timer) | mask_of(CallbackKind::start) | mask_of(CallbackKind::fill);
  const u32 ears[] = {deaf, deaf | mask_of(CallbackKind::order_event), deaf | mask_of(CallbackKind::trade),
                      kEveryKind | deaf};
  for (StrategyIndex strategy = 0; strategy < 2; ++strategy) {
    ScriptedStrategy& one = run.add_strategy(ears[draws.below(strategy == 0 ? 3 : 4)]);
    one.on_callback = [&run, &draws, strategy](const Callback& callback) {
      if (callback.kind == CallbackKind::start) run.kernel().set_timer(strategy, callback.ts + 50, 217, 0);
      if (callback.kind == CallbackKind::stop) return true;
      if (draws.one_in(3)) act(run, draws, strategy, callback.ts);
      return true;
    };
  }
  std::string snapshots;
  std::string error;
  try {
    while (run.loop.run(steps_at_once) == RunStatus::paused) {
    }
    run.loop.publish();
    run.loop.recorder().snapshots().read([&](const Snapshot& snapshot, u64) { snapshots = text_of(snapshot); });
  } catch (const Error& failure) {
    error = failure.what();
  }
  return outcome_of(run, std::move(snapshots), std::move(error));
}

}  // namespace

TEST_CASE("rows in blocks and rows one by one leave the same record in worlds of several instruments") {
  std::size_t fills = 0;
  std::size_t finished = 0;
  for (u64 seed = 1; seed <= 120; ++seed) {
    CAPTURE(seed);
    const Outcome one_by_one = run_world(seed, true, UINT64_MAX);
    CHECK(run_world(seed, false, UINT64_MAX) == one_by_one);
    CHECK(run_world(seed, false, 7) == one_by_one);
    fills += one_by_one.fills;
    finished += one_by_one.error.empty() ? 1 : 0;
  }
  CHECK(fills > 3'000);
  CHECK(finished >= 117);
}
