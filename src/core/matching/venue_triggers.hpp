// Own orders of a simulated venue that wait for a price, by what that price is compared with.
#pragma once

#include <array>
#include <bit>
#include <span>
#include <vector>

#include "book/trigger_book.hpp"
#include "decimal/integers.hpp"
#include "matching/venue_terms.hpp"
#include "model/enums.hpp"

namespace pytrader {

// What a waiting order watches. Buys watch the best offer, sells the best bid. If-touched orders over bars are apart
// from stops, so that these can come first.
enum class TriggerSource : u8 { last, bid, ask, mid, mark, bar_touch };
constexpr std::size_t kTriggerSources = 6;

class VenueTriggers {
 public:
  using Reach = TriggerBook::Reach;

  static TriggerSource source_of(TriggerType type, Side side) noexcept {
    switch (type) {
      case TriggerType::bid_ask:
        return side == Side::buy ? TriggerSource::ask : TriggerSource::bid;
      case TriggerType::mid:
        return TriggerSource::mid;
      case TriggerType::mark:
        return TriggerSource::mark;
      default:
        return TriggerSource::last;
    }
  }
  TriggerBook& book(TriggerSource source) noexcept { return books_[static_cast<std::size_t>(source)]; }
  // The source's price now. A mid price may lie half way between two ticks, no other does.
  const Reach& reach(TriggerSource source) const noexcept { return prices_[static_cast<std::size_t>(source)]; }
  i64 price(TriggerSource source) const noexcept { return reach(source).from_below; }
  void set_price(TriggerSource source, const Reach& price) noexcept {
    prices_[static_cast<std::size_t>(source)] = price;
  }
  void set_price(TriggerSource source, i64 price) noexcept { set_price(source, Reach{price, price}); }
  std::size_t size() const noexcept { return size_; }
  // A fixed stop price.
  void add(u32 slot, TriggerSource source, bool rising, i64 stop, u64 time) {
    book(source).reserve(std::bit_ceil(slot + std::size_t{1}));
    book(source).add(slot, rising, stop, time);
    ++size_;
  }
  // Returns the stop price, kNoPrice while it does not track.
  // `counts`: whether the source's price of now does already.
  i64 add_trailing(u32 slot, TriggerSource source, Side side, const OrderTerms& terms, bool counts, u64 time) {
    TriggerBook& waiting = book(source);
    waiting.reserve(std::bit_ceil(slot + std::size_t{1}));
    const TrailingTerms trailing{terms.trailing_offset, terms.trailing_step,
                                 static_cast<TrailingUnit>(terms.trailing_unit)};
    const Reach& now = reach(source);
    const TriggerBook::Activation begins = TriggerBook::activation_from(side, terms.activation_price, now);
    waiting.add_trailing(slot, side, trailing, begins, counts ? now : Reach{}, time);
    ++size_;
    return waiting.stop_price(slot);
  }
  // A trailing stop that was elected and stays: it goes on from the best price that it has seen.
  void put_back(u32 slot, TriggerSource source, u64 time) noexcept {
    book(source).put_back(slot, time);
    ++size_;
  }
  void requeue(u32 slot, TriggerSource source, u64 time) noexcept { book(source).requeue(slot, time); }
  void remove(u32 slot, TriggerSource source) noexcept {
    book(source).remove(slot);
    --size_;
  }

  // The source has this price now: names the orders that it elects in their order, and lets trailing stops follow.
  template <class Elect>
  void observe(TriggerSource source, const Reach& price, u64& time, Elect&& elect) {
    set_price(source, price);
    TriggerBook& waiting = book(source);
    if (waiting.size() == 0 || price == Reach{}) return;
    for (u32 slot = waiting.elect(price); slot != kNone; slot = waiting.elect(price)) {
      --size_;
      elect(slot, waiting.stop_price(slot));
    }
    waiting.follow(price, time);
  }

 private:
  std::array<TriggerBook, kTriggerSources> books_;
  std::array<Reach, kTriggerSources> prices_;
  std::size_t size_ = 0;
};

}  // namespace pytrader
