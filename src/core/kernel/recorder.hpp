// The record of a run: orders, fills with markouts, money events, equity, largest positions, as rows of integers.
#pragma once

#include <span>
#include <vector>

#include "book/record_pages.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/event_rows.hpp"
#include "kernel/kernel.hpp"
#include "kernel/snapshot.hpp"

namespace pytrader {

// Prices in ticks (kNoPrice for a market order), quantities in lots, times in nanoseconds, enumerations by their
// values. Rows have no padding: equal runs have equal bytes.
struct OrderRow {
  i64 ts_init;
  i64 ts_last;
  i64 client_order_id;
  i64 venue_order_id;
  u32 strategy;
  u32 instrument;
  i32 side;
  i32 order_type;
  i32 time_in_force;
  i32 ord_status;
  i64 price;
  i64 order_qty;
  i64 cum_qty;
  i64 cum_value_hi;  // cum_value = hi * 2^64 + (lo as unsigned), in ticks times lots; avg_px = cum_value / cum_qty
  i64 cum_value_lo;
  i32 reason;  // of the last event that gave one
  u32 tag;
  i32 flags;
  i32 trigger_type;  // what stop_price is compared with
  i64 stop_price;    // kNoPrice once it is reached, and where there is none
  u32 list;          // orders that were submitted together; 0 is none
  i32 contingency;
  u32 parent;          // client_order_id; 0 is none
  u32 trigger_symbol;  // number of the synthetic price in whose ticks stop_price is; 0 is its own instrument
};

OrderRow order_row(const Order& order) noexcept;

// A trade as it stands at the end: a corrected one with its last price and quantity, a busted one with quantity 0. fee
// in units of 10^-quote_decimals. mid2_* are twice the mid price in ticks (bid + ask) as the strategy's side knew it
// when the fill was told, 1 s and 10 s after that; kNoMark where it was not known.
struct FillRow {
  i64 ts_event;
  i64 ts_init;
  i64 client_order_id;
  i64 venue_order_id;
  i64 exec_id;
  u32 strategy;
  u32 instrument;
  i32 side;
  i32 liquidity;
  i64 price;
  i64 quantity;
  i64 fee;
  i64 position_after;
  i64 mid2_at_fill;
  i64 mid2_1s;
  i64 mid2_10s;
};

// What a money event did to one strategy's position: see CashEvent. Money and price as two halves of a 128-bit number
// of 10^-18 units: hi * 2^64 + (lo as unsigned).
struct CashEventRow {
  i64 ts_event;
  i64 ts_init;
  i64 kind;
  i64 strategy;
  i64 instrument;
  i64 quantity_before;
  i64 quantity_after;
  i64 amount_hi;
  i64 amount_lo;
  i64 realized_pnl_hi;
  i64 realized_pnl_lo;
  i64 price_hi;
  i64 price_lo;
};

// Money in units of 10^-decimals of the currency, rounded half-even; cash + position_value = equity. Positions count at
// the mark (the mid price, else the last price, else at cost). `currency` is the index of the ledger's account.
struct EquityRow {
  i64 ts;
  i64 currency;
  i64 cash;
  i64 position_value;
  i64 equity;
};

static_assert(sizeof(OrderRow) == 17 * 8 && sizeof(FillRow) == 14 * 8 && sizeof(EquityRow) == 5 * 8 &&
              sizeof(CashEventRow) == 13 * 8);

// Grows with the orders, fills (96 bytes each), money events and samples of a run: they are its result. An account in
// which no instrument settles is not sampled: its cash never changes.
class Recorder final : public EventListener {
 public:
  // `equity_interval_ns` 0 samples the start and the end only.
  // `snapshot_interval_ns` 0 publishes only when asked.
  Recorder(const Kernel& kernel, i64 equity_interval_ns, i64 snapshot_interval_ns = 0) noexcept
      : kernel_(kernel), equity_interval_ns_(equity_interval_ns), snapshot_interval_ns_(snapshot_interval_ns) {}

