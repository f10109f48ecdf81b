// Every function of the plain-C interface, and the way from a callback to the strategy's handler.
#include "bindings/compiled_strategy.hpp"

#include <algorithm>
#include <array>

#include "bindings/compiled_arguments.hpp"
#include "bindings/compiled_events.hpp"
#include "bindings/strategy_view.hpp"

namespace pytrader::bindings {
// The functions of pytrader_api. Each does its work in `guarded`: an error is kept for the end of the handler.
struct CompiledCalls {
  static CompiledStrategy& self(pytrader_run* run) noexcept { return *reinterpret_cast<CompiledStrategy*>(run); }

  template <class Answer, class Work>
  static Answer guarded(pytrader_run* run, Answer failed, Work&& work) noexcept {
    CompiledStrategy& strategy = self(run);
    try {
      return work(strategy, strategy.kernel());
    } catch (...) {
      if (!strategy.error_) strategy.error_ = std::current_exception();
      return failed;
    }
  }

  static i64 now(pytrader_run* run) noexcept { return self(run).context_.now; }

  static const Order* own_order(const CompiledStrategy& strategy, const Kernel& kernel, u64 id) noexcept {
    const Order* order = kernel.order(id);
    return order != nullptr && order->strategy == strategy.index_ ? order : nullptr;
  }

  static u64 submit(pytrader_run* run, u64 instrument, i64 side, i64 quantity, i64 price, i64 time_in_force, i64 flags,
                    u64 tag) noexcept {
    return guarded(run, u64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      NewOrder order{};
      order.price = price;
      order.quantity = quantity;
      order.strategy = strategy.index_;
      order.instrument = number(instrument, "instrument");
      order.tag = tag_of(tag);
      order.side = side_of(side);
      order.order_type = price == kNoPrice ? OrderType::market : OrderType::limit;
      order.time_in_force = static_cast<TimeInForce>(small(time_in_force, "time_in_force"));
      order.flags = small(flags, "flags");
      return kernel.submit(order);
    });
  }

