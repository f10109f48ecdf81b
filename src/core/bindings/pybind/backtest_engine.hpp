// One back-test run as Python drives it: a loop, and the Python objects that must outlive it.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "fee_arguments.hpp"
#include "kernel/backtest_loop.hpp"
#include "risk/risk_limits.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// Holds a reference to every array and strategy that the loop has a pointer into.
class BacktestEngine {
 public:
  explicit BacktestEngine(const LoopConfig& config) : loop_(config) {}

  // Null: the instrument's own rates.
  InstrumentIndex add_instrument(const Instrument& instrument, SharedSchedule fees);
  void add_cash(const std::string& currency, const Fixed& amount);
  // `compiled`: the strategy never runs Python. While all of a run are so, it runs without the interpreter's lock.
  StrategyIndex add_strategy(const py::capsule& port, py::object context, const RiskLimits& limits,
                             const ErrorPolicy& policy, bool compiled);
  void add_stream(const std::string& name, InstrumentIndex instrument, const std::string& kind, const py::dict& columns,
                  i64 duration_ns);
  void set_queue_model(InstrumentIndex instrument, const QueueModelChoice& choice) {
    loop_.set_queue_model(instrument, choice);
  }
  void set_emulation(Emulate emulate, Immediate immediate) { loop_.kernel().set_emulation(emulate, immediate); }
  void set_venue_rules(InstrumentIndex instrument, const RecordedVenueRules& rules) {
    loop_.set_venue_rules(instrument, rules);
  }

  // "finished", "paused" (after max_steps), "strategy_failed", or "stopped" (a replay that is not of a whole run).
  const char* run(u64 max_steps);
  void abort();
  bool publish();

  py::capsule kernel();
  BacktestLoop& loop() noexcept { return loop_; }
  const BacktestLoop& loop() const noexcept { return loop_; }

 private:
  FeeModels fee_models_;
  BacktestLoop loop_;
  std::vector<py::object> kept_;  // bound: arrays and strategies that were added
  bool running_ = false;
  bool needs_interpreter_ = false;
};

}  // namespace pytrader::bindings
