// What only some orders have at a simulated venue beyond price, quantity and place, and what the venue decides itself.
#pragma once

#include "decimal/integers.hpp"
#include "matching/last_look.hpp"
#include "matching/maker_protection.hpp"
#include "matching/market_impact.hpp"
#include "matching/venue_rules.hpp"
#include "model/messages.hpp"
#include "model/order_terms.hpp"

namespace pytrader {

// Where a live order stands.
enum class VenuePlace : u8 {
  nowhere,    // about to enter
  resting,    // in a queue of its price
  waiting,    // for the next bar's open
  triggers,   // for its stop price
  late,       // for the end of the bar under way, and then for its stop price
  elected,    // enters when the event under way is over
  unpriced,   // pegged, and its reference is missing
  parked,     // for its auction
  collected,  // without a limit, in a call phase
  held,       // by a liquidity provider, until its last look
};

constexpr bool waits_for_stop_price(VenuePlace place) noexcept {
  return place == VenuePlace::triggers || place == VenuePlace::late;
}

// Kept by slot beside RestingOrder.
struct VenueTerms {
  OrderTerms asked;
  i64 limit = kNoPrice;       // the price it was given; pegged: its cap
  i64 stop_price = kNoPrice;  // while it waits for one
  i64 reserve = 0;            // an iceberg's open quantity beyond what it shows
  u64 entered = 0;            // counts orders
  OrderListId list = 0;       // of orders of which one cancels or updates the others; else 0
  OrderType order_type = OrderType::limit;
  SelfTrade self_trade = SelfTrade::venue_default;
  u8 source = 0;             // TriggerSource, of one that waits for its stop price
  bool limit_given = false;  // it came without one: the limit is the venue's, at its trigger or its first trade
};

// The way of the price within a bar.
enum class BarPath : u8 {
  worst_case,  // stop orders first, then open, low, high, close
  high_first,  // open, high, low, close
  low_first,   // open, low, high, close
  adaptive,    // to the extreme first that is nearer to the open; low first where both are as near
};
constexpr BarPath kBarPaths[] = {BarPath::worst_case, BarPath::high_first, BarPath::low_first, BarPath::adaptive};
const char* to_text(BarPath path) noexcept;

// What a venue of recorded data decides, beside what the recording says.
struct RecordedVenueRules {
  VenueRules rules;
  bool refuses_self_trade = true;  // where an order says venue_default: refused at entry; else as rules.self_trade says
  BarPath bar_path = BarPath::worst_case;
  i64 bar_volume_share = 0;  // of a bar's volume, in basis points, that own orders can trade; 0: no bound
  ImpactChoice impact;
  LastLookChoice last_look;
  ProtectionChoice protection;

  friend bool operator==(const RecordedVenueRules&, const RecordedVenueRules&) = default;
};
// Throws Error(invalid_argument) for a number outside its range.
void check(const RecordedVenueRules& rules);

// What rows an instrument's market is made of.
struct VenueData {
  bool trades = true;   // among them or beside; without them the last trade can not trigger anything
  bool quotes = true;   // best prices
  bool status = false;  // phases
  bool marks = false;   // mark prices
};

}  // namespace pytrader
