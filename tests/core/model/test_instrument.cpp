// Instruments: what a definition may say, and exact conversions between decimals, ticks, lots and money.
#include "doctest/doctest.h"
#include "model/instrument.hpp"

using namespace pytrader;

namespace {

InstrumentDefinition bitcoin() {
  InstrumentDefinition definition;
  definition.symbol = "BTCUSDT";
  definition.venue = "BINANCE";
  definition.base_currency = "BTC";
  definition.quote_currency = "USDT";
  definition.quote_decimals = 8;
  definition.tick_size = parse("0.01");
  definition.lot_size = parse("0.00001");
  definition.multiplier = parse("1");
  definition.maker_fee_rate = parse("-0.0001");
  definition.taker_fee_rate = parse("0.0004");
  return definition;
}

std::string refusal(const InstrumentDefinition& definition) {
  try {
    Instrument instrument(definition, 0);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_instrument);
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the value of a tick times a lot is exact") {
  const Instrument instrument(bitcoin(), 3);
  CHECK(instrument.id() == "BTCUSDT.BINANCE");
  CHECK(instrument.index() == 3);
  CHECK(instrument.unit_value() == static_cast<i128>(100'000'000'000));  // 0.0000001 USDT
  i128 value = 0;
  CHECK(instrument.value_of(static_cast<i128>(6'400'010) * 150'000, value));
  CHECK(value == parse("96000.15").raw);
  CHECK_FALSE(instrument.value_of(kFixedMax, value));
  // Where the product is the one 128-bit number without an opposite.
  InstrumentDefinition finest = bitcoin();
  finest.tick_size = finest.lot_size = parse("0.000000001");
  const Instrument unit(finest, 0);
  CHECK(unit.value_of(kFixedMin, value));
  CHECK_FALSE(unit.value_of(kFixedMin - 1, value));
}

TEST_CASE("prices and quantities convert to ticks and lots exactly or are refused") {
  const Instrument instrument(bitcoin(), 0);
  CHECK(instrument.ticks(parse("64000.10")) == 6'400'010);
  CHECK(instrument.lots(parse("1.5")) == 150'000);
  CHECK(to_text(instrument.price(6'400'010)) == "64000.10");
  CHECK(to_text(instrument.quantity(150'000)) == "1.50000");
  CHECK_THROWS_AS(instrument.ticks(parse("64000.105")), Error);
  CHECK_THROWS_WITH(instrument.lots(parse("0.000001")),
                    "quantity 0.000001 is no multiple of the lot 0.00001 of BTCUSDT.BINANCE");
  CHECK_THROWS_AS(instrument.ticks(parse("150000000000000000000")), Error);
  InstrumentDefinition coarse = bitcoin();
  coarse.tick_size = parse("100");
  CHECK_THROWS_AS(Instrument(coarse, 0).price(INT64_MAX), Error);
}

TEST_CASE("fees round half-even once to the currency's minor units and may be rebates") {
  InstrumentDefinition definition = bitcoin();
  definition.quote_decimals = 2;
  const Instrument instrument(definition, 0);
  CHECK(instrument.fee(parse("1000").raw, Liquidity::taker) == parse("0.40").raw);
  CHECK(instrument.fee(parse("1000").raw, Liquidity::maker) == parse("-0.10").raw);
  CHECK(instrument.fee(parse("12.5").raw, Liquidity::taker) == 0);                   // 0.005 goes to even
  CHECK(instrument.fee(parse("37.5").raw, Liquidity::taker) == parse("0.02").raw);   // 0.015 goes to even
  CHECK(instrument.fee(parse("-1000").raw, Liquidity::taker) == parse("0.40").raw);  // a price below zero
}

TEST_CASE("a definition whose numbers can not be held exactly is refused with its numbers") {
  InstrumentDefinition definition = bitcoin();
  definition.tick_size = parse("0.0000000001");
  definition.lot_size = parse("0.0000000001");
  const std::string text = refusal(definition);
  CHECK(contains(text, "0.0000000001 x lot_size 0.0000000001"));
  definition.multiplier = parse("100");
  CHECK(refusal(definition).empty());  // a multiplier may bring the product back into 18 decimals
}

TEST_CASE("bad names are refused") {
  for (const char* symbol : {"", "BTC USDT", "BTC\"", "BTC*", "\xc3\xa9"}) {
    InstrumentDefinition definition = bitcoin();
    definition.symbol = symbol;
    CHECK(contains(refusal(definition), "symbol"));
  }
  InstrumentDefinition definition = bitcoin();
  definition.venue = "A.B";
  CHECK(contains(refusal(definition), "venue 'A.B' has the character '.'"));
  definition = bitcoin();
  definition.symbol = std::string(65, 'A');
  CHECK(contains(refusal(definition), "65 characters"));
  definition = bitcoin();
  definition.quote_currency = "";
  CHECK(contains(refusal(definition), "quote_currency is empty"));
  definition = bitcoin();
  definition.symbol = "BRK.B";
  CHECK(refusal(definition).empty());
}

TEST_CASE("sizes must be positive, rates below one, limits in order") {
  const auto refused = [](auto change, const char* part) {
    InstrumentDefinition definition = bitcoin();
    change(definition);
    const std::string text = refusal(definition);
    CHECK_MESSAGE(contains(text, part), text);
  };
  refused([](auto& d) { d.tick_size = parse("0"); }, "tick_size is 0; it must be above zero");
  refused([](auto& d) { d.lot_size = parse("-1"); }, "lot_size is -1");
  refused([](auto& d) { d.multiplier = parse("0"); }, "multiplier is 0");
  refused([](auto& d) { d.taker_fee_rate = parse("1"); }, "taker_fee is 1");
  refused([](auto& d) { d.maker_fee_rate = parse("-1.5"); }, "maker_fee is -1.5");
  refused([](auto& d) { d.quote_decimals = 19; }, "quote_decimals is 19");
  refused(
      [](auto& d) {
        d.min_price = 10;
        d.max_price = 9;
      },
      "min_price (10 ticks) is above max_price (9 ticks)");
  refused([](auto& d) { d.min_quantity = 0; }, "min_quantity is 0 lots");
  refused(
      [](auto& d) {
        d.max_quantity = 5;
        d.min_quantity = 6;
      },
      "min_quantity (6 lots) is above");
  refused([](auto& d) { d.min_notional = parse("-1"); }, "min_notional is -1");
  refused([](auto& d) { d.max_notional = parse("-1"); }, "max_notional is -1");
  refused(
      [](auto& d) {
        d.max_notional = parse("5");
        d.min_notional = parse("6");
      },
      "min_notional (6) is above");
  refused([](auto& d) { d.min_price = INT64_MIN; }, "min_price is -9223372036854775808 ticks");
  refused(
      [](auto& d) {
        d.tick_size = parse("1000000");
        d.max_price = INT64_MAX / 5;
      },
      "max_price is");
}

TEST_CASE("a maximum that nobody stated becomes the largest that is exact") {
  InstrumentDefinition definition = bitcoin();
  definition.tick_size = parse("1000000");
  definition.lot_size = parse("1000");
  const Instrument instrument(definition, 0);
  CHECK_FALSE(instrument.states_max_price());
  const i64 largest = instrument.definition().max_price;
  CHECK(largest < kNoLimit);
  i128 value = 0;
  CHECK(instrument.value_of(largest, value));
  CHECK_FALSE(instrument.value_of(static_cast<i128>(largest) + 1, value));
  CHECK(instrument.price(largest).raw > 0);
}
