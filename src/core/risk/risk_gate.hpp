// The gate that every order and replace passes before it may leave: validity, limits and buying power, no bypass.
#pragma once

#include <string>
#include <vector>

#include "model/instrument.hpp"
#include "model/messages.hpp"
#include "model/order.hpp"
#include "risk/exposure.hpp"
#include "risk/risk_limits.hpp"

namespace pytrader {

// What the gate may see of the rest, for the one instrument that the order is for.
struct RiskView {
  i64 best_bid = kNoPrice;  // ticks, kNoPrice where the side is empty or not known
  i64 best_ask = kNoPrice;
  i128 capital = 0;      // of the quote currency: opening cash + deposits + realized PnL - fees + income, 10^-18 units
  i64 now = INT64_MIN;   // the kernel's clock
  i128 earned = 0;       // the strategy's part of realized PnL - fees + income; read where it was allotted capital
  bool expired = false;  // the instrument's contract has ended
};

// Everything it can not judge it denies: an unknown instrument, an unknown enumerator, a value out of range. Each check
// costs the same whatever was traded and whatever is working. Cancels always pass unless there is nothing to cancel.
class RiskGate {
 public:
  void add_strategy(const RiskLimits& limits);
  // Keeps pointers: instrument and fee model must stay where they are. Without a model the instrument's rates hold.
  void add_instrument(const Instrument& instrument, const FeeModel* fees = nullptr) {
    exposure_.add_instrument(instrument, fees);
  }

  // The strategy may bind no more capital of this currency than `amount` and what it has earned, and of other
  // currencies than it has earned. Throws Error(invalid_argument) for a negative amount or no such strategy.
  void allot(StrategyIndex strategy, const std::string& currency, i128 amount);
  bool is_allotted(StrategyIndex strategy) const noexcept {
    return strategy < allotments_.size() && !allotments_[strategy].empty();
  }

  // `shared` is what the order's list holds back already, for it and for others of which at most one trades in full, or
  // its parent for all its children; null where the order holds back for itself.
  RejectReason check_new(const NewOrder& order, const Instrument* instrument, const RiskView& view,
                         const Reservation* shared = nullptr) const;
  // An order that is to wait for another one of its list: its form and size. The rest is judged when it leaves.
  RejectReason check_waiting(const NewOrder& order, const Instrument* instrument, const RiskView& view) const;
  // `order` is the order that the request names, null where there is none; `limit_offset` as in value_at_replace().
  RejectReason check_replace(const ReplaceRequest& request, const Order* order, const Instrument* instrument,
                             const RiskView& view, const Reservation* shared = nullptr, i64 limit_offset = 0) const;
  // An order that waited in the core, as it shall go to the venue: all checks again, with the market of now. What it
  // holds back already counts once.
  RejectReason check_release(const NewOrder& sent, const Order& held, const Instrument& instrument,
                             const RiskView& view, const Reservation* shared = nullptr) const;
  RejectReason check_cancel(const CancelRequest& request, const Order* order) const;

  // Ticks at which an order is valued while it works: its limit, else its stop price, else the best opposite price, to
  // which a buy that trails adds its offsets; kNoPrice when there is none. Store it in Order::value_price of an order
  // that passed.
  static i64 value_price(const NewOrder& order, const RiskView& view) noexcept;
  // The same of an order that is released: where there is no opposite price now, it keeps the value that it had.
  static i64 value_at_release(const NewOrder& sent, const Order& held, const RiskView& view) noexcept {
    const i64 price = value_price(sent, view);
    return price != kNoPrice ? price : held.value_price;
  }
  // The same of an order that is replaced: its new limit, else its new stop price, else, of one that waits in the core
  // and would meet the market, the best opposite price; where there is none, the value that it had.
  // `limit_offset`: how far beyond its stop price it gets its limit.
  static i64 value_at_replace(const ReplaceRequest& request, const Order& order, const RiskView& view,
                              i64 limit_offset = 0) noexcept;

  Exposure& exposure() noexcept { return exposure_; }
  const Exposure& exposure() const noexcept { return exposure_; }
  const RiskLimits& limits(StrategyIndex strategy) const { return limits_.at(strategy); }

 private:
  struct Wanted;
  RejectReason check_known(const NewOrder& order, const Instrument* instrument, const RiskView& view) const;
  RejectReason check_wanted(const Wanted& wanted, const Instrument& instrument, const RiskView& view) const;
  struct Allotment {
    std::string currency;
    i128 amount;
  };
  bool reduces(StrategyIndex strategy, InstrumentIndex instrument, Side side) const noexcept;
  RejectReason check_worth(const Wanted& wanted, const Instrument& instrument) const;
  RejectReason check_position(const Wanted& wanted) const;
  RejectReason check_funds(const Wanted& wanted, const RiskView& view) const;

  bool exceeds_allotment(const Wanted& wanted, i128 more, const RiskView& view) const;

  std::vector<RiskLimits> limits_;
  std::vector<std::vector<Allotment>> allotments_;  // by strategy, one a currency
  Exposure exposure_;
};

}  // namespace pytrader
