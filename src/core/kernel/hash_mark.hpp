// What goes into the kernel's running hash: the marks of its inputs, texts and wide numbers.
#pragma once

#include <string>

#include "journal/running_hash.hpp"

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
  condition,
  fees,
  contract,
  mark,
  cash_event,
  margin,
  liquidation,
  status = 100,
};

inline void add_text(RunningHash& hash, const std::string& text) {
  hash.add(text.size());
  for (const char letter : text) hash.add(static_cast<u64>(static_cast<unsigned char>(letter)));
}

inline void add_wide(RunningHash& hash, i128 value) {
  hash.add_all(value, value >> 64);
}

}  // namespace pytrader
