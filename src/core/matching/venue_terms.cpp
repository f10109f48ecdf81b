// Names and ranges of what a simulated venue decides itself.
#include "matching/venue_terms.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {

const char* to_text(BarPath path) noexcept {
  switch (path) {
    case BarPath::worst_case:
      return "worst_case";
    case BarPath::high_first:
      return "high_first";
    case BarPath::low_first:
      return "low_first";
    case BarPath::adaptive:
      return "adaptive";
  }
  return "?";
}

void check(const RecordedVenueRules& rules) {
  check(rules.rules);
  check(rules.impact);
  check(rules.last_look);
  check(rules.protection);
  if (rules.bar_volume_share >= 0 && rules.bar_volume_share <= 10'000) return;
  throw Error(ErrorCode::invalid_argument, "bar_volume_share is " + std::to_string(rules.bar_volume_share) +
                                               " basis points; give 0 (no bound) to 10000");
}

}  // namespace pytrader
