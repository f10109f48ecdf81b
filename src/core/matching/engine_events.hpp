// What a message did in an engine, in the order in which it happened.
#pragma once

#include <cstddef>

#include "matching/order_message.hpp"

namespace pytrader {

// Calls `on_fill(fill)` and `on_update(update)` for all of one message's output, which holds nothing else.
template <class OnFill, class OnUpdate>
void in_order(const EngineOutput& output, OnFill&& on_fill, OnUpdate&& on_update) {
  std::size_t next = 0;
  const std::size_t fills = output.fills.size();
  for (std::size_t done = 0; done <= fills; ++done) {
    for (; next < output.updates.size() && output.updates[next].fill_index <= static_cast<i64>(done); ++next) {
      on_update(output.updates[next]);
    }
    if (done < fills) on_fill(output.fills[done]);
  }
}

}  // namespace pytrader