  static u64 submit_order(pytrader_run* run, const pytrader_new_order* told) noexcept {
    return guarded(run, u64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      return kernel.submit(order_of(strategy.index_, *told));
    });
  }

  static u64 submit_list(pytrader_run* run, const pytrader_new_order* told, i64 count, i64 with_parent, i64 contingency,
                         i64 trigger_mode) noexcept {
    return guarded(run, u64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      if (count < 1 || count > static_cast<i64>(OrderLists::kMaxOrders) || with_parent < 0 || with_parent > 1 ||
          trigger_mode < 0 || trigger_mode > 1) {
        throw Error(ErrorCode::invalid_argument, "submit_list: give 1 to " + std::to_string(OrderLists::kMaxOrders) +
                                                     " orders, and 0 or 1 for with_parent and trigger_mode");
      }
      std::array<NewOrder, OrderLists::kMaxOrders> orders{};
      const std::size_t size = static_cast<std::size_t>(count);
      for (std::size_t place = 0; place < size; ++place) {
        orders[place] = order_of(strategy.index_, told[place]);
        const bool triggers = with_parent == 1 && place == 0;
        orders[place].contingency =
            triggers ? Contingency::one_triggers_other : static_cast<Contingency>(small(contingency, "contingency"));
      }
      return kernel.submit_list({orders.data(), size}, static_cast<OtoTriggerMode>(trigger_mode));
    });
  }

  static i64 cancel(pytrader_run* run, u64 id) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      const bool sent = kernel.cancel({id, strategy.index_});
      strategy.refusal_ = kernel.last_refusal();
      return i64{sent};
    });
  }

  static i64 replace(pytrader_run* run, u64 id, i64 price, i64 quantity) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      ReplaceRequest request{};
      request.client_order_id = id;
      request.price = price;
      request.quantity = quantity;
      request.strategy = strategy.index_;
      const Order* order = own_order(strategy, kernel, id);
      if (order != nullptr) request.stop_price = order->stop_price();
      const bool sent = kernel.replace(request);
      strategy.refusal_ = kernel.last_refusal();
      return i64{sent};
    });
  }

  static i64 last_refusal(pytrader_run* run) noexcept { return static_cast<i64>(self(run).refusal_); }

  static i64 read_order(pytrader_run* run, u64 id, pytrader_order* out) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      const Order* order = own_order(strategy, kernel, id);
      if (order == nullptr) return i64{0};
      *out = {order->client_order_id,
              order->venue_order_id,
              order->price,
              order->order_qty,
              order->cum_qty,
              order->leaves_qty(),
              static_cast<i64>(order->ord_status),
              static_cast<i64>(order->side),
              order->instrument,
              order->tag};
      return i64{1};
    });
  }

  static i64 is_open(pytrader_run* run, u64 id) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      const Order* order = own_order(strategy, kernel, id);
      return i64{order != nullptr && pytrader::is_open(order->ord_status)};
    });
  }

  static i64 position(pytrader_run* run, u64 instrument) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      const Instrument& known = kernel.instrument(number(instrument, "instrument"));
      return kernel.ledger().position(strategy.index_, known.index()).quantity;
    });
  }

  static i64 read_quote(pytrader_run* run, u64 instrument, pytrader_quote* out) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy&, Kernel& kernel) {
      const QuoteRecord quote = kernel.quote(number(instrument, "instrument"));
      *out = {quote.ts_event, quote.ts_init, quote.bid_price, quote.ask_price, quote.bid_quantity, quote.ask_quantity};
      return i64{1};
    });
  }

  static i64 best_price(pytrader_run* run, u64 instrument, i64 side) noexcept {
    return guarded(run, kNoPrice, [&](CompiledStrategy&, const Kernel& kernel) {
      const InstrumentMarket& market = kernel.market(number(instrument, "instrument"));
      return side_of(side) == Side::buy ? market.best_bid() : market.best_ask();
    });
  }

  static i64 best_quantity(pytrader_run* run, u64 instrument, i64 side) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy&, const Kernel& kernel) {
      const InstrumentMarket& market = kernel.market(number(instrument, "instrument"));
      return side_of(side) == Side::buy ? market.quote.bid_quantity : market.quote.ask_quantity;
    });
  }

  static i64 quantity_at(pytrader_run* run, u64 instrument, i64 side, i64 price) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy&, Kernel& kernel) {
      const Side which = side_of(side);
      const InstrumentIndex index = number(instrument, "instrument");
      const BookSides* book = book_of(kernel, index);
      return book != nullptr ? book->level(which, price).quantity : i64{0};
    });
  }

  static i64 read_levels(pytrader_run* run, u64 instrument, i64 side, pytrader_level* out, i64 count) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      if (count < 0) throw Error(ErrorCode::invalid_argument, "read_levels: a count of " + std::to_string(count));
      const InstrumentIndex index = number(instrument, "instrument");
      read_depth(kernel, index, side_of(side) == Side::buy, static_cast<std::size_t>(count), strategy.levels_);
      const std::size_t found = std::min(strategy.levels_.size(), static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < found; ++i) {
        const LevelTotals& level = strategy.levels_[i];
        out[i] = {level.price, level.quantity, level.order_count};
      }
      return static_cast<i64>(found);
    });
  }

  static i64 phase(pytrader_run* run, u64 instrument) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy&, const Kernel& kernel) {
      return i64{kernel.phase(number(instrument, "instrument"))};
    });
  }

  static i64 mark_price(pytrader_run* run, u64 instrument) noexcept {
    return guarded(run, kNoPrice, [&](CompiledStrategy&, const Kernel& kernel) {
      return bindings::mark_price(kernel, number(instrument, "instrument"));
    });
  }

  static u64 set_timer(pytrader_run* run, i64 first_ts, i64 interval_ns, u64 name) noexcept {
    return guarded(run, u64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      return kernel.set_timer(strategy.index_, first_ts, interval_ns, timer_name(name));
    });
  }

  static i64 cancel_timer(pytrader_run* run, u64 timer) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      return i64{kernel.cancel_timer(strategy.index_, timer)};
    });
  }

  static i64 bars(pytrader_run* run, u64 instrument, i64 duration_ns) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      const SeriesId series = kernel.add_bar_series(number(instrument, "instrument"), duration_ns);
      std::vector<SeriesId>& own = strategy.series_;
      if (std::find(own.begin(), own.end(), series) == own.end()) own.push_back(series);
      return i64{series};
    });
  }

  static i64 mids(pytrader_run* run, u64 instrument) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy&, Kernel& kernel) {
      return i64{kernel.add_mids(number(instrument, "instrument"))};
    });
  }

  static i64 follow(pytrader_run* run, const char* name, i64 series, i64 length) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      const SeriesId id = number(static_cast<u64>(series), "series");
      const Operand made{&kernel.add_indicator(id, make_indicator(name, length)), id};
      strategy.indicators_.push_back(made);
      strategy.unready_.push_back(made);
      return static_cast<i64>(strategy.indicators_.size() - 1);
    });
  }
  static i64 sma(pytrader_run* run, i64 series, i64 length) noexcept { return follow(run, "sma", series, length); }
  static i64 ema(pytrader_run* run, i64 series, i64 length) noexcept { return follow(run, "ema", series, length); }

  static double indicator_value(pytrader_run* run, i64 indicator) noexcept {
    return guarded(run, 0.0,
                   [&](CompiledStrategy& strategy, Kernel&) { return strategy.operand(indicator).indicator->value(); });
  }

  static i64 indicator_ready(pytrader_run* run, i64 indicator) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy& strategy, Kernel&) {
      return i64{strategy.operand(indicator).indicator->ready()};
    });
  }

  static i64 indicator_compare(pytrader_run* run, i64 a, i64 b) noexcept {
    return guarded(run, i64{0}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      const Operand& first = strategy.operand(a);
      const Operand& second = strategy.operand(b);
      require_one_instrument(kernel, first, second);
      return i64{compare(*first.indicator, *second.indicator)};
    });
  }

  // Indicators count in ticks, which are those of their instrument.
  static void require_one_instrument(const Kernel& kernel, const Operand& a, const Operand& b) {
    const InstrumentIndex first = kernel.bars().instrument(a.series);
    const InstrumentIndex second = kernel.bars().instrument(b.series);
    if (first == second) [[likely]]
      return;
    throw Error(ErrorCode::invalid_argument, "indicators of the instruments " + std::to_string(first) + " and " +
                                                 std::to_string(second) +
                                                 " can not be compared: each counts in its own ticks");
  }

  static ConditionBoard::Relation relation_of(i64 relation) {
    if (relation >= PYTRADER_ABOVE && relation <= PYTRADER_CROSSES_BELOW) {
      return static_cast<ConditionBoard::Relation>(relation);
    }
    throw Error(ErrorCode::invalid_argument, "relation is " + std::to_string(relation) +
                                                 "; it must be one of PYTRADER_ABOVE to PYTRADER_CROSSES_BELOW");
  }

  static i64 compares(pytrader_run* run, i64 relation, i64 a, i64 b) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      const Operand first = strategy.operand(a);
      const Operand second = strategy.operand(b);
      require_one_instrument(kernel, first, second);
      return i64{kernel.conditions().relation(relation_of(relation), first, &second, {})};
    });
  }

  static i64 compares_price(pytrader_run* run, i64 relation, i64 a, i64 price) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      return i64{kernel.conditions().relation(relation_of(relation), strategy.operand(a), nullptr, {price, 1})};
    });
  }

  static ConditionId condition(i64 id) { return number(static_cast<u64>(id), "condition"); }

  static i64 both(pytrader_run* run, i64 a, i64 b) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy&, Kernel& kernel) {
      return i64{kernel.conditions().both(condition(a), condition(b))};
    });
  }

  static i64 either(pytrader_run* run, i64 a, i64 b) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy&, Kernel& kernel) {
      return i64{kernel.conditions().either(condition(a), condition(b))};
    });
  }

  static i64 inverse(pytrader_run* run, i64 a) noexcept {
    return guarded(run, i64{-1},
                   [&](CompiledStrategy&, Kernel& kernel) { return i64{kernel.conditions().inverse(condition(a))}; });
  }

  static i64 when(pytrader_run* run, i64 a) noexcept {
    return guarded(run, i64{-1}, [&](CompiledStrategy& strategy, Kernel& kernel) {
      if (strategy.handlers_.on_condition == nullptr) {
        throw Error(ErrorCode::invalid_argument, "when: this strategy has no condition handler to call");
      }
      return i64{kernel.watch(strategy.index_, condition(a))};
    });
  }

  static void fail(pytrader_run* run, const char* message) noexcept {
    guarded(run, 0, [&](CompiledStrategy&, Kernel&) -> int {
      throw Error(ErrorCode::invalid_state, message != nullptr ? message : "it failed without a message");
    });
  }
};

