// The words that the kernel puts before each part of its running hash, and texts and wide numbers in it.
#pragma once

#include <string>

#include "journal/running_hash.hpp"
#include "model/messages.hpp"

namespace pytrader {

// What an input is, as the first word of its part of the running hash.
enum class HashMark : u64 {
  instrument = 1,
  cash,
  strategy,
  series,
  start,
  stop,
  l3,
  l2,
  quote,
  trade,
  bar,
  report,
  timer_set,
  timer_canceled,
  timer_fired,
  submit,
  cancel,
  replace,
  setting,
  allotment,
  mark,
  condition,
  fees,
  contract,
  cash_event,
  margin,
  liquidation,
  list,
  synthetic,
  status = 100,
};

// The first word of a part that is about an instrument.
constexpr u64 marked(HashMark mark, InstrumentIndex instrument) noexcept {
  return halves_of(static_cast<u32>(mark), instrument);
}

inline void add_text(RunningHash& hash, const std::string& text) {
  hash.add(text.size());
  for (const char letter : text) hash.add(static_cast<u64>(static_cast<unsigned char>(letter)));
}

inline void add_wide(RunningHash& hash, i128 value) {
  hash.add_all(value, value >> 64);
}

inline void add_terms(RunningHash& hash, const OrderTerms& terms) {
  const bool has_terms = !(terms == OrderTerms{});
  hash.add(u64{has_terms});
  if (!has_terms) return;
  hash.add_all(terms.stop_price, terms.activation_price, terms.trailing_offset, terms.trailing_step,
               terms.trailing_unit, terms.display_qty, terms.display_range, terms.min_qty, terms.peg_type,
               terms.peg_offset, terms.expire_time, terms.limit_offset);
}

}  // namespace pytrader
