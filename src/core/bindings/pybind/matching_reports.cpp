// Makes reports of a message's status and fills, and binds their class.
#include "matching_reports.hpp"

#include <pybind11/stl.h>

#include <cctype>
#include <string>

namespace pytrader::bindings {
namespace {

Report report(std::variant<ExecType, UpdateKind> exec_type, u64 order_id, std::optional<Side> side, i64 price,
              i64 quantity, i64 leaves, const PriceGrid& grid, RejectReason reason = RejectReason::none) {
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

std::optional<Side> side_from(i64 code) {
  return valid(static_cast<Side>(code)) ? std::optional(static_cast<Side>(code)) : std::nullopt;
}

Report report_of(const Fill& fill, const PriceGrid& grid) {
  Report trade = report(ExecType::trade, fill.taker_order_id, side_from(fill.taker_side), fill.price, fill.quantity,
                        fill.taker_leaves_qty, grid);
  trade.maker_order_id = fill.maker_order_id;
  trade.maker_leaves_qty = grid.quantity(fill.maker_leaves_qty);
  return trade;
}

bool is_of_an_order(UpdateKind kind) {
  return kind <= UpdateKind::stop_moved;
}

Report report_of(const OrderUpdate& update, const PriceGrid& grid) {
  const auto kind = static_cast<UpdateKind>(update.kind);
  std::variant<ExecType, UpdateKind> exec_type = kind;
  if (kind == UpdateKind::canceled) exec_type = ExecType::canceled;
  if (kind == UpdateKind::expired) exec_type = ExecType::expired;
  return report(exec_type, update.order_id, side_from(update.side), update.price, update.quantity, update.leaves_qty,
                grid, static_cast<RejectReason>(update.reason));
}

// While the message's own order takes, these happen to its makers or to it; whatever else is told comes behind it.
bool is_of_a_sweep(const OrderUpdate& update) {
  switch (static_cast<UpdateKind>(update.kind)) {
    case UpdateKind::refilled:
    case UpdateKind::decremented:
    case UpdateKind::stop_moved:
      return true;
    case UpdateKind::canceled:
      return update.reason == static_cast<u8>(RejectReason::self_trade) ||
             update.reason == static_cast<u8>(RejectReason::reduce_only_would_increase);
    default:
      return false;
  }
}

// Fills and updates in the order of events. Where the remainder of the message's own order was canceled for want of
// makers, which only the status tells, that stands behind what it traded.
class Story {
 public:
  Story(const Answer& answer, i64 open, const PriceGrid& grid, Reports& reports)
      : answer_(answer), grid_(grid), reports_(reports), remainder_(open) {
    owes_remainder_ = outcome_of(answer.status) == Outcome::remainder_canceled;
    for (const OrderUpdate& update : answer.output.updates) {
      const bool own_end =
          update.order_id == answer.message.order_id && update.kind == static_cast<u8>(UpdateKind::canceled);
      if (own_end) owes_remainder_ = false;
    }
  }

  void tell(i64 price) {
    const std::vector<Fill>& fills = answer_.output.fills;
    const std::vector<OrderUpdate>& updates = answer_.output.updates;
    std::size_t fill = 0;
    std::size_t update = 0;
    while (fill < fills.size() || update < updates.size()) {
      const bool fill_first = update == updates.size() || static_cast<std::size_t>(updates[update].fill_index) > fill;
      if (fill_first) {
        const bool own = fills[fill].taker_order_id == answer_.message.order_id;
        if (!own) tell_remainder(price);
        if (own) remainder_ = fills[fill].taker_leaves_qty;
        reports_.push_back(report_of(fills[fill++], grid_));
        continue;
      }
      const OrderUpdate& each = updates[update++];
      if (!is_of_a_sweep(each)) tell_remainder(price);
      if (each.order_id == answer_.message.order_id) remainder_ = each.leaves_qty;
      if (is_of_an_order(static_cast<UpdateKind>(each.kind))) reports_.push_back(report_of(each, grid_));
    }
    tell_remainder(price);
  }

 private:
  void tell_remainder(i64 price) {
    if (!owes_remainder_) return;
    owes_remainder_ = false;
    if (remainder_ == 0) return;
    const Side side = is_replace() ? answer_.named.side : static_cast<Side>(answer_.message.side);
    reports_.push_back(report(ExecType::canceled, answer_.message.order_id, side, price, remainder_, 0, grid_,
                              RejectReason::no_liquidity));
  }
  bool is_replace() const { return answer_.message.kind == static_cast<u8>(MessageKind::replace); }

  const Answer& answer_;
  const PriceGrid& grid_;
  Reports& reports_;
  i64 remainder_;
  bool owes_remainder_;
};

i64 price_of(const OrderMessage& message) {
  const bool no_price = message.order_type != static_cast<u8>(OrderType::limit) && message.price == 0 &&
                        message.order_type != static_cast<u8>(OrderType::stop_limit) &&
                        message.order_type != static_cast<u8>(OrderType::limit_if_touched) &&
                        message.order_type != static_cast<u8>(OrderType::pegged);
  return no_price ? kNoPrice : message.price;
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
  const char* exec_type = std::visit([](auto kind) { return to_text(kind); }, r.exec_type);
  std::string text = "Report(exec_type=" + upper(exec_type) + ", order_id=" + std::to_string(r.order_id);
  if (r.side) text += ", side=" + upper(to_text(*r.side));
  if (!r.price.is_none()) text += ", price=" + text_of(r.price);
  text += ", quantity=" + text_of(r.quantity) + ", leaves_qty=" + text_of(r.leaves_qty);
  if (r.maker_order_id) text += ", maker_order_id=" + std::to_string(*r.maker_order_id);
  if (!r.maker_leaves_qty.is_none()) text += ", maker_leaves_qty=" + text_of(r.maker_leaves_qty);
  if (r.reason != RejectReason::none) text += ", reason=" + upper(name_of(r.reason));
  return text + ")";
}

}  // namespace

Reports reports_of(const Answer& answer, const PriceGrid& grid) {
  const OrderMessage& message = answer.message;
  const auto kind = static_cast<MessageKind>(message.kind);
  const bool is_new = kind == MessageKind::new_;
  const bool is_replace = kind == MessageKind::replace;
  if (is_rejected(answer.status)) {
    const RejectReason reason = reason_of(answer.status);
    const std::optional<Side> known = answer.before ? std::optional(answer.before->side) : std::nullopt;
    if (is_new) {
      return {report(ExecType::rejected, message.order_id, side_from(message.side), price_of(message), message.quantity,
                     0, grid, reason)};
    }
    if (is_replace) {
      return {report(ExecType::replace_rejected, message.order_id, known, message.price, message.quantity, 0, grid,
                     reason)};
    }
    if (kind == MessageKind::cancel) {
      return {report(ExecType::cancel_rejected, message.order_id, known, kNoPrice, 0, 0, grid, reason)};
    }
    return {report(ExecType::rejected, 0, std::nullopt, kNoPrice, 0, 0, grid, reason)};
  }
  Reports reports;
  i64 open = 0;
  i64 price = price_of(message);
  const bool closed = outcome_of(answer.status) == Outcome::replaced_closed;
  if (is_new) {
    open = message.quantity;
    reports.push_back(report(ExecType::new_, message.order_id, side_from(message.side), price, open, open, grid));
  } else if (kind == MessageKind::cancel || closed) {
    const i64 limit = answer.before ? answer.before->price : kNoPrice;
    reports.push_back(
        report(ExecType::canceled, message.order_id, answer.named.side, limit, answer.named.open_qty, 0, grid));
  } else if (is_replace) {
    open = answer.named.open_qty;
    price = message.price;
    reports.push_back(
        report(ExecType::replaced, message.order_id, answer.named.side, price, message.quantity, open, grid));
  }
  Story(answer, open, grid, reports).tell(price);
  return reports;
}

void register_reports(pybind11::module_& module) {
  py::class_<Report>(module, "Report", R"(What happened to an order, as a matching engine reports it.

Attributes
----------
exec_type : ExecType or UpdateKind
    NEW, TRADE, CANCELED, EXPIRED, REPLACED, REJECTED, CANCEL_REJECTED or REPLACE_REJECTED; or what nobody asked for:
    TRIGGERED, REFILLED, REPRICED, STOP_MOVED, DECREMENTED or ACTIVATED.
order_id : int
    The order that it happened to; of a trade, the taker.
side : Side or None
    Its side; None where a rejected message names no known order.
price : Price or None
    Of a trade, where it traded; REPRICED and STOP_MOVED: the new price or stop; else the order's limit, None for a market order.
quantity : Quantity
    NEW, REPLACED and rejections: as asked for; TRADE: traded; CANCELED and EXPIRED: what was open; REFILLED: the new
    tip; DECREMENTED: what was taken off; else what is open.
leaves_qty : Quantity
    What is open of the order after this.
maker_order_id, maker_leaves_qty : int and Quantity, or None
    Trades only: the order that rested, and what is open of it after the trade.
reason : RejectReason
    Why it was rejected, canceled or decremented; NO_LIQUIDITY where the remainder of an immediate order is canceled;
    else NONE.)",
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
      .def("__repr__", [](const Report& r) { return describe(r); });
}

}  // namespace pytrader::bindings
