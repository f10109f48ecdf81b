// A venue where strategies trade with one another in a matching engine, which reports to both sides of each trade.
#pragma once

#include <vector>

#include "book/id_index.hpp"
#include "decimal/integers.hpp"
#include "matching/exchange_settings.hpp"
#include "matching/execution_venue.hpp"
#include "matching/matching_engine.hpp"
#include "matching/public_feed.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

// One instrument. An order's owner at the engine is its strategy + 1, its id there its client order id. Bound: that of
// the engine. docs/exchange.md says how commands become messages, and how fills and updates become reports.
class ExchangeVenue final : public ExecutionVenue {
 public:
  // Its clock begins at `start`.
  ExchangeVenue(InstrumentIndex instrument, const ExchangeSettings& settings, i64 start, VenueNumbers& numbers,
                std::vector<ExecutionReport>& reports, std::vector<PublishedRow>& published);

  bool supports(OrderType order_type, TriggerType trigger_type, TimeInForce time_in_force) const noexcept override;
  void submit(const NewOrder& order, i64 ts) override;
  void cancel(ClientOrderId id, i64 ts) override;
  void replace(const ReplaceRequest& request, i64 ts) override;
  i64 next_due() const noexcept override;
  void advance(i64 ts) override;
  std::size_t open_order_count() const noexcept override { return engine_.order_count(); }
  i64 position(StrategyIndex strategy) const override {
    return static_cast<i64>(std::clamp<i128>(engine_.position(strategy + 1), INT64_MIN, INT64_MAX));
  }
  void move_position(StrategyIndex strategy, i64 change) override {
    set_position(strategy, engine_.position(strategy + 1) + change);
  }

  const MatchingEngine& engine() const noexcept { return engine_; }

 private:
  // A live order, as its strategy knows it.
  struct WorkingOrder {
    ClientOrderId id = 0;
    VenueOrderId venue_order_id = 0;
    i64 price = kNoPrice;  // its limit
    i64 stop_price = kNoPrice;
    i64 cum_qty = 0;
    i64 leaves_qty = 0;
    i64 prevented = 0;  // taken off by prevention or reduce-only; the engine counts it as done, its strategy does not
    OrderType order_type = OrderType::limit;
  };

  void stand_at(i64 ts);
  void begin(TradingPhase phase, TradingPhase before);
  void tell_phase(TradingPhase phase);
  void set_position(StrategyIndex strategy, i128 lots);
  // Sends a message about no order. Throws Error(invalid_state) where the engine refuses it.
  void tell(const OrderMessage& message);
  MessageStatus send(OrderMessage message, const OrderTerms& terms);
  // What else the last message did; `named` is the order that it was about, 0 for none.
  void report_output(ClientOrderId named, MessageStatus status);
  void report_fill(const Fill& fill);
  void report_trade(ClientOrderId id, const Fill& fill, i64 leaves_qty, Liquidity liquidity);
  void report_update(const OrderUpdate& update);
  void publish(ClientOrderId named, MessageStatus status);
  void state_terms(ExecType exec_type, const WorkingOrder& order, RejectReason reason);
  void close(u32 slot, ExecType exec_type, RejectReason reason);
  i64 quantity_at_engine(const WorkingOrder& order, i64 total) const noexcept;
  i64 working_price(ClientOrderId id, i64 price, OrderType order_type) const noexcept;
  ExecutionReport& report(ExecType exec_type, ClientOrderId id, VenueOrderId venue_order_id);

  u32 slot_of(ClientOrderId id) const noexcept {
    return index_.find(id, [this](u32 slot) { return orders_[slot].id; });
  }
  u32 acquire(ClientOrderId id);
  void release(u32 slot) noexcept;

  InstrumentIndex instrument_;
  VenueNumbers& numbers_;
  std::vector<ExecutionReport>& reports_;
  std::vector<PublishedRow>& published_;
  u16 order_types_;     // as the rules have them
  u16 times_in_force_;  // likewise
  bool has_sessions_;   // else there is no end of day, no opening and no close that an order could wait for
  std::vector<PhaseChange> sessions_;
  std::size_t next_session_ = 0;
  MatchingEngine engine_;
  PublicFeed feed_{engine_};
  EngineOutput output_;                  // of the message at work
  std::vector<L3Record> rows_;           // of the message at work
  std::vector<WorkingOrder> orders_{1};  // by slot, 0 is none; bound: the engine's orders
  std::vector<u32> free_;
  IdIndex index_;
};

}  // namespace pytrader
