// Where a report stands in the order in which its venue spoke.
#pragma once

#include "model/messages.hpp"

namespace pytrader {

// By the venue's count, and by its clock where neither has one or both have the same. A venue that counts its reports
// counts them all: one without a count is older than every one with it, so that there is one order of any mixture.
struct ReportRank {
  u64 sequence = 0;
  i64 ts_event = INT64_MIN;

  friend constexpr bool operator==(const ReportRank&, const ReportRank&) = default;
};
constexpr ReportRank rank_of(const ExecutionReport& report) noexcept {
  return {report.sequence, report.ts_event};
}
constexpr bool is_older(const ReportRank& a, const ReportRank& b) noexcept {
  return a.sequence != b.sequence ? a.sequence < b.sequence : a.ts_event < b.ts_event;
}

}  // namespace pytrader