const pytrader_api& CompiledStrategy::api() noexcept {
  using Calls = CompiledCalls;
  static const pytrader_api functions = {PYTRADER_STRATEGY_API_VERSION,
                                         sizeof(pytrader_api),
                                         &Calls::now,
                                         &Calls::submit,
                                         &Calls::submit_order,
                                         &Calls::cancel,
                                         &Calls::replace,
                                         &Calls::last_refusal,
                                         &Calls::read_order,
                                         &Calls::is_open,
                                         &Calls::position,
                                         &Calls::read_quote,
                                         &Calls::best_price,
                                         &Calls::best_quantity,
                                         &Calls::quantity_at,
                                         &Calls::read_levels,
                                         &Calls::set_timer,
                                         &Calls::cancel_timer,
                                         &Calls::bars,
                                         &Calls::mids,
                                         &Calls::sma,
                                         &Calls::ema,
                                         &Calls::indicator_value,
                                         &Calls::indicator_ready,
                                         &Calls::indicator_compare,
                                         &Calls::compares,
                                         &Calls::compares_price,
                                         &Calls::both,
                                         &Calls::either,
                                         &Calls::inverse,
                                         &Calls::when,
                                         &Calls::fail,
                                         &Calls::submit_list,
                                         &Calls::phase,
                                         &Calls::mark_price};
  return functions;
}

