// What a matching engine's calls return: one report for each thing that happened to an order.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <vector>

#include "matching/matching_engine.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

struct Report {
  ExecType exec_type;
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

// A message, its status and its fills as reports. `before` is the order that it named, as it rested before.
Reports reports_of_new(const OrderMessage& message, MessageStatus status, const std::vector<Fill>& fills,
                       const PriceGrid& grid);
Reports reports_of_cancel(u64 order_id, MessageStatus status, const LiveOrder& before, const PriceGrid& grid);
Reports reports_of_replace(const OrderMessage& message, MessageStatus status, const std::vector<Fill>& fills,
                           const std::optional<LiveOrder>& before, ReplaceQuantity counts, const PriceGrid& grid);

void register_reports(pybind11::module_& module);

}  // namespace pytrader::bindings
