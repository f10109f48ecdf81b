// The running hash has every number of every row of market data: another number in one of them is another digest.
#include <array>
#include <cstring>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

struct NoVenue final : VenuePort {
  void require_room(std::size_t) const override {}
  bool supports(InstrumentIndex, OrderType, TriggerType, TimeInForce) const noexcept override { return true; }
  TriggerType default_trigger(InstrumentIndex) const noexcept override { return TriggerType::last; }
  void submit(const Order&, i64) override {}
  void cancel(const Order&, i64) override {}
  void replace(const Order&, i64) override {}
};

// After one row, which `apply` gives to a kernel of two instruments.
template <class Apply>
u64 digest_after(Apply&& apply) {
  NoVenue port;
  ScriptedStrategy strategy;
  Kernel kernel(port);
  kernel.add_instrument(unit_instrument("ONE"));
  kernel.add_instrument(unit_instrument("TWO"));
  kernel.add_cash("USD", kFixedOne);
  kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, 0}, RiskLimits{});
  kernel.start(0);
  apply(kernel);
  return kernel.digest();
}

// `apply` gives a record, its instrument and the kernel's time to a kernel.
template <class Record, class Apply>
void check_each_number(const Record& record, Apply&& apply) {
  const auto digest = [&](const Record& told, InstrumentIndex instrument, i64 ts) {
    return digest_after([&](Kernel& kernel) { apply(kernel, instrument, told, ts); });
  };
  const u64 plain = digest(record, 0, 1'000);
  CHECK(digest(record, 0, 1'000) == plain);
  CHECK(digest(record, 1, 1'000) != plain);
  CHECK(digest(record, 0, 1'001) != plain);
  std::array<i64, sizeof(Record) / 8> words{};
  for (std::size_t word = 0; word < words.size(); ++word) {
    std::memcpy(words.data(), &record, sizeof(Record));
    ++words[word];
    Record other;
    std::memcpy(&other, words.data(), sizeof(Record));
    CAPTURE(word);
    CHECK(digest(other, 0, 1'000) != plain);
  }
}

}  // namespace

TEST_CASE("each number of a row is part of the running hash") {
  const auto by = [](auto member) {
    return [member](Kernel& kernel, InstrumentIndex instrument, const auto& record, i64 ts) {
      (kernel.*member)(instrument, record, ts);
    };
  };
  const i64 add = static_cast<i64>(BookAction::add);
  check_each_number(L3Record{10, 20, add, 1, 100, 5, 7, kFlagLast}, by(&Kernel::apply_l3));
  check_each_number(L2Record{10, 20, add, 1, 100, 5, 7, kFlagLast}, by(&Kernel::apply_l2));
  check_each_number(QuoteRecord{10, 20, 100, 110, 5, 7}, by(&Kernel::apply_quote));
  check_each_number(TradeRecord{10, 20, 100, 5, 1, 7}, by(&Kernel::apply_trade));
  check_each_number(StatusRecord{10, 20, static_cast<i64>(TradingPhase::closed)}, by(&Kernel::apply_status));
  check_each_number(MarkRecord{10, 20, 100, 101}, by(&Kernel::apply_mark));
  const i64 funding = static_cast<i64>(CashEventKind::funding);
  const CashEventRecord paid{10, 20, funding, 5, 2, 1, 100, 1};
  const auto pay = [](i64 twice_mark) {
    return [twice_mark](Kernel& kernel, InstrumentIndex instrument, const CashEventRecord& event, i64 ts) {
      kernel.apply_cash_event(instrument, event, ts, twice_mark);
    };
  };
  check_each_number(paid, pay(kNoMark));
  const auto paid_at = [&](i64 twice_mark) {
    return digest_after([&](Kernel& kernel) { pay(twice_mark)(kernel, 0, paid, 1'000); });
  };
  CHECK(paid_at(200) != paid_at(201));
  const auto apply_bar = [](i64 duration) {
    return [duration](Kernel& kernel, InstrumentIndex instrument, const BarRecord& bar, i64 ts) {
      kernel.apply_bar(instrument, bar, duration, ts);
    };
  };
  const BarRecord bar{10, 20, 5, 100, 110, 90, 105, 7};
  check_each_number(bar, apply_bar(60));
  const auto after = [&](i64 duration) {
    return digest_after([&](Kernel& kernel) { apply_bar(duration)(kernel, 0, bar, 1'000); });
  };
  CHECK(after(60) != after(61));
}
