// A kernel of three instruments and a spread of two of them, for tests of orders that wait for synthetic prices.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "doctest/doctest.h"
#include "kernel/kernel.hpp"
#include "scripted_run.hpp"

namespace pytrader {

inline constexpr i64 kSpreadStop = -12;

// Three instruments with ticks of 1; what the kernel sends stays in `sent`.
class SyntheticDesk {
 public:
  explicit SyntheticDesk(Emulate emulate = Emulate::where_needed, Immediate immediate = Immediate::elect)
      : kernel(port) {
    port.kernel = &kernel;
    for (const char* symbol : {"NEAR", "FAR", "THIRD"}) kernel.add_instrument(unit_instrument(symbol));
    kernel.add_cash("USD", kFixedOne * 1'000'000);
    kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, kEveryKind}, RiskLimits{});
    if (emulate != Emulate::where_needed || immediate != Immediate::elect) kernel.set_emulation(emulate, immediate);
    spread = kernel.add_synthetic(sum("CAL", {{0, "1"}, {1, "-1"}}));
    kernel.start(0);
  }

  static SyntheticDefinition sum(std::string name, std::vector<std::pair<InstrumentIndex, const char*>> parts) {
    SyntheticDefinition made{std::move(name), parse("1"), SyntheticKind::weighted_sum, {}};
    for (const auto& [instrument, weight] : parts) made.components.push_back({instrument, {}, parse(weight)});
    return made;
  }
  void quote(InstrumentIndex instrument, i64 bid, i64 ask, i64 bid_quantity = 10, i64 ask_quantity = 10) {
    ++now;
    kernel.apply_quote(instrument, quote_row(now, bid, ask, bid_quantity, ask_quantity), now);
    kernel.advance(now);
  }
  void trade(InstrumentIndex instrument, i64 price) {
    ++now;
    kernel.apply_trade(instrument, {now, now, price, 1, 1, 0}, now);
    kernel.advance(now);
  }
  void phase(InstrumentIndex instrument, TradingPhase phase) {
    ++now;
    kernel.apply_status(instrument, {now, now, static_cast<i64>(phase)}, now);
    kernel.advance(now);
  }
  NewOrder waiting(Side side, OrderType type, i64 stop, TriggerType trigger = TriggerType::bid_ask) {
    NewOrder order{0, kNoPrice, 1, 0, 0, 0, side, type, TimeInForce::gtc, 0};
    order.terms.stop_price = stop;
    order.trigger_type = trigger;
    order.trigger_symbol = spread;
    return order;
  }
  OrderStatus status(ClientOrderId id) { return kernel.order(id)->ord_status; }
  RejectReason denied(const NewOrder& order) {
    const ClientOrderId id = kernel.submit(order);
    REQUIRE(status(id) == OrderStatus::denied);
    return strategy.events.back().reason;
  }

  struct Port final : VenuePort {
    const Kernel* kernel = nullptr;
    std::vector<NewOrder> sent;
    void require_room(std::size_t) const override {}
    bool supports(InstrumentIndex, OrderType, TriggerType, TimeInForce) const noexcept override { return true; }
    TriggerType default_trigger(InstrumentIndex instrument) const noexcept override {
      return instrument == 2 ? TriggerType::bid_ask : TriggerType::last;
    }
    void submit(const Order& order, i64) override { sent.push_back(sent_order(order, kernel->terms(order))); }
    void cancel(const Order&, i64) override {}
    void replace(const Order&, i64) override {}
  };
  std::vector<ClientOrderId> sent() const {
    std::vector<ClientOrderId> ids;
    for (const NewOrder& order : port.sent) ids.push_back(order.client_order_id);
    return ids;
  }

  Port port;
  Kernel kernel;
  ScriptedStrategy strategy;
  u32 spread = 0;
  i64 now = 0;
};

}  // namespace pytrader
