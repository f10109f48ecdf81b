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

// What one order holds back while it works. A replace under way counts at the worse of both on price and on quantity.
struct Reservation {
  i64 quantity = 0;  // lots that may still trade
  i64 price = 0;     // ticks, without sign

  friend bool operator==(const Reservation&, const Reservation&) = default;
};
// Nothing where the order's list or parent holds back for it, or nothing yet.
Reservation reservation_of(const Order& order) noexcept;
// What the order may still trade by itself, whatever its list says.
Reservation own_reservation(const Order& order) noexcept;
// The worse of two on quantity and on price: of two orders of which only one trades in full.
constexpr Reservation worse_of(const Reservation& one, const Reservation& other) noexcept {
  return {std::max(one.quantity, other.quantity), std::max(one.price, other.price)};
}
Reservation reservation_of_replace(const Order& order, i64 new_price, i64 new_quantity) noexcept;

// Position and working orders of one strategy and instrument.
struct ExposureCell {
  i64 position = 0;  // lots, negative is short
  i128 cost = 0;     // of the position, 10^-18 quote currency, as the ledger has it
  i64 buy_lots = 0;  // that working orders may still buy
  i64 sell_lots = 0;
  i128 buy_value = 0;  // of buy_lots at their prices, in ticks times lots
  i128 sell_value = 0;
  u32 buy_orders = 0;  // that buy_lots are spread over
  u32 sell_orders = 0;
  i128 requirement = 0;  // capital that the worst case needs, 10^-18 quote currency
};

// The worst case of a cell is the larger of two:
//   everything on the buy side fills:  a long costs what it cost and what the buys cost; of a short, only buys beyond
//   it count everything on the sell side fills: the mirror image
// each with the most that its fee model could charge for what it would open. Working orders that reduce a position need
// no capital. Where a side partly reduces and partly opens, the opening part counts at the side's average price,
// rounded up.
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
  i128 total_requirement(InstrumentIndex instrument) const noexcept { return totals_[currency_of_[instrument]].amount; }

  // The part of one strategy in it: walks the instruments.
  i128 strategy_requirement(StrategyIndex strategy, InstrumentIndex instrument) const noexcept;
  const std::string& currency(InstrumentIndex instrument) const noexcept {
    return totals_[currency_of_[instrument]].currency;
  }

  // After any event of an order: `before` is its reservation before the event. Error(decimal_overflow) changes nothing.
  void order_changed(const Order& order, const Reservation& before) {
    change(order.strategy, order.instrument, order.side, before, reservation_of(order));
  }
  // The same for orders that hold back together, which count as one open order.
  void change(StrategyIndex strategy, InstrumentIndex instrument, Side side, const Reservation& before,
              const Reservation& after);
  // After the ledger posted a fill.
  void position_changed(StrategyIndex strategy, InstrumentIndex instrument, i64 position, i128 cost);

  // The requirement of a cell as it would be; false when it leaves 128 bits. A pure function.
  bool requirement_of(const ExposureCell& cell, InstrumentIndex instrument, i128& requirement) const noexcept;
  // The cell after an order of this side changed from holding back `before` to `after`; false on overflow.
  static bool with_working(ExposureCell& cell, Side side, const Reservation& before, const Reservation& after) noexcept;

 private:
  struct Total {
    std::string currency;
    i128 amount = 0;
  };
  void commit(StrategyIndex strategy, InstrumentIndex instrument, ExposureCell& changed);

  StrategyInstrumentTable<ExposureCell> cells_;
  std::vector<const Instrument*> instruments_;
  std::vector<const FeeModel*> fees_;
  std::vector<std::unique_ptr<FeeModel>> rates_;  // of instruments without a model
  std::vector<i128> margin_rates_;                // by instrument; one where the whole value is needed
  std::vector<u32> currency_of_;
  std::vector<Total> totals_;
  std::vector<u32> open_orders_;
  bool margined_ = false;
};

}  // namespace pytrader
