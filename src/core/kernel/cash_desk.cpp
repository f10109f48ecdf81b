// Money events, one kind after the other: the ledger posts, exposure follows.
#include "kernel/cash_desk.hpp"

#include <string>

#include "decimal/fixed.hpp"

namespace pytrader {
namespace {

[[noreturn]] void refuse(const Instrument& instrument, CashEventKind kind, const std::string& what) {
  throw Error(ErrorCode::invalid_argument, std::string(to_text(kind)) + " of " + instrument.id() + ": " + what);
}

void check_range(const Instrument& instrument, CashEventKind kind, const char* name, i64 value, i64 low, i64 high) {
  if (value >= low && value <= high) return;
  refuse(instrument, kind,
         std::string(name) + " is " + std::to_string(value) + "; it must be from " + std::to_string(low) + " to " +
             std::to_string(high));
}

i128 raw_price(const CashEventRecord& event) noexcept {
  return static_cast<i128>(event.price) *
         static_cast<i128>(power_of_ten(kMaxDecimals - static_cast<int>(event.price_decimals)));
}

void check_expiry(const Instrument& instrument, const CashEventRecord& event) {
  const ContractTerms& terms = instrument.definition().contract;
  if (event.price == kNoPrice) refuse(instrument, CashEventKind::expiry, "it has no settlement price; give price");
  if (event.ts_event < terms.expire_time) {
    refuse(instrument, CashEventKind::expiry,
           "it comes at " + std::to_string(event.ts_event) + " ns, before the contract's expire_time, " +
               std::to_string(terms.expire_time) + " ns");
  }
}

}  // namespace

void check_cash_event(const Instrument& instrument, const CashEventRecord& event) {
  if (event.kind < static_cast<i64>(CashEventKind::funding) || event.kind > static_cast<i64>(CashEventKind::expiry)) {
    throw Error(ErrorCode::invalid_argument, "money event of " + instrument.id() + ": kind is " +
                                                 std::to_string(event.kind) + "; it must be from 1 to 6");
  }
  const auto kind = static_cast<CashEventKind>(event.kind);
  check_range(instrument, kind, "amount_decimals", event.amount_decimals, 0, kMaxAmountDecimals);
  check_range(instrument, kind, "price_decimals", event.price_decimals, 0, kMaxDecimals);
  check_range(instrument, kind, "per", event.per, 1, kMaxPer);
  if (kind == CashEventKind::split) {
    check_range(instrument, kind, "amount", event.amount, 1, kMaxPer);
    check_range(instrument, kind, "amount_decimals", event.amount_decimals, 0, 0);
  }
  if (kind == CashEventKind::expiry) check_expiry(instrument, event);
}

const std::vector<CashEvent>& CashDesk::apply(InstrumentIndex instrument, const CashEventRecord& record, i64 now,
                                              StrategyIndex strategies, i64 twice_mark) {
  const auto kind = static_cast<CashEventKind>(record.kind);
  done_.clear();
  bool any_position = false;
  for (StrategyIndex strategy = 0; strategy < strategies; ++strategy) {
    any_position = any_position || way_.ledger().position(strategy, instrument).quantity != 0;
  }
  if (any_position) {
    const bool per_unit = kind == CashEventKind::dividend || kind == CashEventKind::rollover;
    const i128 price = per_unit ? 0 : price_of(instrument, record, twice_mark);
    Delivery delivery;
    if (kind == CashEventKind::expiry) delivery = delivery_of(instrument, price);
    for (StrategyIndex strategy = 0; strategy < strategies; ++strategy) {
      const i64 quantity = way_.ledger().position(strategy, instrument).quantity;
      if (quantity == 0) continue;
      const CashEvent event{record.ts_event, now, kind, strategy, instrument, quantity, quantity, 0, 0, price};
      if (kind == CashEventKind::split) {
        split(event, record);
      } else if (kind == CashEventKind::expiry) {
        expire(event, delivery);
      } else {
        pay(event, record);
      }
    }
  }
  if (kind == CashEventKind::split) board_[instrument].hear_split({record.ts_event, record.amount, record.per});
  return done_;
}

// The event's own price, else what the venue marked the market at, else what is known of it here, 10^-18.
i128 CashDesk::price_of(InstrumentIndex instrument, const CashEventRecord& event, i64 twice_mark) const {
  const Instrument& of = *board_[instrument].instrument;
  if (event.price != kNoPrice) return raw_price(event);
  const ValuedAt at = twice_mark != kNoMark ? ValuedAt{twice_mark, 1, 1} : board_[instrument].valued_at();
  if (at.twice_mark == kNoMark) {
    refuse(of, static_cast<CashEventKind>(event.kind), "nothing is known of its price yet; give price with the event");
  }
  const i128 mark = board_[instrument].price_of(at);
  if (static_cast<CashEventKind>(event.kind) != CashEventKind::split) return mark;
  // Before it is heard of, a price is that of an old unit.
  return mul_div(mark, event.per, event.amount, Rounding::half_even);
}

void CashDesk::pay(CashEvent event, const CashEventRecord& record) {
  event.amount = way_.ledger().income_of(event.instrument, record, event.quantity_before, event.price);
  way_.ledger().add_income(event.strategy, event.instrument, event.amount);
  post(event);
}

void CashDesk::split(CashEvent event, const CashEventRecord& record) {
  const SplitPosting posting =
      way_.ledger().apply_split(event.strategy, event.instrument, record.amount, record.per, event.price);
  event.amount = posting.cash;
  event.realized_pnl = posting.realized_pnl;
  post(event);
}

// An option that is exercised is worth nothing itself: what it was worth is in the price of the delivery.
void CashDesk::expire(CashEvent event, const Delivery& delivery) {
  Ledger& ledger = way_.ledger();
  const ContractTerms& terms = board_[event.instrument].instrument->definition().contract;
  const bool is_option = terms.right != OptionRight::none;
  if (is_option) event.price = delivery.lots != 0 ? 0 : intrinsic_value(terms, event.price);
  event.amount = ledger.value_at(event.instrument, event.quantity_before, event.price);
  event.realized_pnl = ledger.trade_at(event.strategy, event.instrument, -event.quantity_before, event.price);
  post(event);
  if (delivery.lots == 0) return;
  i64 change = 0;
  if (__builtin_mul_overflow(event.quantity_before, delivery.lots, &change)) {
    throw_event_overflow(*board_[delivery.underlying].instrument);
  }
  CashEvent delivered = event;
  delivered.kind = CashEventKind::delivery;
  delivered.instrument = delivery.underlying;
  delivered.price = delivery.price;
  delivered.quantity_before = ledger.position(event.strategy, delivery.underlying).quantity;
  delivered.amount = -ledger.value_at(delivery.underlying, change, delivery.price);
  delivered.realized_pnl = ledger.trade_at(event.strategy, delivery.underlying, change, delivery.price);
  post(delivered);
}

void CashDesk::post(CashEvent& event) {
  const PositionState& position = way_.ledger().position(event.strategy, event.instrument);
  event.quantity_after = position.quantity;
  way_.gate().exposure().position_changed(event.strategy, event.instrument, position.quantity, position.cost);
  done_.push_back(event);
}

InstrumentIndex CashDesk::underlying_of(const Instrument& instrument) const {
  const InstrumentDefinition& definition = instrument.definition();
  for (InstrumentIndex index = 0; index < board_.size(); ++index) {
    const Instrument& found = *board_[index].instrument;
    if (found.id() != definition.contract.underlying) continue;
    if (found.definition().quote_currency == definition.quote_currency) return index;
    refuse(instrument, CashEventKind::expiry,
           "it is settled in " + definition.quote_currency + ", and its underlying " + found.id() + " in " +
               found.definition().quote_currency);
  }
  refuse(instrument, CashEventKind::expiry,
         "physical settlement needs its underlying '" + definition.contract.underlying +
             "' in the run; add data of it, or settle in cash");
}

CashDesk::Delivery CashDesk::delivery_of(InstrumentIndex index, i128 settlement_price) const {
  const Instrument& instrument = *board_[index].instrument;
  const ContractTerms& terms = instrument.definition().contract;
  const bool is_option = terms.right != OptionRight::none;
  if (terms.settlement != Settlement::physical) return {};
  if (is_option && intrinsic_value(terms, settlement_price) == 0) return {};
  Delivery delivery;
  delivery.underlying = underlying_of(instrument);
  if (board_[delivery.underlying].expired) {
    refuse(instrument, CashEventKind::expiry,
           "its underlying " + board_[delivery.underlying].instrument->id() +
               " has ended already and can not be delivered; give this expiry before that one, or settle in cash");
  }
  const InstrumentDefinition& of = instrument.definition();
  const InstrumentDefinition& to = board_[delivery.underlying].instrument->definition();
  const i128 units = multiply(of.lot_size, of.multiplier, kMaxDecimals, Rounding::exact).raw;
  const i128 unit = multiply(to.lot_size, to.multiplier, kMaxDecimals, Rounding::exact).raw;
  if (units % unit != 0 || units / unit > kNoLimit) {
    refuse(instrument, CashEventKind::expiry,
           "one lot of it is no whole number of lots of " + board_[delivery.underlying].instrument->id());
  }
  delivery.lots = static_cast<i64>(units / unit) * (terms.right == OptionRight::put ? -1 : 1);
  delivery.price = is_option ? terms.strike.raw : settlement_price;
  return delivery;
}

}  // namespace pytrader
