// What positions and working orders could become at worst, kept up to date order by order.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "model/fee_model.hpp"
#include "model/instrument.hpp"
#include "model/order.hpp"
#include "model/strategy_instrument_table.hpp"

namespace pytrader {

constexpr i64 without_sign(i64 price) noexcept {
  return price < 0 ? -price : price;
}

// What one order holds back while it works. A replace under way counts at the worse of both on price and on quantity.
struct Reservation {
  i64 quantity = 0;  // lots that may still trade
  i64 price = 0;     // ticks, without sign

  friend bool operator==(const Reservation&, const Reservation&) = default;
};
Reservation reservation_of_replace(const Order& order, i64 new_price, i64 new_quantity) noexcept;
// What the order may still trade by itself, whatever its list says.
inline Reservation own_reservation(const Order& order) noexcept {
  const RareFacts& rare = order.rare_facts();
  if (!is_open(order.ord_status)) return {rare.untold_qty, rare.untold_qty != 0 ? without_sign(order.value_price) : 0};
  if (rare.pending_qty == 0) return {order.order_qty - order.cum_qty, without_sign(order.value_price)};
  return reservation_of_replace(order, rare.pending_price != kNoPrice ? rare.pending_price : rare.pending_stop,
                                rare.pending_qty);
}
// Nothing where the order's list or parent holds back for it, or nothing yet.
inline Reservation reservation_of(const Order& order) noexcept {
  return (order.flags & (kWaiting | kShared | kChild)) != 0 ? Reservation{} : own_reservation(order);
}
// The worse of two on quantity and on price: of two orders of which only one trades in full.
constexpr Reservation worse_of(const Reservation& one, const Reservation& other) noexcept {
  return {std::max(one.quantity, other.quantity), std::max(one.price, other.price)};
}

// Those of one side.
struct WorkingOrders {
  i128 value = 0;        // of `lots` at their prices, in ticks times lots
  i128 requirement = 0;  // capital that is needed if all of them fill, at least what the position needs
  i64 lots = 0;          // that they may still trade
  u32 orders = 0;        // that `lots` are spread over
};

// Position and working orders of one strategy and instrument.
struct ExposureCell {
  i64 position = 0;  // lots, negative is short
  i128 cost = 0;     // of the position, 10^-18 quote currency, as the ledger has it
  WorkingOrders buys;
  WorkingOrders sells;
  i128 requirement = 0;  // capital that the worst case needs, 10^-18 quote currency

  WorkingOrders& of(Side side) noexcept { return side == Side::buy ? buys : sells; }
  const WorkingOrders& of(Side side) const noexcept { return side == Side::buy ? buys : sells; }
};

// The worst case of a cell is the larger of two:
//   everything on the buy side fills:  a long costs what it cost and what the buys cost; of a short, only buys beyond
//   it count everything on the sell side fills: the mirror image
// each with the most that its fee model could charge for what it would open. Working orders that reduce a position need
// no capital. Where a side partly reduces and partly opens, the opening part counts at the side's average price,
// rounded up. What one side needs does not depend on the orders of the other one: an order changes its own side alone.
// Margined, values and costs count with the instrument's initial margin rate, fees in full.
class Exposure {
 public:
  void add_strategy();
  // Positions and orders need the initial margin of their value, not all of it. Before the first instrument.
  void set_margined() noexcept { margined_ = true; }
  // Keeps pointers: instrument and fee model must stay where they are. Without a model the instrument's rates hold.
  void add_instrument(const Instrument& instrument, const FeeModel* fees = nullptr);

  bool has(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return cells_.has(strategy, instrument);
  }
  const ExposureCell& cell(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return cells_.at(strategy, instrument);
  }
  u32 open_orders(StrategyIndex strategy) const noexcept { return open_orders_[strategy]; }
  // Sum of the requirements of all cells whose instrument is quoted in this instrument's quote currency.
  i128 total_requirement(InstrumentIndex instrument) const noexcept { return total_of(instrument).amount; }

  // The part of one strategy in it: walks the instruments.
  i128 strategy_requirement(StrategyIndex strategy, InstrumentIndex instrument) const noexcept;
  const std::string& currency(InstrumentIndex instrument) const noexcept { return total_of(instrument).currency; }

  // After any event of an order: `before` is its reservation before the event. Error(decimal_overflow) changes nothing.
  void order_changed(const Order& order, const Reservation& before) {
    const Reservation after = reservation_of(order);
    if (!(after == before)) change(order.strategy, order.instrument, order.side, before, after);
  }
  // The same for orders that hold back together, which count as one open order.
  void change(StrategyIndex strategy, InstrumentIndex instrument, Side side, const Reservation& before,
              const Reservation& after);
  // After the ledger posted a fill.
  void position_changed(StrategyIndex strategy, InstrumentIndex instrument, i64 position, i128 cost);

  // What an order of this side would make of its cell that changed from holding back `before` to `after`; false where
  // something leaves its range.
  struct Outlook {
    WorkingOrders working;  // of its side
    i128 requirement = 0;   // of the cell
    i128 total = 0;         // of all cells of its currency
  };
  bool foresee(StrategyIndex strategy, InstrumentIndex instrument, Side side, const Reservation& before,
               const Reservation& after, Outlook& ahead) const noexcept;
  // The side of a cell after an order of it changed from holding back `before` to `after`; false on overflow.
  static bool with_working(WorkingOrders& working, const Reservation& before, const Reservation& after) noexcept;
  // The requirements of a cell from all that it has; false when one leaves 128 bits.
  bool work_out(ExposureCell& cell, InstrumentIndex instrument) const noexcept;

 private:
  struct Total {
    std::string currency;
    i128 amount = 0;
  };
  struct Traded {
    const Instrument* instrument;
    const FeeModel* fees;
    i128 margin_rate;  // one where the whole value is needed
    u32 total;         // that of its currency
  };
  const Total& total_of(InstrumentIndex instrument) const noexcept { return totals_[traded_[instrument].total]; }
  bool side_requirement(const ExposureCell& cell, InstrumentIndex instrument, Side side,
                        WorkingOrders& working) const noexcept;
  [[noreturn]] void throw_overflow(const char* what, const char* is, InstrumentIndex instrument) const;

  StrategyInstrumentTable<ExposureCell> cells_;
  std::vector<Traded> traded_;                    // by instrument
  std::vector<std::unique_ptr<FeeModel>> rates_;  // of instruments without a model
  std::vector<Total> totals_;
  std::vector<u32> open_orders_;
  bool margined_ = false;
};

}  // namespace pytrader
