// All orders of a run: numbers them, folds what is said of them in whatever order it comes, and lists the open ones.
#pragma once

#include <algorithm>
#include <vector>

#include "execution/order_index.hpp"
#include "execution/refused_reports.hpp"
#include "execution/told_trades.hpp"
#include "model/order.hpp"

namespace pytrader {

// What a report did to the trades of an order, for whoever books them.
struct TradeChange {
  enum class Kind : u8 {
    none,
    told,       // a trade that counts from now on
    corrected,  // a trade that counted has another price or quantity
    busted,     // a trade that counted counts no more
    placed,     // a trade that a correction told of first: now it is known when it happened
  };
  Kind kind = Kind::none;
  ExecId exec_id = 0;
  ReportRank placed;  // when the trade happened, as far as is known
  ReportRank before;  // placed only: what was taken for it
  i64 price = 0;      // of the trade as it counts now
  i64 quantity = 0;   // 0 for a bust
};

// Orders live for the whole run at stable addresses (a run's orders are its result). The state of an order follows from
// the facts that were told, not from the order in which they came: docs/orders.md has the rules. Whatever is refused
// changes nothing of the order, leaves `out` alone, and is recorded.
class OrderStore {
 public:
  OrderStore() noexcept : index_(orders_) {}
  OrderStore(const OrderStore&) = delete;
  OrderStore& operator=(const OrderStore&) = delete;

  void add_strategy() { index_.add_strategy(); }
  void add_instrument() { index_.add_instrument(); }
  // Memory for this many orders and trades ahead of the run.
  void reserve(u64 orders, u64 trades);

  // Numbers the order and keeps it as `initialized`; client_order_id of `order` is not read.
  // `place` is its place in its list. Throws Error(capacity) beyond 2^32 - 2 orders, Error(invalid_argument) for an
  // unknown strategy or instrument.
  Order& create(const NewOrder& order, i64 ts, u8 place = 0);
  // Throws what create() would of an order that comes after so many others.
  void check_new(const NewOrder& order, u64 before = 0) const {
    if (!index_.has(order.strategy, order.instrument) || orders_.size() + before >= kMaxOrders) [[unlikely]]
      refuse_new(order);
  }
  Order* find(ClientOrderId id) noexcept { return id - 1 < orders_.size() ? &orders_[id] : nullptr; }
  const Order* find(ClientOrderId id) const noexcept { return id - 1 < orders_.size() ? &orders_[id] : nullptr; }
  u64 size() const noexcept { return orders_.size(); }
  // What the order was submitted with beyond price and quantity; its stop price of now stands in the order.
  OrderTerms terms(const Order& order) const noexcept {
    const u32 row = order.rare_facts().terms;
    return row != 0 ? terms_[row - 1] : OrderTerms{};
  }
  // How far beyond its stop price a trailing stop-limit order gets its limit; 0 of others.
  i64 limit_offset(const Order& order) const noexcept {
    return order.order_type == OrderType::trailing_stop_limit ? terms(order).limit_offset : 0;
  }

  // A venue's word on an order, or the core's on one that it holds. `change` is set whatever comes back: a trade can be
  // placed by a report that says nothing else.
  Applied apply(const ExecutionReport& report, i64 ts_init, OrderEvent& out, TradeChange& change);
  Applied apply(const ExecutionReport& report, i64 ts_init, OrderEvent& out) {
    TradeChange change;
    return apply(report, ts_init, out, change);
  }
  // What we ourselves say of an order: denied, emulated, released, pending_new, pending_cancel.
  Applied apply_own(ClientOrderId id, ExecType exec_type, RejectReason reason, i64 ts, OrderEvent& out);
  // pending_replace: the price and total quantity asked for stand in pending_price and pending_qty from now on.
  Applied request_replace(const ReplaceRequest& request, i64 ts, OrderEvent& out);

