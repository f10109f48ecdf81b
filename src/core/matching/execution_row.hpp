// Turns a message's status and fills into execution reports of one size, for a caller that keeps a ring of them.
#pragma once

#include <span>
#include <type_traits>

#include "matching/order_message.hpp"

namespace pytrader {

// What one party hears of one event (FIX 35=8 and 35=9 as a row). Prices are ticks, quantities lots.
struct ExecutionRow {
  u64 order_id;
  u64 contra_order_id;  // trade: the other order; else 0
  i64 price;            // trade: where it traded; else that of the message
  i64 quantity;         // trade: what traded; canceled: what was open; else that of the message
  i64 leaves_qty;       // open quantity after this
  i64 message_index;
  u32 owner;     // of the message; 0 for the maker of a trade
  u8 exec_type;  // ExecType
  u8 side;       // Side
  u8 liquidity;  // Liquidity
  u8 reason;     // RejectReason
  u64 reserved;  // 0
};
static_assert(sizeof(ExecutionRow) == 64 && std::is_trivially_copyable_v<ExecutionRow>);

// The order that a cancel or replace named.
struct NamedOrder {
  Side side;
  i64 open_qty;  // before a cancel, or after a replace and before its trades
};

// One message's reports, handed to `put(const ExecutionRow&)` in the order of events.
template <class Put>
class ExecutionReporter {
 public:
  ExecutionReporter(const OrderMessage& message, i64 message_index, Put& put) noexcept
      : message_(message), message_index_(message_index), put_(put) {}

  // `fills` are the message's own, `named` is read after an accepted cancel or replace.
  void report(MessageStatus status, std::span<const Fill> fills, const NamedOrder& named) const {
    switch (outcome_of(status)) {
      case Outcome::rejected:
        say(refusal(), message_.side, message_.quantity, 0, reason_of(status));
        return;
      case Outcome::canceled:
      case Outcome::replaced_closed:
        say(ExecType::canceled, side_byte(named), named.open_qty, 0);
        return;
      case Outcome::replaced:
      case Outcome::requeued:
      case Outcome::replaced_filled:
        say(ExecType::replaced, side_byte(named), message_.quantity, named.open_qty);
        break;
      default:
        say(ExecType::new_, message_.side, message_.quantity, message_.quantity);
    }
    for (const Fill& fill : fills) trade(fill);
    if (outcome_of(status) != Outcome::remainder_canceled) return;
    const i64 remainder = fills.empty() ? message_.quantity : fills.back().taker_leaves_qty;
    say(ExecType::canceled, message_.side, remainder, 0, RejectReason::no_liquidity);
  }

 private:
  static u8 side_byte(const NamedOrder& named) noexcept { return static_cast<u8>(named.side); }

  ExecType refusal() const noexcept {
    const auto kind = static_cast<MessageKind>(message_.kind);
    if (kind == MessageKind::cancel) return ExecType::cancel_rejected;
    return kind == MessageKind::replace ? ExecType::replace_rejected : ExecType::rejected;
  }

  void say(ExecType exec_type, u8 side, i64 quantity, i64 leaves, RejectReason reason = RejectReason::none) const {
    put_(ExecutionRow{message_.order_id, 0, message_.price, quantity, leaves, message_index_, message_.owner,
                      static_cast<u8>(exec_type), side, static_cast<u8>(Liquidity::none), static_cast<u8>(reason), 0});
  }

  void trade(const Fill& fill) const {
    const auto side = static_cast<u8>(fill.taker_side);
    const auto other = static_cast<u8>(opposite(static_cast<Side>(side)));
    put_(ExecutionRow{fill.taker_order_id, fill.maker_order_id, fill.price, fill.quantity, fill.taker_leaves_qty,
                      message_index_, message_.owner, static_cast<u8>(ExecType::trade), side,
                      static_cast<u8>(Liquidity::taker), 0, 0});
    put_(ExecutionRow{fill.maker_order_id, fill.taker_order_id, fill.price, fill.quantity, fill.maker_leaves_qty,
                      message_index_, 0, static_cast<u8>(ExecType::trade), other, static_cast<u8>(Liquidity::maker), 0,
                      0});
  }

  const OrderMessage& message_;
  i64 message_index_;
  Put& put_;
};

}  // namespace pytrader
