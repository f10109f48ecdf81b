// Bars at a simulated venue: what own orders do at an open, and along the way of the price within a bar.
#include <algorithm>
#include <array>

#include "matching/simulated_venue.hpp"
#include "model/order_form.hpp"

namespace pytrader {
namespace {

bool reaches(Side side, i64 limit, i64 price) noexcept {
  return limit == kNoPrice || (side == Side::buy ? price <= limit : price >= limit);
}

bool high_comes_first(BarPath path, const BarRecord& bar) noexcept {
  if (path == BarPath::adaptive) return bar.high - bar.open < bar.open - bar.low;
  return path == BarPath::high_first;
}

}  // namespace

void SimulatedVenue::open_bar(const BarRecord& record) {
  bars_.open();
  // What comes within the bar may trade in it too.
  filled_lists_.clear();
  bar_left_ = INT64_MAX;
  if (rules_.bar_volume_share != 0) {
    bar_left_ = static_cast<i64>(i128{record.volume} * rules_.bar_volume_share / 10'000);
  }
  if (orders_.empty()) {
    triggers_.set_price(TriggerSource::last, record.open);
    triggers_.set_price(TriggerSource::bar_touch, record.open);
  } else if (matches_) {
    trade_at_open(record.open, record.ts_open);
  }
  bars_.begin(record.ts_open, record.open);
}

void SimulatedVenue::trade_at_open(i64 open, i64 ts) {
  if (impact_ != nullptr) impact_->advance(ts);
  open_waiting(open, ts);
  for (const TriggerSource source : {TriggerSource::last, TriggerSource::bar_touch}) {
    elect_in_bar(source, open, open, ts);
  }
  open_resting(Side::buy, open, ts);
  open_resting(Side::sell, open, ts);
  put_back_deferred();
  if (!pulled_.empty()) pull_orders(ts);
}

void SimulatedVenue::open_waiting(i64 open, i64 ts) {
  while (orders_.first_waiting() != kNone) {
    const u32 slot = orders_.first_waiting();
    if (!fits_reduce_only(slot, ts)) continue;
    orders_.detach(slot);
    if (orders_[slot].special) {
      const OrderType type = orders_.terms(slot).order_type;
      i64& price = orders_[slot].price;
      if (type == OrderType::market_to_limit) {
        const Side side = orders_[slot].side;
        price = open +
                sign(side) * displacement_at(side, kNoPrice, open, std::min(orders_.leaves_qty(slot), bar_left_)).ticks;
      }
      if (type == OrderType::market_with_protection) {
        const i128 most = i128{open} + sign(orders_[slot].side) * i128{rules_.rules.market_protection_ticks};
        price = static_cast<i64>(std::clamp<i128>(most, i128{kNoPrice} + 1, i128{INT64_MAX - 1}));
      }
    }
    enter_at(slot, open, ts);
  }
}

// The order, which is in no queue, meets the price of now: it takes, rests, or leaves.
void SimulatedVenue::enter_at(u32 slot, i64 now, i64 ts) {
  if (!fits_reduce_only(slot, ts)) return;
  const RestingOrder& order = orders_[slot];
  const i64 leaves = orders_.leaves_qty(slot);
  const i64 within = reaches(order.side, order.price, now) ? std::min(leaves, std::max<i64>(0, bar_left_)) : 0;
  if (impact_ != nullptr) impact_->advance(ts);
  const auto [most, ticks, worst] = displacement_at(order.side, order.price, now, within);
  const bool all = order.time_in_force == TimeInForce::fok || order.has(kAllOrNone);
  const i64 least = order.special ? orders_.terms(slot).asked.min_qty : 0;
  if (order.special) orders_.terms(slot).asked.min_qty = 0;
  if (least > most) return close(slot, ExecType::canceled, RejectReason::minimum_quantity_not_met, ts);
  const bool rests = order.price != kNoPrice && rests_by(order.time_in_force);
  if (all && most < leaves && !rests) return close(slot, ExecType::canceled, RejectReason::fok_not_fillable, ts);
  if (most > 0 && !(all && most < leaves)) {
    const Side side = order.side;
    fill(slot, now + sign(side) * ticks, most, Liquidity::taker, ts);
    moved_price(side, most);
  }
  if (!orders_.is_live(slot)) return;
  if (!rests) return close(slot, ExecType::canceled, RejectReason::no_liquidity, ts);
  come_to_rest(make_special(slot), ts);
  if (!orders_.is_live(slot)) return;
  // It was there when the bar opened, as one that waited; the worst case lets it trade no more in this bar.
  orders_[slot].place = rules_.bar_path == BarPath::worst_case ? bars_.opened() : 0;
}

// A limit order that the open reaches trades at the open: as taker at its first open, after that as maker.
void SimulatedVenue::open_resting(Side side, i64 open, i64 ts) {
  if (!orders_.any_at_or_better(side, open)) return;
  const Ladder& ladder = orders_.ladder(side);
  scratch_.clear();
  for (u32 level = ladder.best(); level != kNone && !ladder.better(open, ladder.price_of(level));
       level = ladder.next_worse(level)) {
    for (u32 slot = ladder[level].head; slot != kNone; slot = orders_.next(slot)) scratch_.push_back(slot);
  }
  for (const u32 slot : scratch_) open_one(slot, open, ts);
}

void SimulatedVenue::open_one(u32 slot, i64 open, i64 ts) {
  const RestingOrder& order = orders_[slot];
  if (sibling_filled(slot) || order.place >= bars_.opened()) return;
  const bool first_open = order.place > bars_.previous_open();
  if (first_open && order.has(kPostOnly)) {
    if (rules_.rules.post_only != PostOnlyPolicy::slide) {
      return close(slot, ExecType::canceled, RejectReason::post_only_would_take, ts);
    }
    take_out(make_special(slot));
    orders_[slot].price = open - sign(order.side);
    rest_special(slot, ts);
    return state_terms(ExecType::restated, slot, RejectReason::post_only_would_take, ts);
  }
  if (first_open && order.special && orders_.terms(slot).asked.min_qty != 0) {
    take_out(slot);
    return enter_at(slot, open, ts);
  }
  if (!first_open) {
    fill_resting(slot, open, bar_left_, false, Liquidity::maker, ts);
    return;
  }
  if (!fits_reduce_only(slot, ts)) return;
  const Side side = order.side;
  const Displacement moved = displacement_at(side, order.price, open, std::min(orders_.leaves_qty(slot), bar_left_));
  moved_price(side, fill_resting(slot, open + sign(side) * moved.ticks, moved.quantity, false, Liquidity::taker, ts));
}

void SimulatedVenue::close_bar(const BarRecord& record) {
  if (!orders_.empty() && matches_) {
    if (rules_.bar_path == BarPath::worst_case && triggers_.size() != 0) {
      walk(record, BarPass::stops, record.ts_event);
      walk(record, BarPass::all_but_stops, record.ts_event);
    } else {
      walk(record, BarPass::everything, record.ts_event);
    }
    put_back_deferred();
    if (!pulled_.empty()) pull_orders(record.ts_event);
  }
  triggers_.set_price(TriggerSource::last, record.close);
  triggers_.set_price(TriggerSource::bar_touch, record.close);
  bars_.close();
  if (!late_.empty()) [[unlikely]]
    let_late_in(record.ts_event);
}

void SimulatedVenue::pass_bars(std::size_t count, i64 close) noexcept {
  bars_.open(count);
  triggers_.set_price(TriggerSource::last, close);
  triggers_.set_price(TriggerSource::bar_touch, close);
}

void SimulatedVenue::walk(const BarRecord& record, BarPass pass, i64 ts) {
  const bool high_first = high_comes_first(rules_.bar_path, record);
  const i64 first = high_first ? record.high : record.low;
  const i64 second = high_first ? record.low : record.high;
  walk_leg(record.open, first, pass, ts);
  walk_leg(first, second, pass, ts);
  walk_leg(second, record.close, pass, ts);
}

// The price goes from one to the other. What it meets first happens first; at one price a stop before a limit. To touch
// a limit is not enough, to touch a stop is.
void SimulatedVenue::walk_leg(i64 from, i64 to, BarPass pass, i64 ts) {
  const bool rising = to >= from;
  const Side side = rising ? Side::sell : Side::buy;
  const auto within = [&](i64 price) { return rising ? price <= to : price >= to; };
  const auto sooner = [&](i64 a, i64 b) { return rising ? a < b : a > b; };
  const Ladder& ladder = orders_.ladder(side);
  i64 passed = kNoPrice;  // the level that was passed last
  for (;;) {
    u32 level = pass == BarPass::stops ? kNone : ladder.best();
    while (level != kNone && passed != kNoPrice && !sooner(passed, ladder.price_of(level))) {
      level = ladder.next_worse(level);
    }
    if (level != kNone && !sooner(ladder.price_of(level), to)) level = kNone;
    TriggerSource source = TriggerSource::last;
    i64 stop = pass == BarPass::all_but_stops ? kNoPrice : triggers_.book(source).next_stop(rising);
    const i64 touch = pass == BarPass::stops ? kNoPrice : triggers_.book(TriggerSource::bar_touch).next_stop(rising);
    if (stop == kNoPrice || (touch != kNoPrice && sooner(touch, stop))) {
      stop = touch;
      source = TriggerSource::bar_touch;
    }
    if (stop != kNoPrice && !within(stop)) stop = kNoPrice;
    if (stop != kNoPrice && (level == kNone || !sooner(ladder.price_of(level), stop))) {
      const i64 now = sooner(stop, from) ? from : stop;
      elect_in_bar(source, stop, now, ts);
    } else if (level != kNone) {
      passed = ladder.price_of(level);
      level_passed(side, level, ts);
    } else {
      break;
    }
  }
  if (pass != BarPass::all_but_stops) elect_in_bar(TriggerSource::last, to, to, ts);
}

// The price that waiting orders see is `price`; those that it elects meet `now`. One whose sibling has traded in this
// bar waits for what becomes of it.
void SimulatedVenue::elect_in_bar(TriggerSource source, i64 price, i64 now, i64 ts) {
  observe(source, {price, price});
  while (!elected_.empty()) {
    const u32 slot = elected_.front();
    elected_.erase(elected_.begin());
    if (sibling_filled(slot)) {
      deferred_.push_back(slot);
      continue;
    }
    become_triggered(slot, ts);
    enter_at(slot, now, ts);
  }
}

void SimulatedVenue::put_back_deferred() {
  for (const u32 slot : deferred_) {
    const VenueTerms& terms = orders_.terms(slot);
    const auto source = static_cast<TriggerSource>(terms.source);
    if (trails(terms.order_type)) {
      triggers_.put_back(slot, source, ++time_);
    } else {
      triggers_.add(slot, source, rises(orders_[slot].side, terms.order_type), terms.stop_price, ++time_);
    }
    orders_[slot].stands = VenuePlace::triggers;
  }
  deferred_.clear();
}

// Conditional orders that came within the bar see its close first, as those that come at its end. One whose sibling has
// traded in the bar is not elected by it.
void SimulatedVenue::let_late_in(i64 ts) {
  scratch_ = late_;
  late_.clear();
  for (const u32 slot : scratch_) {
    if (sibling_filled(slot) && !trails(orders_.terms(slot).order_type)) {
      deferred_.push_back(slot);
    } else {
      wait_for_price(slot, ts);
    }
  }
  put_back_deferred();
  after_event(ts);
}

bool SimulatedVenue::sibling_filled(u32 slot) const noexcept {
  if (filled_lists_.empty() || !orders_[slot].special || orders_.terms(slot).list == 0) return false;
  return std::find(filled_lists_.begin(), filled_lists_.end(), orders_.terms(slot).list) != filled_lists_.end();
}

// Orders that were there when the bar opened trade at their price.
void SimulatedVenue::level_passed(Side side, u32 level, i64 ts) {
  const Ladder& ladder = orders_.ladder(side);
  for (u32 slot = ladder[level].head; slot != kNone;) {
    const u32 behind = orders_.next(slot);
    if (orders_[slot].place < bars_.opened() && !sibling_filled(slot)) {
      fill_resting(slot, orders_[slot].price, bar_left_, false, Liquidity::maker, ts);
    }
    slot = behind;
  }
}

}  // namespace pytrader