  // Open orders in the order in which they opened; 0 ends the walk.
  ClientOrderId first_open(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return index_.has(strategy, instrument) ? index_.first(index_.open(strategy, instrument)) : 0;
  }
  ClientOrderId next_open(ClientOrderId id) const noexcept {
    const Order* const order = find(id);
    return order != nullptr ? index_.next(*order, &OpenOrder::by_instrument) : 0;
  }
  // A parent's open children in the order in which they opened; 0 ends the walk.
  ClientOrderId first_child(const Order& parent) const noexcept { return index_.first(parent.rare_facts().children); }
  ClientOrderId next_child(const Order& child) const noexcept { return index_.next(child, &OpenOrder::by_parent); }
  u32 open_count(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return index_.has(strategy, instrument) ? index_.open(strategy, instrument).count : 0;
  }
  u32 open_count() const noexcept { return index_.open_count(); }
  // The orders with an untold_qty: an end has overtaken trades. In no order.
  // Somebody asks for this order soon: its record is fetched meanwhile.
  [[gnu::always_inline]] void prefetch(ClientOrderId id) const noexcept { __builtin_prefetch(find(id)); }
  // The report comes soon: what it needs is fetched meanwhile.
  [[gnu::always_inline]] void expect(const ExecutionReport& report) const noexcept {
    if (report.exec_type == ExecType::trade) trades_.prefetch(report.client_order_id, report.exec_id);
  }
  const std::vector<u32>& untold() const noexcept { return untold_; }
  // Of these lots was told, or they are not to come any more.
  void told(Order& order, i64 quantity) {
    if (order.untold_qty() != 0) [[unlikely]]
      set_untold(order, order.untold_qty() - std::min(order.untold_qty(), quantity));
  }
  // The order takes the place in its list of one that has ended.
  void renew(Order& order, const Order& ended) {
    RareFacts& rare = rare_facts_of(order);
    rare.place = ended.place();
    rare.renews = ended.client_order_id;
  }
  // What the order has run up in fees that are judged order by order.
  void keep_fees(Order& order, const OrderFees& fees) {
    if (!(fees == order.rare_facts().fees)) rare_facts_of(order).fees = fees;
  }
  const OrderIndex& index() const noexcept { return index_; }
  // After the last report: gives every order to `take`, in order of their numbers, and the memory back on the way. None
  // is left.
  template <class Take>
  void drain(Take&& take) {
    trades_ = {};
    orders_.drain(take);
  }

  const RefusedReports& refused_reports() const noexcept { return refused_; }
  u64 refused(Applied why) const noexcept { return refused_.count_of(why); }
  // The first order that breaks CumQty + LeavesQty = OrderQty, whose status is not what its facts say, or all orders'
  // number where they stand wrongly among the open ones; 0 if all is well. Walks all orders: for tests and debug runs.
  ClientOrderId first_inconsistent() const noexcept;

 private:
  static constexpr u64 kMaxOrders = 0xFFFFFFFEull;  // links are 32 bits, 0 is none

  // Sums after a change of the order's trades; false where they leave their range.
  struct Sums {
    i64 quantity = 0;
    i128 value = 0;
  };
  static bool add_trade(Sums& sums, i64 price, i64 quantity) noexcept;
  static bool take_trade(Sums& sums, i64 price, i64 quantity) noexcept;

  inline Applied apply_facts(Order& order, const ExecutionReport& report, TradeChange& change);
  inline Applied apply_trade(Order& order, const ExecutionReport& report, TradeChange& change);
  Applied apply_correction(Order& order, const ExecutionReport& report, TradeChange& change);
  Applied apply_bust(Order& order, const ExecutionReport& report, TradeChange& change);
  inline Applied apply_new(Order& order, const ExecutionReport& report);
  Applied apply_replaced(Order& order, const ExecutionReport& report);
  Applied apply_triggered(Order& order, const ExecutionReport& report);
  Applied apply_end(Order& order, const ExecutionReport& report, OrderStatus end);
  Applied apply_refusal(Order& order, const ExecutionReport& report);
  inline void tell(Order& order, const ExecutionReport& report, OrderStatus next, i64 ts_init, OrderEvent& out);
  void keep_rare(Order& order, const NewOrder& request, u8 place);
  [[noreturn]] void refuse_new(const NewOrder& order) const;
  void move_to(Order& order, OrderStatus next);
  void set_untold(Order& order, i64 quantity);
  void set_sums(Order& order, const Sums& sums);
  RareFacts& rare_facts_of(Order& order) {
    if (order.own_rare_facts == nullptr) order.own_rare_facts = &rare_facts_.add();
    return *order.own_rare_facts;
  }

  OrderPages orders_;
  RecordPages<RareFacts, 6> rare_facts_;
  std::vector<OrderTerms> terms_;  // of the orders that have any
  OrderIndex index_;
  ToldTrades trades_;
  RefusedReports refused_;
  std::vector<u32> untold_;
};

}  // namespace pytrader
