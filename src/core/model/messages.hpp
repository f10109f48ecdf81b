// What travels along the order's way: commands of strategies, reports of venues, events of orders.
#pragma once

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/order_terms.hpp"

namespace pytrader {

// Dense numbers that the kernel gives out: they index vectors. Names and texts stay at the rim.
using InstrumentIndex = u32;
using StrategyIndex = u32;
using TagIndex = u32;       // 0 is "no tag"
using ClientOrderId = u64;  // 1, 2, 3, ... in order of creation within a run; 0 is none
using VenueOrderId = u64;
using ExecId = u64;

// Numbers a group of orders that were submitted together; 0 is none.
using OrderListId = u32;

// Bits of NewOrder::flags and Order::flags.
constexpr u16 kPostOnly = 1;
constexpr u16 kReduceOnly = 2;
constexpr u16 kHidden = 4;
constexpr u16 kAllOrNone = 8;
constexpr u16 kEmulate = 32;     // to be held in the core until its trigger, whatever the venue offers
constexpr u16 kAlgorithm = 512;  // an execution algorithm works it: it never leaves, orders that name it as parent do
// Nobody asks for these; the core sets them.
constexpr u16 kReleased = 64;  // the core has held it until its price was reached, and let it go
constexpr u16 kWaiting = 128;  // the core holds it until the first order of its list trades; it holds back nothing
constexpr u16 kShared = 256;   // what it holds back is held back once for its list: at most one of them trades in full
constexpr u16 kChild = 1024;   // its parent holds back for it
constexpr u16 kSetByCore = kReleased | kWaiting | kShared | kChild;

struct NewOrder {
  ClientOrderId client_order_id;  // 0 on the way in: execution numbers it
  i64 price;                      // ticks, kNoPrice for an order without a limit
  i64 quantity;                   // lots, > 0
  StrategyIndex strategy;
  InstrumentIndex instrument;
  TagIndex tag;
  Side side;
  OrderType order_type;
  TimeInForce time_in_force;
  u16 flags;
  SelfTrade self_trade = SelfTrade::venue_default;
  TriggerType trigger_type = TriggerType::venue_default;
  Contingency contingency = Contingency::none;  // towards the other orders of its list
  OrderListId list = 0;
  u32 trigger_symbol = 0;    // number of the synthetic price that it waits for, in whose ticks its stop, activation and
                             // trailing offsets are; 0 is its own instrument
  ClientOrderId parent = 0;  // the order that an algorithm works with this one, or that triggers it; 0 is none
  OrderTerms terms{};
};

struct CancelRequest {
  ClientOrderId client_order_id;
  StrategyIndex strategy;
};

// New price and new total quantity (FIX OrderQty: what has been filled counts in it).
struct ReplaceRequest {
  ClientOrderId client_order_id;
  i64 price;
  i64 quantity;
  StrategyIndex strategy;
  i64 stop_price = kNoPrice;  // of an order that waits for one; kNoPrice where there is none
};

// What a venue says of one order (FIX 35=8 and 35=9).
struct ExecutionReport {
  i64 ts_event;  // venue's clock
  ClientOrderId client_order_id;
  VenueOrderId venue_order_id;
  ExecId exec_id;  // unique per venue; 0 for what is no trade
  i64 price;       // new_, replaced, restated and triggered: the working price
  i64 quantity;    // new_, replaced and restated: the working total quantity; canceled and expired: what it traded at
                   // the venue in all, 0 where that is not said
  i64 last_px;     // trade only
  i64 last_qty;    // trade only
  InstrumentIndex instrument;
  ExecType exec_type;
  Liquidity liquidity;
  RejectReason reason;
  i64 stop_price = kNoPrice;  // new_, replaced and restated: the working stop price; triggered: the one reached
  u64 sequence = 0;           // the venue's own count of what it says; 0 where it has none
};

// What happened to an order, after the state table took it: the fold of these is the order.
struct OrderEvent {
  i64 ts_event;  // when it happened, by the clock of whoever said it
  i64 ts_init;   // when the kernel took it
  ClientOrderId client_order_id;
  VenueOrderId venue_order_id;
  ExecId exec_id;
  i64 price;      // the order's price after the event, kNoPrice for a market order
  i64 order_qty;  // the order's total after the event
  i64 cum_qty;
  i64 leaves_qty;
  i64 last_px;   // trade only, else 0
  i64 last_qty;  // trade only, else 0
  StrategyIndex strategy;
  InstrumentIndex instrument;
  ExecType exec_type;
  OrderStatus ord_status;  // after the event
  Side side;
  Liquidity liquidity;
  RejectReason reason;
  i64 stop_price = kNoPrice;  // the order's stop price after the event; triggered: the one that was reached
  i128 fee = 0;               // trade only, else 0: 10^-18 units of the quote currency, negative is a rebate
};

}  // namespace pytrader
