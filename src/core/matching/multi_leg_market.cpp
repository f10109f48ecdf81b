// How a message travels through a multi-leg market: real and implied orders by price, then by time.
#include "matching/multi_leg_market.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

bool is_market(const OrderMessage& message) noexcept {
  return message.order_type == static_cast<u8>(OrderType::market);
}

bool may_rest(const OrderMessage& message) noexcept {
  return !is_market(message) && message.time_in_force == static_cast<u8>(TimeInForce::gtc);
}

// What the rules of implied trading say nothing of.
bool is_beyond(const OrderMessage& message) noexcept {
  return message.owner != 0 || message.terms != 0 || message.self_trade != 0 || message.reserved != 0;
}

// What a status says when the order that rested has traded since.
MessageStatus without_rest(MessageStatus status) noexcept {
  if (status == status_of(Outcome::rested)) return status_of(Outcome::filled);
  if (status == status_of(Outcome::requeued)) return status_of(Outcome::replaced_filled);
  return status;
}

[[noreturn]] void refuse(const std::string& text) {
  throw Error(ErrorCode::invalid_argument, text);
}

void check_legs(const std::vector<StrategyLeg>& legs, u32 outrights, std::size_t number) {
  const std::string name = "strategy " + std::to_string(number);
  if (legs.size() < 2 || legs.size() > MultiLegMarket::kMaxLegs) {
    refuse(name + " has " + std::to_string(legs.size()) + " legs; it must have 2 to " +
           std::to_string(MultiLegMarket::kMaxLegs));
  }
  for (std::size_t i = 0; i < legs.size(); ++i) {
    const StrategyLeg& leg = legs[i];
    if (leg.instrument >= outrights) {
      refuse(name + " names instrument " + std::to_string(leg.instrument) + "; a leg must be one of the " +
             std::to_string(outrights) + " outright ones");
    }
    if (leg.ratio == 0 || leg.ratio > MultiLegMarket::kMaxRatio || leg.ratio < -MultiLegMarket::kMaxRatio) {
      refuse(name + " has a leg with ratio " + std::to_string(leg.ratio) + "; it must be 1 to " +
             std::to_string(MultiLegMarket::kMaxRatio) + ", or the negative of that to sell");
    }
    for (std::size_t other = 0; other < i; ++other) {
      if (legs[other].instrument == leg.instrument) {
        refuse(name + " names instrument " + std::to_string(leg.instrument) + " twice");
      }
    }
  }
}

}  // namespace

MultiLegMarket::MultiLegMarket(u32 outrights, std::vector<std::vector<StrategyLeg>> strategies,
                               ImpliedPriority priority, const VenueRules& rules, u32 max_orders_each)
    : outrights_(outrights), priority_(priority) {
  if (!rules.allocation.is_price_time()) {
    throw Error(ErrorCode::invalid_argument,
                "multi-leg market: allocation is " + std::string(to_text(rules.allocation.algorithm)) +
                    "; orders of several books match by price and time, so give price_time");
  }
  const std::size_t count = outrights + strategies.size();
  for (std::size_t i = 0; i < count; ++i) books_.emplace_back(rules, max_orders_each);
  implied_.assign(count, L2Book(BookPolicy::lenient));
  strategies_of_.resize(count);
  is_touched_.resize(count);
  is_marked_.resize(count);
  touched_.reserve(count);
  unsettled_.reserve(strategies.size());
  marked_.reserve(count);
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    check_legs(strategies[i], outrights, i);
    const u32 instrument = outrights + static_cast<u32>(i);
    for (const StrategyLeg& leg : strategies[i]) strategies_of_[leg.instrument].push_back(static_cast<u32>(i));
    strategies_of_[instrument].push_back(static_cast<u32>(i));
    strategies_.push_back({instrument, std::move(strategies[i])});
  }
}

