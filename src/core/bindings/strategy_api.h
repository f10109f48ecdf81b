/* The plain-C interface of compiled strategies: what a function written in C, C++, Cython or numba is called with, and
 * what it may call. Stable: within a version structs and functions keep their places, new ones come at the end. */
#ifndef PYTRADER_STRATEGY_API_H
#define PYTRADER_STRATEGY_API_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PYTRADER_STRATEGY_API_VERSION 1u

/* The price of a market order. Prices are whole ticks, quantities whole lots of the instrument. */
#define PYTRADER_NO_PRICE INT64_MIN

enum { PYTRADER_BUY = 1, PYTRADER_SELL = 2 };
/* Time in force as in FIX 59. */
enum { PYTRADER_DAY = 0, PYTRADER_GTC = 1, PYTRADER_IOC = 3, PYTRADER_FOK = 4 };
/* Bits of an order's flags. */
enum { PYTRADER_POST_ONLY = 1, PYTRADER_REDUCE_ONLY = 2 };

/* Contingencies as in FIX 1385, and when children leave: with their parent's first trade, or when it is complete. */
enum {
  PYTRADER_ONE_CANCELS_OTHER = 1,
  PYTRADER_ONE_UPDATES_OTHER_ABSOLUTE = 3,
  PYTRADER_ONE_UPDATES_OTHER_PROPORTIONAL = 4
};
enum { PYTRADER_TRIGGER_PARTIAL = 0, PYTRADER_TRIGGER_FULL = 1 };

/* How an indicator stands to another one or to a price. A crossing is true from the update at which it comes about
 * until its next one, and no longer than time stands still. */
enum { PYTRADER_ABOVE = 0, PYTRADER_BELOW = 1, PYTRADER_CROSSES_ABOVE = 2, PYTRADER_CROSSES_BELOW = 3 };

/* One strategy's connection to one run. */
typedef struct pytrader_run pytrader_run;

typedef struct pytrader_quote {
  int64_t ts_event, ts_init;
  int64_t bid_price, ask_price, bid_quantity, ask_quantity; /* a quantity of 0: the side is empty */
} pytrader_quote;

typedef struct pytrader_trade {
  int64_t ts_event, ts_init;
  int64_t price, quantity;
  int64_t aggressor_side; /* 0: the venue does not say */
  uint64_t trade_id;
} pytrader_trade;

typedef struct pytrader_bar {
  int64_t ts_event, ts_init, ts_open;
  int64_t open, high, low, close, volume;
} pytrader_bar;

typedef struct pytrader_timer {
  int64_t ts_event; /* when it was due */
  int64_t ts_init;  /* when the clock reached it */
  uint64_t timer_id;
  uint64_t name; /* the strategy's own number for it */
} pytrader_timer;

/* What happened to an order. exec_type is FIX 150 and ord_status FIX 39, as characters. */
typedef struct pytrader_order_event {
  int64_t ts_event, ts_init;
  uint64_t client_order_id, venue_order_id, exec_id;
  int64_t price, order_qty, cum_qty, leaves_qty;
  int64_t last_px, last_qty; /* of a trade, else 0 */
  int64_t exec_type, ord_status, side, liquidity, reason;
} pytrader_order_event;

typedef struct pytrader_position {
  int64_t quantity; /* signed lots */
} pytrader_position;

/* A trading phase of the instrument begins: a number of pytrader.matching.TradingPhase. */
typedef struct pytrader_status {
  int64_t ts_event, ts_init;
  int64_t phase;
} pytrader_status;

/* An exact number of 10^-18 units, of 128 bits: high * 2^64 + low. */
typedef struct pytrader_exact {
  uint64_t low;
  int64_t high;
} pytrader_exact;

/* What a money event did to a position of this strategy (docs/money_events.md). Money is of the instrument's quote
 * currency. */
typedef struct pytrader_cash_event {
  int64_t ts_event, ts_init;
  int64_t kind;                            /* a number of pytrader.model.CashEventKind */
  int64_t quantity_before, quantity_after; /* signed lots */
  pytrader_exact amount;                   /* by which cash changed */
  pytrader_exact realized_pnl;             /* of what it closed */
  pytrader_exact price;                    /* at which it was reckoned, 0 where none was needed */
} pytrader_cash_event;

