// What a multi-leg market does with the real orders of one instrument.
#include "matching/multi_leg_book.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace pytrader {

namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(std::string("multi-leg book: ") + what);
}

}  // namespace

RejectReason MultiLegBook::check_new(const OrderMessage& message, bool rests) const noexcept {
  const RejectReason reason = check_form(message);
  return reason != RejectReason::none ? reason : check_against_book(message, rests);
}

bool MultiLegBook::first(Side side, FirstOrder& order) const noexcept {
  const Ladder& levels = this->side(side);
  if (levels.empty()) return false;
  const u32 slot = levels[levels.best()].head;
  order = {pool_[slot].id, levels.best_price(), pool_[slot].quantity, arrivals_[slot]};
  return true;
}

bool MultiLegBook::lots(Side side, i64 ratio, LotsAtBest& lots) const noexcept {
  const Ladder& levels = this->side(side);
  if (levels.empty()) return false;
  const Level& level = levels[levels.best()];
  if (level.quantity < ratio) return false;
  lots = {levels.best_price(), level.quantity, 0, 0};
  for (u32 slot = level.head; lots.first_quantity < ratio; slot = pool_[slot].next) {
    lots.first_quantity += pool_[slot].quantity;
    lots.arrival = std::max(lots.arrival, arrivals_[slot]);
  }
  return true;
}

i64 MultiLegBook::fill_first(Side side, i64 quantity) {
  const Ladder& levels = this->side(side);
  const u32 slot = levels[levels.best()].head;
  const i64 left = pool_[slot].quantity - quantity;
  fill_maker(slot, quantity);
  ++counters_.fills;
  counters_.volume += quantity;
  return left;
}

void MultiLegBook::prepare(Side side, i64 price) {
  mutable_side(side).level_at(price);
  make_room();
  executed_.reserve(pool_.size() + std::size_t{1});  // a trade of another instrument may execute any of them in part
  if (arrivals_.size() < pool_.slots()) arrivals_.resize(2 * pool_.slots());
}

void MultiLegBook::place(u64 order_id, Side side, i64 price, i64 leaves_qty, i64 executed, bool post_only,
                         u64 arrival) {
  OrderMessage message{};
  message.kind = static_cast<u8>(MessageKind::new_);
  message.side = static_cast<u8>(side);
  message.order_type = static_cast<u8>(OrderType::limit);
  message.time_in_force = static_cast<u8>(TimeInForce::gtc);
  message.flags = post_only ? kPostOnly : 0;
  message.price = price;
  message.quantity = leaves_qty;
  message.order_id = order_id;
  std::vector<Fill> none;
  submit(message, 0, none);
  const u32 slot = slot_of(order_id);
  arrivals_[slot] = arrival;
  if (executed != 0) set_executed(slot, executed);
}

void MultiLegBook::reduce_to(u64 order_id, i64 leaves_qty) {
  const u32 slot = slot_of(order_id);
  const i64 less = pool_[slot].quantity - leaves_qty;
  const Side which = side_of(pool_[slot]);
  headroom_[index_of(which)] += less;
  mutable_side(which).reduce(slot, less, pool_);
}

void MultiLegBook::count(MessageStatus status) noexcept {
  ++counters_.messages;
  if (is_rejected(status)) ++counters_.rejections[status - kRejected];
}

bool MultiLegBook::order(u64 order_id, RealOrder& order) const noexcept {
  const u32 slot = slot_of(order_id);
  if (slot == kNone) return false;
  const OrderNode& node = pool_[slot];
  const Side which = side_of(node);
  order = {side(which).price_of(node.level), node.quantity, executed(slot), which,
           (node.attributes & kIsPostOnly) != 0};
  return true;
}

void MultiLegBook::self_check() const {
  index_.check([this](u32 slot) { return pool_[slot].id; });
  std::size_t orders = 0;
  for (const Side which : kSides) check_side(which, orders);
  require(orders == pool_.size() && orders == index_.size(), "orders in queues, pool and index differ");
  require(!crossed(), "the real orders are crossed");
}

void MultiLegBook::check_side(Side which, std::size_t& orders) const {
  const Ladder& levels = side(which);
  levels.check();
  i64 side_total = 0;
  for (u32 at = levels.best(); at != kNone; at = levels.next_worse(at)) {
    i64 total = 0;
    u32 previous = kNone;
    u32 count = 0;
    for (u32 slot = levels[at].head; slot != kNone; slot = pool_[slot].next) {
      const OrderNode& node = pool_[slot];
      require(node.level == at && node.prev == previous, "a queue's links are wrong");
      require(side_of(node) == which && slot_of(node.id) == slot, "an order is in the wrong queue");
      require(node.quantity > 0 && executed(slot) >= 0, "an order's quantity is out of range");
      total += node.quantity;
      previous = slot;
      ++count;
    }
    require(levels[at].tail == previous && count > 0, "a queue's end is wrong");
    require(levels[at].quantity == total && levels[at].order_count == count, "a level's totals are wrong");
    side_total += total;
    orders += count;
  }
  require(side_total == open_quantity(which), "a side's open quantity is wrong");
}

}  // namespace pytrader
