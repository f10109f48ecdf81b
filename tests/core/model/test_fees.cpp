// Fee models: rates, rules by value, unit, fill and order, tiers by rolling volume, and the worst that orders can cost.
#include "decimal/fixed.hpp"
#include "doctest/doctest.h"
#include "fee_model_conformance.hpp"
#include "model/fee_schedule.hpp"

using namespace pytrader;

namespace {

constexpr i64 kDay = 86'400'000'000'000;

i128 money(const char* text) {
  return parse(text).raw;
}

Instrument share(const char* lot = "1") {
  InstrumentDefinition definition;
  definition.symbol = "ABC";
  definition.venue = "TEST";
  definition.quote_currency = "USD";
  definition.tick_size = parse("0.01");
  definition.lot_size = parse(lot);
  definition.multiplier = parse("1");
  definition.maker_fee_rate = parse("-0.0001");
  definition.taker_fee_rate = parse("0.0005");
  return Instrument(definition, 0);
}

FeeRule rule(FeeBasis basis, const char* maker, const char* taker) {
  FeeRule made;
  made.name = to_text(basis);
  made.basis = basis;
  made.tiers = {{Fixed{}, parse(maker), parse(taker)}};
  return made;
}

// Interactive Brokers' tiered commission as of 2024: per share, with a minimum an order and a maximum share of its
// value.
FeeRule broker_rule() {
  FeeRule made = rule(FeeBasis::unit, "0.0035", "0.0035");
  made.min_per_order = parse("0.35");
  made.max_share_per_order = parse("0.01");
  return made;
}

std::unique_ptr<FeeModel> model_of(const Instrument& instrument, FeeSchedule schedule) {
  schedule.check();
  const auto volume = make_volume(schedule);
  return std::make_unique<ScheduleFees>(instrument, std::make_shared<FeeSchedule>(std::move(schedule)), volume);
}

// Charges and books the fills of one order, and of a new one after reset().
class Desk {
 public:
  Desk(const Instrument& instrument, FeeSchedule schedule)
      : instrument_(instrument), model_(model_of(instrument, std::move(schedule))) {}

  i128 fill(i64 price, i64 quantity, Liquidity liquidity = Liquidity::taker, Side side = Side::buy, i64 ts = 0) {
    FeeFill made{ts, 0, 0, quantity, side, liquidity};
    REQUIRE(instrument_.value_of(static_cast<i128>(price) * quantity, made.value));
    order_value_ += made.value;
    made.order_value = order_value_;
    const FeeCharge charge = model_->charge(made, order_);
    order_ = charge.order;
    model_->booked(made);
    return charge.fee;
  }
  void reset() {
    order_ = {};
    order_value_ = 0;
  }
  FeeModel& model() { return *model_; }

 private:
  const Instrument& instrument_;
  std::unique_ptr<FeeModel> model_;
  OrderFees order_;
  i128 order_value_ = 0;
};

FeeSchedule schedule_of(std::vector<FeeRule> rules) {
  FeeSchedule made;
  made.name = "test";
  made.rules = std::move(rules);
  return made;
}

FeeSchedule tiered(VolumeMeasure measure, bool counts_today) {
  FeeRule by_value = rule(FeeBasis::value, "0.001", "0.002");
  by_value.tiers.push_back({parse("1000"), parse("0.0005"), parse("0.001")});
  by_value.tiers.push_back({parse("5000"), parse("-0.0001"), parse("0.0004")});
  FeeSchedule made = schedule_of({by_value});
  made.measure = measure;
  made.counts_today = counts_today;
  return made;
}

}  // namespace

TEST_CASE("every fee model passes the conformance suite") {
  const Instrument instrument = share();
  const i128 unit = instrument.unit_value();
  FeeRule regulator = rule(FeeBasis::value, "0.0000278", "0.0000278");
  regulator.buys = false;
  regulator.rounding = Rounding::up;
  FeeRule activity = rule(FeeBasis::unit, "0.000166", "0.000166");
  activity.max_per_fill = parse("8.30");
  const std::vector<std::function<std::unique_ptr<FeeModel>()>> models = {
      [&] { return std::make_unique<InstrumentRates>(instrument); },
      [&] { return model_of(instrument, schedule_of({})); },
      [&] { return model_of(instrument, schedule_of({broker_rule(), regulator, activity})); },
      [&] {
        return model_of(instrument, schedule_of({rule(FeeBasis::order, "1", "1"), rule(FeeBasis::fill, "0", "0.02")}));
      },
      [&] { return model_of(instrument, tiered(VolumeMeasure::value, false)); },
      [&] { return model_of(instrument, tiered(VolumeMeasure::unit, true)); },
  };
  for (const auto& make : models) check_fee_model(make, unit, 2);
}

