// Trading phases, price bands and limit states: what messages and the clock do to them. docs/auctions.md has the rules.
#include <algorithm>
#include <exception>

#include "matching/matching_engine.hpp"

namespace pytrader {

namespace {

bool is_scheduled_auction(TradingPhase phase) noexcept {
  return rules_of(phase).publishes && phase != TradingPhase::volatility_auction;
}

i64 open_end(i64 bound, i64 unbounded) noexcept {
  return bound == unbounded ? kNoPrice : bound;
}

}  // namespace

MessageStatus MatchingEngine::set_phase(i64 number) {
  if (number < 0 || number >= kTradingPhaseCount) return status_of(RejectReason::malformed_message);
  const auto next = static_cast<TradingPhase>(number);
  if (!may_follow(phase_, next)) return status_of(RejectReason::trading_phase);
  prepare_phase(next);
  // Only a scheduled auction is prolonged: whoever ends a volatility auction by a message has looked at its price.
  if (is_scheduled_auction(phase_) && uncrosses(phase_, next) && is_far(read_auction_book())) {
    enter_phase(TradingPhase::volatility_auction, next, rules_.session.volatility_auction_ns);
  } else {
    change_phase(next);
  }
  return status_of(Outcome::accepted);
}

void MatchingEngine::change_phase(TradingPhase next) {
  if (uncrosses(phase_, next)) uncross();
  // A volatility auction goes on to what the phase before it would have led to.
  const bool lasts = next == TradingPhase::volatility_auction;
  const bool closes = phase_ == TradingPhase::closing_auction;
  enter_phase(next, closes ? TradingPhase::post_close : TradingPhase::continuous,
              lasts ? rules_.session.volatility_auction_ns : 0);
}

void MatchingEngine::enter_phase(TradingPhase next, TradingPhase resumes, i64 lasts) {
  at_work_ -= phase_ != TradingPhase::continuous ? 1 : 0;
  at_work_ += next != TradingPhase::continuous ? 1 : 0;
  phase_ = next;
  resumes_ = resumes;
  phase_until_ = lasts == 0 ? 0 : (clock_ > INT64_MAX - lasts ? INT64_MAX : clock_ + lasts);
  interrupted_ = false;
  indicative_ = {};
  auction_.set_stale();
  if (limit_state_.observe(LimitState::none, clock_)) tell_session(UpdateKind::limit_state, 0, 0, kNoPrice, 0, 0);
  tell_session(UpdateKind::phase_changed, 0, static_cast<u8>(next), kNoPrice, 0, 0);
  if (!is_collecting()) auction_.follow(false);
  if (rules_of(next).activates != 0) activate_at_ = parked_.head();
  if (next == TradingPhase::post_close) closing_price_ = last_trade_price_;
  if (next == TradingPhase::closed) expire_day_orders();
  if (next == TradingPhase::continuous) {
    wake();
  } else {
    withdraw_pegs();
  }
}

// Orders that slept see the last price as a trade: it elects stops, also those that came while orders were collected.
void MatchingEngine::wake() {
  pegs_stale_ = true;
  try_all_or_none_ = true;
  if (last_trade_price_ != kNoPrice) on_trade(last_trade_price_);
}

bool MatchingEngine::is_far(const AuctionPrice& auction) const noexcept {
  const i64 most = rules_.session.extension_basis_points;
  if (most == 0 || auction.price == kNoPrice) return false;
  const PriceBand band = PriceBand::symmetric({0, most});
  return !range_around(last_trade_price_, band, BandRounding::inward).contains(auction.price);
}

// After the clock has moved: what lasts for a time may be over.
void MatchingEngine::advance_phase() {
  if (phase_ == TradingPhase::volatility_auction && phase_until_ != 0 && clock_ >= phase_until_) {
    prepare_phase(resumes_);
    if (is_far(read_auction_book())) {
      auction_.set_stale();
      phase_until_ = 0;
    } else {
      change_phase(resumes_);
    }
  }
  const BandRules& bands = rules_.bands;
  if (phase_ == TradingPhase::continuous && bands.limit_state_ns != 0 &&
      limit_state_.has_lasted(bands.limit_state_ns, clock_)) {
    prepare_phase(TradingPhase::volatility_auction);
    enter_phase(TradingPhase::volatility_auction, TradingPhase::continuous, bands.pause_ns);
  }
}

MessageStatus MatchingEngine::set_reference_price(i64 price) {
  if (price == kNoPrice) return status_of(RejectReason::limit_order_without_price);
  const PriceRange before = static_range();
  reference_price_ = price;
  auction_.set_stale();
  const PriceRange range = static_range();
  if (range != before) {
    const PriceRange all;
    tell_session(UpdateKind::band_changed, 0, 0, open_end(range.low, all.low), open_end(range.high, all.high), 0);
  }
  return status_of(Outcome::accepted);
}

// The band is fixed here for the whole pass of the taker, whatever it trades.
void MatchingEngine::clamp_to_bands(Arrival& order) const noexcept {
  order.banded = false;
  order.barred = false;
  if (!rules_.bands.bounds_trades() || phase_ != TradingPhase::continuous) return;
  const PriceRange range = trading_range(rules_.bands, reference_price_, last_trade_price_);
  const bool buys = order.side == Side::buy;
  const i64 bound = buys ? range.high : range.low;
  const bool beyond = order.limit == kNoPrice || (buys ? order.limit > bound : order.limit < bound);
  if (beyond && bound != (buys ? INT64_MAX : kNoPrice + 1)) {
    order.banded = true;
    order.match_limit = bound;
  }
  const i64 best = best_of_all(opposite(order.side));
  order.barred = best != kNoPrice && (buys ? best < range.low : best > range.high);
}

// What is left of a taker whose limit lies beyond a band.
void MatchingEngine::meet_band(Arrival& order) {
  // Where a pegged order rests, its reference says.
  const bool pegged = order.terms.order_type == OrderType::pegged;
  if (pegged || (!order.banded && !order.barred)) return;
  const bool rests = order.limit != kNoPrice && may_rest(order);
  const BandBreach breach = rules_.bands.breach;
  if (breach == BandBreach::rest_at_band && rests && order.banded && !order.barred) {
    order.limit = order.match_limit;
    update(UpdateKind::repriced, order, order.limit, order.leaves);
    return;
  }
  if (!reaches_beyond_band(order)) return;
  interrupted_ = breach == BandBreach::interrupt && can_interrupt(order);
  if (interrupted_ && rests) return;
  order.ended = true;
  order.end_reason = RejectReason::price_band;
}

// Takes the memory that a call phase needs. There is no way back for the taker, which has traded: without memory its
// rest is canceled, and trading goes on.
bool MatchingEngine::can_interrupt(const Arrival& order) {
  try {
    prepare_phase(TradingPhase::volatility_auction);
    if (order.limit != kNoPrice && order.terms.is_iceberg()) auction_.make_room(order.side, order.limit);
    return true;
  } catch (const std::exception&) {
    auction_.follow(false);
    return false;
  }
}

// Whether there is a maker within the taker's limit that the band keeps it from. All-or-none orders keep nobody.
bool MatchingEngine::reaches_beyond_band(const Arrival& order) const noexcept {
  const Ladder& own = side(order.side);
  for (const OrderPlace place : {OrderPlace::displayed, OrderPlace::hidden, OrderPlace::pegged}) {
    const Ladder& makers = ladder(place, opposite(order.side));
    if (makers.empty()) continue;
    const i64 best = makers.best_price();
    const bool within = order.limit == kNoPrice || !own.better(best, order.limit);
    if (within && (order.barred || own.better(best, order.match_limit))) return true;
  }
  return false;
}

RejectReason MatchingEngine::check_closing_price(i64 price) const noexcept {
  const bool holds = phase_ != TradingPhase::post_close || price == closing_price_;
  return holds ? RejectReason::none : RejectReason::price_out_of_range;
}

// After a message in continuous trading: the touch may have come to a band, or left it.
void MatchingEngine::watch_limit_state() {
  if (rules_.bands.limit_state_ns == 0 || phase_ != TradingPhase::continuous) return;
  const PriceRange range = static_range();
  const i64 bid = bids().empty() ? kNoPrice : bids().best_price();
  const i64 ask = asks().empty() ? kNoPrice : asks().best_price();
  LimitState state = limit_state_of(bid, ask, range);
  if (!is_limit(state)) state = LimitState::none;
  if (!limit_state_.observe(state, clock_)) return;
  if (state == LimitState::none) {
    tell_session(UpdateKind::limit_state, 0, 0, kNoPrice, 0, 0);
    return;
  }
  const Side which = state == LimitState::limit_up ? Side::buy : Side::sell;
  tell_session(UpdateKind::limit_state, static_cast<u8>(which), 1,
               state == LimitState::limit_up ? range.high : range.low, 0, 0);
}

// For what a message says of the session beside its orders.
void MatchingEngine::make_room_for_session() {
  constexpr std::size_t kMost = 8;
  std::vector<OrderUpdate>& updates = output_->updates;
  if (updates.capacity() - updates.size() < kMost)
    updates.reserve(std::max(updates.size() + kMost, 2 * updates.size()));
}

void MatchingEngine::tell_session(UpdateKind kind, u8 side, u8 detail, i64 price, i64 quantity, i64 surplus) {
  output_->updates.push_back({static_cast<u8>(kind), side, 0, detail, 0, 0, price, quantity, surplus,
                              static_cast<i64>(output_->fills.size()), message_index_, clock_});
}

}  // namespace pytrader
