// Refuses an argument that Python gave.
#pragma once

#include <string>

#include "decimal/error.hpp"

namespace pytrader::bindings {

[[noreturn]] inline void refuse(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, message);
}

}  // namespace pytrader::bindings
