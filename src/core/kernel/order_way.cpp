// The steps between the stations: what leaves, what is told, and what it changes in exposure and ledger.
#include "kernel/order_way.hpp"

namespace pytrader {
namespace {

FillKey key_of(const Order& order, const ReportRank& placed, ExecId exec_id) noexcept {
  return {placed, order.client_order_id, exec_id};
}

}  // namespace

bool OrderWay::apply(const ExecutionReport& report, i64 now) {
  Order* order = store_.find(report.client_order_id);
  const Reservation before = order != nullptr ? reservation_of(*order) : Reservation{};
  const i64 untold = order != nullptr ? order->untold_qty() : 0;
  OrderEvent event;
  TradeChange change;
  const bool taken = store_.apply(report, now, event, change) == Applied::taken;
  if (taken) exposure_changed(*order, report.exec_type, before, report.reason);
  if (change.kind == TradeChange::Kind::placed) {
    ledger_.place_fill(order->strategy, order->instrument, key_of(*order, change.before, change.exec_id),
                       key_of(*order, change.placed, change.exec_id));
    position_changed(order->strategy, order->instrument);
  }
  if (!taken) {
    if (order != nullptr && order->untold_qty() != untold)
      give_back_untold(*order, before, untold - order->untold_qty());
    return false;
  }
  if (change.kind == TradeChange::Kind::none || (order->flags & kAlgorithm) != 0) {
    events_.push(event);
    if ((order->flags & kChild) != 0) [[unlikely]]
      child_told(*order, report, now);
    return true;
  }
  const FillPosting posting =
      change.kind == TradeChange::Kind::told ? book(event, change, *order) : rebook(event, change);
  event.fee = posting.fee;
  const PositionState& position = position_changed(event.strategy, event.instrument);
  events_.push_fill(event, position);
  if ((order->flags & kChild) != 0) [[unlikely]]
    child_told(*order, report, now);
  return true;
}

// Of what an ended order held back for, lots are not to come any more: their trade was busted or corrected before.
void OrderWay::give_back_untold(Order& order, const Reservation& before, i64 quantity) {
  gate_.exposure().order_changed(order, before);
  if ((order.flags & kChild) == 0) return;
  Order& parent = *store_.find(order.parent());
  const Reservation of_parent = reservation_of(parent);
  store_.told(parent, quantity);
  gate_.exposure().order_changed(parent, of_parent);
}

void OrderWay::send(Order& order, i64 value_price, i64 now) {
  say(order, ExecType::pending_new, RejectReason::none, now, value_price);
  venue_.submit(order, now);
}

RejectReason OrderWay::replace_one(const ReplaceRequest& command, Order* order, i64 now) {
  const InstrumentIndex index = order != nullptr ? order->instrument : UINT32_MAX;
  Reservation shared;
  const RiskView view = view_of(command.strategy, index, now);
  const i64 limit_offset = order != nullptr ? store_.limit_offset(*order) : 0;
  const RejectReason reason =
      gate_.check_replace(command, order, instrument_of(index), view, shared_of(order, shared), limit_offset);
  if (reason != RejectReason::none) return reason;
  if ((order->flags & (kAlgorithm | kChild)) != 0) [[unlikely]] {
    const RejectReason exceeds = judge_family(command, *order);
    if (exceeds != RejectReason::none) return exceeds;
    if ((order->flags & kAlgorithm) != 0) return restate_work(*order, command, now);
    raise_value(*order, RiskGate::value_at_replace(command, *order, view, limit_offset));
  }
  if (order->ord_status == OrderStatus::emulated) return restate(*order, command, now);
  venue_.require_room();
  if (!note_replace(*order, command, now)) return RejectReason::request_pending;
  venue_.replace(*order, now);
  return reason;
}

bool OrderWay::note_replace(Order& order, const ReplaceRequest& command, i64 now) {
  const Reservation before = reservation_of(order);
  OrderEvent event;
  if (store_.request_replace(command, now, event) != Applied::taken) return false;
  exposure_changed(order, ExecType::pending_replace, before);
  events_.push(event);
  return true;
}

void OrderWay::cancel(Order& order, RejectReason reason, i64 now) {
  if (order.ord_status == OrderStatus::emulated) return cancel_here(order, reason, now);
  if ((order.flags & kAlgorithm) != 0) return end_work(order, reason, now);
  venue_.require_room();
  say(order, ExecType::pending_cancel, reason, now);
  venue_.cancel(order, now);
}

// In the words of a venue.
void OrderWay::tell(const Order& order, ExecType exec_type, i64 now, i64 price, i64 quantity, i64 stop_price,
                    RejectReason reason) {
  ExecutionReport report{};
  report.reason = reason;
  report.ts_event = now;
  report.client_order_id = order.client_order_id;
  report.instrument = order.instrument;
  report.exec_type = exec_type;
  report.price = price;
  report.quantity = quantity;
  report.stop_price = stop_price;
  if (!apply(report, now)) {
    throw Error(ErrorCode::invalid_state, "order state: an order that waits in the core can not take its own event");
  }
}

void OrderWay::say(Order& order, ExecType exec_type, RejectReason reason, i64 now, i64 value_price) {
  const Reservation before = reservation_of(order);
  order.value_price = value_price;
  OrderEvent event;
  if (store_.apply_own(order.client_order_id, exec_type, reason, now, event) != Applied::taken) {
    throw Error(ErrorCode::invalid_state, "order state: an order that the gate passed can not take its own event");
  }
  exposure_changed(order, exec_type, before, reason);
  if ((order.flags & kChild) != 0) [[unlikely]]
    raise_value(order, value_price);
  events_.push(event);
}

const Reservation* OrderWay::shared_of(const Order* order, Reservation& into) const noexcept {
  if (order == nullptr || (order->flags & (kShared | kChild)) == 0) return nullptr;
  into = (order->flags & kShared) != 0 ? lists_.held(*order) : reservation_of(*store_.find(order->parent()));
  return &into;
}

Order* OrderWay::worked_parent(const NewOrder& command) noexcept {
  if (command.parent == 0) [[likely]]
    return nullptr;
  Order* const parent = store_.find(command.parent);
  const bool works = parent != nullptr && parent->strategy == command.strategy && (parent->flags & kAlgorithm) != 0;
  return works ? parent : nullptr;
}

FillPosting OrderWay::book(const OrderEvent& event, const TradeChange& change, Order& order) {
  const PositionState before = ledger_.position(event.strategy, event.instrument);
  OrderFees fees = order.rare_facts().fees;
  const FillPosting posting = ledger_.apply_fill({event.strategy, event.instrument, event.side, event.liquidity,
                                                  event.last_px, event.last_qty, event.ts_event, order.cum_value()},
                                                 fees);
  store_.keep_fees(order, fees);
  ledger_.note_fill(event.strategy, event.instrument,
                    {change.placed, change.exec_id, event.last_px, sign(event.side) * event.last_qty,
                     static_cast<u32>(event.client_order_id), event.liquidity, posting.fee},
                    before);
  return posting;
}

FillPosting OrderWay::rebook(const OrderEvent& event, const TradeChange& change) {
  return ledger_.correct_fill(event.strategy, event.instrument, {change.placed, event.client_order_id, change.exec_id},
                              change.price, change.quantity, event.liquidity);
}

const PositionState& OrderWay::position_changed(StrategyIndex strategy, InstrumentIndex instrument) {
  const PositionState& position = ledger_.position(strategy, instrument);
  gate_.exposure().position_changed(strategy, instrument, position.quantity, position.cost);
  return position;
}

RiskView OrderWay::view_of(StrategyIndex strategy, InstrumentIndex index, i64 now) const noexcept {
  if (index >= board_.size()) return {};
  const InstrumentMarket& market = board_[index];
  return {market.best_bid(),
          market.best_ask(),
          ledger_.account_of(index).capital(),
          now,
          gate_.is_allotted(strategy) ? ledger_.earned(strategy, index) : 0,
          market.has_ended(now)};
}

}  // namespace pytrader
