// Rows of a stream of bars, read ahead: which of them follow one another as they should.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "kernel/market_stream.hpp"
#include "model/records.hpp"

namespace pytrader {

// A row that is as it should be is read and judged once, however few bars are taken at a time.
class BarBlock {
 public:
  // The stream's bars from `row` on that are in order of time, can be, and are received as they close: up to the first
  // that is not, or to the end of what was read. The row must be none of before the one asked for last.
  std::span<const BarRecord> from(const MarketStream& stream, std::size_t row) noexcept {
    if (row >= end_) read(stream, row);
    return {bars_.data() + (row - first_), end_ - row};
  }

 private:
  static constexpr std::size_t kRows = 128;

  void read(const MarketStream& stream, std::size_t row) noexcept;

  std::array<BarRecord, kRows> bars_;
  std::size_t first_ = 0;
  std::size_t end_ = 0;  // behind the last row read that is as it should be
};

}  // namespace pytrader
