// Binds the array forms of exact decimals: text and floats to integer mantissas or ticks, and back to text.
#include <pybind11/numpy.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "decimal/batch.hpp"
#include "register.hpp"
#include "value_bridge.hpp"
#include "value_ops.hpp"

namespace pytrader::bindings {
namespace {

using Integers = py::array_t<i64, py::array::c_style>;

// Shorter work is not worth handing the interpreter over.
constexpr std::size_t kRowsToReleaseFor = 2'000;
constexpr std::size_t kBlockRows = 1'024;

template <class Work>
auto run(std::size_t rows, Work work) {
  if (rows < kRowsToReleaseFor) return work();
  const py::gil_scoped_release release;
  return work();
}

int parse_digits(py::handle decimals, const char* what) {
  const i64 value = parse_integer(decimals, what);
  if (value < 0 || value > kMaxDecimals) {
    throw Error(ErrorCode::invalid_argument,
                std::string(what) + " must be 0 to 18, not " + std::to_string(value) + "; a decimal keeps 18 places");
  }
  return static_cast<int>(value);
}

std::string place(const char* what, std::size_t row) {
  return std::string(what) + "[" + std::to_string(row) + "]: ";
}

// A column of text in C order and the machine's own byte order.
struct TextColumn {
  py::array array;
  std::size_t rows = 0;
  std::size_t width = 0;  // characters
  bool wide = false;      // four bytes a character

  explicit TextColumn(py::handle source) {
    if (!py::isinstance<py::array>(source)) {
      throw py::type_error("texts must be a NumPy array of bytes ('S') or str ('U'), not " +
                           std::string(py::str(py::type::handle_of(source).attr("__name__"))) +
                           "; make one with numpy.array(texts, dtype='S')");
    }
    array = py::reinterpret_borrow<py::array>(source);
    const char kind = array.dtype().kind();
    if (kind != 'S' && kind != 'U') {
      throw py::type_error("texts must have a dtype of bytes ('S') or str ('U'), not " +
                           std::string(py::str(array.dtype())) + "; convert them with .astype('S')");
    }
    wide = kind == 'U';
    if (array.dtype().byteorder() == '>') array = array.attr("astype")(array.dtype().attr("newbyteorder")("="));
    array = py::module_::import("numpy").attr("ascontiguousarray")(array);
    rows = static_cast<std::size_t>(array.size());
    width = static_cast<std::size_t>(array.itemsize()) / (wide ? 4 : 1);
  }

  std::string text(std::size_t row) const {
    std::string result;
    const char* at = static_cast<const char*>(array.data()) + row * static_cast<std::size_t>(array.itemsize());
    for (std::size_t i = 0; i < width; ++i) result += wide ? narrow(reinterpret_cast<const u32*>(at)[i]) : at[i];
    result.resize(result.find_last_not_of('\0') + 1);
    return result;
  }

