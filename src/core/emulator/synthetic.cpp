// Formulas as whole numbers: what each component's tick is worth in ticks of the synthetic price, over one divisor.
#include "emulator/synthetic.hpp"

#include <algorithm>

namespace pytrader {
namespace {

// So bounded, a sum of 64-bit prices (of two for a mid) times their coefficients stays below 2^126.
constexpr i128 kCoefficientsMax = i128{1} << 61;

i128 size_of(i128 value) noexcept {
  return value < 0 ? -value : value;
}

i128 divisor_of(i128 a, i128 b) noexcept {
  a = size_of(a);
  b = size_of(b);
  while (b != 0) {
    const i128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

struct Quotient {
  i128 dividend;
  i128 divisor;  // above zero
};

Quotient reduced(const Quotient& a) noexcept {
  const i128 common = divisor_of(a.dividend, a.divisor);
  return {a.dividend / common, a.divisor / common};
}

// False beyond 128 bits.
bool multiply(Quotient a, Quotient b, Quotient& product) noexcept {
  a = reduced(a);
  b = reduced(b);
  const Quotient first = reduced({a.dividend, b.divisor});
  const Quotient second = reduced({b.dividend, a.divisor});
  return !__builtin_mul_overflow(first.dividend, second.dividend, &product.dividend) &&
         !__builtin_mul_overflow(first.divisor, second.divisor, &product.divisor);
}

[[noreturn]] void refuse(const SyntheticDefinition& definition, const std::string& what) {
  throw Error(ErrorCode::invalid_argument, "synthetic " + definition.name + ": " + what);
}

[[noreturn]] void refuse_size(const SyntheticDefinition& definition) {
  refuse(definition,
         "its weights and tick sizes have too many digits to compute exactly: use fewer, or a tick size that goes with "
         "those of its components");
}

void check(const SyntheticDefinition& definition) {
  const std::size_t count = definition.components.size();
  if (definition.name.empty() || definition.name.size() > Synthetic::kMaxName) {
    throw Error(ErrorCode::invalid_argument, "a synthetic needs a name of 1 to " + std::to_string(Synthetic::kMaxName) +
                                                 " bytes of UTF-8, got " + std::to_string(definition.name.size()) +
                                                 ": '" + definition.name + "'");
  }
  const auto is_letter = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; };
  if (!std::all_of(definition.name.begin(), definition.name.end(), is_letter)) {
    throw Error(ErrorCode::invalid_argument, "a synthetic's name must have no blanks and no control characters");
  }
  if (definition.tick_size.raw <= 0) {
    refuse(definition, "its tick size must be positive, got " + to_text(definition.tick_size));
  }
  if (count == 0 || count > Synthetic::kMaxComponents) {
    refuse(definition,
           "it needs 1 to " + std::to_string(Synthetic::kMaxComponents) + " components, got " + std::to_string(count));
  }
  const bool divides = definition.kind == SyntheticKind::ratio;
  if (divides && count != 2) refuse(definition, "a ratio has two components, got " + std::to_string(count));
  for (std::size_t i = 0; i < count; ++i) {
    const SyntheticComponent& component = definition.components[i];
    if (component.weight.raw == 0) {
      refuse(definition, "the weight of a component is 0: leave the component out");
    }
    if (divides && component.weight.raw != kFixedOne) refuse(definition, "the components of a ratio have the weight 1");
    for (std::size_t j = 0; j < i; ++j) {
      if (definition.components[j].instrument == component.instrument) {
        refuse(definition, "an instrument is twice among its components: add up the weights");
      }
    }
  }
}

// What is known of one component: its price, of a mid twice that. False where it is missing.
bool read(const TriggerPrices& prices, PriceSource source, bool against, i128& price) noexcept {
  if (source == PriceSource::mid) {
    price = i128{prices.bid} + prices.ask;
    return prices.bid != kNoPrice && prices.ask != kNoPrice;
  }
  if (against && source == PriceSource::bid) {
    source = PriceSource::ask;
  } else if (against && source == PriceSource::ask) {
    source = PriceSource::bid;
  }
  const i64 found = prices.reach(source).from_below;
  price = found;
  return found != kNoPrice;
}

}  // namespace

Synthetic::Synthetic(SyntheticDefinition definition) : definition_(std::move(definition)) {
  check(definition_);
  if (definition_.kind == SyntheticKind::weighted_sum) {
    std::sort(definition_.components.begin(), definition_.components.end(),
              [](const auto& a, const auto& b) { return a.instrument < b.instrument; });
  }
  find_coefficients();
}

void Synthetic::find_coefficients() {
  const Fixed& tick = definition_.tick_size;
  const std::vector<SyntheticComponent>& parts = definition_.components;
  if (definition_.kind == SyntheticKind::ratio) {
    Quotient both;
    const bool fits = multiply({parts[0].tick_size.raw, parts[1].tick_size.raw}, {kFixedOne, tick.raw}, both);
    if (!fits || both.dividend > kCoefficientsMax || both.divisor > kCoefficientsMax) refuse_size(definition_);
    coefficients_ = {static_cast<i64>(both.dividend), static_cast<i64>(both.divisor)};
    return;
  }
  std::vector<Quotient> shares(parts.size());
  i128 common = 1;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!multiply({parts[i].weight.raw, kFixedOne}, {parts[i].tick_size.raw, tick.raw}, shares[i])) {
      refuse_size(definition_);
    }
    const i128 factor = shares[i].divisor / divisor_of(common, shares[i].divisor);
    if (__builtin_mul_overflow(common, factor, &common) || common > kCoefficientsMax) refuse_size(definition_);
  }
  i128 total = 0;
  for (const Quotient& share : shares) {
    i128 coefficient = 0;
    if (__builtin_mul_overflow(share.dividend, common / share.divisor, &coefficient) ||
        size_of(coefficient) > kCoefficientsMax - total) {
      refuse_size(definition_);
    }
    total += size_of(coefficient);
    coefficients_.push_back(static_cast<i64>(coefficient));
  }
  divisor_ = static_cast<i64>(common);
}

