// Price-time matching over two ladders of orders: a refused message changes nothing.
#include "matching/matching_core.hpp"

#include <algorithm>
#include <stdexcept>

#include "matching/plain_path.hpp"

namespace pytrader {

namespace {

constexpr std::size_t kNodesAtOnce = 16;

bool is_market(const OrderMessage& message) noexcept {
  return message.order_type == static_cast<u8>(OrderType::market);
}

bool has_force(const OrderMessage& message, TimeInForce time_in_force) noexcept {
  return message.time_in_force == static_cast<u8>(time_in_force);
}

bool may_rest(const OrderMessage& message) noexcept {
  return !is_market(message) && has_force(message, TimeInForce::gtc);
}

}  // namespace

MatchingCore::MatchingCore(const VenueRules& rules, u32 max_orders) : rules_(rules), pool_(max_orders) {}

void MatchingCore::reserve(u32 orders) {
  pool_.reserve(orders);
  index_.reserve(orders, [this](u32 slot) { return pool_[slot].id; });
}

MessageStatus MatchingCore::apply_plain(const OrderMessage& message, i64 message_index, std::vector<Fill>& fills) {
  switch (static_cast<MessageKind>(message.kind)) {
    case MessageKind::new_:
      return submit(message, message_index, fills);
    case MessageKind::cancel:
      return cancel(message.order_id);
    case MessageKind::replace:
      return replace(message, message_index, fills);
    default:
      break;
  }
  return status_of(RejectReason::malformed_message);
}

MessageStatus MatchingCore::rest_crowded(const OrderMessage& message, std::size_t own, i64 message_index,
                                         std::vector<Fill>& fills) {
  if (slot_of(message.order_id) != kNone) return submit(message, message_index, fills);
  index_.reserve_overflow();
  index_.insert(message.order_id, pool_.next_free());
  return rest_indexed(message, own, [message_index] { return message_index; }, fills);
}

MessageStatus MatchingCore::submit(const OrderMessage& message, i64 message_index, std::vector<Fill>& fills) {
  RejectReason reason = check_form(message);
  if (reason == RejectReason::none) reason = check_against_book(message, may_rest(message));
  if (reason != RejectReason::none) return status_of(reason);

  const auto side = static_cast<Side>(message.side);
  const bool rests = may_rest(message);
  // All that can fail comes before the first trade.
  u32 level = kNone;
  if (rests) {
    level = mutable_side(side).level_at(message.price);
    make_room();
  }
  const Taker taker = as_taker(message, message_index);
  const bool trades = meets(taker);
  if (trades) make_room(taker, fills);
  const i64 leaves = trades ? match(taker, fills) : taker.leaves_qty;
  if (leaves != 0 && rests) rest_new(message, leaves, level);
  if (trades) check_touch();
  if (leaves == 0) return status_of(Outcome::filled);
  return status_of(rests ? Outcome::rested : Outcome::remainder_canceled);
}

void MatchingCore::rest_new(const OrderMessage& message, i64 leaves, u32 level) noexcept {
  const auto side = static_cast<Side>(message.side);
  const u32 slot = pool_.acquire_free();
  OrderNode& node = pool_[slot];
  node.id = message.order_id;
  node.attributes = (side == Side::sell ? kSell : 0) | (message.flags == kPostOnly ? kIsPostOnly : 0);
  index_.insert(message.order_id, slot);
  rest(slot, leaves, message.quantity - leaves, level, side);
}

MessageStatus MatchingCore::cancel(u64 order_id) noexcept {
  const u32 slot = slot_of(order_id);
  if (slot == kNone) return status_of(RejectReason::unknown_order);
  named_ = {side_of(pool_[slot]), pool_[slot].quantity};
  remove(slot);
  return status_of(Outcome::canceled);
}

MessageStatus MatchingCore::replace(const OrderMessage& message, i64 message_index, std::vector<Fill>& fills) {
  if (message.quantity <= 0) return status_of(RejectReason::quantity_not_positive);
  if (message.price == kNoPrice) return status_of(RejectReason::limit_order_without_price);
  const u32 slot = slot_of(message.order_id);
  if (slot == kNone) return status_of(RejectReason::unknown_order);

  OrderNode& node = pool_[slot];
  const Side side = side_of(node);
  const i64 done = executed(slot);
  const bool counts_total = rules_.replace_quantity == ReplaceQuantity::total;
  const i64 open = counts_total ? message.quantity - done : message.quantity;
  if (open <= 0) {
    named_ = {side, node.quantity};
    remove(slot);
    return status_of(Outcome::replaced_closed);
  }
  if (open > INT64_MAX - done) return status_of(RejectReason::quantity_above_maximum);
  const bool keeps = rules_.amend != AmendPolicy::always_loses;
  if (keeps && open <= node.quantity && mutable_side(side).price_of(node.level) == message.price) {
    headroom_[index_of(side)] += node.quantity - open;
    mutable_side(side).reduce(slot, node.quantity - open, pool_);
    named_ = {side, open};
    return status_of(Outcome::replaced);
  }
  if (open > INT64_MAX - (open_quantity(side) - node.quantity)) return status_of(RejectReason::quantity_above_maximum);
  const bool post_only = (node.attributes & kIsPostOnly) != 0;
  if (post_only && reaches(side, message.price)) return status_of(RejectReason::post_only_would_take);
  return requeue(slot, {message.order_id, message.price, open, message_index, side, false}, fills);
}

MatchingCore::Taker MatchingCore::as_taker(const OrderMessage& message, i64 message_index) noexcept {
  return {message.order_id,  message.price, message.quantity, message_index, static_cast<Side>(message.side),
          is_market(message)};
}

// The order leaves its place, trades like a new one under its new terms, and what is left rests behind its price.
MessageStatus MatchingCore::requeue(u32 slot, const Taker& taker, std::vector<Fill>& fills) {
  const Side side = taker.side;
  const u32 level = mutable_side(side).level_at(taker.price);
  const bool trades = meets(taker);
  if (trades) make_room(taker, fills);
  named_ = {side, taker.leaves_qty};
  const i64 done = executed(slot);
  headroom_[index_of(side)] += pool_[slot].quantity;
  mutable_side(side).unlink(slot, pool_);
  const i64 leaves = trades ? match(taker, fills) : taker.leaves_qty;
  if (leaves == 0) {
    executed_.erase(slot);
    index_.erase(taker.order_id, slot);
    pool_.release(slot);
    return status_of(Outcome::replaced_filled);
  }
  rest(slot, leaves, done + (taker.leaves_qty - leaves), level, side);
  if (trades) check_touch();
  return status_of(Outcome::requeued);
}

// What is wrong with a new order whatever the book holds.
RejectReason MatchingCore::check_form(const OrderMessage& message) const noexcept {
  const bool market = is_market(message);
  const bool limit = message.order_type == static_cast<u8>(OrderType::limit);
  const bool known_side = valid(static_cast<Side>(message.side));
  if (!known_side) return RejectReason::side_not_valid;
  if (!market && !limit) return RejectReason::order_type_not_supported;
  if ((message.flags & ~kPostOnly) != 0) return RejectReason::malformed_message;
  if (message.quantity <= 0) return RejectReason::quantity_not_positive;
  if (limit && message.price == kNoPrice) return RejectReason::limit_order_without_price;
  if (market && message.price != kNoPrice && message.price != 0) return RejectReason::market_order_with_price;
  const bool gtc = has_force(message, TimeInForce::gtc);
  if (!gtc && !has_force(message, TimeInForce::ioc) && !has_force(message, TimeInForce::fok)) {
    return RejectReason::time_in_force_not_supported;
  }
  if (message.flags == kPostOnly && (market || !gtc || rules_.post_only == PostOnlyPolicy::not_offered)) {
    return RejectReason::post_only_not_allowed;
  }
  return RejectReason::none;
}

RejectReason MatchingCore::check_against_book(const OrderMessage& message, bool rests) const noexcept {
  const auto side = static_cast<Side>(message.side);
  if (slot_of(message.order_id) != kNone) return RejectReason::duplicate_order;
  if (rests) {
    if (message.quantity > INT64_MAX - open_quantity(side)) return RejectReason::quantity_above_maximum;
    if (pool_.full()) return RejectReason::order_limit;
    if (message.flags == kPostOnly && reaches(side, message.price)) return RejectReason::post_only_would_take;
  } else if (has_force(message, TimeInForce::fok)) {
    const Taker taker = as_taker(message, 0);
    if (reach(taker).quantity < taker.leaves_qty) return RejectReason::fok_not_fillable;
  }
  return RejectReason::none;
}

// Whole levels, best first, until the taker would be filled or stops at its limit: costs the levels that it trades
// through.
MatchingCore::Reach MatchingCore::reach(const Taker& taker) const noexcept {
  const Ladder& makers = side(opposite(taker.side));
  Reach reached{0, 0};
  for (u32 level = makers.best(); level != kNone && reached.quantity < taker.leaves_qty;
       level = makers.next_worse(level)) {
    if (!taker.is_market && makers.better(taker.price, makers.price_of(level))) break;
    reached.quantity += makers[level].quantity;
    reached.orders += makers[level].order_count;
  }
  return reached;
}

// Each fill ends a maker within reach or takes at least one lot; one maker and the taker may be executed in part.
void MatchingCore::make_room(const Taker& taker, std::vector<Fill>& fills) {
  const auto most = static_cast<std::size_t>(std::min<i64>(reach(taker).orders, taker.leaves_qty));
  if (fills.capacity() - fills.size() < most) fills.reserve(std::max(fills.size() + most, 2 * fills.capacity()));
  executed_.reserve(executed_.size() + 2);
}

// Trades with the best makers within the limit, oldest first at each price; returns what is left.
i64 MatchingCore::match(Taker taker, std::vector<Fill>& fills) {
  Ladder& makers = mutable_side(opposite(taker.side));
  const i64& headroom = headroom_[index_of(opposite(taker.side))];
  const u64 conserved = static_cast<u64>(taker.leaves_qty) + static_cast<u64>(headroom);
  while (taker.leaves_qty > 0 && meets(taker)) {
    const u32 slot = makers[makers.best()].head;
    const OrderNode& maker = pool_[slot];
    const i64 quantity = std::min(taker.leaves_qty, maker.quantity);
    taker.leaves_qty -= quantity;
    fills.push_back({taker.order_id, maker.id, makers.best_price(), quantity, taker.leaves_qty,
                     maker.quantity - quantity, static_cast<i64>(taker.side), taker.message_index});
    fill_maker(slot, quantity);
    last_trade_price_ = fills.back().price;
    ++counters_.fills;
    counters_.volume += quantity;
  }
  if (static_cast<u64>(taker.leaves_qty) + static_cast<u64>(headroom) != conserved) {
    throw std::logic_error("matching engine: the makers gave other lots than the taker got");
  }
  return taker.leaves_qty;
}

void MatchingCore::check_touch() const {
  bool sound = true;
  for (const Ladder& levels : sides_) {
    if (levels.empty()) continue;
    const Level& best = levels[levels.best()];
    sound &= best.order_count > 0 && best.quantity > 0 && pool_[best.head].level == levels.best();
  }
  if (!sound) throw std::logic_error("matching engine: a best level is not one");
  if (crossed()) throw std::logic_error("matching engine: the book is crossed");
}

void MatchingCore::fill_maker(u32 slot, i64 quantity) {
  const OrderNode& node = pool_[slot];
  if (quantity == node.quantity) {
    remove(slot);
    return;
  }
  const Side side = side_of(node);
  headroom_[index_of(side)] += quantity;
  mutable_side(side).reduce(slot, quantity, pool_);
  set_executed(slot, executed(slot) + quantity);
}

void MatchingCore::rest(u32 slot, i64 quantity, i64 done, u32 level, Side side) noexcept {
  pool_[slot].quantity = quantity;
  mutable_side(side).push_back(level, slot, pool_);
  headroom_[index_of(side)] -= quantity;
  if (done != 0) set_executed(slot, done);
}

void MatchingCore::remove(u32 slot) noexcept {
  const OrderNode& node = pool_[slot];
  const Side side = side_of(node);
  headroom_[index_of(side)] += node.quantity;
  if ((node.attributes & kHasExecuted) != 0) executed_.erase(slot);
  index_.erase(node.id, slot);
  mutable_side(side).unlink(slot, pool_);
  pool_.release(slot);
}

// Only as many nodes are free as the index has room for: where a node is free, plain_path.hpp asks no more.
void MatchingCore::make_room() {
  index_.reserve_overflow();
  if (pool_.has_free()) return;
  const std::size_t orders = std::size_t{pool_.size()} + 1;
  pool_.reserve(orders);
  index_.reserve(orders, [this](u32 slot) { return pool_[slot].id; });
  pool_.add_free(std::min(kNodesAtOnce, index_.room() - pool_.size()));
}

i64 MatchingCore::executed(u32 slot) const noexcept {
  return (pool_[slot].attributes & kHasExecuted) != 0 ? executed_.of(slot) : 0;
}

void MatchingCore::set_executed(u32 slot, i64 quantity) noexcept {
  executed_.set(slot, quantity);
  pool_[slot].attributes |= kHasExecuted;
}

}  // namespace pytrader
