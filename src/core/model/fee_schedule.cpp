// Checks fee schedules, and charges fills by them.
#include "model/fee_schedule.hpp"

#include <algorithm>

namespace pytrader {
namespace {

[[noreturn]] void refuse(const FeeSchedule& schedule, const std::string& what) {
  throw Error(ErrorCode::invalid_argument, "fee schedule '" + schedule.name + "': " + what);
}

std::string name_of(const FeeRule& rule) {
  return "rule '" + rule.name + "'";
}

i128 size_of(i128 value) noexcept {
  return value < 0 ? -value : value;
}

i128 at_most(i128 fee, i64 times, const Fixed& limit) noexcept {
  i128 most = 0;
  return __builtin_mul_overflow(static_cast<i128>(times), limit.raw, &most) ? fee : std::min(fee, most);
}

void check_tiers(const FeeSchedule& schedule, const FeeRule& rule) {
  if (rule.tiers.empty() || rule.tiers.size() > FeeSchedule::kMostTiers) {
    refuse(schedule, name_of(rule) + " has " + std::to_string(rule.tiers.size()) + " tiers; give 1 to 32");
  }
  if (rule.tiers.front().from.raw != 0) refuse(schedule, name_of(rule) + ": its first tier must begin at volume 0");
  if (rule.tiers.size() > 1 && schedule.measure == VolumeMeasure::none) {
    refuse(schedule, name_of(rule) + " has tiers, and the schedule counts no volume; give volume='value' or 'unit'");
  }
  const FeeTier* before = nullptr;
  for (const FeeTier& tier : rule.tiers) {
    if (before != nullptr && tier.from.raw <= before->from.raw) {
      refuse(schedule,
             name_of(rule) + ": the tier from " + to_text(tier.from) + " does not lie above the one before it");
    }
    before = &tier;
    for (const Fixed& rate : {tier.maker, tier.taker}) {
      if (rule.basis == FeeBasis::value && size_of(rate.raw) >= kFixedOne) {
        refuse(schedule, name_of(rule) + ": a rate of " + to_text(rate) +
                             " is a share of the traded value and must lie between -1 and 1 (0.1 % is 0.001)");
      }
    }
    if (rule.basis == FeeBasis::order && tier.maker != tier.taker) {
      refuse(schedule, name_of(rule) + " is charged once an order, which may make and take: give one rate for both");
    }
  }
}

void check_limits(const FeeSchedule& schedule, const FeeRule& rule) {
  for (const Fixed& limit : {rule.max_per_fill, rule.min_per_order, rule.max_per_order, rule.max_share_per_order}) {
    if (limit.raw < 0) refuse(schedule, name_of(rule) + ": a minimum or maximum is " + to_text(limit) + ", below zero");
  }
  if (rule.max_per_order.raw != 0 && rule.min_per_order.raw > rule.max_per_order.raw) {
    refuse(schedule, name_of(rule) + ": its minimum of " + to_text(rule.min_per_order) +
                         " an order lies above its maximum of " + to_text(rule.max_per_order));
  }
  if (rule.max_share_per_order.raw >= kFixedOne) {
    refuse(schedule, name_of(rule) + ": the maximum share of an order's value is " + to_text(rule.max_share_per_order) +
                         "; it must lie below 1 (1 % is 0.01)");
  }
  if (rule.max_per_fill.raw != 0 && rule.is_per_order()) {
    refuse(schedule, name_of(rule) + " has a maximum by the fill and terms by the order; give one of them");
  }
  if (!rule.buys && !rule.sells) refuse(schedule, name_of(rule) + " is for neither buys nor sells");
  if (rule.rounding == Rounding::exact) refuse(schedule, name_of(rule) + ": a fee must be rounded; give another mode");
}

// amount * share at 10^-18, rounded half-even. Error(decimal_overflow).
i128 share_of(i128 amount, const Fixed& share) {
  return multiply_raw(amount, share.raw, Rounding::half_even);
}

i128 sum_of(i128 a, i128 b) {
  i128 sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw Error(ErrorCode::decimal_overflow, "the fees of an order are beyond the range of exact numbers");
  }
  return sum;
}

void add_words(std::vector<i64>& words, const Fixed& number) {
  words.push_back(static_cast<i64>(number.raw >> 64));
  words.push_back(static_cast<i64>(number.raw));
}

}  // namespace

