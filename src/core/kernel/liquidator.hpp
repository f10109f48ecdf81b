// Cancels all orders of a strategy and, if asked, closes all its positions, again after refusals, until none is left.
#pragma once

#include <vector>

#include "journal/running_hash.hpp"
#include "kernel/market_board.hpp"
#include "kernel/order_way.hpp"

namespace pytrader {

// Its orders pass the risk gate like any other. A position is closed when no order of its instrument is open any more,
// by market orders that can only reduce it, each no larger than limits allow.
class Liquidator {
 public:
  Liquidator(OrderWay& way, const MarketBoard& board, RunningHash& hash) noexcept
      : way_(way), board_(board), hash_(hash) {}

  void add_strategy() { jobs_.emplace_back(); }
  void begin(StrategyIndex strategy, bool close_positions, TagIndex tag);
  bool is_active(StrategyIndex strategy) const noexcept { return jobs_[strategy].active; }
  bool any_active() const noexcept { return active_ != 0; }

  // Cancels and closes what can be now. True, and the job is over, when no order and no position is left. Every order
  // is asked to be canceled once, and all that are left `again`, after refusals.
  bool work(StrategyIndex strategy, i64 now, bool again);
  // Whether the event is a reason to work again at once. Refusals are none: they wait for the next try by time, since
  // a venue that refuses at once would be asked for ever.
  bool is_progress(const OrderEvent& event) const noexcept;

 private:
  struct Job {
    bool active = false;
    bool close_positions = false;
    TagIndex tag = 0;
    std::vector<ClientOrderId> first_closing;  // by instrument: the first order that was to close its position, 0: none
    std::vector<ClientOrderId> closing;        // by instrument: the last one
    std::vector<u8> asked;                     // by instrument: whether every order has been asked to be canceled
  };

  bool is_own(const Job& job, const OrderEvent& event) const noexcept;
  bool has_untold(StrategyIndex strategy, InstrumentIndex instrument) const;
  bool work_on(Job& job, StrategyIndex strategy, InstrumentIndex instrument, i64 now, bool again);
  // False when more orders are left than events may wait.
  bool ask_cancels(const Job& job, StrategyIndex strategy, InstrumentIndex instrument, i64 now);
  i64 largest_order(StrategyIndex strategy, InstrumentIndex instrument, Side side) const;

  OrderWay& way_;
  const MarketBoard& board_;
  RunningHash& hash_;
  std::vector<Job> jobs_;  // by strategy
  u32 active_ = 0;
};

}  // namespace pytrader
