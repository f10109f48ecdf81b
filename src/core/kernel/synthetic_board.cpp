// Synthetic prices by name and by component, and what they are now.
#include "kernel/synthetic_board.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "decimal/error.hpp"

namespace pytrader {

SyntheticDefinition SyntheticBoard::complete(SyntheticDefinition definition) const {
  for (SyntheticComponent& component : definition.components) {
    if (component.instrument >= board_.size()) {
      throw Error(ErrorCode::invalid_argument, "synthetic " + definition.name + ": instrument " +
                                                   std::to_string(component.instrument) + " does not exist; " +
                                                   std::to_string(board_.size()) + " were added");
    }
    component.tick_size = board_[component.instrument].instrument->definition().tick_size;
  }
  for (InstrumentIndex instrument = 0; instrument < board_.size(); ++instrument) {
    if (board_[instrument].instrument->id() == definition.name) {
      throw Error(ErrorCode::invalid_argument, "synthetic " + definition.name + ": an instrument has this name");
    }
  }
  return definition;
}

u32 SyntheticBoard::find(const Synthetic& wanted) const {
  for (u32 number = 1; number <= size(); ++number) {
    const SyntheticDefinition& known = (*this)[number].definition();
    if (known.name != wanted.definition().name) continue;
    if (known == wanted.definition()) return number;
    throw Error(ErrorCode::invalid_argument,
                "synthetic " + known.name + ": this run has another formula or tick size under this name");
  }
  return 0;
}

void SyntheticBoard::add(Synthetic made) {
  if (synthetics_.size() >= kMaxSynthetics) {
    throw Error(ErrorCode::capacity, "a run holds at most " + std::to_string(kMaxSynthetics) + " synthetic prices");
  }
  by_instrument_.resize(board_.size());
  for (const SyntheticComponent& component : made.components()) {
    by_instrument_[component.instrument].push_back(size() + 1);
  }
  synthetics_.push_back(std::make_unique<const Synthetic>(std::move(made)));
  sources_.push_back(0);
}

void SyntheticBoard::note(u32 number, PriceSource source, i64 now) {
  if (sources_[number - 1] == 0) {
    noted_.insert(std::upper_bound(noted_.begin(), noted_.end(), number, std::greater<>{}), number);
  }
  sources_[number - 1] |= bit_of(source);
  noted_at_ = now;
}

u32 SyntheticBoard::take_noted(PriceSources& sources) noexcept {
  if (noted_.empty()) return 0;
  const u32 number = noted_.back();
  noted_.pop_back();
  if (noted_.empty()) noted_at_ = INT64_MAX;
  sources = std::exchange(sources_[number - 1], PriceSources{0});
  return number;
}

bool SyntheticBoard::is_component(InstrumentIndex instrument, u32 number) const noexcept {
  const std::span<const u32> numbers = of(instrument);
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

bool SyntheticBoard::has_ended(u32 number) const noexcept {
  const std::vector<SyntheticComponent>& components = (*this)[number].components();
  return std::any_of(components.begin(), components.end(),
                     [this](const SyntheticComponent& component) { return board_[component.instrument].expired; });
}

TriggerBook::Reach SyntheticBoard::price(u32 number, PriceSource source) const {
  TriggerPrices prices[Synthetic::kMaxComponents];
  const Synthetic& synthetic = (*this)[number];
  std::size_t count = 0;
  for (const SyntheticComponent& component : synthetic.components()) {
    const InstrumentMarket& market = board_[component.instrument];
    prices[count++] = market.expired ? TriggerPrices{} : trigger_prices(market);
  }
  return synthetic.price(source, {prices, count});
}

}  // namespace pytrader
