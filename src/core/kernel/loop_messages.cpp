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
      if (is_taken_over(order)) [[unlikely]] {
        refuse(order, RejectReason::liquidated);
      } else {
        venue.submit(order, now_);
      }
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
  responses_.push(on.hops.account_event_leaves(now_), on.hops.responses_at_once(), [&event](Response& response) {
    response.report.instrument = event.instrument;
    response.is_cash_event = true;
  });
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
    kernel_.orders().expect(report);
    MessageHops& hops = connection_to(report.instrument).hops;
    responses_.push(hops.response_leaves(now_), hops.responses_at_once(), [&report](Response& response) {
      response.report = report;
      response.is_cash_event = false;
    });
  }
  said_.clear();
}

template <class Write>
void BacktestLoop::send(RequestKind kind, const Order& order, i64 ts, Write&& write) {
  if (replayed_ != nullptr) return;  // what came of it stands in the journal
  MessageHops& hops = connection_to(order.instrument).hops;
  const MessageHops::Arrival arrival = hops.request_leaves(kind, ts);
  if (!arrival.delivered) return lose(kind, order, arrival.due);
  commands_.push(arrival.due, hops.requests_at_once(), [&](Command& command) {
    command.kind = kind;
    write(command);
  });
}

void BacktestLoop::submit(const Order& order, i64 ts) {
  send(RequestKind::submit, order, ts,
       [&](Command& command) { write_sent_order(order, kernel_.terms(order), command.order); });
}

void BacktestLoop::cancel(const Order& order, i64 ts) {
  send(RequestKind::cancel, order, ts, [&](Command& command) {
    command.order.client_order_id = order.client_order_id;
    command.order.instrument = order.instrument;
  });
}

void BacktestLoop::replace(const Order& order, i64 ts) {
  send(RequestKind::replace, order, ts, [&](Command& command) {
    write_sent_order(order, kernel_.terms(order), command.order);
    command.order.price = order.pending_price();
    command.order.quantity = order.pending_qty();
    // A stop price that stays is not named: at the venue it may trail, or be reached, before the request is there.
    command.order.terms.stop_price = order.pending_stop() != order.stop_price() ? order.pending_stop() : kNoPrice;
  });
}

// The venue never has the request: the strategy hears of it as of a rejection.
void BacktestLoop::lose(RequestKind kind, const Order& order, i64 heard_ts) {
  constexpr ExecType kRejections[kRequestKinds] = {ExecType::rejected, ExecType::cancel_rejected,
                                                   ExecType::replace_rejected};
  Response lost{};
  lost.due = heard_ts;
  lost.report.ts_event = heard_ts;
  lost.report.client_order_id = order.client_order_id;
  lost.report.venue_order_id = order.venue_order_id;
  lost.report.instrument = order.instrument;
  lost.report.exec_type = kRejections[static_cast<std::size_t>(kind)];
  lost.report.reason = RejectReason::request_lost;
  lost.report.sequence = ++said_count_;
  responses_.push(lost);
}

}  // namespace pytrader
