// When requests arrive at a venue and its reports at the strategy, by one latency model for each hop of a connection.
#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "kernel/latency_model.hpp"

namespace pytrader {

enum class RequestKind : u8 { submit, cancel, replace };
constexpr std::size_t kRequestKinds = 3;

class MessageHops {
 public:
  // `due` is when the request arrives; when the sender hears that it was lost, if it was not delivered.
  struct Arrival {
    i64 due;
    bool delivered;
  };

  // Constant latencies, the same for all kinds of requests, until others are set. Models of one seed draw other numbers
  // on each connection.
  MessageHops(u32 connection, i64 request_ns, i64 response_ns);

  // Throws Error(invalid_argument) for a number out of its range.
  void set_request(RequestKind kind, LatencyChoice choice);
  void set_response(LatencyChoice choice);

  Arrival request_leaves(RequestKind kind, i64 ts) noexcept;
  i64 response_leaves(i64 ts) noexcept {
    return std::max(last_account_event_, response_.arrival(ts, response_.model->next(ts), last_response_));
  }
  // What changes positions without a trade neither overtakes a report nor is overtaken by one: it is about what was
  // held at its time.
  i64 account_event_leaves(i64 ts) noexcept {
    response_leaves(ts);
    return last_account_event_ = last_response_;
  }

  // Whether what leaves arrives at the same time, before anything else happens.
  bool requests_at_once() const noexcept { return requests_at_once_; }
  bool responses_at_once() const noexcept { return responses_at_once_; }
  bool responses_may_overtake() const noexcept { return response_.choice.may_overtake; }
  // The longest that a request and then its report can be on their way.
  i64 longest_round_trip() const noexcept;

  // The running hash of a run with constant latencies has these two words and nothing else.
  bool are_constant() const noexcept;
  i64 constant_request_ns() const noexcept { return requests_[0].choice.minimum_ns; }
  i64 constant_response_ns() const noexcept { return response_.choice.minimum_ns; }
  std::vector<i64> settings() const;

 private:
  struct Hop {
    LatencyChoice choice;
    std::unique_ptr<LatencyModel> model;

    // Waits for what left before, unless it may overtake.
    i64 arrival(i64 ts, i64 latency, i64& last) const noexcept;
  };

  u64 stream_of(std::size_t hop) const noexcept { return (u64{connection_} << 32) + hop; }

  u32 connection_;
  std::array<Hop, kRequestKinds> requests_;
  Hop response_;
  i64 last_request_ = INT64_MIN;  // the latest arrival so far
  i64 last_response_ = INT64_MIN;
  i64 last_account_event_ = INT64_MIN;
  bool requests_at_once_ = false;
  bool responses_at_once_ = false;
};

}  // namespace pytrader
