// The way of the commonest messages, a limit order that rests and a cancel, written to be inlined into the gate.
#pragma once

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

// A new limit order good till canceled that asks for nothing else: no flag, owner, terms or instruction.
inline bool is_plain_limit(const OrderMessage& message) noexcept {
  constexpr OrderMessage buy{static_cast<u8>(MessageKind::new_),
                             static_cast<u8>(Side::buy),
                             static_cast<u8>(OrderType::limit),
                             static_cast<u8>(TimeInForce::gtc),
                             0,
                             0,
                             0,
                             0,
                             0,
                             0,
                             0,
                             0};
  constexpr OrderMessage sell{static_cast<u8>(MessageKind::new_),
                              static_cast<u8>(Side::sell),
                              static_cast<u8>(OrderType::limit),
                              static_cast<u8>(TimeInForce::gtc),
                              0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0};
  u64 owner_and_terms = 0;
  std::memcpy(&owner_and_terms, &message.owner, sizeof(owner_and_terms));
  // One test for both: they differ in bits that a third header can not match.
  return ((header_of(message) - header_of(buy)) & ~(header_of(sell) - header_of(buy))) == 0 && owner_and_terms == 0;
}

// A plain limit order that rests without a trade and whose places in index and ladder are at hand; whatever else there
// is to it, submit() finds out from the start.
template <class IndexOf>
[[gnu::always_inline]] inline MessageStatus MatchingCore::rest_or_submit(const OrderMessage& message,
                                                                         IndexOf&& message_index,
                                                                         std::vector<Fill>& fills) {
  static_assert(kSell == 1 && static_cast<u8>(Side::buy) == 1 && static_cast<u8>(Side::sell) == 2);
  const std::size_t own = message.side - std::size_t{1};
  const i64 quantity = message.quantity;
  Ladder& levels = sides_[own];
  u32 level = kNone;
  const BucketIndex::Place place = index_.place_of(message.order_id);
  const bool fits = static_cast<u64>(quantity) - 1 < static_cast<u64>(INT64_MAX - open_quantity_[own]);
  if (!fits || !levels.recent_level(message.price, level) || sides_[own ^ 1].is_reached(message.price) ||
      !pool_.has_free() || BucketIndex::lanes_with(place) != 0 || !BucketIndex::is_roomy(place)) [[unlikely]] {
    return submit(message, message_index(), fills);
  }
  const u32 slot = pool_.acquire_free();
  OrderNode& node = pool_[slot];
  node.id = message.order_id;
  node.quantity = quantity;
  node.attributes = static_cast<u32>(own);
  levels.push_back(level, slot, pool_);
  open_quantity_[own] += quantity;
  BucketIndex::insert_at(place, slot);
  return status_of(Outcome::rested);
}

template <bool names>
[[gnu::always_inline]] inline MessageStatus MatchingCore::cancel_quickly(u64 order_id) noexcept {
  const BucketIndex::Place place = index_.place_of(order_id);
  const u32 lanes = BucketIndex::lanes_with(place);
  if (lanes == 0) [[unlikely]]
    return cancel(order_id);
  const auto lane = static_cast<u32>(std::countr_zero(lanes));
  const u32 slot = place.bucket->slots[lane];
  const OrderNode& node = pool_[slot];
  if (node.id != order_id || (node.attributes & kHasExecuted) != 0) [[unlikely]]
    return cancel(order_id);
  const std::size_t own = node.attributes & kSell;
  if constexpr (names) named_ = {side_of(node), node.quantity};
  open_quantity_[own] -= node.quantity;
  sides_[own].unlink(slot, pool_);
  pool_.release(slot);
  BucketIndex::erase_at(place, lane);
  return status_of(Outcome::canceled);
}

}  // namespace pytrader
