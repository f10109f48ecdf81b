// Replacing live orders: which keep their place, which enter again, and what is refused.
#include <algorithm>

#include "matching/matching_engine.hpp"

namespace pytrader {

namespace {

// Orders that take their price from a trigger or from the other side, while they wait.
bool takes_no_price(const SpecialOrder& order) noexcept {
  switch (order.order_type) {
    case OrderType::limit:
    case OrderType::stop_limit:
    case OrderType::limit_if_touched:
    case OrderType::pegged:
      return false;
    default:
      return true;
  }
}

// A replace reads the stop price and the display quantity only.
bool says_more(const OrderTerms& terms) noexcept {
  return terms.activation_price != kNoPrice || terms.trailing_offset != 0 || terms.trailing_step != 0 ||
         terms.trailing_unit != 0 || terms.display_range != 0 || terms.min_qty != 0 || terms.peg_type != 0 ||
         terms.peg_offset != 0 || terms.expire_time != 0 || terms.limit_offset != 0;
}

}  // namespace

MessageStatus MatchingEngine::replace_general(const OrderMessage& message, const OrderTerms& terms) {
  if (message.quantity <= 0) return status_of(RejectReason::quantity_not_positive);
  const u32 slot = slot_of(message.order_id);
  Arrival order;
  if (slot != kNone) order = arrival_of(slot);
  SpecialOrder& kept = order.terms;
  const bool pegged = kept.order_type == OrderType::pegged;
  const bool unpriced = takes_no_price(kept);
  if (message.price == kNoPrice && !pegged && !unpriced) return status_of(RejectReason::limit_order_without_price);
  if (slot == kNone) return status_of(RejectReason::unknown_order);
  if (says_more(terms)) return status_of(RejectReason::malformed_message);
  if (terms.stop_price != kNoPrice && kept.place != OrderPlace::triggers) {
    return status_of(RejectReason::malformed_message);
  }
  if (terms.stop_price != kNoPrice && trails(kept.order_type)) return status_of(RejectReason::trailing_not_valid);
  if (!acceptance(phase_, rules_.session).accepts_replace) return status_of(RejectReason::trading_phase);
  if (unpriced && message.price != kNoPrice && message.price != 0) {
    return status_of(RejectReason::market_order_with_price);
  }

  const i64 before = order.leaves;
  const bool same_price = unpriced || kept.limit == message.price;
  const bool counts_total = rules_.replace_quantity == ReplaceQuantity::total;
  const i64 done = order.executed + kept.prevented;
  order.leaves = counts_total ? message.quantity - done : message.quantity;
  if (terms.display_qty != 0 && !kept.is_iceberg()) return status_of(RejectReason::display_quantity_not_valid);
  const bool displays_more = terms.display_qty > kept.display_qty;
  if (terms.display_qty != 0) kept.display_qty = terms.display_qty;
  const bool checks_tips = kept.is_iceberg() && (terms.display_qty != 0 || order.leaves > before);
  if (checks_tips) {
    // Where nothing stays open, the request is judged by its own quantity.
    const RejectReason reason =
        check_display(kept.display_qty, kept.display_range, order.leaves > 0 ? order.leaves : message.quantity,
                      rules_.iceberg_parts_max);
    if (reason != RejectReason::none) return status_of(reason);
  }
  if (order.leaves <= 0) {
    named_ = {order.side, before};
    remove_order(slot);
    return status_of(Outcome::replaced_closed);
  }
  if (!unpriced) kept.limit = message.price;
  if (terms.stop_price != kNoPrice) kept.stop_price = terms.stop_price;
  if (order.leaves > INT64_MAX - done || order.leaves > INT64_MAX - (open_quantity(order.side) - before)) {
    return status_of(RejectReason::quantity_above_maximum);
  }
  const bool has_price = !unpriced && kept.limit != kNoPrice;
  if (has_price && !same_price && !entry_allowed(rules_.bands, order.side, kept.limit, reference_price_)) {
    return status_of(RejectReason::price_out_of_range);
  }
  if (!same_price && has_price && check_closing_price(kept.limit) != RejectReason::none) {
    return status_of(RejectReason::price_out_of_range);
  }
  const bool by_display = rules_.amend == AmendPolicy::keeps_on_displayed_decrease && kept.is_iceberg();
  const bool grows = by_display ? displays_more : order.leaves > before;
  const bool keeps = rules_.amend != AmendPolicy::always_loses && !grows;
  return in_book(kept.place) ? replace_in_book(slot, order, keeps && same_price) : replace_waiting(slot, order, keeps);
}

// `order` is the order as it shall be.
MessageStatus MatchingEngine::replace_in_book(u32 slot, Arrival& order, bool keeps) {
  named_ = {order.side, order.leaves};
  if (keeps) {
    if (order.terms.is_iceberg()) {
      if (auction_.follows()) auction_.make_room(order.side, limit_of(slot));
      SpecialOrder& iceberg = special_[slot];
      iceberg.display_qty = order.terms.display_qty;
      tips_bound_ -= iceberg.tips_most;
      iceberg.tips_most = static_cast<u32>((order.leaves - 1) / (iceberg.display_qty - iceberg.display_range) + 1);
      tips_bound_ += iceberg.tips_most;
    }
    set_leaves(slot, order.leaves);
    return status_of(Outcome::replaced);
  }
  if (post_only_takes(order)) return status_of(RejectReason::post_only_would_take);
  if (!fit_reduce_only(order)) return status_of(RejectReason::reduce_only_would_increase);
  set_limits(order);
  secure(order);
  detach(slot);
  tell_cut(order);
  switch (enter(order)) {
    case Outcome::filled:
      return status_of(Outcome::replaced_filled);
    case Outcome::remainder_canceled:
      return status_of(Outcome::remainder_canceled);
    default:
      return status_of(Outcome::requeued);
  }
}

// Nothing of an order outside the book is displayed, so that its terms change where it stands.
MessageStatus MatchingEngine::replace_waiting(u32 slot, Arrival& order, bool keeps) {
  const SpecialOrder& kept = order.terms;
  SpecialOrder& waiting = special_[slot];
  const bool in_triggers = kept.place == OrderPlace::triggers;
  const bool reached = in_triggers && reached_at_entry(order);
  if (reached && rules_.immediate_trigger != ImmediateTrigger::elect) {
    return status_of(RejectReason::stop_price_reached);
  }
  named_ = {order.side, order.leaves};
  if (in_triggers && kept.stop_price != waiting.stop_price) keeps = false;
  count_out(slot);
  headroom_[index_of(order.side)] -= order.leaves - pool_[slot].quantity;
  pool_[slot].quantity = order.leaves;
  count_in(slot);
  waiting.limit = kept.limit;
  waiting.stop_price = kept.stop_price;
  waiting.display_qty = kept.display_qty;
  if (keeps) return status_of(Outcome::replaced);
  if (in_triggers && reached) {
    triggers_.remove(slot);
    waiting.place = OrderPlace::elected;
    elected_.push_back(slot, pool_);
  } else if (in_triggers && waiting.stop_price != kNoPrice) {
    triggers_.move(slot, waiting.stop_price, ++time_);
  } else if (kept.place == OrderPlace::parked) {
    parked_.unlink(slot, pool_);
    parked_.push_back(slot, pool_);
  } else if (kept.place == OrderPlace::market) {
    market_[index_of(order.side)].unlink(slot, pool_);
    market_[index_of(order.side)].push_back(slot, pool_);
  } else if (kept.place == OrderPlace::unpriced) {
    unlink_peg(slot);
    link_peg(slot);
  }
  return status_of(Outcome::requeued);
}

}  // namespace pytrader
