// Keeps fills in their order, and folds them again from where something changed.
#include "ledger/fill_history.hpp"

#include <algorithm>

#include "decimal/fixed.hpp"

namespace pytrader {
namespace {

bool same(const PositionState& a, const PositionState& b) noexcept {
  return a.quantity == b.quantity && a.cost == b.cost && a.realized_pnl == b.realized_pnl && a.fees == b.fees;
}

// The lots of a change that close what is held, with the sign of the change.
i64 closing_lots(i64 held, i64 change) noexcept {
  if (held == 0 || (held > 0) == (change > 0)) return 0;
  return change > 0 ? std::min(change, -held) : std::max(change, -held);
}

}  // namespace

bool is_before(const FillKey& a, const FillKey& b) noexcept {
  if (is_older(a.placed, b.placed)) return true;
  if (is_older(b.placed, a.placed)) return false;
  return a.exec_id != b.exec_id ? a.exec_id < b.exec_id : a.order < b.order;
}

bool add_fill(PositionState& position, const Instrument& instrument, const PositionFill& fill) noexcept {
  if (fill.quantity == 0) return true;
  const i64 closing = closing_lots(position.quantity, fill.quantity);
  i128 paid = 0;
  i128 paid_for_closing = 0;
  if (!instrument.value_of(static_cast<i128>(fill.price) * fill.quantity, paid) ||
      !instrument.value_of(static_cast<i128>(fill.price) * closing, paid_for_closing)) {
    return false;
  }
  i128 cost = 0;
  if (closing != 0) {
    cost = closing == -position.quantity ? position.cost
                                         : mul_div(position.cost, -closing, position.quantity, Rounding::half_even);
  }
  PositionState next = position;
  i128 opening = 0;
  i128 closed = 0;
  bool overflows = __builtin_add_overflow(position.quantity, fill.quantity, &next.quantity);
  overflows |= __builtin_sub_overflow(paid, paid_for_closing, &opening);
  overflows |= __builtin_sub_overflow(opening, cost, &opening);
  overflows |= __builtin_add_overflow(position.cost, opening, &next.cost);
  overflows |= __builtin_add_overflow(paid_for_closing, cost, &closed);
  overflows |= __builtin_sub_overflow(position.realized_pnl, closed, &next.realized_pnl);
  overflows |= __builtin_add_overflow(position.fees, fill.fee, &next.fees);
  if (overflows) return false;
  position = next;
  return true;
}

// Of this key, or of the first fill after it, among those that do not stand for good.
std::size_t FillHistory::position_of(const FillKey& key) const noexcept {
  const auto at =
      std::lower_bound(fills_.begin() + static_cast<std::ptrdiff_t>(first_), fills_.end(), key,
                       [](const PositionFill& fill, const FillKey& wanted) { return is_before(fill.key, wanted); });
  return static_cast<std::size_t>(at - fills_.begin());
}

bool FillHistory::add(const PositionFill& fill, const PositionState& before, const PositionState& after) {
  if (first_ == fills_.size() || !same(fills_.back().after, before)) {
    first_ = fills_.size();
    base_ = before;
  }
  const bool late = first_ < fills_.size() && is_before(fill.key, fills_.back().key);
  if (!late) {
    fills_.push_back(fill);
    fills_.back().after = after;
    return true;
  }
  fills_.insert(fills_.begin() + static_cast<std::ptrdiff_t>(position_of(fill.key)), fill);
  return false;
}

PositionFill* FillHistory::find(const FillKey& key) noexcept {
  const auto is_it = [&](const PositionFill& fill) {
    return fill.key.exec_id == key.exec_id && fill.key.order == key.order;
  };
  const std::size_t at = position_of(key);
  if (at < fills_.size() && is_it(fills_[at])) return &fills_[at];
  // One from before a money event.
  const auto found = std::find_if(fills_.rbegin(), fills_.rend(), is_it);
  return found == fills_.rend() ? nullptr : &*found;
}

void FillHistory::place(const FillKey& from, const FillKey& to) {
  PositionFill* const found = find(from);
  if (found == nullptr || stands_for_good(*found)) return;
  PositionFill moved = *found;
  moved.key = to;
  fills_.erase(fills_.begin() + (found - fills_.data()));
  fills_.insert(fills_.begin() + static_cast<std::ptrdiff_t>(position_of(to)), moved);
}

bool FillHistory::fold(const FillKey& from, const Instrument& instrument, PositionState& position) {
  const std::size_t at = position_of(from);
  const PositionState start = at > first_ ? fills_[at - 1].after : base_;
  PositionState state = start;
  for (std::size_t i = at; i < fills_.size(); ++i) {
    if (!add_fill(state, instrument, fills_[i])) return false;
  }
  position = state;
  state = start;
  for (std::size_t i = at; i < fills_.size(); ++i) {
    add_fill(state, instrument, fills_[i]);
    fills_[i].after = state;
  }
  return true;
}

}  // namespace pytrader
