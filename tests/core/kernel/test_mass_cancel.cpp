// One command that cancels more orders than events may wait for a callback to return.
#include <vector>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

constexpr i64 kRows = 5;
constexpr i64 kARow = 40'000;

// Rests kARow orders on each of the first rows, and cancels all of them on the last but one.
struct Crowd {
  explicit Crowd(i64 latency_ns, u16 flags = 0) : run(config(latency_ns), false) {
    strategy = &run.add_strategy(kEveryKind);
    std::vector<QuoteRecord> rows;
    for (i64 i = 0; i < kRows + 2; ++i) rows.push_back(quote_row(1'000 * i, 99, 101));
    run.add_stream<QuoteRecord>(StreamKind::quote, std::move(rows));
    strategy->on_callback = [this, flags](const Callback& callback) {
      if (callback.kind == CallbackKind::quote && callback.ts < 1'000 * kRows) {
        for (i64 i = 0; i < kARow; ++i) rest(i, flags);
      }
      if (callback.kind == CallbackKind::quote && callback.ts == 1'000 * kRows) cancel_all();
      if (again && callback.kind == CallbackKind::order_event && callback.order_event->client_order_id == 5 &&
          callback.order_event->exec_type == ExecType::canceled) {
        again = false;
        cancel_all();
      }
      return true;
    };
  }
  void rest(i64 number, u16 flags) {
    NewOrder order = run.limit(Side::buy, 10 + number % 50, 1);
    if (flags != 0 && number % 2 == 0) {
      order = run.limit(Side::buy, kNoPrice, 1);
      order.order_type = OrderType::stop;
      order.terms.stop_price = 200;
      order.flags = flags;
    }
    run.kernel().submit(order);
  }
  void cancel_all() {
    std::vector<ClientOrderId> open;
    for (ClientOrderId id = run.kernel().orders().first_open(0, 0); id != 0; id = run.kernel().orders().next_open(id)) {
      if (run.kernel().order(id)->ord_status != OrderStatus::pending_cancel) open.push_back(id);
    }
    asked.push_back(run.kernel().cancel_all(0, open));
    waiting.push_back(0);
    for (const ClientOrderId id : open) waiting.back() += run.kernel().order(id)->has(kToCancel) ? 1 : 0;
    // The command counts once, so that others are left.
    CHECK(run.kernel().submit(run.limit(Side::sell, 500, 1)) != 0);
  }
  u64 count(ExecType exec_type) const {
    u64 found = 0;
    for (const OrderEvent& event : strategy->events) found += event.exec_type == exec_type ? 1 : 0;
    return found;
  }
  static LoopConfig config(i64 latency_ns) {
    LoopConfig made;
    made.order_latency_ns = latency_ns;
    return made;
  }

  ScriptedRun run;
  ScriptedStrategy* strategy = nullptr;
  std::vector<u64> asked;
  std::vector<u64> waiting;
  bool again = false;
};

}  // namespace

TEST_CASE("one command cancels more orders than events may wait") {
  for (const i64 latency_ns : {i64{0}, i64{10}}) {
    CAPTURE(latency_ns);
    Crowd crowd(latency_ns);
    CHECK(crowd.run.run() == RunStatus::finished);
    CHECK(crowd.asked == std::vector<u64>{kRows * kARow});
    CHECK(crowd.waiting[0] > 0);
    CHECK(crowd.waiting[0] < kRows * kARow);
    CHECK(crowd.count(ExecType::pending_cancel) == kRows * kARow);
    CHECK(crowd.count(ExecType::canceled) == kRows * kARow);
    CHECK(crowd.run.kernel().orders().open_count() == 1);
    // Asked for in the order of their numbers, all at the time of the command.
    ClientOrderId last = 0;
    for (const OrderEvent& event : crowd.strategy->events) {
      if (event.exec_type != ExecType::pending_cancel) continue;
      CHECK(event.client_order_id == ++last);
      CHECK(event.ts_event == 1'000 * kRows);
    }
    CHECK(crowd.run.kernel().check());
  }
}

TEST_CASE("orders that the core holds are canceled along, and equal runs have equal digests") {
  u64 digests[2] = {};
  for (u64& digest : digests) {
    Crowd crowd(0, kEmulate);
    CHECK(crowd.run.run() == RunStatus::finished);
    CHECK(crowd.count(ExecType::canceled) == kRows * kARow);
    CHECK(crowd.count(ExecType::pending_cancel) == kRows * kARow / 2);
    CHECK(crowd.run.kernel().orders().open_count() == 1);
    digest = crowd.run.kernel().digest();
  }
  CHECK(digests[0] == digests[1]);
}

TEST_CASE("a second mass cancel asks for nothing that the first is still to ask for") {
  Crowd crowd(0, kEmulate);
  crowd.again = true;
  CHECK(crowd.run.run() == RunStatus::finished);
  REQUIRE(crowd.asked.size() == 2);
  CHECK(crowd.asked[1] <= crowd.waiting[0] + 1);
  CHECK(crowd.count(ExecType::pending_cancel) == kRows * kARow / 2 + 1);
  CHECK(crowd.count(ExecType::canceled) == kRows * kARow + 1);
  CHECK(crowd.run.kernel().orders().open_count() == 1);
}
