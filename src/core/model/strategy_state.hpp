// The life of a strategy: its states, what moves it from one to another, and which moves are legal.
#pragma once

#include <cstddef>

#include "decimal/integers.hpp"

namespace pytrader {

enum class StrategyState : u8 {
  initialised = 0,  // made, the run has not begun
  running = 1,      // hears everything it handles, may command
  degraded = 2,     // an error paused it: it hears what becomes of its orders, its commands are refused
  stopped = 3,      // the data ended
  faulted = 4,      // an error ended it: it hears nothing more, its commands are refused
};
constexpr StrategyState kStrategyStates[] = {StrategyState::initialised, StrategyState::running,
                                             StrategyState::degraded, StrategyState::stopped, StrategyState::faulted};

enum class LifeEvent : u8 { start = 0, degrade = 1, resume = 2, stop = 3, fault = 4 };
constexpr std::size_t kLifeEventCount = 5;

// The state after the event, or that it is illegal in this one; read from the table in strategy_state.cpp.
struct LifeStep {
  bool legal;
  StrategyState next;
};
LifeStep next_state(StrategyState state, LifeEvent event) noexcept;

constexpr bool may_command(StrategyState state) noexcept {
  return state == StrategyState::running || state == StrategyState::stopped;
}

const char* to_text(StrategyState state) noexcept;
const char* to_text(LifeEvent event) noexcept;

}  // namespace pytrader
