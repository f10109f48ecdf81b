// The emulator's rules once more, without any book: every event looks at every order.
#pragma once

#include <algorithm>
#include <vector>

#include "emulator_scene.hpp"

namespace pytrader {

class NaiveEmulator {
 public:
  struct Waiting {
    ClientOrderId id;
    InstrumentIndex instrument;
    TriggerType trigger;
    Side side;
    bool rising;
    OrderTerms terms;
    i64 stop;
    bool begins_upwards = false;
    u64 queued = 0;
  };

  std::vector<Waiting> orders;  // by entry

  i64 hold(ClientOrderId id, const NewOrder& order, const TriggerPrices& now) {
    const bool if_touched =
        order.order_type == OrderType::market_if_touched || order.order_type == OrderType::limit_if_touched;
    Waiting one{
        id,          order.instrument,      order.trigger_type, order.side, (order.side == Side::buy) != if_touched,
        order.terms, order.terms.stop_price};
    one.queued = ++time_;
    if (one.terms.trailing_offset != 0) {
      const i64 below = price_now(one, now, false);
      const i64 above = price_now(one, now, true);
      const i64 activation = one.terms.activation_price;
      // Twice the prices, so that half a tick counts.
      const bool plain = activation == kNoPrice || below == kNoPrice || 2 * activation == below + above;
      one.begins_upwards = plain ? one.side == Side::sell : 2 * activation > below + above;
      if (below != kNoPrice && begins(one, below, above)) {
        one.stop = stop_behind(one, one.side == Side::sell ? below : above);
      }
    }
    orders.push_back(one);
    return one.stop;
  }

  void remove(ClientOrderId id) {
    std::erase_if(orders, [id](const Waiting& one) { return one.id == id; });
  }

  void replace(ClientOrderId id, i64 stop) {
    for (Waiting& one : orders) {
      if (one.id != id) continue;
      one.stop = stop;
      one.queued = ++time_;
    }
  }

  std::vector<Heard> last(InstrumentIndex instrument, i64 price) {
    return event(instrument, price, price, [](const Waiting& one) { return one.trigger == TriggerType::last; });
  }
  std::vector<Heard> mark(InstrumentIndex instrument, i64 price) {
    return event(instrument, price, price, [](const Waiting& one) { return one.trigger == TriggerType::mark; });
  }
  std::vector<Heard> quote(InstrumentIndex instrument, i64 bid, i64 ask) {
    const auto of_side = [](Side side) {
      return [side](const Waiting& one) { return one.trigger == TriggerType::bid_ask && one.side == side; };
    };
    std::vector<Heard> all;
    const auto add = [&](const std::vector<Heard>& more) { all.insert(all.end(), more.begin(), more.end()); };
    if (ask != kNoPrice) add(event(instrument, ask, ask, of_side(Side::buy)));
    if (bid != kNoPrice) add(event(instrument, bid, bid, of_side(Side::sell)));
    if (bid == kNoPrice || ask == kNoPrice) return all;
    add(event(instrument, lower_mid(bid, ask), upper_mid(bid, ask),
              [](const Waiting& one) { return one.trigger == TriggerType::mid; }));
    return all;
  }

 private:
  static i64 lower_mid(i64 bid, i64 ask) {
    i64 mid = (bid + ask) / 2;
    while (2 * mid > bid + ask) --mid;
    return mid;
  }
  static i64 upper_mid(i64 bid, i64 ask) {
    i64 mid = (bid + ask) / 2;
    while (2 * mid < bid + ask) ++mid;
    return mid;
  }

  static i64 price_now(const Waiting& one, const TriggerPrices& now, bool upper) {
    switch (one.trigger) {
      case TriggerType::bid_ask:
        return one.side == Side::buy ? now.ask : now.bid;
      case TriggerType::mark:
        return now.mark;
      case TriggerType::mid:
        if (now.bid == kNoPrice || now.ask == kNoPrice) return kNoPrice;
        return upper ? upper_mid(now.bid, now.ask) : lower_mid(now.bid, now.ask);
      default:
        return now.last;
    }
  }

  // Basis points rounded up, one tick at a time.
  static i64 distance(i64 price, i64 amount, i64 unit) {
    if (unit == 0) return amount;
    const i64 size = price < 0 ? -price : price;
    i64 ticks = size * amount / 10'000;
    while (ticks * 10'000 < size * amount) ++ticks;
    return ticks;
  }
  static i64 stop_behind(const Waiting& one, i64 price) {
    const i64 behind = distance(price, one.terms.trailing_offset, one.terms.trailing_unit);
    return one.side == Side::sell ? price - behind : price + behind;
  }
  static bool begins(const Waiting& one, i64 from_below, i64 from_above) {
    if (one.terms.activation_price == kNoPrice) return true;
    return one.begins_upwards ? from_below >= one.terms.activation_price : from_above <= one.terms.activation_price;
  }

  template <class Waits>
  std::vector<Heard> event(InstrumentIndex instrument, i64 from_below, i64 from_above, Waits&& waits) {
    std::vector<Heard> heard;
    const auto looks = [&](const Waiting& one) { return one.instrument == instrument && waits(one); };
    for (;;) {
      const Waiting* first = nullptr;
      for (const Waiting& one : orders) {
        if (!looks(one) || one.stop == kNoPrice) continue;
        if (one.rising ? from_below < one.stop : from_above > one.stop) continue;
        if (first == nullptr || before(one, *first)) first = &one;
      }
      if (first == nullptr) break;
      heard.push_back({first->id, first->stop, true});
      remove(first->id);
    }
    for (Waiting& one : orders) {
      if (!looks(one) || one.terms.trailing_offset == 0) continue;
      const bool waits_to_begin = one.stop == kNoPrice;
      if (waits_to_begin && !begins(one, from_below, from_above)) continue;
      const i64 price = one.side == Side::sell ? from_below : from_above;
      const i64 stop = stop_behind(one, price);
      if (!waits_to_begin) {
        const i64 gain = one.side == Side::sell ? stop - one.stop : one.stop - stop;
        const i64 step = one.terms.trailing_step;
        if (gain < std::max<i64>(1, step == 0 ? 1 : distance(price, step, one.terms.trailing_unit))) continue;
      }
      one.stop = stop;
      one.queued = ++time_;
      heard.push_back({one.id, stop, false});
    }
    return heard;
  }

  static bool before(const Waiting& a, const Waiting& b) {
    if (a.rising != b.rising) return a.rising;
    if (a.stop != b.stop) return a.rising ? a.stop < b.stop : a.stop > b.stop;
    return a.queued < b.queued;
  }

  u64 time_ = 0;
};

}  // namespace pytrader
