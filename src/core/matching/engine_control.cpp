// Messages that are no orders: the clock, mass cancels, positions and groups.
#include <algorithm>

#include "matching/matching_engine.hpp"

namespace pytrader {

// A jump does what clock messages on the way would have done: each expiry and each end of a phase at its own time.
MessageStatus MatchingEngine::set_clock(i64 now) {
  if (now < clock_) return status_of(RejectReason::clock_backwards);
  const i64 began = clock_;
  for (i128 due = next_due(began); due < now; due = next_due(began)) {
    stand_at(static_cast<i64>(due));
    conclude();
  }
  stand_at(now);
  return status_of(Outcome::accepted);
}

// When the clock sets off something next; beyond all times if nothing waits for it. A limit state that began on the
// way is left to the new time: it would come again and again in a jump over years.
i128 MatchingEngine::next_due(i64 began) const noexcept {
  i128 due = i128{INT64_MAX} + 1;
  if (!expiries_.empty()) due = expiries_.first_key();
  if (phase_ == TradingPhase::volatility_auction && phase_until_ != 0) due = std::min(due, i128{phase_until_});
  const bool lasts = phase_ == TradingPhase::continuous && rules_.bands.limit_state_ns != 0 &&
                     is_limit(limit_state_.state()) && limit_state_.since() <= began;
  if (lasts) due = std::min(due, i128{limit_state_.since()} + rules_.bands.limit_state_ns);
  return due;
}

// What has come to its time leaves before anything else happens then.
void MatchingEngine::stand_at(i64 now) {
  try_all_or_none_ = true;
  make_room_for_session();
  output_->make_room(0, expiries_.size());
  clock_ = now;
  while (!expiries_.empty() && expiries_.first_key() <= clock_) expire(expiries_.first());
  advance_phase();
}

void MatchingEngine::expire(u32 slot) {
  tell(UpdateKind::expired, slot, limit_of(slot), leaves_of(slot), 0, RejectReason::none);
  remove_order(slot);
}

void MatchingEngine::expire_day_orders() {
  output_->make_room(0, day_orders_.size());
  while (!day_orders_.empty()) expire(day_orders_.first());
}

MessageStatus MatchingEngine::mass_cancel(u32 owner) {
  std::vector<u32> slots;
  if (owner == 0) {
    slots.reserve(index_.size());
    index_.for_each([&slots](u32 slot) { slots.push_back(slot); });
  } else if (const u32 account = accounts_.find(owner); account != 0) {
    for (u32 slot = accounts_.first_order(account); slot != kNone; slot = special_.links(slot).next_of_owner) {
      slots.push_back(slot);
    }
  }
  std::sort(slots.begin(), slots.end(), [this](u32 a, u32 b) { return pool_[a].id < pool_[b].id; });
  output_->make_room(0, slots.size());
  for (const u32 slot : slots) cancel_order(slot, RejectReason::mass_canceled);
  return status_of(Outcome::accepted);
}

// A position or a group of an owner.
MessageStatus MatchingEngine::set_account(const OrderMessage& message) {
  if (message.owner == 0) return status_of(RejectReason::owner_missing);
  const bool is_group = message.kind == static_cast<u8>(MessageKind::group);
  if (is_group && (message.quantity < 0 || message.quantity > i64{UINT32_MAX})) {
    return status_of(RejectReason::malformed_message);
  }
  if (accounts_.find(message.owner) == 0 && accounts_.full()) return status_of(RejectReason::order_limit);
  const u32 account = accounts_.row_of(message.owner);
  if (is_group) {
    accounts_.set_group(account, static_cast<u32>(message.quantity));
  } else {
    accounts_.set_position(account, message.quantity);
  }
  return status_of(Outcome::accepted);
}

i128 MatchingEngine::position(u32 owner) const noexcept {
  const u32 account = accounts_.find(owner);
  if (account == 0) return 0;
  return accounts_.position(account);
}

u32 MatchingEngine::group(u32 owner) const noexcept {
  const u32 account = accounts_.find(owner);
  return account == 0 ? 0 : accounts_.group(account);
}

}  // namespace pytrader
