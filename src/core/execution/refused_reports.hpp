// Reports of venues that were not taken as they came, with the reason: a bounded list, counted beyond its bound.
#pragma once

#include <cstddef>
#include <vector>

#include "model/messages.hpp"

namespace pytrader {

// What became of a report or request.
enum class Applied : u8 {
  taken,
  unknown_order,        // no order of this number
  illegal_transition,   // the state table forbids it in the order's status
  duplicate_execution,  // a trade, correction or bust that was told before
  overfill,             // taken: a trade is money; but it brings the order beyond its quantity, as far as we know it
  bad_quantity,         // a trade, correction or replace whose quantity is not above what it must be above
  value_overflow,       // cum_value would leave 128 bits
  stale_report,         // something newer was told before
  repeated_report,      // the venue said the same before
};
constexpr u8 kAppliedCount = 9;
const char* to_text(Applied applied) noexcept;

struct RefusedReport {
  i64 ts_init;
  ExecutionReport report;
  OrderStatus ord_status;  // of the order when it came; initialized for no order
  Applied why;
};

class RefusedReports {
 public:
  static constexpr std::size_t kMost = 65'536;  // reports that are kept; more are counted only

  Applied add(Applied why, const ExecutionReport& report, OrderStatus ord_status, i64 ts_init) {
    ++counts_[static_cast<u8>(why)];
    if (kept_.size() < kMost) kept_.push_back({ts_init, report, ord_status, why});
    return why;
  }
  // A request of our own, which is no report: counted only.
  Applied count(Applied why) noexcept {
    ++counts_[static_cast<u8>(why)];
    return why;
  }
  u64 count_of(Applied why) const noexcept { return counts_[static_cast<u8>(why)]; }
  const std::vector<RefusedReport>& kept() const noexcept { return kept_; }

 private:
  std::vector<RefusedReport> kept_;
  u64 counts_[kAppliedCount] = {};
};

}  // namespace pytrader