  // Keeps every order event too, from here on: 128 bytes each. Error(capacity) beyond kMaxEvents.
  static constexpr std::size_t kMaxEvents = std::size_t{1} << 23;
  void record_events() noexcept { records_events_ = true; }

  void start(i64 ts);
  // The next time whose state must be recorded before anything later happens.
  i64 next_due() const noexcept { return next_due_; }
  // Everything up to next_due() has happened, and time goes on to `ts`.
  void pass(i64 ts);
  void finish(i64 ts);

  // For other threads. Published between two events; false when readers hold all copies for this moment.
  bool publish() {
    return snapshots_.publish([this](Snapshot& snapshot) { capture(kernel_, snapshot); });
  }
  const Snapshots& snapshots() const noexcept { return snapshots_; }

  void on_event(const OrderEvent& event) override;
  void on_fill(const OrderEvent& event, const PositionState& position) override;

  void on_cash_event(const CashEvent& event) override;

  const std::vector<CashEventRow>& cash_events() const noexcept { return cash_events_; }
  const std::vector<EquityRow>& equity() const noexcept { return equity_; }
  u64 fill_count() const noexcept { return fills_.size(); }
  u64 event_count() const noexcept { return events_.size(); }
  // By number, from 1 on.
  FillRow fill(u64 number) const { return fill_row(fills_[number]); }
  const EventRow& event(u64 number) const { return events_[number]; }
  // After finish(), while the kernel has its orders: writes a row for each fill or event, of which there are so many,
  // and gives the memory back on the way. None is left.
  void take_fills(std::span<FillRow> rows);
  void take_events(std::span<EventRow> rows);
  // Largest absolute position of the run in lots.
  i64 max_position(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return max_positions_[instrument * kernel_.strategy_count() + strategy];
  }
  // What positions in instruments that settle in this account are worth now, 10^-18 units.
  i128 position_value(u32 account) const;

 private:
  // What a FillRow says beyond its order.
  struct Fill {
    i64 ts_event;
    i64 ts_init;
    VenueOrderId venue_order_id;
    ExecId exec_id;
    i64 price;
    i64 quantity;
    i64 fee;
    i64 position_after;
    i64 mid2_at_fill;
    i64 mid2_1s;
    i64 mid2_10s;
    u32 order;  // a run's orders are numbered in 32 bits
    Liquidity liquidity;
    u16 units;  // how many splits its account had heard of, in the last 16 bits
  };

  static constexpr i64 kSecond = 1'000'000'000;

  FillRow fill_row(const Fill& fill) const;
  void note_position(StrategyIndex strategy, InstrumentIndex instrument, i64 quantity);

  bool correct(const OrderEvent& event, i64 fee);
  void mark_fills(i64 ts);
  void sample(i64 ts);
  i64 due_of(const Fill& fill, i64 after) const noexcept;
  void find_next_due() noexcept;
  // Unknown where a split lies between them: prices in other units say nothing of the fill's.
  static i64 twice_mid(const InstrumentMarket& market, u16 units) noexcept {
    return static_cast<u16>(market.passed) == units ? market.twice_mid() : kNoMark;
  }
  i64 twice_mid(const Fill& fill) const {
    return twice_mid(kernel_.market(kernel_.order(fill.order)->instrument), fill.units);
  }

  const Kernel& kernel_;
  RecordPages<Fill> fills_;
  std::vector<EquityRow> equity_;
  std::vector<CashEventRow> cash_events_;
  RecordPages<EventRow> events_;
  std::vector<i64> max_positions_;  // by instrument, then strategy
  u64 next_1s_ = 1;                 // number of the first fill whose mid after 1 s is still to come
  u64 next_10s_ = 1;
  i64 equity_interval_ns_;
  i64 next_sample_ = INT64_MAX;
  i64 snapshot_interval_ns_;
  i64 next_snapshot_ = INT64_MAX;
  i64 next_due_ = INT64_MAX;
  bool finished_ = false;
  Snapshots snapshots_;
  bool records_events_ = false;
};

}  // namespace pytrader
