// What a fill costs: the interface of every fee model, and the instrument's own rates as the plainest of them.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "model/instrument.hpp"
#include "model/order_fees.hpp"

namespace pytrader {

// What a model may look at.
struct FeeFill {
  i64 ts_event = 0;      // venue's clock
  i128 value = 0;        // without sign, 10^-18 units of the quote currency
  i128 order_value = 0;  // of all that the order has traded, this fill too; without sign
  i64 quantity = 0;      // lots
  Side side = Side::buy;
  Liquidity liquidity = Liquidity::taker;
};

// All money in 10^-18 units of the quote currency; negative is a rebate.
struct FeeCharge {
  i128 fee = 0;
  OrderFees order;  // after the fill
};

// One instrument's fees. Fills come in the order in which the ledger books them. An implementation is a function of the
// fills it was told of and of nothing else: no clock, no randomness. tests/core/model/fee_model_conformance.hpp is the
// test that each of them passes.
class FeeModel {
 public:
  virtual ~FeeModel() = default;
  // The fee of a fill that is about to be booked. Asked again it says the same. Error(decimal_overflow).
  virtual FeeCharge charge(const FeeFill& fill, const OrderFees& order) = 0;
  // The fill that charge() was asked of last was booked.
  virtual void booked(const FeeFill& fill) noexcept = 0;
  // The most that working orders can cost which trade so much in so many lots, before rounding; rebates count as
  // nothing. False when that leaves 128 bits.
  virtual bool worst_fee(i128 value, i64 lots, i64 orders, i128& fee) const noexcept = 0;
  // All of its parameters, for the running hash; none where the instrument's definition has them.
  virtual std::vector<i64> words() const = 0;
};
using FeeModelMaker = std::function<std::unique_ptr<FeeModel>(const Instrument&)>;

// amount * rate, rounded up to 10^-18; both are mantissas at 10^-18 and not negative. False on overflow.
bool rounded_up_product(i128 amount, i128 rate, i128& product) noexcept;

// The maker's and taker's rate of the instrument, rounded half-even to the currency's minor units fill by fill.
class InstrumentRates final : public FeeModel {
 public:
  // Keeps a pointer: the instrument must stay where it is.
  explicit InstrumentRates(const Instrument& instrument) noexcept
      : instrument_(&instrument),
        worst_rate_(std::max(instrument.definition().maker_fee_rate.raw, instrument.definition().taker_fee_rate.raw)) {}

  FeeCharge charge(const FeeFill& fill, const OrderFees& order) override {
    return {instrument_->fee(fill.value, fill.liquidity), order};
  }
  void booked(const FeeFill&) noexcept override {}
  bool worst_fee(i128 value, i64 lots, i64 orders, i128& fee) const noexcept override;
  std::vector<i64> words() const override { return {}; }

 private:
  const Instrument* instrument_;
  // A resting order pays the maker's rate and an arriving one the taker's: nobody knows which it will be.
  i128 worst_rate_;
};

}  // namespace pytrader