const char* to_text(FeeBasis basis) noexcept {
  switch (basis) {
    case FeeBasis::value:
      return "value";
    case FeeBasis::unit:
      return "unit";
    case FeeBasis::fill:
      return "fill";
    case FeeBasis::order:
      return "order";
  }
  return "unknown";
}

const char* to_text(VolumeMeasure measure) noexcept {
  switch (measure) {
    case VolumeMeasure::none:
      return "none";
    case VolumeMeasure::value:
      return "value";
    case VolumeMeasure::unit:
      return "unit";
  }
  return "unknown";
}

bool from_text(std::string_view text, FeeBasis& basis) noexcept {
  for (const FeeBasis each : {FeeBasis::value, FeeBasis::unit, FeeBasis::fill, FeeBasis::order}) {
    if (text != to_text(each)) continue;
    basis = each;
    return true;
  }
  return false;
}

bool from_text(std::string_view text, VolumeMeasure& measure) noexcept {
  for (const VolumeMeasure each : {VolumeMeasure::none, VolumeMeasure::value, VolumeMeasure::unit}) {
    if (text != to_text(each)) continue;
    measure = each;
    return true;
  }
  return false;
}

void FeeSchedule::check() const {
  if (rules.size() > kMostRules) {
    refuse(*this, std::to_string(rules.size()) + " rules are given; at most 8 are allowed");
  }
  if (window_days < 1 || window_days > RollingVolume::kMostDays) {
    refuse(*this, "window_days is " + std::to_string(window_days) + "; give 1 to 366");
  }
  if (other_volume.raw < 0) refuse(*this, "other_volume is " + to_text(other_volume) + "; it must not be negative");
  std::size_t per_order = 0;
  for (const FeeRule& rule : rules) {
    check_tiers(*this, rule);
    check_limits(*this, rule);
    per_order += rule.is_per_order() ? 1 : 0;
  }
  if (per_order > 1) {
    refuse(*this, std::to_string(per_order) + " rules have terms by the order; at most one may (others: by the fill)");
  }
}

std::vector<i64> FeeSchedule::words() const {
  std::vector<i64> words{static_cast<i64>(measure), window_days, counts_today, static_cast<i64>(rules.size())};
  add_words(words, other_volume);
  for (const FeeRule& rule : rules) {
    words.insert(words.end(), {static_cast<i64>(rule.basis), static_cast<i64>(rule.rounding), rule.buys, rule.sells,
                               static_cast<i64>(rule.tiers.size())});
    for (const Fixed& limit : {rule.max_per_fill, rule.min_per_order, rule.max_per_order, rule.max_share_per_order}) {
      add_words(words, limit);
    }
    for (const FeeTier& tier : rule.tiers) {
      for (const Fixed& number : {tier.from, tier.maker, tier.taker}) add_words(words, number);
    }
  }
  return words;
}

std::shared_ptr<RollingVolume> make_volume(const FeeSchedule& schedule) {
  if (schedule.measure == VolumeMeasure::none) return nullptr;
  return std::make_shared<RollingVolume>(schedule.window_days, schedule.counts_today);
}

ScheduleFees::ScheduleFees(const Instrument& instrument, std::shared_ptr<const FeeSchedule> schedule,
                           std::shared_ptr<RollingVolume> volume)
    : instrument_(&instrument), schedule_(std::move(schedule)), volume_(std::move(volume)) {}

const FeeTier& ScheduleFees::tier_of(const FeeRule& rule) const noexcept {
  if (rule.tiers.size() == 1) return rule.tiers.front();
  i128 volume = 0;
  if (__builtin_add_overflow(volume_->total(), schedule_->other_volume.raw, &volume)) return rule.tiers.back();
  std::size_t tier = rule.tiers.size() - 1;
  while (rule.tiers[tier].from.raw > volume) --tier;
  return rule.tiers[tier];
}

// 10^-18 units of what the window counts.
i128 ScheduleFees::counted(const FeeFill& fill) const noexcept {
  if (schedule_->measure == VolumeMeasure::value) return fill.value;
  i128 units = 0;
  const bool overflow =
      __builtin_mul_overflow(static_cast<i128>(fill.quantity), instrument_->definition().lot_size.raw, &units);
  return overflow ? kFixedMax : units;
}

i128 ScheduleFees::amount_of(const FeeRule& rule, const FeeFill& fill) const {
  const FeeTier& tier = tier_of(rule);
  const Fixed& rate = fill.liquidity == Liquidity::maker ? tier.maker : tier.taker;
  switch (rule.basis) {
    case FeeBasis::value:
      return share_of(fill.value, rate);
    case FeeBasis::unit:
      return mul_div(multiply_integer(instrument_->definition().lot_size, fill.quantity).raw, rate.raw, kFixedOne,
                     Rounding::half_even);
    case FeeBasis::fill:
    case FeeBasis::order:
      break;
  }
  return rate.raw;
}

