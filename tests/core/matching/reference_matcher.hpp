// A matching engine of standard containers, slow and plain, to compare the real one with.
#pragma once

#include <algorithm>
#include <list>
#include <map>
#include <vector>

#include "matching/order_message.hpp"
#include "matching/venue_rules.hpp"

namespace pytrader::testing {

class ReferenceMatcher {
 public:
  struct Order {
    u64 id;
    i64 price;
    i64 leaves;
    i64 done;
    Side side;
    bool post_only;
  };
  using Queue = std::list<Order>;
  using Levels = std::map<i64, Queue>;  // key: price, negated for buys, so that the best comes first

  explicit ReferenceMatcher(const VenueRules& rules) : rules_(rules) {}

  MessageStatus apply(const OrderMessage& m, std::vector<Fill>& fills) {
    if (m.kind == static_cast<u8>(MessageKind::cancel)) return cancel(m.order_id);
    if (m.kind == static_cast<u8>(MessageKind::replace)) return replace(m, fills);
    return submit(m, fills);
  }

  const Levels& levels(Side side) const { return levels_[side == Side::buy ? 0 : 1]; }

 private:
  static i64 key(Side side, i64 price) { return side == Side::buy ? -price : price; }
  Levels& of(Side side) { return levels_[side == Side::buy ? 0 : 1]; }

  Queue::iterator find(u64 id, Side side, i64 price) {
    Queue& queue = of(side)[key(side, price)];
    return std::find_if(queue.begin(), queue.end(), [id](const Order& order) { return order.id == id; });
  }

  MessageStatus submit(const OrderMessage& m, std::vector<Fill>& fills) {
    const auto side = static_cast<Side>(m.side);
    const bool market = m.order_type == static_cast<u8>(OrderType::market);
    const bool rests = !market && m.time_in_force == static_cast<u8>(TimeInForce::gtc);
    if (m.quantity <= 0) return status_of(RejectReason::quantity_not_positive);
    if (m.flags == kPostOnly && !rests) return status_of(RejectReason::post_only_not_allowed);
    if (where_.count(m.order_id) != 0) return status_of(RejectReason::duplicate_order);
    const i64 limit = market ? (side == Side::buy ? INT64_MAX : -INT64_MAX) : m.price;
    if (m.flags == kPostOnly && reachable(side, limit) > 0) return status_of(RejectReason::post_only_would_take);
    if (m.time_in_force == static_cast<u8>(TimeInForce::fok) && reachable(side, limit) < m.quantity) {
      return status_of(RejectReason::fok_not_fillable);
    }
    const i64 leaves = match(m.order_id, side, limit, m.quantity, fills);
    if (leaves == 0) return status_of(Outcome::filled);
    if (!rests) return status_of(Outcome::remainder_canceled);
    rest({m.order_id, m.price, leaves, m.quantity - leaves, side, m.flags == kPostOnly});
    return status_of(Outcome::rested);
  }

  MessageStatus cancel(u64 id) {
    const auto at = where_.find(id);
    if (at == where_.end()) return status_of(RejectReason::unknown_order);
    remove(id, at->second.first, at->second.second);
    return status_of(Outcome::canceled);
  }

  MessageStatus replace(const OrderMessage& m, std::vector<Fill>& fills) {
    if (m.quantity <= 0) return status_of(RejectReason::quantity_not_positive);
    const auto at = where_.find(m.order_id);
    if (at == where_.end()) return status_of(RejectReason::unknown_order);
    const auto found = find(m.order_id, at->second.first, at->second.second);
    const Order order = *found;
    const i64 open = rules_.replace_quantity == ReplaceQuantity::open ? m.quantity : m.quantity - order.done;
    if (open <= 0) {
      remove(order.id, order.side, order.price);
      return status_of(Outcome::replaced_closed);
    }
    if (rules_.amend == AmendPolicy::keeps_on_decrease && open <= order.leaves && m.price == order.price) {
      found->leaves = open;
      return status_of(Outcome::replaced);
    }
    if (order.post_only && reachable(order.side, m.price) > 0) return status_of(RejectReason::post_only_would_take);
    remove(order.id, order.side, order.price);
    const i64 leaves = match(order.id, order.side, m.price, open, fills);
    if (leaves == 0) return status_of(Outcome::replaced_filled);
    rest({order.id, m.price, leaves, order.done + open - leaves, order.side, order.post_only});
    return status_of(Outcome::requeued);
  }

  i64 reachable(Side side, i64 limit) {
    i64 sum = 0;
    for (const auto& [price_key, queue] : of(opposite(side))) {
      if (price_key > key(opposite(side), limit)) break;
      for (const Order& order : queue) sum += order.leaves;
    }
    return sum;
  }

  i64 match(u64 id, Side side, i64 limit, i64 leaves, std::vector<Fill>& fills) {
    Levels& makers = of(opposite(side));
    while (leaves > 0 && !makers.empty() && makers.begin()->first <= key(opposite(side), limit)) {
      Order& maker = makers.begin()->second.front();
      const i64 quantity = std::min(leaves, maker.leaves);
      leaves -= quantity;
      maker.leaves -= quantity;
      maker.done += quantity;
      fills.push_back({id, maker.id, maker.price, quantity, leaves, maker.leaves, static_cast<i64>(side), 0});
      if (maker.leaves == 0) remove(maker.id, maker.side, maker.price);
    }
    return leaves;
  }

  void rest(const Order& order) {
    of(order.side)[key(order.side, order.price)].push_back(order);
    where_[order.id] = {order.side, order.price};
  }

  void remove(u64 id, Side side, i64 price) {
    Queue& queue = of(side)[key(side, price)];
    queue.erase(find(id, side, price));
    if (queue.empty()) of(side).erase(key(side, price));
    where_.erase(id);
  }

  VenueRules rules_;
  Levels levels_[2];
  std::map<u64, std::pair<Side, i64>> where_;
};

}  // namespace pytrader::testing
