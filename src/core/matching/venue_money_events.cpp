// What money events do at a simulated venue: positions that reduce-only orders are judged by, a market in new units.
#include <algorithm>
#include <limits>

#include "decimal/fixed.hpp"
#include "matching/simulated_venue.hpp"

namespace pytrader {
namespace {

i64 within_range(i128 lots) noexcept {
  return static_cast<i64>(std::clamp<i128>(lots, std::numeric_limits<i64>::min() + 1, std::numeric_limits<i64>::max()));
}

}  // namespace

// Between the rows of one event the best prices may be no real ones.
i64 SimulatedVenue::twice_mark() const {
  const i64 mark = triggers_.price(TriggerSource::mark);
  if (mark != kNoPrice) return 2 * mark;
  if (keeps_mark_) return kept_mark_;
  const i64 bid = market_.touch(Side::buy);
  const i64 ask = market_.touch(Side::sell);
  if (event_under_way_ != INT64_MIN) return kNoMark;
  if (bid != kNoPrice && ask != kNoPrice) return bid + ask;
  const i64 last = triggers_.price(TriggerSource::last);
  if (last != kNoPrice) return 2 * last;
  const i64 side = bid != kNoPrice ? bid : ask;
  return side != kNoPrice ? 2 * side : kept_mark_;
}

// A part of a lot is paid out, so that positions are cut towards nothing, as in the account.
void SimulatedVenue::split(i64 new_units, i64 old_units) {
  const i64 marked = twice_mark();
  keeps_mark_ |= triggers_.price(TriggerSource::mark) != kNoPrice;
  kept_mark_ = marked == kNoMark ? kNoMark : within_range(mul_div(marked, old_units, new_units, Rounding::half_even));
  for (i64& lots : positions_) lots = within_range(i128{lots} * new_units / old_units);
  L3Record forget_orders{};
  forget_orders.action = static_cast<i64>(BookAction::clear);
  l3_.apply(forget_orders, false);
  L2Record forget_levels{};
  forget_levels.action = static_cast<i64>(BookAction::clear);
  l2_.apply(forget_levels);
  quotes_ = VenueQuoteMarket{};
  for (const TriggerSource source : {TriggerSource::last, TriggerSource::bar_touch, TriggerSource::mark}) {
    triggers_.set_price(source, kNoPrice);
  }
}

void SimulatedVenue::end(RejectReason reason, i64 ts) {
  for (const Command& command : early_) {
    if (const auto* order = std::get_if<NewOrder>(&command)) {
      report(ExecType::rejected, order->client_order_id, 0, ts).reason = reason;
    } else if (const auto* cancel = std::get_if<CancelRequest>(&command)) {
      report(ExecType::cancel_rejected, cancel->client_order_id, 0, ts).reason = RejectReason::unknown_order;
    } else {
      const ClientOrderId id = std::get<ReplaceRequest>(command).client_order_id;
      report(ExecType::replace_rejected, id, 0, ts).reason = RejectReason::unknown_order;
    }
  }
  early_.clear();
  early_orders_ = 0;
}

void SimulatedVenue::move_position(StrategyIndex strategy, i64 change) {
  if (strategy >= positions_.size()) positions_.resize(strategy + std::size_t{1});
  positions_[strategy] = within_range(i128{positions_[strategy]} + change);
}

}  // namespace pytrader
