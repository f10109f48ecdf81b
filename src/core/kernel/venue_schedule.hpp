// Which venue has something of its own to do next.
#pragma once

#include <vector>

#include "book/slot_heap.hpp"
#include "decimal/integers.hpp"
#include "matching/execution_venue.hpp"
#include "model/messages.hpp"

namespace pytrader {

// Venues by the time of what they do next; at one time by instrument. As long as no venue's time changes, looking costs
// a comparison with next_due().
class VenueSchedule {
 public:
  // Makes room for instruments below this number, none of which is due.
  void reserve(u32 instruments) {
    heap_.reserve(instruments);
    due_.resize(instruments, kNeverDue);
  }

  i64 next_due() const noexcept { return next_due_; }
  i64 due_of(InstrumentIndex instrument) const noexcept { return due_[instrument]; }
  // Something must be due.
  InstrumentIndex first() const noexcept { return heap_.first(); }

  // A venue says when it is due next.
  [[gnu::always_inline]] void set(InstrumentIndex instrument, i64 due) noexcept {
    if (due_[instrument] != due) [[unlikely]]
      change(instrument, due);
  }

 private:
  void change(InstrumentIndex instrument, i64 due) noexcept {
    if (due_[instrument] != kNeverDue) heap_.remove(instrument);
    due_[instrument] = due;
    if (due != kNeverDue) heap_.push(instrument, due, instrument);
    next_due_ = heap_.first_key();
  }

  SlotHeap heap_;
  std::vector<i64> due_;  // by instrument, as the heap has it
  i64 next_due_ = kNeverDue;
};

}  // namespace pytrader
