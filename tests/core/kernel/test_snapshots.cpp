// Snapshots for other threads are whole, however many threads read while the writer goes on.
#include <atomic>
#include <thread>
#include <vector>

#include "doctest/doctest.h"
#include "kernel/versions.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

struct Sums {
  std::vector<u64> numbers;
  u64 sum = 0;
};

}  // namespace

TEST_CASE("before the first version there is nothing to read") {
  const Versions<int> versions;
  CHECK_FALSE(versions.read([](int, u64) {}));
}

TEST_CASE("a reader gets the latest version and its number") {
  Versions<int> versions;
  for (int i = 1; i <= 20; ++i) CHECK(versions.publish([i](int& value) { value = i; }));
  int seen = 0;
  u64 version = 0;
  CHECK(versions.read([&](int value, u64 number) {
    seen = value;
    version = number;
  }));
  CHECK(seen == 20);
  CHECK(version == 20);
}

TEST_CASE("the writer never waits: with readers in every other copy it publishes nothing, and says so") {
  Versions<int, 2> versions;
  CHECK(versions.publish([](int& value) { value = 1; }));
  bool published = true;
  versions.read([&](int, u64) {
    CHECK(versions.publish([](int& value) { value = 2; }));       // into the other copy
    published = versions.publish([](int& value) { value = 3; });  // back into the one that is being read
  });
  CHECK_FALSE(published);
  CHECK(versions.publish([](int& value) { value = 4; }));
}

TEST_CASE("versions read in many threads are whole and never go back") {
  Versions<Sums> versions;
  std::atomic<bool> over{false};
  std::atomic<u64> torn{0};
  std::atomic<u64> reads{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&] {
      u64 last = 0;
      // Reads once more after the last version was published, which nothing can keep it from.
      for (bool done = false; !done;) {
        done = over.load();
        versions.read([&](const Sums& sums, u64 version) {
          u64 sum = 0;
          for (const u64 number : sums.numbers) sum += number;
          if (sum != sums.sum || version < last) ++torn;
          last = version;
          ++reads;
        });
      }
    });
  }
  u64 published = 0;
  for (u64 round = 1; round <= 20'000; ++round) {
    published += versions.publish([round](Sums& sums) {
      sums.numbers.assign(round % 50, round);
      sums.sum = round * (round % 50);
    });
  }
  over = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(published > 0);
  CHECK(reads >= readers.size());
}

TEST_CASE("snapshots of a run agree in themselves while threads read them") {
  LoopConfig config;
  config.snapshot_interval_ns = 1;
  ScriptedRun run(config, false);
  ScriptedStrategy& strategy = run.add_strategy();
  std::vector<QuoteRecord> rows;
  for (i64 ts = 1; ts <= 5'000; ++ts) rows.push_back(quote_row(ts * 10, ts, ts + 1));
  run.add_stream<QuoteRecord>(StreamKind::quote, rows);
  strategy.on_callback = [&run](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    run.kernel().publish(0, std::to_string(callback.ts));
    run.kernel().submit(run.market(callback.ts % 100 < 50 ? Side::buy : Side::sell, 1));
    return true;
  };
  std::atomic<bool> over{false};
  std::atomic<u64> wrong{0};
  std::vector<std::thread> readers;
  const Snapshots& snapshots = run.loop.recorder().snapshots();
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      i64 last = 0;
      while (!over.load()) {
        snapshots.read([&](const Snapshot& snapshot, u64) {
          // The best bid is a tenth of the time at which it and the strategy's word were said.
          const i64 said = snapshot.strategies[0].published.empty() ? 0 : std::stoll(snapshot.strategies[0].published);
          const CashAccount& account = snapshot.accounts[0];
          if (snapshot.quotes[0].bid_price * 10 != said || snapshot.ts < last ||
              account.cash != account.opening + account.realized_pnl - account.fees - account.open_cost ||
              account.open_cost != snapshot.positions[0].cost) {
            ++wrong;
          }
          last = snapshot.ts;
        });
      }
    });
  }
  CHECK(run.run() == RunStatus::finished);
  over = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("a snapshot shows open orders, and publishing changes nothing of the run") {
  u64 digests[2];
  for (const bool asked : {false, true}) {
    ScriptedRun run;
    ScriptedStrategy& strategy = run.add_strategy();
    run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(1, 99, 101), quote_row(2, 99, 101)});
    strategy.on_callback = [&run, done = false](const Callback& callback) mutable {
      if (callback.kind == CallbackKind::quote && !done) run.kernel().submit(run.limit(Side::buy, 90, 5));
      done = done || callback.kind == CallbackKind::quote;
      return true;
    };
    CHECK(run.loop.run(1) == RunStatus::paused);
    if (asked) {
      CHECK(run.loop.publish());
      run.loop.recorder().snapshots().read([](const Snapshot& snapshot, u64 version) {
        CHECK(version == 1);
        REQUIRE(snapshot.orders.size() == 1);
        CHECK(snapshot.orders[0].price == 90);
        CHECK(snapshot.strategies[0].state == StrategyState::running);
      });
    }
    run.run();
    digests[asked] = run.kernel().digest();
  }
  CHECK(digests[0] == digests[1]);
}