MessageStatus MultiLegMarket::apply(u32 instrument, const OrderMessage& message, i64 message_index,
                                    MultiLegOutput& output) {
  check_instrument(instrument);
  MessageStatus status = dispatch(instrument, message, message_index, output);
  settle(message_index, output);
  if (!books_[instrument].has(message.order_id)) status = without_rest(status);
  books_[instrument].count(status);
  publish(message_index, output);
  return status;
}

MessageStatus MultiLegMarket::dispatch(u32 instrument, const OrderMessage& message, i64 message_index,
                                       MultiLegOutput& output) {
  if (is_beyond(message)) return status_of(RejectReason::malformed_message);
  switch (static_cast<MessageKind>(message.kind)) {
    case MessageKind::new_:
      return submit(instrument, message, message_index, output);
    case MessageKind::cancel:
      if (!books_[instrument].leave(message.order_id)) return status_of(RejectReason::unknown_order);
      touch(instrument);
      return status_of(Outcome::canceled);
    case MessageKind::replace:
      return replace(instrument, message, message_index, output);
    default:
      return status_of(RejectReason::malformed_message);
  }
}

MessageStatus MultiLegMarket::submit(u32 instrument, const OrderMessage& message, i64 message_index,
                                     MultiLegOutput& output) {
  MultiLegBook& book = books_[instrument];
  const bool rests = may_rest(message);
  if (message.time_in_force == static_cast<u8>(TimeInForce::fok)) {
    return status_of(RejectReason::time_in_force_not_supported);
  }
  const RejectReason reason = book.check_new(message, rests);
  if (reason != RejectReason::none) return status_of(reason);
  const auto side = static_cast<Side>(message.side);
  const bool post_only = (message.flags & kPostOnly) != 0;
  if (post_only && would_take(instrument, side, message.price)) return status_of(RejectReason::post_only_would_take);
  if (rests) book.prepare(side, message.price);

  touch(instrument);
  Taker taker{instrument, message.order_id, side, is_market(message), message.price, message.quantity, message_index};
  match(taker, output);
  if (taker.leaves_qty == 0) return status_of(Outcome::filled);
  if (!rests) return status_of(Outcome::remainder_canceled);
  book.place(message.order_id, side, message.price, taker.leaves_qty, message.quantity - taker.leaves_qty, post_only,
             ++arrivals_);
  return status_of(Outcome::rested);
}

MessageStatus MultiLegMarket::replace(u32 instrument, const OrderMessage& message, i64 message_index,
                                      MultiLegOutput& output) {
  MultiLegBook& book = books_[instrument];
  if (message.quantity <= 0) return status_of(RejectReason::quantity_not_positive);
  if (message.price == kNoPrice) return status_of(RejectReason::limit_order_without_price);
  RealOrder order{};
  if (!book.order(message.order_id, order)) return status_of(RejectReason::unknown_order);

  const bool counts_total = book.rules().replace_quantity == ReplaceQuantity::total;
  const i64 open = counts_total ? message.quantity - order.cum_qty : message.quantity;
  if (open <= 0) {
    book.leave(message.order_id);
    touch(instrument);
    return status_of(Outcome::replaced_closed);
  }
  if (open > INT64_MAX - order.cum_qty) return status_of(RejectReason::quantity_above_maximum);
  const bool keeps = book.rules().amend != AmendPolicy::always_loses;
  if (keeps && message.price == order.price && open <= order.leaves_qty) {
    book.reduce_to(message.order_id, open);
    touch(instrument);
    return status_of(Outcome::replaced);
  }
  if (open > INT64_MAX - (book.open_quantity(order.side) - order.leaves_qty)) {
    return status_of(RejectReason::quantity_above_maximum);
  }
  if (order.post_only && would_take(instrument, order.side, message.price)) {
    return status_of(RejectReason::post_only_would_take);
  }
  book.prepare(order.side, message.price);

  touch(instrument);
  book.leave(message.order_id);
  Taker taker{instrument, message.order_id, order.side, false, message.price, open, message_index};
  match(taker, output);
  if (taker.leaves_qty == 0) return status_of(Outcome::replaced_filled);
  book.place(message.order_id, order.side, message.price, taker.leaves_qty, order.cum_qty + open - taker.leaves_qty,
             order.post_only, ++arrivals_);
  return status_of(Outcome::requeued);
}