bool Synthetic::sum(PriceSource source, std::span<const TriggerPrices> prices, i128& dividend,
                    i128& divisor) const noexcept {
  dividend = 0;
  divisor = i128{divisor_} * (source == PriceSource::mid ? 2 : 1);
  for (std::size_t i = 0; i < coefficients_.size(); ++i) {
    i128 price;
    if (!read(prices[i], source, coefficients_[i] < 0, price)) return false;
    dividend += coefficients_[i] * price;
  }
  return true;
}

// Of a numerator below zero the bid is divided by the denominator's bid, so that it stays below the offer.
bool Synthetic::quotient(PriceSource source, std::span<const TriggerPrices> prices, i128& dividend,
                         i128& divisor) const noexcept {
  i128 above;
  i128 below;
  if (!read(prices[0], source, false, above) || !read(prices[1], source, above >= 0, below) || below <= 0) return false;
  dividend = coefficients_[0] * above;
  divisor = coefficients_[1] * below;
  return true;
}

TriggerBook::Reach Synthetic::price(PriceSource source, std::span<const TriggerPrices> prices) const {
  i128 dividend;
  i128 divisor;
  const bool known = definition_.kind == SyntheticKind::ratio ? quotient(source, prices, dividend, divisor)
                                                              : sum(source, prices, dividend, divisor);
  if (!known) return {};
  const i128 truncated = dividend / divisor;
  const i128 rest = dividend % divisor;
  const i128 below = truncated - (rest < 0 ? 1 : 0);
  const i128 above = truncated + (rest > 0 ? 1 : 0);
  if (below <= kNoPrice || above > INT64_MAX) {
    throw Error(ErrorCode::decimal_overflow, "synthetic " + definition_.name + ": its price, " + to_text(truncated) +
                                                 " ticks of " + to_text(definition_.tick_size) +
                                                 ", is beyond 64 bits: give it a larger tick size");
  }
  return {static_cast<i64>(below), static_cast<i64>(above)};
}

}  // namespace pytrader
