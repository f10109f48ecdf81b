// What an order traded for is exact, however far beyond 64 bits it goes and comes back.
#include <limits>
#include <vector>

#include "../book/random_source.hpp"
#include "order_desk.hpp"

using namespace pytrader;
using pytrader::testing::RandomSource;

namespace {

constexpr i64 kMost = std::numeric_limits<i64>::max();

ExecutionReport correction(ClientOrderId id, ExecId exec_id, i64 last_px, i64 last_qty, u64 sequence) {
  ExecutionReport made = trade(id, exec_id, last_px, last_qty);
  made.exec_type = ExecType::trade_correct;
  made.sequence = sequence;
  return made;
}

}  // namespace

TEST_CASE("an order's value follows its trades beyond 64 bits and back, of either sign") {
  RandomSource random(11);
  for (int world = 0; world < 200; ++world) {
    Desk desk;
    const ClientOrderId id = desk.working(100, kMost);
    const Order& order = *desk.store.find(id);
    struct Trade {
      i64 price, quantity;
    };
    std::vector<Trade> trades;
    for (u64 step = 1; step <= 40; ++step) {
      const i64 size = i64{1} << random.below(57);
      const i64 price = (random.below(2) == 0 ? -1 : 1) * (i64{1} << random.below(63)) + static_cast<i64>(step);
      const std::size_t at = trades.empty() ? 0 : random.below(trades.size());
      const u64 kind = trades.empty() ? 0 : random.below(4);
      if (kind < 2) {
        trades.push_back({price, size});
        REQUIRE(desk.store.apply(trade(id, trades.size(), price, size), 4, desk.event) == Applied::taken);
      } else if (kind == 2 && trades[at].quantity != 0) {
        trades[at] = {price, size};
        REQUIRE(desk.store.apply(correction(id, at + 1, price, size, step), 4, desk.event) == Applied::taken);
      } else if (trades[at].quantity != 0) {
        trades[at].quantity = 0;
        ExecutionReport bust = report(id, ExecType::trade_cancel);
        bust.exec_id = at + 1;
        REQUIRE(desk.store.apply(bust, 4, desk.event) == Applied::taken);
      }
      i128 value = 0;
      i64 quantity = 0;
      for (const Trade& each : trades) {
        value += static_cast<i128>(each.price) * each.quantity;
        quantity += each.quantity;
      }
      REQUIRE(order.cum_value() == value);
      REQUIRE(order.cum_qty == quantity);
    }
  }
}

TEST_CASE("the values at the edges of 64 and 128 bits are told as they are") {
  for (const i64 price : {kMost, -kMost}) {
    for (const i64 quantity : {i64{1}, i64{2}, kMost}) {
      CAPTURE(price);
      CAPTURE(quantity);
      Desk desk;
      const ClientOrderId id = desk.working(100, kMost);
      REQUIRE(desk.store.apply(trade(id, 1, price, quantity), 4, desk.event) == Applied::taken);
      CHECK(desk.store.find(id)->cum_value() == static_cast<i128>(price) * quantity);
      // One lot more than 64 bits hold.
      const Applied beyond = desk.store.apply(trade(id, 2, price, kMost), 4, desk.event);
      CHECK(beyond == Applied::value_overflow);
      CHECK(desk.store.find(id)->cum_value() == static_cast<i128>(price) * quantity);
    }
  }
}

TEST_CASE("orders of ordinary values keep no rare facts, and take two cache lines") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  REQUIRE(desk.store.apply(trade(id, 1, -50, 4), 4, desk.event) == Applied::taken);
  CHECK(desk.store.find(id)->cum_value() == -200);
  CHECK(desk.store.find(id)->own_rare_facts == nullptr);
  REQUIRE(desk.store.apply(trade(id, 2, i64{1} << 62, 4), 4, desk.event) == Applied::taken);
  CHECK(desk.store.find(id)->own_rare_facts != nullptr);
  CHECK(desk.store.find(id)->cum_value() == (static_cast<i128>(1) << 64) - 200);
}

TEST_CASE("a refusal of a cancel that comes after the order's end is told, and does not open it") {
  Desk desk;
  const ClientOrderId id = desk.working(100, 10);
  const Order& order = *desk.store.find(id);
  ExecutionReport traded = trade(id, 1, 100, 2);
  traded.sequence = 6;
  REQUIRE(desk.store.apply(traded, 4, desk.event) == Applied::taken);
  REQUIRE(desk.store.apply_own(id, ExecType::pending_cancel, RejectReason::none, 5, desk.event) == Applied::taken);
  CHECK(order.asked_cancel() == 6);
  ExecutionReport expired = report(id, ExecType::expired);
  expired.sequence = 7;
  expired.quantity = 2;
  REQUIRE(desk.store.apply(expired, 6, desk.event) == Applied::taken);
  CHECK(order.asked_cancel() == 0);
  ExecutionReport refused = report(id, ExecType::cancel_rejected);
  refused.sequence = 8;
  refused.reason = RejectReason::unknown_order;
  CHECK(desk.store.apply(refused, 7, desk.event) == Applied::taken);
  CHECK(desk.event.exec_type == ExecType::cancel_rejected);
  CHECK(order.ord_status == OrderStatus::expired);
  CHECK(order.end_told == ReportRank{7, expired.ts_event});
  CHECK(desk.store.first_inconsistent() == 0);
}
