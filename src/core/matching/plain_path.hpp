// The way of the commonest messages, written to be inlined: a limit order that rests, a cancel, a replace.
#pragma once

#include <array>
#include <bit>
#include <cstring>

#include "matching/matching_core.hpp"

namespace pytrader {

// The first eight bytes of a message in one: what kind of message and order it is.
inline u64 header_of(const OrderMessage& message) noexcept {
  u64 header = 0;
  std::memcpy(&header, &message, sizeof(header));
  return header;
}

inline u64 owner_and_terms_of(const OrderMessage& message) noexcept {
  u64 both = 0;
  std::memcpy(&both, &message.owner, sizeof(both));
  return both;
}

// The header of new_limit().
constexpr u64 plain_limit_header(Side side) noexcept {
  return std::bit_cast<std::array<u64, 5>>(new_limit(0, side, 0, 0))[0];
}

// A plain limit order that rests without a trade and whose places in index and ladder are at hand; whatever else there
// is to it, submit() finds out from the start.
template <class IndexOf>
[[gnu::always_inline]] inline MessageStatus MatchingCore::rest_or_submit(const OrderMessage& message, std::size_t own,
                                                                         IndexOf&& message_index,
                                                                         std::vector<Fill>& fills) {
  static_assert(kSell == 1 && index_of(Side::buy) == 0 && index_of(Side::sell) == 1);
  const BucketIndex::Place place = index_.place_of(message.order_id);
  const u32 room = BucketIndex::room_of(place);
  if (BucketIndex::lanes_with(place) != 0 || !pool_.has_free()) [[unlikely]]
    return submit(message, message_index(), fills);
  if (!BucketIndex::is_roomy(room)) [[unlikely]]
    return rest_crowded(message, own, message_index(), fills);
  BucketIndex::insert_at(place, BucketIndex::lane_of(room), pool_.next_free());
  return rest_indexed(message, own, message_index, fills);
}

// The second half: the index has the order already, as place and tag were at hand, and loses it again if the order is
// not to rest.
template <class IndexOf>
[[gnu::always_inline]] inline MessageStatus MatchingCore::rest_indexed(const OrderMessage& message, std::size_t own,
                                                                       IndexOf&& message_index,
                                                                       std::vector<Fill>& fills) {
  const i64 quantity = message.quantity;
  Ladder& levels = sides_[own];
  u32 level = kNone;
  const bool fits = static_cast<u64>(quantity) - 1 < static_cast<u64>(headroom_[own]);
  if (!fits || !levels.recent_level(message.price, level) || sides_[own ^ 1].is_reached(message.price)) [[unlikely]] {
    index_.erase(message.order_id, pool_.next_free());
    return submit(message, message_index(), fills);
  }
  headroom_[own] -= quantity;
  const u32 slot = pool_.acquire_free();
  OrderNode& node = pool_[slot];
  node.id = message.order_id;
  node.quantity = quantity;
  node.attributes = static_cast<u32>(own);
  levels.push_back(level, slot, pool_);
  return status_of(Outcome::rested);
}

template <bool names>
[[gnu::always_inline]] inline MessageStatus MatchingCore::cancel_quickly(u64 order_id) noexcept {
  const BucketIndex::Place place = index_.place_of(order_id);
  const u32 lanes = BucketIndex::lanes_with(place);
  if (lanes == 0) [[unlikely]]
    return cancel(order_id);
  const std::size_t lane = BucketIndex::lane_of(lanes);
  const u32 slot = place.bucket->slots[lane];
  const OrderNode& node = pool_[slot];
  if (node.id != order_id || (node.attributes & kHasExecuted) != 0) [[unlikely]]
    return cancel(order_id);
  BucketIndex::erase_at(place, lane);
  const std::size_t own = node.attributes & kSell;
  if constexpr (names) named_ = {side_of(node), node.quantity};
  headroom_[own] += node.quantity;
  sides_[own].unlink(slot, pool_);
  pool_.release(slot);
  return status_of(Outcome::canceled);
}

// A plain order that has not traded yet and moves to the end of another queue without a trade; else `replace()`.
template <bool names, class Replace>
[[gnu::always_inline]] inline MessageStatus MatchingCore::requeue_or(const OrderMessage& message, Replace&& replace) {
  const BucketIndex::Place place = index_.place_of(message.order_id);
  const u32 lanes = BucketIndex::lanes_with(place);
  if (lanes == 0) [[unlikely]]
    return replace();
  const u32 slot = place.bucket->slots[BucketIndex::lane_of(lanes)];
  OrderNode& node = pool_[slot];
  const i64 quantity = message.quantity;
  const std::size_t own = node.attributes & kSell;
  Ladder& levels = sides_[own];
  u32 level = kNone;
  const i64 headroom = headroom_[own] + node.quantity;  // of the side without this order: no overflow
  const bool fits = static_cast<u64>(quantity) - 1 < static_cast<u64>(headroom);
  if (node.id != message.order_id || (node.attributes & (kHasExecuted | kIsSpecial)) != 0 || !fits ||
      !levels.recent_level(message.price, level) || sides_[own ^ 1].is_reached(message.price) ||
      (level == node.level && quantity <= node.quantity && rules_.amend != AmendPolicy::always_loses)) [[unlikely]] {
    return replace();
  }
  if constexpr (names) named_ = {side_of(node), quantity};
  headroom_[own] = headroom - quantity;
  levels.unlink(slot, pool_);
  node.quantity = quantity;
  levels.push_back(level, slot, pool_);
  return status_of(Outcome::requeued);
}

}  // namespace pytrader
