// A strategy made of C functions: gives them the plain-C interface over a kernel, and wakes them.
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "bindings/strategy_api.h"
#include "kernel/kernel.hpp"

namespace pytrader::bindings {

// One function for each kind of event; null for none.
struct CompiledHandlers {
  pytrader_start_handler on_start = nullptr;
  pytrader_start_handler on_stop = nullptr;
  pytrader_start_handler on_book = nullptr;
  pytrader_quote_handler on_quote = nullptr;
  pytrader_trade_handler on_trade = nullptr;
  pytrader_bar_handler on_bar = nullptr;
  pytrader_timer_handler on_timer = nullptr;
  pytrader_order_event_handler on_order_event = nullptr;
  pytrader_order_event_handler on_fill = nullptr;
  pytrader_position_handler on_position = nullptr;
  pytrader_condition_handler on_condition = nullptr;
  pytrader_status_handler on_status = nullptr;
  pytrader_cash_event_handler on_cash_event = nullptr;
};

// The address of one stands behind pytrader_run. No exception leaves it into foreign code: the first is kept, and
// thrown from deliver() when the handler has returned.
class CompiledStrategy {
 public:
  // The name is what its errors call it by.
  CompiledStrategy(const CompiledHandlers& handlers, void* state, std::string name = "CompiledStrategy") noexcept
      : handlers_(handlers), state_(state), name_(std::move(name)) {}
  CompiledStrategy(const CompiledStrategy&) = delete;
  CompiledStrategy& operator=(const CompiledStrategy&) = delete;

  // For Kernel::add_strategy; its context is this object.
  StrategyPort port() noexcept;
  // Before the run: the kernel, and the number that add_strategy gave.
  void connect(Kernel& kernel, StrategyIndex index) noexcept;
  // Commands and views refuse from here on.
  void detach() noexcept { kernel_ = called_ = nullptr; }

  static const pytrader_api& api() noexcept;

 private:
  friend struct CompiledCalls;

  static bool deliver(void* context, const Callback& callback);
  std::int32_t wake(const Callback& callback);
  bool wants_bar(SeriesId series);
  [[gnu::cold]] std::string place_of(const Callback& callback) const;
  [[noreturn, gnu::cold]] void raise_error(const Callback& callback) const;
  [[noreturn, gnu::cold]] static void refuse_call();
  Kernel& kernel() const {
    if (called_ == nullptr) [[unlikely]]
      refuse_call();
    return *called_;
  }
  const Operand& operand(i64 indicator) const;

  CompiledHandlers handlers_;
  void* state_;
  Kernel* kernel_ = nullptr;
  Kernel* called_ = nullptr;  // the same while a handler runs
  StrategyIndex index_ = 0;
  RejectReason refusal_ = RejectReason::none;
  pytrader_context context_{};
  std::vector<SeriesId> series_;     // of bars that it asked for; without any it hears all recorded ones
  std::vector<Operand> indicators_;  // by the number that the strategy knows one by
  std::vector<Operand> unready_;     // those that hold the bars of their series back
  std::vector<LevelTotals> levels_;  // of the last read_levels; bound: its count
  std::exception_ptr error_;
  std::string name_;
};

}  // namespace pytrader::bindings
