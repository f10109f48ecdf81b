// What every fee model must do, whoever wrote it: one suite that each implementation is run through.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "doctest/doctest.h"
#include "model/fee_model.hpp"

namespace pytrader {

inline i128 worst_of(const FeeModel& model, const FeeFill& fill) {
  i128 worst = 0;
  REQUIRE(model.worst_fee(fill.value, fill.quantity, 1, worst));
  return worst;
}

// `make` gives a new model in its first state; `unit_value` is what a tick times a lot is worth.
inline void check_fee_model(const std::function<std::unique_ptr<FeeModel>()>& make, i128 unit_value,
                            int quote_decimals) {
  const auto fill_of = [&](i64 step, OrderFees&, i128& order_value) {
    FeeFill fill;
    fill.ts_event = step * 7'200'000'000'000;  // two hours
    fill.quantity = 1 + step * 37 % 900;
    fill.value = unit_value * fill.quantity * (1000 + step * 13 % 400);
    order_value += fill.value;
    fill.order_value = order_value;
    fill.side = step % 3 == 0 ? Side::sell : Side::buy;
    fill.liquidity = step % 2 == 0 ? Liquidity::maker : Liquidity::taker;
    return fill;
  };
  const i128 minor_unit = static_cast<i128>(power_of_ten(kMaxDecimals - quote_decimals));
  const auto run = [&] {
    const std::unique_ptr<FeeModel> model = make();
    const std::unique_ptr<FeeModel> fresh = make();
    std::vector<i128> fees;
    OrderFees order;
    i128 order_value = 0;
    for (i64 step = 0; step < 2000; ++step) {
      if (step % 5 == 0) {
        order = {};
        order_value = 0;
      }
      const FeeFill fill = fill_of(step, order, order_value);
      const FeeCharge charge = model->charge(fill, order);
      // Asking changes nothing.
      const FeeCharge again = model->charge(fill, order);
      REQUIRE(again.fee == charge.fee);
      REQUIRE(again.order == charge.order);
      REQUIRE(charge.fee % minor_unit == 0);
      if (step % 5 == 0) {
        // No fill costs more than the worst that was foreseen for its order, but for the rounding.
        REQUIRE(charge.fee <= worst_of(*model, fill) + 8 * minor_unit);
      }
      REQUIRE(worst_of(*model, fill) == worst_of(*fresh, fill));  // whatever was booked
      order = charge.order;
      model->booked(fill);
      fees.push_back(charge.fee);
    }
    return fees;
  };
  REQUIRE(run() == run());

  const std::unique_ptr<FeeModel> model = make();
  i128 none = -1;
  REQUIRE(model->worst_fee(0, 0, 0, none));
  CHECK(none == 0);
  // More never costs less.
  i128 before = 0;
  for (i64 lots = 1; lots < 2000; lots += 7) {
    i128 worst = 0;
    REQUIRE(model->worst_fee(unit_value * lots * 1000, lots, 1 + lots / 100, worst));
    REQUIRE(worst >= before);
    before = worst;
  }
  CHECK(model->words() == make()->words());
}

}  // namespace pytrader
