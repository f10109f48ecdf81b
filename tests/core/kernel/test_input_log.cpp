// Every input of the kernel comes to its log before it has any effect, and nothing that is refused does.
#include <algorithm>

#include "doctest/doctest.h"
#include "journal/input_log.hpp"
#include "kernel/logged_messages.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

// Keeps the inputs, and checks that the kernel has not taken them yet.
struct KeptLog final : InputLog {
  explicit KeptLog(const Kernel& of) : kernel(of) {}
  void write(const JournalFrame& input, u64 digest) override {
    if (refuses) throw Error(ErrorCode::journal, "full");
    CHECK(digest == kernel.digest());
    inputs.push_back(input);
    told_before.push_back(told == nullptr ? 0 : told->log.size());
  }
  std::vector<JournalKind> kinds() const {
    std::vector<JournalKind> found;
    for (const JournalFrame& input : inputs) found.push_back(input.kind);
    return found;
  }

  const Kernel& kernel;
  const ScriptedStrategy* told = nullptr;
  std::vector<JournalFrame> inputs;
  std::vector<std::size_t> told_before;  // callbacks until each
  bool refuses = false;
};

struct Desk {
  Desk() : strategy(run.add_strategy()), kernel(run.kernel()), log(kernel) {
    log.told = &strategy;
    kernel.set_log(&log);
  }
  ScriptedRun run;
  ScriptedStrategy& strategy;
  Kernel& kernel;
  KeptLog log;
};

