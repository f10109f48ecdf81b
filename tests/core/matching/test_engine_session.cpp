// Trading phases, price bands, limit states and interruptions in the engine, one rule a test.
#include "doctest/doctest.h"
#include "engine_scene.hpp"

namespace {

using namespace pytrader;
using namespace pytrader::testing;
using Phase = TradingPhase;
using Force = TimeInForce;

Order phase(Phase next) {
  return control(MessageKind::phase, 0, static_cast<i64>(next));
}
Order reference(i64 price) {
  return control(MessageKind::reference_price, 0, 0).price(price);
}
Order clock(i64 ts) {
  return control(MessageKind::clock, 0, ts);
}

VenueRules with_bands(const BandRules& bands) {
  VenueRules rules;
  rules.bands = bands;
  return rules;
}

// 10 ticks around the reference price.
BandRules ten_ticks(BandBreach breach = BandBreach::cancel_remainder) {
  BandRules bands;
  bands.static_range = PriceBand::symmetric({10});
  bands.breach = breach;
  return bands;
}

// 2 % around the last price, with a volatility auction.
VenueRules interrupting() {
  VenueRules rules;
  rules.bands.dynamic_range = PriceBand::symmetric({0, 200});
  rules.bands.breach = BandBreach::interrupt;
  rules.session.volatility_auction_ns = 120;
  rules.session.extension_basis_points = 500;
  return rules;
}

}  // namespace

TEST_CASE("an engine begins in continuous trading, and a phase is followed by those of the table") {
  Scene s;
  CHECK(s.engine.phase() == Phase::continuous);
  CHECK(s.send(phase(Phase::pre_open)) == "trading_phase");
  CHECK(s.send(phase(Phase::continuous)) == "trading_phase");
  CHECK(s.send(control(MessageKind::phase, 0, 9)) == "malformed_message");
  CHECK(s.send(control(MessageKind::phase, 0, -1)) == "malformed_message");
  CHECK(s.updates().empty());
  CHECK(s.send(phase(Phase::closing_auction)) == "accepted");
  CHECK(s.output.updates[0].detail == static_cast<u8>(Phase::closing_auction));
  CHECK(s.engine.phase() == Phase::closing_auction);
}

TEST_CASE("a phase refuses what it does not accept, and nothing changes") {
  Scene s;
  s.send(phase(Phase::closed));
  CHECK(s.send(buy(1, 100, 5)) == "trading_phase");
  s.send(phase(Phase::opening_auction));
  CHECK(s.send(buy(1, 100, 5).force(Force::ioc)) == "trading_phase");
  CHECK(s.send(buy(1, 100, 5).force(Force::fok)) == "trading_phase");
  CHECK(s.send(buy(1, 100, 5).flags(kPostOnly)) == "trading_phase");
  CHECK(s.send(buy(1, 100, 5).flags(kAllOrNone)) == "trading_phase");
  CHECK(s.send(buy(1, 100, 5).minimum(2)) == "trading_phase");
  CHECK(s.send(order(1, Side::buy, 5).type(OrderType::market_to_limit)) == "trading_phase");
  CHECK(s.engine.order_count() == 0);
}

TEST_CASE("day orders and auction orders expire when the day closes, others stay") {
  Scene s;
  s.send(buy(1, 100, 5).force(Force::day));
  s.send(buy(2, 100, 5));
  s.send(order(3, Side::buy, 5).type(OrderType::stop).stop(105).force(Force::day));
  s.send(buy(4, 99, 5).force(Force::at_the_close));
  s.send(phase(Phase::closed));
  CHECK(s.updates() == "phase_changed 0 0@-, expired 1 5@100, expired 3 5@-, expired 4 5@99");
  CHECK(s.queue(Side::buy, 100) == "2:5");
}

TEST_CASE("a good-till-date order expires in a call phase before the phase does anything else") {
  Scene s;
  s.send(phase(Phase::intraday_auction));
  s.send(buy(1, 100, 5).expires(50));
  s.send(sell(2, 100, 5));
  s.send(clock(50));
  CHECK(s.updates() == "expired 1 5@100, indicative 0 0@-");
  s.send(phase(Phase::continuous));
  CHECK(s.fills().empty());
}

