// Rows that no strategy waits for, taken in blocks: many at their venue, then those that were received meanwhile.
// The short way of what take_venue_row() and the kernel's apply_*() do row by row.
#include <algorithm>
#include <type_traits>

#include "kernel/backtest_loop.hpp"
#include "kernel/input_hash.hpp"
#include "kernel/stream_rows.hpp"

namespace pytrader {
template <class Record>
[[gnu::always_inline]] inline void Kernel::apply_quiet(InstrumentIndex instrument, const Record& record, i64 ts) {
  add_input(hash_, instrument, record, ts);
  now_ = ts;
  commands_ = 0;
  InstrumentMarket& at = board_[instrument];
  TradeRecord print{};
  if constexpr (std::is_same_v<Record, L3Record>) {
    const BookAction action = static_cast<BookAction>(record.action);
    if (action == BookAction::execute || action == BookAction::trade) print = MarketBoard::print_of(at, record);
    board_.apply_l3(at, record);
  } else if constexpr (std::is_same_v<Record, L2Record>) {
    if (static_cast<BookAction>(record.action) == BookAction::trade) {
      print.price = record.price;
      print.quantity = record.quantity;
    }
    board_.apply_l2(at, record);
  } else if constexpr (std::is_same_v<Record, QuoteRecord>) {
    board_.apply_quote(at, record);
  } else {
    print = record;
  }
  if (print.quantity <= 0) return;
  at.last_price = print.price;
  at.printed = true;
}

// Nothing else can happen before `others` and what is due; a row at the venue that makes it speak ends the block.
template <class Record>
u64 BacktestLoop::take_quiet_rows(u32 index, u64 most, i64 others, bool& succeeded) {
  const i64 recorded = recorder_.next_due();
  const i64 before = std::min({others, next_due(), recorded == INT64_MAX ? recorded : recorded + 1});
  if (merge_.top_of(index).time >= before) return 0;
  const MarketStream& stream = merge_.stream(index);
  SimulatedVenue* const venue = market_of_[index];
  const std::size_t first = merge_.venue_row(index);
  const std::size_t last = first + std::min<u64>(stream.rows - first, most);
  std::size_t row = first;
  i64 time = INT64_MIN;
  bool spoken = false;
  bool in_time = true;
  for (; row < last && !spoken; ++row) {
    const Record record = record_at<Record>(stream, row);
    in_time = record.ts_event < before;
    if (!in_time || record.ts_event < time) break;
    time = record.ts_event;
    check_row(stream, row, record);
    if (record.ts_init < record.ts_event) [[unlikely]]
      ++early_rows_[stream.instrument];
    if (venue == nullptr) continue;
    tell(*venue, record);
    spoken = !said_.empty() || venue->next_due() != schedule_.due_of(stream.instrument);
  }
  events_ += row - first;
  // Where the block ended early, what reaches the strategies at that very time has its turn later.
  const i64 until = spoken || (in_time && row < stream.rows) ? time : before;
  i64 heard = INT64_MIN;
  const std::size_t told = merge_.pass_rows(index, row, until, spoken, [&](std::size_t at, i64 ts) {
    kernel_.apply_quiet(stream.instrument, record_at<Record>(stream, at), ts);
    heard = ts;
  });
  now_ = std::max({now_, time, heard});
  telling_ = index;
  if (!spoken) return row - first + told;
  schedule_.set(stream.instrument, venue->next_due());
  collect();
  const bool received = merge_.receive_now(index, row - 1, time);
  succeeded = settle();
  if (received && succeeded) {
    succeeded = tell(kernel_, stream, record_at<Record>(stream, row - 1), now_) && settle();
  }
  return row - first + told;
}

template u64 BacktestLoop::take_quiet_rows<L3Record>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<L2Record>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<QuoteRecord>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<TradeRecord>(u32, u64, i64, bool&);

}  // namespace pytrader
