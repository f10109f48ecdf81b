// The one C++ exception of the core; its code names the Python exception class that it becomes.
#pragma once

#include <stdexcept>
#include <string>

#include "decimal/integers.hpp"

namespace pytrader {

// Each code maps to one class of pytrader.errors; the table stands in bindings/error_table.hpp.
enum class ErrorCode : u8 {
  invalid_decimal,     // text that is no decimal, or more than 18 decimals
  inexact,             // a result that would need rounding that nobody asked for
  decimal_overflow,    // beyond the range of the type
  division_by_zero,    // divide, remainder or ratio by zero
  currency_mismatch,   // amounts of two currencies in one operation
  off_tick,            // a price that is no whole number of ticks
  off_lot,             // a quantity that is no whole number of lots
  invalid_argument,    // any other value outside its documented range
  invalid_instrument,  // a definition whose numbers can not be held exactly
  book_error,          // a strict book refused an event
  invalid_state,       // a call that the object's state does not allow
  capacity,            // a configured bound was reached
  journal,             // a journal that can not be written or read, or that a run does not repeat
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace pytrader