StrategyPort CompiledStrategy::port() noexcept {
  StrategyPort port{this, &CompiledStrategy::deliver, 0};
  const auto handles = [&](CallbackKind kind, auto* handler) {
    if (handler != nullptr) port.mask |= mask_of(kind);
  };
  handles(CallbackKind::start, handlers_.on_start);
  handles(CallbackKind::stop, handlers_.on_stop);
  handles(CallbackKind::book, handlers_.on_book);
  handles(CallbackKind::quote, handlers_.on_quote);
  handles(CallbackKind::trade, handlers_.on_trade);
  handles(CallbackKind::bar, handlers_.on_bar);
  handles(CallbackKind::timer, handlers_.on_timer);
  handles(CallbackKind::order_event, handlers_.on_order_event);
  handles(CallbackKind::fill, handlers_.on_fill);
  handles(CallbackKind::position, handlers_.on_position);
  handles(CallbackKind::condition, handlers_.on_condition);
  handles(CallbackKind::status, handlers_.on_status);
  handles(CallbackKind::cash_event, handlers_.on_cash_event);
  return port;
}

void CompiledStrategy::connect(Kernel& kernel, StrategyIndex index) noexcept {
  kernel_ = &kernel;
  index_ = index;
  context_.api = &api();
  context_.run = reinterpret_cast<pytrader_run*>(this);
}

void CompiledStrategy::refuse_call() {
  throw Error(ErrorCode::invalid_state, "the functions of a compiled strategy can be called only inside a handler");
}

const Operand& CompiledStrategy::operand(i64 indicator) const {
  if (indicator >= 0 && static_cast<std::size_t>(indicator) < indicators_.size()) {
    return indicators_[static_cast<std::size_t>(indicator)];
  }
  throw Error(ErrorCode::invalid_argument, "indicator " + std::to_string(indicator) +
                                               " does not exist; this strategy has " +
                                               std::to_string(indicators_.size()));
}

