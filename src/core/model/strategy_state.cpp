// The table of a strategy's life: for every state and every event the next state, or that the event is illegal.
#include "model/strategy_state.hpp"

#include <iterator>

namespace pytrader {
namespace {

constexpr StrategyState kIllegal = static_cast<StrategyState>(255);
constexpr StrategyState kRunning = StrategyState::running;
constexpr StrategyState kDegraded = StrategyState::degraded;
constexpr StrategyState kStopped = StrategyState::stopped;
constexpr StrategyState kFaulted = StrategyState::faulted;

constexpr StrategyState kTable[std::size(kStrategyStates)][kLifeEventCount] = {
    //                 start     degrade    resume    stop      fault
    /* initialised */ {kRunning, kIllegal, kIllegal, kIllegal, kFaulted},
    /* running */ {kIllegal, kDegraded, kIllegal, kStopped, kFaulted},
    /* degraded */ {kIllegal, kIllegal, kRunning, kStopped, kFaulted},
    /* stopped */ {kIllegal, kIllegal, kIllegal, kIllegal, kFaulted},
    /* faulted */ {kIllegal, kIllegal, kIllegal, kIllegal, kIllegal},
};

}  // namespace

LifeStep next_state(StrategyState state, LifeEvent event) noexcept {
  const auto row = static_cast<std::size_t>(state);
  const auto column = static_cast<std::size_t>(event);
  if (row >= std::size(kTable) || column >= kLifeEventCount) return {false, state};
  const StrategyState next = kTable[row][column];
  return next == kIllegal ? LifeStep{false, state} : LifeStep{true, next};
}

const char* to_text(StrategyState state) noexcept {
  constexpr const char* kTexts[] = {"initialised", "running", "degraded", "stopped", "faulted"};
  const auto index = static_cast<std::size_t>(state);
  return index < std::size(kTexts) ? kTexts[index] : "?";
}

const char* to_text(LifeEvent event) noexcept {
  constexpr const char* kTexts[] = {"start", "degrade", "resume", "stop", "fault"};
  const auto index = static_cast<std::size_t>(event);
  return index < std::size(kTexts) ? kTexts[index] : "?";
}

}  // namespace pytrader
