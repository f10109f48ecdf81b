// Cancels of many orders by one command: asked as far as events may wait, the rest as those are delivered.
#pragma once

#include "journal/running_hash.hpp"
#include "kernel/bounded_queue.hpp"
#include "kernel/hash_mark.hpp"
#include "kernel/order_way.hpp"

namespace pytrader {

// An order stands in the queue once at most, so that the orders of a run bound it; each is asked for once a command.
class MassCancel {
 public:
  MassCancel(OrderWay& way, RunningHash& hash)
      : way_(way), hash_(hash), waiting_(kMaxWaiting, "mass cancel: more orders wait than a run can have") {}

  bool empty() const noexcept { return waiting_.empty(); }

  // None where the order is asked to be canceled, now or when the events before it were delivered; else why it is not.
  RejectReason add(const CancelRequest& request, i64 now) {
    if (waiting_.empty() && way_.has_room()) return ask(request, now);
    Order* const order = way_.store().find(request.client_order_id);
    const RejectReason reason = way_.gate().check_cancel(request, order);
    if (reason != RejectReason::none || order->has(kToCancel)) return reason;
    waiting_.push(request);
    order->facts |= kToCancel;
    return reason;
  }

  // Asks for those that wait, as far as events may wait. What has ended meanwhile, or was asked for, is passed over.
  void go_on(i64 now) {
    while (!waiting_.empty() && way_.has_room()) {
      const CancelRequest request = waiting_.front();
      waiting_.pop();
      way_.store().find(request.client_order_id)->facts &= static_cast<u8>(~kToCancel);
      ask(request, now);
    }
  }

 private:
  static constexpr std::size_t kMaxWaiting = 0xFFFFFFFE;

  RejectReason ask(const CancelRequest& request, i64 now) {
    hash_.add_row(HashMark::cancel, request.client_order_id, request.strategy);
    return way_.cancel(request, now);
  }

  OrderWay& way_;
  RunningHash& hash_;
  BoundedQueue<CancelRequest> waiting_;
};

}  // namespace pytrader
