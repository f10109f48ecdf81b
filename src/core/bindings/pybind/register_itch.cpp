// Binds the reader of Nasdaq ITCH 5.0 sessions and the books that it keeps.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

#include "bound_book.hpp"
#include "feed_binding.hpp"
#include "feeds/itch_feed.hpp"
#include "feeds/itch_message.hpp"
#include "order_arguments.hpp"
#include "order_reading.hpp"
#include "reading_binding.hpp"
#include "register.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

constexpr i128 kUnit = kFixedOne / 10'000;  // prices of the feed count ten-thousandths of a dollar
const Fixed kOne{kFixedOne, 0};

Fixed dollars(i128 units) {
  return {units * kUnit, 4};
}

struct BoundItch {
  explicit BoundItch(ItchFeed::Options options) : feed(std::move(options)) {}

  ItchFeed feed;
  std::vector<std::unique_ptr<PriceGrid>> grids;  // by locate, of the books that were asked for
  std::atomic<bool> busy{false};
};
using ItchBook = KeptBook<L3SetBook>;

ItchSymbol parse_symbol(py::handle value) {
  if (!py::isinstance<py::str>(value)) throw py::type_error("a symbol must be text such as 'AAPL'");
  const auto text = value.cast<std::string>();
  ItchSymbol symbol;
  symbol.fill(' ');
  if (text.empty() || text.size() > symbol.size()) {
    throw Error(ErrorCode::invalid_argument, "symbol '" + text + "' must have 1 to 8 letters");
  }
  for (std::size_t i = 0; i < text.size(); ++i) symbol[i] = static_cast<u8>(text[i]);
  return symbol;
}

std::vector<ItchSymbol> parse_symbols(py::handle values, const char* what) {
  std::vector<ItchSymbol> symbols;
  if (values.is_none()) return symbols;
  if (py::isinstance<py::str>(values)) throw py::type_error(std::string(what) + " must be a list of symbols");
  for (const py::handle value : values) symbols.push_back(parse_symbol(value));
  return symbols;
}

ItchFraming parse_framing(const std::string& text) {
  if (text == "length_prefixed") return ItchFraming::length_prefixed;
  if (text == "zero_prefixed") return ItchFraming::zero_prefixed;
  throw Error(ErrorCode::invalid_argument, "framing must be 'length_prefixed' or 'zero_prefixed', not '" + text + "'");
}

u32 locate_of(const BoundItch& self, py::handle name) {
  const u32 locate = self.feed.locate_of(parse_symbol(name).data());
  if (locate != kNone) return locate;
  throw Error(ErrorCode::invalid_argument,
              "no stock " + py::repr(name).cast<std::string>() + " was announced: symbols lists those that were");
}

void refresh_grids(BoundItch& self) {
  for (std::size_t locate = 0; locate < self.grids.size(); ++locate) {
    if (!self.grids[locate]) continue;
    const Fixed tick = dollars(self.feed.books().book(static_cast<u32>(locate))->tick_units());
    if (!(self.grids[locate]->tick() == tick)) *self.grids[locate] = PriceGrid(tick, kOne);
  }
}

void raise_if_stopped(const WireStop& stop) {
  const std::string type = stop.type == 0 ? "" : "type " + py::repr(text_of(stop.type)).cast<std::string>();
  throw_if_stopped(stop, "ITCH message", type);
}

u64 apply(BoundItch& self, py::handle data) {
  const BusyGuard guard(self.busy);
  const ByteBuffer bytes(data);
  const u64 before = self.feed.messages();
  WireStop stop;
  {
    const py::gil_scoped_release unlocked;
    stop = self.feed.apply(bytes.data(), bytes.size());
  }
  refresh_grids(self);
  raise_if_stopped(stop);
  return self.feed.messages() - before;
}

std::unique_ptr<ItchBook> view_of(BoundItch& self, u32 locate, const L3SetBook& book) {
  if (self.grids.size() <= locate) self.grids.resize(locate + 1);
  if (!self.grids[locate]) self.grids[locate] = std::make_unique<PriceGrid>(dollars(book.tick_units()), kOne);
  return std::unique_ptr<ItchBook>(new ItchBook{book, *self.grids[locate], self.busy});
}

