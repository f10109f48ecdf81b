// What the gate is for: accounts that trade within its word never owe anything.
#include <vector>

#include "decimal/fixed.hpp"
#include "doctest/doctest.h"
#include "execution/order_store.hpp"
#include "ledger/ledger.hpp"
#include "risk/risk_gate.hpp"

using namespace pytrader;

namespace {

Instrument make_instrument(const char* symbol, const char* taker_fee, InstrumentIndex index) {
  InstrumentDefinition definition;
  definition.symbol = symbol;
  definition.venue = "TEST";
  definition.quote_currency = "USD";
  definition.quote_decimals = 8;
  definition.tick_size = parse("0.01");
  definition.lot_size = parse("0.0001");
  definition.multiplier = parse("10");
  definition.maker_fee_rate = parse("0.0002");
  definition.taker_fee_rate = parse(taker_fee);
  return Instrument(definition, index);
}

// The stations put together as the kernel does, with a venue that fills at limits or better.
struct Account {
  Instrument first = make_instrument("A", "0.001", 0);
  Instrument second = make_instrument("B", "0.0007", 1);
  RiskGate gate;
  OrderStore store;
  Ledger ledger;
  OrderEvent event{};
  ExecId executions = 0;
  u64 state = 17;

  Account() {
    for (int i = 0; i < 2; ++i) {
      gate.add_strategy({});
      store.add_strategy();
      ledger.add_strategy();
    }
    for (const Instrument* instrument : {&first, &second}) {
      gate.add_instrument(*instrument);
      store.add_instrument();
      ledger.add_instrument(*instrument);
    }
    ledger.deposit("USD", parse("1000").raw);
  }

  i64 random(u64 bound) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<i64>((state >> 33) % bound);
  }
  RiskView view() const { return {990, 1010, ledger.account_of(0).capital()}; }
  const Instrument& instrument(InstrumentIndex index) const { return index == 0 ? first : second; }

  RejectReason submit(Side side, i64 price, i64 quantity, StrategyIndex strategy, InstrumentIndex index, u8 flags) {
    const NewOrder wanted{0, price, quantity, strategy, index, 0, side, OrderType::limit, TimeInForce::gtc, flags};
    const RejectReason reason = gate.check_new(wanted, &instrument(index), view());
    if (reason != RejectReason::none) return reason;
    Order& order = store.create(wanted, 0);
    store.apply_own(order.client_order_id, ExecType::pending_new, reason, 0, event);
    gate.exposure().order_changed(order, {});
    report(order, ExecType::new_, order.price, order.order_qty);
    return reason;
  }
  void report(Order& order, ExecType exec_type, i64 price, i64 quantity) {
    ExecutionReport made{};
    made.client_order_id = order.client_order_id;
    made.exec_type = exec_type;
    made.price = made.last_px = price;
    made.quantity = made.last_qty = quantity;
    made.exec_id = ++executions;
    made.liquidity = random(2) == 0 ? Liquidity::taker : Liquidity::maker;
    const Reservation before = reservation_of(order);
    REQUIRE(store.apply(made, 0, event) == Applied::taken);
    gate.exposure().order_changed(order, before);
    if (exec_type != ExecType::trade) return;
    ledger.apply_fill(order.strategy, order.instrument, order.side, price, quantity, made.liquidity);
    const PositionState& position = ledger.position(order.strategy, order.instrument);
    gate.exposure().position_changed(order.strategy, order.instrument, position.quantity, position.cost);
  }
  // The worst that can happen: all that buys trades at its limit.
  void fill_buys() {
    for (StrategyIndex strategy = 0; strategy < 2; ++strategy) {
      for (InstrumentIndex index = 0; index < 2; ++index) {
        ClientOrderId following = 0;
        for (ClientOrderId id = store.first_open(strategy, index); id != 0; id = following) {
          following = store.next_open(id);
          Order& order = *store.find(id);
          if (order.side == Side::buy) report(order, ExecType::trade, order.price, order.leaves_qty());
        }
      }
    }
  }
  void replace(Order& order, i64 price, i64 quantity) {
    const ReplaceRequest request{order.client_order_id, price, quantity, order.strategy};
    if (gate.check_replace(request, &order, &instrument(order.instrument), view()) != RejectReason::none) return;
    const Reservation before = reservation_of(order);
    REQUIRE(store.request_replace(request, 0, event) == Applied::taken);
    gate.exposure().order_changed(order, before);
    if (random(3) == 0) {
      report(order, ExecType::replace_rejected, 0, 0);
    } else {
      report(order, ExecType::replaced, price, quantity);
    }
  }
};

}  // namespace

TEST_CASE("an account that buys, and sells only what it has, never owes more than the rounding of its fees") {
  Account account;
  u64 fills = 0;
  u64 refused_for_funds = 0;
  for (int step = 0; step < 5000; ++step) {
    const auto strategy = static_cast<StrategyIndex>(account.random(2));
    const auto index = static_cast<InstrumentIndex>(account.random(2));
    if (account.random(3) == 0) {
      account.submit(Side::sell, 950 + account.random(100), 1 + account.random(40000), strategy, index, kReduceOnly);
    } else {
      // Ever smaller, so that the account is often bound to the last lot.
      for (i64 quantity = 1 + account.random(40000); quantity > 0; quantity /= 2) {
        const RejectReason reason = account.submit(Side::buy, 950 + account.random(100), quantity, strategy, index, 0);
        refused_for_funds += reason == RejectReason::insufficient_funds ? 1 : 0;
      }
    }
    const auto picked = static_cast<ClientOrderId>(1 + account.random(account.store.size() + 1));
    const ClientOrderId open = account.store.first_open(strategy, index);
    Order* order = account.store.find(account.random(4) == 0 ? picked : open);
    if (order == nullptr || !is_open(order->ord_status)) continue;
    switch (account.random(4)) {
      case 0:
        account.report(*order, ExecType::canceled, 0, 0);
        break;
      case 1:
        account.replace(*order, 950 + account.random(100), order->cum_qty + 1 + account.random(40000));
        break;
      default: {
        // At the limit or better for us.
        const i64 better = account.random(10) == 0 ? 1 : 0;
        const i64 price = order->side == Side::buy ? order->price - better : order->price + better;
        account.report(*order, ExecType::trade, price, 1 + account.random(static_cast<u64>(order->leaves_qty())));
        ++fills;
      }
    }
    if (step % 50 == 49) account.fill_buys();
    REQUIRE(account.ledger.check());
    const i128 rounding = static_cast<i128>(fills) * (kFixedOne / 200'000'000);
    REQUIRE(account.ledger.cash("USD") >= -rounding);
  }
  CHECK(account.store.first_inconsistent() == 0);
  CHECK(fills > 1000);
  CHECK(refused_for_funds > 1000);
}
