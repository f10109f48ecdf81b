// One's own orders as a live venue filled them, against level venues that guess their places.
#pragma once

#include <memory>
#include <vector>

#include "matching/queue_audit.hpp"
#include "matching/simulated_venue.hpp"

namespace pytrader {

// A resting order of a log. Times are those of the venue's clock.
struct LoggedOrder {
  i64 ts_joined = 0;
  i64 ts_left = 0;  // canceled, filled or still open then
  i64 side = 0;     // Side
  i64 price = 0;
  i64 quantity = 0;
  i64 filled = 0;
};

// Each model fills the logged orders by itself, from when they joined until they left. An order that was filled in
// truth stays for the models until `ts_left` of the log.
class FillLogAudit {
 public:
  // Throws Error(invalid_argument) naming the order that makes no sense.
  FillLogAudit(const std::vector<QueueModelChoice>& choices, std::vector<LoggedOrder> orders);
  FillLogAudit(const FillLogAudit&) = delete;
  FillLogAudit& operator=(const FillLogAudit&) = delete;

  // Rows in order of time; at one time rows come before orders.
  void apply_l2(const L2Record& record);
  void apply_trade(const TradeRecord& record);
  // After the last row: what is left of the log happens. Orders that a model's venue refused, because they would have
  // taken or met an own order, are left out of its figures.
  std::vector<QueueAuditFigures> finish();

 private:
  struct Guess {
    std::unique_ptr<SimulatedVenue> venue;
    std::vector<i64> filled;  // by order; kRefused for one that the venue refused
  };
  static constexpr i64 kRefused = -1;

  void act_before(i64 ts);
  void join(std::size_t order);
  void leave(std::size_t order);
  void hear(Guess& guess);

  std::vector<LoggedOrder> orders_;   // by ts_joined
  std::vector<std::size_t> leaving_;  // a heap by ts_left of orders that joined
  std::size_t next_ = 0;              // to join
  VenueNumbers numbers_;
  std::vector<ExecutionReport> said_;
  std::vector<Guess> guesses_;
};

}  // namespace pytrader