std::unique_ptr<ItchBook> book_of(BoundItch& self, py::handle name) {
  const BusyGuard guard(self.busy);
  const u32 locate = locate_of(self, name);
  const L3SetBook* book = self.feed.books().book(locate);
  if (book == nullptr) {
    throw Error(ErrorCode::invalid_argument,
                "the feed keeps no book of " + py::repr(name).cast<std::string>() + ": name it in symbols=");
  }
  return view_of(self, locate, *book);
}

py::dict books_of(const py::object& owner) {
  auto& self = owner.cast<BoundItch&>();
  const BusyGuard guard(self.busy);
  py::dict result;
  for (u32 locate = 1; locate < self.feed.stock_count(); ++locate) {
    const L3SetBook* book = self.feed.books().book(locate);
    if (book == nullptr) continue;
    const py::object view = py::cast(view_of(self, locate, *book));
    py::detail::keep_alive_impl(view, owner);
    result[text_of(self.feed.stock(locate)->symbol)] = view;
  }
  return result;
}

py::object price_or_none(u32 units) {
  return units == 0 ? py::object(py::none()) : make_price(dollars(units));
}

py::dict imbalance_of(const ItchImbalance& imbalance) {
  py::dict result;
  result["ts_event"] = imbalance.ts_event;
  result["paired_shares"] = imbalance.paired_shares;
  result["imbalance_shares"] = imbalance.imbalance_shares;
  result["direction"] = text_of(imbalance.direction);
  result["far_price"] = price_or_none(imbalance.far_price);
  result["near_price"] = price_or_none(imbalance.near_price);
  result["reference_price"] = price_or_none(imbalance.reference_price);
  result["cross_type"] = text_of(imbalance.cross_type);
  result["price_variation"] = text_of(imbalance.price_variation);
  return result;
}

py::dict print_of(const ItchPrint& print) {
  py::dict result;
  result["ts_event"] = print.ts_event;
  result["match_number"] = print.match_number;
  result["shares"] = print.shares;
  result["price"] = price_or_none(print.price);
  result["source"] = text_of(print.source);
  return result;
}

py::dict stock_of(BoundItch& self, py::handle name) {
  const BusyGuard guard(self.busy);
  const u32 locate = locate_of(self, name);
  const ItchStock& stock = *self.feed.stock(locate);
  const L3SetBook* book = self.feed.books().book(locate);
  py::dict result;
  result["symbol"] = text_of(stock.symbol);
  result["market_category"] = text_of(stock.market_category);
  result["financial_status"] = text_of(stock.financial_status);
  result["round_lot_shares"] = stock.round_lot_shares;
  result["luld_tier"] = text_of(stock.luld_tier);
  result["etp_flag"] = text_of(stock.etp_flag);
  result["trading_state"] = text_of(stock.trading_state);
  result["trading_reason"] = text_of(stock.trading_reason);
  result["trading_state_ts"] = stock.trading_state_ts;
  result["halted_market"] = text_of(stock.halted_market);
  result["operational_state"] = text_of(stock.operational_state);
  result["reg_sho_action"] = text_of(stock.reg_sho_action);
  result["retail_interest"] = text_of(stock.retail_interest);
  result["collar_reference_price"] = price_or_none(stock.collar_reference_price);
  result["collar_upper_price"] = price_or_none(stock.collar_upper_price);
  result["collar_lower_price"] = price_or_none(stock.collar_lower_price);
  result["collar_extensions"] = stock.collar_extensions;
  result["ipo_release_seconds"] = stock.ipo_release_seconds;
  result["ipo_qualifier"] = text_of(stock.ipo_qualifier);
  result["ipo_price"] = price_or_none(stock.ipo_price);
  result["imbalance"] = stock.imbalance.direction == ' ' ? py::object(py::none()) : imbalance_of(stock.imbalance);
  result["last_print"] = stock.last_print.source == ' ' ? py::object(py::none()) : print_of(stock.last_print);
  result["volume"] = stock.volume;
  result["crossings"] = book == nullptr ? 0 : book->crossings();
  result["last_cross_shares"] = stock.last_cross_shares;
  result["last_cross_price"] = price_or_none(stock.last_cross_price);
  result["last_cross_type"] = text_of(stock.last_cross_type);
  return result;
}

