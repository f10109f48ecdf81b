// Binds the reader of Databento's binary encoding and the books that it keeps.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bound_book.hpp"
#include "feed_binding.hpp"
#include "feeds/dbn_feed.hpp"
#include "feeds/dbn_record.hpp"
#include "order_reading.hpp"
#include "reading_binding.hpp"
#include "register.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

constexpr i128 kUnit = kFixedOne / 1'000'000'000;  // prices of the feed count 10^-9
const Fixed kOne{kFixedOne, 0};

struct BoundDbn {
  explicit BoundDbn(DbnFeed::Options options) : feed(std::move(options)) {}

  DbnFeed feed;
  std::vector<std::unique_ptr<PriceGrid>> grids;  // by place of the instrument, of those that were asked for
  std::atomic<bool> busy{false};
};
using DbnOrderBook = KeptBook<L3Book>;
using DbnLevelBook = KeptBook<L2Book>;

// The shortest form of a tick: 0.25, not 0.250000000.
Fixed tick_value(i64 units) {
  Fixed tick{units * kUnit, 9};
  while (tick.decimals > 0 && tick.raw % power_of_ten(kMaxDecimals + 1 - tick.decimals) == 0) --tick.decimals;
  return tick;
}

i64 parse_tick(py::handle value) {
  const Fixed tick = parse_number(value, "tick");
  if (tick.raw <= 0 || tick.raw % kUnit != 0 || tick.raw / kUnit > INT64_MAX) {
    throw Error(ErrorCode::invalid_argument,
                "tick " + to_text(tick) + " must be above zero, with at most nine decimals: the format has no more");
  }
  return static_cast<i64>(tick.raw / kUnit);
}

std::vector<DbnFeed::Tick> parse_ticks(py::handle value) {
  std::vector<DbnFeed::Tick> ticks;
  if (value.is_none()) return ticks;
  if (!py::isinstance<py::dict>(value)) {
    ticks.push_back({"", parse_tick(value)});
    return ticks;
  }
  for (const auto& [name, tick] : py::reinterpret_borrow<py::dict>(value)) {
    if (!py::isinstance<py::str>(name)) throw py::type_error("the keys of ticks must be symbols");
    ticks.push_back({name.cast<std::string>(), parse_tick(tick)});
  }
  return ticks;
}

std::vector<std::string> parse_symbols(py::handle values) {
  std::vector<std::string> symbols;
  if (values.is_none()) return symbols;
  if (py::isinstance<py::str>(values)) throw py::type_error("symbols must be a list of symbols");
  for (const py::handle value : values) {
    if (!py::isinstance<py::str>(value)) throw py::type_error("a symbol must be text such as 'ESH4'");
    symbols.push_back(value.cast<std::string>());
  }
  if (symbols.empty()) throw Error(ErrorCode::invalid_argument, "symbols names no instrument; None reads all");
  return symbols;
}

std::string described(const DbnInstrument& instrument) {
  return "instrument " + std::to_string(instrument.instrument_id) + " of publisher " +
         std::to_string(instrument.publisher_id);
}

// By symbol, or by instrument id; the publisher is needed where several have it.
std::size_t place_of(const BoundDbn& self, py::handle name, py::handle publisher) {
  const bool by_text = py::isinstance<py::str>(name);
  const std::string text = by_text ? name.cast<std::string>() : std::string();
  const i64 id = by_text ? -1 : parse_integer(name, "symbol");
  const i64 wanted = publisher.is_none() ? -1 : parse_integer(publisher, "publisher");
  std::size_t found = self.feed.instrument_count();
  for (std::size_t i = 0; i < self.feed.instrument_count(); ++i) {
    const DbnInstrument& each = self.feed.instrument(i);
    const bool named = each.kept && (by_text ? each.symbol == text : i64{each.instrument_id} == id);
    if (!named || (wanted >= 0 && wanted != each.publisher_id)) continue;
    if (found != self.feed.instrument_count()) {
      throw Error(ErrorCode::invalid_argument, py::repr(name).cast<std::string>() + " is " +
                                                   described(self.feed.instrument(found)) + " and " + described(each) +
                                                   ": give publisher=");
    }
    found = i;
  }
  if (found != self.feed.instrument_count()) return found;
  throw Error(ErrorCode::invalid_argument,
              "no record of " + py::repr(name).cast<std::string>() + " came: instruments lists those that did");
}

const PriceGrid& grid_of(BoundDbn& self, std::size_t place) {
  const DbnInstrument& instrument = self.feed.instrument(place);
  if (instrument.tick == 0) {
    throw Error(ErrorCode::invalid_state,
                "the tick of " + described(instrument) + " is not known: give ticks=, or apply its definition first");
  }
  if (self.grids.size() <= place) self.grids.resize(place + 1);
  if (!self.grids[place]) self.grids[place] = std::make_unique<PriceGrid>(tick_value(instrument.tick), kOne);
  return *self.grids[place];
}

void raise_if_stopped(const DbnFeed& feed) {
  const WireStop& stop = feed.stop();
  throw_if_stopped(stop, "DBN record", feed.in_header() ? "header" : "rtype " + std::to_string(stop.type));
}

