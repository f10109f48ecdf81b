// Between the decimals of a caller and the whole ticks and lots that books and matching engines count in.
#pragma once

#include <pybind11/pybind11.h>

#include "decimal/fixed.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

class PriceGrid {
 public:
  // Numbers as parse_number takes them; both must be above zero: Error(invalid_argument).
  PriceGrid(py::handle tick, py::handle lot);
  PriceGrid(const Fixed& tick, const Fixed& lot) noexcept : tick_(tick), lot_(lot) {}

  // Exactly on the grid, else Error(off_tick), Error(off_lot), or Error(decimal_overflow) beyond 64 bits.
  // `what` names the argument in messages.
  i64 ticks(py::handle price, const char* what = "price") const;
  i64 lots(py::handle quantity, const char* what = "quantity") const;

  // Values with the decimals of tick and lot.
  py::object price(i64 ticks) const;
  py::object quantity(i64 lots) const;
  const Fixed& tick() const noexcept { return tick_; }
  const Fixed& lot() const noexcept { return lot_; }
  // The exact worth of a sum of ticks times lots: Error(inexact) if it needs more than 18 decimals,
  // Error(decimal_overflow).
  Fixed worth(i128 tick_lots) const;

 private:
  Fixed tick_;
  Fixed lot_;
};

}  // namespace pytrader::bindings
