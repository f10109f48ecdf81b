// Keeps a second thread out of an object while the first works in it with the interpreter lock released.
#pragma once

#include <atomic>

#include "decimal/error.hpp"

namespace pytrader::bindings {

// Every call into the object holds one; a call that finds the object busy is refused: Error(invalid_state).
class BusyGuard {
 public:
  explicit BusyGuard(std::atomic<bool>& busy) : busy_(busy) {
    if (busy_.exchange(true, std::memory_order_acquire)) {
      throw Error(ErrorCode::invalid_state,
                  "another thread is working in this object: give each thread one of its own");
    }
  }
  ~BusyGuard() { busy_.store(false, std::memory_order_release); }
  BusyGuard(const BusyGuard&) = delete;
  BusyGuard& operator=(const BusyGuard&) = delete;

 private:
  std::atomic<bool>& busy_;
};

}  // namespace pytrader::bindings
