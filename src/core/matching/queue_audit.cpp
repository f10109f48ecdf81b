// Feeding one truth and many guesses, and keeping count of how they differ.
#include "matching/queue_audit.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

constexpr u64 kMostRows = u64{1} << 32;
// A count of trials times this stays in 64 bits.
constexpr i64 kMostLots = i64{1} << 24;

std::size_t index_of(Side side) noexcept {
  return side == Side::buy ? 0 : 1;
}

}  // namespace

QueueAudit::QueueAudit(const std::vector<QueueModelChoice>& choices, const QueueAuditPlan& plan)
    : plan_(plan), truth_(0, MarketKind::l3, numbers_, said_), figures_(choices.size()) {
  if (plan.life_rows < 1 || plan.life_rows > kMostRows || plan.quantity < 1 || plan.quantity > kMostLots) {
    throw Error(ErrorCode::invalid_argument, "queue audit: a life of " + std::to_string(plan.life_rows) + " rows and " +
                                                 std::to_string(plan.quantity) +
                                                 " lots; give 1 to 2^32 rows and 1 to 2^24 lots");
  }
  for (const QueueModelChoice& choice : choices) {
    guesses_.push_back(std::make_unique<SimulatedVenue>(0, MarketKind::l2, numbers_, said_));
    guesses_.back()->set_queue_model(make_queue_model(choice));
  }
  for (Trial& trial : trials_) trial.filled.resize(choices.size() + 1);
  touched_.reserve(2);
}

void QueueAudit::apply(const L3Record& record) {
  ++rows_;
  for (const Side side : {Side::buy, Side::sell}) {
    Trial& trial = trials_[index_of(side)];
    if (trial.rests && rows_ > trial.last_row) end(trial, record.ts_event);
    if (!trial.rests) begin(side, record.ts_event);
  }
  find_touched(record);
  truth_.apply_l3(record);
  hear(0);
  tell_levels(record);
  for (const TouchedLevel& level : touched_) sample(level.side, level.price);
}

void QueueAudit::begin(Side side, i64 ts) {
  const Ladder& ladder = book().side(side);
  if (ladder.empty() || book().side(opposite(side)).empty()) return;
  Trial& trial = trials_[index_of(side)];
  NewOrder order{};
  order.client_order_id = trial.id = ++last_id_;
  order.price = trial.price = ladder.best_price();
  order.quantity = plan_.quantity;
  order.side = side;
  order.order_type = OrderType::limit;
  order.time_in_force = TimeInForce::gtc;
  order.flags = kPostOnly;
  std::fill(trial.filled.begin(), trial.filled.end(), 0);
  trial.last_row = rows_ + plan_.life_rows;
  truth_.submit(order, ts);
  trial.rests = hear(0);
  for (std::size_t i = 0; i < guesses_.size(); ++i) {
    guesses_[i]->submit(order, ts);
    trial.rests = hear(i + 1) && trial.rests;
  }
  // An own order of the other side that only some venues still have stands in the way: the next row tries again.
  if (!trial.rests) cancel_everywhere(trial, ts);
}

void QueueAudit::end(Trial& trial, i64 ts) {
  for (std::size_t i = 0; i < guesses_.size(); ++i) {
    QueueAuditFigures& figures = figures_[i];
    const i64 in_truth = trial.filled[0];
    const i64 guessed = trial.filled[i + 1];
    ++figures.orders;
    figures.ordered_lots += plan_.quantity;
    figures.true_lots += in_truth;
    figures.filled_lots += guessed;
    figures.false_lots += std::max<i64>(0, guessed - in_truth);
    figures.missed_lots += std::max<i64>(0, in_truth - guessed);
  }
  cancel_everywhere(trial, ts);
  trial.rests = false;
}

void QueueAudit::cancel_everywhere(const Trial& trial, i64 ts) {
  truth_.cancel(trial.id, ts);
  for (const auto& guess : guesses_) guess->cancel(trial.id, ts);
  said_.clear();
}

void QueueAudit::touch(Side side, i64 price) {
  if (valid(side)) touched_.push_back({side, price, book().level(side, price).quantity});
}

// The levels that the row may change, with what they showed before it.
void QueueAudit::find_touched(const L3Record& record) {
  touched_.clear();
  const BookAction action = static_cast<BookAction>(record.action);
  const u32 slot = action == BookAction::trade ? kNone : book().find(record.order_id);
  const Side side = static_cast<Side>(record.side);
  if (slot == kNone) {
    touch(side, record.price);
    return;
  }
  const OrderView order = book().order(slot);
  touch(order.side, order.price);
  if (action == BookAction::replace && record.price != order.price) touch(order.side, record.price);
}

void QueueAudit::tell_levels(const L3Record& record) {
  const BookAction action = static_cast<BookAction>(record.action);
  const bool prints = action == BookAction::execute || action == BookAction::trade;
  for (std::size_t i = 0; i < guesses_.size(); ++i) {
    SimulatedVenue& guess = *guesses_[i];
    const auto tell = [&](BookAction what, Side side, i64 price, i64 quantity) {
      guess.apply_l2({record.ts_event, record.ts_init, static_cast<i64>(what), static_cast<i64>(side), price, quantity,
                      0, record.flags});
    };
    if (action == BookAction::clear) tell(BookAction::clear, Side{}, 0, 0);
    if (prints && !touched_.empty()) tell(BookAction::trade, touched_[0].side, touched_[0].price, record.quantity);
    for (const TouchedLevel& level : touched_) {
      const i64 after = book().level(level.side, level.price).quantity;
      if (after != level.before) tell(BookAction::add, level.side, level.price, after);
    }
    hear(i + 1);
  }
}

bool QueueAudit::hear(std::size_t number) {
  bool accepted = true;
  for (const ExecutionReport& report : said_) {
    accepted = accepted && report.exec_type != ExecType::rejected;
    if (report.exec_type != ExecType::trade) continue;
    for (Trial& trial : trials_) {
      if (trial.id == report.client_order_id) trial.filled[number] += report.last_qty;
    }
  }
  said_.clear();
  return accepted;
}

void QueueAudit::sample(Side side, i64 price) {
  const Trial& trial = trials_[index_of(side)];
  const u32 known = trial.rests && trial.price == price ? truth_.orders().find(trial.id) : kNone;
  if (known == kNone) return;
  const i64 ahead = truth_.l3_quantity_ahead(known);
  for (std::size_t i = 0; i < guesses_.size(); ++i) {
    const VenueOrders& orders = guesses_[i]->orders();
    const u32 slot = orders.find(trial.id);
    if (slot == kNone) continue;
    const i128 place = (static_cast<i128>(orders[slot].place) << 32) + orders[slot].place_fraction;
    const i128 error = place - (static_cast<i128>(ahead) << 32);
    ++figures_[i].samples;
    figures_[i].error += error;
    figures_[i].absolute_error += error < 0 ? -error : error;
  }
}

}  // namespace pytrader