u64 apply(BoundDbn& self, py::handle data) {
  const BusyGuard guard(self.busy);
  const ByteBuffer bytes(data);
  const u64 before = self.feed.records();
  {
    const py::gil_scoped_release unlocked;
    self.feed.apply(bytes.data(), bytes.size());
  }
  raise_if_stopped(self.feed);
  return self.feed.records() - before;
}

std::unique_ptr<DbnOrderBook> book_of(BoundDbn& self, py::handle symbol, py::handle publisher) {
  const BusyGuard guard(self.busy);
  const std::size_t place = place_of(self, symbol, publisher);
  const PriceGrid& grid = grid_of(self, place);
  return std::unique_ptr<DbnOrderBook>(new DbnOrderBook{self.feed.instrument(place).orders, grid, self.busy});
}

std::unique_ptr<DbnLevelBook> levels_of(BoundDbn& self, py::handle symbol, py::handle publisher) {
  const BusyGuard guard(self.busy);
  const std::size_t place = place_of(self, symbol, publisher);
  const PriceGrid& grid = grid_of(self, place);
  return std::unique_ptr<DbnLevelBook>(new DbnLevelBook{self.feed.instrument(place).levels, grid, self.busy});
}

py::array take_rows(BoundDbn& self, py::handle symbol, const std::string& kind, py::handle publisher) {
  const BusyGuard guard(self.busy);
  DbnInstrument& instrument = self.feed.instrument(place_of(self, symbol, publisher));
  if (kind == "l3") return taken(instrument.order_rows);
  if (kind == "l2") return taken(instrument.level_rows);
  if (kind == "quote") return taken(instrument.quotes);
  if (kind == "trade") return taken(instrument.trades);
  if (kind == "bar") return taken(instrument.bars);
  throw Error(ErrorCode::invalid_argument, "kind is '" + kind + "'; give one of: l3, l2, quote, trade, bar");
}

i64 bar_duration(u8 kind) {
  constexpr i64 kSecond = 1'000'000'000;
  switch (static_cast<DbnKind>(kind)) {
    case DbnKind::ohlcv_1s:
      return kSecond;
    case DbnKind::ohlcv_1m:
      return 60 * kSecond;
    case DbnKind::ohlcv_1h:
      return 3'600 * kSecond;
    case DbnKind::ohlcv_1d:
      return 86'400 * kSecond;
    default:
      return 0;
  }
}

py::list instruments_of(BoundDbn& self) {
  const BusyGuard guard(self.busy);
  py::list result;
  for (std::size_t i = 0; i < self.feed.instrument_count(); ++i) {
    const DbnInstrument& each = self.feed.instrument(i);
    if (!each.kept) continue;
    py::dict fields;
    fields["symbol"] = each.symbol;
    fields["publisher_id"] = each.publisher_id;
    fields["instrument_id"] = each.instrument_id;
    fields["tick"] = each.tick == 0 ? py::object(py::none()) : make_price(tick_value(each.tick));
    fields["volume"] = each.volume;
    fields["unsettled_fills"] = each.fills.size();
    fields["bar_duration_ns"] = bar_duration(each.bar_kind);
    result.append(fields);
  }
  return result;
}

py::dict metadata_of(BoundDbn& self) {
  const BusyGuard guard(self.busy);
  const DbnMetadata& metadata = self.feed.metadata();
  py::dict result;
  result["version"] = metadata.version;
  result["dataset"] = metadata.dataset;
  result["schema"] = metadata.schema;
  result["start"] = metadata.start;
  result["end"] = metadata.end;
  result["ts_out"] = metadata.ts_out;
  return result;
}

py::dict counts_of(BoundDbn& self) {
  const BusyGuard guard(self.busy);
  py::dict result;
  for (int kind = 0; kind < 256; ++kind) {
    const u64 count = self.feed.count(static_cast<u8>(kind));
    if (count != 0) result[py::int_(kind)] = count;
  }
  return result;
}

constexpr const char* kDbnDoc = R"(A Databento stream (DBN, versions 1 to 3), read into the books of its instruments.

Parameters
----------
ticks : number or dict of str to number, optional
    The tick of every instrument, or by symbol. Without it definition records give it; they may come in a stream before.
policy : {"strict", "lenient"}
    strict: `apply` stops at the first faulty record and raises DataError, and the feed takes no more. lenient: it is
    counted and skipped, except that crossed books, which a pre-open phase shows lawfully, are kept, and that a modify of
    an order that is not there adds it, as the vendor's own books do.
record : bool
    Keep rows for `take_rows`.
max_orders : int
    Bound on the orders that rest at once in each book; reaching it raises CapacityError.
symbols : iterable of str, optional
    The instruments that are read, by the names in the header or in symbol mappings; None for all. The records of others
    are counted and need no tick.

Read are orders (mbo), the best level and ten levels (mbp-1, tbbo, mbp-10), trades, bars (ohlcv-1s to -1d), definitions
and symbol mappings; other records are counted. Prices are exact: one between two ticks is a fault. A fill (F) trades in
its order's place, and the message that follows it in the same event takes only what the fill left.)";

