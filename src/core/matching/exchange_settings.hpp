// What an exchange of a back-test is made with: its rules and its sessions.
#pragma once

#include <vector>

#include "decimal/integers.hpp"
#include "matching/trading_phase.hpp"
#include "matching/venue_rules.hpp"
#include "model/messages.hpp"

namespace pytrader {

struct PhaseChange {
  i64 ts = 0;
  TradingPhase phase = TradingPhase::continuous;
};

struct ExchangeSettings {
  VenueRules rules;
  // When which phase begins, in order of time; before the first one the exchange is closed. None: trading is
  // continuous throughout, and there is no end of day, no opening and no close.
  std::vector<PhaseChange> sessions;
  i64 reference_price = kNoPrice;  // what static bands and auctions refer to
  i64 start = INT64_MIN;           // without sessions it is closed before
};

// Throws Error(invalid_argument) for rules out of range, and for a phase that is out of order of time or that may not
// follow the one before it, or what that has become by the clock.
void check(const ExchangeSettings& settings);

// All numbers of the settings, each at its own place: the same for equal settings and for no others.
std::vector<i64> numbers_of(const ExchangeSettings& settings);

}  // namespace pytrader
