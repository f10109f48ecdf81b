// Between the decimals of a caller and the whole ticks and lots that books and matching engines count in.
#include "price_grid.hpp"

#include <string>

#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

Fixed positive(py::handle value, const char* what) {
  const Fixed step = parse_number(value, what);
  if (step.raw <= 0) {
    throw Error(ErrorCode::invalid_argument, std::string(what) + " must be above zero, not " + to_text(step));
  }
  return step;
}

i64 whole_steps(const Fixed& value, const Fixed& step, ErrorCode off_grid, const char* what, const char* step_name) {
  const i128 steps = value.raw / step.raw;
  if (steps * step.raw != value.raw) {
    throw Error(off_grid, std::string(what) + " " + to_text(value) + " is no whole multiple of the " + step_name + " " +
                              to_text(step) + ": round it by name first");
  }
  if (steps > INT64_MAX || steps <= INT64_MIN) {
    throw Error(ErrorCode::decimal_overflow, std::string(what) + " " + to_text(value) +
                                                 " is more than 2^63 - 1 times the " + step_name + " " + to_text(step));
  }
  return static_cast<i64>(steps);
}

}  // namespace

PriceGrid::PriceGrid(py::handle tick, py::handle lot) : tick_(positive(tick, "tick")), lot_(positive(lot, "lot")) {}

i64 PriceGrid::ticks(py::handle price, const char* what) const {
  return whole_steps(parse_price(price, what), tick_, ErrorCode::off_tick, what, "tick");
}

i64 PriceGrid::lots(py::handle quantity, const char* what) const {
  return whole_steps(parse_quantity(quantity, what), lot_, ErrorCode::off_lot, what, "lot");
}

py::object PriceGrid::price(i64 ticks) const {
  return make_price(multiply_integer(tick_, ticks));
}
py::object PriceGrid::quantity(i64 lots) const {
  return make_quantity(multiply_integer(lot_, lots));
}
Fixed PriceGrid::worth(i128 tick_lots) const {
  return multiply_integer(multiply_exact(tick_, lot_), tick_lots);
}

}  // namespace pytrader::bindings