bool MultiLegMarket::within(const Taker& taker, i64 price) const noexcept {
  return taker.is_market || (taker.side == Side::buy ? price <= taker.price : price >= taker.price);
}

bool MultiLegMarket::would_take(u32 instrument, Side side, i64 price) const noexcept {
  if (books_[instrument].would_take(side, price)) return true;
  const Source source = best_source(instrument, opposite(side), INT64_MAX);
  return source.units > 0 && (side == Side::buy ? source.price <= price : source.price >= price);
}

bool MultiLegMarket::goes_before(const FirstOrder& order, const Source& source, Side side) const noexcept {
  if (source.units == 0) return true;
  if (order.price != source.price) return side == Side::buy ? order.price > source.price : order.price < source.price;
  return priority_ == ImpliedPriority::outright_first || order.arrival < source.arrival;
}

// Implied orders of an instrument are not made of its own real ones, so that they change with implied trades only.
void MultiLegMarket::match(Taker& taker, MultiLegOutput& output) {
  const Side makers = opposite(taker.side);
  Source source = best_source(taker.instrument, makers, taker.leaves_qty);
  while (taker.leaves_qty > 0) {
    if (source.units > 0 && source.unit_lots > taker.leaves_qty) {
      source = best_source(taker.instrument, makers, taker.leaves_qty);
    }
    FirstOrder maker{};
    const bool direct = books_[taker.instrument].first(makers, maker) && goes_before(maker, source, makers);
    if (!direct && source.units == 0) return;
    if (!within(taker, direct ? maker.price : source.price)) return;
    if (direct) {
      trade_direct(taker, maker, output);
      continue;
    }
    const i64 units = std::min(source.first_units, taker.leaves_qty / source.unit_lots);
    source.in ? trade_in(taker, source, units, output) : trade_out(taker, source, units, output);
    source = best_source(taker.instrument, makers, taker.leaves_qty);
  }
}

void MultiLegMarket::trade_direct(Taker& taker, const FirstOrder& maker, MultiLegOutput& output) {
  output.fills.reserve(output.fills.size() + 1);
  const i64 quantity = std::min(taker.leaves_qty, maker.leaves_qty);
  taker.leaves_qty -= quantity;
  const i64 left = books_[taker.instrument].fill_first(opposite(taker.side), quantity);
  output.fills.push_back({taker.order_id, maker.order_id, maker.price, quantity, taker.leaves_qty, left,
                          taker.instrument, taker.instrument, taker.instrument, static_cast<u32>(taker.side), ++trades_,
                          taker.message_index});
}

// The taker trades the strategy, its legs trade with the orders in their books.
void MultiLegMarket::trade_in(Taker& taker, const Source& source, i64 units, MultiLegOutput& output) {
  make_room(output);
  taker.leaves_qty -= units;
  MultiLegFill row{taker.order_id,   0,
                   source.price,     units,
                   taker.leaves_qty, 0,
                   taker.instrument, taker.instrument,
                   taker.instrument, static_cast<u32>(taker.side),
                   ++trades_,        taker.message_index};
  output.fills.push_back(row);
  for (const StrategyLeg& leg : source.strategy->legs) {
    const Side makers = leg.ratio > 0 ? opposite(taker.side) : taker.side;
    take_leg(leg.instrument, makers, units * std::max(leg.ratio, -leg.ratio), row, output);
  }
}

