// The order state table: for every status and every event the next status, or that the event is illegal.
#include <cstddef>
#include <iterator>

#include "model/order.hpp"

namespace pytrader {
namespace {

// What a cell of the table says. All but the first nine name the next status outright.
enum class Next : u8 {
  illegal,
  stay,
  working,     // new, or partially_filled once there are fills
  fill,        // filled when nothing is left, else partially_filled
  fill_stay,   // filled when nothing is left, else as it is (a request is still under way)
  restated,    // filled when nothing is left, else `working`
  cancel_end,  // filled when nothing is left, else canceled; likewise the next two
  reject_end,
  expire_end,
  denied,
  emulated,
  released,
  pending_new,
  new_,
  canceled,
  pending_cancel,
  rejected,
  expired,
  pending_replace,
};

constexpr std::size_t kStatusCount = std::size(kOrderStatuses);
constexpr std::size_t kExecTypeCount = std::size(kExecTypes);

struct Edge {
  OrderStatus status;
  ExecType exec_type;
  Next next;
};

using S = OrderStatus;
using E = ExecType;
using N = Next;

// Every legal pair; what is not here is refused. Why the less obvious ones are here: reports may come late and in any
// order, so that a venue may trade, end or change an order before we hear that it has it; a trade is money whenever it
// comes, even after the order's end; an acknowledgement or a change that comes after the end tells what the order was;
// a venue may reject what it had acknowledged (FIX: "an order can pass from New to Rejected status").
constexpr Edge kEdges[] = {
    {S::initialized, E::denied, N::denied},
    {S::initialized, E::emulated, N::emulated},
    {S::initialized, E::pending_new, N::pending_new},

    {S::emulated, E::denied, N::denied},
    {S::emulated, E::released, N::released},
    {S::emulated, E::triggered, N::stay},
    {S::emulated, E::canceled, N::canceled},
    {S::emulated, E::replaced, N::stay},
    {S::emulated, E::expired, N::expired},

    {S::released, E::denied, N::denied},
    {S::released, E::emulated, N::emulated},
    {S::released, E::pending_new, N::pending_new},
    {S::released, E::canceled, N::canceled},

    {S::pending_new, E::new_, N::new_},
    {S::pending_new, E::triggered, N::new_},
    {S::pending_new, E::canceled, N::canceled},
    {S::pending_new, E::replaced, N::new_},
    {S::pending_new, E::restated, N::new_},
    {S::pending_new, E::pending_cancel, N::pending_cancel},
    {S::pending_new, E::rejected, N::rejected},
    {S::pending_new, E::expired, N::expired},
    {S::pending_new, E::trade, N::fill},
    {S::pending_new, E::trade_correct, N::fill},
    {S::pending_new, E::trade_cancel, N::new_},

    {S::new_, E::new_, N::stay},
    {S::new_, E::triggered, N::stay},
    {S::new_, E::canceled, N::canceled},
    {S::new_, E::replaced, N::stay},
    {S::new_, E::restated, N::stay},
    {S::new_, E::pending_cancel, N::pending_cancel},
    {S::new_, E::rejected, N::rejected},
    {S::new_, E::expired, N::expired},
    {S::new_, E::pending_replace, N::pending_replace},
    {S::new_, E::trade, N::fill},
    {S::new_, E::trade_correct, N::fill},
    {S::new_, E::trade_cancel, N::stay},

    {S::partially_filled, E::new_, N::stay},
    {S::partially_filled, E::triggered, N::stay},
    {S::partially_filled, E::canceled, N::canceled},
    {S::partially_filled, E::replaced, N::fill},
    {S::partially_filled, E::restated, N::fill},
    {S::partially_filled, E::pending_cancel, N::pending_cancel},
    {S::partially_filled, E::rejected, N::rejected},
    {S::partially_filled, E::expired, N::expired},
    {S::partially_filled, E::pending_replace, N::pending_replace},
    {S::partially_filled, E::trade, N::fill},
    {S::partially_filled, E::trade_correct, N::fill},
    {S::partially_filled, E::trade_cancel, N::working},

    {S::filled, E::new_, N::fill},
    {S::filled, E::triggered, N::stay},
    {S::filled, E::canceled, N::stay},
    {S::filled, E::replaced, N::fill},
    {S::filled, E::restated, N::fill},
    {S::filled, E::rejected, N::stay},
    {S::filled, E::expired, N::stay},
    {S::filled, E::trade, N::stay},
    {S::filled, E::trade_correct, N::fill},
    {S::filled, E::trade_cancel, N::restated},
    {S::filled, E::cancel_rejected, N::stay},
    {S::filled, E::replace_rejected, N::stay},

    {S::canceled, E::new_, N::stay},
    {S::canceled, E::triggered, N::stay},
    {S::canceled, E::replaced, N::fill_stay},
    {S::canceled, E::restated, N::fill_stay},
    {S::canceled, E::trade, N::fill_stay},
    {S::canceled, E::trade_correct, N::fill_stay},
    {S::canceled, E::trade_cancel, N::stay},
    {S::canceled, E::cancel_rejected, N::stay},
    {S::canceled, E::replace_rejected, N::stay},

    {S::pending_cancel, E::new_, N::stay},
    {S::pending_cancel, E::triggered, N::stay},
    {S::pending_cancel, E::canceled, N::cancel_end},
    {S::pending_cancel, E::replaced, N::fill_stay},
    {S::pending_cancel, E::restated, N::fill_stay},
    {S::pending_cancel, E::rejected, N::reject_end},
    {S::pending_cancel, E::expired, N::expire_end},
    {S::pending_cancel, E::trade, N::fill_stay},
    {S::pending_cancel, E::trade_correct, N::fill_stay},
    {S::pending_cancel, E::trade_cancel, N::stay},
    {S::pending_cancel, E::cancel_rejected, N::working},
    {S::pending_cancel, E::replace_rejected, N::fill_stay},

    {S::rejected, E::new_, N::stay},
    {S::rejected, E::triggered, N::stay},
    {S::rejected, E::replaced, N::fill_stay},
    {S::rejected, E::restated, N::fill_stay},
    {S::rejected, E::trade, N::fill_stay},
    {S::rejected, E::trade_correct, N::fill_stay},
    {S::rejected, E::trade_cancel, N::stay},
    {S::rejected, E::cancel_rejected, N::stay},
    {S::rejected, E::replace_rejected, N::stay},

    {S::expired, E::new_, N::stay},
    {S::expired, E::triggered, N::stay},
    {S::expired, E::replaced, N::fill_stay},
    {S::expired, E::restated, N::fill_stay},
    {S::expired, E::trade, N::fill_stay},
    {S::expired, E::trade_correct, N::fill_stay},
    {S::expired, E::trade_cancel, N::stay},
    {S::expired, E::cancel_rejected, N::stay},
    {S::expired, E::replace_rejected, N::stay},

    {S::pending_replace, E::new_, N::stay},
    {S::pending_replace, E::triggered, N::stay},
    {S::pending_replace, E::canceled, N::cancel_end},
    {S::pending_replace, E::replaced, N::restated},
    {S::pending_replace, E::restated, N::fill_stay},
    {S::pending_replace, E::pending_cancel, N::pending_cancel},
    {S::pending_replace, E::rejected, N::reject_end},
    {S::pending_replace, E::expired, N::expire_end},
    {S::pending_replace, E::trade, N::fill_stay},
    {S::pending_replace, E::trade_correct, N::fill_stay},
    {S::pending_replace, E::trade_cancel, N::stay},
    {S::pending_replace, E::replace_rejected, N::restated},
};

// Byte codes are sparse (FIX letters), the table is dense.
struct RowOf {
  u8 status[256];
  u8 exec_type[256];
};
constexpr u8 kNone = 255;
constexpr RowOf make_rows() {
  RowOf rows{};
  for (int code = 0; code < 256; ++code) rows.status[code] = rows.exec_type[code] = kNone;
  for (std::size_t i = 0; i < kStatusCount; ++i) rows.status[static_cast<u8>(kOrderStatuses[i])] = static_cast<u8>(i);
  for (std::size_t i = 0; i < kExecTypeCount; ++i) rows.exec_type[static_cast<u8>(kExecTypes[i])] = static_cast<u8>(i);
  return rows;
}
constexpr RowOf kRows = make_rows();

// The next status that a cell stands for. `working` is what an order is that works with what it has traded.
constexpr Transition resolved(Next next, OrderStatus status, bool has_fills, bool fills_completely) noexcept {
  const OrderStatus working = has_fills ? OrderStatus::partially_filled : OrderStatus::new_;
  switch (next) {
    case Next::illegal:
      return {false, status};
    case Next::stay:
      return {true, status};
    case Next::working:
      return {true, working};
    case Next::fill:
      return {true, fills_completely ? OrderStatus::filled : OrderStatus::partially_filled};
    case Next::fill_stay:
      return {true, fills_completely ? OrderStatus::filled : status};
    case Next::restated:
      return {true, fills_completely ? OrderStatus::filled : working};
    case Next::cancel_end:
      return {true, fills_completely ? OrderStatus::filled : OrderStatus::canceled};
    case Next::reject_end:
      return {true, fills_completely ? OrderStatus::filled : OrderStatus::rejected};
    case Next::expire_end:
      return {true, fills_completely ? OrderStatus::filled : OrderStatus::expired};
    case Next::denied:
      return {true, OrderStatus::denied};
    case Next::emulated:
      return {true, OrderStatus::emulated};
    case Next::released:
      return {true, OrderStatus::released};
    case Next::pending_new:
      return {true, OrderStatus::pending_new};
    case Next::new_:
      return {true, OrderStatus::new_};
    case Next::canceled:
      return {true, OrderStatus::canceled};
    case Next::pending_cancel:
      return {true, OrderStatus::pending_cancel};
    case Next::rejected:
      return {true, OrderStatus::rejected};
    case Next::expired:
      return {true, OrderStatus::expired};
    case Next::pending_replace:
      return {true, OrderStatus::pending_replace};
  }
  return {false, status};
}

// By status, event, whether it has fills and whether it fills completely: every answer worked out ahead.
struct Table {
  Transition next[kStatusCount][kExecTypeCount][2][2];
};
constexpr Table make_table() {
  Next cells[kStatusCount][kExecTypeCount] = {};  // Next::illegal everywhere
  for (const Edge& edge : kEdges) {
    cells[kRows.status[static_cast<u8>(edge.status)]][kRows.exec_type[static_cast<u8>(edge.exec_type)]] = edge.next;
  }
  Table table{};
  for (std::size_t row = 0; row < kStatusCount; ++row) {
    for (std::size_t column = 0; column < kExecTypeCount; ++column) {
      for (int facts = 0; facts < 4; ++facts) {
        table.next[row][column][facts >> 1][facts & 1] =
            resolved(cells[row][column], kOrderStatuses[row], facts >> 1 != 0, (facts & 1) != 0);
      }
    }
  }
  return table;
}
constexpr Table kTable = make_table();

}  // namespace

Transition transition(OrderStatus status, ExecType exec_type, bool has_fills, bool fills_completely) noexcept {
  const u8 row = kRows.status[static_cast<u8>(status)];
  const u8 column = kRows.exec_type[static_cast<u8>(exec_type)];
  if (row == kNone || column == kNone) return {false, status};
  return kTable.next[row][column][has_fills][fills_completely];
}

OrderStatus status_of(const Order& order) noexcept {
  if (is_complete(order)) return OrderStatus::filled;
  if (order.ended != OrderStatus::initialized) return order.ended;
  if (order.request != OrderStatus::initialized) return order.request;
  if (order.cum_qty > 0) return OrderStatus::partially_filled;
  return order.has(kAcknowledged) ? OrderStatus::new_ : OrderStatus::pending_new;
}

}  // namespace pytrader
