// The order's way on one screen: command -> risk gate (-> emulator -> gate) -> execution -> venue -> report -> ledger.
// What the orders of a list mean to one another stands in order_way_lists.cpp, what a parent and the children are that
// an algorithm works it with in order_way_children.cpp.
#pragma once

#include "execution/order_store.hpp"
#include "kernel/emulation.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/market_board.hpp"
#include "kernel/order_lists.hpp"
#include "kernel/venue_port.hpp"
#include "ledger/ledger.hpp"
#include "risk/risk_gate.hpp"

namespace pytrader {

// The stations in the order in which an order passes them. What happens goes to `events`, which the kernel delivers to
// strategies. There is no other way to the venue port, and none past the gate.
class OrderWay {
 public:
  OrderWay(VenuePort& venue, const MarketBoard& board, EventQueue& events) noexcept
      : venue_(venue), board_(board), events_(events), emulation_(venue, board) {}

  ClientOrderId submit(const NewOrder& command, i64 now) {
    const RiskView view = view_of(command.strategy, command.instrument, now);
    Order* const parent = worked_parent(command);
    RejectReason reason = parent != nullptr ? judge_child(command, *parent, view)
                                            : gate_.check_new(command, instrument_of(command.instrument), view);
    if (reason == RejectReason::none && parent == nullptr && !stands_alone(command)) {
      reason = RejectReason::list_not_valid;
    }
    const bool waits = reason == RejectReason::none && emulation_.takes(command);
    if (waits) reason = emulation_.check(command);
    if (reason == RejectReason::none) venue_.require_room();
    if (reason == RejectReason::none && waits) emulation_.make_room(command);
    Order& order = store_.create(command, now);
    order.list = 0;
    order.flags &= static_cast<u16>(~kSetByCore);
    if (parent == nullptr) order.parent = 0;
    if (reason != RejectReason::none) {
      say(order, ExecType::denied, reason, now);
      return order.client_order_id;
    }
    if (parent != nullptr) order.flags |= kChild;
    if ((order.flags & kAlgorithm) != 0) {
      begin_work(order, RiskGate::value_price(command, view), now);
    } else if (waits) {
      hold(order, RiskGate::value_price(command, view), now);
    } else {
      send(order, RiskGate::value_price(command, view), now);
    }
    return order.client_order_id;
  }

  // Orders that depend on one another: all of them, or none; they get consecutive numbers, of which the first comes
  // back. A list that is denied has one order with the reason and others that are `list_denied`.
  ClientOrderId submit_list(std::span<const NewOrder> commands, OtoTriggerMode trigger, i64 now);

  // The next order that the market event under way fires; what trails follows after the last, and then there is none.
  bool release_next(i64 now) {
    Emulator::Output output;
    while (emulation_.emulator().next(output)) {
      Order& order = *store_.find(output.client_order_id);
      order.stop_price = output.stop_price;
      if (!output.fired) continue;
      release(order, now);
      settle_lists(now);
      return true;
    }
    return false;
  }

  // The next order that waits in the core and expires until now.
  bool expire_next(i64 now) {
    ClientOrderId id = emulation_.emulator().next_expired(now);
    if (id == 0) {
      id = lists_.next_expired(now);
      if (id == 0) return false;
      stop_holding(*store_.find(id));
    }
    tell(*store_.find(id), ExecType::expired, now);
    settle_lists(now);
    return true;
  }
  i64 next_expiry() const noexcept { return std::min(emulation_.emulator().next_expiry(), lists_.next_expiry()); }

  // The day is over: of these orders those expire that wait in the core for their day. False if there may be more of
  // them than events may wait.
  bool end_day(StrategyIndex strategy, InstrumentIndex instrument, i64 now) {
    for (ClientOrderId id = store_.first_open(strategy, instrument); id != 0;) {
      if (events_.is_half_full()) return false;
      Order& order = *store_.find(id);
      id = store_.next_open(id);
      if (order.ord_status != OrderStatus::emulated || order.time_in_force != TimeInForce::day) continue;
      stop_holding(order);
      tell(order, ExecType::expired, now);
    }
    settle_lists(now);
    return true;
  }

