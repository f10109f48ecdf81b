// All orders of a run: numbers them, folds events into them, and keeps the open ones of each strategy and instrument.
#pragma once

#include <memory>
#include <vector>

#include "execution/execution_ids.hpp"
#include "model/order.hpp"
#include "model/strategy_instrument_table.hpp"

namespace pytrader {

// What became of a report or request.
enum class Applied : u8 {
  taken,
  unknown_order,        // no order of this number
  illegal_transition,   // the state table forbids it in the order's status
  duplicate_execution,  // a trade with an exec_id that this order has had already
  overfill,             // a trade of more than leaves_qty
  bad_quantity,         // a trade or replace whose quantity is not above what it must be above
  value_overflow,       // cum_value would leave 128 bits
};
constexpr u8 kAppliedCount = 7;
const char* to_text(Applied applied) noexcept;

// Orders live for the whole run at stable addresses (a run's orders are its result). Whatever is refused changes
// nothing, leaves `out` alone and is counted.
class OrderStore {
 public:
  void add_strategy() { open_.add_strategy(); }
  void add_instrument() { open_.add_instrument(); }
  // Memory for this many orders and partial fills ahead of the run.
  void reserve(u64 orders, u64 partial_fills);

  // Numbers the order and keeps it as `initialized`; client_order_id of `order` is not read.
  // Throws Error(capacity) beyond 2^32 - 2 orders, Error(invalid_argument) for an unknown strategy or instrument.
  Order& create(const NewOrder& order, i64 ts);
  Order* find(ClientOrderId id) noexcept;
  const Order* find(ClientOrderId id) const noexcept;
  u64 size() const noexcept { return count_; }
  // What the order was submitted with beyond price and quantity; its stop price of now stands in the order.
  OrderTerms terms(const Order& order) const noexcept {
    return order.terms != 0 ? terms_[order.terms - 1] : OrderTerms{};
  }

  // A venue's word on an order.
  Applied apply(const ExecutionReport& report, i64 ts_init, OrderEvent& out);
  // What we ourselves say of an order: denied, emulated, released, pending_new, pending_cancel.
  Applied apply_own(ClientOrderId id, ExecType exec_type, RejectReason reason, i64 ts, OrderEvent& out);
  // pending_replace: the price and total quantity asked for stand in pending_price and pending_qty from now on.
  Applied request_replace(const ReplaceRequest& request, i64 ts, OrderEvent& out);

  // Open orders in the order in which they were submitted; 0 ends the walk.
  ClientOrderId first_open(StrategyIndex strategy, InstrumentIndex instrument) const noexcept;
  ClientOrderId next_open(ClientOrderId id) const noexcept;
  u32 open_count(StrategyIndex strategy, InstrumentIndex instrument) const noexcept;
  u32 open_count() const noexcept { return open_count_; }

  u64 refused(Applied applied) const noexcept { return refused_[static_cast<u8>(applied)]; }
  // The first order that breaks CumQty + LeavesQty = OrderQty, or stands wrongly among the open ones; 0 if all is well.
  // Walks all orders: for tests and debug runs.
  ClientOrderId first_inconsistent() const noexcept;

 private:
  struct OpenList {
    u32 head = 0;
    u32 tail = 0;
    u32 count = 0;
  };
  static constexpr u32 kChunkBits = 10;
  static constexpr u32 kChunkSize = 1u << kChunkBits;

  Order& at(u64 id) noexcept { return chunks_[(id - 1) >> kChunkBits][(id - 1) & (kChunkSize - 1)]; }
  const Order& at(u64 id) const noexcept { return chunks_[(id - 1) >> kChunkBits][(id - 1) & (kChunkSize - 1)]; }
  Applied refuse(Applied why) noexcept;
  Applied apply_trade(Order& order, const ExecutionReport& report, Transition& next);
  void apply_trigger(Order& order, const ExecutionReport& report) noexcept;
  Applied apply_restatement(Order& order, const ExecutionReport& report, Transition& next);
  void move_to(Order& order, OrderStatus next);
  void link(Order& order);
  void unlink(Order& order);

  std::vector<std::unique_ptr<Order[]>> chunks_;
  std::vector<OrderTerms> terms_;  // of the orders that have any
  u64 count_ = 0;
  u32 open_count_ = 0;
  StrategyInstrumentTable<OpenList> open_;
  ExecutionIds execution_ids_;
  u64 refused_[kAppliedCount] = {};
};

}  // namespace pytrader
