// The connections of a back-test: by which one an instrument's venue is reached, and what its latencies are.
#include <string>

#include "kernel/backtest_loop.hpp"

namespace pytrader {
namespace {

// Begins the settings of a connection beside the run's in the running hash.
constexpr i64 kConnectionSetting = 0x636f6e6e;

}  // namespace

BacktestLoop::Connection BacktestLoop::make_connection(i64 request_ns, i64 response_ns) const {
  const char* const kRefusal = "back-test: more than 4194304 money events are on their way from a venue";
  return {MessageHops(static_cast<u32>(connections_.size()), request_ns, response_ns),
          BoundedQueue<AccountEvent>(kMaxInFlight, kRefusal), std::nullopt};
}

u32 BacktestLoop::add_connection(std::span<const InstrumentIndex> instruments) {
  require_set_up("a connection can not be added");
  if (connections_.size() == kMaxConnections) {
    throw Error(ErrorCode::capacity, "back-test: there can be no more than 4096 connections");
  }
  if (instruments.empty()) {
    throw Error(ErrorCode::invalid_argument, "back-test: a connection must have at least one instrument");
  }
  for (const InstrumentIndex instrument : instruments) {
    const Instrument& known = kernel_.instrument(instrument);
    if (instrument < connection_of_.size() && connection_of_[instrument] != 0) {
      throw Error(ErrorCode::invalid_argument, "back-test: " + known.id() + " has a connection of its own already");
    }
  }
  connection_of_.resize(kernel_.instrument_count());
  for (const InstrumentIndex instrument : instruments) {
    connection_of_[instrument] = static_cast<u32>(connections_.size());
  }
  connections_.push_back(make_connection(0, 0));
  return static_cast<u32>(connections_.size() - 1);
}

BacktestLoop::Connection& BacktestLoop::connection(u32 number) {
  require_set_up("a latency can not be set");
  if (number < connections_.size()) return connections_[number];
  throw Error(ErrorCode::invalid_argument, "back-test: connection " + std::to_string(number) + " does not exist");
}

void BacktestLoop::set_feed_latency(const LatencyChoice& choice, u32 connection) {
  Connection& on = this->connection(connection);
  if (connection == 0) {
    merge_.set_feed_latency(choice);
  } else {
    StreamMerge::check_feed(choice);
    on.feed = choice;
  }
}

void BacktestLoop::set_request_latency(RequestKind kind, const LatencyChoice& choice, u32 connection) {
  this->connection(connection).hops.set_request(kind, choice);
}

void BacktestLoop::set_response_latency(const LatencyChoice& choice, u32 connection) {
  this->connection(connection).hops.set_response(choice);
}

// What an exchange publishes is one queue, so that rows of several exchanges arrive in one order.
void BacktestLoop::set_feeds() {
  connection_of_.resize(kernel_.instrument_count());
  for (const auto& [instrument, unused] : exchanges_) {
    if (!connection_to(instrument).feed.has_value()) continue;
    throw Error(ErrorCode::invalid_argument, "back-test: " + kernel_.instrument(instrument).id() +
                                                 " is an exchange, whose feed latency is the run's; leave it out");
  }
  for (u32 index = 0; index < merge_.size(); ++index) {
    const Connection& on = connection_to(merge_.stream(index).instrument);
    if (on.feed.has_value()) merge_.set_feed_latency(index, *on.feed);
  }
}

// Those beside the run's, for the running hash.
void BacktestLoop::add_connections() {
  for (u32 number = 1; number < connections_.size(); ++number) {
    const Connection& on = connections_[number];
    std::vector<i64> words{kConnectionSetting};
    for (InstrumentIndex instrument = 0; instrument < connection_of_.size(); ++instrument) {
      if (connection_of_[instrument] == number) words.push_back(i64{instrument});
    }
    words.push_back(-1);
    const std::vector<i64> feed = settings_of(on.feed.value_or(merge_.feed_latency()));
    words.insert(words.end(), feed.begin(), feed.end());
    const std::vector<i64> hops = on.hops.settings();
    words.insert(words.end(), hops.begin(), hops.end());
    for (const i64 word : words) kernel_.add_setting(word);
  }
}

}  // namespace pytrader
