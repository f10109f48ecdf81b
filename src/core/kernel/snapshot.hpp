// What other threads may see of a run: positions, open orders, best prices, cash and strategies, all of one instant.
#pragma once

#include <string>
#include <vector>

#include "kernel/kernel.hpp"
#include "kernel/versions.hpp"

namespace pytrader {

struct Snapshot {
  struct Strategy {
    StrategyState state;
    std::string published;  // what the strategy said of itself last
  };

  i64 ts = 0;                            // the kernel's clock
  std::vector<PositionState> positions;  // by strategy, then instrument
  std::vector<Order> orders;             // open ones, by strategy, then instrument, then age
  std::vector<QuoteRecord> quotes;       // by instrument
  std::vector<CashAccount> accounts;
  std::vector<Strategy> strategies;
};
using Snapshots = Versions<Snapshot>;

// Between two events of the kernel's thread. Costs what the kernel holds now, not what has happened.
inline void capture(const Kernel& kernel, Snapshot& out) {
  const OrderStore& orders = kernel.orders();
  out.ts = kernel.now();
  out.positions.clear();
  out.orders.clear();
  out.quotes.clear();
  out.accounts = kernel.ledger().accounts();
  out.strategies.resize(kernel.strategy_count());
  for (InstrumentIndex instrument = 0; instrument < kernel.instrument_count(); ++instrument) {
    out.quotes.push_back(kernel.quote(instrument));
  }
  for (StrategyIndex strategy = 0; strategy < kernel.strategy_count(); ++strategy) {
    out.strategies[strategy].state = kernel.state(strategy);
    out.strategies[strategy].published = kernel.published(strategy);
    for (InstrumentIndex instrument = 0; instrument < kernel.instrument_count(); ++instrument) {
      out.positions.push_back(kernel.position(strategy, instrument));
      for (ClientOrderId id = orders.first_open(strategy, instrument); id != 0; id = orders.next_open(id)) {
        out.orders.push_back(*orders.find(id));
        out.orders.back().own_rare_facts = nullptr;  // they go on to change
      }
    }
  }
}

}  // namespace pytrader
