// The way of orders that depend on one another: judged together, and kept what their list says after every event.
#include "kernel/order_way.hpp"

namespace pytrader {
namespace {

// What a larger quantity may mend: the order goes on waiting while its parent may still trade.
constexpr bool is_too_small(RejectReason reason) noexcept {
  return reason == RejectReason::quantity_below_minimum || reason == RejectReason::notional_below_minimum ||
         reason == RejectReason::display_quantity_not_valid || reason == RejectReason::minimum_quantity_not_valid;
}

// What is asked for waits for its answer, and what was refused is asked for again when something else has happened.
constexpr bool is_of_request(ExecType exec_type) noexcept {
  return exec_type == ExecType::pending_new || exec_type == ExecType::pending_cancel ||
         exec_type == ExecType::pending_replace || exec_type == ExecType::cancel_rejected ||
         exec_type == ExecType::replace_rejected;
}

}  // namespace

// While a list is judged, each order that passed holds back what it will, so that the next one is judged beside it.
struct OrderWay::Trial {
  OrderWay& way;
  std::span<const NewOrder> commands;
  OrderListId list;
  std::size_t passed = 0;
  Reservation held[OrderLists::kMaxOrders] = {};

  void take(const RiskView& view) {
    const NewOrder& command = commands[passed];
    const u16 flags = way.lists_.flags_of(list, passed);
    if ((flags & kWaiting) == 0) {
      const i64 price = RiskGate::value_price(command, view);
      held[passed] = {command.quantity, price < 0 ? -price : price};
      const bool shares = (flags & kShared) != 0;
      const Reservation before = shares ? way.lists_.held(list, passed) : Reservation{};
      const Reservation after = shares ? worse_of(before, held[passed]) : held[passed];
      way.gate_.exposure().change(command.strategy, command.instrument, command.side, before, after);
      if (shares) way.lists_.hold(list, passed, after);
    }
    ++passed;
  }
  ~Trial() {
    for (std::size_t place = 0; place < passed; ++place) {
      const NewOrder& command = commands[place];
      const u16 flags = way.lists_.flags_of(list, place);
      const bool shares = (flags & kShared) != 0;
      const Reservation before = shares ? way.lists_.held(list, place) : held[place];
      // Shared, it goes with the first of the group.
      way.gate_.exposure().change(command.strategy, command.instrument, command.side, before, {});
      if (shares) way.lists_.hold(list, place, {});
    }
  }
};

RejectReason OrderWay::judge(const NewOrder& command, OrderListId list, std::size_t place, i64 now) {
  const RiskView view = view_of(command.strategy, command.instrument, now);
  const Instrument* const instrument = instrument_of(command.instrument);
  const u16 flags = lists_.flags_of(list, place);
  RejectReason reason =
      (flags & kWaiting) != 0
          ? gate_.check_waiting(command, instrument, view)
          : gate_.check_new(command, instrument, view, (flags & kShared) != 0 ? &lists_.held(list, place) : nullptr);
  if (reason == RejectReason::none && emulation_.takes(command)) {
    reason = (flags & kWaiting) != 0 ? emulation_.check_later(command) : emulation_.check(command);
  }
  return reason;
}

RejectReason OrderWay::judge_list(std::span<const NewOrder> commands, OrderListId list, std::size_t& wrong, i64 now) {
  Trial trial{*this, commands, list};
  for (wrong = 0; wrong < commands.size(); ++wrong) {
    const RejectReason reason = judge(commands[wrong], list, wrong, now);
    if (reason != RejectReason::none) return reason;
    trial.take(view_of(commands[wrong].strategy, commands[wrong].instrument, now));
  }
  return RejectReason::none;
}

ClientOrderId OrderWay::submit_list(std::span<const NewOrder> commands, OtoTriggerMode trigger, i64 now) {
  if (commands.empty() || commands.size() > OrderLists::kMaxOrders) {
    throw Error(ErrorCode::invalid_argument, "a list has 1 to " + std::to_string(OrderLists::kMaxOrders) +
                                                 " orders, got " + std::to_string(commands.size()));
  }
  venue_.require_room(commands.size());
  std::size_t wrong = 0;
  RejectReason reason = OrderLists::check(commands, wrong);
  const bool is_list = reason == RejectReason::none;
  const ClientOrderId first = store_.size() + 1;
  const OrderListId list = is_list ? lists_.add(commands, first, trigger) : 0;
  if (is_list) reason = judge_list(commands, list, wrong, now);
  for (std::size_t place = 0; place < commands.size(); ++place) {
    NewOrder command = commands[place];
    command.list = list;
    command.parent = place > 0 && OrderLists::has_parent(commands) ? first : 0;
    if (is_list) command.flags |= lists_.flags_of(list, place);
    store_.create(command, now);
  }
  for (std::size_t place = 0; place < commands.size(); ++place) {
    Order& order = *store_.find(first + place);
    if (reason != RejectReason::none) {
      say(order, ExecType::denied, place == wrong ? reason : RejectReason::list_denied, now);
      continue;
    }
    const NewOrder& command = commands[place];
    const i64 value_price = RiskGate::value_price(command, view_of(command.strategy, command.instrument, now));
    if ((order.flags & kWaiting) != 0) {
      lists_.wait(order, command.terms.expire_time);
      say(order, ExecType::emulated, reason, now, value_price);
    } else if (emulation_.takes(command)) {
      emulation_.make_room(command);
      hold(order, value_price, now);
    } else {
      send(order, value_price, now);
    }
  }
  settle_lists(now);
  return first;
}

void OrderWay::list_changed(const Order& order, ExecType exec_type) {
  if ((order.flags & kShared) != 0) {
    const Reservation before = lists_.held(order);
    const Reservation after = lists_.worst_of(order, store_);
    gate_.exposure().change(order.strategy, order.instrument, order.side, before, after);
    lists_.hold(order.list, lists_.place_of(order), after);
  }
  if (!is_of_request(exec_type)) lists_.touch(order);
}

void OrderWay::work_lists(i64 now) {
  while (const OrderListId list = lists_.take_touched()) {
    const ClientOrderId end = lists_.first(list) + lists_.count(list);
    for (ClientOrderId id = lists_.first(list); id < end; ++id) work(*store_.find(id), now);
  }
}

void OrderWay::work(Order& order, i64 now) {
  const ListStep step = lists_.step(order, store_);
  switch (step.act) {
    case ListStep::Act::start:
      return start(order, step.quantity, now);
    case ListStep::Act::resize:
      return resize(order, step.quantity, now);
    case ListStep::Act::cancel:
      if (order.ord_status != OrderStatus::pending_cancel) cancel(order, step.reason, now);
      return;
    case ListStep::Act::none:
      return;
  }
}

// Its parent has traded: through the gate again, and on to the emulator or the venue.
void OrderWay::start(Order& order, i64 quantity, i64 now) {
  NewOrder sent = sent_order(order, store_.terms(order));
  sent.quantity = quantity;
  sent.flags |= order.flags & kEmulate;
  const RiskView view = view_of(order.strategy, order.instrument, now);
  Reservation shared;
  RejectReason reason =
      gate_.check_release(sent, order, *instrument_of(order.instrument), view, shared_of(&order, shared));
  if (is_too_small(reason) && lists_.may_grow(order, store_)) return;
  const bool waits = emulation_.takes(sent);
  if (reason == RejectReason::none && waits) reason = emulation_.check(sent);
  venue_.require_room();
  if (waits) emulation_.make_room(sent);
  if (quantity != order.order_qty) tell(order, ExecType::replaced, now, order.price, quantity, order.stop_price);
  lists_.stop_waiting(order);
  const Reservation before = reservation_of(order);
  order.flags &= static_cast<u16>(~kWaiting);  // from here on it holds something back
  exposure_changed(order, ExecType::released, before);
  say(order, ExecType::released, RejectReason::none, now);
  const i64 value_price = RiskGate::value_at_release(sent, order, view);
  if (reason != RejectReason::none) {
    say(order, ExecType::denied, reason, now);
  } else if (waits) {
    hold(order, value_price, now);
  } else {
    send(order, value_price, now);
  }
}

// What waits in the core is judged when it leaves; at the venue a refusal of the gate is told as one of the request.
void OrderWay::resize(Order& order, i64 quantity, i64 now) {
  const ReplaceRequest request{order.client_order_id, order.price, quantity, order.strategy, order.stop_price};
  if (order.ord_status == OrderStatus::emulated) {
    restate(order, request, now);
    return;
  }
  const RejectReason reason = replace_one(request, &order, now);
  if (reason == RejectReason::none || reason == RejectReason::request_pending) return;
  if (note_replace(order, request, now)) tell(order, ExecType::replace_rejected, now, kNoPrice, 0, kNoPrice, reason);
}

}  // namespace pytrader
