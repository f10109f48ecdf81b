// Makes reports of a message's status and fills, and binds their class.
#include "matching_reports.hpp"

#include <pybind11/stl.h>

#include <cctype>
#include <string>

namespace pytrader::bindings {
namespace {

Report report(ExecType exec_type, u64 order_id, std::optional<Side> side, i64 price, i64 quantity, i64 leaves,
              const PriceGrid& grid, RejectReason reason = RejectReason::none) {
  return {exec_type,
          order_id,
          side,
          price == kNoPrice ? py::none() : grid.price(price),
          grid.quantity(quantity),
          grid.quantity(leaves),
          std::nullopt,
          py::none(),
          reason};
}

void append_trades(const std::vector<Fill>& fills, const PriceGrid& grid, Reports& reports) {
  for (const Fill& fill : fills) {
    Report trade = report(ExecType::trade, fill.taker_order_id, static_cast<Side>(fill.taker_side), fill.price,
                          fill.quantity, fill.taker_leaves_qty, grid);
    trade.maker_order_id = fill.maker_order_id;
    trade.maker_leaves_qty = grid.quantity(fill.maker_leaves_qty);
    reports.push_back(trade);
  }
}

bool equal(const Report& a, const Report& b) {
  return a.exec_type == b.exec_type && a.order_id == b.order_id && a.side == b.side &&
         a.maker_order_id == b.maker_order_id && a.reason == b.reason && a.price.equal(b.price) &&
         a.quantity.equal(b.quantity) && a.leaves_qty.equal(b.leaves_qty) &&
         a.maker_leaves_qty.equal(b.maker_leaves_qty);
}

std::string upper(const char* text) {
  std::string result = text;
  for (char& letter : result) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return result;
}

std::string describe(const Report& r) {
  const auto text_of = [](const py::object& value) { return py::str(value).cast<std::string>(); };
  std::string text = "Report(exec_type=" + upper(to_text(r.exec_type)) + ", order_id=" + std::to_string(r.order_id);
  if (r.side) text += ", side=" + upper(to_text(*r.side));
  if (!r.price.is_none()) text += ", price=" + text_of(r.price);
  text += ", quantity=" + text_of(r.quantity) + ", leaves_qty=" + text_of(r.leaves_qty);
  if (r.maker_order_id) text += ", maker_order_id=" + std::to_string(*r.maker_order_id);
  if (!r.maker_leaves_qty.is_none()) text += ", maker_leaves_qty=" + text_of(r.maker_leaves_qty);
  if (r.reason != RejectReason::none) text += ", reason=" + upper(name_of(r.reason));
  return text + ")";
}

}  // namespace

Reports reports_of_new(const OrderMessage& message, MessageStatus status, const std::vector<Fill>& fills,
                       const PriceGrid& grid) {
  const auto side = static_cast<Side>(message.side);
  const bool unpriced = message.order_type == static_cast<u8>(OrderType::market) && message.price == 0;
  const i64 price = unpriced ? kNoPrice : message.price;
  if (is_rejected(status)) {
    return {report(ExecType::rejected, message.order_id, side, price, message.quantity, 0, grid, reason_of(status))};
  }
  Reports reports{report(ExecType::new_, message.order_id, side, price, message.quantity, message.quantity, grid)};
  append_trades(fills, grid, reports);
  if (outcome_of(status) == Outcome::remainder_canceled) {
    const i64 remainder = fills.empty() ? message.quantity : fills.back().taker_leaves_qty;
    reports.push_back(
        report(ExecType::canceled, message.order_id, side, price, remainder, 0, grid, RejectReason::no_liquidity));
  }
  return reports;
}

Reports reports_of_cancel(u64 order_id, MessageStatus status, const LiveOrder& before, const PriceGrid& grid) {
  if (is_rejected(status)) {
    return {report(ExecType::cancel_rejected, order_id, std::nullopt, kNoPrice, 0, 0, grid, reason_of(status))};
  }
  return {report(ExecType::canceled, order_id, before.side, before.price, before.leaves_qty, 0, grid)};
}

Reports reports_of_replace(const OrderMessage& message, MessageStatus status, const std::vector<Fill>& fills,
                           const std::optional<LiveOrder>& before, ReplaceQuantity counts, const PriceGrid& grid) {
  if (is_rejected(status)) {
    const std::optional<Side> side = before ? std::optional(before->side) : std::nullopt;
    return {report(ExecType::replace_rejected, message.order_id, side, message.price, message.quantity, 0, grid,
                   reason_of(status))};
  }
  if (outcome_of(status) == Outcome::replaced_closed) return reports_of_cancel(message.order_id, status, *before, grid);
  const i64 open = counts == ReplaceQuantity::open ? message.quantity : message.quantity - before->cum_qty;
  Reports reports{
      report(ExecType::replaced, message.order_id, before->side, message.price, message.quantity, open, grid)};
  append_trades(fills, grid, reports);
  return reports;
}

void register_reports(pybind11::module_& module) {
  py::class_<Report>(module, "Report", R"(What happened to an order, as a matching engine reports it.

Attributes
----------
exec_type : ExecType
    NEW, TRADE, CANCELED, REPLACED, REJECTED, CANCEL_REJECTED or REPLACE_REJECTED.
order_id : int
    The order that the message named; of a trade, the taker.
side : Side or None
    Its side; None where a rejected message names no known order.
price : Price or None
    Of a trade, where it traded; else the order's limit, None for a market order.
quantity : Quantity
    NEW, REPLACED and rejections: as asked for; TRADE: traded; CANCELED: what was open and is canceled.
leaves_qty : Quantity
    What is open of the order after this.
maker_order_id, maker_leaves_qty : int and Quantity, or None
    Trades only: the order that rested, and what is open of it after the trade.
reason : RejectReason
    Why it was rejected, or NO_LIQUIDITY where the remainder of an immediate order is canceled; else NONE.)",
                     py::is_final())
      .def_readonly("exec_type", &Report::exec_type)
      .def_readonly("order_id", &Report::order_id)
      .def_readonly("side", &Report::side)
      .def_readonly("price", &Report::price)
      .def_readonly("quantity", &Report::quantity)
      .def_readonly("leaves_qty", &Report::leaves_qty)
      .def_readonly("maker_order_id", &Report::maker_order_id)
      .def_readonly("maker_leaves_qty", &Report::maker_leaves_qty)
      .def_readonly("reason", &Report::reason)
      .def_property_readonly(
          "taker_order_id", [](const Report& r) { return r.maker_order_id ? std::optional(r.order_id) : std::nullopt; },
          "Of a trade, the order that took: order_id; else None.")
      .def(
          "__eq__", [](const Report& a, const Report& b) { return equal(a, b); }, py::is_operator())
      .def("__repr__", &describe);
}

}  // namespace pytrader::bindings