i128 ScheduleFees::rounded(i128 amount, Rounding rounding) const {
  return round_to_decimals(amount, instrument_->definition().quote_decimals, rounding);
}

// What the order's total grows by.
i128 ScheduleFees::per_order(const FeeRule& rule, const FeeFill& fill, OrderFees& order) const {
  const i128 amount = amount_of(rule, fill);
  if (rule.basis != FeeBasis::order || order.accrued == 0) order.accrued = sum_of(order.accrued, amount);
  i128 total = order.accrued;
  if (rule.min_per_order.raw != 0) total = std::max(total, rule.min_per_order.raw);
  if (rule.max_per_order.raw != 0) total = std::min(total, rule.max_per_order.raw);
  if (rule.max_share_per_order.raw != 0) total = std::min(total, share_of(fill.order_value, rule.max_share_per_order));
  total = rounded(total, rule.rounding);
  const i128 growth = sum_of(total, -order.charged);
  order.charged = total;
  return growth;
}

FeeCharge ScheduleFees::charge(const FeeFill& fill, const OrderFees& order) {
  if (volume_) {
    volume_->advance(fill.ts_event);
    if (!volume_->fits(counted(fill))) {
      throw Error(ErrorCode::decimal_overflow,
                  "fee schedule '" + schedule_->name + "': the traded volume is beyond the range of exact numbers");
    }
  }
  FeeCharge charge{0, order};
  for (const FeeRule& rule : schedule_->rules) {
    if (!(fill.side == Side::buy ? rule.buys : rule.sells)) continue;
    if (rule.is_per_order()) {
      charge.fee = sum_of(charge.fee, per_order(rule, fill, charge.order));
      continue;
    }
    i128 amount = amount_of(rule, fill);
    if (rule.max_per_fill.raw != 0) amount = std::min(amount, rule.max_per_fill.raw);
    charge.fee = sum_of(charge.fee, rounded(amount, rule.rounding));
  }
  return charge;
}

void ScheduleFees::booked(const FeeFill& fill) noexcept {
  if (volume_) volume_->add(counted(fill));
}

bool ScheduleFees::worst_of(const FeeRule& rule, i128 value, i64 lots, i64 orders, i128& fee) const noexcept {
  i128 rate = 0;
  for (const FeeTier& tier : rule.tiers) rate = std::max({rate, tier.maker.raw, tier.taker.raw});
  fee = 0;
  i128 units = 0;
  switch (rule.basis) {
    case FeeBasis::value:
      if (!rounded_up_product(value, rate, fee)) return false;
      break;
    case FeeBasis::unit:
      if (__builtin_mul_overflow(static_cast<i128>(lots), instrument_->definition().lot_size.raw, &units) ||
          !rounded_up_product(units, rate, fee)) {
        return false;
      }
      break;
    case FeeBasis::fill:  // every lot may come as a fill of its own
      if (__builtin_mul_overflow(static_cast<i128>(lots), rate, &fee)) return false;
      break;
    case FeeBasis::order:
      if (__builtin_mul_overflow(static_cast<i128>(orders), rate, &fee)) return false;
      break;
  }
  if (!rule.is_per_order()) {
    if (rule.max_per_fill.raw != 0) fee = at_most(fee, lots, rule.max_per_fill);
    return true;
  }
  // One order costs its minimum or what it accrues; of several some may cost the one and some the other.
  i128 minimum = 0;
  if (__builtin_mul_overflow(static_cast<i128>(orders), rule.min_per_order.raw, &minimum)) return false;
  if (orders == 1) {
    fee = std::max(fee, minimum);
  } else if (__builtin_add_overflow(fee, minimum, &fee)) {
    return false;
  }
  if (rule.max_per_order.raw != 0) fee = at_most(fee, orders, rule.max_per_order);
  return true;
}

bool ScheduleFees::worst_fee(i128 value, i64 lots, i64 orders, i128& fee) const noexcept {
  fee = 0;
  for (const FeeRule& rule : schedule_->rules) {
    i128 one = 0;
    if (!worst_of(rule, value, lots, orders, one) || __builtin_add_overflow(fee, one, &fee)) return false;
  }
  return true;
}

}  // namespace pytrader