  // Orders that wait in the core are canceled for this reason: what they wait for has changed. False as in end_day().
  bool cancel_held(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason, i64 now) {
    for (ClientOrderId id = store_.first_open(strategy, instrument); id != 0;) {
      if (events_.is_half_full()) return false;
      Order& order = *store_.find(id);
      id = store_.next_open(id);
      if (order.ord_status == OrderStatus::emulated) cancel_here(order, reason, now);
    }
    const bool ended = end_works(strategy, instrument, reason, now);
    settle_lists(now);
    return ended;
  }

  // Cancel and replace return none when the request left for the venue, or was done at once where the order waits in
  // the core; else why it did not, and then nothing happened.
  RejectReason cancel(const CancelRequest& command, i64 now) {
    const RejectReason reason = cancel_one(command, now);
    settle_lists(now);
    return reason;
  }
  // Of several: settle_lists() must follow the last.
  RejectReason cancel_one(const CancelRequest& command, i64 now) {
    Order* order = store_.find(command.client_order_id);
    const RejectReason reason = gate_.check_cancel(command, order);
    if (reason == RejectReason::none) cancel(*order, reason, now);
    return reason;
  }

  RejectReason replace(const ReplaceRequest& command, i64 now) {
    Order* order = store_.find(command.client_order_id);
    const bool of_list = order != nullptr && order->list != 0 && lists_.sizes(*order);
    if (of_list && command.quantity != order->order_qty) return RejectReason::quantity_of_list;
    const RejectReason reason = replace_one(command, order, now);
    settle_lists(now);
    return reason;
  }

  // What lists of orders ask for after what has happened.
  void settle_lists(i64 now) {
    if (!lists_.idle()) [[unlikely]]
      work_lists(now);
  }

  // False when the order's state does not allow the report: it is counted and changes nothing.
  bool take(const ExecutionReport& report, i64 now) {
    const bool taken = apply(report, now);
    settle_lists(now);
    return taken;
  }

  // Lots that the open children of a parent may still trade.
  i128 given_to_children(const Order& parent) const noexcept;

  // Whether many more events may wait to be delivered.
  bool has_room() const noexcept { return !events_.is_half_full(); }

  Emulation& emulation() noexcept { return emulation_; }
  const Emulation& emulation() const noexcept { return emulation_; }
  RiskGate& gate() noexcept { return gate_; }
  OrderStore& store() noexcept { return store_; }
  Ledger& ledger() noexcept { return ledger_; }
  const RiskGate& gate() const noexcept { return gate_; }
  const OrderStore& store() const noexcept { return store_; }
  const OrderLists& lists() const noexcept { return lists_; }
  const Ledger& ledger() const noexcept { return ledger_; }

