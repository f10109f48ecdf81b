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
  if constexpr (std::is_same_v<Record, QuoteRecord>) {
    board_.apply_quote(at, record);
  } else {
    i64 price = record.price;
    i64 quantity = 0;  // of a trade that the row tells of
    if constexpr (std::is_same_v<Record, L3Record>) {
      const BookAction action = static_cast<BookAction>(record.action);
      if (action == BookAction::execute || action == BookAction::trade) {
        const TradeRecord print = MarketBoard::print_of(at, record);
        price = print.price;
        quantity = print.quantity;
      }
      board_.apply_l3(at, record);
    } else if constexpr (std::is_same_v<Record, L2Record>) {
      if (static_cast<BookAction>(record.action) == BookAction::trade) quantity = record.quantity;
      board_.apply_l2(at, record);
    } else {
      quantity = record.quantity;
    }
    if (quantity <= 0) return;
    at.last_price = price;
    at.printed = true;
  }
}

// Rows at the venue, until it speaks. A row that is refused, and one behind which time goes back, is left to
// take_venue_row(), which refuses it with all as it is when rows are taken one by one.
template <class Record>
[[gnu::always_inline]] inline BacktestLoop::QuietBlock BacktestLoop::rows_at_venue(u32 index, std::size_t last,
                                                                                   i64 before) {
  const MarketStream& stream = merge_.stream(index);
  SimulatedVenue* const venue = market_of_[index];
  const i64 venue_due = schedule_.due_of(stream.instrument);
  QuietBlock block{merge_.venue_row(index), INT64_MIN, merge_.venue_time(index), before, false};
  const auto ends_early = [&] { block.until = block.time; };
  for (; block.end < last; ++block.end) {
    if (block.next >= before) return block;
    const Record record = record_at<Record>(stream, block.end);
    const i64 next = block.end + 1 < stream.rows ? stream.columns[kTsEvent][block.end + 1] : INT64_MAX;
    if (next < block.next || !is_sound(stream, block.end, record)) [[unlikely]] {
      ends_early();
      return block;
    }
    block.time = block.next;
    block.next = next;
    if (record.ts_init < record.ts_event) [[unlikely]]
      ++early_rows_[stream.instrument];
    if (venue == nullptr) continue;
    tell(*venue, record);
    if (!said_.empty() || venue->next_due() != venue_due) {
      block.spoken = true;
      ends_early();
      ++block.end;
      return block;
    }
  }
  if (block.end < stream.rows) ends_early();
  return block;
}

// Nothing else can happen before `before`; a row at the venue that makes it speak ends the block.
template <class Record>
u64 BacktestLoop::take_quiet_rows(u32 index, u64 most, i64 before, bool& succeeded) {
  if (recorder_.next_due() < before) before = recorder_.next_due() + 1;
  if (merge_.top_of_rows(index).time >= before) return 0;
  const MarketStream& stream = merge_.stream(index);
  const std::size_t first = merge_.venue_row(index);
  const QuietBlock block = rows_at_venue<Record>(index, first + std::min<u64>(stream.rows - first, most), before);
  const u64 at_venue = block.end - first;
  events_ += at_venue;
  i64 heard = INT64_MIN;
  const u64 told = merge_.pass_rows<Record>(index, block.end, block.next, block.until, block.spoken,
                                            [&](const Record& record, i64 ts) {
                                              kernel_.apply_quiet(stream.instrument, record, ts);
                                              heard = ts;
                                            });
  now_ = std::max({now_, block.time, heard});
  if (!block.spoken) return std::max(at_venue, told);
  schedule_.set(stream.instrument, market_of_[index]->next_due());
  collect();
  const bool received = merge_.receive_now(index, block.end - 1, block.time);
  succeeded = settle_before(index, received);
  if (received && succeeded) {
    telling_ = index;
    succeeded = tell(kernel_, stream, record_at<Record>(stream, block.end - 1), now_) && settle();
  }
  return std::max(at_venue, told);
}

template u64 BacktestLoop::take_quiet_rows<L3Record>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<L2Record>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<QuoteRecord>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<TradeRecord>(u32, u64, i64, bool&);

}  // namespace pytrader