// The taker trades one leg with a strategy order that rests, which trades its other legs with the orders in their
// books.
void MultiLegMarket::trade_out(Taker& taker, const Source& source, i64 units, MultiLegOutput& output) {
  make_room(output);
  const Strategy& strategy = *source.strategy;
  i64 own_ratio = 0;
  i128 strategy_price = 0;
  for (const StrategyLeg& leg : strategy.legs) {
    if (leg.instrument == taker.instrument) own_ratio = leg.ratio;
  }
  const Side strategy_side = own_ratio > 0 ? opposite(taker.side) : taker.side;
  FirstOrder maker{};
  books_[strategy.instrument].first(strategy_side, maker);
  for (const StrategyLeg& leg : strategy.legs) {
    const Side makers = leg.ratio > 0 ? opposite(strategy_side) : strategy_side;
    const i64 price = leg.instrument == taker.instrument ? source.price : books_[leg.instrument].best(makers).price;
    strategy_price += static_cast<i128>(leg.ratio) * price;
  }

  taker.leaves_qty -= units * source.unit_lots;
  const i64 left = books_[strategy.instrument].fill_first(strategy_side, units);
  touch(strategy.instrument);
  const i64 trade = ++trades_;
  output.fills.push_back({taker.order_id, maker.order_id, source.price, units * source.unit_lots, taker.leaves_qty,
                          left, taker.instrument, taker.instrument, strategy.instrument, static_cast<u32>(taker.side),
                          trade, taker.message_index});
  output.fills.push_back({taker.order_id, maker.order_id, static_cast<i64>(strategy_price), units, taker.leaves_qty,
                          left, strategy.instrument, taker.instrument, strategy.instrument,
                          static_cast<u32>(opposite(strategy_side)), trade, taker.message_index});
  const MultiLegFill row{
      maker.order_id,     0, 0, 0, left, 0, strategy.instrument, strategy.instrument, strategy.instrument, 0, trade,
      taker.message_index};
  for (const StrategyLeg& leg : strategy.legs) {
    if (leg.instrument == taker.instrument) continue;
    const Side makers = leg.ratio > 0 ? opposite(strategy_side) : strategy_side;
    take_leg(leg.instrument, makers, units * std::max(leg.ratio, -leg.ratio), row, output);
  }
}

void MultiLegMarket::take_leg(u32 instrument, Side makers, i64 quantity, const MultiLegFill& row,
                              MultiLegOutput& output) {
  touch(instrument);
  while (quantity > 0) {
    FirstOrder maker{};
    books_[instrument].first(makers, maker);
    const i64 traded = std::min(quantity, maker.leaves_qty);
    quantity -= traded;
    MultiLegFill fill = row;
    fill.maker_order_id = maker.order_id;
    fill.price = maker.price;
    fill.quantity = traded;
    fill.maker_leaves_qty = books_[instrument].fill_first(makers, traded);
    fill.instrument = instrument;
    fill.maker_instrument = instrument;
    fill.taker_side = static_cast<u32>(opposite(makers));
    output.fills.push_back(fill);
  }
}

// For one implied trade: the first orders of each leg that give one unit are at most its ratio.
void MultiLegMarket::make_room(MultiLegOutput& output) {
  constexpr std::size_t most = 2 + kMaxLegs * static_cast<std::size_t>(kMaxRatio);
  if (output.fills.capacity() - output.fills.size() < most) {
    output.fills.reserve(std::max(output.fills.size() + most, 2 * output.fills.capacity()));
  }
}

// An order may be too small to trade a unit of a strategy by itself, and make one up with others of its price; or what
// leaves a best price may give way to a level that is large enough.
void MultiLegMarket::settle(i64 message_index, MultiLegOutput& output) {
  while (settle_one(message_index, output)) {
  }
}

bool MultiLegMarket::settle_one(i64 message_index, MultiLegOutput& output) {
  unsettled_.clear();
  for (const u32 instrument : touched_) {
    for (const u32 number : strategies_of_[instrument]) {
      if (std::find(unsettled_.begin(), unsettled_.end(), number) == unsettled_.end()) unsettled_.push_back(number);
    }
  }
  std::sort(unsettled_.begin(), unsettled_.end());
  for (const u32 number : unsettled_) {
    if (settle_strategy(strategies_[number], Side::buy, message_index, output)) return true;
    if (settle_strategy(strategies_[number], Side::sell, message_index, output)) return true;
  }
  return false;
}

