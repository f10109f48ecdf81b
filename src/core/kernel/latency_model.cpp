// Drawing latencies: each distribution is a few lines over words of SplitMix64.
#include "kernel/latency_model.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "decimal/binary_logarithm.hpp"
#include "decimal/error.hpp"
#include "decimal/split_mix.hpp"
#include "kernel/normal_quantile.hpp"

namespace pytrader {
namespace {

constexpr u64 kLn2 = 2'977'044'472;      // in 2^-32
constexpr i64 kLog2OfE = 6'196'328'019;  // in 2^-32

class ConstantLatency final : public LatencyModel {
 public:
  explicit ConstantLatency(i64 latency_ns) noexcept : latency_ns_(latency_ns) {}
  i64 next(i64) noexcept override { return latency_ns_; }

 private:
  i64 latency_ns_;
};

class UniformLatency final : public LatencyModel {
 public:
  UniformLatency(const LatencyChoice& choice, SplitMix64 words) noexcept
      : minimum_ns_(choice.minimum_ns),
        count_(static_cast<u64>(choice.maximum_ns - choice.minimum_ns) + 1),
        words_(words) {}
  i64 next(i64) noexcept override {
    return minimum_ns_ + static_cast<i64>(static_cast<u128>(words_.next()) * count_ >> 64);
  }

 private:
  i64 minimum_ns_;
  u64 count_;
  SplitMix64 words_;
};

class ExponentialLatency final : public LatencyModel {
 public:
  ExponentialLatency(const LatencyChoice& choice, SplitMix64 words) noexcept
      : minimum_ns_(choice.minimum_ns),
        maximum_ns_(choice.maximum_ns),
        mean_(static_cast<u64>(choice.scale)),
        words_(words) {}
  i64 next(i64) noexcept override {
    const u64 minus_log2 = (u64{64} << 32) - log2_of(std::max<u64>(1, words_.next()));
    const u128 excess = static_cast<u128>(mean_) * minus_log2 * kLn2 >> 64;
    return minimum_ns_ + static_cast<i64>(std::min<u128>(excess, static_cast<u64>(maximum_ns_ - minimum_ns_)));
  }

 private:
  i64 minimum_ns_;
  i64 maximum_ns_;
  u64 mean_;
  SplitMix64 words_;
};

class NormalLatency final : public LatencyModel {
 public:
  NormalLatency(const LatencyChoice& choice, SplitMix64 words) noexcept
      : minimum_ns_(choice.minimum_ns),
        maximum_ns_(choice.maximum_ns),
        mean_(choice.location_ns),
        deviation_(choice.scale),
        words_(words) {}
  i64 next(i64) noexcept override {
    const i128 drawn = mean_ + (static_cast<i128>(deviation_) * normal_quantile(words_.next()) >> 32);
    return static_cast<i64>(std::clamp<i128>(drawn, minimum_ns_, maximum_ns_));
  }

 private:
  i64 minimum_ns_;
  i64 maximum_ns_;
  i64 mean_;
  i64 deviation_;
  SplitMix64 words_;
};

class LognormalLatency final : public LatencyModel {
 public:
  LognormalLatency(const LatencyChoice& choice, SplitMix64 words) noexcept
      : minimum_ns_(choice.minimum_ns),
        maximum_ns_(choice.maximum_ns),
        median_(static_cast<u64>(choice.location_ns)),
        sigma_(choice.scale),
        words_(words) {}
  i64 next(i64) noexcept override {
    const i128 power = static_cast<i128>(sigma_) * normal_quantile(words_.next()) / 1'000'000 * kLog2OfE >> 32;
    const i64 whole = static_cast<i64>(power >> 32);
    const u128 scaled = static_cast<u128>(median_) * exp2_of_fraction(static_cast<u32>(power));  // in 2^-62
    // 2^62 times the median is beyond any maximum.
    if (whole > 60) return maximum_ns_;
    const u128 drawn = whole > -64 ? scaled >> (62 - whole) : 0;
    const u128 capped = std::min<u128>(drawn, static_cast<u64>(maximum_ns_));
    return std::max(minimum_ns_, static_cast<i64>(capped));
  }