// As for strategies in Python: bars of the series that it asked for, else all that the data has, once its indicators on
// them are ready.
bool CompiledStrategy::wants_bar(SeriesId series) {
  if (series_.empty() ? kernel_->bars().is_built(series)
                      : std::find(series_.begin(), series_.end(), series) == series_.end()) {
    return false;
  }
  if (unready_.empty()) [[likely]]
    return true;
  std::erase_if(unready_, [](const Operand& one) { return one.indicator->ready(); });
  return std::none_of(unready_.begin(), unready_.end(), [&](const Operand& one) { return one.series == series; });
}

std::int32_t CompiledStrategy::wake(const Callback& callback) {
  const pytrader_context* context = &context_;
  switch (callback.kind) {
    case CallbackKind::start:
      return handlers_.on_start(context, nullptr, state_);
    case CallbackKind::stop:
      return handlers_.on_stop(context, nullptr, state_);
    case CallbackKind::book:
      return handlers_.on_book(context, nullptr, state_);
    case CallbackKind::quote:
      return handlers_.on_quote(context, reinterpret_cast<const pytrader_quote*>(callback.quote), state_);
    case CallbackKind::trade:
      return handlers_.on_trade(context, reinterpret_cast<const pytrader_trade*>(callback.trade), state_);
    case CallbackKind::bar:
      if (!wants_bar(callback.series)) return 0;
      return handlers_.on_bar(context, reinterpret_cast<const pytrader_bar*>(callback.bar), state_);
    case CallbackKind::timer: {
      const pytrader_timer timer = event_of(*callback.timer);
      return handlers_.on_timer(context, &timer, state_);
    }
    case CallbackKind::order_event:
    case CallbackKind::fill: {
      const pytrader_order_event event = event_of(*callback.order_event);
      return (callback.kind == CallbackKind::fill ? handlers_.on_fill : handlers_.on_order_event)(context, &event,
                                                                                                  state_);
    }
    case CallbackKind::position: {
      const pytrader_position position{callback.position->quantity};
      return handlers_.on_position(context, &position, state_);
    }
    case CallbackKind::degrade:  // not handled: an error of a compiled strategy ends the run
    case CallbackKind::resume:
    case CallbackKind::fault:
      return 0;
    case CallbackKind::status:
      return handlers_.on_status(context, reinterpret_cast<const pytrader_status*>(callback.status), state_);
    case CallbackKind::cash_event: {
      const pytrader_cash_event event = event_of(*callback.cash_event);
      return handlers_.on_cash_event(context, &event, state_);
    }
    case CallbackKind::condition: {
      const std::uint64_t watch = *callback.watch;
      return handlers_.on_condition(context, &watch, state_);
    }
  }
  return 0;
}

std::string CompiledStrategy::place_of(const Callback& callback) const {
  return name_ + "." + handler_name(callback.kind) + " at " + std::to_string(callback.ts) + " ns";
}

void CompiledStrategy::raise_error(const Callback& callback) const {
  try {
    std::rethrow_exception(error_);
  } catch (const Error& error) {
    throw Error(error.code(), place_of(callback) + ": " + error.what());
  }
}

bool CompiledStrategy::deliver(void* context, const Callback& callback) {
  auto& self = *static_cast<CompiledStrategy*>(context);
  self.context_.now = callback.ts;
  self.context_.instrument = callback.instrument;
  self.context_.series = callback.series;
  self.called_ = self.kernel_;
  const std::int32_t answer = self.wake(callback);
  self.called_ = nullptr;
  if (self.error_) [[unlikely]]
    self.raise_error(callback);
  if (answer == 0) [[likely]]
    return true;
  throw Error(ErrorCode::invalid_state,
              self.place_of(callback) + ": it returned " + std::to_string(answer) + "; 0 goes on");
}

}  // namespace pytrader::bindings