 private:
  bool apply(const ExecutionReport& report, i64 now) {
    Order* order = store_.find(report.client_order_id);
    const Reservation before = order != nullptr ? reservation_of(*order) : Reservation{};
    OrderEvent event{};
    TradeChange change;
    const bool taken = store_.apply(report, now, event, change) == Applied::taken;
    if (taken) exposure_changed(*order, report.exec_type, before, report.reason);
    if (change.kind == TradeChange::Kind::placed) {
      ledger_.place_fill(order->strategy, order->instrument, key_of(*order, change.before, change.exec_id),
                         key_of(*order, change.placed, change.exec_id));
      position_changed(order->strategy, order->instrument);
    }
    if (!taken) return false;
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

  void send(Order& order, i64 value_price, i64 now) {
    say(order, ExecType::pending_new, RejectReason::none, now, value_price);
    venue_.submit(order, now);
  }

  void hold(Order& order, i64 value_price, i64 now) {
    const bool waits = emulation_.hold(order, store_.terms(order));
    say(order, ExecType::emulated, RejectReason::none, now, value_price);
    if (!waits) release(order, now);
  }

  // Its stop price is reached: through the gate again, and on to the venue as a market or limit order.
  void release(Order& order, i64 now) {
    venue_.require_room();
    tell(order, ExecType::triggered, now, limit_after(order, store_.terms(order), order.stop_price));
    order.flags |= kReleased;
    say(order, ExecType::released, RejectReason::none, now);
    const RiskView view = view_of(order.strategy, order.instrument, now);
    const NewOrder sent = sent_order(order, store_.terms(order));
    Reservation shared;
    const RejectReason reason =
        gate_.check_release(sent, order, *instrument_of(order.instrument), view, shared_of(&order, shared));
    if (reason != RejectReason::none) return say(order, ExecType::denied, reason, now);
    send(order, RiskGate::value_at_release(sent, order, view), now);
  }

  // A replace of an order that waits in the core: done at once.
  RejectReason restate(Order& order, const ReplaceRequest& wanted, i64 now) {
    const OrderTerms terms = store_.terms(order);
    const bool waits = (order.flags & kWaiting) != 0;
    const RejectReason reason = waits ? RejectReason::none : emulation_.check_replace(wanted, order, terms);
    if (reason != RejectReason::none) return reason;
    venue_.require_room();
    const bool same_stop = wanted.stop_price == kNoPrice || wanted.stop_price == order.stop_price;
    const bool keeps_place = same_stop && wanted.quantity <= order.order_qty;
    tell(order, ExecType::replaced, now, wanted.price, wanted.quantity, wanted.stop_price);
    if (!waits && !emulation_.restate(order, terms, keeps_place)) release(order, now);
    return reason;
  }

  // What happens to an order in the core, in the words of a venue.
  void tell(const Order& order, ExecType exec_type, i64 now, i64 price = kNoPrice, i64 quantity = 0,
            i64 stop_price = kNoPrice, RejectReason reason = RejectReason::none) {
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
  void say(Order& order, ExecType exec_type, RejectReason reason, i64 now) {
    say(order, exec_type, reason, now, order.value_price);
  }
  // `value_price` is what the order is valued at from now on.
  void say(Order& order, ExecType exec_type, RejectReason reason, i64 now, i64 value_price) {
    const Reservation before = reservation_of(order);
    order.value_price = value_price;
    OrderEvent event{};
    if (store_.apply_own(order.client_order_id, exec_type, reason, now, event) != Applied::taken) {
      throw Error(ErrorCode::invalid_state, "order state: an order that the gate passed can not take its own event");
    }
    exposure_changed(order, exec_type, before, reason);
    if ((order.flags & kChild) != 0) [[unlikely]]
      raise_value(order, value_price);
    events_.push(event);
  }
  void exposure_changed(const Order& order, ExecType exec_type, const Reservation& before,
                        RejectReason reason = RejectReason::none) {
    gate_.exposure().order_changed(order, before);
    if (order.list != 0) [[unlikely]]
      list_changed(order, exec_type, reason);
  }
  static bool stands_alone(const NewOrder& command) noexcept {
    return command.contingency == Contingency::none && command.list == 0 && command.parent == 0;
  }

  RejectReason replace_one(const ReplaceRequest& command, Order* order, i64 now) {
    const InstrumentIndex index = order != nullptr ? order->instrument : UINT32_MAX;
    Reservation shared;
    const RejectReason reason = gate_.check_replace(command, order, instrument_of(index),
                                                    view_of(command.strategy, index, now), shared_of(order, shared));
    if (reason != RejectReason::none) return reason;
    if ((order->flags & (kAlgorithm | kChild)) != 0) [[unlikely]] {
      const RejectReason exceeds = judge_family(command, *order);
      if (exceeds != RejectReason::none) return exceeds;
      if ((order->flags & kAlgorithm) != 0) return restate_work(*order, command, now);
      raise_value(*order, command.price != kNoPrice ? command.price : command.stop_price);
    }
    if (order->ord_status == OrderStatus::emulated) return restate(*order, command, now);
    venue_.require_room();
    if (!note_replace(*order, command, now)) return RejectReason::request_pending;
    venue_.replace(*order, now);
    return reason;
  }
  bool note_replace(Order& order, const ReplaceRequest& command, i64 now) {
    const Reservation before = reservation_of(order);
    OrderEvent event{};
    if (store_.request_replace(command, now, event) != Applied::taken) return false;
    exposure_changed(order, ExecType::pending_replace, before);
    events_.push(event);
    return true;
  }
  // An order that may be canceled, for a reason where its strategy did not ask.
  void cancel(Order& order, RejectReason reason, i64 now) {
    if (order.ord_status == OrderStatus::emulated) return cancel_here(order, reason, now);
    if ((order.flags & kAlgorithm) != 0) return end_work(order, reason, now);
    venue_.require_room();
    say(order, ExecType::pending_cancel, reason, now);
    venue_.cancel(order, now);
  }
  // ... that waits in the core.
  void cancel_here(Order& order, RejectReason reason, i64 now) {
    stop_holding(order);
    tell(order, ExecType::canceled, now, kNoPrice, 0, kNoPrice, reason);
  }
  void stop_holding(const Order& order) noexcept {
    if ((order.flags & kWaiting) != 0) {
      lists_.stop_waiting(order);
    } else {
      emulation_.remove(order);
    }
  }

  // Orders of lists.
  // What holds back for the order beside itself, in `into`; null where nothing does.
  const Reservation* shared_of(const Order* order, Reservation& into) const noexcept {
    if (order == nullptr || (order->flags & (kShared | kChild)) == 0) return nullptr;
    into = (order->flags & kShared) != 0 ? lists_.held(*order) : reservation_of(*store_.find(order->parent));
    return &into;
  }
  // Parents and the children that an algorithm works them with.
  Order* worked_parent(const NewOrder& command) noexcept {
    if (command.parent == 0) [[likely]]
      return nullptr;
    Order* const parent = store_.find(command.parent);
    const bool works = parent != nullptr && parent->strategy == command.strategy && (parent->flags & kAlgorithm) != 0;
    return works ? parent : nullptr;
  }
  RejectReason judge_child(const NewOrder& command, const Order& parent, const RiskView& view) const;
  RejectReason judge_family(const ReplaceRequest& command, const Order& order) const;
  void raise_value(const Order& child, i64 price);
  void begin_work(Order& parent, i64 value_price, i64 now);
  RejectReason restate_work(Order& parent, const ReplaceRequest& wanted, i64 now);
  void end_work(Order& parent, RejectReason reason, i64 now);
  bool end_works(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason, i64 now);
  void withdraw_excess(const Order& parent, i64 now);
  void child_told(const Order& child, const ExecutionReport& report, i64 now);

  struct Trial;
  RejectReason judge(const NewOrder& command, OrderListId list, std::size_t place, i64 now);
  RejectReason judge_list(std::span<const NewOrder> commands, OrderListId list, std::size_t& wrong, i64 now);
  void list_changed(const Order& order, ExecType exec_type, RejectReason reason);
  void work_lists(i64 now);
  void work(Order& order, i64 now);
  void start(Order& order, i64 quantity, i64 now);
  void resize(Order& order, const ListStep& step, i64 now);
  void renew(Order& order, i64 quantity, i64 now);
  static FillKey key_of(const Order& order, const ReportRank& placed, ExecId exec_id) noexcept {
    return {placed, order.client_order_id, exec_id};
  }
  FillPosting book(const OrderEvent& event, const TradeChange& change, Order& order) {
    const PositionState before = ledger_.position(event.strategy, event.instrument);
    const FillPosting posting = ledger_.apply_fill({event.strategy, event.instrument, event.side, event.liquidity,
                                                    event.last_px, event.last_qty, event.ts_event, order.cum_value},
                                                   order.fees);
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
  RiskView view_of(StrategyIndex strategy, InstrumentIndex index, i64 now) const noexcept {
    if (index >= board_.size()) return {};
    return {board_[index].best_bid(),
            board_[index].best_ask(),
            ledger_.account_of(index).capital(),
            now,
            gate_.is_allotted(strategy) ? ledger_.earned(strategy, index) : 0,
            board_[index].expired};
  }

  VenuePort& venue_;
  const MarketBoard& board_;
  EventQueue& events_;
  RiskGate gate_;
  OrderStore store_;
  OrderLists lists_;
  Ledger ledger_;
  Emulation emulation_;
};

}  // namespace pytrader
