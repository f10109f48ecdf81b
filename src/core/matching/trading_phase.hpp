// The phases of a trading day: what each accepts and which may follow it, as a table.
#pragma once

#include <string_view>

#include "decimal/integers.hpp"
#include "matching/auction.hpp"
#include "model/enums.hpp"

namespace pytrader {

enum class TradingPhase : u8 {
  closed = 0,
  pre_open = 1,         // orders are collected, nothing is said of a price
  opening_auction = 2,  // orders are collected, the indicative price is published
  continuous = 3,
  intraday_auction = 4,
  volatility_auction = 5,  // interrupts continuous trading, or prolongs an auction
  closing_auction = 6,
  post_close = 7,  // trading at the closing price only
  halt = 8,
};
constexpr u8 kTradingPhaseCount = 9;
constexpr TradingPhase kTradingPhases[] = {
    TradingPhase::closed,          TradingPhase::pre_open,         TradingPhase::opening_auction,
    TradingPhase::continuous,      TradingPhase::intraday_auction, TradingPhase::volatility_auction,
    TradingPhase::closing_auction, TradingPhase::post_close,       TradingPhase::halt};

const char* to_text(TradingPhase phase) noexcept;
// The phase whose text this is, in any case; false for another text, which leaves `phase` alone.
bool from_text(std::string_view text, TradingPhase& phase) noexcept;

// One row of the table. The sets are bits by members_of(): OrderType, TimeInForce, TradingPhase.
struct PhaseRules {
  u16 order_types;     // of new orders
  u16 times_in_force;  // of new orders
  u16 activates;       // times in force whose waiting orders enter when the phase begins
  u16 next;            // phases that may follow
  bool accepts_cancel;
  bool accepts_replace;
  bool accepts_conditions;  // post-only, all-or-none and a minimum quantity, which only immediate matching can judge
  bool collects;            // a call phase: orders rest without matching, an uncross ends it
  bool publishes;           // the indicative price
};
const PhaseRules& rules_of(TradingPhase phase) noexcept;

u16 members_of(OrderType type) noexcept;
u16 members_of(TimeInForce time_in_force) noexcept;
constexpr u16 members_of(TradingPhase phase) noexcept {
  return static_cast<u16>(1 << static_cast<unsigned>(phase));
}

constexpr bool is_matching(TradingPhase phase) noexcept {
  return phase == TradingPhase::continuous || phase == TradingPhase::post_close;
}

// What a venue decides about its phases.
struct SessionRules {
  bool halt_accepts_orders = false;  // a halt collects orders as pre-open does, instead of accepting cancels alone
  ReferenceRule auction_reference = ReferenceRule::nearest_limit;
  // A volatility auction ends by the clock after this long; 0: it ends with a phase message.
  i64 volatility_auction_ns = 0;
  // An auction whose price differs from the last price by more basis points than this is prolonged: a scheduled one by
  // a volatility auction, a volatility auction until a phase message ends it. 0: never.
  i64 extension_basis_points = 0;
  // With a surplus of one side at all limits that are as good, an auction's price follows it.
  bool market_pressure = true;

  friend bool operator==(const SessionRules&, const SessionRules&) = default;
};

// Throws Error(invalid_argument) for a time or a difference below 0.
void check(const SessionRules& rules);

// Whether orders are collected without matching.
bool collects(TradingPhase phase, const SessionRules& rules) noexcept;
// What a phase accepts: the row of the table, and pre-open's for a halt that accepts orders.
const PhaseRules& acceptance(TradingPhase phase, const SessionRules& rules) noexcept;
// Whether `next` may follow. A phase does not follow itself.
bool may_follow(TradingPhase phase, TradingPhase next) noexcept;
// Whether going on to `next` determines a price and trades at it first. Trading never begins on a crossed book,
// wherever it comes from. A volatility auction prolongs a scheduled one or is taken up by it, and a halt only stops
// trading.
bool uncrosses(TradingPhase phase, TradingPhase next) noexcept;

}  // namespace pytrader
