// Latency models: moments of each distribution, interpolation, what is refused, and arrivals of messages.
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "kernel/latency_model.hpp"
#include "kernel/message_hops.hpp"
#include "kernel/normal_quantile.hpp"

using namespace pytrader;

namespace {

constexpr i64 kDraws = 100'000;

LatencyChoice choice_of(LatencyKind kind, i64 minimum, i64 maximum, i64 location = 0, i64 scale = 0, u64 seed = 7) {
  LatencyChoice choice;
  choice.kind = kind;
  choice.minimum_ns = minimum;
  choice.maximum_ns = maximum;
  choice.location_ns = location;
  choice.scale = scale;
  choice.seed = seed;
  return choice;
}

struct Moments {
  i64 least = INT64_MAX;
  i64 most = INT64_MIN;
  i64 mean = 0;
  i128 variance = 0;
  i64 below = 0;  // draws below the location
};

Moments moments_of(const LatencyChoice& choice) {
  check(choice, "latency", false);
  const auto model = make_latency_model(choice, 0);
  Moments moments;
  i128 sum = 0;
  i128 squares = 0;
  for (i64 draw = 0; draw < kDraws; ++draw) {
    const i64 latency = model->next(draw);
    moments.least = std::min(moments.least, latency);
    moments.most = std::max(moments.most, latency);
    moments.below += latency < choice.location_ns ? 1 : 0;
    sum += latency;
    squares += static_cast<i128>(latency) * latency;
  }
  moments.mean = static_cast<i64>(sum / kDraws);
  moments.variance = squares / kDraws - static_cast<i128>(moments.mean) * moments.mean;
  return moments;
}

bool within(i128 value, i128 low, i128 high) {
  return value >= low && value <= high;
}

LatencyChoice measured(std::vector<LatencyPoint> points) {
  LatencyChoice choice;
  choice.kind = LatencyKind::measured;
  choice.points = std::move(points);
  return choice;
}

}  // namespace

TEST_CASE("latency: uniform draws have the mean and variance of their range and do not leave it") {
  const Moments found = moments_of(choice_of(LatencyKind::uniform, 1'000'000, 3'000'000));
  CHECK(found.least >= 1'000'000);
  CHECK(found.most <= 3'000'000);
  CHECK(within(found.mean, 1'990'000, 2'010'000));
  // (2 ms)^2 / 12.
  CHECK(within(found.variance, 330'000'000'000, 337'000'000'000));
}

