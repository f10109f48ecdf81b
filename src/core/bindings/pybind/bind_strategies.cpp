// Binds what the back-test engine knows of strategies: adding them, their errors, and settings of the run.
#include "bind_strategies.hpp"

#include <pybind11/stl.h>

#include <algorithm>

#include "execution/once_set.hpp"
#include "kernel/snapshot.hpp"
#include "strategy_view.hpp"
#include "value_casters.hpp"

namespace pytrader::bindings {
namespace {

ErrorAction parse_action(const std::string& text) {
  for (const ErrorAction action : {ErrorAction::stop, ErrorAction::pause, ErrorAction::cancel, ErrorAction::flatten}) {
    if (text == to_text(action)) return action;
  }
  throw Error(ErrorCode::invalid_argument,
              "error policy '" + text + "' is none of 'stop', 'pause', 'cancel' and 'flatten'");
}

u32 parse_natural(py::handle value, const char* what) {
  const i64 count = parse_integer(value, what);
  if (count < 0 || count > UINT32_MAX) {
    throw Error(ErrorCode::invalid_argument,
                std::string(what) + " must be from 0 to 2**32 - 1, got " + std::to_string(count));
  }
  return static_cast<u32>(count);
}

StrategyIndex add_strategy(BacktestEngine& self, const py::capsule& port, py::object context, const RiskLimits& limits,
                           const std::string& action, py::handle errors, py::handle window_ns, py::handle cooldown_ns,
                           py::handle tag, bool compiled) {
  ErrorPolicy policy;
  policy.action = parse_action(action);
  policy.errors = parse_natural(errors, "errors");
  policy.window_ns = parse_integer(window_ns, "window_ns");
  policy.cooldown_ns = parse_integer(cooldown_ns, "cooldown_ns");
  policy.tag = parse_natural(tag, "tag");
  return self.add_strategy(port, std::move(context), limits, policy, compiled);
}

py::list error_rows(const BacktestEngine& engine) {
  py::list rows;
  for (const ErrorRecord& record : engine.loop().kernel().errors()) {
    const py::object settled =
        record.settled_ts == kNeverSettled ? py::object(py::none()) : py::cast(record.settled_ts);
    rows.append(py::make_tuple(record.strategy, record.ts, to_text(record.action), settled));
  }
  return rows;
}

u64 parse_key(py::handle value, const char* what) {
  if (py::isinstance<py::bool_>(value) || !PyIndex_Check(value.ptr())) {
    throw py::type_error(std::string(what) + " must be a text or a whole number, got " + std::string(py::repr(value)));
  }
  const py::object number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!number) throw py::error_already_set();
  const u64 word = PyLong_AsUnsignedLongLong(number.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    throw Error(ErrorCode::invalid_argument,
                std::string(what) + " must be from 0 to 2**64 - 1, got " + std::string(py::str(number)));
  }
  return word;
}

py::dict bar_columns(const std::vector<BarRecord>& bars) {
  constexpr const char* kNames[] = {"ts_event", "ts_init", "ts_open", "open", "high", "low", "close", "volume"};
  constexpr i64 BarRecord::* kFields[] = {&BarRecord::ts_event, &BarRecord::ts_init, &BarRecord::ts_open,
                                          &BarRecord::open,     &BarRecord::high,    &BarRecord::low,
                                          &BarRecord::close,    &BarRecord::volume};
  py::dict columns;
  for (std::size_t field = 0; field < std::size(kNames); ++field) {
    py::array_t<i64> column(static_cast<py::ssize_t>(bars.size()));
    for (std::size_t row = 0; row < bars.size(); ++row) column.mutable_data()[row] = bars[row].*kFields[field];
    columns[kNames[field]] = column;
  }
  return columns;
}

py::object price_or_none(const Instrument& instrument, i64 price, bool known) {
  return known ? make_price(instrument.price(price)) : py::object(py::none());
}

py::tuple position_of(const Kernel& kernel, const PositionState& state, StrategyIndex strategy, InstrumentIndex index) {
  const Instrument& instrument = kernel.instrument(index);
  const std::string& currency = instrument.definition().quote_currency;
  const auto money = [&](i128 raw) { return make_money({raw, static_cast<u8>(decimals_needed(raw))}, currency); };
  py::object average = py::none();
  if (state.quantity != 0) average = make_fixed(entry_price(state, scale_of(instrument)));
  return py::make_tuple(strategy, index, make_fixed(instrument.quantity(state.quantity)), average,
                        money(state.realized_pnl), money(state.fees));
}

py::tuple order_of(const Kernel& kernel, const Order& order) {
  const Instrument& instrument = kernel.instrument(order.instrument);
  return py::make_tuple(order.client_order_id, order.strategy, order.instrument, order.tag, py::cast(order.side),
                        py::cast(order.order_type), py::cast(order.ord_status),
                        price_or_none(instrument, order.price, order.price != kNoPrice),
                        make_quantity(instrument.quantity(order.order_qty)),
                        make_quantity(instrument.quantity(order.cum_qty)),
                        make_quantity(instrument.quantity(order.leaves_qty())));
}

py::tuple quote_of(const Instrument& instrument, const QuoteRecord& quote) {
  return py::make_tuple(price_or_none(instrument, quote.bid_price, quote.bid_quantity > 0),
                        make_quantity(instrument.quantity(quote.bid_quantity)),
                        price_or_none(instrument, quote.ask_price, quote.ask_quantity > 0),
                        make_quantity(instrument.quantity(quote.ask_quantity)));
}

// The version is copied while it is held, and turned into Python values afterwards.
py::object snapshot(const BacktestEngine& engine) {
  const Kernel& kernel = engine.loop().kernel();
  Snapshot taken;
  u64 version = 0;
  const bool any = engine.loop().recorder().snapshots().read([&](const Snapshot& latest, u64 number) {
    taken = latest;
    version = number;
  });
  if (!any) return py::none();
  py::list positions;
  py::list orders;
  py::list quotes;
  py::list cash;
  py::list strategies;
  const auto instruments = static_cast<InstrumentIndex>(taken.quotes.size());
  for (std::size_t i = 0; i < taken.positions.size(); ++i) {
    positions.append(position_of(kernel, taken.positions[i], static_cast<StrategyIndex>(i / instruments),
                                 static_cast<InstrumentIndex>(i % instruments)));
  }
  for (const Order& order : taken.orders) orders.append(order_of(kernel, order));
  for (InstrumentIndex i = 0; i < instruments; ++i) quotes.append(quote_of(kernel.instrument(i), taken.quotes[i]));
  for (const CashAccount& account : taken.accounts) {
    const Fixed amount{account.cash, static_cast<u8>(decimals_needed(account.cash))};
    cash.append(py::make_tuple(account.currency, make_money(amount, account.currency)));
  }
  for (const Snapshot::Strategy& strategy : taken.strategies) {
    strategies.append(py::make_tuple(py::cast(strategy.state), py::bytes(strategy.published)));
  }
  return py::make_tuple(version, taken.ts, positions, orders, quotes, cash, strategies);
}

}  // namespace

