// What the order-by-order records of a DBN stream do to the book of their instrument.
#include "feeds/dbn_feed.hpp"
#include "feeds/dbn_price.hpp"
#include "feeds/dbn_record.hpp"
#include "feeds/wire_bytes.hpp"

namespace pytrader {
namespace {

// More fills than this without the messages that settle them, and the stream is not what it says it is.
constexpr std::size_t kMaxFills = 65'536;

i64 side_of(u8 letter) noexcept {
  if (letter == 'B') return static_cast<i64>(Side::buy);
  return letter == 'A' ? static_cast<i64>(Side::sell) : 0;
}

// A record as a row, and the book that takes it.
class OrderWork {
 public:
  OrderWork(DbnInstrument& instrument, const u8* record, bool keep_rows)
      : instrument_(instrument), record_(record), keep_rows_(keep_rows) {}

  WireFault run() {
    const u8 flags = record_[dbn::kOrderFlags];
    if ((flags & (dbn::kFlagTopOfBook | dbn::kFlagByPrice)) != 0) return WireFault::bad_action;
    row_.order_id = little_endian<u64>(record_ + dbn::kOrder);
    row_.side = side_of(record_[dbn::kOrderSide]);
    row_.quantity = little_endian<u32>(record_ + dbn::kOrderSize);
    row_.flags = flags & (kFlagLast | kFlagSnapshot);
    const WireFault time = dbn_times(record_, dbn::kOrderReceived, row_.ts_event, row_.ts_init);
    if (time != WireFault::none) return time;
    switch (record_[dbn::kOrderAction]) {
      case 'A':
        return priced(BookAction::add);
      case 'M':
        return amend();
      case 'C':
        return cancel();
      case 'F':
        return fill();
      case 'R':
        return clear();
      case 'T':
      case 'N':
        return end_event();
      default:
        return WireFault::bad_action;
    }
  }

 private:
  WireFault price_into_row() noexcept {
    return dbn_ticks(instrument_, little_endian<i64>(record_ + dbn::kOrderPrice), row_.price);
  }

  WireFault priced(BookAction action) {
    const WireFault fault = price_into_row();
    return fault != WireFault::none ? fault : put(action);
  }

  WireFault clear() {
    instrument_.fills.clear();
    instrument_.fill_index.clear();
    row_.side = row_.quantity = row_.price = 0;
    row_.order_id = 0;
    return put(BookAction::clear);
  }

  // A record that changes no book may still end the event of those before it.
  WireFault end_event() {
    const bool crossed = (row_.flags & kFlagLast) != 0 && instrument_.orders.crossed();
    return crossed ? WireFault::crossed : WireFault::none;
  }

  // The vendor's own book construction takes a modify of an order that is not found as an add:
  // https://databento.com/docs/examples/order-book/limit-order-book. A strict feed refuses it, as a message before it
  // may be missing.
  WireFault replace() {
    const WireFault fault = priced(BookAction::replace);
    if (fault != WireFault::unknown_order) return fault;
    if (instrument_.orders.policy() == BookPolicy::strict) return WireFault::unknown_modify;
    const WireFault added = put(BookAction::add);
    return added == WireFault::none || added == WireFault::crossed ? WireFault::unknown_modify : added;
  }

  WireFault amend() {
    DbnFill settled{};
    if (!settle(settled)) return replace();
    const WireFault fault = price_into_row();
    if (fault != WireFault::none) return fault;
    const u32 slot = instrument_.orders.find(row_.order_id);
    if (slot == kNone) {
      row_.side = settled.side;
      return put(BookAction::add);  // the next tip of an iceberg queues anew
    }
    const OrderView rest = instrument_.orders.order(slot);
    if (rest.price == row_.price && rest.quantity == row_.quantity) return end_event();
    return put(BookAction::replace);
  }

  WireFault cancel() {
    price_into_row();  // for whoever reads the row: a cancel is about the order, whatever its price says
    DbnFill settled{};
    if (settle(settled)) {
      row_.quantity -= settled.taken;
      if (row_.quantity <= 0) return end_event();
    }
    return put(BookAction::reduce);
  }

  // A fill beyond what is displayed, or of an order that is not, is a print that touches no queue.
  WireFault fill() {
    const WireFault fault = price_into_row();
    if (fault != WireFault::none) return fault;
    if (row_.quantity <= 0) return WireFault::quantity_not_positive;
    const u32 slot = instrument_.orders.find(row_.order_id);
    if (slot == kNone) return put(BookAction::trade);
    const OrderView rest = instrument_.orders.order(slot);
    const i64 hidden = row_.quantity - rest.quantity;
    row_.quantity = hidden > 0 ? rest.quantity : row_.quantity;
    row_.side = static_cast<i64>(rest.side);
    if (!owe(row_.quantity)) return WireFault::bad_action;
    const i64 flags = row_.flags;
    if (hidden > 0) row_.flags = 0;
    const WireFault executed = put(BookAction::execute);
    if (hidden <= 0) return executed;
    row_.flags = flags;
    row_.quantity = hidden;
    const WireFault printed = put(BookAction::trade);
    return executed != WireFault::none ? executed : printed;
  }

  u32 find_fill() const noexcept {
    return instrument_.fill_index.find(row_.order_id,
                                       [this](u32 place) { return instrument_.fills[place - 1].order_id; });
  }

  // Notes what a later message will take off the row's order; false if there is too much of that.
  bool owe(i64 taken) {
    auto& fills = instrument_.fills;
    const u32 place = find_fill();
    if (place != kNone) {
      fills[place - 1].taken += taken;
      return true;
    }
    if (fills.size() >= kMaxFills) return false;
    fills.push_back({row_.order_id, taken, row_.side});
    instrument_.fill_index.insert(row_.order_id, static_cast<u32>(fills.size()));
    return true;
  }

  // Takes what is noted about the row's order off the list; false if nothing is.
  bool settle(DbnFill& settled) {
    auto& fills = instrument_.fills;
    const u32 place = find_fill();
    if (place == kNone) return false;
    settled = fills[place - 1];
    instrument_.fill_index.erase(settled.order_id, place);
    const DbnFill last = fills.back();
    fills.pop_back();
    if (last.order_id == settled.order_id) return true;
    instrument_.fill_index.erase(last.order_id, static_cast<u32>(fills.size() + 1));
    instrument_.fill_index.insert(last.order_id, place);
    fills[place - 1] = last;
    return true;
  }

  WireFault put(BookAction action) {
    row_.action = static_cast<i64>(action);
    const BookFault fault = instrument_.orders.apply(row_);
    if (keep_rows_ && instrument_.orders.applied(fault)) instrument_.order_rows.push_back(row_);
    return of_book(fault);
  }

  DbnInstrument& instrument_;
  const u8* record_;
  bool keep_rows_;
  L3Record row_{};
};

}  // namespace

WireFault apply_dbn_order(DbnInstrument& instrument, const u8* record, bool keep_rows) {
  return OrderWork(instrument, record, keep_rows).run();
}

}  // namespace pytrader