constexpr const char* kApplyBytesDoc = R"(Read a piece of the uncompressed stream, cut anywhere.

Parameters
----------
data : bytes, memoryview, mmap or numpy.ndarray of uint8
    Contiguous bytes; nothing is copied but a record that the end cuts in two. Other threads run meanwhile.

Returns
-------
int
    How many records this call worked off.

Raises
------
DataError
    At a faulty record, with its place; the records before it are applied.
CapacityError
    If a book's bound on orders is reached.)";

void bind_feed(py::class_<BoundDbn>& feed) {
  feed.def(
      py::init([](py::handle ticks, const std::string& policy, bool record, py::handle max_orders, py::handle symbols) {
        const i64 bound = parse_integer(max_orders, "max_orders");
        if (bound < 1 || bound > i64{OrderPool::kMaxOrders}) {
          throw Error(ErrorCode::invalid_argument, "max_orders must lie in 1 .. 2^31, not " + std::to_string(bound));
        }
        return std::make_unique<BoundDbn>(DbnFeed::Options{parse_policy(policy), parse_ticks(ticks), record,
                                                           static_cast<u32>(bound), parse_symbols(symbols)});
      }),
      py::arg("ticks") = py::none(), py::kw_only(), py::arg("policy") = "strict", py::arg("record") = false,
      py::arg("max_orders") = i64{OrderPool::kMaxOrders}, py::arg("symbols") = py::none());
  feed.def("apply", &apply, py::arg("data"), kApplyBytesDoc);
  feed.def(
      "finish",
      [](BoundDbn& self) {
        const BusyGuard guard(self.busy);
        self.feed.finish();
        raise_if_stopped(self.feed);
      },
      "Say that the stream is over; what is applied next is another one, and the books go on. DataError if it ends "
      "inside a record (lenient: counted).");
  feed.def("book", &book_of, py::arg("symbol"), py::arg("publisher") = py::none(), py::keep_alive<0, 1>(),
           "DbnOrderBook: the order-by-order book of a symbol or instrument id, to be read as it changes.");
  feed.def("levels", &levels_of, py::arg("symbol"), py::arg("publisher") = py::none(), py::keep_alive<0, 1>(),
           "DbnLevelBook: the levels that mbp records show, one or ten a side, to be read as they change.");
  feed.def("take_rows", &take_rows, py::arg("symbol"), py::arg("kind"), py::arg("publisher") = py::none(),
           R"(The rows of an instrument since the last call, if the feed records.

Parameters
----------
symbol : str or int
    Symbol or instrument id.
kind : {"l3", "l2", "quote", "trade", "bar"}
    Of mbo records; of mbp-10 records; of the best level of mbp-1 records, where it changed; of trade records and the
    trades among mbp records; of ohlcv records.
publisher : int, optional
    Its number, where several publishers have the instrument.

Returns
-------
numpy.ndarray
    Of L3_EVENT, L2_EVENT, QUOTE, TRADE or BAR: ticks, lots of 1, nanoseconds since 1970-01-01 UTC. A trade's id is the
    venue's sequence number.)");
}

void bind_feed_state(py::class_<BoundDbn>& feed) {
  feed.def_property_readonly("metadata", &metadata_of, "The header of the stream: version, dataset, schema, times.");
  feed.def_property_readonly("counts", &counts_of, "How many of the records worked off are of each kind, by rtype.");
  feed.def_property_readonly("instruments", &instruments_of,
                             "The instruments in the order of their first record: symbol, ids, tick, traded volume, "
                             "fills that no later message settled, length of their bars.");
  feed.def_property_readonly(
      "faults",
      [](BoundDbn& self) {
        const BusyGuard guard(self.busy);
        return fault_counts(self.feed.faults());
      },
      "How many records of each kind of fault came; kinds that never came are absent.");
  feed.def_property_readonly(
      "records",
      [](BoundDbn& self) {
        const BusyGuard guard(self.busy);
        return self.feed.records();
      },
      "Records worked off.");
  feed.def_property_readonly(
      "bytes_read",
      [](BoundDbn& self) {
        const BusyGuard guard(self.busy);
        return self.feed.bytes();
      },
      "Bytes of headers and records worked off.");
  feed.def_property_readonly("policy", [](const BoundDbn& self) { return policy_text(self.feed.policy()); });
}

}  // namespace

void register_dbn(py::module_& module) {
  py::class_<DbnOrderBook> orders(module, "DbnOrderBook",
                                  "The order-by-order book of one instrument of a DbnFeed, read-only.", py::is_final());
  bind_reading(orders);
  bind_order_reading(orders);
  py::class_<DbnLevelBook> levels(module, "DbnLevelBook", "The levels of one instrument of a DbnFeed, read-only.",
                                  py::is_final());
  bind_reading(levels);
  py::class_<BoundDbn> feed(module, "DbnFeed", kDbnDoc, py::is_final());
  bind_feed(feed);
  bind_feed_state(feed);
}

}  // namespace pytrader::bindings
