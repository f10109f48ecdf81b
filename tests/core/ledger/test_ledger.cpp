// The ledger: average cost, flips, fees, and the sum that must hold after every fill.
#include "decimal/fixed.hpp"
#include "doctest/doctest.h"
#include "ledger/ledger.hpp"

using namespace pytrader;

namespace {

Instrument make_instrument(const char* symbol, const char* tick, const char* lot, const char* quote, u8 decimals,
                           InstrumentIndex index, const char* maker = "0", const char* taker = "0") {
  InstrumentDefinition definition;
  definition.symbol = symbol;
  definition.venue = "TEST";
  definition.quote_currency = quote;
  definition.quote_decimals = decimals;
  definition.tick_size = parse(tick);
  definition.lot_size = parse(lot);
  definition.multiplier = parse("1");
  definition.maker_fee_rate = parse(maker);
  definition.taker_fee_rate = parse(taker);
  definition.min_price = -1'000'000'000;
  return Instrument(definition, index);
}

i128 money(const char* text) {
  return parse(text).raw;
}

}  // namespace

TEST_CASE("a long bought, added to, partly sold and closed") {
  const Instrument stock = make_instrument("ABC", "0.01", "1", "USD", 2, 0, "0", "0.001");
  Ledger ledger;
  ledger.add_strategy();
  ledger.add_instrument(stock);
  ledger.deposit("USD", money("10000"));
  FillPosting fill = ledger.apply_fill(0, 0, Side::buy, 1000, 100, Liquidity::taker);  // 100 at 10.00
  CHECK(fill.value == money("1000"));
  CHECK(fill.fee == money("1.00"));
  ledger.apply_fill(0, 0, Side::buy, 1300, 50, Liquidity::maker);  // 50 at 13.00
  CHECK(ledger.position(0, 0).quantity == 150);
  CHECK(ledger.position(0, 0).cost == money("1650"));
  fill = ledger.apply_fill(0, 0, Side::sell, 1200, 50, Liquidity::maker);
  CHECK(fill.realized_pnl == money("50"));  // 50 * (12 - 11)
  CHECK(ledger.position(0, 0).cost == money("1100"));
  i128 pnl = 0;
  CHECK(ledger.unrealized_pnl(0, 0, 1150, pnl));
  CHECK(pnl == money("50"));
  ledger.apply_fill(0, 0, Side::sell, 1000, 100, Liquidity::taker);
  const PositionState& position = ledger.position(0, 0);
  CHECK(position.quantity == 0);
  CHECK(position.cost == 0);
  CHECK(position.realized_pnl == money("-50"));
  CHECK(position.fees == money("2.00"));
  CHECK(ledger.cash("USD") == money("9948"));
  CHECK(ledger.account_of(0).capital() == money("9948"));
  CHECK(ledger.check());
}

TEST_CASE("a fill that turns a position closes all of it and opens the rest at its own price") {
  const Instrument stock = make_instrument("ABC", "0.01", "1", "USD", 2, 0);
  Ledger ledger;
  ledger.add_instrument(stock);
  ledger.add_strategy();
  ledger.deposit("USD", money("1000"));
  ledger.apply_fill(0, 0, Side::sell, 1000, 30, Liquidity::taker);
  CHECK(ledger.position(0, 0).cost == money("-300"));
  const FillPosting fill = ledger.apply_fill(0, 0, Side::buy, 900, 50, Liquidity::taker);
  CHECK(fill.realized_pnl == money("30"));
  CHECK(ledger.position(0, 0).quantity == 20);
  CHECK(ledger.position(0, 0).cost == money("180"));
  CHECK(ledger.cash("USD") == money("850"));
  CHECK(ledger.check());
}

TEST_CASE("a price below zero pays the buyer") {
  const Instrument oil = make_instrument("CL", "0.01", "1", "USD", 2, 0, "0", "0.001");
  Ledger ledger;
  ledger.add_strategy();
  ledger.add_instrument(oil);
  ledger.apply_fill(0, 0, Side::buy, -3700, 10, Liquidity::taker);
  CHECK(ledger.cash("USD") == money("369.63"));
  ledger.apply_fill(0, 0, Side::sell, -1000, 10, Liquidity::taker);
  CHECK(ledger.position(0, 0).realized_pnl == money("270"));
  CHECK(ledger.check());
}

