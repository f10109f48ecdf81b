// The emulator's orders as rows, and back: everything that decides what fires next, and nothing else.
#include <algorithm>
#include <string>

#include "decimal/error.hpp"
#include "emulator/emulator.hpp"

namespace pytrader {
namespace {

[[noreturn]] void refuse(const HeldRecord& record, const char* what) {
  throw Error(ErrorCode::invalid_argument,
              "emulator: the saved order " + std::to_string(record.client_order_id) + " " + what);
}

bool is_flag(i64 value) noexcept {
  return value == 0 || value == 1;
}

void check_record(const HeldRecord& record, std::size_t desks, u64 time) {
  if (record.client_order_id == 0) refuse(record, "has no id");
  if (record.instrument < 0 || record.source < 0 || record.source >= kPriceSources ||
      static_cast<u64>(record.instrument) >= desks / kPriceSources) {
    refuse(record, "waits for an instrument or a price that there is not");
  }
  if (!is_flag(record.rising) || !is_flag(record.activation_upwards) || !is_flag(record.trailing_unit)) {
    refuse(record, "has a flag or a unit that is neither 0 nor 1");
  }
  if (record.expire_time < 0) refuse(record, "expires before 1970");
  if (record.entered == 0 || record.queued < record.entered || record.queued > time) {
    refuse(record, "came at a time that the emulator did not have");
  }
  if (record.trailing_offset == 0) {
    if (record.stop_price == kNoPrice) refuse(record, "waits for no price");
    return;
  }
  const bool valid_side = record.side == static_cast<i64>(Side::buy) || record.side == static_cast<i64>(Side::sell);
  const bool valid_move = record.trailing_offset > 0 && record.trailing_step >= 0;
  if (!valid_side || !valid_move || record.rising != (record.side == static_cast<i64>(Side::buy) ? 1 : 0)) {
    refuse(record, "trails in a way that there is not");
  }
  if ((record.stop_price == kNoPrice) != (record.extreme == kNoPrice)) {
    refuse(record, "has a stop price without the price that it follows, or the other way round");
  }
}

}  // namespace

HeldRecord Emulator::record_of(const Row& row) const {
  const TriggerBook::Row& waiting = desks_[row.desk]->book.row(row.slot);
  return {row.client_order_id,
          row.desk / kPriceSources,
          row.desk % kPriceSources,
          waiting.trails ? static_cast<i64>(waiting.side) : 0,
          waiting.rising,
          waiting.stop,
          waiting.extreme,
          waiting.activation.price,
          waiting.activation.upwards,
          waiting.terms.offset,
          waiting.terms.step,
          static_cast<i64>(waiting.terms.unit),
          waiting.entered,
          waiting.queued,
          row.expire_time};
}

EmulatorState Emulator::save() const {
  EmulatorState state;
  state.time = time_;
  state.orders.reserve(size_);
  for (const Row& row : rows_) {
    if (row.slot != kNone) state.orders.push_back(record_of(row));
  }
  std::sort(state.orders.begin(), state.orders.end(),
            [](const HeldRecord& a, const HeldRecord& b) { return a.entered < b.entered; });
  return state;
}

void Emulator::restore(const EmulatorState& state) {
  if (!empty()) {
    throw Error(ErrorCode::invalid_state,
                "emulator: it holds " + std::to_string(size_) + " orders; restore into one that holds none");
  }
  std::vector<u64> ids;
  ids.reserve(state.orders.size());
  for (const HeldRecord& record : state.orders) {
    check_record(record, desks_.size(), state.time);
    ids.push_back(record.client_order_id);
  }
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice != ids.end()) {
    throw Error(ErrorCode::invalid_argument, "emulator: the order " + std::to_string(*twice) + " was saved twice");
  }
  time_ = state.time;
  for (const HeldRecord& record : state.orders) {
    make_room(static_cast<InstrumentIndex>(record.instrument), static_cast<PriceSource>(record.source));
    put_back(record);
  }
}

void Emulator::put_back(const HeldRecord& record) noexcept {
  const u32 number =
      number_of(static_cast<InstrumentIndex>(record.instrument), static_cast<PriceSource>(record.source));
  const u32 row = take_row(record.client_order_id, number, record.expire_time);
  TriggerBook::Row waiting;
  waiting.stop = record.stop_price;
  waiting.extreme = record.extreme;
  waiting.activation = {record.activation_price, record.activation_upwards != 0};
  waiting.terms = {record.trailing_offset, record.trailing_step, static_cast<TrailingUnit>(record.trailing_unit)};
  waiting.entered = record.entered;
  waiting.queued = record.queued;
  waiting.side = record.side == static_cast<i64>(Side::sell) ? Side::sell : Side::buy;
  waiting.rising = record.rising != 0;
  waiting.trails = record.trailing_offset != 0;
  desks_[number]->book.restore(rows_[row].slot, waiting);
  if (record.expire_time != 0) expiries_.push(row, record.expire_time, record.entered);
  watch(number);
}

}  // namespace pytrader
