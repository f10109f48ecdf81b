// How orders enter, change and leave the books of a set.
#include "book/l3_book_set.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

constexpr std::size_t kNodesAtOnce = 16;

}  // namespace

L3BookSet::L3BookSet(std::vector<u32> ticks, u32 max_orders) : orders_(max_orders), ticks_(std::move(ticks)) {
  bool sound = !ticks_.empty() && ticks_.back() == 1;
  for (std::size_t i = 1; sound && i < ticks_.size(); ++i) {
    sound = ticks_[i - 1] > ticks_[i] && ticks_[i - 1] % ticks_[i] == 0;
  }
  if (!sound) {
    throw Error(ErrorCode::invalid_argument, "ticks must fall to 1, each a multiple of the next: such as 100, 50, 1");
  }
}

L3SetBook& L3BookSet::open(u32 number) {
  if (number >= kMaxBooks) {
    throw Error(ErrorCode::capacity, "book " + std::to_string(number) + " is beyond the 65536 books of a set");
  }
  if (number >= books_.size()) books_.resize(number + 1);
  if (!books_[number]) books_[number] = std::make_unique<L3SetBook>(*this, number, ticks_.front());
  return *books_[number];
}

void L3BookSet::reserve(std::size_t orders) {
  orders_.reserve(orders);
  index_.reserve(orders, ids());
}

// Only as many nodes are free as the index has room for: where a node is free, neither needs more.
void L3BookSet::make_room() {
  const std::size_t orders = std::size_t{orders_.size()} + 1;
  orders_.reserve(orders);
  index_.reserve(orders, ids());
  orders_.add_free(std::min(kNodesAtOnce, index_.room() - orders_.size()));
}

void L3BookSet::replace(u32 slot, u64 new_order_id, u32 price, i64 quantity) {
  OrderNode& order = orders_[slot];
  L3SetBook& book = *books_[book_of(order)];
  const i64 ticks = ticks_of(book, price);
  Ladder& ladder = book.mutable_side(side_of(order));
  const u32 level = ladder.level_at(ticks);
  index_.reserve_overflow();
  book.note_crossing(side_of(order), ticks);
  ladder.unlink(slot, orders_);
  index_.erase(order.id, slot);
  order.id = new_order_id;
  order.quantity = quantity;
  ladder.push_back(level, slot, orders_);
  index_.insert(new_order_id, slot);
}

void L3BookSet::take(u32 slot, i64 quantity) noexcept {
  if (quantity == orders_[slot].quantity) {
    erase(slot);
  } else {
    side_holding(orders_[slot]).reduce(slot, quantity, orders_);
  }
}

// A price off the book's tick makes the book count in a finer one: at most once for each of the set's ticks.
i64 L3BookSet::finer_ticks_of(L3SetBook& book, u32 price) {
  for (const u32 tick : ticks_) {
    if (tick < book.tick_units_ && price % tick == 0) {
      refine(book, tick);
      return price / tick;
    }
  }
  return price;  // not reached: the finest tick is one unit
}

// Levels move as they are: an order's neighbours in its queue stay, only the handle of its level is new. Nothing that
// is in use changes before all the memory is there.
void L3BookSet::refine(L3SetBook& book, u32 tick_units) {
  const i64 factor = book.tick_units_ / tick_units;
  Ladder finer[2] = {Ladder(Side::buy), Ladder(Side::sell)};
  for (const Side which : {Side::buy, Side::sell}) {
    const Ladder& old = book.side(which);
    Ladder& made = finer[which == Side::sell];
    for (u32 at = old.best(); at != kNone; at = old.next_worse(at)) {
      const u32 level = made.level_at(old.price_of(at) * factor);
      made[level] = old[at];
      made.occupied(level);
    }
  }
  for (const Ladder& made : finer) {
    for (u32 at = made.best(); at != kNone; at = made.next_worse(at)) {
      for (u32 slot = made[at].head; slot != kNone; slot = orders_[slot].next) orders_[slot].level = at;
    }
  }
  book.sides_[0] = std::move(finer[0]);
  book.sides_[1] = std::move(finer[1]);
  book.tick_units_ = tick_units;
}

std::size_t L3BookSet::memory_bytes() const noexcept {
  std::size_t sum = orders_.memory_bytes() + index_.memory_bytes() + books_.capacity() * sizeof books_[0];
  for (const auto& each : books_) sum += each ? each->memory_bytes() : 0;
  return sum;
}

void L3BookSet::check() const {
  std::size_t seen = 0;
  for (const auto& each : books_) {
    if (!each) continue;
    each->check();
    seen += each->order_count();
  }
  if (seen != orders_.size() || seen != index_.size()) throw std::logic_error("l3 book set: the order count is wrong");
  index_.check(ids());
}

std::size_t L3SetBook::order_count(Side which) const noexcept {
  const Ladder& ladder = side(which);
  std::size_t sum = 0;
  for (u32 at = ladder.best(); at != kNone; at = ladder.next_worse(at)) sum += ladder[at].order_count;
  return sum;
}

u32 L3SetBook::find(u64 order_id) const noexcept {
  const u32 slot = set_.find(order_id);
  return slot != kNone && L3BookSet::book_of(set_.orders()[slot]) == number_ ? slot : kNone;
}

OrderView L3SetBook::order(u32 slot) const noexcept {
  const OrderNode& node = orders()[slot];
  return {node.id, side_of(slot), side(side_of(slot)).price_of(node.level), node.quantity};
}

i64 L3SetBook::queue_ahead(u32 slot) const noexcept {
  i64 ahead = 0;
  for (u32 front = orders()[slot].prev; front != kNone; front = orders()[front].prev) {
    ahead += orders()[front].quantity;
  }
  return ahead;
}

const OrderPool& L3SetBook::orders() const noexcept {
  return set_.orders();
}

Side L3SetBook::side_of(u32 slot) const noexcept {
  return L3BookSet::side_of(orders()[slot]);
}

void L3SetBook::check() const {
  sides_[0].check();
  sides_[1].check();
  if (check_side(Side::buy) + check_side(Side::sell) != order_count()) {
    throw std::logic_error("l3 book set: a book's order count is wrong");
  }
}

std::size_t L3SetBook::check_side(Side which) const {
  const Ladder& ladder = side(which);
  std::size_t seen = 0;
  for (u32 at = ladder.best(); at != kNone; at = ladder.next_worse(at)) {
    const Level& level = ladder[at];
    i128 total = 0;
    u32 count = 0;
    u32 last = kNone;
    for (u32 slot = level.head; slot != kNone && count <= level.order_count; slot = orders()[slot].next) {
      const OrderNode& node = orders()[slot];
      const bool sound = node.prev == last && node.level == at && side_of(slot) == which && node.quantity > 0;
      if (!sound || find(node.id) != slot) throw std::logic_error("l3 book set: an order contradicts its queue");
      total += node.quantity;
      ++count;
      last = slot;
    }
    if (last != level.tail || total != level.quantity || count != level.order_count || count == 0) {
      throw std::logic_error("l3 book set: a level contradicts its orders");
    }
    seen += count;
  }
  return seen;
}

}  // namespace pytrader
