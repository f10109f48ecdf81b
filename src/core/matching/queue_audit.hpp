// The same own orders at an order-by-order venue, which knows their place, and at level venues, which guess it.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "matching/simulated_venue.hpp"

namespace pytrader {

struct QueueAuditPlan {
  u64 life_rows = 0;  // an own order is canceled when so many rows have come since it joined; then the next joins
  i64 quantity = 0;   // lots of each
};

// One model against the truth. Errors are model less truth.
struct QueueAuditFigures {
  i64 orders = 0;
  i64 ordered_lots = 0;
  i64 true_lots = 0;    // filled in truth
  i64 filled_lots = 0;  // filled by the model
  i64 false_lots = 0;   // filled by the model and not in truth, order by order
  i64 missed_lots = 0;  // filled in truth and not by the model
  i64 samples = 0;      // of the place: rows at the level while the order rests in both
  i128 error = 0;       // sum over samples of lots ahead, in 2^-32 lot
  i128 absolute_error = 0;
};

// Rests one post-only order at each best price at a time. The level venues hear of an execution as a trade and then of
// the level, as a feed of price levels tells it.
class QueueAudit {
 public:
  // Throws Error(invalid_argument) for a plan or a choice that is out of range.
  QueueAudit(const std::vector<QueueModelChoice>& choices, const QueueAuditPlan& plan);
  QueueAudit(const QueueAudit&) = delete;
  QueueAudit& operator=(const QueueAudit&) = delete;

  void apply(const L3Record& record);
  // One a model, in the order of the choices; of the orders whose life is over.
  const std::vector<QueueAuditFigures>& figures() const noexcept { return figures_; }

 private:
  // An own order, under one id at every venue.
  struct Trial {
    bool rests = false;
    ClientOrderId id = 0;
    i64 price = 0;
    u64 last_row = 0;
    std::vector<i64> filled;  // by venue; the first is the truth
  };
  struct TouchedLevel {
    Side side{};
    i64 price = 0;
    i64 before = 0;
  };

  const L3Book& book() const noexcept { return truth_.l3_book(); }
  void begin(Side side, i64 ts);
  void end(Trial& trial, i64 ts);
  void cancel_everywhere(const Trial& trial, i64 ts);
  void touch(Side side, i64 price);
  void find_touched(const L3Record& record);
  void tell_levels(const L3Record& record);
  // What the venue of this number said: its fills are booked. False if it refused an order.
  bool hear(std::size_t number);
  void sample(Side side, i64 price);

  QueueAuditPlan plan_;
  VenueNumbers numbers_;
  std::vector<ExecutionReport> said_;
  SimulatedVenue truth_;
  std::vector<std::unique_ptr<SimulatedVenue>> guesses_;  // by model
  std::vector<QueueAuditFigures> figures_;                // by model
  std::array<Trial, 2> trials_;                           // of buys, of sells
  std::vector<TouchedLevel> touched_;                     // by the row under way; at most two
  ClientOrderId last_id_ = 0;
  u64 rows_ = 0;
};

}  // namespace pytrader