py::dict session_of(BoundItch& self) {
  const BusyGuard guard(self.busy);
  const ItchSession& session = self.feed.session();
  py::list levels;
  for (const u64 level : session.decline_levels) levels.append(make_fixed({kFixedOne / 100'000'000 * level, 8}));
  py::dict result;
  result["system_event"] = text_of(session.system_event);
  result["system_event_ts"] = session.system_event_ts;
  result["decline_levels"] = py::tuple(levels);
  result["breached_level"] = text_of(session.breached_level);
  result["broken_trades"] = session.broken_trades;
  result["last_broken_match"] = session.last_broken_match;
  result["ended"] = self.feed.ended();
  return result;
}

py::dict counts_of(BoundItch& self) {
  const BusyGuard guard(self.busy);
  py::dict result;
  for (const ItchType& type : kItchTypes) {
    if (self.feed.count(type.letter) != 0) result[text_of(type.letter)] = self.feed.count(type.letter);
  }
  return result;
}

py::list symbols_of(BoundItch& self) {
  const BusyGuard guard(self.busy);
  py::list result;
  for (std::size_t locate = 1; locate < self.feed.stock_count(); ++locate) {
    const ItchStock* stock = self.feed.stock(static_cast<u32>(locate));
    if (stock != nullptr) result.append(text_of(stock->symbol));
  }
  return result;
}

py::object attribution_of(BoundItch& self, py::handle order_id) {
  const BusyGuard guard(self.busy);
  const u32 slot = self.feed.books().find(parse_order_id(order_id));
  if (slot == kNone) throw_book_error(BookFault::unknown_order, order_text(parse_order_id(order_id)), py::none());
  const auto letters = self.feed.attribution(slot);
  return letters[0] == ' ' ? py::object(py::none()) : text_of(letters);
}

constexpr const char* kItchDoc =
    R"(A Nasdaq TotalView-ITCH 5.0 session, read into an order-by-order book of every stock.

Parameters
----------
symbols : iterable of str, optional
    Whose books to keep; all of them unless given. Prints and states are kept for all.
policy : {"strict", "lenient"}
    strict: `apply` stops at the first faulty message and raises DataError, and the feed takes no more. lenient: it is
    counted and skipped; bytes that begin no message stop a lenient feed too.
framing : {"length_prefixed", "zero_prefixed"}
    What stands before each message: two bytes with its length, as in Nasdaq's files, or two bytes of zero.
record : iterable of str, optional
    Symbols whose book rows are kept for `take_rows`.
max_orders : int
    Bound on the orders that rest at once over all stocks; reaching it raises CapacityError.

All types of messages are known; their lengths, letters and units are those of Nasdaq's specification "Nasdaq
TotalView-ITCH 5.0". Times are nanoseconds after midnight in New York.)";

constexpr const char* kApplyBytesDoc = R"(Read a piece of the session, cut anywhere.

Parameters
----------
data : bytes, memoryview, mmap or numpy.ndarray of uint8
    Contiguous bytes; nothing is copied but a message that the end cuts in two. Other threads run meanwhile.

Returns
-------
int
    How many messages this call worked off.

Raises
------
DataError
    At a faulty message, with its place; the messages before it are applied.
CapacityError
    If the bound on orders is reached.)";

