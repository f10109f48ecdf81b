// The table of order types, and the checks of form that follow from it.
#include "model/order_form.hpp"

#include <algorithm>
#include <iterator>

namespace pytrader {
namespace {

constexpr i64 kBasisPointsMax = 9'999;

constexpr TypeRules kTypes[] = {
    {OrderType::market, false, false, false, false, false},
    {OrderType::limit, true, true, false, false, true},
    {OrderType::stop, false, false, true, false, false},
    {OrderType::stop_limit, true, true, true, false, true},
    {OrderType::market_if_touched, false, false, true, false, false},
    {OrderType::limit_if_touched, true, true, true, false, true},
    {OrderType::market_to_limit, false, false, false, false, false},
    {OrderType::market_with_protection, false, false, false, false, false},
    {OrderType::trailing_stop, false, false, true, true, false},
    {OrderType::trailing_stop_limit, false, false, true, true, true},
    {OrderType::pegged, false, true, false, false, false},
};

RejectReason check_trailing(const TypeRules& type, const OrderTerms& terms) noexcept {
  constexpr RejectReason kNotValid = RejectReason::trailing_not_valid;
  if (!type.trails) {
    const bool absent = terms.activation_price == kNoPrice && terms.trailing_offset == 0 && terms.trailing_step == 0 &&
                        terms.trailing_unit == 0 && terms.limit_offset == 0;
    return absent ? RejectReason::none : kNotValid;
  }
  if (terms.trailing_offset < 1 || terms.trailing_step < 0 || terms.limit_offset < 0) return kNotValid;
  if (terms.limit_offset != 0 && type.type != OrderType::trailing_stop_limit) return kNotValid;
  if (terms.trailing_unit == static_cast<i64>(TrailingUnit::ticks)) return RejectReason::none;
  const bool known = terms.trailing_unit == static_cast<i64>(TrailingUnit::basis_points);
  const bool within = terms.trailing_offset <= kBasisPointsMax && terms.trailing_step <= kBasisPointsMax;
  return known && within ? RejectReason::none : kNotValid;
}

RejectReason check_peg(const TypeRules& type, const OrderTerms& terms, u16 flags) noexcept {
  const bool known =
      terms.peg_type == static_cast<i64>(PegType::primary) || terms.peg_type == static_cast<i64>(PegType::midpoint);
  bool holds = terms.peg_type == 0 && terms.peg_offset == 0;
  if (type.type == OrderType::pegged) {
    holds = known && terms.peg_offset >= 0 && (flags & (kHidden | kAllOrNone)) == 0;
  }
  return holds ? RejectReason::none : RejectReason::peg_not_valid;
}

}  // namespace

const TypeRules* rules_of(OrderType type) noexcept {
  for (const TypeRules& rules : kTypes) {
    if (rules.type == type) return &rules;
  }
  return nullptr;
}

bool goes_with(OrderType type, TimeInForce time_in_force) noexcept {
  if (type == OrderType::limit) return true;
  if (type == OrderType::pegged) return rests_by(time_in_force);
  if (type == OrderType::market) return time_in_force != TimeInForce::gtd;
  return !waits_for_auction(time_in_force);
}

bool is_known(TimeInForce time_in_force) noexcept {
  return std::find(std::begin(kTimesInForce), std::end(kTimesInForce), time_in_force) != std::end(kTimesInForce);
}

RejectReason check_display(i64 display_qty, i64 display_range, i64 quantity, i64 parts_max) noexcept {
  const i64 smallest = display_qty - display_range;
  if (display_qty < 1 || display_qty > quantity || display_range < 0 || smallest < 1) {
    return RejectReason::display_quantity_not_valid;
  }
  const bool too_many = (quantity - 1) / smallest + 1 > parts_max;
  return too_many ? RejectReason::display_quantity_too_small : RejectReason::none;
}

RejectReason check_terms(const TypeRules& type, TimeInForce time_in_force, u16 flags, i64 quantity,
                         const OrderTerms& terms, i64 parts_max) noexcept {
  const bool is_limit = type.type == OrderType::limit;
  const bool all_or_none = (flags & kAllOrNone) != 0;
  const bool hidden = (flags & kHidden) != 0;
  if ((flags & kPostOnly) != 0 && (!is_limit || !rests_by(time_in_force) || all_or_none || terms.min_qty != 0)) {
    return RejectReason::post_only_not_allowed;
  }
  const bool waits_for_stop = type.waits && !type.trails;
  if (waits_for_stop && terms.stop_price == kNoPrice) return RejectReason::stop_price_missing;
  if (!waits_for_stop && terms.stop_price != kNoPrice) return RejectReason::malformed_message;
  if (const RejectReason reason = check_trailing(type, terms); reason != RejectReason::none) return reason;
  if (terms.display_qty != 0 || terms.display_range != 0) {
    if (!type.has_limit || !rests_by(time_in_force) || hidden || all_or_none) {
      return RejectReason::display_quantity_not_valid;
    }
    const RejectReason reason = check_display(terms.display_qty, terms.display_range, quantity, parts_max);
    if (reason != RejectReason::none) return reason;
  }
  if (terms.min_qty != 0) {
    const bool allowed = is_limit && (rests_by(time_in_force) || time_in_force == TimeInForce::ioc) && !all_or_none;
    if (!allowed || terms.min_qty < 1 || terms.min_qty > quantity) return RejectReason::minimum_quantity_not_valid;
  }
  if (const RejectReason reason = check_peg(type, terms, flags); reason != RejectReason::none) return reason;
  if (hidden && !(type.has_limit && rests_by(time_in_force))) return RejectReason::malformed_message;
  if (all_or_none && (!is_limit || waits_for_auction(time_in_force))) return RejectReason::malformed_message;
  return RejectReason::none;
}

}  // namespace pytrader
