// The market maker of the speed cases: quotes both sides at the touch and quotes anew when the touch moves, on every
// event of the book or every so many nanoseconds. Built as a shared library that knows the plain-C interface alone.
#include <cstdint>

#include "strategy_api.h"

namespace {

constexpr int kMaxOrders = 16;  // a side; more than can be on their way at one time

struct Side {
  std::int64_t side;
  std::int64_t count;
  std::uint64_t ids[kMaxOrders];
  std::int64_t prices[kMaxOrders];
};

// What the driver hands over and reads afterwards, as a NumPy record of the same fields.
struct State {
  std::int64_t step_ns;  // 0: on every event of the book
  std::int64_t quantity;
  std::int64_t most;  // the largest position
  std::int64_t calls;
  std::int64_t requests;
  std::int64_t fills;
  std::int64_t bought;
  std::int64_t sold;
  Side sides[2];
};

// Keeps what rests at `best` and may stay, asks to cancel the rest, and quotes where nothing stands.
void quote(const pytrader_context* context, State& state, Side& side, bool may_quote) {
  const pytrader_api& api = *context->api;
  pytrader_run* run = context->run;
  const std::int64_t best = api.best_price(run, 0, side.side);
  bool stands = !may_quote;
  bool at_best = false;
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < side.count; ++i) {
    if (!api.is_open(run, side.ids[i])) continue;
    const bool here = side.prices[i] == best;
    at_best = at_best || here;
    if (here && may_quote) {
      stands = true;
    } else {
      state.requests += api.cancel(run, side.ids[i]);
    }
    side.ids[kept] = side.ids[i];
    side.prices[kept++] = side.prices[i];
  }
  side.count = kept;
  if (stands || at_best || best == PYTRADER_NO_PRICE || side.count == kMaxOrders) return;
  side.ids[side.count] = api.submit(run, 0, side.side, state.quantity, best, PYTRADER_GTC, PYTRADER_POST_ONLY, 0);
  side.prices[side.count++] = best;
  ++state.requests;
}

std::int32_t act(const pytrader_context* context, State& state) {
  ++state.calls;
  const std::int64_t position = context->api->position(context->run, 0);
  quote(context, state, state.sides[0], position < state.most);
  quote(context, state, state.sides[1], position > -state.most);
  return 0;
}

}  // namespace

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED std::int32_t market_maker_start(const pytrader_context* context, const void*, void* state) {
  State& own = *static_cast<State*>(state);
  own.sides[0].side = PYTRADER_BUY;
  own.sides[1].side = PYTRADER_SELL;
  if (own.step_ns > 0) context->api->set_timer(context->run, context->now + own.step_ns, own.step_ns, 0);
  return 0;
}

EXPORTED std::int32_t market_maker_book(const pytrader_context* context, const void*, void* state) {
  return act(context, *static_cast<State*>(state));
}

EXPORTED std::int32_t market_maker_timer(const pytrader_context* context, const pytrader_timer*, void* state) {
  return act(context, *static_cast<State*>(state));
}

EXPORTED std::int32_t market_maker_fill(const pytrader_context*, const pytrader_order_event* fill, void* state) {
  State& own = *static_cast<State*>(state);
  ++own.fills;
  (fill->side == PYTRADER_BUY ? own.bought : own.sold) += fill->last_qty;
  return 0;
}
