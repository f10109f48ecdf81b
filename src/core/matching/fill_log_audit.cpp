// Playing a log of orders at level venues, one a model.
#include "matching/fill_log_audit.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

constexpr i64 kMostLots = i64{1} << 40;

void check(const LoggedOrder& order, std::size_t number) {
  const char* why = nullptr;
  if (!valid(static_cast<Side>(order.side))) why = "side must be 1 (buy) or 2 (sell)";
  if (order.ts_left < order.ts_joined) why = "it left before it joined";
  if (order.quantity < 1 || order.quantity > kMostLots) why = "quantity must be 1 to 2^40 lots";
  if (order.filled < 0 || order.filled > order.quantity) why = "filled must be 0 to the quantity";
  if (order.price == kNoPrice) why = "a resting order needs a price";
  if (why == nullptr) return;
  throw Error(ErrorCode::invalid_argument, "fill log: order " + std::to_string(number) + ": " + why);
}

}  // namespace

FillLogAudit::FillLogAudit(const std::vector<QueueModelChoice>& choices, std::vector<LoggedOrder> orders)
    : orders_(std::move(orders)) {
  for (std::size_t number = 0; number < orders_.size(); ++number) check(orders_[number], number);
  std::stable_sort(orders_.begin(), orders_.end(),
                   [](const LoggedOrder& a, const LoggedOrder& b) { return a.ts_joined < b.ts_joined; });
  for (const QueueModelChoice& choice : choices) {
    guesses_.push_back(
        {std::make_unique<SimulatedVenue>(0, MarketKind::l2, numbers_, said_), std::vector<i64>(orders_.size(), 0)});
    guesses_.back().venue->set_queue_model(make_queue_model(choice));
  }
}

void FillLogAudit::apply_l2(const L2Record& record) {
  act_before(record.ts_event);
  for (Guess& guess : guesses_) {
    guess.venue->apply_l2(record);
    hear(guess);
  }
}

void FillLogAudit::apply_trade(const TradeRecord& record) {
  act_before(record.ts_event);
  for (Guess& guess : guesses_) {
    guess.venue->apply_trade(record);
    hear(guess);
  }
}

std::vector<QueueAuditFigures> FillLogAudit::finish() {
  act_before(INT64_MAX);
  std::vector<QueueAuditFigures> all(guesses_.size());
  for (std::size_t i = 0; i < guesses_.size(); ++i) {
    QueueAuditFigures& figures = all[i];
    for (std::size_t number = 0; number < orders_.size(); ++number) {
      const i64 guessed = guesses_[i].filled[number];
      if (guessed == kRefused) continue;
      const i64 in_truth = orders_[number].filled;
      ++figures.orders;
      figures.ordered_lots += orders_[number].quantity;
      figures.true_lots += in_truth;
      figures.filled_lots += guessed;
      figures.false_lots += std::max<i64>(0, guessed - in_truth);
      figures.missed_lots += std::max<i64>(0, in_truth - guessed);
    }
  }
  return all;
}

// Joins and leaves in order of time; at one time an order joins first.
void FillLogAudit::act_before(i64 ts) {
  const auto later = [this](std::size_t a, std::size_t b) { return orders_[a].ts_left > orders_[b].ts_left; };
  for (;;) {
    const i64 joins = next_ < orders_.size() ? orders_[next_].ts_joined : INT64_MAX;
    const i64 leaves = leaving_.empty() ? INT64_MAX : orders_[leaving_.front()].ts_left;
    if (std::min(joins, leaves) >= ts) return;
    if (joins <= leaves) {
      leaving_.push_back(next_);
      std::push_heap(leaving_.begin(), leaving_.end(), later);
      join(next_++);
    } else {
      leave(leaving_.front());
      std::pop_heap(leaving_.begin(), leaving_.end(), later);
      leaving_.pop_back();
    }
  }
}

void FillLogAudit::join(std::size_t number) {
  const LoggedOrder& logged = orders_[number];
  NewOrder order{};
  order.client_order_id = number + 1;
  order.price = logged.price;
  order.quantity = logged.quantity;
  order.side = static_cast<Side>(logged.side);
  order.order_type = OrderType::limit;
  order.time_in_force = TimeInForce::gtc;
  order.flags = kPostOnly;
  for (Guess& guess : guesses_) {
    guess.venue->submit(order, logged.ts_joined);
    hear(guess);
  }
}

void FillLogAudit::leave(std::size_t number) {
  for (Guess& guess : guesses_) guess.venue->cancel(number + 1, orders_[number].ts_left);
  said_.clear();
}

void FillLogAudit::hear(Guess& guess) {
  for (const ExecutionReport& report : said_) {
    i64& filled = guess.filled[report.client_order_id - 1];
    if (report.exec_type == ExecType::rejected) filled = kRefused;
    if (report.exec_type == ExecType::trade) filled += report.last_qty;
  }
  said_.clear();
}

}  // namespace pytrader