TEST_CASE("after the close orders trade at the closing price and at no other") {
  Scene s;
  s.trade_at(100);
  s.send(sell(1, 100, 5));
  s.send(sell(2, 101, 5));
  s.send(phase(Phase::post_close));
  CHECK(s.send(buy(3, 101, 5)) == "price_out_of_range");
  CHECK(s.send(buy(3, 100, 7)) == "rested");
  CHECK(s.fills() == "3 1 5@100");
  CHECK(s.send(replace(3, 99, 7)) == "price_out_of_range");
  CHECK(s.send(sell(4, 100, 1).force(Force::ioc)) == "filled");
  CHECK(s.fills() == "4 3 1@100");
  CHECK(s.send(order(5, Side::buy, 1)) == "trading_phase");
}

TEST_CASE("after the close a better order trades at the closing price too") {
  Scene s;
  s.trade_at(100);
  s.send(buy(1, 102, 5));
  s.send(phase(Phase::post_close));
  CHECK(s.send(sell(2, 100, 3)) == "filled");
  CHECK(s.fills() == "2 1 3@100");
}

TEST_CASE("without a price there is no trading after the close") {
  Scene s;
  s.send(phase(Phase::post_close));
  CHECK(s.send(buy(1, 100, 5)) == "price_out_of_range");
}

TEST_CASE("a halt accepts cancels alone, or collects orders where the venue says so") {
  VenueRules rules;
  rules.session.halt_accepts_orders = true;
  Scene s(rules);
  s.send(phase(Phase::halt));
  CHECK(s.send(buy(1, 100, 5)) == "rested");
  CHECK(s.send(sell(2, 100, 5)) == "rested");
  CHECK(s.updates().empty());
  s.send(phase(Phase::continuous));
  CHECK(s.fills() == "1 2 5@100");
}

TEST_CASE("a limit price outside the entry band is refused, also by a replace") {
  BandRules bands;
  bands.entry = PriceBand::symmetric({10});
  Scene s(with_bands(bands));
  CHECK(s.send(buy(1, 500, 5)) == "rested");
  s.send(reference(100));
  CHECK(s.updates().empty());
  CHECK(s.send(buy(2, 111, 5)) == "price_out_of_range");
  CHECK(s.send(sell(2, 89, 5)) == "price_out_of_range");
  CHECK(s.send(buy(2, 90, 5)) == "rested");
  CHECK(s.send(replace(2, 89, 5)) == "price_out_of_range");
  CHECK(s.send(replace(2, 90, 4)) == "replaced");
  CHECK(s.send(order(3, Side::buy, 5).type(OrderType::stop_limit).price(120).stop(115)) == "price_out_of_range");
  CHECK(s.send(order(3, Side::sell, 5)) == "filled");
}

TEST_CASE("the static range is told when the reference price moves it") {
  Scene s(with_bands(ten_ticks()));
  s.send(reference(100));
  CHECK(s.updates() == "band_changed 0 110@90");
  s.send(reference(100));
  CHECK(s.updates().empty());
  CHECK(s.send(reference(kNoPrice)) == "limit_order_without_price");
}

TEST_CASE("Binance: what would have to trade outside the range is canceled, bounds included") {
  Scene s(with_bands(ten_ticks()));
  s.send(reference(100));
  s.send(sell(1, 105, 3));
  s.send(sell(2, 110, 3));
  s.send(sell(3, 111, 3));
  CHECK(s.send(buy(4, 120, 9)) == "remainder_canceled");
  CHECK(s.fills() == "4 1 3@105, 4 2 3@110");
  CHECK(s.updates() == "canceled 4 3@120 price_band");
  CHECK(s.send(order(5, Side::buy, 1)) == "remainder_canceled");
  CHECK(s.updates() == "canceled 5 1@- price_band");
  CHECK(s.send(buy(6, 120, 1).force(Force::fok)) == "fok_not_fillable");
  CHECK(s.send(buy(7, 110, 1)) == "rested");
}