/* The best levels of a side: see read_levels. */
typedef struct pytrader_level {
  int64_t price, quantity, order_count;
} pytrader_level;

/* An order as it is now. */
typedef struct pytrader_order {
  uint64_t client_order_id, venue_order_id;
  int64_t price, order_qty, cum_qty, leaves_qty;
  int64_t ord_status, side, instrument, tag;
} pytrader_order;

/* Any order. order_type is FIX 40, or a letter of pytrader.model.OrderType; trigger_type 0 is the venue's choice.
 * Prices that are absent are PYTRADER_NO_PRICE, all else that is absent 0. */
typedef struct pytrader_new_order {
  int64_t instrument, side, order_type, time_in_force, flags, tag;
  int64_t quantity, price;
  int64_t stop_price, activation_price;
  int64_t trailing_offset, trailing_step, trailing_unit, limit_offset;
  int64_t display_qty, display_range, min_qty;
  int64_t peg_type, peg_offset;
  int64_t expire_time; /* nanoseconds since 1970 UTC */
  int64_t trigger_type;
} pytrader_new_order;

struct pytrader_api;

/* What every handler is called with first. Good during the call only. */
typedef struct pytrader_context {
  const struct pytrader_api* api;
  pytrader_run* run;
  int64_t now;         /* nanoseconds since 1970 UTC */
  uint64_t instrument; /* what the event is about: the run's instruments count from 0, in the order of the data */
  uint64_t series;     /* of a bar or of a condition on bars */
} pytrader_context;

/* A handler: the context, the event (null for start, stop and book), the state that the strategy was made with. Returns
 * 0 to go on; anything else ends the run with an error. */
typedef int32_t (*pytrader_start_handler)(const pytrader_context*, const void*, void* state);
typedef int32_t (*pytrader_quote_handler)(const pytrader_context*, const pytrader_quote*, void* state);
typedef int32_t (*pytrader_trade_handler)(const pytrader_context*, const pytrader_trade*, void* state);
typedef int32_t (*pytrader_bar_handler)(const pytrader_context*, const pytrader_bar*, void* state);
typedef int32_t (*pytrader_timer_handler)(const pytrader_context*, const pytrader_timer*, void* state);
typedef int32_t (*pytrader_order_event_handler)(const pytrader_context*, const pytrader_order_event*, void* state);
typedef int32_t (*pytrader_position_handler)(const pytrader_context*, const pytrader_position*, void* state);
typedef int32_t (*pytrader_status_handler)(const pytrader_context*, const pytrader_status*, void* state);
typedef int32_t (*pytrader_cash_event_handler)(const pytrader_context*, const pytrader_cash_event*, void* state);
/* The number that `when` gave out for the condition that became true. */
typedef int32_t (*pytrader_condition_handler)(const pytrader_context*, const uint64_t* number, void* state);

/* Calls work inside a handler only. One that can not be carried out (a bad number, a bound that is reached) returns
 * what is stated, does nothing, and the run ends with the error when the handler returns. What risk gate or venue
 * refuse is no such error: the order is denied or rejected, and an order event says so. Callable from handlers of any
 * language: every argument is a 64-bit integer, a double or a pointer. */
