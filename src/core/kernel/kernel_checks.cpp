// What the kernel refuses to take, and how it verifies itself.
#include <string>

#include "kernel/kernel.hpp"

namespace pytrader {

void Kernel::refuse_input(i64 ts) const {
  if (!started_ && !warming_) throw Error(ErrorCode::invalid_state, "kernel: an input before start or after the end");
  if (calling_) throw Error(ErrorCode::invalid_state, "kernel: an input from inside a callback");
  throw Error(ErrorCode::invalid_argument, "kernel: an input at " + std::to_string(ts) +
                                               " ns is older than the clock, " + std::to_string(now_) + " ns");
}

void Kernel::count_command(StrategyIndex strategy) {
  if (!started_ || failed_) {
    throw Error(ErrorCode::invalid_state, "kernel: commands are taken between start and the end of the run only");
  }
  if (strategy < ports_.size() && !may_command(desk_.state(strategy))) [[unlikely]] {
    throw Error(ErrorCode::invalid_state, "strategy " + std::to_string(strategy) + " is " +
                                              to_text(desk_.state(strategy)) + ": its commands are refused");
  }
  if (++commands_ > kMaxCommandsPerInput) {
    throw Error(ErrorCode::capacity, "strategy " + std::to_string(strategy) + " issued more than " +
                                         std::to_string(kMaxCommandsPerInput) + " commands without time passing");
  }
}

void Kernel::refuse_instrument(InstrumentIndex instrument) const {
  throw Error(ErrorCode::invalid_argument, "kernel: instrument " + std::to_string(instrument) + " does not exist; " +
                                               std::to_string(board_.size()) + " were added");
}

bool Kernel::check() const {
  if (!way_.ledger().check() || way_.store().first_inconsistent() != 0) return false;
  const OrderStore& store = way_.store();
  std::size_t held = 0;
  emulator().check();
  for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) {
    for (InstrumentIndex instrument = 0; instrument < board_.size(); ++instrument) {
      i64 buys = lists().held_lots(store, strategy, instrument, Side::buy);
      i64 sells = lists().held_lots(store, strategy, instrument, Side::sell);
      ClientOrderId id = store.first_open(strategy, instrument);
      for (; id != 0; id = store.next_open(id)) {
        const Order& order = *store.find(id);
        held += order.ord_status == OrderStatus::emulated ? 1 : 0;
        (order.side == Side::buy ? buys : sells) += reservation_of(order).quantity;
      }
      for (const ClientOrderId ended : store.untold()) {
        const Order& order = *store.find(ended);
        if (order.strategy != strategy || order.instrument != instrument) continue;
        (order.side == Side::buy ? buys : sells) += reservation_of(order).quantity;
      }
      const ExposureCell& cell = way_.gate().exposure().cell(strategy, instrument);
      const PositionState& position = way_.ledger().position(strategy, instrument);
      if (cell.buys.lots != buys || cell.sells.lots != sells) return false;
      if (cell.position != position.quantity || cell.cost != position.cost) return false;
    }
  }
  return held == emulator().size() + lists().waiting();
}

u32 Kernel::worked_here() const noexcept {
  u32 count = 0;
  for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) {
    for (InstrumentIndex instrument = 0; instrument < board_.size(); ++instrument) {
      for (ClientOrderId id = orders().first_open(strategy, instrument); id != 0; id = orders().next_open(id)) {
        count += (orders().find(id)->flags & kAlgorithm) != 0 ? 1 : 0;
      }
    }
  }
  return count;
}

}  // namespace pytrader
