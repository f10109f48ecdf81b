// Order events that wait for the running callback to return, and the running hash that every output goes through.
#pragma once

#include "journal/running_hash.hpp"
#include "kernel/bounded_queue.hpp"
#include "ledger/position.hpp"
#include "model/messages.hpp"

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
  // After on_event of a trade, or of its correction or bust, when the ledger has booked it; `fee` is what it
  // added, in 10^-18 units of the quote currency.
  virtual void on_fill(const OrderEvent& event, i128 fee, const PositionState& position) = 0;
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
    events_.push({event, PositionState{}, false});
  }
  void push_fill(const OrderEvent& event, i128 fee, const PositionState& position) {
    add_to_hash(event);
    hash_.add_row(fee, fee >> 64, position.quantity, position.cost, position.cost >> 64);
    if (listener_ != nullptr) {
      listener_->on_event(event);
      listener_->on_fill(event, fee, position);
    }
    events_.push({event, position, true});
  }

  bool empty() const noexcept { return events_.empty(); }
  // Whether few can follow before somebody takes some.
  bool is_half_full() const noexcept { return events_.size() > kLimit / 2; }
  StrategyIndex next_strategy() const noexcept { return events_.front().event.strategy; }
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
                  event.strategy, event.instrument, event.exec_type, event.ord_status, event.side, event.liquidity,
                  event.reason, event.stop_price);
  }

  RunningHash& hash_;
  BoundedQueue<PendingEvent> events_;
  EventListener* listener_ = nullptr;
};

}  // namespace pytrader