typedef struct pytrader_api {
  uint64_t version; /* PYTRADER_STRATEGY_API_VERSION of the library */
  uint64_t size;    /* of this struct in bytes: a later version may have more functions */

  int64_t (*now)(pytrader_run*);

  /* The client order id; 0 on error. A price of PYTRADER_NO_PRICE is a market order. `tag` is a number of the strategy's
   * own, at most 65535; 0 is none. */
  uint64_t (*submit)(pytrader_run*, uint64_t instrument, int64_t side, int64_t quantity, int64_t price,
                     int64_t time_in_force, int64_t flags, uint64_t tag);
  uint64_t (*submit_order)(pytrader_run*, const pytrader_new_order* order);
  /* 1 when the request left for the venue, 0 when it did not: last_refusal says why. */
  int64_t (*cancel)(pytrader_run*, uint64_t client_order_id);
  /* New price and new total quantity; a stop price stays. */
  int64_t (*replace)(pytrader_run*, uint64_t client_order_id, int64_t price, int64_t quantity);
  int64_t (*last_refusal)(pytrader_run*);

  /* 1 and the order, 0 when this strategy has none of this id. */
  int64_t (*read_order)(pytrader_run*, uint64_t client_order_id, pytrader_order* out);
  /* 1 while it may still trade, 0 once it is over or unknown. */
  int64_t (*is_open)(pytrader_run*, uint64_t client_order_id);
  /* Signed lots; 0 on error. */
  int64_t (*position)(pytrader_run*, uint64_t instrument);

  /* 1 and the best bid and offer, 0 on error. */
  int64_t (*read_quote)(pytrader_run*, uint64_t instrument, pytrader_quote* out);
  /* PYTRADER_NO_PRICE and 0 for an empty side or on error. */
  int64_t (*best_price)(pytrader_run*, uint64_t instrument, int64_t side);
  int64_t (*best_quantity)(pytrader_run*, uint64_t instrument, int64_t side);
  /* The quantity displayed at a price; 0 where there is none or no book. */
  int64_t (*quantity_at)(pytrader_run*, uint64_t instrument, int64_t side, int64_t price);
  /* The best levels, best first: how many were written, at most `count`; -1 on error. */
  int64_t (*read_levels)(pytrader_run*, uint64_t instrument, int64_t side, pytrader_level* out, int64_t count);

  /* The timer's id, 0 on error. Interval 0: once. A first time in the past fires at once. The name is a number of the
   * strategy's own below 4294967280. */
  uint64_t (*set_timer)(pytrader_run*, int64_t first_ts, int64_t interval_ns, uint64_t name);
  int64_t (*cancel_timer)(pytrader_run*, uint64_t timer_id);

  /* A series: bars of one duration, or the mid price of every quote. -1 on error. */
  int64_t (*bars)(pytrader_run*, uint64_t instrument, int64_t duration_ns);
  int64_t (*mids)(pytrader_run*, uint64_t instrument);
  /* An indicator on a series, -1 on error. */
  int64_t (*sma)(pytrader_run*, int64_t series, int64_t length);
  int64_t (*ema)(pytrader_run*, int64_t series, int64_t length);
  /* In ticks; over what was seen so far before it is ready. */
  double (*indicator_value)(pytrader_run*, int64_t indicator);
  int64_t (*indicator_ready)(pytrader_run*, int64_t indicator);
  /* -1, 0 or 1: how the first stands to the second, exact where both are; 0 on error. Both are of one instrument. */
  int64_t (*indicator_compare)(pytrader_run*, int64_t a, int64_t b);

  /* Conditions over indicators, evaluated whenever one of their series has a new value; neither they nor their inverses
   * are true before all indicators are ready. -1 on error. */
  int64_t (*compares)(pytrader_run*, int64_t relation, int64_t a, int64_t b); /* relation: PYTRADER_ABOVE, ... */
  int64_t (*compares_price)(pytrader_run*, int64_t relation, int64_t a, int64_t price);
  int64_t (*both)(pytrader_run*, int64_t a, int64_t b);
  int64_t (*either)(pytrader_run*, int64_t a, int64_t b);
  int64_t (*inverse)(pytrader_run*, int64_t a);
  /* Calls the condition handler whenever the condition becomes true: the number it will be told, -1 on error. */
  int64_t (*when)(pytrader_run*, int64_t condition);

  /* Ends the run with this message when the handler returns. */
  void (*fail)(pytrader_run*, const char* message);

  /* Orders that depend on one another (docs/order_lists.md), at most 64 with their parent: taken all, or all denied.
   * With `with_parent` 1 the first of them triggers the others. `contingency` is what these mean to one another:
   * PYTRADER_ONE_CANCELS_OTHER, ..., or 0. Returns the first client order id, which the others follow; 0 on error. */
  uint64_t (*submit_list)(pytrader_run*, const pytrader_new_order* orders, int64_t count, int64_t with_parent,
                          int64_t contingency, int64_t trigger_mode);

  /* The trading phase that the venue's status said last, a number of pytrader.matching.TradingPhase; that of continuous
   * trading where it said nothing; -1 on error. */
  int64_t (*phase)(pytrader_run*, uint64_t instrument);
  /* The venue's mark price; PYTRADER_NO_PRICE where it said none, or on error. */
  int64_t (*mark_price)(pytrader_run*, uint64_t instrument);
} pytrader_api;

#ifdef __cplusplus
}
#endif

#endif
