// Where the kernel puts its inputs before they have any effect.
#pragma once

#include "journal/frame.hpp"

namespace pytrader {

class InputLog {
 public:
  virtual ~InputLog() = default;
  // An input that the kernel will take when this returns; `digest` is the kernel's running hash until then. What it
  // throws goes on to whoever brought the input, and the kernel has not taken it.
  virtual void write(const JournalFrame& input, u64 digest) = 0;
};

}  // namespace pytrader
