// What the back-test loop asks of any venue: it takes commands, and has times of its own.
#pragma once

#include <cstddef>
#include <variant>

#include "decimal/integers.hpp"
#include "model/messages.hpp"
#include "model/money_events.hpp"
#include "model/records.hpp"

namespace pytrader {

// Numbers that are unique over all instruments of one run.
struct VenueNumbers {
  VenueOrderId last_venue_order_id = 0;
  ExecId last_exec_id = 0;
};

// A row of a venue's own market data.
struct PublishedRow {
  InstrumentIndex instrument;
  std::variant<L3Record, StatusRecord> record;
};

constexpr i64 kNeverDue = INT64_MAX;

// One instrument at one venue. Calls come in the order of the venue's clock; what the venue says of orders it appends
// to the reports that it was made with.
class ExecutionVenue {
 public:
  ExecutionVenue() = default;
  ExecutionVenue(const ExecutionVenue&) = delete;
  ExecutionVenue& operator=(const ExecutionVenue&) = delete;
  virtual ~ExecutionVenue() = default;

  // Whether the venue takes such orders at all, so that the core need not hold them; venue_default asks for its own
  // way of triggering. The answer depends on nothing but the venue's rules, and on what its data ever tells.
  virtual bool supports(OrderType order_type, TriggerType trigger_type, TimeInForce time_in_force) const noexcept = 0;

  virtual void submit(const NewOrder& order, i64 ts) = 0;
  virtual void cancel(ClientOrderId id, i64 ts) = 0;
  // The venue itself takes an order out, which nothing can prevent.
  virtual void revoke(ClientOrderId id, i64 ts) { cancel(id, ts); }
  // New price and new total quantity; what has been filled counts in it.
  virtual void replace(const ReplaceRequest& request, i64 ts) = 0;

  // The venue has ended: commands that arrived and that it has not taken yet go to the one in its place.
  virtual void hand_over(ExecutionVenue&, i64) {}

  // When the venue does something that nobody asks for (an order expires, a phase begins), kNeverDue for never. Only
  // the three commands, rows of recorded data and advance() may bring it forward.
  virtual i64 next_due() const noexcept = 0;
  // Does all that is due until `ts`; nothing is due until then afterwards.
  virtual void advance(i64 ts) = 0;

  virtual std::size_t open_order_count() const noexcept = 0;

  // What the venue values positions at now: its mark price in ticks, without one the mid price, else the last one;
  // kNoMark where it can not say.
  virtual i64 twice_mark() const { return kNoMark; }
  // What money events do, besides taking out orders. A venue that has none of its own keeps nothing of them.
  // So many old units became new ones, when no own order works any more: positions count in new lots, and what was
  // known of the market in old prices is gone.
  virtual void split(i64, i64) {}
  // The instrument ends: what waits to come in is refused.
  virtual void end(RejectReason, i64) {}
  // What it counts as a strategy's position, in lots; it became another without a trade here, by so many lots.
  virtual i64 position(StrategyIndex) const { return 0; }
  virtual void move_position(StrategyIndex, i64) {}
};

}  // namespace pytrader
