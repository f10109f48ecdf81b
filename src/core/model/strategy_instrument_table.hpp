// One cell for every pair of strategy and instrument, grown at set-up only.
#pragma once

#include <vector>

#include "model/messages.hpp"

namespace pytrader {

// Strategies and instruments are added in any order before the run; after it started look-ups never allocate.
template <class Cell>
class StrategyInstrumentTable {
 public:
  void add_strategy() {
    ++strategy_count_;
    for (auto& row : rows_) row.emplace_back();
  }
  void add_instrument() { rows_.emplace_back(strategy_count_); }

  u32 strategy_count() const noexcept { return strategy_count_; }
  u32 instrument_count() const noexcept { return static_cast<u32>(rows_.size()); }
  bool has(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return strategy < strategy_count_ && instrument < rows_.size();
  }

  Cell& at(StrategyIndex strategy, InstrumentIndex instrument) noexcept { return rows_[instrument][strategy]; }
  const Cell& at(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return rows_[instrument][strategy];
  }

 private:
  std::vector<std::vector<Cell>> rows_;
  u32 strategy_count_ = 0;
};

}  // namespace pytrader
