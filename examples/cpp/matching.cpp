// Runs a matching engine without Python: a few orders, their fills as reports, and the book that is left.
#include <cstdio>

#include "matching/execution_row.hpp"
#include "matching/matching_engine.hpp"

using namespace pytrader;

int main() {
  MatchingEngine engine;  // the default rules; venue_presets() has those of venues
  const OrderMessage messages[] = {
      new_limit(1, Side::sell, 10'001, 5),
      new_limit(2, Side::sell, 10'002, 5),
      new_limit(3, Side::buy, 10'001, 7),
      cancel_of(2),
      cancel_of(2),
  };
  EngineOutput output;
  int reports = 0;
  const auto print = [&reports](const ExecutionRow& row) {
    ++reports;
    std::printf("%s order %llu, price %lld, quantity %lld, leaves %lld\n",
                to_text(static_cast<ExecType>(row.exec_type)), static_cast<unsigned long long>(row.order_id),
                static_cast<long long>(row.price), static_cast<long long>(row.quantity),
                static_cast<long long>(row.leaves_qty));
  };
  i64 index = 0;
  for (const OrderMessage& message : messages) {
    output.fills.clear();
    const MessageStatus status = engine.apply(message, index, output);
    ExecutionReporter(message, index++, print).report(status, output.fills, engine.named_order());
  }
  const LevelTotals bid = engine.best(Side::buy);
  std::printf("best bid %lld for %lld\n", static_cast<long long>(bid.price), static_cast<long long>(bid.quantity));
  // Three accepted, both sides of one trade, a cancel, and the refusal of the second one.
  const bool as_expected = reports == 7 && bid.price == 10'001 && bid.quantity == 2 && engine.order_count() == 1;
  return as_expected ? 0 : 1;
}
