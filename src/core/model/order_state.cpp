// The order state table: for every status and every event the next status, or that the event is illegal.
#include <cstddef>
#include <iterator>

#include "model/order.hpp"

namespace pytrader {
namespace {

// What a cell of the table says. All but the first five name the next status outright.
enum class Next : u8 {
  illegal,
  stay,
  working,    // new, or partially_filled once there are fills
  fill,       // filled when nothing is left, else partially_filled
  fill_stay,  // filled when nothing is left, else as it is (a request is still under way)
  restated,   // filled when nothing is left, else `working`
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

constexpr Next O = Next::illegal;
constexpr std::size_t kStatusCount = std::size(kOrderStatuses);
constexpr std::size_t kExecTypeCount = std::size(kExecTypes);

// Rows in the order of kOrderStatuses, columns in the order of kExecTypes. Why the less obvious cells are as they are:
// a venue may trade or cancel an order before (or without) acknowledging it; a cancel may be sent while `new` or
// `replaced` is still on its way, so both are taken in pending_cancel; a cancel that overtook its order is refused
// before the order is accepted or rejected, which then comes after `working`; a refusal of a cancel or replace may come
// after the fill that caused it, so closed orders take it and stay.
constexpr Next kTable[kStatusCount][kExecTypeCount] = {
    // initialized, denied, emulated, released, pending_new, new, triggered, canceled, replaced, pending_cancel,
    // rejected,
    // expired, pending_replace, trade, trade_correct, trade_cancel, cancel_rejected, replace_rejected, restated. A row
    // that ends early is illegal from there on.
    /* initialized */
    {O, Next::denied, Next::emulated, O, Next::pending_new, O, O, O, O, O, O, O, O, O, O, O, O, O},
    /* denied */
    {O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O},
    /* emulated */
    {O, Next::denied, O, Next::released, O, O, O, Next::canceled, Next::stay, O, O, Next::expired, O, O, O, O, O, O},
    /* released */
    {O, Next::denied, O, O, Next::pending_new, O, O, Next::canceled, O, O, O, O, O, O, O, O, O, O},
    /* pending_new */
    {O, O, O, O, O, Next::new_, O, Next::canceled, O, Next::pending_cancel, Next::rejected, Next::expired, O,
     Next::fill, O, O, O, O},
    /* new */
    {O, O, O, O, O, Next::stay, Next::stay, Next::canceled, O, Next::pending_cancel, Next::rejected, Next::expired,
     Next::pending_replace, Next::fill, O, O, O, O, Next::restated},
    /* partially_filled */
    {O, O, O, O, O, Next::stay, O, Next::canceled, O, Next::pending_cancel, O, Next::expired, Next::pending_replace,
     Next::fill, O, O, O, O, Next::restated},
    /* filled */
    {O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, Next::stay, Next::stay},
    /* canceled */
    {O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, Next::stay, Next::stay},
    /* pending_cancel */
    {O, O, O, O, O, Next::stay, Next::stay, Next::canceled, Next::fill_stay, O, Next::rejected, Next::expired, O,
     Next::fill_stay, O, O, Next::working, Next::stay, Next::fill_stay},
    /* rejected */
    {O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, Next::stay, Next::stay},
    /* expired */
    {O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, Next::stay, Next::stay},
    /* pending_replace */
    {O, O, O, O, O, O, Next::stay, Next::canceled, Next::restated, Next::pending_cancel, O, Next::expired, O,
     Next::fill_stay, O, O, O, Next::working, Next::fill_stay},
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

}  // namespace

Transition transition(OrderStatus status, ExecType exec_type, bool has_fills, bool fills_completely) noexcept {
  const u8 row = kRows.status[static_cast<u8>(status)];
  const u8 column = kRows.exec_type[static_cast<u8>(exec_type)];
  if (row == kNone || column == kNone) return {false, status};
  const OrderStatus working = has_fills ? OrderStatus::partially_filled : OrderStatus::new_;
  switch (kTable[row][column]) {
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

bool is_open(OrderStatus status) noexcept {
  switch (status) {
    case OrderStatus::emulated:
    case OrderStatus::released:
    case OrderStatus::pending_new:
    case OrderStatus::new_:
    case OrderStatus::partially_filled:
    case OrderStatus::pending_cancel:
    case OrderStatus::pending_replace:
      return true;
    default:
      return false;
  }
}

bool is_closed(OrderStatus status) noexcept {
  return !is_open(status) && status != OrderStatus::initialized;
}

i64 Order::leaves_qty() const noexcept {
  return is_closed(ord_status) ? 0 : order_qty - cum_qty;
}

}  // namespace pytrader
