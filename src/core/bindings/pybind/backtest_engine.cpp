// Translates a run's Python parts, arrays and strategies, into what the back-test loop reads.
#include "backtest_engine.hpp"

#include <array>

namespace pytrader::bindings {
namespace {

struct KindFields {
  const char* name;
  StreamKind kind;
  std::array<const char*, kMaxStreamColumns> fields;
};

// In the order of the records' fields.
constexpr std::array<KindFields, 8> kKinds = {{
    {"l3", StreamKind::l3, {"ts_event", "ts_init", "action", "side", "price", "quantity", "order_id", "flags"}},
    {"l2", StreamKind::l2, {"ts_event", "ts_init", "action", "side", "price", "quantity", "order_count", "flags"}},
    {"quote", StreamKind::quote, {"ts_event", "ts_init", "bid_price", "ask_price", "bid_quantity", "ask_quantity"}},
    {"trade", StreamKind::trade, {"ts_event", "ts_init", "price", "quantity", "aggressor_side", "trade_id"}},
    {"bar", StreamKind::bar, {"ts_event", "ts_init", "ts_open", "open", "high", "low", "close", "volume"}},
    {"status", StreamKind::status, {"ts_event", "ts_init", "phase"}},
    {"mark", StreamKind::mark, {"ts_event", "ts_init", "mark_price", "index_price"}},
    {"cash_event",
     StreamKind::cash_event,
     {"ts_event", "ts_init", "kind", "amount", "amount_decimals", "per", "price", "price_decimals"}},
}};

const KindFields& kind_of(const std::string& name) {
  for (const KindFields& each : kKinds) {
    if (name == each.name) return each;
  }
  throw Error(ErrorCode::invalid_argument,
              "stream kind '" + name + "' is none of l3, l2, quote, trade, bar, status, mark, cash_event");
}

Column column_of(const std::string& stream, const std::string& field, py::handle values, std::size_t& rows,
                 bool first) {
  if (!py::isinstance<py::array>(values)) {
    throw Error(ErrorCode::invalid_argument, "column " + field + " of " + stream + " must be a NumPy array");
  }
  const auto array = py::reinterpret_borrow<py::array>(values);
  const py::dtype type = array.dtype();
  if (array.ndim() != 1 || type.itemsize() != sizeof(i64) || (type.kind() != 'i' && type.kind() != 'u') ||
      type.byteorder() == '>') {
    throw Error(ErrorCode::invalid_argument,
                "column " + field + " of " + stream + " must be one-dimensional, of little-endian 64-bit integers");
  }
  const auto length = static_cast<std::size_t>(array.shape(0));
  if (!first && length != rows) {
    throw Error(ErrorCode::invalid_argument, "column " + field + " of " + stream + " has " + std::to_string(length) +
                                                 " rows, and the columns before it have " + std::to_string(rows));
  }
  rows = length;
  return {array.data(), array.strides(0)};
}

}  // namespace

InstrumentIndex BacktestEngine::add_instrument(const Instrument& instrument, SharedSchedule fees) {
  const FeeModelMaker maker = fees ? fee_models_.maker_of(std::move(fees)) : FeeModelMaker{};
  return loop_.kernel().add_instrument(instrument.definition(), maker);
}

void BacktestEngine::add_cash(const std::string& currency, const Fixed& amount) {
  loop_.kernel().add_cash(currency, amount.raw);
}

StrategyIndex BacktestEngine::add_strategy(const py::capsule& port, py::object context, const RiskLimits& limits,
                                           const ErrorPolicy& policy, bool compiled) {
  const auto* bound = static_cast<const StrategyPort*>(PyCapsule_GetPointer(port.ptr(), "pytrader.StrategyPort"));
  if (bound == nullptr) throw py::error_already_set();
  const StrategyIndex index = loop_.kernel().add_strategy(*bound, limits, policy);
  kept_.push_back(std::move(context));
  needs_interpreter_ = needs_interpreter_ || !compiled;
  return index;
}

void BacktestEngine::add_stream(const std::string& name, InstrumentIndex instrument, const std::string& kind,
                                const py::dict& columns, i64 duration_ns) {
  const KindFields& known = kind_of(kind);
  MarketStream stream;
  stream.name = name;
  stream.instrument = instrument;
  stream.kind = known.kind;
  stream.duration_ns = duration_ns;
  bool first = true;
  for (std::size_t i = 0; i < column_count(known.kind); ++i) {
    const char* field = known.fields[i];
    if (!columns.contains(field)) continue;
    stream.columns[i] = column_of(name, field, columns[field], stream.rows, first);
    first = false;
  }
  loop_.add_stream(std::move(stream));
  // The dictionary itself could be emptied by its owner: the arrays are what must stay.
  for (const auto& item : columns) kept_.push_back(py::reinterpret_borrow<py::object>(item.second));
}

const char* BacktestEngine::run(u64 max_steps) {
  if (running_) throw Error(ErrorCode::invalid_state, "this engine is running: a handler can not run it again");
  running_ = true;
  struct Done {
    bool& flag;
    ~Done() { flag = false; }
  } done{running_};
  RunStatus status{};
  if (needs_interpreter_) {
    status = loop_.run(max_steps);
  } else {
    const py::gil_scoped_release released;
    status = loop_.run(max_steps);
  }
  switch (status) {
    case RunStatus::finished:
      return "finished";
    case RunStatus::paused:
      return "paused";
    case RunStatus::strategy_failed:
      return "strategy_failed";
    case RunStatus::stopped:
      return "stopped";
  }
  return "finished";
}

void BacktestEngine::abort() {
  if (running_) throw Error(ErrorCode::invalid_state, "this engine is running: a handler can not end it");
  loop_.abort();
}

bool BacktestEngine::publish() {
  if (running_) throw Error(ErrorCode::invalid_state, "this engine is running: it is published between two pieces");
  return loop_.publish();
}

py::capsule BacktestEngine::kernel() {
  return py::capsule(&loop_.kernel(), "pytrader.Kernel");
}

}  // namespace pytrader::bindings
