// What a kernel is made of before its start: instruments, cash, strategies, series, indicators, settings.
#include <string>

#include "kernel/hash_mark.hpp"
#include "kernel/kernel.hpp"

namespace pytrader {

InstrumentIndex Kernel::add_instrument(InstrumentDefinition definition, const FeeModelMaker& fees) {
  if (started_) throw Error(ErrorCode::invalid_state, "kernel: an instrument can not be added after start");
  if (!synthetics().empty()) {
    throw Error(ErrorCode::invalid_state, "kernel: an instrument can not be added after a synthetic price");
  }
  const InstrumentIndex index = board_.add_instrument(std::move(definition));
  const Instrument& added = *board_[index].instrument;
  const FeeModel& charged = way_.ledger().add_instrument(added, fees ? fees(added) : nullptr);
  way_.gate().add_instrument(added, &charged);
  way_.store().add_instrument();
  way_.emulation().add_instrument();
  bars_.add_instrument();
  const InstrumentDefinition& made = added.definition();
  hash_.add_all(HashMark::instrument, made.kind, made.min_price, made.max_price, made.min_quantity, made.max_quantity);
  for (const std::string* text : {&made.symbol, &made.venue, &made.base_currency, &made.quote_currency}) {
    add_text(hash_, *text);
  }
  for (const Fixed* number : {&made.tick_size, &made.lot_size, &made.multiplier, &made.maker_fee_rate,
                              &made.taker_fee_rate, &made.min_notional, &made.max_notional}) {
    add_wide(hash_, number->raw);
  }
  if (const ContractTerms& terms = made.contract; terms != ContractTerms{}) {
    hash_.add_all(HashMark::contract, terms.settlement, terms.right, terms.expire_time);
    add_text(hash_, terms.underlying);
    add_wide(hash_, terms.strike.raw);
  }
  if (margin_desk_.mode() != MarginMode::none) {
    hash_.add_all(HashMark::margin, made.initial_margin_rate.raw, made.maintenance_margin_rate.raw);
  }
  const std::vector<i64> words = charged.words();
  if (!words.empty()) hash_.add_all(HashMark::fees, words.size());
  for (const i64 word : words) hash_.add(static_cast<u64>(word));
  return index;
}

void Kernel::add_cash(const std::string& currency, i128 amount) {
  way_.ledger().deposit(currency, amount);
  hash_.add_all(HashMark::cash);
  add_text(hash_, currency);
  add_wide(hash_, amount);
}

StrategyIndex Kernel::add_strategy(const StrategyPort& port, const RiskLimits& limits, const ErrorPolicy& policy) {
  if (started_) throw Error(ErrorCode::invalid_state, "kernel: a strategy can not be added after start");
  way_.gate().add_strategy(limits);
  desk_.add_strategy(policy);
  way_.store().add_strategy();
  way_.ledger().add_strategy();
  ports_.push_back(port);
  handled_.push_back(port.mask);
  published_.emplace_back();
  mask_ |= port.mask;
  hash_.add_all(HashMark::strategy, limits.max_order_quantity, limits.max_position, limits.max_open_orders);
  add_wide(hash_, limits.max_order_notional);
  return static_cast<StrategyIndex>(ports_.size() - 1);
}

void Kernel::allot(StrategyIndex strategy, const std::string& currency, i128 amount) {
  if (started_) throw Error(ErrorCode::invalid_state, "kernel: capital can not be allotted after start");
  way_.gate().allot(strategy, currency, amount);
  hash_.add_all(HashMark::allotment, strategy);
  add_text(hash_, currency);
  add_wide(hash_, amount);
}

SeriesId Kernel::add_bar_series(InstrumentIndex instrument, i64 duration_ns) {
  market(instrument);
  if (started_ && past_ != nullptr && bars_.find(instrument, duration_ns) == BarBoard::kNoSeries) {
    past_->require_bars(instrument, duration_ns);
  }
  hash_.add_all(HashMark::series, instrument, duration_ns);
  const std::size_t known = bars_.size();
  const SeriesId series = bars_.add_series(instrument, duration_ns);
  if (bars_.size() > known && past_ != nullptr) fill(series);
  return series;
}

// The trades that were received before the series was asked for.
void Kernel::fill(SeriesId series) {
  past_->for_each_trade(bars_.instrument(series), !before_trade_,
                        [this, series](const TradeRecord& trade, i64 ts) { bars_.add_past_trade(series, trade, ts); });
  bars_.close_past(series, closed_until());
}

i64 Kernel::bars_closed_until(InstrumentIndex instrument, i64 duration_ns) const noexcept {
  const SeriesId series = bars_.find(instrument, duration_ns);
  if (series == BarBoard::kNoSeries) return closed_until();
  const BarRecord* const last = bars_.last(series);
  return last != nullptr ? last->ts_event : INT64_MIN;
}

// The bars that closed, or the mid prices that were seen, before the indicator was asked for.
void Kernel::warm(SeriesId series, Indicator& indicator) {
  if (bars_.duration_ns(series) == 0) {
    BarRecord mid{};
    past_->for_each_mid(bars_.instrument(series), !behind_, [&](i64 twice_mid) {
      mid.close = twice_mid;
      indicator.update(mid);
      bars_.set_last(series, mid);
    });
    return;
  }
  const BarRecord* last = bars_.last(series);
  if (last == nullptr) return;
  const i64 end = last->ts_event;
  const InstrumentIndex instrument = bars_.instrument(series);
  const auto take = [&indicator, end](const BarRecord& bar) {
    if (bar.ts_event <= end) indicator.update(bar);
  };
  if (!bars_.is_built(series)) {
    past_->for_each_bar(instrument, bars_.duration_ns(series), take);
    return;
  }
  BarBuilder builder(bars_.duration_ns(series));
  BarRecord closed{};
  past_->for_each_trade(instrument, true, [&](const TradeRecord& trade, i64 ts) {
    if (builder.add(ts, trade.price, trade.quantity, closed)) take(closed);
  });
  if (builder.advance(end, closed)) take(closed);
}

u32 Kernel::add_synthetic(const SyntheticDefinition& definition) {
  Synthetic made(synthetics().complete(definition));
  if (const u32 known = synthetics().find(made); known != 0) return known;
  const SyntheticDefinition added = made.definition();
  way_.emulation().add_synthetic(std::move(made));
  hash_.add_all(HashMark::synthetic, added.kind, added.components.size());
  add_text(hash_, added.name);
  add_wide(hash_, added.tick_size.raw);
  for (const SyntheticComponent& component : added.components) {
    hash_.add_all(component.instrument);
    add_wide(hash_, component.weight.raw);
  }
  return synthetics().size();
}

SeriesId Kernel::add_recorded_bars(InstrumentIndex instrument, i64 duration_ns) {
  market(instrument);
  return bars_.add_recorded(instrument, duration_ns);
}

SeriesId Kernel::add_mids(InstrumentIndex instrument) {
  market(instrument);
  hash_.add_all(HashMark::series, instrument, 0);
  return bars_.add_mids(instrument);
}

WatchId Kernel::watch(StrategyIndex strategy, ConditionId condition) {
  if (strategy >= ports_.size()) throw Error(ErrorCode::invalid_argument, "condition: no such strategy");
  return conditions_.watch(strategy, condition);
}

Indicator& Kernel::add_indicator(SeriesId series, std::unique_ptr<Indicator> indicator) {
  Indicator& added = bars_.add_indicator(series, std::move(indicator));
  if (past_ != nullptr) warm(series, added);
  return added;
}

void Kernel::add_setting(i64 value) {
  if (started_) throw Error(ErrorCode::invalid_state, "kernel: a setting can not be added after start");
  hash_.add_all(HashMark::setting, value);
}

void Kernel::set_emulation(Emulate emulate, Immediate immediate) {
  if (started_) throw Error(ErrorCode::invalid_state, "kernel: what is emulated can not be changed after start");
  // The default adds nothing to the hash.
  if (emulate != Emulate::where_needed || immediate != Immediate::elect) {
    hash_.add_all(HashMark::setting, emulate, immediate);
  }
  way_.emulation().set_rules(emulate, immediate);
}

}  // namespace pytrader
