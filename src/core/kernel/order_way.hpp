// The order's way on one screen: command -> risk gate (-> emulator -> gate) -> execution -> venue -> report -> ledger.
// The steps between the stations stand in order_way.cpp, the way of orders that wait in the core in order_way_held.cpp,
// of lists in order_way_lists.cpp, of parents and the children that work them in order_way_children.cpp.
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

  // What a command can bring of one order, before its events are told: it waits in the core, is triggered, released and
  // sent or denied; a sibling's end asks for its own, and that is answered.
  static constexpr std::size_t kEventsOfOrder = 6;

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
    if (RareFacts* const rare = order.own_rare_facts; rare != nullptr) [[unlikely]] {
      rare->list = 0;
      if (parent == nullptr) rare->parent = 0;
    }
    order.flags &= static_cast<u16>(~kSetByCore);
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
  bool release_next(i64 now);

  // The next order that waits in the core and expires until now.
  bool expire_next(i64 now);
  i64 next_expiry() const noexcept { return std::min(emulation_.emulator().next_expiry(), lists_.next_expiry()); }

  // When the kernel has something to do for orders that wait in the core.
  i64 next_due() const noexcept { return std::min(next_expiry(), emulation_.synthetics().next_due()); }

  // The day is over: of these orders those expire that wait in the core for their day. False if there may be more of
  // them than events may wait.
  bool end_day(StrategyIndex strategy, InstrumentIndex instrument, i64 now);

  // Orders that wait in the core are canceled for this reason: what they wait for has changed. False as in end_day().
  bool cancel_held(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason, i64 now);

  // The same of what waits for a synthetic price of this component, whatever it trades.
  bool cancel_waiting_for(StrategyIndex strategy, InstrumentIndex component, RejectReason reason, i64 now);

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
    const bool of_list = order != nullptr && order->list() != 0 && lists_.sizes(*order);
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

  // Lots that the open children of a parent may still trade, and that others have but were not told of.
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
  // What an order is told: by its venue, by the core where it waits or is worked there, and by ourselves.
  bool apply(const ExecutionReport& report, i64 now);
  void tell(const Order& order, ExecType exec_type, i64 now, i64 price = kNoPrice, i64 quantity = 0,
            i64 stop_price = kNoPrice, RejectReason reason = RejectReason::none);
  void say(Order& order, ExecType exec_type, RejectReason reason, i64 now) {
    say(order, exec_type, reason, now, order.value_price);
  }
  // `value_price` is what the order is valued at from now on.
  void say(Order& order, ExecType exec_type, RejectReason reason, i64 now, i64 value_price);
  void exposure_changed(const Order& order, ExecType exec_type, const Reservation& before,
                        RejectReason reason = RejectReason::none) {
    gate_.exposure().order_changed(order, before);
    if (order.list() != 0) [[unlikely]]
      list_changed(order, exec_type, reason);
  }
  void give_back_untold(Order& order, const Reservation& before, i64 quantity);
  FillPosting book(const OrderEvent& event, const TradeChange& change, Order& order);
  FillPosting rebook(const OrderEvent& event, const TradeChange& change);
  const PositionState& position_changed(StrategyIndex strategy, InstrumentIndex instrument);

  // To the venue.
  void send(Order& order, i64 value_price, i64 now);
  // An order that may be canceled, for a reason where its strategy did not ask.
  void cancel(Order& order, RejectReason reason, i64 now);
  RejectReason replace_one(const ReplaceRequest& command, Order* order, i64 now);
  bool note_replace(Order& order, const ReplaceRequest& command, i64 now);

  // Orders that wait in the core.
  void hold(Order& order, i64 value_price, i64 now);
  void release(Order& order, i64 now);
  RejectReason restate(Order& order, const ReplaceRequest& wanted, i64 now);
  void cancel_here(Order& order, RejectReason reason, i64 now);
  void stop_holding(const Order& order) noexcept;

  // Parents and the children that an algorithm works them with.
  Order* worked_parent(const NewOrder& command) noexcept;
  RejectReason judge_child(const NewOrder& command, const Order& parent, const RiskView& view) const;
  RejectReason judge_family(const ReplaceRequest& command, const Order& order) const;
  void raise_value(const Order& child, i64 price);
  void begin_work(Order& parent, i64 value_price, i64 now);
  RejectReason restate_work(Order& parent, const ReplaceRequest& wanted, i64 now);
  void end_parent(const Order& parent, i64 now);
  void end_work(Order& parent, RejectReason reason, i64 now);
  bool end_works(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason, i64 now);
  i128 untold_of_children(const Order& parent) const noexcept;
  void withdraw_excess(const Order& parent, i64 now);
  void child_told(const Order& child, const ExecutionReport& report, i64 now);

  // Orders of lists.
  struct Trial;
  RejectReason judge(const NewOrder& command, OrderListId list, std::size_t place, i64 now);
  RejectReason judge_list(std::span<const NewOrder> commands, OrderListId list, std::size_t& wrong, i64 now);
  OrderListId add_list(std::span<const NewOrder> commands, OtoTriggerMode trigger, std::size_t& wrong,
                       RejectReason& reason, i64 now);
  void list_changed(const Order& order, ExecType exec_type, RejectReason reason);
  void work_lists(i64 now);
  void work(Order& order, i64 now);
  void start(Order& order, i64 quantity, i64 now);
  void resize(Order& order, const ListStep& step, i64 now);
  void withdraw(Order& order, RejectReason reason, i64 now);
  void withdraw_earlier(const Order& order, i64 now);
  void give_up_cancel(Order& order, RejectReason reason, i64 now);
  void refuse_resize(Order& order, const ReplaceRequest& request, RejectReason reason, i64 now);
  void renew(Order& order, i64 quantity, i64 now);
  static bool stands_alone(const NewOrder& command) noexcept {
    return command.contingency == Contingency::none && command.list == 0 && command.parent == 0;
  }

  // What holds back for the order beside itself, in `into`; null where nothing does.
  const Reservation* shared_of(const Order* order, Reservation& into) const noexcept;
  const Instrument* instrument_of(InstrumentIndex index) const noexcept {
    return index < board_.size() ? board_[index].instrument.get() : nullptr;
  }
  RiskView view_of(StrategyIndex strategy, InstrumentIndex index, i64 now) const noexcept;

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
