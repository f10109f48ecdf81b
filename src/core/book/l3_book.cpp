// How each row of an order-by-order feed changes the book.
#include "book/l3_book.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "model/messages.hpp"

namespace pytrader {
namespace {

bool ends_event(i64 flags) noexcept {
  return (flags & kFlagLast) != 0;
}
bool is_side(i64 side) noexcept {
  return side == static_cast<i64>(Side::buy) || side == static_cast<i64>(Side::sell);
}
// Below this many resting orders the index and the nodes stay in the caches, and looking ahead only costs.
constexpr std::size_t kOrdersWorthLookingAhead = 20'000;
constexpr std::size_t kIndexRowsAhead = 24;
constexpr std::size_t kNodeRowsAhead = 12;
constexpr std::size_t kNeighbourRowsAhead = 6;
constexpr std::size_t kNodesAtOnce = 16;

BookFault outcome(bool crosses) noexcept {
  return crosses ? BookFault::crossed : BookFault::none;
}

}  // namespace

// Three stages, each asking for the memory whose address the stage before has brought in: the index entry of a later
// row, the node of a nearer one, the neighbours in the queue of one nearer still. A wrong guess costs a prefetch,
// nothing else.
inline void L3Book::look_ahead(const L3Columns& columns, std::size_t row) const noexcept {
  index_.prefetch(static_cast<u64>(columns.order_id[row + kIndexRowsAhead]));
  orders_.prefetch(index_.guess(static_cast<u64>(columns.order_id[row + kNodeRowsAhead])));
  const u32 slot = index_.guess(static_cast<u64>(columns.order_id[row + kNeighbourRowsAhead]));
  if (slot == kNone) return;
  orders_.prefetch(orders_[slot].prev);
  orders_.prefetch(orders_[slot].next);
}

BookFault L3Book::apply(const L3Record& row) {
  const BookFault fault = dispatch(row);
  if (fault != BookFault::none) [[unlikely]]
    faults_.add(fault);
  return fault;
}

BatchResult L3Book::apply(const L3Columns& columns, std::size_t first, CrossedWatch* watch) {
  return apply_rows(*this, first, columns.rows, watch, [&](std::size_t i) {
    if (orders_.size() > kOrdersWorthLookingAhead && i + kIndexRowsAhead < columns.rows) look_ahead(columns, i);
    return columns.row(i);
  });
}

BatchResult L3Book::snapshot(const OrderColumns& orders) {
  L3Book fresh(policy_, orders_.limit());
  fresh.reserve(std::max(orders.rows, reserved_));
  for (std::size_t i = 0; i < orders.rows; ++i) {
    const L3Record row{0,
                       0,
                       static_cast<i64>(BookAction::add),
                       orders.side[i],
                       orders.price[i],
                       orders.quantity[i],
                       static_cast<u64>(orders.order_id[i]),
                       kFlagSnapshot};
    BookFault fault = BookFault::none;
    if (orders.position && is_side(row.side) &&
        fresh.level(static_cast<Side>(row.side), row.price).order_count != orders.position[i]) {
      fault = BookFault::bad_position;
    } else {
      fault = fresh.dispatch(row);
    }
    if (fault == BookFault::none) continue;
    faults_.add(fault);
    if (policy_ == BookPolicy::strict) return {i, fault};
  }
  if (fresh.crossed()) {
    faults_.add(BookFault::crossed);
    if (policy_ == BookPolicy::strict) return {orders.rows, BookFault::crossed};
  }
  sides_[0] = std::move(fresh.sides_[0]);
  sides_[1] = std::move(fresh.sides_[1]);
  orders_ = std::move(fresh.orders_);
  index_ = std::move(fresh.index_);
  return {orders.rows, BookFault::none};
}

void L3Book::clear() noexcept {
  sides_[0].clear();
  sides_[1].clear();
  orders_.clear();
  index_.clear();
}

void L3Book::reserve(std::size_t orders) {
  orders_.reserve(orders);
  index_.reserve(orders, OrderIds{orders_});
  reserved_ = std::max(reserved_, orders);
}

// Only as many nodes are free as the index has room for: where a node is free, neither needs more.
void L3Book::make_room() {
  const std::size_t orders = std::size_t{orders_.size()} + 1;
  orders_.reserve(orders);
  index_.reserve(orders, OrderIds{orders_});
  orders_.add_free(std::min(kNodesAtOnce, index_.room() - orders_.size()));
}

std::size_t L3Book::order_count(Side which) const noexcept {
  std::size_t count = 0;
  const Ladder& ladder = side(which);
  for (u32 at = ladder.best(); at != kNone; at = ladder.next_worse(at)) count += ladder[at].order_count;
  return count;
}

void L3Book::write_orders(Side which, QueuedOrder* out) const noexcept {
  write_queues(side(which), orders_, which, out);
}

void write_queues(const Ladder& ladder, const OrderPool& orders, Side which, QueuedOrder* out) noexcept {
  for (u32 at = ladder.best(); at != kNone; at = ladder.next_worse(at)) {
    const i64 price = ladder.price_of(at);
    i64 position = 0;
    for (u32 slot = ladder[at].head; slot != kNone; slot = orders[slot].next) {
      *out++ = {orders[slot].id, static_cast<i64>(which), price, orders[slot].quantity, position++};
    }
  }
}

OrderView L3Book::order(u32 slot) const noexcept {
  const OrderNode& node = orders_[slot];
  return {node.id, side_of(slot), side(side_of(slot)).price_of(node.level), node.quantity};
}

i64 L3Book::queue_ahead(u32 slot) const noexcept {
  i64 ahead = 0;
  for (u32 front = orders_[slot].prev; front != kNone; front = orders_[front].prev) ahead += orders_[front].quantity;
  return ahead;
}

BookFault L3Book::dispatch(const L3Record& row) {
  switch (static_cast<BookAction>(row.action)) {
    case BookAction::add:
      return add(row);
    case BookAction::replace:
      return replace(row);
    case BookAction::erase:
      return erase(row);
    case BookAction::reduce:
    case BookAction::execute:
      return take(row);
    case BookAction::trade:
      return print(row);
    case BookAction::clear:
      clear();
      return BookFault::none;
  }
  return BookFault::bad_action;
}

BookFault L3Book::add(const L3Record& row) {
  if (!is_side(row.side)) return BookFault::bad_side;
  if (row.price == kNoPrice) return BookFault::price_out_of_range;
  if (row.quantity <= 0) return BookFault::quantity_not_positive;
  CompactBucketIndex::Place place = index_.place_of(row.order_id);
  if (index_.find(place, row.order_id, OrderIds{orders_}) != kNone) return BookFault::duplicate_order;
  const Side which = static_cast<Side>(row.side);
  Ladder& ladder = mutable_side(which);
  const u32 level = ladder.level_at(row.price);
  i64 total;
  if (__builtin_add_overflow(ladder[level].quantity, row.quantity, &total)) return BookFault::quantity_too_large;
  const bool crosses = ends_event(row.flags) && (reaches(which, row.price) || crossed());
  if (refuses(crosses)) return BookFault::crossed;

  if (!orders_.has_free()) [[unlikely]] {
    make_room();
    place = index_.place_of(row.order_id);
  }
  if (!index_.is_roomy(index_.room_of(place))) [[unlikely]]
    index_.reserve_overflow();
  const u32 slot = orders_.acquire_free();
  OrderNode& node = orders_[slot];
  node.quantity = row.quantity;
  node.id = row.order_id;
  node.attributes = static_cast<u32>(which);
  ladder.push_back(level, slot, orders_);
  index_.insert(place, row.order_id, slot);
  return outcome(crosses);
}

BookFault L3Book::replace(const L3Record& row) {
  if (row.side != 0 && !is_side(row.side)) return BookFault::bad_side;
  if (row.price == kNoPrice) return BookFault::price_out_of_range;
  if (row.quantity <= 0) return BookFault::quantity_not_positive;
  const u32 slot = find(row.order_id);
  if (slot == kNone) return BookFault::unknown_order;
  OrderNode& node = orders_[slot];
  const Side which = side_of(slot);
  if (row.side != 0 && row.side != static_cast<i64>(which)) return BookFault::bad_side;
  Ladder& ladder = mutable_side(which);
  const u32 target = ladder.level_at(row.price);
  const bool keeps_place = target == node.level && row.quantity <= node.quantity;
  const i64 others = ladder[target].quantity - (target == node.level ? node.quantity : 0);
  i64 total;
  if (__builtin_add_overflow(others, row.quantity, &total)) return BookFault::quantity_too_large;
  const bool crosses = ends_event(row.flags) && (reaches(which, row.price) || (crossed() && crossed_without(slot)));
  if (refuses(crosses)) return BookFault::crossed;

  if (keeps_place) {
    ladder.reduce(slot, node.quantity - row.quantity, orders_);
  } else {
    ladder.unlink(slot, orders_);
    node.quantity = row.quantity;
    ladder.push_back(target, slot, orders_);
  }
  return outcome(crosses);
}

BookFault L3Book::erase(const L3Record& row) noexcept {
  if (row.side != 0 && !is_side(row.side)) return BookFault::bad_side;
  const u32 slot = find(row.order_id);
  if (slot == kNone) return BookFault::unknown_order;
  if (row.side != 0 && row.side != static_cast<i64>(side_of(slot))) return BookFault::bad_side;
  return remove(slot, row.flags);
}

// reduce and execute: a part of the order, or all of it, leaves.
BookFault L3Book::take(const L3Record& row) noexcept {
  if (row.side != 0 && !is_side(row.side)) return BookFault::bad_side;
  if (row.quantity <= 0) return BookFault::quantity_not_positive;
  const u32 slot = find(row.order_id);
  if (slot == kNone) return BookFault::unknown_order;
  if (row.side != 0 && row.side != static_cast<i64>(side_of(slot))) return BookFault::bad_side;
  const i64 rest = orders_[slot].quantity - row.quantity;
  if (rest < 0) return BookFault::quantity_too_large;
  if (rest == 0) return remove(slot, row.flags);
  const bool crosses = ends_event(row.flags) && crossed();
  if (refuses(crosses)) return BookFault::crossed;
  mutable_side(side_of(slot)).reduce(slot, row.quantity, orders_);
  return outcome(crosses);
}

BookFault L3Book::print(const L3Record& row) const noexcept {
  if (row.side != 0 && !is_side(row.side)) return BookFault::bad_side;
  if (row.quantity <= 0) return BookFault::quantity_not_positive;
  return outcome(ends_event(row.flags) && crossed());
}

BookFault L3Book::remove(u32 slot, i64 flags) noexcept {
  const bool crosses = ends_event(flags) && crossed() && crossed_without(slot);
  if (refuses(crosses)) return BookFault::crossed;
  mutable_side(side_of(slot)).unlink(slot, orders_);
  index_.erase(orders_[slot].id, slot);
  orders_.release(slot);
  return outcome(crosses);
}

// Whether the book would be crossed if this order was not there.
bool L3Book::crossed_without(u32 slot) const noexcept {
  const Side which = side_of(slot);
  const Ladder& ladder = side(which);
  u32 best = ladder.best();
  if (orders_[slot].level == best && ladder[best].order_count == 1) best = ladder.next_worse(best);
  return best != kNone && reaches(which, ladder.price_of(best));
}

std::size_t L3Book::memory_bytes() const noexcept {
  return sides_[0].memory_bytes() + sides_[1].memory_bytes() + orders_.memory_bytes() + index_.memory_bytes();
}

void L3Book::check() const {
  sides_[0].check();
  sides_[1].check();
  std::size_t seen = 0;
  check_side(Side::buy, seen);
  check_side(Side::sell, seen);
  if (seen != orders_.size() || seen != index_.size()) throw std::logic_error("l3 book: the order count is wrong");
  index_.check([this](u32 slot) { return orders_[slot].id; });
}

void L3Book::check_side(Side which, std::size_t& seen) const {
  const Ladder& ladder = side(which);
  for (u32 at = ladder.best(); at != kNone; at = ladder.next_worse(at)) {
    const Level& level = ladder[at];
    i128 total = 0;
    u32 count = 0;
    u32 last = kNone;
    for (u32 slot = level.head; slot != kNone && count <= level.order_count; slot = orders_[slot].next) {
      const OrderNode& node = orders_[slot];
      const bool sound = node.prev == last && node.level == at && side_of(slot) == which && node.quantity > 0;
      if (!sound || find(node.id) != slot) throw std::logic_error("l3 book: an order contradicts its queue");
      total += node.quantity;
      ++count;
      last = slot;
    }
    if (last != level.tail || total != level.quantity || count != level.order_count || count == 0) {
      throw std::logic_error("l3 book: a level contradicts its orders");
    }
    seen += count;
  }
}

}  // namespace pytrader