  // What is not ASCII becomes a byte that no decimal has.
  static char narrow(u32 character) noexcept { return static_cast<char>(character < 128 ? character : 0xFF); }
};

ColumnResult parse_wide_rows(const TextColumn& column, int decimals, i64* mantissas) {
  const auto* characters = static_cast<const u32*>(column.array.data());
  std::vector<char> block(kBlockRows * std::max<std::size_t>(column.width, 1));
  for (std::size_t start = 0; start < column.rows; start += kBlockRows) {
    const std::size_t rows = std::min(kBlockRows, column.rows - start);
    const u32* from = characters + start * column.width;
    std::transform(from, from + rows * column.width, block.data(), TextColumn::narrow);
    const ColumnResult result = parse_rows(block.data(), rows, column.width, decimals, mantissas + start);
    if (result.row != rows) return {start + result.row, result.status};
  }
  return {column.rows, ParseStatus::ok};
}

ColumnResult parse_column(const TextColumn& column, int decimals, i64* mantissas) {
  return run(column.rows, [&] {
    return column.wide ? parse_wide_rows(column, decimals, mantissas)
                       : parse_rows(static_cast<const char*>(column.array.data()), column.rows, column.width, decimals,
                                    mantissas);
  });
}

[[noreturn]] void throw_bad_text(const TextColumn& column, const ColumnResult& bad, int decimals, ErrorCode too_fine) {
  const std::string where = place("texts", bad.row);
  const std::string text = column.text(bad.row);
  Fixed value;
  try {
    value = parse(text);
  } catch (const Error& error) {
    throw Error(error.code(), where + error.what());
  }
  if (bad.status == ParseStatus::overflow) {
    throw Error(ErrorCode::decimal_overflow, where + to_text(value) + " at " + std::to_string(decimals) +
                                                 " decimals does not fit in 64 bits; use fewer decimals");
  }
  throw Error(too_fine, where + to_text(value) + " has more than " + std::to_string(decimals) +
                            " decimals; ask for more decimals or round the value first");
}

bool has_kind(py::handle values, const char* kinds) {
  return py::isinstance<py::array>(values) &&
         std::string(kinds).find(py::reinterpret_borrow<py::array>(values).dtype().kind()) != std::string::npos;
}

std::vector<py::ssize_t> shape_of(const py::array& array) {
  return {array.shape(), array.shape() + array.ndim()};
}

Integers parse_array(py::handle texts, py::handle decimals) {
  const int places = parse_digits(decimals, "decimals");
  const TextColumn column(texts);
  Integers mantissas(shape_of(column.array));
  const ColumnResult result = parse_column(column, places, mantissas.mutable_data());
  if (result.row != column.rows) throw_bad_text(column, result, places, ErrorCode::inexact);
  return mantissas;
}

// A copy, in C order, of integers of any width that 64 signed bits hold.
Integers copy_integers(py::handle source, const char* what) {
  const auto refused = [&](const std::string& found) {
    return py::type_error(std::string(what) + " must be a NumPy array of integers, not " + found +
                          "; floats go through from_floats");
  };
  if (!py::isinstance<py::array>(source)) throw refused(py::str(py::type::handle_of(source).attr("__name__")));
  const auto array = py::reinterpret_borrow<py::array>(source);
  if (!has_kind(source, "iu")) throw refused(py::str(array.dtype()));
  if (array.dtype().kind() == 'u' && array.itemsize() == 8 && array.size() > 0 &&
      py::cast<u64>(array.attr("max")()) > static_cast<u64>(INT64_MAX)) {
    throw Error(ErrorCode::decimal_overflow,
                std::string(what) + " has values beyond 64 signed bits; use a larger unit");
  }
  return array.attr("astype")("int64", py::arg("order") = "C", py::arg("copy") = true).cast<Integers>();
}

Fixed parse_tick(py::handle tick) {
  const Fixed step = parse_number(tick, "tick");
  if (step.raw <= 0) {
    throw Error(ErrorCode::invalid_argument, "tick must be above zero, not " + to_text(step) + "; give the price step");
  }
  return step;
}

// The mantissa of a tick at `decimals`, which it needs no more of.
i64 tick_mantissa(const Fixed& tick, int decimals) {
  const i128 mantissa = to_scaled(tick, decimals);
  if (mantissa > INT64_MAX) {
    throw Error(ErrorCode::decimal_overflow,
                "the tick " + to_text(tick) + " at " + std::to_string(decimals) + " decimals does not fit in 64 bits");
  }
  return static_cast<i64>(mantissa);
}

[[noreturn]] void throw_off_tick(const char* what, std::size_t row, const std::string& value, const Fixed& tick) {
  throw Error(ErrorCode::off_tick,
              place(what, row) + value + " is no whole multiple of the tick " + to_text(tick) + "; round it first");
}

Integers texts_to_ticks(py::handle texts, const Fixed& tick) {
  const int places = decimals_needed(tick.raw);
  const i64 step = tick_mantissa(tick, places);
  const TextColumn column(texts);
  Integers ticks(shape_of(column.array));
  i64* data = ticks.mutable_data();
  ColumnResult result = parse_column(column, places, data);
  if (result.row != column.rows) throw_bad_text(column, result, places, ErrorCode::off_tick);
  result = run(column.rows, [&] { return divide_rows(data, column.rows, step); });
  if (result.row != column.rows) throw_off_tick("texts", result.row, column.text(result.row), tick);
  return ticks;
}

Integers to_ticks(py::handle values, py::handle tick, py::handle decimals) {
  const Fixed step = parse_tick(tick);
  if (decimals.is_none()) {
    if (has_kind(values, "iu")) {
      throw Error(ErrorCode::invalid_argument, "mantissas need decimals: say at how many decimals the integers count");
    }
    return texts_to_ticks(values, step);
  }
  const int places = parse_digits(decimals, "decimals");
  const int common = std::max(places, decimals_needed(step.raw));
  const i64 divisor = tick_mantissa(step, common);
  const auto factor = static_cast<i64>(power_of_ten(common - places));
  Integers ticks = copy_integers(values, "values");
  i64* data = ticks.mutable_data();
  const auto count = static_cast<std::size_t>(ticks.size());
  ColumnResult result = run(count, [&] { return multiply_rows(data, count, factor); });
  if (result.row != count) {
    throw Error(ErrorCode::decimal_overflow, place("values", result.row) + "the value at " + std::to_string(common) +
                                                 " decimals, which the tick needs, does not fit in 64 bits");
  }
  result = run(count, [&] { return divide_rows(data, count, divisor); });
  if (result.row != count) throw_off_tick("values", result.row, to_text(from_scaled(data[result.row], common)), step);
  return ticks;
}

Integers from_ticks(py::handle ticks, py::handle tick, py::handle decimals) {
  const i64 factor = tick_mantissa(parse_tick(tick), parse_digits(decimals, "decimals"));
  Integers mantissas = copy_integers(ticks, "ticks");
  i64* data = mantissas.mutable_data();
  const auto count = static_cast<std::size_t>(mantissas.size());
  const ColumnResult result = run(count, [&] { return multiply_rows(data, count, factor); });
  if (result.row != count) {
    throw Error(ErrorCode::decimal_overflow,
                place("ticks", result.row) + "the price does not fit in 64 bits; use fewer decimals");
  }
  return mantissas;
}

ParseStatus mantissa_of(double number, int decimals, Rounding rounding, i64& mantissa) noexcept {
  Fixed value;
  if (!std::isfinite(number)) return ParseStatus::malformed;
  const ParseStatus status = from_double(number, decimals, rounding, value);
  if (status != ParseStatus::ok) return status;
  const i128 units = value.raw / static_cast<i128>(power_of_ten(kMaxDecimals - decimals));
  if (units > INT64_MAX || units < -INT64_MAX) return ParseStatus::overflow;
  mantissa = static_cast<i64>(units);
  return ParseStatus::ok;
}

Rounding rounding_named(py::handle name) {
  Rounding rounding = Rounding::exact;
  const std::string text = py::isinstance<py::str>(name) ? py::cast<std::string>(name) : std::string();
  if (!parse_rounding(text, rounding) || rounding == Rounding::exact) {
    throw Error(ErrorCode::invalid_argument,
                "rounding must be one of ceiling, floor, up, down, half_up, half_down, half_even, 05up, not " +
                    std::string(py::repr(name)));
  }
  return rounding;
}

Integers from_floats(py::handle values, py::handle decimals, py::handle rounding) {
  const int places = parse_digits(decimals, "decimals");
  const Rounding mode = rounding_named(rounding);
  if (!has_kind(values, "f") || py::reinterpret_borrow<py::array>(values).itemsize() != 8) {
    throw py::type_error(
        "values must be a NumPy array of float64; convert it with .astype('float64') if that is exact");
  }
  const auto floats = py::reinterpret_borrow<py::object>(values).cast<py::array_t<double, py::array::c_style>>();
  const auto count = static_cast<std::size_t>(floats.size());
  Integers mantissas(shape_of(floats));
  const double* from = floats.data();
  i64* to = mantissas.mutable_data();
  const ColumnResult result = run(count, [&]() -> ColumnResult {
    for (std::size_t i = 0; i < count; ++i) {
      const ParseStatus status = mantissa_of(from[i], places, mode, to[i]);
      if (status != ParseStatus::ok) return {i, status};
    }
    return {count, ParseStatus::ok};
  });
  if (result.row == count) return mantissas;
  const std::string where = place("values", result.row) + std::string(py::str(py::float_(from[result.row])));
  if (result.status == ParseStatus::malformed) {
    throw Error(ErrorCode::invalid_decimal, where + " is not a decimal; only finite floats are");
  }
  throw Error(ErrorCode::decimal_overflow,
              where + " at " + std::to_string(places) + " decimals does not fit in 64 bits; use fewer decimals");
}

py::array format_array(py::handle mantissas, py::handle decimals) {
  const int places = parse_digits(decimals, "decimals");
  const Integers values = copy_integers(mantissas, "mantissas");
  const auto count = static_cast<std::size_t>(values.size());
  const i64* from = values.data();
  const std::size_t width = run(count, [&] { return text_width(from, count, places); });
  py::array texts(py::dtype("S" + std::to_string(width)), shape_of(values));
  char* to = static_cast<char*>(texts.mutable_data());
  run(count, [&] { return format_rows(from, count, places, width, to), 0; });
  return texts;
}

constexpr const char* kParseArray = R"(Texts as whole numbers of ``10**-decimals``.

Parameters
----------
texts : numpy.ndarray of bytes ('S') or str ('U'), any shape
    Decimals as `Fixed` reads them.
decimals : int
    0 to 18.

Returns
-------
numpy.ndarray of int64, same shape

Raises
------
InvalidDecimal, Inexact, DecimalOverflow
    For the first text that is no decimal, has more decimals, or does not fit in 64 bits; the message has its index.)";

constexpr const char* kFromFloats = R"(Floats as whole numbers of ``10**-decimals``, rounded by name.

Each float counts as the shortest text that reads back as the same float.

Parameters
----------
values : numpy.ndarray of float64, any shape
decimals : int
    0 to 18.
rounding : str
    One of ceiling, floor, up, down, half_up, half_down, half_even, 05up.

Returns
-------
numpy.ndarray of int64, same shape

Raises
------
InvalidDecimal, DecimalOverflow
    For the first value that is not finite or does not fit in 64 bits; the message has its index.)";