TEST_CASE("latency: exponential draws have their mean excess, and the square of it as variance") {
  const Moments found = moments_of(choice_of(LatencyKind::exponential, 500'000, 1'000'000'000, 0, 1'000'000));
  CHECK(found.least >= 500'000);
  CHECK(within(found.mean, 1'485'000, 1'515'000));
  CHECK(within(found.variance, 970'000'000'000, 1'030'000'000'000));
}

TEST_CASE("latency: normal draws have their mean and deviation, and pile up where they are cut off") {
  const Moments wide = moments_of(choice_of(LatencyKind::normal, 0, 4'000'000, 2'000'000, 200'000));
  CHECK(within(wide.mean, 1'998'000, 2'002'000));
  CHECK(within(wide.variance, 39'400'000'000, 40'600'000'000));
  CHECK(within(wide.below, kDraws * 49 / 100, kDraws * 51 / 100));
  const Moments cut = moments_of(choice_of(LatencyKind::normal, 1'900'000, 2'000'000, 2'000'000, 200'000));
  CHECK(cut.least == 1'900'000);
  CHECK(cut.most == 2'000'000);
}

TEST_CASE("latency: lognormal draws have their median and the mean of the distribution") {
  const Moments found = moments_of(choice_of(LatencyKind::lognormal, 0, 1'000'000'000, 1'000'000, 500'000));
  CHECK(within(found.below, kDraws * 49 / 100, kDraws * 51 / 100));
  // 1 ms times exp(0.5^2 / 2) = 1.133148 ms.
  CHECK(within(found.mean, 1'123'000, 1'143'000));
  const Moments wild = moments_of(choice_of(LatencyKind::lognormal, 10, 2'000'000, 1'000'000, 10'000'000));
  CHECK(wild.least == 10);
  CHECK(wild.most == 2'000'000);
}

TEST_CASE("latency: quantiles of the normal distribution stand where tables have them") {
  const auto in_millionths = [](u64 word) {
    return static_cast<i64>(static_cast<i128>(normal_quantile(word)) * 1'000'000 >> 32);
  };
  CHECK(within(in_millionths(u64{1} << 63 >> 1), 674'489 - 250, 674'490 + 250));            // P(Z > z) = 1/4
  CHECK(within(in_millionths(461'168'601'842'738'790), 1'959'964 - 250, 1'959'964 + 250));  // 1/40
  CHECK(within(in_millionths(18'446'744'073'709'552), 3'090'232 - 250, 3'090'232 + 250));   // 1/1000
  CHECK(normal_quantile((u64{1} << 63) - 1) <= 1 << 10);
  CHECK(normal_quantile(0) == -normal_quantile(u64{1} << 63));
  CHECK(normal_quantile(0) < i64{715} * (i64{1} << 32) / 100);
}

TEST_CASE("latency: one seed draws the same again, another seed or stream draws others") {
  const LatencyChoice choice = choice_of(LatencyKind::uniform, 0, 1'000'000'000);
  const auto draws = [](const LatencyChoice& chosen, u64 stream) {
    const auto model = make_latency_model(chosen, stream);
    std::vector<i64> found;
    for (int i = 0; i < 8; ++i) found.push_back(model->next(i));
    return found;
  };
  LatencyChoice other = choice;
  other.seed = 8;
  CHECK(draws(choice, 0) == draws(choice, 0));
  CHECK(draws(choice, 0) != draws(choice, 1));
  CHECK(draws(choice, 0) != draws(other, 0));
}

TEST_CASE("latency: measured points are interpolated, and the first and last hold beyond them") {
  const auto model = make_latency_model(measured({{100, 10}, {200, 30}, {300, 20}}), 0);
  CHECK(model->next(50) == 10);
  CHECK(model->next(100) == 10);
  CHECK(model->next(150) == 20);
  CHECK(model->next(250) == 25);
  CHECK(model->next(400) == 20);
}

TEST_CASE("latency: a loss holds from its point to the next and is not interpolated") {
  const auto model = make_latency_model(measured({{100, 10}, {200, -500}, {300, 20}}), 0);
  CHECK(model->next(199) == 10);
  CHECK(model->next(200) == -500);
  CHECK(model->next(299) == -500);
  CHECK(model->next(300) == 20);
}

TEST_CASE("latency: numbers out of their range are refused by name") {
  const auto refused = [](const LatencyChoice& choice, const char* part, bool may_be_lost = true) {
    try {
      check(choice, "latency", may_be_lost);
    } catch (const Error& error) {
      return std::string(error.what()).find(part) != std::string::npos;
    }
    return false;
  };
  CHECK(refused(LatencyChoice::constant(-1), "the minimum in ns is -1"));
  CHECK(refused(choice_of(LatencyKind::uniform, 5, 4), "the maximum in ns is 4"));
  CHECK(refused(choice_of(LatencyKind::normal, 0, 10, 11, 1), "the mean or median"));
  CHECK(refused(choice_of(LatencyKind::normal, 0, 10, 5, -1), "the deviation"));
  CHECK(refused(choice_of(LatencyKind::exponential, 4, 10, 0, 7), "the mean in ns is 11; it must be 4 to 10"));
  CHECK_FALSE(refused(choice_of(LatencyKind::exponential, 4, 10, 0, 6), ""));
  CHECK(refused(choice_of(LatencyKind::lognormal, 0, 10, 5, 10'000'001), "sigma"));
  CHECK(refused(choice_of(LatencyKind::uniform, 0, (i64{1} << 50) + 1), "the maximum"));
  CHECK(refused(measured({}), "no points"));
  CHECK(refused(measured({{2, 1}, {1, 1}}), "row 1: is before"));
  CHECK(refused(measured({{1, -1}}), "only requests can be lost", false));
}

TEST_CASE("latency: a request waits for those before it unless it may overtake them") {
  MessageHops hops(0, 3'000, 0);
  hops.set_request(RequestKind::cancel, LatencyChoice::constant(1'000));
  CHECK(hops.request_leaves(RequestKind::submit, 0).due == 3'000);
  CHECK(hops.request_leaves(RequestKind::cancel, 500).due == 3'000);
  CHECK(hops.request_leaves(RequestKind::cancel, 2'500).due == 3'500);
  LatencyChoice fast = LatencyChoice::constant(1'000);
  fast.may_overtake = true;
  hops.set_request(RequestKind::cancel, fast);
  CHECK(hops.request_leaves(RequestKind::submit, 10'000).due == 13'000);
  CHECK(hops.request_leaves(RequestKind::cancel, 10'500).due == 11'500);
  CHECK(hops.longest_round_trip() == 3'000);
}

TEST_CASE("latency: a lost request holds nobody up") {
  MessageHops hops(0, 0, 0);
  hops.set_request(RequestKind::submit, measured({{0, -7'000}, {100, 50}}));
  const MessageHops::Arrival lost = hops.request_leaves(RequestKind::submit, 10);
  CHECK_FALSE(lost.delivered);
  CHECK(lost.due == 7'010);
  CHECK(hops.request_leaves(RequestKind::submit, 100).due == 150);
  CHECK(hops.longest_round_trip() == 7'000);
  CHECK_FALSE(hops.requests_at_once());
}
