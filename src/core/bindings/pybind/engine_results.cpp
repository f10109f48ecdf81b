// Copies a run's record into NumPy arrays, and works out what accounts and positions are worth at its end.
#include "engine_results.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "strategy_view.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

template <class Rows>
py::array copied(const Rows& rows) {
  return py::array_t<typename Rows::value_type>(static_cast<py::ssize_t>(rows.size()), rows.data());
}

template <class Row>
std::span<Row> span_of(py::array_t<Row>& rows) {
  return {rows.mutable_data(), static_cast<std::size_t>(rows.size())};
}

Fixed money(i128 raw, int decimals) {
  return {raw, static_cast<u8>(decimals)};
}

// What positions are valued at: the middle of the market, the last price where a side is empty.
py::object last_price(const Kernel& kernel, InstrumentIndex index) {
  const InstrumentMarket& market = kernel.market(index);
  const ValuedAt at = market.valued_at();
  const i64 twice = at.twice_mark;
  if (twice == kNoMark) return py::none();
  if (at.times != at.by) {
    const i128 scaled = market.price_of(at);
    return make_price({scaled, static_cast<u8>(decimals_needed(scaled))});
  }
  const Fixed doubled = market.instrument->price(twice);
  const int decimals = doubled.decimals + (twice % 2 != 0 ? 1 : 0);
  return make_price({doubled.raw / 2, static_cast<u8>(std::min(decimals, kMaxDecimals))});
}

py::object unrealized(const Kernel& kernel, StrategyIndex strategy, InstrumentIndex index) {
  const ValuedAt at = kernel.market(index).valued_at();
  i128 twice_value = 0;
  if (at.twice_mark == kNoMark || !kernel.ledger().position_value(strategy, index, at.twice_mark, twice_value)) {
    return py::none();
  }
  const i128 value = mul_div(twice_value, at.times, 2 * at.by, Rounding::half_even);
  const Instrument& instrument = kernel.instrument(index);
  const i128 profit = value - kernel.ledger().position(strategy, index).cost;
  return make_money(money(profit, instrument.definition().quote_decimals), instrument.definition().quote_currency);
}

py::tuple position_row(const BacktestLoop& loop, StrategyIndex strategy, InstrumentIndex index) {
  const Kernel& kernel = loop.kernel();
  const Instrument& instrument = kernel.instrument(index);
  const PositionState& state = kernel.ledger().position(strategy, index);
  const std::string& currency = instrument.definition().quote_currency;
  const int decimals = instrument.definition().quote_decimals;
  py::object average = py::none();
  if (state.quantity != 0) average = make_fixed(entry_price(state, scale_of(instrument)));
  return py::make_tuple(
      strategy, index, make_fixed(instrument.quantity(state.quantity)), average,
      make_money(money(state.realized_pnl, decimals), currency), unrealized(kernel, strategy, index),
      make_money(money(state.fees, decimals), currency), make_money(money(state.income, decimals), currency),
      make_quantity(instrument.quantity(loop.recorder().max_position(strategy, index))), last_price(kernel, index));
}

}  // namespace

void register_rows(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(OrderRow, ts_init, ts_last, client_order_id, venue_order_id, strategy, instrument, side,
                       order_type, time_in_force, ord_status, price, order_qty, cum_qty, cum_value_hi, cum_value_lo,
                       reason, tag, flags, trigger_type, stop_price, list, contingency, parent, trigger_symbol);
  PYBIND11_NUMPY_DTYPE(FillRow, ts_event, ts_init, client_order_id, venue_order_id, exec_id, strategy, instrument, side,
                       liquidity, price, quantity, fee, position_after, mid2_at_fill, mid2_1s, mid2_10s);
  PYBIND11_NUMPY_DTYPE(EquityRow, ts, currency, cash, position_value, equity);
  PYBIND11_NUMPY_DTYPE(CashEventRow, ts_event, ts_init, kind, strategy, instrument, quantity_before, quantity_after,
                       amount_hi, amount_lo, realized_pnl_hi, realized_pnl_lo, price_hi, price_lo);
  module.attr("CASH_EVENT_ROW") = py::dtype::of<CashEventRow>();
  PYBIND11_NUMPY_DTYPE(EventRow, ts_event, ts_init, client_order_id, venue_order_id, exec_id, strategy, instrument,
                       exec_type, ord_status, side, reason, price, stop_price, order_qty, cum_qty, leaves_qty, last_px,
                       last_qty, liquidity, trigger_symbol);
  PYBIND11_NUMPY_DTYPE(RefusedRow, ts_event, ts_init, client_order_id, venue_order_id, exec_id, sequence, exec_type,
                       ord_status, price, quantity, last_px, last_qty, why);
  module.attr("EVENT_ROW") = py::dtype::of<EventRow>();
  module.attr("REFUSED_ROW") = py::dtype::of<RefusedRow>();
  module.attr("ORDER_ROW") = py::dtype::of<OrderRow>();
  module.attr("FILL_ROW") = py::dtype::of<FillRow>();
  module.attr("EQUITY_ROW") = py::dtype::of<EquityRow>();
}

