// The simulated order-by-order venue once more, as one plain list of orders in the order of their arrival.
#pragma once

#include <algorithm>
#include <vector>

#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

struct NaiveFill {
  ClientOrderId id;
  i64 price;
  i64 quantity;
  Liquidity liquidity;
  friend bool operator==(const NaiveFill&, const NaiveFill&) = default;
};

// Every question walks the whole list.
class NaiveVenue {
 public:
  std::vector<NaiveFill> fills;

  void apply(const L3Record& row) {
    auto at = find(false, row.order_id);
    switch (static_cast<BookAction>(row.action)) {
      case BookAction::add:
        queue_.push_back({false, row.order_id, static_cast<Side>(row.side), row.price, row.quantity, 0});
        return;
      case BookAction::execute:
        reach(at->side, at->price, row.quantity, at);
        at = find(false, row.order_id);
        [[fallthrough]];
      case BookAction::reduce:
        at->quantity -= row.quantity;
        if (at->quantity == 0) queue_.erase(at);
        return;
      case BookAction::replace:
        replace(at, row.price, row.quantity);
        return;
      case BookAction::trade: {
        const auto first = std::find_if(queue_.begin(), queue_.end(), [&](const Entry& entry) {
          return !entry.own && static_cast<i64>(entry.side) == row.side && entry.price == row.price;
        });
        reach(static_cast<Side>(row.side), row.price, row.quantity, first);
        return;
      }
      default:
        return;
    }
  }

  // A limit order, or with kNoPrice a market order; false when it is refused.
  bool submit(ClientOrderId id, Side side, i64 price, i64 quantity, bool rests, bool post_only) {
    if (!admits(side, price, quantity, post_only)) return false;
    const i64 leaves = take(id, side, price, quantity);
    if (leaves > 0 && rests) queue_.push_back({true, id, side, price, leaves, 0});
    return true;
  }
  void cancel(ClientOrderId id) {
    const auto at = find(true, id);
    if (at != queue_.end()) queue_.erase(at);
  }
  // `leaves` is the new quantity still to be traded, above 0.
  bool replace_own(ClientOrderId id, i64 price, i64 leaves, bool post_only) {
    const auto at = find(true, id);
    if (at == queue_.end()) return false;
    if (price == at->price && leaves <= at->quantity) {
      at->quantity = leaves;
      return true;
    }
    const Side side = at->side;
    if (!admits(side, price, leaves, post_only)) return false;
    queue_.erase(at);
    const i64 rest = take(id, side, price, leaves);
    if (rest > 0) queue_.push_back({true, id, side, price, rest, 0});
    return true;
  }
  i64 leaves_qty(ClientOrderId id) {
    const auto at = find(true, id);
    return at == queue_.end() ? 0 : at->quantity;
  }

 private:
  struct Entry {
    bool own;
    u64 id;
    Side side;
    i64 price;
    i64 quantity;
    i64 taken;
  };
  using At = std::vector<Entry>::iterator;

  static bool better(Side side, i64 a, i64 b) { return side == Side::buy ? a > b : a < b; }
  static bool crosses(Side taker, i64 limit, i64 price) {
    return limit == kNoPrice || (taker == Side::buy ? price <= limit : price >= limit);
  }
  At find(bool own, u64 id) {
    return std::find_if(queue_.begin(), queue_.end(), [&](const Entry& e) { return e.own == own && e.id == id; });
  }

  void replace(At at, i64 price, i64 quantity) {
    const bool keeps_place = price == at->price && quantity <= at->quantity;
    at->price = price;
    at->quantity = quantity;
    if (!keeps_place) std::rotate(at, at + 1, queue_.end());
  }

  // Own orders better than the price, or at it and in front of `executed`, share the quantity by price and time.
  void reach(Side side, i64 price, i64 quantity, At executed) {
    std::vector<u64> reached;
    for (At at = queue_.begin(); at != queue_.end(); ++at) {
      if (!at->own || at->side != side) continue;
      if (better(side, at->price, price) || (at->price == price && at < executed)) reached.push_back(at->id);
    }
    std::stable_sort(reached.begin(), reached.end(),
                     [&](u64 a, u64 b) { return better(side, find(true, a)->price, find(true, b)->price); });
    for (const u64 id : reached) {
      const At own = find(true, id);
      const i64 got = std::min(quantity, own->quantity);
      if (got == 0) break;
      fills.push_back({id, own->price, got, Liquidity::maker});
      quantity -= got;
      own->quantity -= got;
    }
    std::erase_if(queue_, [](const Entry& entry) { return entry.own && entry.quantity == 0; });
  }

  i64 reachable(Side taker, i64 limit) const {
    i64 sum = 0;
    for (const Entry& entry : queue_) {
      if (entry.own || entry.side == taker || !crosses(taker, limit, entry.price)) continue;
      sum += std::max<i64>(0, entry.quantity - entry.taken);
    }
    return sum;
  }

  bool admits(Side side, i64 price, i64 quantity, bool post_only) const {
    for (const Entry& entry : queue_) {
      if (!entry.own || entry.side == side || !crosses(side, price, entry.price)) continue;
      if (price != kNoPrice || reachable(side, entry.price - sign(side)) < quantity) return false;
    }
    return !(post_only && reachable(side, price) > 0);
  }

  i64 take(ClientOrderId id, Side side, i64 limit, i64 leaves) {
    while (leaves > 0) {
      At best = queue_.end();
      for (At at = queue_.begin(); at != queue_.end(); ++at) {
        if (at->own || at->side == side || !crosses(side, limit, at->price) || at->quantity <= at->taken) continue;
        if (best == queue_.end() || better(opposite(side), at->price, best->price)) best = at;
      }
      if (best == queue_.end()) break;
      const i64 got = std::min(leaves, best->quantity - best->taken);
      best->taken += got;
      leaves -= got;
      const bool same_price = last_taker_ == id && !fills.empty() && fills.back().id == id &&
                              fills.back().price == best->price && fills.back().liquidity == Liquidity::taker;
      if (same_price) {
        fills.back().quantity += got;
      } else {
        fills.push_back({id, best->price, got, Liquidity::taker});
      }
      last_taker_ = id;
    }
    return leaves;
  }

  std::vector<Entry> queue_;
  ClientOrderId last_taker_ = 0;
};

}  // namespace pytrader
