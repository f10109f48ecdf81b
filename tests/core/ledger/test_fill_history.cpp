// Late, corrected, busted and replaced fills of one position against a fold of all of them in their order.
#include <algorithm>
#include <vector>

#include "decimal/split_mix.hpp"
#include "doctest/doctest.h"
#include "ledger/ledger.hpp"

using namespace pytrader;

namespace {

Instrument make_instrument() {
  InstrumentDefinition definition;
  definition.symbol = "ABC";
  definition.venue = "TEST";
  definition.quote_currency = "USD";
  definition.tick_size = definition.lot_size = definition.multiplier = Fixed{kFixedOne, 0};
  definition.maker_fee_rate = Fixed{kFixedOne / 1000, 0};
  definition.taker_fee_rate = Fixed{kFixedOne / 300, 0};
  return Instrument(definition, 0);
}

// Every fill with its place; a position is what they make of the state that the last money event left.
class Twin {
 public:
  explicit Twin(u64 seed) : random_(seed) {
    ledger_.add_strategy();
    ledger_.add_instrument(instrument_);
    ledger_.deposit("USD", kFixedOne * 1'000'000);
  }

  void act() {
    const i64 what = below(40);
    if (what < 24 || fills_.empty()) return trade();
    if (what < 32) return correct(below(4) == 0 ? 0 : 1 + below(9));
    if (what < 38) return place();
    if (what == 38) return settle();
    for (int i = 0; i < 20; ++i) trade();
  }

  void check() const {
    PositionState state = base_;
    for (const PositionFill& fill : fills_) REQUIRE(add_fill(state, instrument_, fill));
    const PositionState& position = ledger_.position(0, 0);
    CHECK(position.quantity == state.quantity);
    CHECK(position.cost == state.cost);
    CHECK(position.realized_pnl == state.realized_pnl);
    CHECK(position.fees == state.fees);
    REQUIRE(ledger_.check());
  }
  std::size_t fills() const noexcept { return fills_.size(); }

 private:
  i64 below(i64 limit) { return static_cast<i64>(random_.next() % static_cast<u64>(limit)); }

  // Most are new, some are late by a few or by any number of fills.
  i64 some_time() {
    const i64 what = below(8);
    if (what < 5) return ++now_;
    return what < 7 ? std::max<i64>(1, now_ - below(6)) : 1 + below(now_ + 1);
  }

  void trade() {
    const Side side = below(2) == 0 ? Side::buy : Side::sell;
    const i64 price = 90 + below(20);
    const i64 quantity = 1 + below(9);
    const PositionState before = ledger_.position(0, 0);
    const FillPosting posting = ledger_.apply_fill(0, 0, side, price, quantity, Liquidity::maker);
    const PositionFill fill{{0, some_time()},
                            static_cast<ExecId>(below(1'000)) * 10'000 + ++trades_,
                            price,
                            sign(side) * quantity,
                            static_cast<u32>(1 + below(5)),
                            Liquidity::maker,
                            posting.fee};
    ledger_.note_fill(0, 0, fill, before);
    fills_.push_back(fill);
    sort();
  }

  PositionFill& any() { return fills_[static_cast<std::size_t>(below(static_cast<i64>(fills_.size())))]; }

  void correct(i64 quantity) {
    PositionFill& fill = any();
    const i64 price = 90 + below(20);
    const i64 direction = fill.quantity < 0 ? -1 : 1;
    ledger_.correct_fill(0, 0, fill.key(), price, quantity, Liquidity::taker);
    fill.price = price;
    fill.quantity = direction * quantity;
    const i128 value = kFixedOne * price * quantity;
    fill.fee = quantity == 0 ? 0 : instrument_.fee(value, Liquidity::taker);
  }

  void place() {
    PositionFill& fill = any();
    const FillKey from = fill.key();
    fill.placed.ts_event = some_time();
    ledger_.place_fill(0, 0, from, fill.key());
    sort();
  }

  // What went before counts for good.
  void settle() {
    ledger_.trade_at(0, 0, 1 + below(3), kFixedOne * 100);
    base_ = ledger_.position(0, 0);
    fills_.clear();
  }

  void sort() {
    std::sort(fills_.begin(), fills_.end(),
              [](const PositionFill& a, const PositionFill& b) { return is_before(a.key(), b.key()); });
  }

  Instrument instrument_ = make_instrument();
  Ledger ledger_;
  SplitMix64 random_;
  PositionState base_;
  std::vector<PositionFill> fills_;
  u64 trades_ = 0;
  i64 now_ = 0;
};

}  // namespace

TEST_CASE("fills told late, corrected, busted or moved leave the position that their right order makes") {
  std::size_t most = 0;
  for (u64 seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Twin twin(seed);
    for (int step = 0; step < 250; ++step) {
      twin.act();
      twin.check();
      most = std::max(most, twin.fills());
    }
  }
  CHECK(most > 150);
}
