// The kernel's only way out to a venue; private to it, so that nothing reaches a venue past the risk gate.
#pragma once

#include <cstddef>

#include "decimal/integers.hpp"
#include "model/order.hpp"

namespace pytrader {

class VenuePort {
 public:
  virtual ~VenuePort() = default;
  // Throws Error(capacity) if this many further commands can not leave; asked before anything changes.
  virtual void require_room(std::size_t commands = 1) const = 0;
  // Whether the instrument's venue takes such orders at all; venue_default asks for its own way of triggering. The
  // answers stay the same for a whole run.
  virtual bool supports(InstrumentIndex instrument, OrderType order_type, TriggerType trigger_type,
                        TimeInForce time_in_force) const noexcept = 0;
  // The price that an order waits for where it says venue_default, and the core holds it; not venue_default itself.
  virtual TriggerType default_trigger(InstrumentIndex instrument) const noexcept = 0;
  // Whether anything ever tells its best prices. The answers stay the same for a whole run.
  virtual bool has_quotes(InstrumentIndex) const noexcept { return true; }
  // `ts` is the kernel's clock when the command left it.
  virtual void submit(const Order& order, i64 ts) = 0;
  virtual void cancel(const Order& order, i64 ts) = 0;
  // The new price, total quantity and stop price stand in order.pending_price(), pending_qty() and pending_stop(). A
  // stop price equal to order.stop_price is to stay what it is at the venue.
  virtual void replace(const Order& order, i64 ts) = 0;
};

}  // namespace pytrader
