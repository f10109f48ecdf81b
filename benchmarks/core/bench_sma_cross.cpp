// Measures a crossing of averages on bars by compiled conditions, without Python: examples/cpp/sma_cross.cpp.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "../../examples/cpp/sma_cross.cpp"
#include "bindings/compiled_strategy.hpp"
#include "kernel/backtest_loop.hpp"
#include "workload_rows.hpp"

using namespace pytrader;

namespace {

constexpr i64 kMinute = 60'000'000'000;
constexpr i64 kDay = 1440 * kMinute;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A row of the shared workload: `ts` is the bar's opening time.
struct WorkloadRow {
  i64 ts, open, high, low, close, volume;
};

std::vector<BarRecord> read_rows(const char* path, std::size_t most) {
  const std::vector<WorkloadRow> told = read_workload<WorkloadRow>(path, most);
  std::vector<BarRecord> rows(told.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    const WorkloadRow& row = told[i];
    rows[i] = {row.ts + kMinute, row.ts + kMinute, row.ts, row.open, row.high, row.low, row.close, row.volume};
  }
  return rows;
}

InstrumentDefinition instrument() {
  InstrumentDefinition definition;
  definition.symbol = "KNOWN";
  definition.venue = "SIM";
  definition.quote_currency = "USD";
  definition.tick_size = Fixed{kFixedOne / 100, 2};
  definition.lot_size = definition.multiplier = Fixed{kFixedOne, 0};
  return definition;
}

// Without trading nobody listens.
void measure(const std::vector<BarRecord>& rows, bool trades) {
  LoopConfig config;
  config.equity_interval_ns = kDay;
  BacktestLoop loop(config);
  State state{10, 30, kMinute, 0};
  bindings::CompiledHandlers handlers;
  if (trades) {
    handlers.on_start = &sma_cross_start;
    handlers.on_condition = &sma_cross_condition;
  }
  bindings::CompiledStrategy strategy(handlers, &state);
  loop.kernel().add_instrument(instrument());
  loop.kernel().add_cash("USD", kFixedOne * 1'000'000);
  strategy.connect(loop.kernel(), loop.kernel().add_strategy(strategy.port(), RiskLimits{}));
  MarketStream stream;
  stream.name = "bars";
  stream.kind = StreamKind::bar;
  stream.duration_ns = kMinute;
  stream.rows = rows.size();
  for (std::size_t i = 0; i < column_count(stream.kind); ++i) {
    stream.columns[i] = {reinterpret_cast<const char*>(rows.data()) + 8 * i, sizeof(BarRecord)};
  }
  loop.add_stream(stream);
  const double start = cpu_seconds();
  loop.run(UINT64_MAX);
  const double spent = cpu_seconds() - start;
  std::printf("%-11s %5.1f M bars/s, %5.1f ns a bar; %llu fills, equity %lld cents, digest %016llx\n",
              trades ? "SMA cross:" : "no handler:", static_cast<double>(rows.size()) / spent / 1e6,
              spent / static_cast<double>(rows.size()) * 1e9,
              static_cast<unsigned long long>(loop.recorder().fill_count()),
              static_cast<long long>(loop.recorder().equity().back().equity),
              static_cast<unsigned long long>(loop.kernel().digest()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "bench_sma_cross BARS.npy [ROWS] [ROUNDS]: the file is that of the shared bars_and_l2.py\n");
    return 2;
  }
  const std::vector<BarRecord> rows = read_rows(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : SIZE_MAX);
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  for (int round = 0; round < rounds; ++round) {
    measure(rows, true);
    measure(rows, false);
  }
}
