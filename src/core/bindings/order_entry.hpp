// A matching engine as another extension module reaches it, and messages into it one at a time.
#pragma once

#include <Python.h>

#include <atomic>

#include "decimal/error.hpp"
#include "matching/matching_engine.hpp"

namespace pytrader::bindings {

// What the capsule kEngineHandleName of an engine points to; it lives as long as the engine.
struct EngineHandle {
  MatchingEngine* engine;
  const std::atomic<bool>* busy;  // another thread works in the engine with the interpreter lock released
};
constexpr const char* kEngineHandleName = "pytrader.MatchingEngine";

// An int that is no bool nor of another class, within 64 bits. Small ones are read in place, at a quarter of a call's
// cost.
inline bool plain_int(PyObject* value, i64& number) noexcept {
  if (!PyLong_CheckExact(value)) return false;
#if PY_VERSION_HEX >= 0x030C0000
  if (PyUnstable_Long_IsCompact(reinterpret_cast<PyLongObject*>(value))) {
    number = PyUnstable_Long_CompactValue(reinterpret_cast<PyLongObject*>(value));
    return true;
  }
#else
  const Py_ssize_t digits = Py_SIZE(value);
  if (digits >= -1 && digits <= 1) {
    number = digits * static_cast<i64>(reinterpret_cast<PyLongObject*>(value)->ob_digit[0]);
    return true;
  }
#endif
  int overflow = 0;
  number = PyLong_AsLongLongAndOverflow(value, &overflow);
  return overflow == 0;
}

// A member of an enumeration of ints.
inline bool enum_int(PyObject* value, i64& number) noexcept {
  if (!PyLong_Check(value) || PyBool_Check(value)) return false;
  int overflow = 0;
  number = PyLong_AsLongLongAndOverflow(value, &overflow);
  return overflow == 0;
}

// Collects what its messages do until it is taken. The caller holds the interpreter lock throughout a call.
class OrderEntry {
 public:
  OrderEntry() noexcept = default;
  explicit OrderEntry(const EngineHandle& handle) noexcept : handle_(handle) {}

  MessageStatus submit(u64 order_id, u8 side, i64 price, i64 quantity, u8 order_type, u8 time_in_force, u16 flags,
                       u32 owner, u8 self_trade) {
    return apply({static_cast<u8>(MessageKind::new_), side, order_type, time_in_force, flags, self_trade, 0, price,
                  quantity, order_id, owner, 0});
  }
  MessageStatus cancel(u64 order_id) {
    return apply({static_cast<u8>(MessageKind::cancel), 0, 0, 0, 0, 0, 0, 0, 0, order_id, 0, 0});
  }
  MessageStatus replace(u64 order_id, i64 price, i64 quantity) {
    return apply({static_cast<u8>(MessageKind::replace), 0, 0, 0, 0, 0, 0, price, quantity, order_id, 0, 0});
  }

  // What has gathered; the next message can move it.
  const EngineOutput& output() const noexcept { return output_; }
  void clear() noexcept {
    output_.fills.clear();
    output_.updates.clear();
    messages_ = 0;
  }

 private:
  MessageStatus apply(const OrderMessage& message) {
    // Nobody else can begin before this call ends: looking is enough.
    if (handle_.busy->load(std::memory_order_acquire)) [[unlikely]] {
      throw Error(ErrorCode::invalid_state,
                  "another thread is working in this engine: give each thread one of its own");
    }
    return handle_.engine->apply(message, messages_++, output_);
  }

  EngineHandle handle_{};
  EngineOutput output_;
  i64 messages_ = 0;  // since the output was cleared
};

}  // namespace pytrader::bindings
