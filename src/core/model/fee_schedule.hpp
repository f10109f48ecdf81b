// A venue's or broker's fees as a table: rules by value, unit, fill or order, with tiers by rolling volume.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/fee_model.hpp"
#include "model/rolling_volume.hpp"

namespace pytrader {

// What a rule's rate is a rate of. A unit is one share, contract or coin: a quantity of 1, whatever the lot.
enum class FeeBasis : u8 { value = 1, unit = 2, fill = 3, order = 4 };
enum class VolumeMeasure : u8 { none = 0, value = 1, unit = 2 };

const char* to_text(FeeBasis basis) noexcept;
const char* to_text(VolumeMeasure measure) noexcept;
bool from_text(std::string_view text, FeeBasis& basis) noexcept;
bool from_text(std::string_view text, VolumeMeasure& measure) noexcept;

// Rates that hold from this volume on. A negative rate is a rebate.
struct FeeTier {
  Fixed from;
  Fixed maker;
  Fixed taker;
};

// 0 in a minimum or maximum: none. Where minimum and maximum contradict, the maximum holds.
struct FeeRule {
  std::string name;  // "commission", for people
  FeeBasis basis = FeeBasis::value;
  Rounding rounding = Rounding::half_even;  // to minor units of the quote currency
  bool buys = true;                         // whose fills pay it
  bool sells = true;
  std::vector<FeeTier> tiers;  // at least one; the first from 0, then upwards
  Fixed max_per_fill;
  Fixed min_per_order;
  Fixed max_per_order;
  Fixed max_share_per_order;  // of the value that the order traded

  // Whether it is the order that the rule is about: then the order's total is rounded, and each fill pays what the
  // total grew by. Else each fill is rounded on its own.
  bool is_per_order() const noexcept {
    return basis == FeeBasis::order || min_per_order.raw != 0 || max_per_order.raw != 0 || max_share_per_order.raw != 0;
  }
};

struct FeeSchedule {
  static constexpr std::size_t kMostRules = 8;
  static constexpr std::size_t kMostTiers = 32;

  std::string name;
  std::vector<FeeRule> rules;  // a fill pays the sum; at most one of them is per order
  VolumeMeasure measure = VolumeMeasure::none;
  u32 window_days = 30;
  bool counts_today = false;
  Fixed other_volume;  // in every window: what the account trades elsewhere, or a tier that was agreed on

  // Throws Error(invalid_argument) naming rule, value, limit and fix.
  void check() const;
  // All that decides a fee, for a running hash.
  std::vector<i64> words() const;
};

// What was traded under one schedule in one currency, shared by all its instruments.
std::shared_ptr<RollingVolume> make_volume(const FeeSchedule& schedule);

class ScheduleFees final : public FeeModel {
 public:
  // A schedule that was checked. Keeps a pointer to the instrument: it must stay where it is. `volume` may be null for
  // a schedule without measure.
  ScheduleFees(const Instrument& instrument, std::shared_ptr<const FeeSchedule> schedule,
               std::shared_ptr<RollingVolume> volume);

  FeeCharge charge(const FeeFill& fill, const OrderFees& order) override;
  void booked(const FeeFill& fill) noexcept override;
  bool worst_fee(i128 value, i64 lots, i64 orders, i128& fee) const noexcept override;
  std::vector<i64> words() const override { return schedule_->words(); }

 private:
  const FeeTier& tier_of(const FeeRule& rule) const noexcept;
  i128 amount_of(const FeeRule& rule, const FeeFill& fill) const;
  i128 per_order(const FeeRule& rule, const FeeFill& fill, OrderFees& order) const;
  i128 rounded(i128 amount, Rounding rounding) const;
  i128 counted(const FeeFill& fill) const noexcept;
  bool worst_of(const FeeRule& rule, i128 value, i64 lots, i64 orders, i128& fee) const noexcept;

  const Instrument* instrument_;
  std::shared_ptr<const FeeSchedule> schedule_;
  std::shared_ptr<RollingVolume> volume_;
};

}  // namespace pytrader