void bind_strategies(py::class_<BacktestEngine>& engine) {
  engine
      .def("add_strategy", &add_strategy, py::arg("port"), py::arg("context"), py::arg("limits"), py::kw_only(),
           py::arg("action") = "stop", py::arg("errors") = 1, py::arg("window_ns") = 0, py::arg("cooldown_ns") = 0,
           py::arg("tag") = 0, py::arg("compiled").noconvert() = false,
           "Its index. `port` is the capsule of `context`, which is kept for as long as this engine; the rest is what "
           "is done when a handler fails. `compiled`: it never runs Python; an engine whose strategies all are runs "
           "without the interpreter's lock.")
      .def(
          "add_setting",
          [](BacktestEngine& self, py::handle value) {
            self.loop().kernel().add_setting(parse_integer(value, "value"));
          },
          py::arg("value"), "A number that decides what happens, such as a seed: it goes into the digest.")
      .def(
          "allot",
          [](BacktestEngine& self, py::handle strategy, const MoneyAmount& amount) {
            self.loop().kernel().allot(parse_natural(strategy, "strategy"), amount.currency, amount.value.raw);
          },
          py::arg("strategy"), py::arg("amount"),
          "The strategy may bind so much of a currency, and what it has earned.")
      .def(
          "past_bars",
          [](const BacktestEngine& self, py::handle instrument, py::handle duration_ns) {
            return bar_columns(self.loop().past_bars(parse_natural(instrument, "instrument"),
                                                     parse_integer(duration_ns, "duration_ns")));
          },
          py::arg("instrument"), py::arg("duration_ns"), "Bars that closed until now, as columns.")
      .def(
          "rows_received",
          [](const BacktestEngine& self, py::handle stream) {
            return self.loop().rows_received(parse_natural(stream, "stream"));
          },
          py::arg("stream"), "Rows of a stream, by the order of adding, that the strategies have received.")
      .def(
          "publish", [](BacktestEngine& self) { return self.publish(); },
          "Make a snapshot for other threads, between two pieces of the run; False when readers hold all copies.")
      .def(
          "snapshot", &snapshot,
          "The latest snapshot, in any thread, or None: (version, ts_ns, positions, orders, quotes, cash, strategies).")
      .def("errors", &error_rows,
           "(strategy, ts_ns, action, settled_ns) of each handler that failed, in order; settled_ns is None when the "
           "run ended before all was done.");
}

void register_once_set(py::module_& module) {
  const auto is_text = [](py::handle key) { return py::isinstance<py::str>(key); };
  py::class_<OnceSet>(module, "OnceSet", py::is_final(),
                      "Keys that are added once: looking and adding are one step, in any thread.\n\n"
                      "Parameters\n----------\n"
                      "most_keys : int\n    1 to 16,777,216; CapacityError beyond.")
      .def(py::init([](py::handle most_keys) { return std::make_unique<OnceSet>(parse_key(most_keys, "most_keys")); }),
           py::arg("most_keys") = 1'048'576)
      .def(
          "add_if_absent",
          [is_text](OnceSet& self, py::handle key) {
            return is_text(key) ? self.add_if_absent(key.cast<std::string>())
                                : self.add_if_absent(parse_key(key, "key"));
          },
          py::arg("key"), "Whether this call added the key: a text, or a whole number from 0 to 2**64 - 1.")
      .def(
          "__contains__",
          [is_text](const OnceSet& self, py::handle key) {
            return is_text(key) ? self.contains(key.cast<std::string>()) : self.contains(parse_key(key, "key"));
          },
          py::arg("key"))
      .def("__len__", &OnceSet::size)
      .def(
          "keys",
          [](const OnceSet& self) {
            std::vector<u64> numbers = self.numbers();
            std::vector<std::string> texts = self.texts();
            std::sort(numbers.begin(), numbers.end());
            std::sort(texts.begin(), texts.end());
            py::list keys = py::cast(numbers);
            for (const std::string& text : texts) keys.append(text);
            return keys;
          },
          "All keys: numbers, then texts, each in order.");
}

}  // namespace pytrader::bindings
