// Checks an exchange's settings, and lays them out as numbers.
#include "matching/exchange_settings.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

class Numbers {
 public:
  template <class... Values>
  void add(Values... values) {
    (numbers_.push_back(static_cast<i64>(values)), ...);
  }
  void add(const PriceBand& band) {
    for (const BandWidth& width : {band.down, band.up}) add(width.ticks, width.basis_points, width.greater);
  }
  std::vector<i64> take() { return std::move(numbers_); }

 private:
  std::vector<i64> numbers_;
};

}  // namespace

void check(const ExchangeSettings& settings) {
  check(settings.rules);
  TradingPhase phase = TradingPhase::closed;
  TradingPhase resumes = TradingPhase::continuous;  // by the clock, behind a volatility auction
  const i64 lasts = settings.rules.session.volatility_auction_ns;
  for (std::size_t row = 0; row < settings.sessions.size(); ++row) {
    const PhaseChange& next = settings.sessions[row];
    const std::string place = "exchange: session " + std::to_string(row) + " (" + to_text(next.phase) + ")";
    if (row > 0 && next.ts <= settings.sessions[row - 1].ts) {
      throw Error(ErrorCode::invalid_argument, place + " begins at " + std::to_string(next.ts) +
                                                   " ns, not after the one before it, at " +
                                                   std::to_string(settings.sessions[row - 1].ts) + " ns");
    }
    if (!may_follow(phase, next.phase)) {
      throw Error(ErrorCode::invalid_argument, place + " may not follow " + to_text(phase) +
                                                   (row == 0 ? ", in which an exchange begins" : "") +
                                                   "; docs/auctions.md has the table");
    }
    const bool has_resumed =
        phase == TradingPhase::volatility_auction && lasts != 0 &&
        static_cast<u64>(next.ts) - static_cast<u64>(settings.sessions[row - 1].ts) >= static_cast<u64>(lasts);
    if (has_resumed && next.phase != resumes && !may_follow(resumes, next.phase)) {
      throw Error(ErrorCode::invalid_argument, place + " may not follow " + to_text(resumes) +
                                                   ", to which the volatility auction before it has gone on after " +
                                                   std::to_string(lasts) + " ns; docs/auctions.md has the table");
    }
    resumes = phase == TradingPhase::closing_auction ? TradingPhase::post_close : TradingPhase::continuous;
    phase = next.phase;
  }
}

std::vector<i64> numbers_of(const ExchangeSettings& settings) {
  const VenueRules& rules = settings.rules;
  Numbers numbers;
  numbers.add(rules.amend, rules.post_only, rules.replace_quantity, rules.immediate_trigger, rules.iceberg_sweep,
              rules.self_trade, rules.self_trade_scope, rules.self_trade_decider, rules.stop_protection_ticks,
              rules.market_protection_ticks, rules.iceberg_parts_max, rules.seed, rules.order_types,
              rules.times_in_force, rules.instructions);
  const AllocationRules& sharing = rules.allocation;
  numbers.add(sharing.algorithm, sharing.leveling, sharing.fifo_percent, sharing.top_percent, sharing.flagged_percent,
              sharing.top_minimum, sharing.top_maximum, sharing.pro_rata_minimum, sharing.board_lot);
  for (const LeadMarketMaker& maker : sharing.lead_market_makers) numbers.add(maker.owner, maker.percent);
  const SessionRules& session = rules.session;
  numbers.add(session.halt_accepts_orders, session.auction_reference, session.volatility_auction_ns,
              session.extension_basis_points, session.market_pressure);
  const BandRules& bands = rules.bands;
  numbers.add(bands.entry_aggressive_only, bands.rounding, bands.breach, bands.limit_state_ns, bands.pause_ns);
  for (const PriceBand& band : {bands.entry, bands.static_range, bands.dynamic_range}) numbers.add(band);
  numbers.add(settings.reference_price, settings.start);
  for (const PhaseChange& change : settings.sessions) numbers.add(change.ts, change.phase);
  return numbers.take();
}

}  // namespace pytrader
