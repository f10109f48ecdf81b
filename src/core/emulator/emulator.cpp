// Holding, firing and following; every change ends with the nearest prices at which its book has something to do.
#include "emulator/emulator.hpp"

#include <algorithm>
#include <stdexcept>

#include "model/order_form.hpp"

namespace pytrader {
namespace {

constexpr u32 kSmallest = 16;

u32 with_growth(std::size_t used) noexcept {
  u32 size = kSmallest;
  while (size < used) size *= 2;
  return size;
}

}  // namespace

void Emulator::add_instrument() {
  watches_.resize(watches_.size() + kPriceSources);
  desks_.resize(desks_.size() + kPriceSources);
}

bool Emulator::reached(const NewOrder& order, const TriggerBook::Reach& now) noexcept {
  if (trails(order.order_type)) return false;
  const bool rising = rises(order.side, order.order_type);
  const i64 price = now.reached(rising);
  return price != kNoPrice && TriggerBook::reached(rising, order.terms.stop_price, price);
}

void Emulator::make_room(InstrumentIndex instrument, PriceSource source) {
  std::unique_ptr<Desk>& desk = desks_[number_of(instrument, source)];
  if (!desk) desk = std::make_unique<Desk>();
  if (desk->free.empty()) {
    const std::size_t used = std::max<std::size_t>(desk->row_of.size(), 1);
    const u32 slots = with_growth(used + 1);
    desk->book.reserve(slots);
    desk->free.reserve(slots);
    desk->row_of.resize(slots, kNone);
    for (u32 slot = slots; slot-- > used;) desk->free.push_back(slot);
  }
  if (free_rows_.empty()) {
    const std::size_t used = std::max<std::size_t>(rows_.size(), 1);
    const u32 rows = with_growth(used + 1);
    expiries_.reserve(rows);
    index_.reserve(rows);
    free_rows_.reserve(rows);
    rows_.resize(rows);
    for (u32 row = rows; row-- > used;) free_rows_.push_back(row);
  }
}

u32 Emulator::take_row(ClientOrderId id, u32 desk, i64 expire_time) noexcept {
  const u32 row = free_rows_.back();
  free_rows_.pop_back();
  Desk& at = *desks_[desk];
  const u32 slot = at.free.back();
  at.free.pop_back();
  at.row_of[slot] = row;
  rows_[row] = {id, desk, slot, expire_time};
  index_.insert(id, row);
  ++size_;
  return row;
}

void Emulator::forget(u32 row) noexcept {
  Row& gone = rows_[row];
  Desk& desk = *desks_[gone.desk];
  desk.row_of[gone.slot] = kNone;
  desk.free.push_back(gone.slot);
  index_.erase(gone.client_order_id, row);
  if (gone.expire_time != 0) expiries_.remove(row);
  gone = Row{};
  free_rows_.push_back(row);
  --size_;
}

void Emulator::watch(u32 desk) noexcept {
  const TriggerBook& book = desks_[desk]->book;
  watches_[desk] = {book.nearest_above(), book.nearest_below()};
}

i64 Emulator::hold(const NewOrder& order, const TriggerBook::Reach& now) noexcept {
  const PriceSource source = source_of(order.trigger_type, order.side);
  const u32 number = number_of(order.instrument, source);
  const OrderTerms& terms = order.terms;
  const u32 row = take_row(order.client_order_id, number, terms.expire_time);
  const u32 slot = rows_[row].slot;
  TriggerBook& book = desks_[number]->book;
  ++time_;
  if (trails(order.order_type)) {
    const TrailingTerms trailing{terms.trailing_offset, terms.trailing_step,
                                 static_cast<TrailingUnit>(terms.trailing_unit)};
    const TriggerBook::Activation begins = TriggerBook::activation_from(order.side, terms.activation_price, now);
    book.add_trailing(slot, order.side, trailing, begins, now, time_);
  } else {
    book.add(slot, rises(order.side, order.order_type), terms.stop_price, time_);
  }
  if (terms.expire_time != 0) expiries_.push(row, terms.expire_time, time_);
  watch(number);
  return book.stop_price(slot);
}

void Emulator::remove(ClientOrderId id) noexcept {
  const u32 row = find(id);
  const u32 desk = rows_[row].desk;
  desks_[desk]->book.remove(rows_[row].slot);
  forget(row);
  watch(desk);
}

void Emulator::replace(ClientOrderId id, i64 stop_price, bool keeps_place) noexcept {
  const Row& row = rows_[find(id)];
  if (keeps_place || stop_price == kNoPrice) return;
  desks_[row.desk]->book.move(row.slot, stop_price, ++time_);
  watch(row.desk);
}

bool Emulator::next(Output& output) noexcept {
  for (; told_at_ < told_count_; ++told_at_) {
    const Told& told = told_[told_at_];
    Desk& desk = *desks_[told.desk];
    if (!following_) {
      const u32 slot = desk.book.elect(told.price);
      if (slot != kNone) {
        const u32 row = desk.row_of[slot];
        output = {rows_[row].client_order_id, desk.book.stop_price(slot), true};
        forget(row);
        watch(told.desk);
        return true;
      }
      moved_ = desk.book.follow(told.price, time_);
      moved_at_ = 0;
      following_ = true;
      watch(told.desk);
    }
    if (moved_at_ < moved_.size()) {
      const u32 slot = moved_[moved_at_++];
      output = {rows_[desk.row_of[slot]].client_order_id, desk.book.stop_price(slot), false};
      return true;
    }
    following_ = false;
  }
  told_count_ = told_at_ = 0;
  return false;
}

ClientOrderId Emulator::next_expired(i64 now) noexcept {
  if (next_expiry() > now || expiries_.empty()) return 0;
  const ClientOrderId id = rows_[expiries_.first()].client_order_id;
  remove(id);
  return id;
}

void Emulator::check() const {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(std::string("emulator: ") + what);
  };
  std::size_t waiting = 0;
  for (u32 desk = 0; desk < desks_.size(); ++desk) {
    if (!desks_[desk]) continue;
    const TriggerBook& book = desks_[desk]->book;
    book.check();
    waiting += book.size();
    require(watches_[desk].above == book.nearest_above() && watches_[desk].below == book.nearest_below(),
            "a book is not watched at its nearest prices");
  }
  std::size_t used = 0;
  std::size_t expiring = 0;
  for (u32 number = 0; number < rows_.size(); ++number) {
    const Row& row = rows_[number];
    if (row.slot == kNone) continue;
    ++used;
    expiring += row.expire_time != 0 ? 1 : 0;
    require(desks_[row.desk]->row_of[row.slot] == number && find(row.client_order_id) == number, "an order is lost");
    require(desks_[row.desk]->book.row(row.slot).waits, "an order does not wait");
    require((row.expire_time != 0) == expiries_.contains(number), "an order's expiry is lost");
  }
  require(used == size_ && waiting == size_ && expiring == expiries_.size() && index_.size() == size_,
          "a count is wrong");
  expiries_.check();
}

}  // namespace pytrader