void bind_feed(py::class_<BoundItch>& feed) {
  feed.def(
      py::init([](py::handle symbols, const std::string& policy, const std::string& framing, py::handle record,
                  py::handle max_orders) {
        const i64 bound = parse_integer(max_orders, "max_orders");
        if (bound < 1 || bound > i64{OrderPool::kMaxOrders}) {
          throw Error(ErrorCode::invalid_argument, "max_orders must lie in 1 .. 2^31, not " + std::to_string(bound));
        }
        return std::make_unique<BoundItch>(ItchFeed::Options{parse_policy(policy), parse_framing(framing),
                                                             parse_symbols(symbols, "symbols"),
                                                             parse_symbols(record, "record"), static_cast<u32>(bound)});
      }),
      py::arg("symbols") = py::none(), py::kw_only(), py::arg("policy") = "strict",
      py::arg("framing") = "length_prefixed", py::arg("record") = py::none(),
      py::arg("max_orders") = i64{OrderPool::kMaxOrders});
  feed.def("apply", &apply, py::arg("data"), kApplyBytesDoc);
  feed.def(
      "finish",
      [](BoundItch& self) {
        const BusyGuard guard(self.busy);
        raise_if_stopped(self.feed.finish());
      },
      "Say that the session is over. DataError if it ends inside a message (lenient: counted).");
  feed.def("book", &book_of, py::arg("symbol"), py::keep_alive<0, 1>(),
           "ItchBook: the book of a stock, to be read as it changes. InvalidArgument if there is none.");
  feed.def(
      "stock", &stock_of, py::arg("symbol"),
      "What the session said about a stock besides its orders: listing, trading state, collars, imbalance, prints, and "
      "how often its book became crossed. "
      "Letters as in the specification, '' where nothing was said; prices None where there is none.");
  feed.def("attribution", &attribution_of, py::arg("order_id"),
           "The market participant who signed an order, or None. BookError if it does not rest.");
  feed.def(
      "take_rows",
      [](BoundItch& self, py::handle symbol) {
        const BusyGuard guard(self.busy);
        return taken(self.feed.stock(locate_of(self, symbol))->rows);
      },
      py::arg("symbol"),
      "The book rows of a recorded stock since the last call, as an array of L3_EVENT. Prices count ten-thousandths of "
      "a dollar, times nanoseconds after midnight in New York.");
}

void bind_feed_state(py::class_<BoundItch>& feed) {
  feed.def_property_readonly("session", &session_of, "System events, circuit breaker levels, broken trades.");
  feed.def_property_readonly("counts", &counts_of, "How many of the messages worked off are of each type, by letter.");
  feed.def_property_readonly(
      "crossings",
      [](BoundItch& self) {
        const BusyGuard guard(self.busy);
        return self.feed.crossings();
      },
      "How often an order came that crossed a book, over all stocks; in a halt that is lawful. "
      "stock() has it by stock, book().crossed says whether a book is crossed now.");
  feed.def_property_readonly("books", &books_of, "The books that are kept, by symbol: as book() gives each.");
  feed.def_property_readonly("symbols", &symbols_of, "The stocks that were announced.");
  feed.def_property_readonly(
      "faults",
      [](BoundItch& self) {
        const BusyGuard guard(self.busy);
        return fault_counts(self.feed.faults());
      },
      "How many messages of each kind of fault came; kinds that never came are absent.");
  feed.def_property_readonly(
      "messages",
      [](BoundItch& self) {
        const BusyGuard guard(self.busy);
        return self.feed.messages();
      },
      "Messages worked off.");
  feed.def_property_readonly(
      "bytes_read",
      [](BoundItch& self) {
        const BusyGuard guard(self.busy);
        return self.feed.bytes();
      },
      "Bytes of the messages worked off, framing included.");
  feed.def_property_readonly(
      "memory_bytes",
      [](BoundItch& self) {
        const BusyGuard guard(self.busy);
        return self.feed.books().memory_bytes();
      },
      "Memory held for levels, orders and index of all books.");
  feed.def_property_readonly("policy", [](const BoundItch& self) { return policy_text(self.feed.policy()); });
  feed.def(
      "self_check",
      [](BoundItch& self) {
        const BusyGuard guard(self.busy);
        self.feed.books().check();
      },
      "Walk all books and raise RuntimeError if any of their parts contradict one another.");
  feed.def("__len__", [](BoundItch& self) {
    const BusyGuard guard(self.busy);
    return self.feed.books().order_count();
  });
}

}  // namespace

void register_itch(py::module_& module) {
  py::class_<ItchBook> book(module, "ItchBook",
                            "The order-by-order book of one stock of an ItchFeed, read-only. Its tick is the coarsest "
                            "of 0.01, 0.005 and 0.0001 on which all of the stock's prices lay so far; its lot is 1.",
                            py::is_final());
  bind_reading(book);
  bind_order_reading(book);
  py::class_<BoundItch> feed(module, "ItchFeed", kItchDoc, py::is_final());
  bind_feed(feed);
  bind_feed_state(feed);
}

}  // namespace pytrader::bindings