py::tuple take_records(BacktestLoop& loop) {
  const auto rows = [](u64 count) { return static_cast<py::ssize_t>(count); };
  py::array_t<OrderRow> orders(rows(loop.kernel().orders().size()));
  py::array_t<FillRow> fills(rows(loop.recorder().fill_count()));
  py::array_t<EventRow> events(rows(loop.recorder().event_count()));
  loop.take_records(span_of(orders), span_of(fills), span_of(events));
  return py::make_tuple(std::move(orders), std::move(fills), std::move(events));
}

py::array cash_event_rows(const BacktestLoop& loop) {
  return copied(loop.recorder().cash_events());
}

py::list synthetics(const BacktestLoop& loop) {
  py::list made;
  const SyntheticBoard& board = loop.kernel().synthetics();
  for (u32 number = 1; number <= board.size(); ++number) {
    const SyntheticDefinition& definition = board[number].definition();
    made.append(py::make_tuple(definition.name, make_fixed(definition.tick_size)));
  }
  return made;
}

py::list insurance(const BacktestLoop& loop) {
  py::list made;
  const Kernel& kernel = loop.kernel();
  if (kernel.margin_desk().mode() == MarginMode::none) return made;
  for (const CashAccount& account : kernel.ledger().accounts()) {
    const int decimals = currency_decimals(py::str(account.currency));
    const auto amount = [&](i128 raw) { return make_money(money(raw, decimals), account.currency); };
    made.append(py::make_tuple(account.currency, amount(kernel.margin_desk().insurance(account.currency)),
                               amount(kernel.margin_desk().uncovered(account.currency))));
  }
  return made;
}

py::array refused_rows(const BacktestLoop& loop) {
  std::vector<RefusedRow> rows;
  for (const RefusedReport& refused : loop.kernel().orders().refused_reports().kept()) rows.push_back(row_of(refused));
  return copied(rows);
}

py::array equity_rows(const BacktestLoop& loop) {
  return copied(loop.recorder().equity());
}

py::list accounts(const BacktestLoop& loop) {
  py::list made;
  u32 index = 0;
  for (const CashAccount& account : loop.kernel().ledger().accounts()) {
    const int decimals = currency_decimals(py::str(account.currency));
    const auto amount = [&](i128 raw) { return make_money(money(raw, decimals), account.currency); };
    made.append(py::make_tuple(account.currency, amount(account.opening), amount(account.cash),
                               amount(account.cash + loop.recorder().position_value(index))));
    ++index;
  }
  return made;
}

py::list book_faults(const BacktestLoop& loop) {
  py::list made;
  const Kernel& kernel = loop.kernel();
  for (InstrumentIndex index = 0; index < kernel.instrument_count(); ++index) {
    const L3Book* l3_book = kernel.l3_book(index);
    const L2Book* l2_book = kernel.l2_book(index);
    FaultCounts faults = kernel.market(index).quote_faults;
    if (l3_book != nullptr) faults.add(l3_book->faults());
    if (l2_book != nullptr) faults.add(l2_book->faults());
    for (std::size_t kind = 1; kind < kBookFaultKinds; ++kind) {
      const BookFault fault = static_cast<BookFault>(kind);
      if (faults[fault] > 0) made.append(py::make_tuple(index, to_text(fault), faults[fault]));
    }
  }
  return made;
}

py::list positions(const BacktestLoop& loop) {
  py::list made;
  const Kernel& kernel = loop.kernel();
  for (StrategyIndex strategy = 0; strategy < kernel.strategy_count(); ++strategy) {
    for (InstrumentIndex index = 0; index < kernel.instrument_count(); ++index) {
      made.append(position_row(loop, strategy, index));
    }
  }
  return made;
}

}  // namespace pytrader::bindings
