// The life of a strategy moves along its table and no other way.
#include <set>
#include <utility>

#include "doctest/doctest.h"
#include "model/strategy_state.hpp"

using namespace pytrader;
using enum StrategyState;

TEST_CASE("every legal move of a strategy's life, and no other") {
  const std::set<std::pair<std::pair<StrategyState, LifeEvent>, StrategyState>> legal = {
      {{initialised, LifeEvent::start}, running}, {{initialised, LifeEvent::fault}, faulted},
      {{running, LifeEvent::degrade}, degraded},  {{running, LifeEvent::stop}, stopped},
      {{running, LifeEvent::fault}, faulted},     {{degraded, LifeEvent::resume}, running},
      {{degraded, LifeEvent::stop}, stopped},     {{degraded, LifeEvent::fault}, faulted},
      {{stopped, LifeEvent::fault}, faulted},
  };
  std::size_t moves = 0;
  for (const StrategyState state : kStrategyStates) {
    for (u8 event = 0; event < kLifeEventCount; ++event) {
      const LifeStep step = next_state(state, static_cast<LifeEvent>(event));
      CAPTURE(to_text(state));
      CAPTURE(to_text(static_cast<LifeEvent>(event)));
      if (step.legal) {
        ++moves;
        CHECK(legal.count({{state, static_cast<LifeEvent>(event)}, step.next}) == 1);
      } else {
        CHECK(step.next == state);
      }
    }
  }
  CHECK(moves == legal.size());
}

TEST_CASE("a strategy that an error degraded or ended may not command") {
  CHECK(may_command(running));
  CHECK(may_command(stopped));
  CHECK_FALSE(may_command(initialised));
  CHECK_FALSE(may_command(degraded));
  CHECK_FALSE(may_command(faulted));
}

TEST_CASE("states and events that do not exist are illegal") {
  CHECK_FALSE(next_state(static_cast<StrategyState>(9), LifeEvent::start).legal);
  CHECK_FALSE(next_state(running, static_cast<LifeEvent>(9)).legal);
}
