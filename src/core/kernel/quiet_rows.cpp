// Rows that no strategy waits for, taken in blocks: many at their venue, then those that were received meanwhile.
// The short way of what take_venue_row() and the kernel's apply_*() do row by row.
#include <algorithm>
#include <type_traits>

#include "kernel/backtest_loop.hpp"
#include "kernel/input_hash.hpp"
#include "kernel/stream_rows.hpp"

namespace pytrader {
// Those of one instrument, one after another.
template <class Record>
struct Kernel::QuietRows {
  Kernel& kernel;
  InstrumentIndex instrument;
  InstrumentMarket& at = kernel.board_[instrument];

  [[gnu::always_inline]] void apply(const Record& record, i64 ts) {
    add_input(kernel.hash_, instrument, record, ts);
    if constexpr (std::is_same_v<Record, QuoteRecord>) {
      kernel.board_.apply_quote(at, record);
    } else if constexpr (std::is_same_v<Record, TradeRecord>) {
      prints(record.price, record.quantity, ts);
    } else if constexpr (std::is_same_v<Record, L2Record>) {
      kernel.board_.apply_quiet_l2(at, record);
      if (static_cast<BookAction>(record.action) == BookAction::trade) prints(record.price, record.quantity, ts);
    } else {
      const BookAction action = static_cast<BookAction>(record.action);
      if (action == BookAction::execute || action == BookAction::trade) {
        const TradeRecord print = MarketBoard::print_of(at, record);
        prints(print.price, print.quantity, ts);
      }
      kernel.board_.apply_l3(at, record);
    }
  }
  void prints(i64 price, i64 quantity, i64 ts) {
    kernel.closed_until_ = ts;
    if (quantity <= 0) return;
    at.last_price = price;
    at.printed = true;
  }
  // Behind the last of them, applied at `ts`.
  void finish(i64 ts) {
    kernel.now_ = ts;
    kernel.commands_ = 0;
  }
};

// Rows at the venue, until it speaks. A row that is refused, and one behind which time goes back, is left to
// take_venue_row(), which refuses it with all as it is when rows are taken one by one.
template <class Rows>
[[gnu::always_inline]] inline BacktestLoop::QuietBlock BacktestLoop::rows_at_venue(Rows& rows, u32 index,
                                                                                   std::size_t last, i64 before) {
  const MarketStream& stream = merge_.stream(index);
  const std::size_t count = stream.rows;
  SimulatedVenue* const venue = market_of_[index];
  const i64 venue_due = schedule_.due_of(stream.instrument);
  std::size_t end = merge_.venue_row(index);
  i64 time = INT64_MIN;
  i64 next = merge_.venue_time(index);
  for (; end < last; ++end) {
    if (next >= before) return {end, time, next, before, false};
    const auto& record = rows[end];
    const i64 behind = end + 1 < count ? rows.ts_event(end + 1) : INT64_MAX;
    if (behind < next || !makes_sense(record)) [[unlikely]]
      return {end, time, next, time, false};
    time = next;
    next = behind;
    if (record.ts_init < record.ts_event) [[unlikely]]
      ++early_rows_[stream.instrument];
    if (venue == nullptr || !tell(*venue, record)) continue;
    if (!said_.empty() || venue->next_due() != venue_due) {
      return {end + 1, time, next, time, true};
    }
  }
  return {end, time, next, end < count ? time : before, false};
}

bool BacktestLoop::is_in_one_unit(u32 index) const noexcept {
  const MarketStream& stream = merge_.stream(index);
  const InstrumentMarket& market = kernel_.market(stream.instrument);
  if (market.splits.empty()) [[likely]]
    return true;
  const std::size_t row = merge_.strategy_row(index);
  return now_ < market.units_until && row < stream.rows && market.is_in_units(stream.columns[kTsEvent][row]);
}

// Nothing else can happen before `before`; a row at the venue that makes it speak ends the block.
template <class Record>
u64 BacktestLoop::take_quiet_rows(u32 index, u64 most, i64 before, bool& succeeded) {
  if (recorder_.next_due() < before) before = recorder_.next_due() + 1;
  if (merge_.top_of_rows(index).time >= before) return 0;
  const bool packed = merge_.stream(index).packed != nullptr;
  return packed ? take_quiet_rows<Record, PackedRows<Record>>(index, most, before, succeeded)
                : take_quiet_rows<Record, GatheredRows<Record>>(index, most, before, succeeded);
}

template <class Record, class Rows>
u64 BacktestLoop::take_quiet_rows(u32 index, u64 most, i64 before, bool& succeeded) {
  const MarketStream& stream = merge_.stream(index);
  Rows rows(stream);
  const std::size_t first = merge_.venue_row(index);
  const QuietBlock block = rows_at_venue(rows, index, first + std::min<u64>(stream.rows - first, most), before);
  const u64 at_venue = block.end - first;
  events_ += at_venue;
  Kernel::QuietRows<Record> heard{kernel_, stream.instrument};
  i64 heard_at = INT64_MIN;
  const u64 told = merge_.pass_rows(rows, index, block.end, block.next, block.until, block.spoken,
                                    [&](const Record& record, i64 ts) {
                                      heard.apply(record, ts);
                                      heard_at = ts;
                                    });
  if (told > 0) heard.finish(heard_at);
  now_ = std::max({now_, block.time, heard_at});
  if (!block.spoken) return std::max(at_venue, told);
  schedule_.set(stream.instrument, market_of_[index]->next_due());
  collect();
  const bool received = merge_.receive_now(index, block.end - 1, block.time);
  succeeded = settle_before(index, received);
  if (received && succeeded) {
    telling_ = index;
    succeeded = tell(kernel_, stream, rows[block.end - 1], now_) && settle();
  }
  return std::max(at_venue, told);
}

template u64 BacktestLoop::take_quiet_rows<L3Record>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<L2Record>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<QuoteRecord>(u32, u64, i64, bool&);
template u64 BacktestLoop::take_quiet_rows<TradeRecord>(u32, u64, i64, bool&);

}  // namespace pytrader
