// The way of orders that depend on one another: judged together, and kept what their list says after every event.
#include "kernel/order_way.hpp"

namespace pytrader {
namespace {

// What a larger quantity may mend: the order goes on waiting while its parent may still trade.
constexpr bool is_too_small(RejectReason reason) noexcept {
  return reason == RejectReason::quantity_below_minimum || reason == RejectReason::notional_below_minimum ||
         reason == RejectReason::display_quantity_not_valid || reason == RejectReason::minimum_quantity_not_valid;
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

// The list's number, 0 for what is none; a list that can not be judged is thrown back and leaves nothing behind.
OrderListId OrderWay::add_list(std::span<const NewOrder> commands, OtoTriggerMode trigger, std::size_t& wrong,
                               RejectReason& reason, i64 now) {
  reason = OrderLists::check(commands, wrong);
  if (reason != RejectReason::none) return 0;
  const OrderListId list = lists_.add(commands, store_.size() + 1, trigger);
  try {
    reason = judge_list(commands, list, wrong, now);
  } catch (...) {
    lists_.take_back();
    throw;
  }
  return list;
}

ClientOrderId OrderWay::submit_list(std::span<const NewOrder> commands, OtoTriggerMode trigger, i64 now) {
  if (commands.empty() || commands.size() > OrderLists::kMaxOrders) {
    throw Error(ErrorCode::invalid_argument, "a list has 1 to " + std::to_string(OrderLists::kMaxOrders) +
                                                 " orders, got " + std::to_string(commands.size()));
  }
  // What can not be taken is thrown back before anything changes.
  venue_.require_room(commands.size());
  events_.require_room(kEventsOfOrder * commands.size());
  for (std::size_t place = 0; place < commands.size(); ++place) store_.check_new(commands[place], place);
  std::size_t wrong = 0;
  RejectReason reason = RejectReason::none;
  const ClientOrderId first = store_.size() + 1;
  const OrderListId list = add_list(commands, trigger, wrong, reason, now);
  for (std::size_t place = 0; place < commands.size(); ++place) {
    NewOrder command = commands[place];
    command.list = list;
    command.parent = place > 0 && OrderLists::has_parent(commands) ? first : 0;
    if (list != 0) command.flags |= lists_.flags_of(list, place);
    store_.create(command, now, static_cast<u8>(place));
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

void OrderWay::list_changed(const Order& order, ExecType exec_type, RejectReason reason) {
  if ((order.flags & kShared) != 0) {
    const Reservation before = lists_.held(order);
    const Reservation after = lists_.worst_of(order, store_);
    gate_.exposure().change(order.strategy, order.instrument, order.side, before, after);
    lists_.hold(order.list(), order.place(), after);
  }
  if (!lists_.is_current(order)) lists_.recount(order, store_);
  lists_.touch(order, exec_type, reason);
}

void OrderWay::work_lists(i64 now) {
  while (const OrderListId list = lists_.take_touched()) {
    try {
      for (std::size_t place = 0; place < lists_.count(list); ++place) {
        Order& order = *store_.find(lists_.order_at(list, place));
        if (lists_.reopened(order)) withdraw_earlier(order, now);
        work(order, now);
      }
    } catch (...) {
      lists_.put_back(list);
      throw;
    }
  }
}

// What was renewed and then came back, by a bust, has been replaced.
void OrderWay::withdraw_earlier(const Order& order, i64 now) {
  for (ClientOrderId id = order.renews(); id != 0; id = store_.find(id)->renews()) {
    Order& earlier = *store_.find(id);
    const bool works = is_open(earlier.ord_status) && earlier.ord_status != OrderStatus::pending_cancel;
    if (!works || lists_.cancel_refused(earlier)) continue;
    lists_.count_step(now);
    if (lists_.lost_too_often(earlier)) {
      give_up_cancel(earlier, RejectReason::contingency, now);
      continue;
    }
    lists_.asked_earlier(earlier, now);
    cancel(earlier, RejectReason::contingency, now);
  }
}

// Its strategy hears that the list stops asking: as of a refusal, in the place of one request more.
void OrderWay::give_up_cancel(Order& order, RejectReason reason, i64 now) {
  say(order, ExecType::pending_cancel, reason, now);
  tell(order, ExecType::cancel_rejected, now, kNoPrice, 0, kNoPrice, RejectReason::lost_too_often);
}

void OrderWay::refuse_resize(Order& order, const ReplaceRequest& request, RejectReason reason, i64 now) {
  if (note_replace(order, request, now)) tell(order, ExecType::replace_rejected, now, kNoPrice, 0, kNoPrice, reason);
}

void OrderWay::work(Order& order, i64 now) {
  const ListStep step = lists_.step(order, store_);
  if (step.act != ListStep::Act::none) lists_.count_step(now);
  switch (step.act) {
    case ListStep::Act::start:
      return start(order, step.quantity, now);
    case ListStep::Act::resize:
      return resize(order, step, now);
    case ListStep::Act::renew:
      return renew(order, step.quantity, now);
    case ListStep::Act::cancel:
      return withdraw(order, step.reason, now);
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
  // Nor is there something to reduce before the parent has turned the position.
  const bool too_early = is_too_small(reason) || reason == RejectReason::reduce_only_would_increase;
  if (too_early && lists_.may_grow(order, store_)) return;
  const bool waits = emulation_.takes(sent);
  if (reason == RejectReason::none && waits) reason = emulation_.check(sent);
  if (reason != RejectReason::none) {
    lists_.stop_waiting(order);
    return say(order, ExecType::denied, reason, now);
  }
  venue_.require_room();
  if (waits) emulation_.make_room(sent);
  if (quantity != order.order_qty) tell(order, ExecType::replaced, now, order.price, quantity, order.stop_price());
  lists_.stop_waiting(order);
  const i64 value_price = RiskGate::value_at_release(sent, order, view);
  const Reservation before = reservation_of(order);
  order.value_price = value_price;
  order.flags &= static_cast<u16>(~kWaiting);  // from here on it holds something back
  exposure_changed(order, ExecType::released, before);
  say(order, ExecType::released, RejectReason::none, now);
  if (waits) {
    hold(order, value_price, now);
  } else {
    send(order, value_price, now);
  }
}

// What waits in the core is judged when it leaves; at the venue a refusal of the gate is told as one of the request.
void OrderWay::resize(Order& order, const ListStep& step, i64 now) {
  ReplaceRequest request{order.client_order_id, order.price, step.quantity, order.strategy, order.stop_price()};
  // Less than the instrument's minimum can not stand: reduce-only it trades no more than there is to close.
  const bool reduces_only = (order.flags & kReduceOnly) != 0;
  const i64 least = instrument_of(order.instrument)->definition().min_quantity;
  if (step.quantity < least) {
    if (!reduces_only) return withdraw(order, RejectReason::quantity_below_minimum, now);
    if (order.order_qty <= least || order.pending_qty() != 0) return;
    request.quantity = least;
  }
  if (order.ord_status == OrderStatus::emulated) {
    restate(order, request, now);
    return;
  }
  if (lists_.lost_too_often(order)) return refuse_resize(order, request, RejectReason::lost_too_often, now);
  const RejectReason reason = replace_one(request, &order, now);
  if (reason == RejectReason::none) return lists_.asked(order, step, now);
  if (reason == RejectReason::request_pending) return;
  if (reason == RejectReason::notional_below_minimum && !reduces_only) return withdraw(order, reason, now);
  lists_.refused(order, step);
  refuse_resize(order, request, reason, now);
}

// Until there is enough for it again.
void OrderWay::withdraw(Order& order, RejectReason reason, i64 now) {
  if (order.ord_status == OrderStatus::pending_cancel || lists_.cancel_refused(order)) return;
  if (lists_.lost_too_often(order)) return give_up_cancel(order, reason, now);
  lists_.asked(order, {ListStep::Act::cancel, 0, reason}, now);
  cancel(order, reason, now);
}

// There is more to do than an order that is over has done: another one like it takes its place.
void OrderWay::renew(Order& over, i64 quantity, i64 now) {
  const OrderTerms terms = store_.terms(over);
  const bool trails = pytrader::trails(over.order_type);
  NewOrder order = sent_order(over, terms);
  order.order_type = over.order_type;
  order.terms = terms;
  if (waits_for_price(over.order_type) && !trails) order.terms.stop_price = lists_.stop_price(over);
  if (!rules_of(over.order_type)->takes_price) order.price = kNoPrice;
  order.trigger_type = over.trigger_type;
  order.trigger_symbol = over.trigger_symbol();
  order.time_in_force = over.time_in_force;
  order.flags |= over.flags & (kEmulate | kShared);
  order.quantity = quantity;
  const u16 flags_of_core = order.flags & kSetByCore;
  order.flags &= static_cast<u16>(~kSetByCore);
  const RiskView view = view_of(order.strategy, order.instrument, now);
  Reservation shared;
  RejectReason reason =
      gate_.check_release(order, over, *instrument_of(order.instrument), view, shared_of(&over, shared));
  if (is_too_small(reason) && lists_.may_grow(over, store_)) return;
  const bool waits = emulation_.takes(order);
  if (reason == RejectReason::none && waits) reason = emulation_.check(order);
  venue_.require_room();
  if (waits) emulation_.make_room(order);
  const i64 value_price = RiskGate::value_at_release(order, over, view);
  order.flags |= flags_of_core;
  order.list = over.list();
  order.parent = over.parent();
  Order& made = store_.create(order, now);
  store_.renew(made, over);
  lists_.renewed(made, over);
  if (reason != RejectReason::none) {
    say(made, ExecType::denied, reason, now);
  } else if (waits) {
    hold(made, value_price, now);
  } else {
    send(made, value_price, now);
  }
}

}  // namespace pytrader
