// Folds reports and requests into orders: facts in any order, one status from them.
#include "execution/order_store.hpp"

#include <string>

#include "decimal/error.hpp"
#include "model/sent_order.hpp"

namespace pytrader {
namespace {

bool is_of_trade(ExecType exec_type) {
  return exec_type == ExecType::trade || exec_type == ExecType::trade_correct || exec_type == ExecType::trade_cancel;
}

void fill_event(const Order& order, ExecType exec_type, i64 ts_event, i64 ts_init, RejectReason reason,
                OrderEvent& out) {
  out = {.ts_event = ts_event,
         .ts_init = ts_init,
         .client_order_id = order.client_order_id,
         .venue_order_id = order.venue_order_id,
         .exec_id = 0,
         .price = order.price,
         .order_qty = order.order_qty,
         .cum_qty = order.cum_qty,
         .leaves_qty = order.leaves_qty(),
         .last_px = 0,
         .last_qty = 0,
         .strategy = order.strategy,
         .instrument = order.instrument,
         .exec_type = exec_type,
         .ord_status = order.ord_status,
         .side = order.side,
         .liquidity = Liquidity::none,
         .reason = reason,
         .stop_price = order.stop_price()};
}

bool is_own(ExecType exec_type) {
  return exec_type == ExecType::initialized || exec_type == ExecType::denied || exec_type == ExecType::emulated ||
         exec_type == ExecType::released || exec_type == ExecType::pending_new ||
         exec_type == ExecType::pending_cancel || exec_type == ExecType::pending_replace;
}

bool is_end(ExecType exec_type) {
  return exec_type == ExecType::canceled || exec_type == ExecType::expired || exec_type == ExecType::rejected;
}

void forget_replace(Order& order) {
  if (order.own_rare_facts == nullptr) return;
  RareFacts& rare = *order.own_rare_facts;
  rare.pending_price = rare.pending_stop = kNoPrice;
  rare.pending_qty = 0;
}

// An answer that the venue gave before it had our last request answers an earlier one.
bool answers(u64 asked, const ExecutionReport& report) {
  return report.sequence == 0 || report.sequence > asked;
}

bool states_price(const Order& order, i64 price) {
  const bool gets_limit =
      order.order_type == OrderType::trailing_stop_limit || order.order_type == OrderType::market_to_limit;
  return price != kNoPrice && (order.price != kNoPrice || gets_limit);
}

void set_numbers(Order& order, i64 price, i64 stop_price, i64 limit_offset) {
  if (states_price(order, price)) order.price = order.value_price = price;
  if (stop_price == kNoPrice) return;
  const bool waits = order.stop_price() != kNoPrice;
  if (waits) order.set_stop_price(stop_price);
  // What it is worth while it works does not depend on whether its trigger was told before this.
  const bool at_stop = order.price == kNoPrice && order.trigger_symbol() == 0;
  if (at_stop && (waits || order.has(kTriggered))) {
    order.value_price = value_at_stop(order.side, stop_price, limit_offset);
  }
}

}  // namespace

const char* to_text(Applied applied) noexcept {
  switch (applied) {
    case Applied::taken:
      return "taken";
    case Applied::unknown_order:
      return "unknown_order";
    case Applied::illegal_transition:
      return "illegal_transition";
    case Applied::duplicate_execution:
      return "duplicate_execution";
    case Applied::overfill:
      return "overfill";
    case Applied::bad_quantity:
      return "bad_quantity";
    case Applied::value_overflow:
      return "value_overflow";
    case Applied::stale_report:
      return "stale_report";
    case Applied::repeated_report:
      return "repeated_report";
  }
  return "?";
}

void OrderStore::reserve(u64 orders, u64 trades) {
  orders_.reserve(orders);
  trades_.reserve(static_cast<std::size_t>(trades));
}

void OrderStore::refuse_new(const NewOrder& request) const {
  if (!index_.has(request.strategy, request.instrument)) {
    throw Error(ErrorCode::invalid_argument, "order for strategy " + std::to_string(request.strategy) +
                                                 ", instrument " + std::to_string(request.instrument) +
                                                 ": one of them was never added");
  }
  throw Error(ErrorCode::capacity, "a run holds at most " + std::to_string(kMaxOrders) + " orders");
}

Order& OrderStore::create(const NewOrder& request, i64 ts, u8 place) {
  check_new(request);
  Order& order = orders_.add();
  order.client_order_id = static_cast<u32>(orders_.size());
  order.price = request.price;
  order.order_qty = request.quantity;
  order.value_price = request.price == kNoPrice ? 0 : request.price;
  order.ts_init = order.ts_last = ts;
  order.strategy = request.strategy;
  order.instrument = request.instrument;
  order.tag = request.tag;
  order.side = request.side;
  order.order_type = request.order_type;
  order.time_in_force = request.time_in_force;
  order.self_trade = request.self_trade;
  order.trigger_type = request.trigger_type;
  order.flags = request.flags;
  const bool has_terms = !(request.terms == OrderTerms{});
  if (has_terms || request.parent != 0 || request.list != 0 || request.trigger_symbol != 0 ||
      request.contingency != Contingency::none) [[unlikely]]
    keep_rare(order, request, place);
  return order;
}

void OrderStore::keep_rare(Order& order, const NewOrder& request, u8 place) {
  RareFacts& rare = rare_facts_of(order);
  rare.list = request.list;
  rare.place = place;
  rare.contingency = request.contingency;
  rare.stop_price = request.terms.stop_price;
  rare.trigger_symbol = request.trigger_symbol;
  if (request.parent != 0 && request.parent < orders_.size()) {  // it is denied otherwise
    rare.parent = static_cast<u32>(request.parent);
    rare_facts_of(orders_[rare.parent]);  // for its children
  }
  if (request.terms == OrderTerms{}) return;
  terms_.push_back(request.terms);
  rare.terms = static_cast<u32>(terms_.size());
}

inline void OrderStore::tell(Order& order, const ExecutionReport& report, OrderStatus next, i64 ts_init,
                             OrderEvent& out) {
  if (report.sequence > order.last_sequence) order.last_sequence = report.sequence;
  index_.venue_number(order, report.venue_order_id);
  order.ts_last = ts_init;
  move_to(order, next);
  fill_event(order, report.exec_type, report.ts_event, ts_init, report.reason, out);
  if (report.reason != RejectReason::none) order.reason = report.reason;
  if (!is_of_trade(report.exec_type)) return;
  out.exec_id = report.exec_id;
  out.last_px = report.last_px;
  out.last_qty = report.last_qty;
  out.liquidity = report.liquidity;
  if (report.exec_type != ExecType::trade_cancel) return;
  const ToldTrade& trade = *trades_.find(order.client_order_id, report.exec_id).trade;
  out.last_px = trade.price;
  out.last_qty = trade.quantity;
}

bool OrderStore::add_trade(Sums& sums, i64 price, i64 quantity) noexcept {
  return !__builtin_add_overflow(sums.quantity, quantity, &sums.quantity) &&
         !__builtin_add_overflow(sums.value, static_cast<i128>(price) * quantity, &sums.value);
}

bool OrderStore::take_trade(Sums& sums, i64 price, i64 quantity) noexcept {
  return !__builtin_sub_overflow(sums.quantity, quantity, &sums.quantity) &&
         !__builtin_sub_overflow(sums.value, static_cast<i128>(price) * quantity, &sums.value);
}

void OrderStore::set_sums(Order& order, const Sums& sums) {
  order.cum_qty = sums.quantity;
  order.cum_value_low = static_cast<i64>(sums.value);
  const u128 beyond = static_cast<u128>(sums.value) - static_cast<u128>(static_cast<i128>(order.cum_value_low));
  const u64 carry = static_cast<u64>(beyond >> 64);
  if (carry != order.rare_facts().value_carry) [[unlikely]]
    rare_facts_of(order).value_carry = carry;
}

// A trade is money: it is taken whatever the order's state, and beyond the order's quantity too, for the report that
// raised it may still be on its way.
inline Applied OrderStore::apply_trade(Order& order, const ExecutionReport& report, TradeChange& change) {
  const ReportRank rank = rank_of(report);
  const ToldTrades::Place place = trades_.find(order.client_order_id, report.exec_id);
  if (ToldTrade* const known = place.trade; known != nullptr) {
    if (known->told) return Applied::duplicate_execution;
    known->told = true;
    const i64 counted = known->busted ? 0 : known->quantity;
    if (report.last_qty > counted) told(order, report.last_qty - counted);
    if (!known->busted)
      change = {TradeChange::Kind::placed, report.exec_id, rank, known->placed, known->price, known->quantity};
    known->placed = rank;
    return Applied::stale_report;
  }
  if (report.last_qty <= 0) return Applied::bad_quantity;
  Sums sums{order.cum_qty, order.cum_value()};
  if (!add_trade(sums, report.last_px, report.last_qty)) return Applied::value_overflow;
  trades_.add(place, {report.exec_id, report.last_px, report.last_qty, rank, order.client_order_id, 0, true, false});
  set_sums(order, sums);
  order.facts |= kAcknowledged;
  told(order, report.last_qty);
  change = {TradeChange::Kind::told, report.exec_id, rank, {}, report.last_px, report.last_qty};
  return Applied::taken;
}

// The newest word on a trade holds; one that comes before its trade stands for it.
Applied OrderStore::apply_correction(Order& order, const ExecutionReport& report, TradeChange& change) {
  if (report.last_qty <= 0) return Applied::bad_quantity;
  const ReportRank rank = rank_of(report);
  const ToldTrades::Place place = trades_.find(order.client_order_id, report.exec_id);
  ToldTrade* const known = place.trade;
  Sums sums{order.cum_qty, order.cum_value()};
  if (known != nullptr) {
    const bool same = known->price == report.last_px && known->quantity == report.last_qty;
    if (!known->busted && same && rank == trades_.stated(*known)) return Applied::duplicate_execution;
    if (known->busted) return Applied::stale_report;
    if (is_older(rank, trades_.stated(*known))) {
      // Until its trade is told the oldest word on it says when it happened.
      if (!known->told && is_older(rank, known->placed)) {
        change = {TradeChange::Kind::placed, report.exec_id, rank, known->placed, known->price, known->quantity};
        known->placed = rank;
      }
      return Applied::stale_report;
    }
    if (!take_trade(sums, known->price, known->quantity)) return Applied::value_overflow;
  }
  if (!add_trade(sums, report.last_px, report.last_qty)) return Applied::value_overflow;
  set_sums(order, sums);
  order.facts |= kAcknowledged;
  if (known == nullptr) {
    told(order, report.last_qty);
    trades_.state(trades_.add(place, {report.exec_id, report.last_px, report.last_qty, rank, order.client_order_id, 0,
                                      false, false}),
                  rank);
    change = {TradeChange::Kind::told, report.exec_id, rank, {}, report.last_px, report.last_qty};
    return Applied::taken;
  }
  known->price = report.last_px;
  known->quantity = report.last_qty;
  trades_.state(*known, rank);
  change = {TradeChange::Kind::corrected, report.exec_id, known->placed, {}, report.last_px, report.last_qty};
  return Applied::taken;
}

// A bust is for good: whatever is told of the trade later changes nothing.
Applied OrderStore::apply_bust(Order& order, const ExecutionReport& report, TradeChange& change) {
  const ToldTrades::Place place = trades_.find(order.client_order_id, report.exec_id);
  ToldTrade* const known = place.trade;
  if (known == nullptr) {
    trades_.add(place, {report.exec_id, 0, 0, rank_of(report), order.client_order_id, 0, false, true});
    order.facts |= kAcknowledged;
    return Applied::taken;
  }
  if (known->busted) return Applied::duplicate_execution;
  Sums sums{order.cum_qty, order.cum_value()};
  if (!take_trade(sums, known->price, known->quantity)) return Applied::value_overflow;
  set_sums(order, sums);
  known->busted = true;
  change = {TradeChange::Kind::busted, report.exec_id, known->placed, {}, known->price, 0};
  return Applied::taken;
}

// The first word of a venue on an order: whatever else stated its numbers is newer.
inline Applied OrderStore::apply_new(Order& order, const ExecutionReport& report) {
  if (order.has(kNewTold)) return Applied::repeated_report;
  if (report.quantity <= 0) return Applied::bad_quantity;
  order.facts |= kNewTold | kAcknowledged;
  const RareFacts& rare = order.rare_facts();
  const bool newest = rare.restated == ReportRank{};
  if (newest) order.order_qty = report.quantity;
  set_numbers(order, rare.priced == ReportRank{} ? report.price : kNoPrice, newest ? report.stop_price : kNoPrice,
              limit_offset(order));
  return Applied::taken;
}

// A replace that we asked for, or what the venue changed unasked: only the first answers a request.
Applied OrderStore::apply_replaced(Order& order, const ExecutionReport& report) {
  if (report.quantity <= 0) return Applied::bad_quantity;
  const ReportRank rank = rank_of(report);
  const RareFacts& known = order.rare_facts();
  if (rank.sequence != 0 && rank.sequence == known.restated.sequence) return Applied::repeated_report;
  const bool older = is_older(rank, known.restated);
  const bool asked = report.exec_type == ExecType::replaced && known.pending_qty != 0;
  const bool answer = asked && answers(known.asked_replace, report);
  if (older && !answer) return Applied::stale_report;
  order.facts |= kAcknowledged;
  if (answer) {
    forget_replace(order);
    if (order.request == OrderStatus::pending_replace) order.request = OrderStatus::initialized;
  }
  if (older) return Applied::taken;
  RareFacts& rare = rare_facts_of(order);
  rare.restated = rank;
  order.order_qty = report.quantity;
  const bool newest_price = !is_older(rank, rare.priced);
  set_numbers(order, newest_price ? report.price : kNoPrice, report.stop_price, limit_offset(order));
  if (newest_price) rare.priced = rank;
  return Applied::taken;
}

// It waits no more, and works at the limit that the venue says; a stop order without a limit keeps none.
Applied OrderStore::apply_triggered(Order& order, const ExecutionReport& report) {
  if (order.has(kTriggered)) return Applied::repeated_report;
  order.facts |= kTriggered | kAcknowledged;
  order.set_stop_price(kNoPrice);
  const ReportRank rank = rank_of(report);
  if (report.price == kNoPrice || is_older(rank, order.rare_facts().priced)) return Applied::taken;
  order.price = order.value_price = report.price;
  rare_facts_of(order).priced = rank;
  return Applied::taken;
}

// An order ends once: of several ends the oldest holds, of those of one rank the one with the lowest FIX code.
Applied OrderStore::apply_end(Order& order, const ExecutionReport& report, OrderStatus end) {
  const ReportRank rank = rank_of(report);
  if (order.ended != OrderStatus::initialized) {
    const bool older = rank == order.end_told ? end < order.ended : is_older(rank, order.end_told);
    if (older) order.end_told = rank;
    if (order.ended == end) return Applied::repeated_report;
    if (!older) return Applied::illegal_transition;
  }
  order.ended = end;
  order.end_told = rank;
  set_untold(order, std::max<i64>(0, report.quantity - order.cum_qty));
  order.request = OrderStatus::initialized;
  forget_replace(order);
  return Applied::taken;
}

void OrderStore::set_untold(Order& order, i64 quantity) {
  const i64 before = order.untold_qty();
  if (before == quantity) return;
  if (before == 0) untold_.push_back(order.client_order_id);
  if (quantity == 0) std::erase(untold_, order.client_order_id);
  rare_facts_of(order).untold_qty = quantity;
}

Applied OrderStore::apply_refusal(Order& order, const ExecutionReport& report) {
  const bool of_cancel = report.exec_type == ExecType::cancel_rejected;
  if (!answers(of_cancel ? order.asked_cancel() : order.rare_facts().asked_replace, report))
    return Applied::repeated_report;
  if (!of_cancel) forget_replace(order);
  if (order.request == (of_cancel ? OrderStatus::pending_cancel : OrderStatus::pending_replace)) {
    // A replace that was asked for before the cancel has an answer of its own to come.
    order.request = order.pending_qty() != 0 ? OrderStatus::pending_replace : OrderStatus::initialized;
  }
  order.facts |= kAcknowledged;
  return Applied::taken;
}

inline Applied OrderStore::apply_facts(Order& order, const ExecutionReport& report, TradeChange& change) {
  switch (report.exec_type) {
    case ExecType::trade:
      return apply_trade(order, report, change);
    case ExecType::trade_correct:
      return apply_correction(order, report, change);
    case ExecType::trade_cancel:
      return apply_bust(order, report, change);
    case ExecType::new_:
      return apply_new(order, report);
    case ExecType::replaced:
    case ExecType::restated:
      return apply_replaced(order, report);
    case ExecType::triggered:
      return apply_triggered(order, report);
    case ExecType::canceled:
      return apply_end(order, report, OrderStatus::canceled);
    case ExecType::expired:
      return apply_end(order, report, OrderStatus::expired);
    case ExecType::rejected:
      return apply_end(order, report, OrderStatus::rejected);
    default:
      return apply_refusal(order, report);
  }
}

Applied OrderStore::apply(const ExecutionReport& report, i64 ts_init, OrderEvent& out, TradeChange& change) {
  change = {};
  Order* const found = find(report.client_order_id);
  if (found == nullptr) return refused_.add(Applied::unknown_order, report, OrderStatus::initialized, ts_init);
  Order& order = *found;
  const i64 waited_for = report.stop_price != kNoPrice ? report.stop_price : order.stop_price();
  const bool sent = order.has(kSent);
  const bool ended_here = !sent && order.ended != OrderStatus::initialized;
  const Transition next = transition(order.ord_status, report.exec_type, false, false);
  const bool ends_again = order.ended != OrderStatus::initialized && is_end(report.exec_type);
  const bool legal = (next.legal || ends_again) && !is_own(report.exec_type) && !ended_here;
  const Applied applied = legal ? apply_facts(order, report, change) : Applied::illegal_transition;
  if (applied != Applied::taken) return refused_.add(applied, report, order.ord_status, ts_init);
  if (change.kind != TradeChange::Kind::none && order.is_overfilled()) {
    refused_.add(Applied::overfill, report, order.ord_status, ts_init);
  }
  tell(order, report, sent ? status_of(order) : next.next, ts_init, out);
  if (report.exec_type == ExecType::triggered) out.stop_price = waited_for;
  return Applied::taken;
}

Applied OrderStore::apply_own(ClientOrderId id, ExecType exec_type, RejectReason reason, i64 ts, OrderEvent& out) {
  Order* const order = find(id);
  if (order == nullptr) return refused_.count(Applied::unknown_order);
  const Transition next = transition(order->ord_status, exec_type, order->cum_qty > 0, false);
  // pending_replace carries numbers, so it has a way of its own: request_replace.
  if (!next.legal || !is_own(exec_type) || exec_type == ExecType::pending_replace)
    return refused_.count(Applied::illegal_transition);
  if (exec_type == ExecType::pending_new) {
    order->facts = static_cast<u8>(kSent | (order->facts & (kTriggered | kToCancel)));
    if (order->own_rare_facts != nullptr) order->own_rare_facts->restated = order->own_rare_facts->priced = {};
  }
  if (exec_type == ExecType::pending_cancel) {
    order->request = OrderStatus::pending_cancel;
    order->end_told.sequence = order->last_sequence;
  }
  order->ts_last = ts;
  move_to(*order, next.next);
  fill_event(*order, exec_type, ts, ts, reason, out);
  if (reason != RejectReason::none) order->reason = reason;
  return Applied::taken;
}

Applied OrderStore::request_replace(const ReplaceRequest& request, i64 ts, OrderEvent& out) {
  Order* const order = find(request.client_order_id);
  if (order == nullptr || order->strategy != request.strategy) return refused_.count(Applied::unknown_order);
  const Transition next = transition(order->ord_status, ExecType::pending_replace, order->cum_qty > 0, false);
  if (!next.legal) return refused_.count(Applied::illegal_transition);
  if (request.quantity <= order->cum_qty) return refused_.count(Applied::bad_quantity);
  RareFacts& rare = rare_facts_of(*order);
  rare.pending_price = request.price;
  rare.pending_stop = request.stop_price;
  rare.pending_qty = request.quantity;
  rare.asked_replace = order->last_sequence;
  order->request = OrderStatus::pending_replace;
  order->ts_last = ts;
  move_to(*order, next.next);
  fill_event(*order, ExecType::pending_replace, ts, ts, RejectReason::none, out);
  return Applied::taken;
}

void OrderStore::move_to(Order& order, OrderStatus next) {
  const bool was_open = is_open(order.ord_status);
  const bool opens = is_open(next);
  const OrderStage stage_before = stage_of(order.ord_status);
  if (was_open && !opens) index_.closed(order);
  order.ord_status = next;
  if (!opens) return index_.note_closed(order);
  if (!was_open) {
    index_.opened(order);
  } else if (stage_of(next) != stage_before) {
    index_.moved(order, stage_before, stage_of(next));
  }
  // Holds by construction; a break means that memory or this file is wrong, and no further order may leave.
  if (order.cum_qty < 0 || is_complete(order)) {
    throw Error(ErrorCode::invalid_state, "order " + std::to_string(order.client_order_id) + ": open with cum_qty " +
                                              std::to_string(order.cum_qty) + " of " + std::to_string(order.order_qty));
  }
}

ClientOrderId OrderStore::first_inconsistent() const noexcept {
  u64 open_orders = 0;
  for (ClientOrderId id = 1; id <= orders_.size(); ++id) {
    const Order& order = orders_[id];
    const bool open = is_open(order.ord_status);
    open_orders += open ? 1 : 0;
    const bool sums = !open || (order.cum_qty + order.leaves_qty() == std::max(order.order_qty, order.cum_qty) &&
                                !is_complete(order));
    const bool placed = open == (order.open != 0);
    const bool told = !order.has(kSent) || order.ord_status == status_of(order);
    if (!sums || !placed || !told || order.cum_qty < 0) return id;
  }
  return index_.consistent(orders_.size()) && open_orders == open_count() ? 0 : orders_.size();
}

}  // namespace pytrader
