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

// Rows at the venue, until it speaks. A row that is refused, and one behind which time goes back, is left to
// take_venue_row(), which refuses it with all as it is when rows are taken one by one.
template <class Record>
BacktestLoop::QuietBlock BacktestLoop::rows_at_venue(u32 index, std::size_t last, i64 before) {
  const MarketStream& stream = merge_.stream(index);
  SimulatedVenue* const venue = market_of_[index];
  QuietBlock block{merge_.venue_row(index), before, false};
  i64 time = INT64_MIN;
  const auto ends_early = [&] { block.until = time; };
  for (; block.end < last; ++block.end) {
    const Record record = record_at<Record>(stream, block.end);
    if (record.ts_event >= before) return block;
    const bool in_order = block.end + 1 >= stream.rows || stream.columns[0][block.end + 1] >= record.ts_event;
    if (!in_order || !is_sound(stream, block.end, record)) [[unlikely]] {
      ends_early();
      return block;
    }
    time = record.ts_event;
    if (record.ts_init < record.ts_event) [[unlikely]]
      ++early_rows_[stream.instrument];
    if (venue == nullptr) continue;
    tell(*venue, record);
    if (!said_.empty() || venue->next_due() != schedule_.due_of(stream.instrument)) {
      block.spoken = true;
      ends_early();
      ++block.end;
      return block;
    }
  }
  if (block.end < stream.rows) ends_early();
  return block;
}

// Nothing else can happen before `others` and what is due; a row at the venue that makes it speak ends the block.
template <class Record>
u64 BacktestLoop::take_quiet_rows(u32 index, u64 most, i64 others, bool& succeeded) {
  const i64 recorded = recorder_.next_due();
  const i64 before = std::min({others, next_due(), recorded == INT64_MAX ? recorded : recorded + 1});
  if (merge_.top_of(index).time >= before) return 0;
  const MarketStream& stream = merge_.stream(index);
  const std::size_t first = merge_.venue_row(index);
  const QuietBlock block = rows_at_venue<Record>(index, first + std::min<u64>(stream.rows - first, most), before);
  const u64 at_venue = block.end - first;
  events_ += at_venue;
  i64 heard = INT64_MIN;
  const u64 told = merge_.pass_rows(index, block.end, block.until, block.spoken, [&](std::size_t at, i64 ts) {
    kernel_.apply_quiet(stream.instrument, record_at<Record>(stream, at), ts);
    heard = ts;
  });
  const u64 steps = std::max(at_venue, told);
  if (steps == 0) return 0;
  const i64 time = at_venue == 0 ? INT64_MIN : stream.columns[0][block.end - 1];
  now_ = std::max({now_, time, heard});
  if (!block.spoken) return steps;
  schedule_.set(stream.instrument, market_of_[index]->next_due());
  collect();
  const bool received = merge_.receive_now(index, block.end - 1, time);
  succeeded = settle_before(index, received);
  if (received && succeeded) {
    telling_ = index;
    succeeded = tell(kernel_, stream, record_at<Record>(stream, block.end - 1), now_) && settle();
  }
  return steps;
}

template u64 BacktestLoop::take_quiet_rows<L3Record>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<L2Record>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<QuoteRecord>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<TradeRecord>(u32, u64, i64, bool&);

}  // namespace pytrader
