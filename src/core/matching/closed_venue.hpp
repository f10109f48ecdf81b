// A venue where nothing trades any more: it refuses every command.
#pragma once

#include <vector>

#include "matching/execution_venue.hpp"

namespace pytrader {

class ClosedVenue final : public ExecutionVenue {
 public:
  // `reason` is why new orders are refused; reports are appended to `reports`.
  ClosedVenue(InstrumentIndex instrument, RejectReason reason, std::vector<ExecutionReport>& reports) noexcept
      : instrument_(instrument), reason_(reason), reports_(reports) {}

  // It is asked for everything, so that what it refuses has the venue's reason.
  bool supports(OrderType, TriggerType, TimeInForce) const noexcept override { return true; }
  void submit(const NewOrder& order, i64 ts) override {
    refuse(ExecType::rejected, order.client_order_id, reason_, ts);
  }
  void cancel(ClientOrderId id, i64 ts) override {
    refuse(ExecType::cancel_rejected, id, RejectReason::unknown_order, ts);
  }
  void replace(const ReplaceRequest& request, i64 ts) override {
    refuse(ExecType::replace_rejected, request.client_order_id, RejectReason::unknown_order, ts);
  }
  i64 next_due() const noexcept override { return kNeverDue; }
  void advance(i64) override {}
  std::size_t open_order_count() const noexcept override { return 0; }

 private:
  void refuse(ExecType exec_type, ClientOrderId id, RejectReason reason, i64 ts) {
    ExecutionReport report{};
    report.ts_event = ts;
    report.client_order_id = id;
    report.instrument = instrument_;
    report.exec_type = exec_type;
    report.reason = reason;
    reports_.push_back(report);
  }

  InstrumentIndex instrument_;
  RejectReason reason_;
  std::vector<ExecutionReport>& reports_;
};

}  // namespace pytrader
