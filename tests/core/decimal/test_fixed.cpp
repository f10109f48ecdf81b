// Tests exact decimals: text, sums, products and quotients, the eight roundings, and the edges of the range.
#include <string>

#include "decimal/fixed.hpp"
#include "doctest/doctest.h"

using namespace pytrader;

namespace {

const Fixed kTop{kFixedMax, 18};
const Fixed kBottom{kFixedMin, 18};

template <class Operation>
ErrorCode code_of(Operation operation) {
  try {
    operation();
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("nothing was thrown");
  return ErrorCode::book_error;
}

std::string round_trip(const char* text) {
  return to_text(parse(text));
}

}  // namespace

TEST_CASE("text round-trips with its trailing zeros") {
  for (const char* text : {"0", "0.00", "1", "-1", "101.25", "101.2500", "-0.000000000000000001", "420690000000000",
                           "170141183460469231731.687303715884105727", "-170141183460469231731.687303715884105727",
                           "99999999999999999999", "0.100000000000000000", "18446744073709551616"}) {
    CHECK(round_trip(text) == text);
  }
}

TEST_CASE("other spellings of a number become its plain text") {
  CHECK(round_trip("+5") == "5");
  CHECK(round_trip(".5") == "0.5");
  CHECK(round_trip("5.") == "5");
  CHECK(round_trip("007.10") == "7.10");
  CHECK(round_trip("1E-7") == "0.0000001");
  CHECK(round_trip("1.2e3") == "1200");
  CHECK(round_trip("1.250E+1") == "12.50");
  CHECK(round_trip("0E+999999999999999999999") == "0");
  CHECK(round_trip("0E-40") == "0.000000000000000000");
  CHECK(round_trip("1.00000000000000000000000") == "1.000000000000000000");
  CHECK(round_trip("10000000000000000000000000000000000E-34") == "1.000000000000000000");
}

TEST_CASE("negative zero does not exist") {
  CHECK(round_trip("-0.00") == "0.00");
  CHECK(to_text(negate(parse("0.0"))) == "0.0");
  CHECK(to_text(multiply(parse("-0.4"), parse("0.1"), 0, Rounding::half_even)) == "0");
}

TEST_CASE("text that is no decimal is refused") {
  for (const char* text : {"",  " ", "1 ", " 1",  "1_000", "1,000", "NaN",   "inf", "--1", "1.2.3",   ".",
                           "+", "-", "1e", "1e+", "e5",    "0x10",  "1e5.0", ".e1", "1-",  "\xd9\xa1"}) {
    CAPTURE(text);
    CHECK(code_of([&] { parse(text); }) == ErrorCode::invalid_decimal);
  }
  CHECK(code_of([] { parse(std::string_view("1\0", 2)); }) == ErrorCode::invalid_decimal);
  CHECK(code_of([] { parse("0.0000000000000000001"); }) == ErrorCode::invalid_decimal);
  CHECK(code_of([] { parse("1E-400"); }) == ErrorCode::invalid_decimal);
}

TEST_CASE("text beyond the range is an overflow") {
  for (const char* text : {"170141183460469231731.687303715884105728", "-170141183460469231731.687303715884105728",
                           "1E21", "1e999999999999999999999999", "999999999999999999999999999999999999999999999"}) {
    CAPTURE(text);
    CHECK(code_of([&] { parse(text); }) == ErrorCode::decimal_overflow);
  }
}

TEST_CASE("text is rounded on request, from all its digits") {
  const auto rounded = [](const char* text, int digits, Rounding mode) {
    Fixed value;
    REQUIRE(try_parse_rounded(text, digits, mode, value) == ParseStatus::ok);
    return to_text(value);
  };
  CHECK(rounded("0.125", 2, Rounding::half_even) == "0.12");
  CHECK(rounded("0.12500000000000000000000000000000001", 2, Rounding::half_even) == "0.13");
  CHECK(rounded("-1.5", 0, Rounding::floor) == "-2");
  CHECK(rounded("1e-300", 18, Rounding::up) == "0.000000000000000001");
  CHECK(rounded("1e-300", 18, Rounding::half_up) == "0.000000000000000000");
  CHECK(rounded("9.99", 1, Rounding::up) == "10.0");
  CHECK(rounded("5e-1", 0, Rounding::half_even) == "0");
  CHECK(rounded("5e-2", 0, Rounding::half_up) == "0");
  CHECK(rounded("12e3", 2, Rounding::exact) == "12000.00");
  Fixed value;
  CHECK(try_parse_rounded("0.125", 2, Rounding::exact, value) == ParseStatus::too_many_decimals);
  CHECK(try_parse_rounded("nan", 2, Rounding::down, value) == ParseStatus::malformed);
  CHECK(try_parse_rounded("1e300", 2, Rounding::down, value) == ParseStatus::overflow);
}

TEST_CASE("digits are never hidden") {
  CHECK(to_text(Fixed{kFixedOne / 8, 1}) == "0.125");
  CHECK(to_text(Fixed{1, 0}) == "0.000000000000000001");
}

TEST_CASE("sums are exact or refused at the edge of the range") {
  CHECK(to_text(add(parse("101.25"), parse("0.250"))) == "101.500");
  CHECK(to_text(subtract(parse("1"), parse("1.00"))) == "0.00");
  const Fixed unit{1, 18};
  CHECK(code_of([&] { add(kTop, unit); }) == ErrorCode::decimal_overflow);
  CHECK(code_of([&] { subtract(kBottom, unit); }) == ErrorCode::decimal_overflow);
  CHECK(code_of([&] { add(kBottom, negate(unit)); }) == ErrorCode::decimal_overflow);
  CHECK(add(kTop, kBottom).raw == 0);
  CHECK(negate(kBottom) == kTop);
  CHECK(multiply_integer(kTop, -1) == kBottom);
  CHECK(code_of([&] { multiply_integer(kTop, 2); }) == ErrorCode::decimal_overflow);
}

TEST_CASE("each rounding mode chooses its own neighbour") {
  struct Row {
    Rounding mode;
    const char* expected[6];
  };
  const char* values[6] = {"1.5", "2.5", "-2.5", "2.4", "-2.6", "5.1"};
  const Row rows[] = {
      {Rounding::ceiling, {"2", "3", "-2", "3", "-2", "6"}},
      {Rounding::floor, {"1", "2", "-3", "2", "-3", "5"}},
      {Rounding::up, {"2", "3", "-3", "3", "-3", "6"}},
      {Rounding::down, {"1", "2", "-2", "2", "-2", "5"}},
      {Rounding::half_up, {"2", "3", "-3", "2", "-3", "5"}},
      {Rounding::half_down, {"1", "2", "-2", "2", "-3", "5"}},
      {Rounding::half_even, {"2", "2", "-2", "2", "-3", "5"}},
      {Rounding::zero_five_up, {"1", "2", "-2", "2", "-2", "6"}},
  };
  for (const Row& row : rows) {
    for (int i = 0; i < 6; ++i) {
      CAPTURE(to_text(row.mode));
      CAPTURE(values[i]);
      CHECK(to_text(quantize(parse(values[i]), 0, row.mode)) == row.expected[i]);
      CHECK(to_text(multiply(parse(values[i]), parse("1"), 0, row.mode)) == row.expected[i]);
      CHECK(to_text(divide(parse(values[i]), parse("1"), 0, row.mode)) == row.expected[i]);
    }
  }
}

TEST_CASE("exact refuses to round") {
  CHECK(code_of([] { quantize(parse("1.25"), 1, Rounding::exact); }) == ErrorCode::inexact);
  CHECK(to_text(quantize(parse("1.20"), 1, Rounding::exact)) == "1.2");
  CHECK(code_of([] { multiply_exact(parse("0.0000000001"), parse("0.0000000001")); }) == ErrorCode::inexact);
  CHECK(to_text(multiply_exact(parse("1.20"), parse("0.5"))) == "0.600");
  CHECK(code_of([] { divide_exact(parse("1"), parse("3")); }) == ErrorCode::inexact);
  CHECK(to_text(divide_exact(parse("1"), parse("8"))) == "0.125");
}

TEST_CASE("products and quotients are rounded once, from all their digits") {
  CHECK(to_text(multiply(parse("64000.10"), parse("1.5"), 2, Rounding::half_even)) == "96000.15");
  CHECK(to_text(divide(parse("1"), parse("3"), 18, Rounding::half_even)) == "0.333333333333333333");
  CHECK(to_text(divide(parse("-2"), parse("3"), 4, Rounding::half_even)) == "-0.6667");
  // Rounding the product before the sum would give 1.
  CHECK(to_text(fma(parse("0.7"), parse("0.7"), parse("0.01"), 0, Rounding::half_down)) == "0");
  CHECK(to_text(fma(parse("1.5"), parse("-2"), parse("3.5"), 1, Rounding::exact)) == "0.5");
  // The digit that decides stands 54 places after the point.
  const Fixed tiny{1, 18};
  const Fixed half = parse("0.5");
  CHECK(to_text(multiply3(half, parse("1"), parse("1.000000000000000001"), 0, Rounding::half_even)) == "1");
  CHECK(to_text(multiply3(tiny, tiny, tiny, 18, Rounding::up)) == "0.000000000000000001");
  CHECK(code_of([&] { multiply3(tiny, tiny, tiny, 18, Rounding::exact); }) == ErrorCode::inexact);
}

TEST_CASE("results beyond the range are refused") {
  CHECK(code_of([] { multiply(kTop, kTop, 0, Rounding::down); }) == ErrorCode::decimal_overflow);
  CHECK(code_of([] { divide(kTop, {1, 18}, 0, Rounding::down); }) == ErrorCode::decimal_overflow);
  CHECK(code_of([] { quantize(kTop, 0, Rounding::up); }) == ErrorCode::decimal_overflow);
  CHECK(code_of([] { fma(kTop, parse("1"), {1, 18}, 18, Rounding::down); }) == ErrorCode::decimal_overflow);
  CHECK(code_of([] { multiply3(kTop, kTop, kTop, 0, Rounding::down); }) == ErrorCode::decimal_overflow);
  CHECK(code_of([] { divide_int(kTop, {1, 18}); }) == ErrorCode::decimal_overflow);
  CHECK(multiply(kTop, parse("1"), 18, Rounding::exact) == kTop);
  CHECK(divide(kBottom, parse("-1"), 18, Rounding::exact) == kTop);
}

TEST_CASE("division by zero is refused") {
  const Fixed one = parse("1");
  const Fixed zero;
  CHECK(code_of([&] { divide(one, zero, 2, Rounding::down); }) == ErrorCode::division_by_zero);
  CHECK(code_of([&] { remainder(one, zero); }) == ErrorCode::division_by_zero);
  CHECK(code_of([&] { divide_int(one, zero); }) == ErrorCode::division_by_zero);
  CHECK(code_of([&] { mul_div(1, 1, 0, Rounding::down); }) == ErrorCode::division_by_zero);
}

TEST_CASE("a remainder has the sign of the dividend") {
  CHECK(to_text(remainder(parse("7.5"), parse("-2"))) == "1.5");
  CHECK(to_text(remainder(parse("-7.5"), parse("2"))) == "-1.5");
  CHECK(to_text(divide_int(parse("-7.5"), parse("2"))) == "-3");
}

TEST_CASE("a value goes to the multiple of a tick") {
  const Fixed tick = parse("0.05");
  CHECK(to_text(round_to_multiple(parse("101.237"), tick, Rounding::floor)) == "101.20");
  CHECK(to_text(round_to_multiple(parse("101.237"), tick, Rounding::ceiling)) == "101.25");
  CHECK(to_text(round_to_multiple(parse("-0.01"), tick, Rounding::floor)) == "-0.05");
  CHECK(to_text(round_to_multiple(parse("0.025"), tick, Rounding::half_even)) == "0.00");
  CHECK(code_of([&] { round_to_multiple(parse("0.01"), tick, Rounding::exact); }) == ErrorCode::off_tick);
  CHECK(code_of([&] { round_to_multiple(parse("1"), parse("0"), Rounding::up); }) == ErrorCode::invalid_argument);
}

TEST_CASE("scaled integers go to decimals and back") {
  CHECK(to_text(from_scaled(10125, 2)) == "101.25");
  CHECK(to_scaled(parse("101.25"), 2) == 10125);
  CHECK(to_scaled(parse("101.25"), 4) == 1012500);
  CHECK(code_of([] { to_scaled(parse("101.25"), 1); }) == ErrorCode::inexact);
  CHECK(code_of([] { from_scaled(kFixedMax, 17); }) == ErrorCode::decimal_overflow);
  CHECK(code_of([] { from_scaled(1, 19); }) == ErrorCode::invalid_argument);
  CHECK(from_scaled(kFixedMax, 18) == kTop);
  CHECK(decimals_needed(parse("1.250").raw) == 2);
  CHECK(decimals_needed(0) == 0);
  CHECK(decimals_needed(1) == 18);
}

TEST_CASE("mantissas multiply and divide through 256 bits") {
  CHECK(mul_div(kFixedMax, kFixedMax, kFixedMax, Rounding::exact) == kFixedMax);
  CHECK(mul_div(kFixedMin, 3, 3, Rounding::exact) == kFixedMin);
  CHECK(mul_div(7, 1, 2, Rounding::half_even) == 4);
  CHECK(mul_div(-7, 1, 2, Rounding::floor) == -4);
  CHECK(code_of([] { mul_div(kFixedMax, 2, 1, Rounding::down); }) == ErrorCode::decimal_overflow);
  CHECK(multiply_raw(kFixedOne * 3, kFixedOne / 2, Rounding::exact) == kFixedOne * 3 / 2);
  CHECK(round_to_decimals(kFixedOne / 8, 2, Rounding::half_even) == kFixedOne / 100 * 12);
}

TEST_CASE("rounding modes have names") {
  for (int i = 0; i < 9; ++i) {
    const auto mode = static_cast<Rounding>(i);
    Rounding read = Rounding::exact;
    CHECK(parse_rounding(to_text(mode), read));
    CHECK(read == mode);
  }
  Rounding untouched = Rounding::down;
  CHECK_FALSE(parse_rounding("HALF_EVEN", untouched));
  CHECK(untouched == Rounding::down);
}

TEST_CASE("the short way to a product agrees with the long one") {
  // The same numbers with other decimals shown force the long division.
  const auto hidden = [](const Fixed& value) { return Fixed{value.raw, 0}; };
  const char* texts[] = {"0", "0.01", "64000.10", "1.5", "-0.000001", "99999.99999", "3", "-7.25", "0.125", "5.005"};
  for (const char* left : texts) {
    for (const char* right : texts) {
      for (int mode = 0; mode < 8; ++mode) {
        for (int digits = 0; digits <= 18; ++digits) {
          const Fixed a = parse(left);
          const Fixed b = parse(right);
          const auto rounding = static_cast<Rounding>(mode);
          CHECK(multiply(a, b, digits, rounding) == multiply(hidden(a), hidden(b), digits, rounding));
        }
      }
    }
  }
}