TEST_CASE("a limit beyond the range rests where nothing is there to trade with") {
  Scene s(with_bands(ten_ticks()));
  s.send(reference(100));
  CHECK(s.send(buy(1, 120, 5)) == "rested");
  CHECK(s.updates().empty());
  CHECK(s.send(sell(2, 110, 2)) == "remainder_canceled");
  CHECK(s.updates() == "canceled 2 2@110 price_band");
  CHECK(s.queue(Side::buy, 120) == "1:5");
}

TEST_CASE("the dynamic range is fixed for the whole sweep of a taker") {
  BandRules bands;
  bands.dynamic_range = PriceBand::symmetric({2});
  Scene s(with_bands(bands));
  s.trade_at(100);
  for (i64 i = 1; i <= 4; ++i) s.send(sell(static_cast<u64>(i), 100 + i, 1));
  CHECK(s.send(buy(9, 110, 4).force(Force::ioc)) == "remainder_canceled");
  CHECK(s.fills() == "9 1 1@101, 9 2 1@102");
  CHECK(s.send(buy(10, 110, 4).force(Force::ioc)) == "remainder_canceled");
  CHECK(s.fills() == "10 3 1@103, 10 4 1@104");
}

TEST_CASE("an all-or-none order outside the range keeps nobody from resting") {
  Scene s(with_bands(ten_ticks()));
  s.send(reference(100));
  s.send(sell(1, 112, 50).flags(kAllOrNone));
  CHECK(s.send(buy(2, 115, 5)) == "rested");
  CHECK(s.updates().empty());
}

