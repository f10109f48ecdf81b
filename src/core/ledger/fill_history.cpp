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
  std::size_t low = first_;
  std::size_t high = size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (is_before((*this)[middle].key(), key)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Puts the fill at `to`; those on the way there from `from` move by one.
void FillHistory::shift(std::size_t from, std::size_t to, const PositionFill& fill) noexcept {
  for (; from > to; --from) change(from, (*this)[from - 1]);
  for (; from < to; ++from) change(from, (*this)[from + 1]);
  change(to, fill);
}

bool FillHistory::add(const PositionFill& fill, const PositionState& before, const PositionState& after) {
  if (first_ == size() || !same(last_, before)) settle(before);
  const std::size_t at = size();
  const bool late = first_ < at && is_before(fill.key(), (*this)[at - 1].key());
  if (at % kStride == kStride - 1) passed_.add(after);
  fills_.add(fill);
  if (late) {
    shift(at, position_of(fill.key()), fill);
  } else {
    last_ = after;
  }
  return !late;
}

std::size_t FillHistory::find(const FillKey& key) const noexcept {
  const auto is_it = [&](std::size_t at) {
    return (*this)[at].exec_id == key.exec_id && (*this)[at].order == key.order;
  };
  const std::size_t at = position_of(key);
  if (at < size() && is_it(at)) return at;
  // One from before a money event.
  for (std::size_t before = size(); before-- > 0;) {
    if (is_it(before)) return before;
  }
  return size();
}

void FillHistory::place(const FillKey& from, const FillKey& to) {
  const std::size_t found = find(from);
  if (found == size() || stands_for_good(found)) return;
  PositionFill moved = (*this)[found];
  moved.placed = to.placed;
  // It stands in its own way where it goes to a later place.
  const std::size_t at = position_of(to);
  shift(found, at > found ? at - 1 : at, moved);
}

bool FillHistory::fold(const FillKey& from, const Instrument& instrument, PositionState& position) {
  const std::size_t passed = position_of(from) / kStride;
  const bool from_base = passed * kStride <= first_;
  const std::size_t start = from_base ? first_ : passed * kStride;
  PositionState state = from_base ? base_ : passed_[passed];
  std::vector<PositionState> folded;
  for (std::size_t at = start; at < size(); ++at) {
    if (!add_fill(state, instrument, (*this)[at])) return false;
    if (at % kStride == kStride - 1) folded.push_back(state);
  }
  u64 number = start / kStride;
  for (const PositionState& each : folded) passed_[++number] = each;
  position = last_ = state;
  return true;
}

}  // namespace pytrader
