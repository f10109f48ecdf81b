// Arrivals of requests and reports.
#include "kernel/message_hops.hpp"

#include <algorithm>

#include "model/later.hpp"

namespace pytrader {
namespace {

// The streams of random words that a connection's hops have; feeds begin behind them.
constexpr std::size_t kResponseHop = kRequestKinds;

constexpr std::array<const char*, kRequestKinds> kRequestNames = {"latency of new orders", "latency of cancel requests",
                                                                  "latency of replace requests"};

}  // namespace

MessageHops::MessageHops(u32 connection, i64 request_ns, i64 response_ns) : connection_(connection) {
  for (std::size_t kind = 0; kind < kRequestKinds; ++kind) {
    set_request(static_cast<RequestKind>(kind), LatencyChoice::constant(request_ns));
  }
  set_response(LatencyChoice::constant(response_ns));
}

void MessageHops::set_request(RequestKind kind, LatencyChoice choice) {
  const auto index = static_cast<std::size_t>(kind);
  check(choice, kRequestNames[index], true);
  Hop& hop = requests_[index];
  hop.model = make_latency_model(choice, stream_of(index));
  hop.choice = std::move(choice);
  requests_at_once_ =
      std::all_of(requests_.begin(), requests_.end(), [](const Hop& each) { return each.choice.is_none(); });
}

void MessageHops::set_response(LatencyChoice choice) {
  check(choice, "latency of responses", false);
  response_.model = make_latency_model(choice, stream_of(kResponseHop));
  response_.choice = std::move(choice);
  responses_at_once_ = response_.choice.is_none();
}

i64 MessageHops::Hop::arrival(i64 ts, i64 latency, i64& last) const noexcept {
  const i64 due = choice.may_overtake ? later(ts, latency) : std::max(last, later(ts, latency));
  last = std::max(last, due);
  return due;
}

MessageHops::Arrival MessageHops::request_leaves(RequestKind kind, i64 ts) noexcept {
  Hop& hop = requests_[static_cast<std::size_t>(kind)];
  const i64 latency = hop.model->next(ts);
  if (latency < 0) return {later(ts, -latency), false};
  return {hop.arrival(ts, latency, last_request_), true};
}

i64 MessageHops::longest_round_trip() const noexcept {
  i64 most = 0;
  for (const Hop& hop : requests_) most = std::max(most, longest(hop.choice));
  return later(most, longest(response_.choice));
}

bool MessageHops::are_constant() const noexcept {
  const auto same = [this](const Hop& hop) {
    return hop.choice.is_constant() && !hop.choice.may_overtake &&
           hop.choice.minimum_ns == requests_[0].choice.minimum_ns;
  };
  return std::all_of(requests_.begin(), requests_.end(), same) && response_.choice.is_constant() &&
         !response_.choice.may_overtake;
}

std::vector<i64> MessageHops::settings() const {
  std::vector<i64> words;
  for (const Hop& hop : requests_) {
    const std::vector<i64> more = settings_of(hop.choice);
    words.insert(words.end(), more.begin(), more.end());
  }
  const std::vector<i64> more = settings_of(response_.choice);
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace pytrader
