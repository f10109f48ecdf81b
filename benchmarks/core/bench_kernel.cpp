// Measures nanoseconds of thread CPU time for each row through the loop and the kernel, without a handler.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "kernel/backtest_loop.hpp"

using namespace pytrader;

namespace {

i64 cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<i64>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

u64 mix(u64& state) {
  state += 0x9E3779B97F4A7C15ULL;
  u64 mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

template <class Record>
MarketStream stream_of(const std::vector<Record>& rows, StreamKind kind) {
  MarketStream stream;
  stream.name = to_text(kind);
  stream.kind = kind;
  stream.rows = rows.size();
  for (std::size_t i = 0; i < column_count(kind); ++i) {
    if (i != 1) stream.columns[i] = {reinterpret_cast<const char*>(rows.data()) + 8 * i, sizeof(Record)};
  }
  return stream;
}

InstrumentDefinition instrument() {
  InstrumentDefinition definition;
  definition.symbol = "BENCH";
  definition.venue = "SIM";
  definition.quote_currency = "USD";
  definition.tick_size = definition.lot_size = definition.multiplier = Fixed{kFixedOne, 0};
  return definition;
}

std::vector<QuoteRecord> quotes(std::size_t count) {
  std::vector<QuoteRecord> rows;
  u64 state = 1;
  i64 mid = 100'000;
  for (std::size_t i = 0; i < count; ++i) {
    mid += static_cast<i64>(mix(state) % 3) - 1;
    const i64 ts = static_cast<i64>(i) * 1000;
    rows.push_back(
        {ts, ts, mid - 1, mid + 1, 1 + static_cast<i64>(mix(state) % 50), 1 + static_cast<i64>(mix(state) % 50)});
  }
  return rows;
}

// Adds, cancels and executions around a slowly moving mid; about 2,000 orders rest.
std::vector<L3Record> orders(std::size_t count) {
  struct Live {
    u64 id;
    i64 side, price, quantity;
  };
  std::vector<L3Record> rows;
  std::vector<Live> live;
  u64 state = 7;
  u64 last_id = 0;
  i64 mid = 100'000;
  const auto put = [&](BookAction action, const Live& order, i64 quantity) {
    const i64 ts = static_cast<i64>(rows.size()) * 1000;
    rows.push_back({ts, ts, static_cast<i64>(action), order.side, order.price, quantity, order.id, kFlagLast});
  };
  while (rows.size() < count) {
    const u64 what = mix(state) % 100;
    if (live.size() < 1000 || (what < 48 && live.size() < 4000)) {
      const i64 side = 1 + static_cast<i64>(mix(state) % 2);
      const i64 away = 1 + static_cast<i64>(mix(state) % 20);
      live.push_back({++last_id, side, side == 1 ? mid - away : mid + away, 1 + static_cast<i64>(mix(state) % 100)});
      put(BookAction::add, live.back(), live.back().quantity);
      continue;
    }
    const std::size_t at = mix(state) % live.size();
    Live& order = live[at];
    if (what < 90) {
      put(BookAction::erase, order, 0);
    } else {
      const i64 quantity = 1 + static_cast<i64>(mix(state) % static_cast<u64>(order.quantity));
      put(BookAction::execute, order, quantity);
      order.quantity -= quantity;
      if (order.quantity > 0) continue;
    }
    order = live.back();
    live.pop_back();
  }
  return rows;
}

struct RestingFarAway {
  Kernel* kernel = nullptr;
  i64 wanted = 0;
  static bool deliver(void* context, const Callback& callback) {
    auto& self = *static_cast<RestingFarAway*>(context);
    if (callback.kind != CallbackKind::timer) return true;
    for (i64 i = 0; i < 50'000 && self.wanted > 0; ++i, --self.wanted) {
      const i64 price = 50'000 - self.wanted % 1000;
      self.kernel->submit({0, price, 1, 0, 0, 0, Side::buy, OrderType::limit, TimeInForce::gtc, 0});
    }
    return true;
  }
};

template <class Record>
double ns_per_row(const std::vector<Record>& rows, StreamKind kind, i64 far_orders) {
  BacktestLoop loop({});
  RestingFarAway strategy;
  strategy.kernel = &loop.kernel();
  strategy.wanted = far_orders;
  loop.kernel().add_instrument(instrument());
  loop.kernel().add_cash("USD", kFixedOne * 1'000'000'000'000);
  loop.kernel().add_strategy({&strategy, &RestingFarAway::deliver, mask_of(CallbackKind::timer)}, RiskLimits{});
  loop.add_stream(stream_of(rows, kind));
  loop.run(1000);
  for (i64 i = 0; i < far_orders; i += 50'000) loop.kernel().set_timer(0, loop.now() + 1 + i, 0, 0);
  loop.run(rows.size() / 10);
  const u64 before = loop.events();
  const i64 start = cpu_ns();
  loop.run(rows.size() * 8 / 10);
  const double spent = static_cast<double>(cpu_ns() - start);
  return spent / static_cast<double>(loop.events() - before);
}

template <class Record>
void measure(const char* name, const std::vector<Record>& rows, StreamKind kind) {
  double plain = 1e9;
  double loaded = 1e9;
  for (int round = 0; round < 7; ++round) {
    plain = std::min(plain, ns_per_row(rows, kind, 0));
    loaded = std::min(loaded, ns_per_row(rows, kind, 100'000));
  }
  std::printf("%-6s %6.1f ns a row; with 100,000 own orders far away %6.1f ns (%+.1f %%)\n", name, plain, loaded,
              100.0 * (loaded / plain - 1.0));
}

}  // namespace

int main(int argc, char**) {
  const std::size_t rows = argc > 1 ? 20'000 : 2'000'000;  // any argument: a short run that proves that it works
  measure("quotes", quotes(rows), StreamKind::quote);
  measure("l3", orders(rows), StreamKind::l3);
}
