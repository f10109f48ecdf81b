// Requests of strategies and reports of venues in a back-test: how they leave, get lost, and arrive.
#include <algorithm>

#include "kernel/backtest_loop.hpp"
#include "model/later.hpp"
#include "model/sent_order.hpp"

namespace pytrader {
bool BacktestLoop::command_arrives() {
  // It stays where it is until the venue is done: a venue sends no commands.
  const Command& command = commands_.front();
  const NewOrder& order = command.order;
  ExecutionVenue& venue = *venues_[order.instrument];
  switch (command.kind) {
    case RequestKind::submit:
      venue.submit(order, now_);
      break;
    case RequestKind::cancel:
      venue.cancel(order.client_order_id, now_);
      break;
    case RequestKind::replace:
      venue.replace({order.client_order_id, order.price, order.quantity, order.strategy, order.terms.stop_price}, now_);
      break;
  }
  schedule_.set(order.instrument, venue.next_due());
  commands_.pop();
  collect();
  return true;
}

// The account hears of it as it hears of fills: behind every report that venues made before, and ahead of all later
// ones.
void BacktestLoop::tell_account(const AccountEvent& event) {
  collect();
  Connection& on = connection_to(event.instrument);
  Response response{on.hops.account_event_leaves(now_), on.hops.responses_at_once(), true, {}};
  response.report.instrument = event.instrument;
  responses_.push(response);
  on.cash_events.push(event);
}

// What venues have said and published is on its way.
void BacktestLoop::collect_said() {
  if (!published_.said().empty()) [[unlikely]] {
    events_ += published_.said().size();
    published_.send(later(now_, published_latency_->next(now_)));
  }
  for (ExecutionReport& report : said_) {
    // Reports may overtake one another on their way: this tells in which order they were said.
    if (report.sequence == 0) report.sequence = ++said_count_;
    MessageHops& hops = connection_to(report.instrument).hops;
    responses_.push({hops.response_leaves(now_), hops.responses_at_once(), false, report});
  }
  said_.clear();
}

void BacktestLoop::submit(const Order& order, i64 ts) {
  send(RequestKind::submit, sent_order(order, kernel_.terms(order)), order.venue_order_id, ts);
}

void BacktestLoop::cancel(const Order& order, i64 ts) {
  send(RequestKind::cancel, sent_order(order, kernel_.terms(order)), order.venue_order_id, ts);
}

void BacktestLoop::replace(const Order& order, i64 ts) {
  NewOrder wanted = sent_order(order, kernel_.terms(order));
  wanted.price = order.pending_price;
  wanted.quantity = order.pending_qty;
  // A stop price that stays is not named: at the venue it may trail, or be reached, before the request is there.
  wanted.terms.stop_price = order.pending_stop != order.stop_price ? order.pending_stop : kNoPrice;
  send(RequestKind::replace, wanted, order.venue_order_id, ts);
}

// The venue never has the request: the strategy hears of it as of a rejection.
void BacktestLoop::lose(RequestKind kind, const NewOrder& order, VenueOrderId venue_order_id, i64 heard_ts) {
  constexpr ExecType kRejections[kRequestKinds] = {ExecType::rejected, ExecType::cancel_rejected,
                                                   ExecType::replace_rejected};
  Response lost{};
  lost.due = heard_ts;
  lost.report.ts_event = heard_ts;
  lost.report.client_order_id = order.client_order_id;
  lost.report.venue_order_id = venue_order_id;
  lost.report.instrument = order.instrument;
  lost.report.exec_type = kRejections[static_cast<std::size_t>(kind)];
  lost.report.reason = RejectReason::request_lost;
  lost.report.sequence = ++said_count_;
  responses_.push(lost);
}

void BacktestLoop::send(RequestKind kind, const NewOrder& told, VenueOrderId venue_order_id, i64 ts) {
  MessageHops& hops = connection_to(told.instrument).hops;
  const MessageHops::Arrival arrival = hops.request_leaves(kind, ts);
  if (!arrival.delivered) {
    lose(kind, told, venue_order_id, arrival.due);
    return;
  }
  commands_.push({arrival.due, hops.requests_at_once(), kind, told});
}

}  // namespace pytrader
