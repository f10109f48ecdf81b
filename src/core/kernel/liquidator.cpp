// What is still to be canceled and closed, instrument by instrument.
#include "kernel/liquidator.hpp"

#include <algorithm>

namespace pytrader {
namespace {

// What the kernel did by itself, as the first word of its part of the running hash; the kernel's own marks are below.
enum class HashMark : u64 { liquidation = 2'000, cancel, close };

i64 smaller_limit(i64 limit, i64 other) noexcept {
  return other > 0 ? std::min(limit, other) : limit;
}

}  // namespace

void Liquidator::begin(StrategyIndex strategy, bool close_positions, TagIndex tag) {
  Job& job = jobs_.at(strategy);
  hash_.add_all(HashMark::liquidation, strategy, close_positions);
  if (!job.active) ++active_;
  job.active = true;
  job.close_positions = job.close_positions || close_positions;
  job.tag = tag;
  job.first_closing.resize(board_.size(), 0);
  job.closing.resize(board_.size(), 0);
  job.asked.assign(board_.size(), 0);
}

bool Liquidator::work(StrategyIndex strategy, i64 now, bool again) {
  Job& job = jobs_[strategy];
  if (!job.active) return true;
  bool done = true;
  for (InstrumentIndex instrument = 0; instrument < board_.size(); ++instrument) {
    done = work_on(job, strategy, instrument, now, again) && done;
  }
  if (!done) return false;
  job = Job{};
  --active_;
  return true;
}

bool Liquidator::ask_cancels(const Job& job, StrategyIndex strategy, InstrumentIndex instrument, i64 now) {
  const OrderStore& store = way_.store();
  // A cancel can close its order at once, so the next one is looked up first. Orders that algorithms work come last:
  // their cancel can close children of theirs that wait in the core, and by then none does.
  for (const u16 worked : {u16{0}, kAlgorithm}) {
    for (ClientOrderId id = store.first_open(strategy, instrument); id != 0;) {
      if (!way_.has_room()) {
        way_.settle_lists(now);
        return false;
      }
      const ClientOrderId next = store.next_open(id);
      const Order& order = *store.find(id);
      const bool asked = id == job.closing[instrument] || order.ord_status == OrderStatus::pending_cancel;
      if (!asked && (order.flags & kAlgorithm) == worked) {
        hash_.add_all(HashMark::cancel, id);
        CancelRequest request{};
        request.client_order_id = id;
        request.strategy = strategy;
        way_.cancel_one(request, now);
      }
      id = next;
    }
  }
  way_.settle_lists(now);
  return true;
}

bool Liquidator::work_on(Job& job, StrategyIndex strategy, InstrumentIndex instrument, i64 now, bool again) {
  const OrderStore& store = way_.store();
  if (again || job.asked[instrument] == 0) job.asked[instrument] = ask_cancels(job, strategy, instrument, now);
  if (store.open_count(strategy, instrument) != 0 || has_untold(strategy, instrument)) return false;
  const i64 position = way_.ledger().position(strategy, instrument).quantity;
  if (!job.close_positions || position == 0) return true;
  NewOrder order{};
  order.price = kNoPrice;
  order.side = position > 0 ? Side::sell : Side::buy;
  order.quantity = std::min(position > 0 ? position : -position, largest_order(strategy, instrument, order.side));
  order.strategy = strategy;
  order.instrument = instrument;
  order.tag = job.tag;
  order.order_type = OrderType::market;
  order.time_in_force = TimeInForce::ioc;
  order.flags = kReduceOnly;
  hash_.add_all(HashMark::close, instrument, order.quantity, order.side);
  const ClientOrderId id = way_.submit(order, now);
  if (job.first_closing[instrument] == 0) job.first_closing[instrument] = id;
  job.closing[instrument] = id;
  return false;
}

// Whether trades of orders that have ended are still to be told.
bool Liquidator::has_untold(StrategyIndex strategy, InstrumentIndex instrument) const {
  const auto& untold = way_.store().untold();
  return std::any_of(untold.begin(), untold.end(), [&](ClientOrderId id) {
    const Order& order = *way_.store().find(id);
    return order.strategy == strategy && order.instrument == instrument;
  });
}

// In lots; at least one, so that what can not be traded at all is denied with the gate's reason.
i64 Liquidator::largest_order(StrategyIndex strategy, InstrumentIndex instrument, Side side) const {
  const InstrumentMarket& market = board_[instrument];
  const InstrumentDefinition& definition = market.instrument->definition();
  const RiskLimits& limits = way_.gate().limits(strategy);
  i64 lots = smaller_limit(definition.max_quantity, limits.max_order_quantity);
  const i64 price = side == Side::buy ? market.best_ask() : market.best_bid();
  i128 lot_value = 0;
  if (price == kNoPrice || !market.instrument->value_of(price < 0 ? -price : price, lot_value) || lot_value <= 0) {
    return lots;
  }
  for (const i128 notional : {definition.max_notional.raw, limits.max_order_notional}) {
    const i128 most = notional > 0 ? notional / lot_value : 0;
    if (most > 0 && most < lots) lots = static_cast<i64>(most);
  }
  return std::max<i64>(lots, 1);
}

// The strategy itself sends nothing meanwhile, and what its lists and algorithms renew belongs to them.
bool Liquidator::is_own(const Job& job, const OrderEvent& event) const noexcept {
  if (event.instrument >= job.first_closing.size() || job.first_closing[event.instrument] == 0) return false;
  const Order& order = *way_.store().find(event.client_order_id);
  return event.client_order_id >= job.first_closing[event.instrument] && order.list() == 0 && order.parent() == 0;
}

bool Liquidator::is_progress(const OrderEvent& event) const noexcept {
  if (event.exec_type == ExecType::trade) return true;
  if (!is_own(jobs_[event.strategy], event)) return is_closed(event.ord_status);
  return event.cum_qty > 0 && (event.exec_type == ExecType::canceled || event.exec_type == ExecType::expired);
}

}  // namespace pytrader
