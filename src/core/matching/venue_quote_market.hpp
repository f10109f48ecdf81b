// The recorded best bid and offer of a simulated venue, and what our own orders took of it since the last quote.
#pragma once

#include <algorithm>

#include "matching/venue_market.hpp"
#include "model/records.hpp"

namespace pytrader {

// Places are quantities displayed ahead; behind the best price they are unknown. Without quotes nothing is known.
class VenueQuoteMarket final : public VenueMarket {
 public:
  i64 reachable(Side taker, i64 limit, i64 wanted) const override {
    const Touch& touch = side(opposite(taker));
    const bool within = taker == Side::buy ? touch.price <= limit : touch.price >= limit;
    return within ? std::min(wanted, left_of(opposite(taker))) : 0;
  }
  Take take(Side taker, i64 limit, i64 wanted) override {
    const i64 quantity = reachable(taker, limit, wanted);
    Touch& touch = taker == Side::buy ? ask_ : bid_;
    touch.left -= quantity;
    return {touch.price, quantity};
  }
  i64 place_in_queue(Side which, i64 price, i64) override { return displayed(which, price); }
  i64 touch(Side which) const override { return side(which).displayed > 0 ? side(which).price : kNoPrice; }
  i64 best_left(Side taker) const override {
    return left_of(opposite(taker)) > 0 ? side(opposite(taker)).price : kNoPrice;
  }

  void printed(Side which, i64 price, i64 quantity) override {
    Touch& touch = which == Side::buy ? bid_ : ask_;
    if (touch.price == price) touch.left = std::max<i64>(0, touch.left - quantity);
  }

  // Every quote states anew what is there to take.
  void apply(const QuoteRecord& quote) noexcept {
    bid_ = {quote.bid_price, quote.bid_quantity, quote.bid_quantity};
    ask_ = {quote.ask_price, quote.ask_quantity, quote.ask_quantity};
    quoted_ = true;
  }

  bool has_ended(Side which) const noexcept {
    return quoted_ && side(which).displayed <= 0 && side(opposite(which)).displayed > 0;
  }
  // kUnknownAhead behind the best price: the data does not show it.
  i64 displayed(Side which, i64 price) const noexcept {
    if (!quoted_) return kUnknownAhead;
    const Touch& touch = side(which);
    if (touch.displayed == 0) return 0;
    if (price == touch.price) return touch.displayed;
    const bool behind = which == Side::buy ? price < touch.price : price > touch.price;
    return behind ? kUnknownAhead : 0;
  }

 private:
  struct Touch {
    i64 price = 0;
    i64 displayed = 0;
    i64 left = 0;
  };
  const Touch& side(Side which) const noexcept { return which == Side::buy ? bid_ : ask_; }
  i64 left_of(Side which) const noexcept { return side(which).left; }

  Touch bid_;
  Touch ask_;
  bool quoted_ = false;
};

// Bars display nothing: orders wait for the next bar. Places are arrival numbers.
class VenueBarMarket final : public VenueMarket {
 public:
  i64 reachable(Side, i64, i64) const override { return 0; }
  Take take(Side, i64, i64) override { return {0, 0}; }
  // What arrives at the very time of the open was there at it, but has missed to trade at it.
  i64 place_in_queue(Side side, i64 price, i64 ts) override {
    const bool reached = side == Side::buy ? open_price_ <= price : open_price_ >= price;
    ++last_arrival_;
    return ts == under_way_since_ && !reached ? 0 : last_arrival_;
  }
  i64 touch(Side) const override { return kNoPrice; }
  i64 best_left(Side) const override { return kNoPrice; }
  // A bar opens: own orders with a place below this one were there before it.
  void open() noexcept {
    previous_open_ = opened_;
    opened_ = ++last_arrival_;
  }
  // So many bars opened, and no order came between.
  void open(std::size_t count) noexcept {
    last_arrival_ += static_cast<i64>(count) - 1;
    if (count > 1) opened_ = last_arrival_;
    open();
  }
  // Its open is over, and what comes now comes within the bar.
  void begin(i64 ts_open, i64 price) noexcept {
    under_way_since_ = ts_open;
    open_price_ = price;
  }
  void close() noexcept { under_way_since_ = INT64_MIN; }
  // Whether what arrives now comes after the open of the bar that is under way.
  bool is_late(i64 ts) const noexcept { return under_way_since_ != INT64_MIN && ts != under_way_since_; }
  i64 opened() const noexcept { return opened_; }
  i64 previous_open() const noexcept { return previous_open_; }

 private:
  i64 last_arrival_ = 0;
  i64 opened_ = 0;
  i64 previous_open_ = 0;
  i64 under_way_since_ = INT64_MIN;  // the time of its open; between bars there is none
  i64 open_price_ = 0;
};

}  // namespace pytrader
