// An emulator with one instrument and orders in a few words.
#pragma once

#include <vector>

#include "emulator/emulator.hpp"

namespace pytrader {

struct Heard {
  ClientOrderId id;
  i64 stop;
  bool fired;

  friend bool operator==(const Heard&, const Heard&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Heard& heard) {
  return out << heard.id << (heard.fired ? " fired at " : " moved to ") << heard.stop;
}

inline NewOrder waiting(Side side, OrderType type, i64 stop, TriggerType trigger = TriggerType::last) {
  NewOrder order{0, kNoPrice, 1, 0, 0, 0, side, type, TimeInForce::gtc, 0};
  order.trigger_type = trigger;
  order.terms.stop_price = stop;
  return order;
}

inline NewOrder trailing(Side side, i64 offset, i64 activation = kNoPrice, i64 step = 0,
                         TrailingUnit unit = TrailingUnit::ticks, TriggerType trigger = TriggerType::last) {
  NewOrder order = waiting(side, OrderType::trailing_stop, kNoPrice, trigger);
  order.terms.trailing_offset = offset;
  order.terms.trailing_step = step;
  order.terms.trailing_unit = static_cast<i64>(unit);
  order.terms.activation_price = activation;
  return order;
}

class EmulatorScene {
 public:
  explicit EmulatorScene(u32 instruments = 1) {
    for (u32 i = 0; i < instruments; ++i) emulator.add_instrument();
  }

  // Ids are given by hand, so that a test reads.
  i64 hold(ClientOrderId id, NewOrder order, const TriggerPrices& now = {}) {
    order.client_order_id = id;
    emulator.make_room(order.instrument, source_of(order.trigger_type, order.side));
    return emulator.hold(order, now.reach(source_of(order.trigger_type, order.side)));
  }
  std::vector<Heard> last(i64 price, InstrumentIndex instrument = 0) {
    return heard(emulator.on_last(instrument, price));
  }
  std::vector<Heard> quote(i64 bid, i64 ask, InstrumentIndex instrument = 0) {
    return heard(emulator.on_quote(instrument, bid, ask));
  }
  std::vector<Heard> mark(i64 price, InstrumentIndex instrument = 0) {
    return heard(emulator.on_mark(instrument, price));
  }

  Emulator emulator;

 private:
  std::vector<Heard> heard(bool told) {
    std::vector<Heard> all;
    Emulator::Output output;
    while (told && emulator.next(output)) all.push_back({output.client_order_id, output.stop_price, output.fired});
    emulator.check();
    return all;
  }
};

}  // namespace pytrader
