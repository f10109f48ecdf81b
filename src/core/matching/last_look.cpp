// The ranges of what a last look is given.
#include "matching/last_look.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {

void check(const LastLookChoice& choice) {
  const auto require = [](bool holds, const char* what, i64 value, const char* limit) {
    if (holds) return;
    throw Error(ErrorCode::invalid_argument,
                "last look: " + std::string(what) + " is " + std::to_string(value) + "; give " + limit);
  };
  require(choice.hold_ns >= 0 && choice.hold_ns <= LastLookChoice::kMostNs, "hold_ns", choice.hold_ns,
          "0 (nobody looks) to 2^50 nanoseconds");
  require(choice.tolerance_ticks >= 0 && choice.tolerance_ticks <= LastLookChoice::kMostTicks, "tolerance_ticks",
          choice.tolerance_ticks, "0 to 2^61 ticks");
}

}  // namespace pytrader
