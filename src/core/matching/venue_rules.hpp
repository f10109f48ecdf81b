// What one venue does differently from another when it matches, as data.
#pragma once

#include <span>

#include "decimal/integers.hpp"

namespace pytrader {

// What a replaced order keeps of its place in the queue.
enum class AmendPolicy : u8 {
  keeps_on_decrease,  // same price and no larger quantity keeps the place; anything else goes to the back
  always_loses,       // every replace goes to the back
};

enum class PostOnlyPolicy : u8 {
  reject,       // a post-only order that would take is rejected
  not_offered,  // the venue knows no post-only orders: each is rejected
};

// What the quantity of a replace request counts.
enum class ReplaceQuantity : u8 {
  total,  // FIX OrderQty: what has been executed counts; a total that is executed already closes the order
  open,   // what shall be open after the replace
};

struct VenueRules {
  AmendPolicy amend = AmendPolicy::keeps_on_decrease;
  PostOnlyPolicy post_only = PostOnlyPolicy::reject;
  ReplaceQuantity replace_quantity = ReplaceQuantity::total;

  friend bool operator==(const VenueRules&, const VenueRules&) = default;
};

struct VenuePreset {
  const char* name;
  VenueRules rules;
};

// The presets, by the venues' own documents; docs/matching.md names the source of each cell.
std::span<const VenuePreset> venue_presets() noexcept;

const char* to_text(AmendPolicy policy) noexcept;
const char* to_text(PostOnlyPolicy policy) noexcept;
const char* to_text(ReplaceQuantity policy) noexcept;

}  // namespace pytrader
