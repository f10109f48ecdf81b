// Order events that wait for the running callback to return, and the running hash that every output goes through.
#pragma once

#include "journal/running_hash.hpp"
#include "kernel/bounded_queue.hpp"
#include "ledger/position.hpp"
#include "model/messages.hpp"
#include "model/money_events.hpp"

namespace pytrader {

// An event and, where something was booked, the position that it made.
struct PendingEvent {
  OrderEvent event;
  PositionState position;
  bool booked;
};

// Hears of what happens to orders before any strategy does.
class EventListener {
 public:
  virtual ~EventListener() = default;
  virtual void on_event(const OrderEvent& event) = 0;
  // After on_event of a trade, or of its correction or bust, when the ledger has booked it; the event's fee is what it
  // added.
  virtual void on_fill(const OrderEvent& event, const PositionState& position) = 0;
  // A money event changed a position.
  virtual void on_cash_event(const CashEvent& event) = 0;
};

class EventQueue {
 public:
  static constexpr std::size_t kLimit = 65'536;

  explicit EventQueue(RunningHash& hash)
      : hash_(hash),
        events_(kLimit,
                "order events: more than 65536 wait for one callback to return; let time pass between commands") {}

  void set_listener(EventListener* listener) noexcept { listener_ = listener; }

  void push(const OrderEvent& event) {
    add_to_hash(event);
    if (listener_ != nullptr) listener_->on_event(event);
    // The position of one that booked nothing is read by nobody.
    PendingEvent& pending = events_.emplace();
    pending.event = event;
    pending.booked = false;
  }
  void push_fill(const OrderEvent& event, const PositionState& position) {
    add_to_hash(event);
    hash_.add_row(event.fee, event.fee >> 64, position.quantity, position.cost, position.cost >> 64);
    if (listener_ != nullptr) {
      listener_->on_event(event);
      listener_->on_fill(event, position);
    }
    PendingEvent& pending = events_.emplace();
    pending.event = event;
    pending.position = position;
    pending.booked = true;
  }

  // A money event, which the kernel delivers itself.
  void record(const CashEvent& event) {
    hash_.add_all(event.ts_event, event.ts_init, event.kind, event.strategy, event.instrument, event.quantity_before,
                  event.quantity_after);
    for (const i128 amount : {event.amount, event.realized_pnl, event.price}) hash_.add_all(amount, amount >> 64);
    if (listener_ != nullptr) listener_->on_cash_event(event);
  }

  // Throws Error(capacity) where so many more could not wait.
  void require_room(std::size_t events) const { events_.require_room(events); }
  bool empty() const noexcept { return events_.empty(); }
  // Whether few can follow before somebody takes some.
  bool is_half_full() const noexcept { return events_.size() > kLimit / 2; }
  StrategyIndex next_strategy() const noexcept { return events_.front().event.strategy; }
  bool next_is_booked() const noexcept { return events_.front().booked; }
  void drop() noexcept { events_.pop(); }
  PendingEvent take() noexcept {
    const PendingEvent first = events_.front();
    events_.pop();
    return first;
  }
  void clear() noexcept { events_.clear(); }

 private:
  void add_to_hash(const OrderEvent& event) noexcept {
    hash_.add_row(event.ts_event, event.ts_init, event.client_order_id, event.venue_order_id, event.exec_id,
                  event.price, event.order_qty, event.cum_qty, event.leaves_qty, event.last_px, event.last_qty,
                  halves_of(event.strategy, event.instrument),
                  bytes_of(event.exec_type, event.ord_status, event.side, event.liquidity, event.reason),
                  event.stop_price);
  }

  RunningHash& hash_;
  BoundedQueue<PendingEvent> events_;
  EventListener* listener_ = nullptr;
};

}  // namespace pytrader
