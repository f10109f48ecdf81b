// Requests of strategies and reports of venues in a back-test: how they leave, get lost, and arrive.
#include "kernel/backtest_loop.hpp"

namespace pytrader {
namespace {

i64 later(i64 time, i64 latency) noexcept {
  i64 sum = 0;
  return __builtin_add_overflow(time, latency, &sum) ? INT64_MAX : sum;
}

}  // namespace

bool BacktestLoop::command_arrives() {
  const Command command = commands_.front();
  commands_.pop();
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
  collect();
  return true;
}

bool BacktestLoop::report_arrives() {
  const ExecutionReport report = responses_.front().report;
  responses_.pop();
  return kernel_.apply_report(report, now_);
}

// What venues have said and published is on its way.
void BacktestLoop::collect() {
  if (!published_.said().empty()) [[unlikely]] {
    events_ += published_.said().size();
    published_.send(later(now_, published_latency_->next(now_)));
  }
  for (const ExecutionReport& report : said_) responses_.push({hops_.response_leaves(now_), report});
  said_.clear();
}

void BacktestLoop::submit(const Order& order, i64 ts) {
  send(RequestKind::submit, order, order.price, order.stop_price, order.order_qty, ts);
}

void BacktestLoop::cancel(const Order& order, i64 ts) {
  send(RequestKind::cancel, order, order.price, order.stop_price, order.order_qty, ts);
}

void BacktestLoop::replace(const Order& order, i64 ts) {
  send(RequestKind::replace, order, order.pending_price, order.pending_stop, order.pending_qty, ts);
}

// The venue never has the request: the strategy hears of it as of a rejection.
void BacktestLoop::lose(RequestKind kind, const Order& order, i64 heard_ts) {
  constexpr ExecType kRejections[kRequestKinds] = {ExecType::rejected, ExecType::cancel_rejected,
                                                   ExecType::replace_rejected};
  Response lost;
  lost.due = heard_ts;
  lost.report.ts_event = heard_ts;
  lost.report.client_order_id = order.client_order_id;
  lost.report.venue_order_id = order.venue_order_id;
  lost.report.instrument = order.instrument;
  lost.report.exec_type = kRejections[static_cast<std::size_t>(kind)];
  lost.report.reason = RejectReason::request_lost;
  responses_.push(lost);
}

void BacktestLoop::send(RequestKind kind, const Order& order, i64 price, i64 stop_price, i64 quantity, i64 ts) {
  const MessageHops::Arrival arrival = hops_.request_leaves(kind, ts);
  if (!arrival.delivered) {
    lose(kind, order, arrival.due);
    return;
  }
  NewOrder told{order.client_order_id, price,      quantity,   order.strategy,
                order.instrument,      order.tag,  order.side, order.order_type,
                order.time_in_force,   order.flags};
  told.self_trade = order.self_trade;
  told.trigger_type = order.trigger_type;
  told.contingency = order.contingency;
  told.list = order.list;
  told.parent = order.parent;
  told.terms = kernel_.orders().terms(order);
  told.terms.stop_price = stop_price;
  commands_.push({arrival.due, kind, told});
}

}  // namespace pytrader
