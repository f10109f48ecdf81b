// How long a message is on its way: constant, drawn from a seeded distribution, or read off measured points.
#pragma once

#include <memory>
#include <vector>

#include "decimal/integers.hpp"

namespace pytrader {

// A plug point. All times in nanoseconds; integers alone decide, so that every machine draws the same.
class LatencyModel {
 public:
  virtual ~LatencyModel() = default;
  // Of a message that leaves at `ts`; times never go back. Below 0: a request is lost, and the sender hears of it after
  // the absolute value.
  virtual i64 next(i64 ts) noexcept = 0;
};

enum class LatencyKind : u8 {
  constant,     // minimum_ns
  uniform,      // any whole number from minimum_ns to maximum_ns
  exponential,  // minimum_ns and an exponential excess whose mean is scale
  normal,       // mean location_ns, standard deviation scale
  lognormal,    // median location_ns; the standard deviation of its logarithm is scale / 10^6
  measured,     // interpolated between points
};

struct LatencyPoint {
  i64 ts = 0;
  i64 latency_ns = 0;  // below 0: lost, and known to be after the absolute value
};

// No draw leaves [minimum_ns, maximum_ns]: what would is moved to the end that it passed.
struct LatencyChoice {
  // About 13 days; products of draws fit 128 bits.
  static constexpr i64 kMostNs = i64{1} << 50;
  static constexpr i64 kMostSigma = 10'000'000;

  LatencyKind kind = LatencyKind::constant;
  i64 minimum_ns = 0;
  i64 maximum_ns = 0;
  i64 location_ns = 0;
  i64 scale = 0;
  u64 seed = 0;
  bool may_overtake = false;         // else a message waits for those that left before it
  std::vector<LatencyPoint> points;  // in order of time

  static LatencyChoice constant(i64 latency_ns) {
    LatencyChoice choice;
    choice.minimum_ns = choice.maximum_ns = latency_ns;
    return choice;
  }
  bool is_constant() const noexcept { return kind == LatencyKind::constant; }
  // At once: what follows from a message without latency happens before anything else does.
  bool is_none() const noexcept { return is_constant() && maximum_ns == 0; }
};

// Throws Error(invalid_argument) naming the number that is out of its range. `what` begins the message.
void check(const LatencyChoice& choice, const char* what, bool may_be_lost);
// `stream` keeps models of one seed apart: each hop of a run has its own number.
std::unique_ptr<LatencyModel> make_latency_model(const LatencyChoice& choice, u64 stream);
// The longest that a message can be on its way, or its loss unknown.
i64 longest(const LatencyChoice& choice) noexcept;
// The numbers that decide, for the running hash.
std::vector<i64> settings_of(const LatencyChoice& choice);

}  // namespace pytrader
