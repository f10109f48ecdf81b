// How the kernel wakes a strategy: one function, a mask of what it asked for, and a view of what happened.
#pragma once

#include "decimal/integers.hpp"
#include "ledger/position.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

enum class CallbackKind : u8 {
  start,
  stop,
  quote,
  trade,
  book,
  bar,
  timer,
  order_event,
  fill,
  position,
  degrade,  // the error policy paused the strategy
  resume,   // its cooldown is over
  fault,    // an error ended it
  condition,
  status,
};
constexpr u32 mask_of(CallbackKind kind) noexcept {
  return 1u << static_cast<u32>(kind);
}

using TimerId = u64;   // 1, 2, 3, ... in order of creation; 0 is none
using SeriesId = u32;  // a bar series: one instrument, one duration

struct TimerEvent {
  i64 ts_event;  // when it was due
  i64 ts_init;   // when the kernel's clock reached it
  TimerId timer_id;
  u32 name;  // the strategy's own number for it
};

// What happened. The pointers are good during the call only.
struct Callback {
  CallbackKind kind;
  InstrumentIndex instrument;
  SeriesId series;  // bar and condition only
  i64 ts;           // the kernel's clock
  union {
    const QuoteRecord* quote;
    const TradeRecord* trade;
    const BarRecord* bar;
    const StatusRecord* status;
    const TimerEvent* timer;
    const OrderEvent* order_event;  // order_event and fill
    const PositionState* position;
    const u32* watch;  // condition: the WatchId
    const void* none;  // start, stop, book, degrade, resume, fault
  };
};

// deliver returns false when a handler failed (the binding holds the exception): the strategy's error policy decides.
struct StrategyPort {
  void* context = nullptr;
  bool (*deliver)(void* context, const Callback& callback) = nullptr;
  u32 mask = 0;  // kinds that this strategy handles; the kernel calls for nothing else
};

}  // namespace pytrader
