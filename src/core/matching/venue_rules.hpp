// What one venue does differently from another when it matches, as data.
#pragma once

#include <iterator>
#include <span>

#include "decimal/integers.hpp"
#include "matching/allocation_rules.hpp"
#include "matching/price_bands.hpp"
#include "matching/trading_phase.hpp"
#include "model/enums.hpp"

namespace pytrader {

// What a replaced order keeps of its place in the queue.
enum class AmendPolicy : u8 {
  keeps_on_decrease,  // same price and no larger quantity keeps the place; anything else goes to the back
  always_loses,       // every replace goes to the back
};

enum class PostOnlyPolicy : u8 {
  reject,       // a post-only order that would take is rejected
  slide,        // it rests one tick from the opposite best price instead
  not_offered,  // the venue knows no post-only orders: each is rejected
};

// What the quantity of a replace request counts.
enum class ReplaceQuantity : u8 {
  total,  // FIX OrderQty: what has been executed counts; a total that is executed already closes the order
  open,   // what shall be open after the replace
};

// What becomes of an order whose stop price the last trade has reached already when it is entered.
enum class ImmediateTrigger : u8 {
  elect,              // it is elected at once
  reject,             // it is rejected (stop_price_reached)
  reject_activation,  // so is a trailing order whose activation price is reached: a sell's at or below the last trade
};

// How a taker meets icebergs at one price.
enum class IcebergSweep : u8 {
  by_refill,        // a refilled tip queues behind what is displayed there, and the taker meets it again
  displayed_first,  // all that is displayed, then the reserves by time, each in one trade
};

// Whose orders may not trade with each other.
enum class SelfTradeScope : u8 { account, group };
// Whose instruction says what happens instead.
enum class SelfTradeDecider : u8 { taker, maker };

// Instructions that a venue may offer or not, beside order types and times in force.
enum class Instruction : u8 { reduce_only, hidden, all_or_none, iceberg, minimum_quantity };
constexpr Instruction kInstructions[] = {Instruction::reduce_only, Instruction::hidden, Instruction::all_or_none,
                                         Instruction::iceberg, Instruction::minimum_quantity};
constexpr u16 members_of(Instruction instruction) noexcept {
  return static_cast<u16>(1U << static_cast<unsigned>(instruction));
}

constexpr u16 kAllOrderTypes = (1U << std::size(kOrderTypes)) - 1;
constexpr u16 kAllTimesInForce = (1U << std::size(kTimesInForce)) - 1;
constexpr u16 kAllInstructions = (1U << std::size(kInstructions)) - 1;

// More tips than this in one order would make one sweep too long.
constexpr i64 kIcebergPartsLimit = 1'000'000;

struct VenueRules {
  AmendPolicy amend = AmendPolicy::keeps_on_decrease;
  PostOnlyPolicy post_only = PostOnlyPolicy::reject;
  ReplaceQuantity replace_quantity = ReplaceQuantity::total;
  ImmediateTrigger immediate_trigger = ImmediateTrigger::elect;
  IcebergSweep iceberg_sweep = IcebergSweep::by_refill;
  SelfTrade self_trade = SelfTrade::none;  // where an order says venue_default; not venue_default itself
  SelfTradeScope self_trade_scope = SelfTradeScope::account;
  SelfTradeDecider self_trade_decider = SelfTradeDecider::taker;
  i64 stop_protection_ticks = 0;    // an elected stop or if-touched order's limit beyond its trigger; 0: it has none
  i64 market_protection_ticks = 0;  // market with protection: its limit beyond the best opposite; 0: not offered
  i64 iceberg_parts_max = 1000;     // tips of the smallest size in one order
  u64 seed = 0;                     // of the stream that draws tips
  // What the venue offers, as bits by members_of().
  u16 order_types = kAllOrderTypes;
  u16 times_in_force = kAllTimesInForce;
  u16 instructions = kAllInstructions;
  AllocationRules allocation;
  SessionRules session;
  BandRules bands;

  friend bool operator==(const VenueRules&, const VenueRules&) = default;
};

// Throws Error(invalid_argument) for a number outside its range.
void check(const VenueRules& rules);

struct VenuePreset {
  const char* name;
  VenueRules rules;
};

// The presets, by the venues' own documents; docs/matching.md names the source of each cell.
std::span<const VenuePreset> venue_presets();

const char* to_text(AmendPolicy policy) noexcept;
const char* to_text(PostOnlyPolicy policy) noexcept;
const char* to_text(ReplaceQuantity policy) noexcept;
const char* to_text(ImmediateTrigger policy) noexcept;
const char* to_text(IcebergSweep policy) noexcept;
const char* to_text(SelfTradeScope scope) noexcept;
const char* to_text(SelfTradeDecider decider) noexcept;
const char* to_text(Instruction instruction) noexcept;

}  // namespace pytrader