TEST_CASE("a commission per share has its minimum once an order and its maximum by the order's value") {
  const Instrument instrument = share();
  Desk desk(instrument, schedule_of({broker_rule()}));
  CHECK(desk.fill(2500, 60) == money("0.35"));   // 0.21: the minimum
  CHECK(desk.fill(2500, 40) == 0);               // 0.35 in all
  CHECK(desk.fill(2500, 900) == money("3.15"));  // 3.50 in all
  desk.reset();
  CHECK(desk.fill(25, 1000) == money("2.50"));  // 3.50 is more than 1 % of 250
  desk.reset();
  CHECK(desk.fill(25, 10) == money("0.02"));  // the maximum wins over the minimum: 1 % of 2.50, rounded to even
}

TEST_CASE("a maximum an order caps it, a fixed fee is charged once, a fee by the fill each time") {
  const Instrument instrument = share();
  FeeRule capped = rule(FeeBasis::value, "0.001", "0.001");
  capped.max_per_order = parse("5");
  Desk desk(instrument, schedule_of({capped}));
  CHECK(desk.fill(10'000, 40) == money("4"));
  CHECK(desk.fill(10'000, 40) == money("1"));
  CHECK(desk.fill(10'000, 40) == 0);
  Desk fixed(instrument, schedule_of({rule(FeeBasis::order, "1.5", "1.5"), rule(FeeBasis::fill, "0.01", "0.02")}));
  CHECK(fixed.fill(100, 1) == money("1.52"));
  CHECK(fixed.fill(100, 1, Liquidity::maker) == money("0.01"));
  fixed.reset();
  CHECK(fixed.fill(100, 1) == money("1.52"));
}

TEST_CASE("rebates are negative, sales fees meet sellers only and round up") {
  const Instrument instrument = share();
  FeeRule sales = rule(FeeBasis::value, "0.0000278", "0.0000278");
  sales.buys = false;
  sales.rounding = Rounding::up;
  Desk desk(instrument, schedule_of({rule(FeeBasis::unit, "-0.0018", "0.0030"), sales}));
  CHECK(desk.fill(5000, 1000, Liquidity::maker, Side::buy) == money("-1.80"));
  CHECK(desk.fill(5000, 1000, Liquidity::taker, Side::buy) == money("3.00"));
  CHECK(desk.fill(5000, 1000, Liquidity::taker, Side::sell) == money("4.39"));  // 3.00 + 1.39
  CHECK(desk.fill(5000, 1, Liquidity::taker, Side::sell) == money("0.01"));     // 0.003 rounds to 0, 0.00139 up
}

TEST_CASE("a unit is a quantity of one, whatever the lot") {
  const Instrument instrument = share("0.001");
  Desk desk(instrument, schedule_of({rule(FeeBasis::unit, "2", "2")}));
  CHECK(desk.fill(100, 2500) == money("5"));
}

TEST_CASE("tiers follow the volume of the window, which leaves after its days") {
  const Instrument instrument = share();
  Desk desk(instrument, tiered(VolumeMeasure::value, false));
  CHECK(desk.fill(10'000, 10) == money("2"));  // 1000 today does not count
  CHECK(desk.fill(10'000, 10) == money("2"));
  CHECK(desk.fill(10'000, 10, Liquidity::taker, Side::buy, kDay) == money("1"));         // 2000 yesterday
  CHECK(desk.fill(10'000, 40, Liquidity::maker, Side::buy, kDay) == money("2"));         // 0.05 %
  CHECK(desk.fill(10'000, 10, Liquidity::maker, Side::buy, 2 * kDay) == money("-0.1"));  // 7000
  CHECK(desk.fill(10'000, 1, Liquidity::taker, Side::buy, 30 * kDay) == money("0.04"));
  CHECK(desk.fill(10'000, 1, Liquidity::taker, Side::buy, 31 * kDay) == money("0.04"));  // 6100: the first day left
  CHECK(desk.fill(10'000, 1, Liquidity::taker, Side::buy, 32 * kDay) == money("0.1"));   // 1200
  CHECK(desk.fill(10'000, 1, Liquidity::taker, Side::buy, 33 * kDay) == money("0.2"));   // 300
  // Time that goes back counts on the latest day.
  CHECK(desk.fill(10'000, 1, Liquidity::taker, Side::buy, kDay) == money("0.2"));
}

TEST_CASE("a window that counts today is as long, and moves with each fill") {
  const Instrument instrument = share();
  FeeSchedule schedule = tiered(VolumeMeasure::unit, true);
  schedule.window_days = 1;
  schedule.other_volume = parse("500");
  Desk desk(instrument, schedule);
  CHECK(desk.fill(100, 499) == money("1"));                                      // 0.998, at 500
  CHECK(desk.fill(100, 1) == 0);                                                 // at 999
  CHECK(desk.fill(100, 1000) == money("1"));                                     // at 1000
  CHECK(desk.fill(100, 1000, Liquidity::taker, Side::buy, kDay) == money("2"));  // at 500 again
}

TEST_CASE("days before 1970 are days too") {
  RollingVolume volume(2, false);
  volume.advance(-1);
  volume.add(5);
  volume.advance(-1);
  CHECK(volume.total() == 0);
  volume.advance(0);
  CHECK(volume.total() == 5);
  volume.advance(2 * kDay - 1);
  CHECK(volume.total() == 5);
  volume.advance(2 * kDay);
  CHECK(volume.total() == 0);
  RollingVolume full(1, false);
  full.advance(0);
  CHECK(full.fits(kFixedMax));
  full.add(1);
  CHECK_FALSE(full.fits(kFixedMax));
}

TEST_CASE("a ring of days counts what a plain list of fills counts") {
  u64 state = 1;
  for (const bool counts_today : {false, true}) {
    for (const u32 days : {1u, 2u, 7u, 30u}) {
      RollingVolume ring(days, counts_today);
      std::vector<std::pair<i64, i64>> fills;
      i64 ts = -5 * kDay;
      for (int step = 0; step < 600; ++step) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        ts += static_cast<i64>((state >> 33) % 100) < 90 ? static_cast<i64>((state >> 20) % (kDay / 3))
                                                         : static_cast<i64>((state >> 40) % 40) * kDay;
        ring.advance(ts);
        const i64 today = (ts + 5 * kDay) / kDay;
        i64 sum = 0;
        for (const auto& [day, amount] : fills) {
          const i64 age = today - day;
          if (counts_today ? age < days : age >= 1 && age <= days) sum += amount;
        }
        REQUIRE(ring.total() == sum);
        const i64 amount = static_cast<i64>(state >> 50);
        ring.add(amount);
        fills.emplace_back(today, amount);
      }
    }
  }
}

TEST_CASE("the worst fee is of the dearest tier and of every order's minimum") {
  const Instrument instrument = share();
  i128 fee = 0;
  Desk broker(instrument, schedule_of({broker_rule()}));
  CHECK(broker.model().worst_fee(money("1000"), 40, 1, fee));
  CHECK(fee == money("0.35"));
  CHECK(broker.model().worst_fee(money("1000"), 1000, 3, fee));
  CHECK(fee == money("4.55"));
  // The maximum share is of all that the order trades: what it saved on a part the rest may still cost.
  CHECK(broker.model().worst_fee(money("20"), 40, 1, fee));
  CHECK(fee == money("0.35"));
  Desk tiers(instrument, tiered(VolumeMeasure::value, false));
  CHECK(tiers.model().worst_fee(money("1000"), 40, 1, fee));
  CHECK(fee == money("2"));
  CHECK(InstrumentRates(instrument).worst_fee(money("1000"), 40, 1, fee));
  CHECK(fee == money("0.5"));
  Desk by_fill(instrument, schedule_of({rule(FeeBasis::fill, "90", "90")}));
  CHECK_FALSE(by_fill.model().worst_fee(1, INT64_MAX, 1, fee));
  FeeRule capped = rule(FeeBasis::value, "0.01", "0.01");
  capped.max_per_fill = parse("0.1");
  Desk by_value(instrument, schedule_of({capped}));
  CHECK(by_value.model().worst_fee(money("1000"), 40, 1, fee));  // forty fills at the most
  CHECK(fee == money("4"));
  CHECK(by_value.model().worst_fee(money("100"), 40, 1, fee));
  CHECK(fee == money("1"));
}

TEST_CASE("a schedule that contradicts itself is refused with the rule, the value and the fix") {
  const auto refusal = [](FeeSchedule schedule) {
    try {
      schedule.check();
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::invalid_argument);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refusal(schedule_of({broker_rule()})).empty());
  CHECK(refusal(schedule_of({rule(FeeBasis::value, "0", "5")})).find("0.1 % is 0.001") != std::string::npos);
  CHECK(refusal(schedule_of({rule(FeeBasis::order, "1", "2")})).find("one rate for both") != std::string::npos);
  FeeSchedule schedule = tiered(VolumeMeasure::none, false);
  CHECK(refusal(schedule).find("counts no volume") != std::string::npos);
  schedule = tiered(VolumeMeasure::value, false);
  schedule.window_days = 367;
  CHECK(refusal(schedule).find("1 to 366") != std::string::npos);
  schedule.window_days = 30;
  schedule.rules[0].tiers[2].from = parse("1000");
  CHECK(refusal(schedule).find("does not lie above") != std::string::npos);
  schedule.rules[0].tiers.clear();
  CHECK(refusal(schedule).find("0 tiers") != std::string::npos);
  CHECK(refusal(schedule_of({broker_rule(), broker_rule()})).find("at most one") != std::string::npos);
  FeeRule both = broker_rule();
  both.max_per_fill = parse("1");
  CHECK(refusal(schedule_of({both})).find("by the fill") != std::string::npos);
  both = broker_rule();
  both.max_per_order = parse("0.1");
  CHECK(refusal(schedule_of({both})).find("above its maximum") != std::string::npos);
  CHECK(refusal(schedule_of(std::vector<FeeRule>(9, rule(FeeBasis::value, "0", "0")))).find("at most 8") !=
        std::string::npos);
}
