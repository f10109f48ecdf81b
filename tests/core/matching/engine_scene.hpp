// A matching engine under test: messages in words, and what came of each in words.
#pragma once

#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "matching/matching_engine.hpp"

namespace pytrader::testing {

// An order with its terms, made by naming what it has.
struct Order {
  OrderMessage message{};
  OrderTerms terms;

  Order& price(i64 value) { return message.price = value, *this; }
  Order& type(OrderType value) { return message.order_type = static_cast<u8>(value), *this; }
  Order& force(TimeInForce value) { return message.time_in_force = static_cast<u8>(value), *this; }
  Order& flags(u16 value) { return message.flags = value, *this; }
  Order& owner(u32 value) { return message.owner = value, *this; }
  Order& self_trade(SelfTrade value) { return message.self_trade = static_cast<u8>(value), *this; }
  Order& stop(i64 value) { return terms.stop_price = value, *this; }
  Order& display(i64 quantity, i64 range = 0) {
    terms.display_qty = quantity;
    terms.display_range = range;
    return *this;
  }
  Order& minimum(i64 value) { return terms.min_qty = value, *this; }
  Order& expires(i64 value) { return force(TimeInForce::gtd), terms.expire_time = value, *this; }
  Order& trails(i64 offset, i64 step = 0, TrailingUnit unit = TrailingUnit::ticks) {
    terms.trailing_offset = offset;
    terms.trailing_step = step;
    terms.trailing_unit = static_cast<i64>(unit);
    return *this;
  }
  Order& peg(PegType value, i64 offset = 0) {
    terms.peg_type = static_cast<i64>(value);
    terms.peg_offset = offset;
    return type(OrderType::pegged);
  }
};

inline Order order(u64 id, Side side, i64 quantity) {
  Order made;
  made.message.kind = static_cast<u8>(MessageKind::new_);
  made.message.side = static_cast<u8>(side);
  made.message.order_id = id;
  made.message.quantity = quantity;
  made.message.price = kNoPrice;
  return made.force(TimeInForce::gtc).type(OrderType::market);
}
inline Order limit(u64 id, Side side, i64 price, i64 quantity) {
  return order(id, side, quantity).type(OrderType::limit).price(price);
}
inline Order buy(u64 id, i64 price, i64 quantity) {
  return limit(id, Side::buy, price, quantity);
}
inline Order sell(u64 id, i64 price, i64 quantity) {
  return limit(id, Side::sell, price, quantity);
}
inline Order control(MessageKind kind, u32 owner, i64 quantity) {
  Order made;
  made.message.kind = static_cast<u8>(kind);
  made.message.owner = owner;
  made.message.quantity = quantity;
  return made;
}
inline Order replace(u64 id, i64 price, i64 quantity) {
  Order made = limit(id, Side::buy, price, quantity);
  made.message.kind = static_cast<u8>(MessageKind::replace);
  return made;
}

class Scene {
 public:
  explicit Scene(const VenueRules& rules = {}, u32 max_orders = 1000) : engine(rules, max_orders) {}

  // The outcome's or the reason's name.
  std::string send(Order sent) {
    output.fills.clear();
    output.updates.clear();
    sent.message.terms = 1;
    status = engine.apply(sent.message, std::span(&sent.terms, 1), 0, output);
    engine.self_check();
    if (is_rejected(status)) return name_of(reason_of(status));
    constexpr const char* kNames[] = {"",         "rested",   "filled",          "remainder_canceled", "canceled",
                                      "replaced", "requeued", "replaced_filled", "replaced_closed",    "rejected",
                                      "parked",   "accepted"};
    return kNames[static_cast<std::size_t>(outcome_of(status))];
  }
  std::string cancel(u64 id) {
    Order made;
    made.message.kind = static_cast<u8>(MessageKind::cancel);
    made.message.order_id = id;
    return send(made);
  }

  // "taker maker quantity@price" for each, apart by commas.
  std::string fills() const {
    std::string text;
    for (const Fill& fill : output.fills) {
      text += (text.empty() ? "" : ", ") + std::to_string(fill.taker_order_id) + " " +
              std::to_string(fill.maker_order_id) + " " + std::to_string(fill.quantity) + "@" +
              std::to_string(fill.price);
    }
    return text;
  }
  // "kind id quantity@price" and a reason, if there is one, for each, apart by commas; "-" for no price.
  std::string updates() const {
    constexpr const char* kKinds[] = {"",           "triggered",     "refilled",     "repriced",   "canceled",
                                      "expired",    "decremented",   "activated",    "stop_moved", "phase_changed",
                                      "indicative", "auction_price", "band_changed", "limit_state"};
    std::string text;
    for (const OrderUpdate& each : output.updates) {
      text += (text.empty() ? "" : ", ") + std::string(kKinds[each.kind]) + " " + std::to_string(each.order_id) + " " +
              std::to_string(each.quantity) + "@" + (each.price == kNoPrice ? "-" : std::to_string(each.price));
      if (each.reason != 0) text += std::string(" ") + name_of(static_cast<RejectReason>(each.reason));
    }
    return text;
  }
  // "id:open" for all that rests at a price, in the order of priority; an iceberg's as "id:tip/open".
  std::string queue(Side side, i64 price) const {
    std::vector<LiveOrder> orders;
    engine.queue(side, price, orders);
    std::string text;
    for (const LiveOrder& each : orders) {
      text += (text.empty() ? "" : " ") + std::to_string(each.order_id) + ":";
      if (each.terms.is_iceberg()) text += std::to_string(each.displayed_qty) + "/";
      text += std::to_string(each.leaves_qty);
    }
    return text;
  }
  LiveOrder live(u64 id) const {
    LiveOrder found;
    REQUIRE(engine.order(id, found));
    return found;
  }
  bool is_live(u64 id) const {
    LiveOrder found;
    return engine.order(id, found);
  }
  // A trade at a price between two orders that nothing else meets: the book must be empty there.
  void trade_at(i64 price, u64 id = 900'000) {
    REQUIRE(send(sell(id, price, 1)) == "rested");
    REQUIRE(send(buy(id + 1, price, 1).force(TimeInForce::ioc)) == "filled");
  }

  MatchingEngine engine;
  EngineOutput output;
  MessageStatus status = 0;
};

}  // namespace pytrader::testing
