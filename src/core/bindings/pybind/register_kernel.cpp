// Binds the back-test engine: what a run is made of, its clock hand, and the arrays that it leaves behind.
#include "backtest_engine.hpp"
#include "bind_exchange.hpp"
#include "bind_strategies.hpp"
#include "engine_results.hpp"
#include "policy_text.hpp"
#include "register.hpp"
#include "value_casters.hpp"

namespace pytrader::bindings {
namespace {

u64 parse_count(py::handle value, const char* what) {
  const i64 count = parse_integer(value, what);
  if (count < 0) {
    throw Error(ErrorCode::invalid_argument, std::string(what) + " must not be negative, got " + std::to_string(count));
  }
  return static_cast<u64>(count);
}

RiskLimits make_limits(py::handle max_order_lots, py::handle max_order_notional, py::handle max_position_lots,
                       py::handle max_open_orders) {
  RiskLimits limits;
  limits.max_order_quantity = static_cast<i64>(parse_count(max_order_lots, "max_order_lots"));
  limits.max_order_notional = parse_number(max_order_notional, "max_order_notional").raw;
  limits.max_position = static_cast<i64>(parse_count(max_position_lots, "max_position_lots"));
  const u64 orders = parse_count(max_open_orders, "max_open_orders");
  if (limits.max_order_notional < 0 || orders > UINT32_MAX) {
    throw Error(ErrorCode::invalid_argument,
                "max_order_notional must not be negative, max_open_orders at most 2**32 - 1");
  }
  limits.max_open_orders = static_cast<u32>(orders);
  return limits;
}

void register_limits(py::module_& module) {
  py::class_<RiskLimits>(
      module, "RiskLimits", py::is_final(),
      "Limits of the risk gate for one strategy; 0 means that only the instrument's own limits hold.\n\n"
      "Parameters\n----------\n"
      "max_order_lots : int\n    Largest quantity of one order, in lots.\n"
      "max_order_notional : str, int, Decimal or Fixed\n    Largest value of one order, in quote currency.\n"
      "max_position_lots : int\n    Largest position in one instrument, long or short, in lots, with all "
      "working orders counted as filled.\n"
      "max_open_orders : int\n    Most open orders, over all instruments.")
      .def(py::init(&make_limits), py::kw_only(), py::arg("max_order_lots") = 0, py::arg("max_order_notional") = 0,
           py::arg("max_position_lots") = 0, py::arg("max_open_orders") = 0)
      .def_property_readonly("max_order_lots", [](const RiskLimits& self) { return self.max_order_quantity; })
      .def_property_readonly("max_order_notional",
                             [](const RiskLimits& self) { return make_fixed({self.max_order_notional, 0}); })
      .def_property_readonly("max_position_lots", [](const RiskLimits& self) { return self.max_position; })
      .def_property_readonly("max_open_orders", [](const RiskLimits& self) { return self.max_open_orders; });
}

std::unique_ptr<BacktestEngine> make_engine(py::handle equity_interval_ns, py::handle snapshot_interval_ns,
                                            py::handle start_ns, bool check_every_event, bool record_events) {
  LoopConfig config;
  config.equity_interval_ns = parse_integer(equity_interval_ns, "equity_interval_ns");
  config.snapshot_interval_ns = parse_integer(snapshot_interval_ns, "snapshot_interval_ns");
  if (!start_ns.is_none()) config.start_ts = parse_integer(start_ns, "start_ns");
  config.check_every_event = check_every_event;
  config.record_events = record_events;
  return std::make_unique<BacktestEngine>(config);
}

std::string hexadecimal(u64 digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; digest >>= 4) text[i] = kDigits[digest & 15];
  return text;
}

RequestKind parse_request_kind(const std::string& text) {
  if (text == "new") return RequestKind::submit;
  if (text == "cancel") return RequestKind::cancel;
  if (text == "replace") return RequestKind::replace;
  throw Error(ErrorCode::invalid_argument, "request kind '" + text + "' is none of new, cancel, replace");
}

void bind_latencies(py::class_<BacktestEngine>& engine) {
  engine
      .def(
          "set_feed_latency",
          [](BacktestEngine& self, const LatencyChoice& model, py::handle connection) {
            self.loop().set_feed_latency(model, static_cast<u32>(parse_count(connection, "connection")));
          },
          py::arg("model"), py::arg("connection") = 0, "How long rows are on their way to the strategy.")
      .def(
          "set_request_latency",
          [](BacktestEngine& self, const std::string& kind, const LatencyChoice& model, py::handle connection) {
            self.loop().set_request_latency(parse_request_kind(kind), model,
                                            static_cast<u32>(parse_count(connection, "connection")));
          },
          py::arg("kind"), py::arg("model"), py::arg("connection") = 0,
          "How long 'new', 'cancel' or 'replace' requests are on their way.")
      .def(
          "set_response_latency",
          [](BacktestEngine& self, const LatencyChoice& model, py::handle connection) {
            self.loop().set_response_latency(model, static_cast<u32>(parse_count(connection, "connection")));
          },
          py::arg("model"), py::arg("connection") = 0, "How long reports are on their way to the strategy.")
      .def(
          "add_connection",
          [](BacktestEngine& self, const py::list& instruments) {
            std::vector<InstrumentIndex> indices;
            for (const py::handle each : instruments) {
              indices.push_back(static_cast<InstrumentIndex>(parse_count(each, "instrument")));
            }
            return self.loop().add_connection(indices);
          },
          py::arg("instruments"),
          "Lets a connection of their own reach these instruments; returns its number. 0 is the run's.")
      .def(
          "early_rows",
          [](const BacktestEngine& self, py::handle instrument) {
            return self.loop().early_rows(static_cast<InstrumentIndex>(parse_count(instrument, "instrument")));
          },
          py::arg("instrument"), "Rows so far whose ts_init was before their ts_event.");
}

void bind_order_records(py::class_<BacktestEngine>& engine) {
  engine
      .def(
          "take_records", [](BacktestEngine& self) { return take_records(self.loop()); },
          "After the end, once: all orders of ORDER_ROW, fills of FILL_ROW, and order events of EVENT_ROW (none "
          "without "
          "record_events). The engine has none of them then.")
      .def(
          "refused_reports", [](const BacktestEngine& self) { return refused_rows(self.loop()); },
          "Reports that were not taken as they came, of REFUSED_ROW.");
}

// The models of a venue as whole numbers, by the names of what Python calls them.
ImpactChoice impact_of(const py::object& model) {
  const auto billionths = [&](const char* name) { return parse_integer(model.attr(name).attr("scaled")(9), name); };
  return {billionths("permanent"), billionths("fixed"), billionths("temporary"),
          parse_integer(model.attr("window_ns"), "window_ns")};
}

LastLookChoice last_look_of(const py::object& model) {
  return {parse_integer(model.attr("hold_ns"), "hold_ns"),
          parse_integer(model.attr("tolerance_ticks"), "tolerance_ticks"), model.attr("symmetric").cast<bool>()};
}

ProtectionChoice protection_of(const py::object& model) {
  const auto number = [&](const char* name) { return parse_integer(model.attr(name), name); };
  return {number("max_lots"), number("max_fills"), number("max_net_lots"), number("window_ns"), number("freeze_ns")};
}

void bind_venue_models(py::class_<BacktestEngine>& engine) {
  engine.def(
      "set_queue_model",
      [](BacktestEngine& self, py::handle instrument, const QueueModelChoice& model) {
        self.set_queue_model(static_cast<InstrumentIndex>(parse_count(instrument, "instrument")), model);
      },
      py::arg("instrument"), py::arg("model"),
      "How the venue of this instrument guesses places in the queues of price levels.");
  engine.def(
      "set_venue_rules",
      [](BacktestEngine& self, py::handle instrument, const VenueRules& rules, bool refuses_self_trade,
         const std::string& bar_path, py::handle bar_volume_share, const py::object& market_impact,
         const py::object& last_look, const py::object& maker_protection) {
        RecordedVenueRules given;
        given.rules = rules;
        given.refuses_self_trade = refuses_self_trade;
        given.bar_path = parse_policy(bar_path, "bar_path", kBarPaths);
        given.bar_volume_share = parse_integer(bar_volume_share, "bar_volume_share");
        if (!market_impact.is_none()) given.impact = impact_of(market_impact);
        if (!last_look.is_none()) given.last_look = last_look_of(last_look);
        if (!maker_protection.is_none()) given.protection = protection_of(maker_protection);
        self.set_venue_rules(static_cast<InstrumentIndex>(parse_count(instrument, "instrument")), given);
      },
      py::arg("instrument"), py::arg("rules"), py::arg("refuses_self_trade").noconvert(), py::arg("bar_path"),
      py::arg("bar_volume_share"), py::arg("market_impact") = py::none(), py::arg("last_look") = py::none(),
      py::arg("maker_protection") = py::none(),
      "What the venue of this instrument's recorded data offers and decides itself.");
}

void bind_emulation(py::class_<BacktestEngine>& engine) {
  engine.def(
      "set_emulation",
      [](BacktestEngine& self, const std::string& emulate, const std::string& immediate_trigger) {
        self.set_emulation(parse_policy(emulate, "emulate", kEmulates),
                           parse_policy(immediate_trigger, "immediate_trigger", kImmediates));
      },
      py::arg("emulate"), py::arg("immediate_trigger"),
      "Which orders the core holds until their price is reached, and what becomes of one whose price is reached "
      "already.");
}

void bind_journal(py::class_<BacktestEngine>& engine) {
  engine
      .def(
          "write_journal", [](BacktestEngine& self, const std::string& path) { self.loop().write_journal(path); },
          py::arg("path"), "Write what the kernel takes into this new file; before the first run.")
      .def(
          "replay_journal", [](BacktestEngine& self, const std::string& path) { self.loop().replay_journal(path); },
          py::arg("path"), "Take what this journal says, and nothing from streams and venues; before the first run.")
      .def(
          "close_journal", [](BacktestEngine& self) { self.loop().close_journal(); },
          "Bring what was written of a journal to the disk, also after an error.");
}

MarginMode parse_margin_mode(const std::string& text) {
  if (text == "isolated") return MarginMode::isolated;
  if (text == "cross") return MarginMode::cross;
  throw Error(ErrorCode::invalid_argument, "margin mode is '" + text + "'; give 'isolated' or 'cross'");
}

void bind_margin(py::class_<BacktestEngine>& engine) {
  engine
      .def(
          "set_margin",
          [](BacktestEngine& self, const std::string& mode) {
            self.loop().kernel().set_margin_mode(parse_margin_mode(mode));
          },
          py::arg("mode"), "Margin positions, 'isolated' or 'cross'; before the first instrument.")
      .def(
          "add_insurance",
          [](BacktestEngine& self, const MoneyAmount& amount) {
            self.loop().kernel().add_insurance(amount.currency, amount.value.raw);
          },
          py::arg("amount"), "What the venue has to take over positions with.")
      .def(
          "synthetics", [](const BacktestEngine& self) { return synthetics(self.loop()); },
          "(name, tick size) of each synthetic price, in order of its number.")
      .def(
          "insurance", [](const BacktestEngine& self) { return insurance(self.loop()); },
          "(currency, balance, uncovered) of each insurance fund; none without margin.");
}

// What a run leaves behind.
void bind_results(py::class_<BacktestEngine>& engine) {
  engine
      .def(
          "equity", [](const BacktestEngine& self) { return equity_rows(self.loop()); },
          "Samples of each account, of EQUITY_ROW.")
      .def(
          "cash_events", [](const BacktestEngine& self) { return cash_event_rows(self.loop()); },
          "What money events did to positions, of CASH_EVENT_ROW.")
      .def(
          "accounts", [](const BacktestEngine& self) { return accounts(self.loop()); },
          "(currency, opening, cash, equity) of each account.")
      .def(
          "positions", [](const BacktestEngine& self) { return positions(self.loop()); },
          "(strategy, instrument, quantity, average_price, realized_pnl, unrealized_pnl, fees, income, max_position, "
          "last_price) "
          "of each strategy and instrument.")
      .def(
          "book_faults", [](const BacktestEngine& self) { return book_faults(self.loop()); },
          "(instrument, fault, count) of each kind of fault that the books found in the rows of their feeds.");
}

void register_engine(py::module_& module) {
  py::class_<BacktestEngine> engine(
      module, "BacktestEngine", py::is_final(),
      "One back-test run: instruments, cash, strategies and streams go in, then it runs once.\n\n"
      "`pytrader.backtest.Backtest` is what users write.");
  bind_venue_models(engine);
  bind_latencies(engine);
  bind_emulation(engine);
  bind_order_records(engine);
  bind_strategies(engine);
  bind_results(engine);
  bind_margin(engine);
  bind_journal(engine);
  bind_exchange(engine);
  engine
      .def(py::init(&make_engine), py::kw_only(), py::arg("equity_interval_ns") = 60'000'000'000,
           py::arg("snapshot_interval_ns") = 0, py::arg("start_ns") = py::none(),
           py::arg("check_every_event").noconvert() = false, py::arg("record_events").noconvert() = false)
      .def(
          "add_instrument",
          [](BacktestEngine& self, const Instrument& instrument, py::handle fees) {
            return self.add_instrument(instrument, schedule_of(fees));
          },
          py::arg("instrument"), py::arg("fees") = py::none(),
          "Its index: 0, 1, 2, ...; without a FeeSchedule its own rates hold.")
      .def(
          "add_cash",
          [](BacktestEngine& self, const MoneyAmount& amount) { self.add_cash(amount.currency, amount.value); },
          py::arg("amount"), "Opening cash.")
      .def(
          "add_stream",
          [](BacktestEngine& self, const std::string& name, py::handle instrument, const std::string& kind,
             const py::dict& columns, py::handle duration_ns) {
            self.add_stream(name, static_cast<InstrumentIndex>(parse_count(instrument, "instrument")), kind, columns,
                            parse_integer(duration_ns, "duration_ns"));
          },
          py::arg("name"), py::arg("instrument"), py::arg("kind"), py::arg("columns"), py::arg("duration_ns") = 0,
          "Rows of one kind as columns by name; the arrays are kept, not copied.")
      .def(
          "run",
          [](BacktestEngine& self, py::handle max_steps) { return self.run(parse_count(max_steps, "max_steps")); },
          py::arg("max_steps"),
          "Go on for at most so many rows, commands, reports and timers: 'finished', 'paused', 'strategy_failed' "
          "(its context holds the error), or 'stopped' (a replay, whose journal breaks off).")
      .def("abort", &BacktestEngine::abort, "End the run here.")
      .def("kernel", &BacktestEngine::kernel, "The kernel as a capsule, good for as long as this engine.")
      .def_property_readonly("events", [](const BacktestEngine& self) { return self.loop().events(); })
      .def_property_readonly("now_ns", [](const BacktestEngine& self) { return self.loop().now(); })
      .def_property_readonly("digest",
                             [](const BacktestEngine& self) { return hexadecimal(self.loop().kernel().digest()); });
}

}  // namespace

void register_kernel(py::module_& module) {
  register_rows(module);
  register_limits(module);
  register_once_set(module);
  register_engine(module);
}

}  // namespace pytrader::bindings