// The first order of the strategy takes what its legs imply, if its limit allows.
bool MultiLegMarket::settle_strategy(const Strategy& strategy, Side side, i64 message_index, MultiLegOutput& output) {
  MultiLegBook& book = books_[strategy.instrument];
  FirstOrder order{};
  const Source source = implied_in(strategy, side);
  if (source.units == 0 || !book.first(opposite(side), order)) return false;
  Taker taker{strategy.instrument, order.order_id, opposite(side), false, order.price, order.leaves_qty, message_index};
  if (!within(taker, source.price)) return false;
  const i64 units = std::min(source.first_units, order.leaves_qty);
  trade_in(taker, source, units, output);
  book.fill_first(opposite(side), units);
  touch(strategy.instrument);
  return true;
}

void MultiLegMarket::touch(u32 instrument) {
  if (is_touched_[instrument]) return;
  is_touched_[instrument] = 1;
  touched_.push_back(instrument);
}

void MultiLegMarket::mark(u32 instrument) {
  if (is_marked_[instrument]) return;
  is_marked_[instrument] = 1;
  marked_.push_back(instrument);
}

void MultiLegMarket::publish(i64 message_index, MultiLegOutput& output) {
  for (const u32 instrument : touched_) {
    is_touched_[instrument] = 0;
    for (const u32 number : strategies_of_[instrument]) {
      mark(strategies_[number].instrument);
      for (const StrategyLeg& leg : strategies_[number].legs) mark(leg.instrument);
    }
  }
  touched_.clear();
  std::sort(marked_.begin(), marked_.end());
  for (const u32 instrument : marked_) {
    is_marked_[instrument] = 0;
    publish_side(instrument, Side::buy, message_index, output);
    publish_side(instrument, Side::sell, message_index, output);
  }
  marked_.clear();
}

void MultiLegMarket::publish_side(u32 instrument, Side side, i64 message_index, MultiLegOutput& output) {
  L2Book& book = implied_[instrument];
  const ImpliedQuote now = implied(instrument, side);
  const bool was = !book.side(side).empty();
  const LevelTotals before = was ? book.best(side) : LevelTotals{kNoPrice, 0, 0};
  if (before.price == now.price && before.quantity == now.quantity) return;
  L2Record row{};
  row.side = static_cast<i64>(side);
  row.flags = kFlagLast;
  if (was && before.price != now.price) {
    row.action = static_cast<i64>(BookAction::erase);
    row.price = before.price;
    book.apply(row);
  }
  if (now.quantity > 0) {
    row.action = static_cast<i64>(BookAction::replace);
    row.price = now.price;
    row.quantity = now.quantity;
    book.apply(row);
  }
  output.implied.push_back({message_index, now.price, now.quantity, instrument, static_cast<u32>(side)});
}

const MultiLegBook& MultiLegMarket::book(u32 instrument) const {
  check_instrument(instrument);
  return books_[instrument];
}

const L2Book& MultiLegMarket::implied_book(u32 instrument) const {
  check_instrument(instrument);
  return implied_[instrument];
}

void MultiLegMarket::check_instrument(u32 instrument) const {
  if (instrument < books_.size()) return;
  refuse("instrument " + std::to_string(instrument) + " does not exist; this market has " +
         std::to_string(books_.size()));
}

void MultiLegMarket::self_check() const {
  for (const MultiLegBook& book : books_) book.self_check();
  for (const Strategy& strategy : strategies_) {
    for (const Side side : kSides) {
      FirstOrder order{};
      const Source source = implied_in(strategy, side);
      if (source.units == 0 || !books_[strategy.instrument].first(opposite(side), order)) continue;
      const bool crossed = side == Side::buy ? source.price >= order.price : source.price <= order.price;
      if (crossed) throw std::logic_error("multi-leg market: a strategy order would trade with its legs");
    }
  }
}

}  // namespace pytrader