TEST_CASE("strategies, instruments and currencies are kept apart") {
  const Instrument dollar = make_instrument("ABC", "0.01", "1", "USD", 2, 0);
  const Instrument yen = make_instrument("XYZ", "1", "100", "JPY", 0, 1);
  Ledger ledger;
  ledger.add_strategy();
  ledger.add_instrument(dollar);
  ledger.add_instrument(yen);
  ledger.add_strategy();
  ledger.deposit("USD", money("100"));
  ledger.deposit("EUR", money("7"));
  ledger.apply_fill(0, 0, Side::buy, 500, 1, Liquidity::taker);
  ledger.apply_fill(1, 1, Side::sell, 2500, 1, Liquidity::taker);
  CHECK(ledger.cash("USD") == money("95"));
  CHECK(ledger.cash("JPY") == money("250000"));
  CHECK(ledger.cash("EUR") == money("7"));
  CHECK(ledger.cash("GBP") == 0);
  CHECK(ledger.position(1, 0).quantity == 0);
  CHECK(ledger.accounts().size() == 3);
  i128 twice = 0;
  CHECK(ledger.position_value(1, 1, 5001, twice));
  CHECK(twice == money("-500100"));
  CHECK(ledger.check());
}

TEST_CASE("a posting beyond 128 bits is refused before anything changed") {
  const Instrument big = make_instrument("BIG", "1", "1", "USD", 2, 0, "0", "0.5");
  Ledger ledger;
  ledger.add_strategy();
  ledger.add_instrument(big);
  const i64 half = 9'000'000'000;  // squared: 8.1e19 of at most 1.7e20
  ledger.apply_fill(0, 0, Side::sell, half, half, Liquidity::maker);
  const PositionState before = ledger.position(0, 0);
  const i128 cash = ledger.cash("USD");
  CHECK_THROWS_AS(ledger.apply_fill(0, 0, Side::sell, half, 2 * half, Liquidity::taker), Error);
  CHECK_THROWS_AS(ledger.apply_fill(0, 0, Side::sell, INT64_MAX, INT64_MAX, Liquidity::taker), Error);
  CHECK_THROWS_AS(ledger.apply_fill(0, 0, Side::buy, 1, 0, Liquidity::taker), Error);
  CHECK_THROWS_AS(ledger.apply_fill(0, 1, Side::buy, 1, 1, Liquidity::taker), Error);
  CHECK_THROWS_AS(ledger.apply_fill(1, 0, Side::buy, 1, 1, Liquidity::taker), Error);
  CHECK_THROWS_AS(ledger.deposit("USD", kFixedMax), Error);
  CHECK(ledger.position(0, 0).quantity == before.quantity);
  CHECK(ledger.position(0, 0).cost == before.cost);
  CHECK(ledger.cash("USD") == cash);
  CHECK(ledger.check());
}

TEST_CASE("the sum holds to the last unit after any fills") {
  const Instrument a = make_instrument("A", "0.01", "1", "USD", 2, 0, "-0.0001", "0.00047");
  const Instrument b = make_instrument("B", "0.00003", "0.007", "USD", 2, 1, "0.0002", "0.0005");
  const Instrument c = make_instrument("C", "5", "1", "JPY", 0, 2, "0.00013", "0.001");
  Ledger ledger;
  for (int i = 0; i < 3; ++i) ledger.add_strategy();
  for (const Instrument* instrument : {&a, &b, &c}) ledger.add_instrument(*instrument);
  ledger.deposit("USD", money("123.45"));
  u64 state = 11;
  const auto random = [&](u64 bound) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (state >> 33) % bound;
  };
  for (int fill = 0; fill < 20000; ++fill) {
    const auto strategy = static_cast<StrategyIndex>(random(3));
    const auto instrument = static_cast<InstrumentIndex>(random(3));
    const Side side = random(2) == 0 ? Side::buy : Side::sell;
    const auto price = static_cast<i64>(random(2000)) - 20;
    const i64 old = ledger.position(strategy, instrument).quantity;
    // Every so often exactly what is held, so that positions come to zero.
    const i64 held = old < 0 ? -old : old;
    const i64 quantity = held != 0 && random(4) == 0 ? held : static_cast<i64>(1 + random(97));
    ledger.apply_fill(strategy, instrument, side, price, quantity,
                      random(2) == 0 ? Liquidity::maker : Liquidity::taker);
    REQUIRE(ledger.check());
    REQUIRE(ledger.position(strategy, instrument).quantity == old + sign(side) * quantity);
  }
}

TEST_CASE("the cost of a part that closes is rounded half-even in the last digit there is") {
  const Instrument tiny = make_instrument("ABC", "0.000000000000000001", "1", "USD", 18, 0);
  for (const i64 second : {2, 4}) {  // half of a cost of 3, and of 5
    Ledger ledger;
    ledger.add_strategy();
    ledger.add_instrument(tiny);
    ledger.deposit("USD", 100);
    ledger.apply_fill(0, 0, Side::buy, 1, 1, Liquidity::maker);
    ledger.apply_fill(0, 0, Side::buy, second, 1, Liquidity::maker);
    CHECK(ledger.apply_fill(0, 0, Side::sell, 10, 1, Liquidity::maker).realized_pnl == 8);
    CHECK(ledger.position(0, 0).cost == second - 1);
    CHECK(ledger.check());
  }
}