 private:
  i64 minimum_ns_;
  i64 maximum_ns_;
  u64 median_;
  i64 sigma_;
  SplitMix64 words_;
};

// Before the first point the first holds, after the last the last. A loss is never interpolated: it holds from its
// point to the next.
class MeasuredLatency final : public LatencyModel {
 public:
  explicit MeasuredLatency(std::vector<LatencyPoint> points) : points_(std::move(points)) {}
  i64 next(i64 ts) noexcept override {
    while (at_ + 1 < points_.size() && points_[at_ + 1].ts <= ts) ++at_;
    const LatencyPoint& before = points_[at_];
    if (before.latency_ns < 0 || ts <= before.ts || at_ + 1 == points_.size()) return before.latency_ns;
    const LatencyPoint& after = points_[at_ + 1];
    if (after.latency_ns < 0) return before.latency_ns;
    const i128 passed = static_cast<i128>(ts) - before.ts;
    const i128 span = static_cast<i128>(after.ts) - before.ts;
    return static_cast<i64>(before.latency_ns + (after.latency_ns - before.latency_ns) * passed / span);
  }

 private:
  std::vector<LatencyPoint> points_;
  std::size_t at_ = 0;
};

[[noreturn]] void refuse(const char* what, const std::string& why) {
  throw Error(ErrorCode::invalid_argument, std::string(what) + ": " + why);
}

void check_points(const std::vector<LatencyPoint>& points, const char* what, bool may_be_lost) {
  if (points.empty()) refuse(what, "no points to interpolate between; give at least one");
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::string row = "row " + std::to_string(i) + ": ";
    const i64 latency = points[i].latency_ns;
    if (i > 0 && points[i].ts < points[i - 1].ts) refuse(what, row + "is before the row in front of it; sort by time");
    if (latency < -LatencyChoice::kMostNs || latency > LatencyChoice::kMostNs) {
      refuse(what, row + "a latency of " + std::to_string(latency) + " ns is beyond 2^50 ns");
    }
    if (latency < 0 && !may_be_lost) refuse(what, row + "the latency is negative, and only requests can be lost");
  }
}

}  // namespace

void check(const LatencyChoice& choice, const char* what, bool may_be_lost) {
  if (choice.kind == LatencyKind::measured) return check_points(choice.points, what, may_be_lost);
  const auto range = [&](i64 value, i64 lowest, i64 highest, const char* name) {
    if (value >= lowest && value <= highest) return;
    refuse(what, std::string(name) + " is " + std::to_string(value) + "; it must be " + std::to_string(lowest) +
                     " to " + std::to_string(highest));
  };
  range(choice.minimum_ns, 0, LatencyChoice::kMostNs, "the minimum in ns");
  range(choice.maximum_ns, choice.minimum_ns, LatencyChoice::kMostNs, "the maximum in ns");
  const bool located = choice.kind == LatencyKind::normal || choice.kind == LatencyKind::lognormal;
  if (located) range(choice.location_ns, choice.minimum_ns, choice.maximum_ns, "the mean or median in ns");
  const bool scaled = located || choice.kind == LatencyKind::exponential;
  const bool sigma = choice.kind == LatencyKind::lognormal;
  if (scaled) {
    range(choice.scale, 0, sigma ? LatencyChoice::kMostSigma : LatencyChoice::kMostNs,
          sigma ? "sigma in millionths" : "the deviation or mean excess in ns");
  }
  if (choice.kind == LatencyKind::exponential) {
    range(choice.minimum_ns + choice.scale, choice.minimum_ns, choice.maximum_ns, "the mean in ns");
  }
}

std::unique_ptr<LatencyModel> make_latency_model(const LatencyChoice& choice, u64 stream) {
  const SplitMix64 words(SplitMix64(choice.seed ^ stream * 0xD6E8FEB86659FD93ULL).next());
  switch (choice.kind) {
    case LatencyKind::constant:
      break;
    case LatencyKind::uniform:
      return std::make_unique<UniformLatency>(choice, words);
    case LatencyKind::exponential:
      return std::make_unique<ExponentialLatency>(choice, words);
    case LatencyKind::normal:
      return std::make_unique<NormalLatency>(choice, words);
    case LatencyKind::lognormal:
      return std::make_unique<LognormalLatency>(choice, words);
    case LatencyKind::measured:
      return std::make_unique<MeasuredLatency>(choice.points);
  }
  return std::make_unique<ConstantLatency>(choice.minimum_ns);
}

i64 longest(const LatencyChoice& choice) noexcept {
  i64 most = choice.maximum_ns;
  for (const LatencyPoint& point : choice.points) most = std::max(most, std::abs(point.latency_ns));
  return most;
}

std::vector<i64> settings_of(const LatencyChoice& choice) {
  std::vector<i64> words{static_cast<i64>(choice.kind),
                         choice.minimum_ns,
                         choice.maximum_ns,
                         choice.location_ns,
                         choice.scale,
                         static_cast<i64>(choice.seed),
                         choice.may_overtake ? 1 : 0,
                         static_cast<i64>(choice.points.size())};
  for (const LatencyPoint& point : choice.points) words.insert(words.end(), {point.ts, point.latency_ns});
  return words;
}

}  // namespace pytrader
