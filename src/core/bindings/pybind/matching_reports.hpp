// What a matching engine's calls return: one report for each thing that happened to an order.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <variant>
#include <vector>

#include "matching/matching_engine.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

struct Report {
  std::variant<ExecType, UpdateKind> exec_type;  // UpdateKind where FIX has no word of its own
  u64 order_id;
  std::optional<Side> side;
  py::object price;  // Price or None
  py::object quantity;
  py::object leaves_qty;
  std::optional<u64> maker_order_id;
  py::object maker_leaves_qty;  // Quantity or None
  RejectReason reason = RejectReason::none;
};
using Reports = std::vector<Report>;

// What one message was answered, as reports in the order of events. `named` is the order that an accepted cancel or
// replace named, `before` that order as it was.
struct Answer {
  const OrderMessage& message;
  MessageStatus status;
  const EngineOutput& output;
  const NamedOrder& named;
  const std::optional<LiveOrder>& before;
};
Reports reports_of(const Answer& answer, const PriceGrid& grid);

void register_reports(pybind11::module_& module);

}  // namespace pytrader::bindings
