// Measures a compiled market maker on recorded levels, with queue and latency model, without Python.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "../peers/market_maker.cpp"
#include "bindings/compiled_strategy.hpp"
#include "kernel/backtest_loop.hpp"
#include "workload_rows.hpp"

using namespace pytrader;

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A row of the shared workload: kind 1 a level's new total, 2 a trade (side: its aggressor), 4 a level of the snapshot.
struct WorkloadRow {
  i64 exch_ts, local_ts, px, qty;
  std::int32_t kind, side;
};

std::vector<L2Record> read_rows(const char* path, std::size_t most) {
  const std::vector<WorkloadRow> told = read_workload<WorkloadRow>(path, most);
  std::vector<L2Record> rows(told.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    const WorkloadRow& row = told[i];
    const bool trade = row.kind == 2;
    const i64 resting = (row.side == 1) == trade ? 2 : 1;
    rows[i] = {row.exch_ts, row.local_ts, static_cast<i64>(trade ? BookAction::trade : BookAction::replace),
               resting,     row.px,       row.qty,
               0,           kFlagLast};
  }
  return rows;
}

InstrumentDefinition instrument() {
  InstrumentDefinition definition;
  definition.symbol = "BENCH";
  definition.venue = "SIM";
  definition.quote_currency = "USD";
  definition.tick_size = Fixed{kFixedOne / 10, 1};
  definition.lot_size = Fixed{kFixedOne / 1000, 3};
  definition.multiplier = Fixed{kFixedOne, 0};
  return definition;
}

void measure(const std::vector<L2Record>& rows, i64 step_ns) {
  LoopConfig config;
  config.order_latency_ns = 1'000'000;
  BacktestLoop loop(config);
  State state{};
  state.step_ns = step_ns;
  state.quantity = 50;
  state.most = 1000;
  bindings::CompiledHandlers handlers;
  handlers.on_start = &market_maker_start;
  if (step_ns > 0) {
    handlers.on_timer = &market_maker_timer;
  } else {
    handlers.on_book = &market_maker_book;
  }
  handlers.on_fill = &market_maker_fill;
  bindings::CompiledStrategy strategy(handlers, &state);
  loop.kernel().add_instrument(instrument());
  loop.kernel().add_cash("USD", kFixedOne * 1'000'000'000);
  strategy.connect(loop.kernel(), loop.kernel().add_strategy(strategy.port(), RiskLimits{}));
  MarketStream stream;
  stream.name = "l2";
  stream.kind = StreamKind::l2;
  stream.rows = rows.size();
  for (std::size_t i = 0; i < column_count(stream.kind); ++i) {
    stream.columns[i] = {reinterpret_cast<const char*>(rows.data()) + 8 * i, sizeof(L2Record)};
  }
  loop.add_stream(stream);
  const double start = cpu_seconds();
  loop.run(UINT64_MAX);
  const double spent = cpu_seconds() - start;
  std::printf(
      "step %9lld ns: %5.1f M events/s, %5.1f ns an event; %lld calls, %lld requests, %lld fills, digest %016llx\n",
      static_cast<long long>(step_ns), static_cast<double>(rows.size()) / spent / 1e6,
      spent / static_cast<double>(rows.size()) * 1e9, static_cast<long long>(state.calls),
      static_cast<long long>(state.requests), static_cast<long long>(state.fills),
      static_cast<unsigned long long>(loop.kernel().digest()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "bench_market_maker L2.npy [ROWS]: the file is that of the shared bars_and_l2.py\n");
    return 2;
  }
  const std::vector<L2Record> rows = read_rows(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : SIZE_MAX);
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  for (int round = 0; round < rounds; ++round) {
    measure(rows, 10'000'000);
    measure(rows, 0);
  }
}
