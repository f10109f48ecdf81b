// Turns the prices and times of DBN records into whole ticks and signed nanoseconds.
#pragma once

#include <cstddef>

#include "decimal/integers.hpp"
#include "feeds/dbn_instrument.hpp"
#include "feeds/dbn_record.hpp"
#include "feeds/wire_bytes.hpp"
#include "feeds/wire_fault.hpp"

namespace pytrader {

inline WireFault dbn_ticks(const DbnInstrument& instrument, i64 price, i64& ticks) noexcept {
  if (price == dbn::kNoPrice || price == INT64_MIN) return WireFault::price_out_of_range;
  if (instrument.tick == 0) return WireFault::unknown_tick;
  if (price % instrument.tick != 0) return WireFault::off_tick;
  ticks = price / instrument.tick;
  return WireFault::none;
}

// The venue's time and that of receipt; a record that lacks one of them has the other twice.
inline WireFault dbn_times(const u8* record, std::size_t received_at, i64& ts_event, i64& ts_init) noexcept {
  u64 event = little_endian<u64>(record + dbn::kEventTime);
  u64 received = little_endian<u64>(record + received_at);
  if (event == dbn::kNoTime) event = received;
  if (received == dbn::kNoTime) received = event;
  if (event > u64{INT64_MAX} || received > u64{INT64_MAX}) return WireFault::bad_field;
  ts_event = static_cast<i64>(event);
  ts_init = static_cast<i64>(received);
  return WireFault::none;
}

}  // namespace pytrader