TEST_CASE("limit up: a buy rests at the bound, the state begins, and after its time trading is interrupted") {
  BandRules bands = ten_ticks(BandBreach::rest_at_band);
  bands.limit_state_ns = 15;
  bands.pause_ns = 300;
  Scene s(with_bands(bands));
  s.send(clock(1'000));
  s.send(reference(100));
  s.send(sell(1, 108, 3));
  CHECK(s.send(buy(2, 120, 5)) == "rested");
  CHECK(s.fills() == "2 1 3@108");
  CHECK(s.updates() == "repriced 2 2@110, limit_state 0 0@110");
  CHECK(s.output.updates[1].side == static_cast<u8>(Side::buy));
  CHECK(s.queue(Side::buy, 110) == "2:2");
  s.send(clock(1'014));
  CHECK(s.updates().empty());
  s.send(clock(1'015));
  CHECK(s.updates() == "limit_state 0 0@-, phase_changed 0 0@-");
  CHECK(s.engine.phase() == Phase::volatility_auction);
  s.send(sell(3, 115, 1));
  s.send(buy(4, 115, 1));
  s.send(clock(1'314));
  CHECK(s.engine.phase() == Phase::volatility_auction);
  s.send(clock(1'315));
  CHECK(s.fills() == "4 3 1@115");
  CHECK(s.engine.phase() == Phase::continuous);
}

TEST_CASE("a limit state ends when the touch leaves the bound, and a state of the other side begins anew") {
  BandRules bands = ten_ticks(BandBreach::rest_at_band);
  bands.limit_state_ns = 15;
  Scene s(with_bands(bands));
  s.send(reference(100));
  s.send(buy(1, 110, 5));
  CHECK(s.updates() == "limit_state 0 0@110");
  s.send(clock(10));
  s.send(sell(2, 110, 5));
  CHECK(s.updates() == "limit_state 0 0@-");
  s.send(sell(3, 90, 5));
  CHECK(s.updates() == "limit_state 0 0@90");
  CHECK(s.output.updates[0].side == static_cast<u8>(Side::sell));
  s.send(clock(24));
  CHECK(s.engine.phase() == Phase::continuous);
  s.send(clock(25));
  CHECK(s.engine.phase() == Phase::volatility_auction);
  s.send(clock(1'000'000));
  CHECK(s.engine.phase() == Phase::volatility_auction);
}

TEST_CASE("a market order or an IOC order never rests at a bound") {
  Scene s(with_bands(ten_ticks(BandBreach::rest_at_band)));
  s.send(reference(100));
  s.send(sell(1, 111, 3));
  CHECK(s.send(order(2, Side::buy, 2)) == "remainder_canceled");
  CHECK(s.updates() == "canceled 2 2@- price_band");
  CHECK(s.send(buy(3, 111, 2).force(Force::ioc)) == "remainder_canceled");
  CHECK(s.updates() == "canceled 3 2@111 price_band");
}

TEST_CASE("Xetra: an order trades up to the range, and the next trade beyond it begins a volatility auction") {
  Scene s(interrupting());
  s.trade_at(100);
  s.send(sell(1, 101, 2));
  s.send(sell(2, 103, 2));
  CHECK(s.send(buy(3, 103, 4)) == "rested");
  CHECK(s.fills() == "3 1 2@101");
  CHECK(s.updates() == "phase_changed 0 0@-, indicative 0 2@103");
  CHECK(s.engine.phase() == Phase::volatility_auction);
  s.send(clock(119));
  CHECK(s.engine.phase() == Phase::volatility_auction);
  s.send(clock(120));
  CHECK(s.fills() == "3 2 2@103");
  CHECK(s.updates() == "auction_price 0 2@103, phase_changed 0 0@-");
  CHECK(s.engine.phase() == Phase::continuous);
}

TEST_CASE("a volatility auction whose price is too far goes on until a message ends it") {
  Scene s(interrupting());
  s.trade_at(100);
  s.send(sell(1, 110, 2));
  CHECK(s.send(buy(2, 110, 2)) == "rested");
  s.send(clock(200));
  CHECK(s.engine.phase() == Phase::volatility_auction);
  s.send(clock(20'000));
  CHECK(s.engine.phase() == Phase::volatility_auction);
  s.send(phase(Phase::continuous));
  CHECK(s.fills() == "2 1 2@110");
}

TEST_CASE("an auction whose price is too far is prolonged by a volatility auction") {
  Scene s(interrupting());
  s.trade_at(100);
  s.send(phase(Phase::closing_auction));
  s.send(buy(1, 106, 2));
  s.send(sell(2, 106, 2));
  CHECK(s.send(phase(Phase::post_close)) == "accepted");
  CHECK(s.updates() == "phase_changed 0 0@-, indicative 0 2@106");
  CHECK(s.engine.phase() == Phase::volatility_auction);
  s.send(sell(3, 104, 4));
  s.send(clock(120));
  CHECK(s.fills() == "1 3 2@104");
  CHECK(s.updates() == "auction_price 0 2@104, phase_changed 0 0@-");
  CHECK(s.engine.phase() == Phase::post_close);
}

TEST_CASE("a scheduled auction takes up a volatility auction without a price of its own") {
  Scene s(interrupting());
  s.trade_at(100);
  s.send(sell(1, 110, 2));
  s.send(buy(2, 110, 2));
  CHECK(s.send(phase(Phase::closing_auction)) == "accepted");
  CHECK(s.fills().empty());
  CHECK(s.engine.phase() == Phase::closing_auction);
}

TEST_CASE("an elected stop that meets a band interrupts trading, and later ones wait") {
  Scene s(interrupting());
  s.trade_at(100);
  s.send(sell(1, 104, 5));
  s.send(order(2, Side::buy, 3).type(OrderType::stop_limit).price(104).stop(101));
  s.send(order(3, Side::buy, 3).type(OrderType::stop_limit).price(104).stop(101));
  s.trade_at(101);
  CHECK(s.updates() == "triggered 2 3@104, phase_changed 0 0@-, indicative 0 3@104");
  CHECK(s.live(3).terms.place == OrderPlace::elected);
  s.send(clock(120));
  CHECK(s.engine.phase() == Phase::continuous);
  CHECK(s.fills() == "2 1 3@104, 3 1 2@104");
}

TEST_CASE("an engine that is back in continuous trading with plain orders alone is as quick as before") {
  Scene s;
  s.send(phase(Phase::intraday_auction));
  s.send(buy(1, 100, 5));
  s.send(phase(Phase::continuous));
  CHECK(s.send(sell(2, 100, 5)) == "filled");
  CHECK(s.fills() == "2 1 5@100");
}

TEST_CASE("auction orders wait through a halt that collects orders: it is no auction") {
  VenueRules rules;
  rules.session.halt_accepts_orders = true;
  Scene s(rules);
  s.send(buy(1, 100, 5).force(Force::good_for_auction));
  s.send(phase(Phase::halt));
  CHECK(s.updates() == "phase_changed 0 0@-");
  CHECK(s.send(buy(2, 100, 5).force(Force::at_the_open)) == "parked");
}

TEST_CASE("a volatility auction that a message puts behind a closing auction goes on to post-close trading") {
  Scene s(interrupting());
  s.send(phase(Phase::closing_auction));
  s.send(phase(Phase::volatility_auction));
  s.send(clock(120));
  CHECK(s.engine.phase() == Phase::post_close);
}

TEST_CASE("a pegged order rests where its reference is, though a band has moved away from there") {
  Scene s(with_bands(ten_ticks(BandBreach::rest_at_band)));
  s.send(reference(100));
  s.send(buy(1, 108, 5));
  s.send(order(2, Side::buy, 5).peg(PegType::primary));
  s.send(reference(90));
  CHECK(s.engine.level(Side::buy, 108).quantity == 5);
  s.send(buy(3, 99, 1));
  CHECK(s.send(order(4, Side::buy, 5).peg(PegType::primary)) == "rested");
  CHECK(s.queue(Side::buy, 108) == "1:5 2:5 4:5");
}

TEST_CASE("an auction order that has entered stays in while a volatility auction prolongs its auction") {
  Scene s(interrupting());
  s.send(phase(Phase::closing_auction));
  s.send(buy(1, 100, 5).force(Force::at_the_close));
  s.send(phase(Phase::volatility_auction));
  CHECK(s.send(replace(1, 101, 9)) == "requeued");
  CHECK(s.queue(Side::buy, 101) == "1:9");
  s.send(phase(Phase::post_close));
  CHECK(s.updates() == "expired 1 9@101 auction_ended, phase_changed 0 0@-");
}

TEST_CASE("the indicative price follows an expiry also when the clock finds that the auction must go on") {
  Scene s(interrupting());
  s.trade_at(100);
  s.send(phase(Phase::volatility_auction));
  s.send(buy(1, 110, 5));
  s.send(buy(2, 110, 5).expires(120));
  s.send(sell(3, 110, 10));
  CHECK(s.updates() == "indicative 0 10@110");
  s.send(clock(120));
  CHECK(s.updates() == "expired 2 5@110, indicative 0 5@110");
}

TEST_CASE("a clock that jumps stands at each time that comes on the way") {
  VenueRules rules;
  rules.session.volatility_auction_ns = 10;
  Scene s(rules);
  s.send(phase(Phase::volatility_auction));
  s.send(sell(1, 100, 5).expires(15));
  s.send(buy(2, 99, 5).expires(8));
  CHECK(s.send(clock(20)) == "accepted");
  CHECK(s.updates() == "expired 2 5@99, phase_changed 0 0@-, expired 1 5@100");
  const std::vector<OrderUpdate>& updates = s.output.updates;
  CHECK(updates[0].ts == 8);
  CHECK(updates[1].ts == 10);
  CHECK(updates[2].ts == 15);
  CHECK(s.engine.clock() == 20);
}

TEST_CASE("a jump over many years with a limit state that never ends is over at once") {
  VenueRules rules;
  rules.bands = ten_ticks();
  rules.bands.limit_state_ns = 1;
  rules.bands.pause_ns = 1;
  Scene s(rules);
  s.send(reference(100));
  s.send(buy(1, 110, 5));
  CHECK(s.send(clock(INT64_MAX)) == "accepted");
  CHECK(s.output.updates.size() == 6);
  CHECK(s.engine.phase() == Phase::volatility_auction);
}