constexpr const char* kToTicks = R"(Prices as whole numbers of ticks.

Parameters
----------
values : numpy.ndarray of bytes, str or integers, any shape
    Texts, or mantissas at `decimals` places.
tick : str, int, Decimal, Fixed or Price
    Above zero.
decimals : int, optional
    0 to 18; given for mantissas, left out for texts.

Returns
-------
numpy.ndarray of int64, same shape

Raises
------
OffTick
    For the first value between two ticks; the message has its index.
InvalidDecimal, DecimalOverflow
    As `parse_array`.)";

constexpr const char* kFromTicks = R"(Whole numbers of ticks as whole numbers of ``10**-decimals``.

Parameters
----------
ticks : numpy.ndarray of integers, any shape
tick : str, int, Decimal, Fixed or Price
    Above zero, with no more than `decimals` decimals.
decimals : int
    0 to 18.

Returns
-------
numpy.ndarray of int64, same shape

Raises
------
Inexact
    If the tick has more decimals.
DecimalOverflow
    For the first price that does not fit in 64 bits; the message has its index.)";

constexpr const char* kFormatArray = R"(Whole numbers of ``10**-decimals`` as texts with all those decimals.

Parameters
----------
mantissas : numpy.ndarray of integers, any shape
decimals : int
    0 to 18.

Returns
-------
numpy.ndarray of bytes, same shape, as wide as the longest text)";

}  // namespace

void register_decimal(py::module_& module) {
  module.def("parse_array", &parse_array, py::arg("texts"), py::arg("decimals"), kParseArray);
  module.def("from_floats", &from_floats, py::arg("values"), py::arg("decimals"), py::arg("rounding"), kFromFloats);
  module.def("to_ticks", &to_ticks, py::arg("values"), py::arg("tick"), py::arg("decimals") = py::none(), kToTicks);
  module.def("from_ticks", &from_ticks, py::arg("ticks"), py::arg("tick"), py::arg("decimals"), kFromTicks);
  module.def("format_array", &format_array, py::arg("mantissas"), py::arg("decimals"), kFormatArray);
}

}  // namespace pytrader::bindings
