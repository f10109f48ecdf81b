// The table of trading phases.
#include "matching/trading_phase.hpp"

#include <cstddef>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {

namespace {

template <class... Members>
constexpr u16 set_of(Members... members) {
  return static_cast<u16>((0U | ... | (1U << static_cast<unsigned>(members))));
}

constexpr u16 place_of(OrderType type) {
  u16 place = 0;
  for (const OrderType each : kOrderTypes) {
    if (each == type) return place;
    ++place;
  }
  return 15;
}
constexpr u16 place_of(TimeInForce time_in_force) {
  u16 place = 0;
  for (const TimeInForce each : kTimesInForce) {
    if (each == time_in_force) return place;
    ++place;
  }
  return 15;
}

using Type = OrderType;
using Force = TimeInForce;
using Phase = TradingPhase;

constexpr u16 kAllTypes = (1U << std::size(kOrderTypes)) - 1;
constexpr u16 kAllForces = (1U << std::size(kTimesInForce)) - 1;
// Not those that take their price from the other side's touch when they enter: a call phase has no touch.
constexpr u16 kCallTypes = kAllTypes & ~set_of(place_of(Type::market_to_limit), place_of(Type::market_with_protection));
constexpr u16 kCallForces = kAllForces & ~set_of(place_of(Force::ioc), place_of(Force::fok));
constexpr u16 kClosingTypes = set_of(place_of(Type::limit));
constexpr u16 kClosingForces =
    set_of(place_of(Force::day), place_of(Force::gtc), place_of(Force::gtd), place_of(Force::ioc));
constexpr u16 kAuction = set_of(place_of(Force::good_for_auction));
constexpr u16 kOpening = kAuction | set_of(place_of(Force::at_the_open));
constexpr u16 kClosing = kAuction | set_of(place_of(Force::at_the_close));

// Columns as in PhaseRules. Auction-only orders stay out of a volatility auction, which is for the orders of continuous
// trading (Xetra). Post-close is TSX's Extended Trading Session; closed is its Post Market Cancel Session.
constexpr PhaseRules kPhases[kTradingPhaseCount] = {
    {0, 0, 0, set_of(Phase::pre_open, Phase::opening_auction, Phase::continuous, Phase::halt),  // closed
     true, false, false, false, false},
    {kCallTypes, kCallForces, kOpening,  // pre_open
     set_of(Phase::opening_auction, Phase::continuous, Phase::halt, Phase::closed), true, true, false, true, false},
    {kCallTypes, kCallForces, kOpening,  // opening_auction
     set_of(Phase::continuous, Phase::volatility_auction, Phase::halt, Phase::closed), true, true, false, true, true},
    {kAllTypes, kAllForces, 0,  // continuous
     set_of(Phase::intraday_auction, Phase::volatility_auction, Phase::closing_auction, Phase::post_close, Phase::halt,
            Phase::closed),
     true, true, true, false, false},
    {kCallTypes, kCallForces, kAuction,  // intraday_auction
     set_of(Phase::continuous, Phase::volatility_auction, Phase::closing_auction, Phase::halt, Phase::closed), true,
     true, false, true, true},
    {kCallTypes, kCallForces, 0,  // volatility_auction
     set_of(Phase::continuous, Phase::intraday_auction, Phase::closing_auction, Phase::post_close, Phase::halt,
            Phase::closed),
     true, true, false, true, true},
    {kCallTypes, kCallForces, kClosing,  // closing_auction
     set_of(Phase::continuous, Phase::volatility_auction, Phase::post_close, Phase::halt, Phase::closed), true, true,
     false, true, true},
    {kClosingTypes, kClosingForces, 0,  // post_close
     set_of(Phase::pre_open, Phase::halt, Phase::closed), true, true, false, false, false},
    {0, 0, 0,  // halt
     set_of(Phase::pre_open, Phase::opening_auction, Phase::continuous, Phase::intraday_auction,
            Phase::volatility_auction, Phase::closing_auction, Phase::post_close, Phase::closed),
     true, false, false, false, false},
};

constexpr const char* kNames[kTradingPhaseCount] = {"closed",          "pre_open",         "opening_auction",
                                                    "continuous",      "intraday_auction", "volatility_auction",
                                                    "closing_auction", "post_close",       "halt"};

constexpr char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

const char* to_text(TradingPhase phase) noexcept {
  return kNames[static_cast<std::size_t>(phase)];
}

bool from_text(std::string_view text, TradingPhase& phase) noexcept {
  for (const TradingPhase each : kTradingPhases) {
    const std::string_view name = to_text(each);
    bool same = name.size() == text.size();
    for (std::size_t i = 0; same && i < name.size(); ++i) same = lower(text[i]) == name[i];
    if (!same) continue;
    phase = each;
    return true;
  }
  return false;
}

const PhaseRules& rules_of(TradingPhase phase) noexcept {
  return kPhases[static_cast<std::size_t>(phase)];
}

u16 members_of(OrderType type) noexcept {
  return static_cast<u16>(1U << place_of(type));
}
u16 members_of(TimeInForce time_in_force) noexcept {
  return static_cast<u16>(1U << place_of(time_in_force));
}

void check(const SessionRules& rules) {
  const auto require = [](i64 value, const char* what) {
    if (value < 0) {
      throw Error(ErrorCode::invalid_argument,
                  "session: " + std::string(what) + " is " + std::to_string(value) + "; it must be 0 or more");
    }
  };
  require(rules.volatility_auction_ns, "volatility_auction_ns");
  require(rules.extension_basis_points, "extension_basis_points");
}

bool collects(TradingPhase phase, const SessionRules& rules) noexcept {
  return acceptance(phase, rules).collects;
}

const PhaseRules& acceptance(TradingPhase phase, const SessionRules& rules) noexcept {
  return rules_of(phase == TradingPhase::halt && rules.halt_accepts_orders ? TradingPhase::pre_open : phase);
}

bool may_follow(TradingPhase phase, TradingPhase next) noexcept {
  return (rules_of(phase).next & members_of(next)) != 0;
}

bool uncrosses(TradingPhase phase, TradingPhase next) noexcept {
  if (is_matching(next)) return !is_matching(phase);
  if (phase == TradingPhase::pre_open || !rules_of(phase).publishes) return false;
  if (next == TradingPhase::closed) return true;
  return phase != TradingPhase::volatility_auction && next != TradingPhase::volatility_auction &&
         rules_of(next).publishes;
}

}  // namespace pytrader