std::vector<i64> first_words(const JournalFrame& frame, std::size_t count) {
  return {frame.words.begin(), frame.words.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_CASE("every kind of input comes to the log, with all that it says") {
  Desk desk;
  Kernel& kernel = desk.kernel;
  kernel.warm_up(1);
  CHECK(kernel.apply_quote(0, {2, 3, 4, 5, 6, 7}, 3));
  CHECK(kernel.start(4));
  CHECK(kernel.apply_l3(0, {5, 5, 1, 1, 100, 10, 77, kFlagLast}, 5));
  CHECK(kernel.apply_l2(0, {6, 6, 1, 1, 100, 10, 1, kFlagLast}, 6));
  CHECK(kernel.apply_trade(0, {7, 7, 100, 2, 1, 9}, 7));
  CHECK(kernel.apply_bar(0, {8, 8, 1, 10, 12, 9, 11, 5}, 60, 8));
  CHECK(kernel.apply_status(0, {9, 9, 2}, 9));
  CHECK(kernel.apply_mark(0, {10, 10, 100, 99}, 10));
  CHECK(kernel.apply_cash_event(0, {11, 11, static_cast<i64>(CashEventKind::dividend), 5, 2, 1, kNoPrice, 0}, 11, 201));
  ExecutionReport rejection{};
  rejection.ts_event = 12;
  rejection.client_order_id = 1;
  rejection.exec_type = ExecType::rejected;
  rejection.liquidity = Liquidity::taker;
  rejection.reason = RejectReason::no_liquidity;
  rejection.sequence = 3;
  CHECK(kernel.apply_report(rejection, 13));
  const MarginCall call{0, 0, (i128{3} << 64) + 5};
  CHECK(kernel.apply_liquidation(call, 13, 14));
  CHECK(kernel.advance(15));
  CHECK(kernel.stop());
  using enum JournalKind;
  CHECK(desk.log.kinds() == std::vector<JournalKind>{warm_up, quote, start, l3, l2, trade, bar, status, mark,
                                                     cash_event, report, liquidation, advance, stop});
  std::vector<i64> times;
  for (const JournalFrame& input : desk.log.inputs) times.push_back(input.ts);
  CHECK(times == std::vector<i64>{1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 15});
  const i64 place = place_of(0);
  CHECK(source_of(place) == kNoSource);
  CHECK(first_words(desk.log.inputs[1], 7) == std::vector<i64>{place, 2, 3, 4, 5, 6, 7});
  CHECK(first_words(desk.log.inputs[6], 10) == std::vector<i64>{place, 8, 8, 1, 10, 12, 9, 11, 5, 60});
  CHECK(first_words(desk.log.inputs[9], 10) == std::vector<i64>{place, 11, 11, 2, 5, 2, 1, kNoPrice, 0, 201});
  const ExecutionReport back = report_of(desk.log.inputs[10]);
  CHECK(back.ts_event == 12);
  CHECK(back.exec_type == ExecType::rejected);
  CHECK(back.liquidity == Liquidity::taker);
  CHECK(back.reason == RejectReason::no_liquidity);
  CHECK(back.sequence == 3);
  CHECK(back.stop_price == kNoPrice);
  const MarginCall called = margin_call_of(desk.log.inputs[11]);
  CHECK(called.mark == call.mark);
  CHECK(called.strategy == call.strategy);
  CHECK(desk.log.inputs[11].words[4] == 13);
}

TEST_CASE("a report and a margin call come back from their frames field by field") {
  ExecutionReport report{};
  report.ts_event = -1;
  report.client_order_id = 1ULL << 63;
  report.venue_order_id = 2;
  report.exec_id = 3;
  report.price = kNoPrice;
  report.quantity = 5;
  report.last_px = -6;
  report.last_qty = 7;
  report.instrument = 0xFFFFFFFF;
  report.exec_type = ExecType::trade_correct;
  report.liquidity = Liquidity::maker;
  report.reason = RejectReason::lost_too_often;
  report.stop_price = 8;
  report.sequence = 9;
  const JournalFrame frame = frame_of(report, 10);
  CHECK(frame.ts == 10);
  CHECK(frame_of(report_of(frame), 10).words == frame.words);
  CHECK(report_of(frame).venue_order_id == 2);
  CHECK(report_of(frame).exec_type == ExecType::trade_correct);
  CHECK(report_of(frame).instrument == 0xFFFFFFFF);
  const MarginCall call{4, 5, -(i128{7} << 64) - 1};
  CHECK(margin_call_of(frame_of(call, 1, 2)).mark == call.mark);
  CHECK(margin_call_of(frame_of(call, 1, 2)).strategy == 5);
}

TEST_CASE("an input stands in the log before the timers that it fires, which are none") {
  Desk desk;
  CHECK(desk.kernel.start(0));
  desk.kernel.set_timer(0, 5, 5, 1);
  CHECK(desk.kernel.apply_quote(0, quote_row(12, 99, 101), 12));
  CHECK(desk.log.kinds() == std::vector<JournalKind>{JournalKind::start, JournalKind::quote});
  CHECK(desk.strategy.log == std::vector<std::string>{"start@0", "timer@5", "timer@10", "quote@12"});
  CHECK(desk.log.told_before == std::vector<std::size_t>{0, 1});
}

TEST_CASE("what the kernel refuses as such does not come to the log") {
  Desk desk;
  Kernel& kernel = desk.kernel;
  const QuoteRecord quote = quote_row(5, 99, 101);
  CHECK_THROWS_AS(kernel.apply_quote(0, quote, 5), Error);  // before the start
  CHECK_FALSE(kernel.stop());
  CHECK(kernel.start(5));
  CHECK_THROWS_AS(kernel.start(6), Error);
  CHECK_THROWS_AS(kernel.warm_up(6), Error);
  CHECK_THROWS_AS(kernel.apply_quote(0, quote, 4), Error);
  CHECK_THROWS_AS(kernel.apply_quote(1, quote, 5), Error);
  CHECK_THROWS_AS(kernel.apply_cash_event(0, {5, 5, 99, 1, 0, 1, kNoPrice, 0}, 5), Error);
  CHECK_THROWS_AS(kernel.apply_liquidation({1, 0, 0}, 5, 5), Error);
  CHECK(desk.log.kinds() == std::vector<JournalKind>{JournalKind::start});
  desk.strategy.on_callback = [&](const Callback& callback) {
    if (callback.ts == 6) CHECK_THROWS_AS(kernel.apply_quote(0, quote, 6), Error);
    return callback.ts != 7;
  };
  CHECK(kernel.apply_quote(0, quote, 6));
  CHECK_FALSE(kernel.apply_quote(0, quote, 7));  // the strategy fails
  CHECK_FALSE(kernel.apply_quote(0, quote, 8));
  CHECK_FALSE(kernel.stop());
  CHECK(desk.log.kinds() == std::vector<JournalKind>{JournalKind::start, JournalKind::quote, JournalKind::quote});
}

TEST_CASE("an input that could not be written is not taken") {
  Desk desk;
  CHECK(desk.kernel.start(0));
  const u64 before = desk.kernel.digest();
  desk.log.refuses = true;
  CHECK_THROWS_WITH_AS(desk.kernel.apply_quote(0, quote_row(5, 99, 101), 5), "full", Error);
  CHECK(desk.kernel.digest() == before);
  CHECK(desk.kernel.now() == 0);
  desk.log.refuses = false;
  CHECK(desk.kernel.apply_quote(0, quote_row(5, 99, 101), 5));
}

TEST_CASE("margin calls are inputs where positions are margined") {
  ScriptedRun run({}, true, unit_instrument(), MarginMode::isolated);
  run.add_strategy();
  KeptLog log(run.kernel());
  run.kernel().set_log(&log);
  CHECK(run.kernel().start(3));
  CHECK(run.kernel().margin_calls(0, 95, 3).empty());
  CHECK(log.kinds() == std::vector<JournalKind>{JournalKind::start, JournalKind::margin_calls});
  CHECK(log.inputs[1].ts == 3);
  CHECK(log.inputs[1].words[1] == 95);
  Desk funded;
  CHECK(funded.kernel.start(3));
  CHECK(funded.kernel.margin_calls(0, 95, 3).empty());
  CHECK(funded.log.inputs.size() == 1);
}

TEST_CASE("with a log no rows are quiet") {
  ScriptedRun run;
  run.add_strategy(0);
  Kernel& kernel = run.kernel();
  CHECK(kernel.start(0));
  CHECK(kernel.takes_quiet_rows(0));
  CHECK(kernel.takes_quiet_bars());
  KeptLog log(kernel);
  kernel.set_log(&log);
  CHECK_FALSE(kernel.takes_quiet_rows(0));
  CHECK_FALSE(kernel.takes_quiet_bars());
}
