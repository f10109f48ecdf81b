// What a simulated venue asks of recorded market data: what is displayed, and what our own orders took of it.
#pragma once

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/order_terms.hpp"

namespace pytrader {

// A quantity ahead that the data can not tell: only a trade through the price reaches an order behind it.
constexpr i64 kUnknownAhead = INT64_MAX;

struct Take {
  i64 price;
  i64 quantity;
};

// One implementation for each kind of data. `limit` is the worst price that the taker accepts.
class VenueMarket {
 public:
  virtual ~VenueMarket() = default;
  // Displayed quantity within the limit that was not taken yet, counted up to `wanted`.
  virtual i64 reachable(Side taker, i64 limit, i64 wanted) const = 0;
  // Takes at most `wanted` at the best price that has something left; quantity 0 if nothing is within the limit.
  virtual Take take(Side taker, i64 limit, i64 wanted) = 0;
  // What an own order that begins to rest at this time remembers as its place in the queue.
  virtual i64 place_in_queue(Side side, i64 price, i64 ts) = 0;
  // The best displayed price of a side, kNoPrice if it is empty.
  virtual i64 touch(Side side) const = 0;
  // The same without what a print has just traded away.
  virtual i64 shown(Side side) const { return touch(side); }
  // The best price that has something left for a taker, kNoPrice if nothing has.
  virtual i64 best_left(Side taker) const = 0;

  // What a print beside or among levels or quotes traded is gone before they say so: takers do not find these lots at
  // this price of this side until rows tell anew what is displayed. Where executions are of orders there is nothing to
  // do.
  virtual void printed(Side, i64, i64) {}
};

}  // namespace pytrader
