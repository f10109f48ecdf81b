// Election by trades and the following of trailing stops, exact in ticks and in basis points.
#include "book/trigger_book.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace pytrader {

namespace {

constexpr i64 kBasisPoints = 10'000;

i64 within_prices(i128 price) noexcept {
  return static_cast<i64>(std::clamp<i128>(price, i128{kNoPrice} + 1, i128{INT64_MAX}));
}

i128 magnitude(i64 price) noexcept {
  return price < 0 ? -i128{price} : i128{price};
}

// Rounded up to whole ticks.
i128 share(i64 price, i64 basis_points) noexcept {
  return (magnitude(price) * basis_points + kBasisPoints - 1) / kBasisPoints;
}

i128 divide_up(i128 dividend, i128 divisor) noexcept {
  const i128 quotient = dividend / divisor;
  return quotient + (dividend % divisor > 0 ? 1 : 0);
}

}  // namespace

i64 trailing_stop_price(Side side, const TrailingTerms& terms, i64 extreme) noexcept {
  const i128 distance = terms.unit == TrailingUnit::ticks ? i128{terms.offset} : share(extreme, terms.offset);
  return within_prices(side == Side::sell ? extreme - distance : extreme + distance);
}

TriggerBook::Reach TriggerBook::Reach::half_way(i64 bid, i64 ask) noexcept {
  if (bid == kNoPrice || ask == kNoPrice) return {};
  const i128 sum = i128{bid} + ask;
  // An arithmetic shift rounds down.
  return {static_cast<i64>(sum >> 1), static_cast<i64>((sum + 1) >> 1)};
}

void TriggerBook::reserve(std::size_t slots) {
  if (rows_.size() >= slots) return;
  for (SlotHeap* heap : {&rising_, &falling_, &up_, &down_}) heap->reserve(slots);
  moved_.reserve(slots);
  touched_.reserve(slots);
  rows_.resize(slots);
}

void TriggerBook::add(u32 slot, bool rising, i64 stop, u64 time) noexcept {
  Row& row = rows_[slot];
  row = Row{};
  row.stop = stop;
  row.entered = row.queued = time;
  row.rising = rising;
  row.waits = true;
  triggers(rising).push(slot, key_of(rising, stop), time);
  ++size_;
}

TriggerBook::Activation TriggerBook::activation_from(Side side, i64 price, const Reach& now) noexcept {
  const bool plain = price == kNoPrice || now == Reach{} || now == Reach{price, price};
  return {price, plain ? side == Side::sell : price >= now.from_above};
}

void TriggerBook::add_trailing(u32 slot, Side side, const TrailingTerms& terms, const Activation& activation,
                               const Reach& now, u64 time) noexcept {
  Row& row = rows_[slot];
  row = Row{};
  row.terms = terms;
  row.side = side;
  row.rising = side == Side::buy;
  row.trails = row.waits = true;
  row.entered = row.queued = time;
  row.activation = activation;
  if (activation.price == kNoPrice) row.activation.price = activation.upwards ? kNoPrice + 1 : INT64_MAX;
  ++size_;
  ++trailing_count_;
  if (now != Reach{} && reached(activation.upwards, row.activation.price, now.reached(activation.upwards))) {
    row.extreme = now.reached(side);
    row.stop = trailing_stop_price(side, terms, row.extreme);
    triggers(row.rising).push(slot, key_of(row.rising, row.stop), time);
  }
  movers(row).push(slot, mover_key(row), time);
}

void TriggerBook::move(u32 slot, i64 stop, u64 time) noexcept {
  Row& row = rows_[slot];
  triggers(row.rising).remove(slot);
  row.stop = stop;
  row.queued = time;
  triggers(row.rising).push(slot, key_of(row.rising, stop), time);
}

void TriggerBook::restore(u32 slot, const Row& row) noexcept {
  rows_[slot] = row;
  rows_[slot].waits = true;
  ++size_;
  if (row.stop != kNoPrice) triggers(row.rising).push(slot, key_of(row.rising, row.stop), row.queued);
  if (!row.trails) return;
  ++trailing_count_;
  movers(row).push(slot, mover_key(row), row.entered);
}

void TriggerBook::remove(u32 slot) noexcept {
  Row& row = rows_[slot];
  if (row.stop != kNoPrice) triggers(row.rising).remove(slot);
  if (row.trails) {
    movers(row).remove(slot);
    --trailing_count_;
  }
  row.waits = false;
  --size_;
}

u32 TriggerBook::elect(const Reach& price) noexcept {
  for (const bool rising : {true, false}) {
    const SlotHeap& waiting = triggers(rising);
    if (waiting.empty() || waiting.first_key() > key_of(rising, price.reached(rising))) continue;
    const u32 slot = waiting.first();
    remove(slot);
    return slot;
  }
  return kNone;
}

