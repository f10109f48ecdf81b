// Filling the rows, and coming back to fills 1 s and 10 s later.
#include "kernel/recorder.hpp"

#include <algorithm>
#include <string>

#include "decimal/fixed.hpp"

namespace pytrader {
namespace {

// 10^-18 units as units of 10^-decimals. Throws Error(decimal_overflow) beyond 64 bits.
i64 in_minor_units(i128 raw, int decimals, const char* what) {
  if (raw == 0) return 0;
  const i128 units = mul_div(raw, 1, static_cast<i128>(power_of_ten(kMaxDecimals - decimals)), Rounding::half_even);
  if (units > INT64_MAX || units <= INT64_MIN) {
    throw Error(ErrorCode::decimal_overflow, std::string(what) + " is beyond 64 bits in units of 10^-" +
                                                 std::to_string(decimals) + " of its currency");
  }
  return static_cast<i64>(units);
}

i64 later(i64 time, i64 span) noexcept {
  i64 sum = 0;
  return __builtin_add_overflow(time, span, &sum) ? INT64_MAX : sum;
}

}  // namespace

OrderRow order_row(const Order& order) noexcept {
  return {order.ts_init,
          order.ts_last,
          static_cast<i64>(order.client_order_id),
          static_cast<i64>(order.venue_order_id),
          order.strategy,
          order.instrument,
          static_cast<i32>(order.side),
          static_cast<i32>(order.order_type),
          static_cast<i32>(order.time_in_force),
          static_cast<i32>(order.ord_status),
          order.price,
          order.order_qty,
          order.cum_qty,
          static_cast<i64>(order.cum_value() >> 64),
          static_cast<i64>(order.cum_value()),
          static_cast<i32>(order.reason),
          order.tag,
          order.flags,
          static_cast<i32>(order.trigger_type),
          order.stop_price(),
          order.list(),
          static_cast<i32>(order.contingency()),
          order.parent(),
          order.trigger_symbol()};
}

void Recorder::start(i64 ts) {
  max_positions_.assign(kernel_.instrument_count() * kernel_.strategy_count(), 0);
  sample(ts);
  if (equity_interval_ns_ > 0) next_sample_ = later(ts, equity_interval_ns_);
  if (snapshot_interval_ns_ > 0) next_snapshot_ = later(ts, snapshot_interval_ns_);
  find_next_due();
}

// Marks the fills whose second, or ten seconds, were over before `ts`.
void Recorder::mark_fills(i64 ts) {
  for (; next_1s_ <= fills_.size() && later(fills_[next_1s_].ts_init, kSecond) < ts; ++next_1s_) {
    fills_[next_1s_].mid2_1s = twice_mid(fills_[next_1s_]);
  }
  for (; next_10s_ <= fills_.size() && later(fills_[next_10s_].ts_init, 10 * kSecond) < ts; ++next_10s_) {
    fills_[next_10s_].mid2_10s = twice_mid(fills_[next_10s_]);
  }
}

void Recorder::pass(i64 ts) {
  mark_fills(ts);
  if (next_snapshot_ < ts) {
    publish();
    next_snapshot_ =
        later(next_snapshot_, (1 + (ts - 1 - next_snapshot_) / snapshot_interval_ns_) * snapshot_interval_ns_);
  }
  if (next_sample_ < ts) {
    // Over a gap nothing changed: one sample stands for all of it.
    const i64 skipped = (ts - 1 - next_sample_) / equity_interval_ns_;
    sample(next_sample_ + skipped * equity_interval_ns_);
    next_sample_ = later(next_sample_, (skipped + 1) * equity_interval_ns_);
  }
  find_next_due();
}

void Recorder::finish(i64 ts) {
  if (finished_) return;
  finished_ = true;
  pass(ts);
  // All that happens at `ts` has happened.
  mark_fills(later(ts, 1));
  sample(ts);
}

// When the mid so long after a fill is read. What that takes has left the caches since the fill: it is fetched
// meanwhile.
i64 Recorder::due_of(const Fill& fill, i64 after) const noexcept {
  __builtin_prefetch(&fill.units);
  kernel_.orders().prefetch(fill.order);
  return later(fill.ts_init, after);
}

void Recorder::find_next_due() noexcept {
  next_due_ = std::min(next_sample_, next_snapshot_);
  if (next_1s_ <= fills_.size()) next_due_ = std::min(next_due_, due_of(fills_[next_1s_], kSecond));
  if (next_10s_ <= fills_.size()) next_due_ = std::min(next_due_, due_of(fills_[next_10s_], 10 * kSecond));
}

void Recorder::on_event(const OrderEvent& event) {
  if (!records_events_) return;
  if (events_.size() >= kMaxEvents) {
    throw Error(ErrorCode::capacity, "record_events keeps at most " + std::to_string(kMaxEvents) +
                                         " order events: run without it, or over less data");
  }
  events_.add(row_of(event, kernel_.order(event.client_order_id)->trigger_symbol()));
}

// Restates the row of a trade that was corrected or busted; false where a correction came before its trade. Rows are
// searched from the newest.
bool Recorder::correct(const OrderEvent& event, i64 fee) {
  for (u64 number = fills_.size(); number > 0; --number) {
    Fill& row = fills_[number];
    if (row.exec_id != event.exec_id || row.order != event.client_order_id) continue;
    row.price = event.last_px;
    row.quantity = event.exec_type == ExecType::trade_cancel ? 0 : event.last_qty;
    row.fee += fee;
    if (event.liquidity != Liquidity::none) row.liquidity = event.liquidity;
    return true;
  }
  return false;
}

void Recorder::on_fill(const OrderEvent& event, const PositionState& position) {
  const int decimals = kernel_.instrument(event.instrument).definition().quote_decimals;
  if (event.exec_type != ExecType::trade && correct(event, in_minor_units(event.fee, decimals, "a fee"))) return;
  const InstrumentMarket& market = kernel_.market(event.instrument);
  const auto units = static_cast<u16>(market.heard);
  fills_.add(Fill{event.ts_event, event.ts_init, event.venue_order_id, event.exec_id, event.last_px, event.last_qty,
                  in_minor_units(event.fee, decimals, "a fee"), position.quantity, twice_mid(market, units), kNoMark,
                  kNoMark, static_cast<u32>(event.client_order_id), event.liquidity, units});
  note_position(event.strategy, event.instrument, position.quantity);
  next_due_ = std::min(next_due_, later(event.ts_init, kSecond));
}

void Recorder::note_position(StrategyIndex strategy, InstrumentIndex instrument, i64 quantity) {
  const i64 held = quantity < 0 ? -quantity : quantity;
  i64& most = max_positions_[instrument * kernel_.strategy_count() + strategy];
  most = std::max(most, held);
}

void Recorder::on_cash_event(const CashEvent& event) {
  const auto high = [](i128 number) { return static_cast<i64>(number >> 64); };
  const auto low = [](i128 number) { return static_cast<i64>(number); };
  cash_events_.push_back({event.ts_event, event.ts_init, static_cast<i64>(event.kind), event.strategy, event.instrument,
                          event.quantity_before, event.quantity_after, high(event.amount), low(event.amount),
                          high(event.realized_pnl), low(event.realized_pnl), high(event.price), low(event.price)});
  note_position(event.strategy, event.instrument, event.quantity_after);
}

FillRow Recorder::fill_row(const Fill& fill) const {
  const Order& order = *kernel_.order(fill.order);
  return {fill.ts_event,
          fill.ts_init,
          fill.order,
          static_cast<i64>(fill.venue_order_id),
          static_cast<i64>(fill.exec_id),
          order.strategy,
          order.instrument,
          static_cast<i32>(order.side),
          static_cast<i32>(fill.liquidity),
          fill.price,
          fill.quantity,
          fill.fee,
          fill.position_after,
          fill.mid2_at_fill,
          fill.mid2_1s,
          fill.mid2_10s};
}

void Recorder::take_fills(std::span<FillRow> rows) {
  FillRow* next = rows.data();
  fills_.drain([&](const Fill& fill) { *next++ = fill_row(fill); });
}

void Recorder::take_events(std::span<EventRow> rows) {
  EventRow* next = rows.data();
  events_.drain([&](const EventRow& event) { *next++ = event; });
}

i128 Recorder::position_value(u32 account) const {
  const Ledger& ledger = kernel_.ledger();
  i128 total = 0;
  for (InstrumentIndex instrument = 0; instrument < kernel_.instrument_count(); ++instrument) {
    if (&ledger.account_of(instrument) != &ledger.accounts()[account]) continue;
    const ValuedAt at = kernel_.market(instrument).valued_at();
    for (StrategyIndex strategy = 0; strategy < kernel_.strategy_count(); ++strategy) {
      const PositionState& position = ledger.position(strategy, instrument);
      if (position.quantity == 0) continue;
      i128 twice_value = 0;
      i128 value = position.cost;
      if (at.twice_mark != kNoMark) {
        if (!ledger.position_value(strategy, instrument, at.twice_mark, twice_value)) {
          throw Error(ErrorCode::decimal_overflow, "the value of a position is beyond 128 bits");
        }
        value = mul_div(twice_value, at.times, 2 * at.by, Rounding::half_even);
      }
      if (__builtin_add_overflow(total, value, &total)) {
        throw Error(ErrorCode::decimal_overflow, "the value of all positions is beyond 128 bits");
      }
    }
  }
  return total;
}

void Recorder::sample(i64 ts) {
  const Ledger& ledger = kernel_.ledger();
  for (u32 account = 0; account < ledger.accounts().size(); ++account) {
    for (InstrumentIndex instrument = 0; instrument < kernel_.instrument_count(); ++instrument) {
      if (&ledger.account_of(instrument) != &ledger.accounts()[account]) continue;
      const int decimals = kernel_.instrument(instrument).definition().quote_decimals;
      const i128 raw_cash = ledger.accounts()[account].cash;
      const i64 cash = in_minor_units(raw_cash, decimals, "cash");
      const i64 equity = in_minor_units(raw_cash + position_value(account), decimals, "equity");
      equity_.push_back({ts, account, cash, equity - cash, equity});
      break;
    }
  }
}

}  // namespace pytrader
