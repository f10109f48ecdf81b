// The prices that orders wait for, and what is known of them.
#pragma once

#include "book/trigger_book.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/order_terms.hpp"

namespace pytrader {

// One price that orders wait for, of one instrument. In the order in which one market event fires what waits for it,
// here as at a simulated venue.
enum class PriceSource : u8 { last = 0, ask = 1, bid = 2, mid = 3, mark = 4 };
constexpr u32 kPriceSources = 5;

// `trigger` must not be venue_default.
constexpr PriceSource source_of(TriggerType trigger, Side side) noexcept {
  switch (trigger) {
    case TriggerType::bid_ask:
      return side == Side::buy ? PriceSource::ask : PriceSource::bid;
    case TriggerType::mid:
      return PriceSource::mid;
    case TriggerType::mark:
      return PriceSource::mark;
    default:
      return PriceSource::last;
  }
}

// What an instrument's market is when an order comes to be held; kNoPrice for what is not known.
struct TriggerPrices {
  i64 last = kNoPrice;
  i64 bid = kNoPrice;
  i64 ask = kNoPrice;
  i64 mark = kNoPrice;

  TriggerBook::Reach reach(PriceSource source) const noexcept {
    switch (source) {
      case PriceSource::last:
        return {last, last};
      case PriceSource::ask:
        return {ask, ask};
      case PriceSource::bid:
        return {bid, bid};
      case PriceSource::mark:
        return {mark, mark};
      case PriceSource::mid:
        break;
    }
    return TriggerBook::Reach::half_way(bid, ask);
  }
};

}  // namespace pytrader