std::span<const u32> TriggerBook::follow(const Reach& price, u64& time) noexcept {
  moved_.clear();
  if (trailing_count_ == 0) return moved_;
  collect(up_, true, price);
  collect(down_, false, price);
  std::sort(moved_.begin(), moved_.end(), [this](u32 a, u32 b) { return rows_[a].entered < rows_[b].entered; });
  for (const u32 slot : moved_) {
    Row& row = rows_[slot];
    row.queued = ++time;
    triggers(row.rising).push(slot, key_of(row.rising, row.stop), row.queued);
  }
  return moved_;
}

i64 TriggerBook::nearest_above() const noexcept {
  return std::min(rising_.first_key(), up_.first_key());
}

i64 TriggerBook::nearest_below() const noexcept {
  return ~std::min(falling_.first_key(), down_.first_key());
}

// An order that begins may go on with the movers of the other direction, where this price moves it no further.
void TriggerBook::collect(SlotHeap& heap, bool upwards, const Reach& price) noexcept {
  touched_.clear();
  while (!heap.empty() && heap.first_key() <= key_of(upwards, price.reached(upwards))) {
    touched_.push_back(heap.first());
    heap.remove(heap.first());
  }
  for (const u32 slot : touched_) {
    if (touch(slot, price)) moved_.push_back(slot);
    movers(rows_[slot]).push(slot, mover_key(rows_[slot]), rows_[slot].entered);
  }
}

// Whether this price, a new extreme, moves the stop; one that moves leaves its place among the triggers.
bool TriggerBook::touch(u32 slot, const Reach& price) noexcept {
  Row& row = rows_[slot];
  row.extreme = price.reached(row.side);
  const i64 stop = trailing_stop_price(row.side, row.terms, row.extreme);
  if (row.stop != kNoPrice) {
    const i128 gain = row.side == Side::sell ? i128{stop} - row.stop : i128{row.stop} - stop;
    if (gain < least_move(row, row.extreme)) return false;
    triggers(row.rising).remove(slot);
  }
  row.stop = stop;
  return true;
}

i64 TriggerBook::least_move(const Row& row, i64 extreme) const noexcept {
  if (row.terms.step == 0) return 1;
  if (row.terms.unit == TrailingUnit::ticks) return row.terms.step;
  return static_cast<i64>(std::max<i128>(1, share(extreme, row.terms.step)));
}

// The nearest trade that could move the stop. Seen from a sell stop S at extreme E, which only trades above E move: in
// ticks E + step exactly; in basis points b with step s a trade t moves it if t - up(|t| b) - up(|t| s) >= S, which is
// nowhere true below S / (1 - b - s) for S above zero, S / (1 + b + s) below. A buy stop is its mirror image.
i64 TriggerBook::mover_key(const Row& row) const noexcept {
  const bool upwards = moves_upwards(row);
  if (row.stop == kNoPrice) return key_of(upwards, row.activation.price);
  const i128 extreme = upwards ? i128{row.extreme} : -i128{row.extreme};
  const i128 stop = upwards ? i128{row.stop} : -i128{row.stop};
  i128 nearest = extreme + 1;
  if (row.terms.unit == TrailingUnit::ticks) {
    nearest = std::max(nearest, stop + row.terms.offset + std::max<i64>(1, row.terms.step));
  } else {
    const i64 share_of = row.terms.offset + row.terms.step;
    if (stop <= 0) {
      nearest = std::max(nearest, divide_up(stop * kBasisPoints, kBasisPoints + share_of));
    } else if (share_of < kBasisPoints) {
      nearest = std::max(nearest, divide_up(stop * kBasisPoints, kBasisPoints - share_of));
    }
  }
  return key_of(upwards, within_prices(upwards ? nearest : -nearest));
}

void TriggerBook::check() const {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(std::string("trigger book: ") + what);
  };
  for (const SlotHeap* heap : {&rising_, &falling_, &up_, &down_}) heap->check();
  std::size_t waiting = 0;
  std::size_t trailing = 0;
  for (u32 slot = 0; slot < rows_.size(); ++slot) {
    const Row& row = rows_[slot];
    const bool rises = rising_.contains(slot);
    const bool falls = falling_.contains(slot);
    require(!(rises && falls), "an order waits for two prices");
    require((rises || falls) == (row.waits && row.stop != kNoPrice), "a stop price is in no heap");
    require(row.waits || !(up_.contains(slot) || down_.contains(slot)), "an order trails that does not wait");
    require(!row.waits || row.trails == (up_.contains(slot) || down_.contains(slot)),
            "a trailing order does not trail");
    waiting += row.waits ? 1 : 0;
    trailing += row.waits && row.trails ? 1 : 0;
  }
  require(waiting == size_ && trailing == trailing_count_, "a count is wrong");
}

}  // namespace pytrader
