// The order's way on one screen: command -> risk gate -> execution -> venue port -> report -> order state -> ledger.
#pragma once

#include "execution/order_store.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/market_board.hpp"
#include "kernel/venue_port.hpp"
#include "ledger/ledger.hpp"
#include "risk/risk_gate.hpp"

namespace pytrader {

// The stations in the order in which an order passes them. What happens goes to `events`, which the kernel delivers to
// strategies. There is no other way to the venue port, and none past the gate.
class OrderWay {
 public:
  OrderWay(VenuePort& venue, const MarketBoard& board, EventQueue& events) noexcept
      : venue_(venue), board_(board), events_(events) {}

  ClientOrderId submit(const NewOrder& command, i64 now) {
    const RiskView view = view_of(command.instrument, now);
    const RejectReason reason = gate_.check_new(command, instrument_of(command.instrument), view);
    if (reason == RejectReason::none) venue_.require_room();
    Order& order = store_.create(command, now);
    if (reason != RejectReason::none) {
      say(order, ExecType::denied, reason, now);
      return order.client_order_id;
    }
    order.value_price = RiskGate::value_price(command, view);
    say(order, ExecType::pending_new, reason, now);
    venue_.submit(order, now);
    return order.client_order_id;
  }

  // Cancel and replace return none when the request left for the venue, else why it did not; then nothing happened.
  RejectReason cancel(const CancelRequest& command, i64 now) {
    Order* order = store_.find(command.client_order_id);
    const RejectReason reason = gate_.check_cancel(command, order);
    if (reason != RejectReason::none) return reason;
    venue_.require_room();
    say(*order, ExecType::pending_cancel, reason, now);
    venue_.cancel(*order, now);
    return reason;
  }

  RejectReason replace(const ReplaceRequest& command, i64 now) {
    Order* order = store_.find(command.client_order_id);
    const InstrumentIndex index = order != nullptr ? order->instrument : UINT32_MAX;
    const RejectReason reason = gate_.check_replace(command, order, instrument_of(index), view_of(index, now));
    if (reason != RejectReason::none) return reason;
    venue_.require_room();
    const Reservation before = reservation_of(*order);
    OrderEvent event{};
    if (store_.request_replace(command, now, event) != Applied::taken) return RejectReason::request_pending;
    gate_.exposure().order_changed(*order, before);
    events_.push(event);
    venue_.replace(*order, now);
    return reason;
  }

  // False when the order's state does not allow the report: it is counted and changes nothing.
  bool take(const ExecutionReport& report, i64 now) {
    const Order* order = store_.find(report.client_order_id);
    const Reservation before = order != nullptr ? reservation_of(*order) : Reservation{};
    OrderEvent event{};
    TradeChange change;
    const bool taken = store_.apply(report, now, event, change) == Applied::taken;
    if (taken) gate_.exposure().order_changed(*order, before);
    if (change.kind == TradeChange::Kind::placed) {
      ledger_.place_fill(order->strategy, order->instrument, key_of(*order, change.before, change.exec_id),
                         key_of(*order, change.placed, change.exec_id));
      position_changed(order->strategy, order->instrument);
    }
    if (!taken) return false;
    if (change.kind == TradeChange::Kind::none) {
      events_.push(event);
      return true;
    }
    const FillPosting posting = change.kind == TradeChange::Kind::told ? book(event, change) : rebook(event, change);
    const PositionState& position = position_changed(event.strategy, event.instrument);
    events_.push_fill(event, posting.fee, position);
    return true;
  }

  RiskGate& gate() noexcept { return gate_; }
  OrderStore& store() noexcept { return store_; }
  Ledger& ledger() noexcept { return ledger_; }
  const RiskGate& gate() const noexcept { return gate_; }
  const OrderStore& store() const noexcept { return store_; }
  const Ledger& ledger() const noexcept { return ledger_; }

 private:
  void say(Order& order, ExecType exec_type, RejectReason reason, i64 now) {
    const Reservation before = reservation_of(order);
    OrderEvent event{};
    if (store_.apply_own(order.client_order_id, exec_type, reason, now, event) != Applied::taken) {
      throw Error(ErrorCode::invalid_state, "order state: an order that the gate passed can not take its own event");
    }
    gate_.exposure().order_changed(order, before);
    events_.push(event);
  }
  static FillKey key_of(const Order& order, const ReportRank& placed, ExecId exec_id) noexcept {
    return {placed, order.client_order_id, exec_id};
  }
  FillPosting book(const OrderEvent& event, const TradeChange& change) {
    const PositionState before = ledger_.position(event.strategy, event.instrument);
    const FillPosting posting = ledger_.apply_fill(event.strategy, event.instrument, event.side, event.last_px,
                                                   event.last_qty, event.liquidity);
    ledger_.note_fill(event.strategy, event.instrument,
                      {{change.placed, event.client_order_id, change.exec_id},
                       event.last_px,
                       sign(event.side) * event.last_qty,
                       posting.fee,
                       {},
                       event.liquidity},
                      before);
    return posting;
  }
  FillPosting rebook(const OrderEvent& event, const TradeChange& change) {
    return ledger_.correct_fill(event.strategy, event.instrument,
                                {change.placed, event.client_order_id, change.exec_id}, change.price, change.quantity,
                                event.liquidity);
  }
  const PositionState& position_changed(StrategyIndex strategy, InstrumentIndex instrument) {
    const PositionState& position = ledger_.position(strategy, instrument);
    gate_.exposure().position_changed(strategy, instrument, position.quantity, position.cost);
    return position;
  }
  const Instrument* instrument_of(InstrumentIndex index) const noexcept {
    return index < board_.size() ? board_[index].instrument.get() : nullptr;
  }
  RiskView view_of(InstrumentIndex index, i64 now) const noexcept {
    if (index >= board_.size()) return {};
    return {board_[index].best_bid(), board_[index].best_ask(), ledger_.account_of(index).capital(), now};
  }

  VenuePort& venue_;
  const MarketBoard& board_;
  EventQueue& events_;
  RiskGate gate_;
  OrderStore store_;
  Ledger ledger_;
};

}  // namespace pytrader
