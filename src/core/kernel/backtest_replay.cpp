// A run from its journal: the kernel takes the inputs that are written there, and venues hear nothing.
#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>

#include "kernel/backtest_loop.hpp"
#include "kernel/logged_messages.hpp"
#include "kernel/stream_rows.hpp"
#include "matching/closed_venue.hpp"

namespace pytrader {
namespace {

std::string hexadecimal(u64 digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; digest >>= 4) text[i] = kDigits[digest & 15];
  return text;
}

bool is_sound(const ExecutionReport& report) noexcept {
  constexpr std::string_view kExecTypes = "idelA0L4568CEFGHcrD";
  const bool is_known = kExecTypes.find(static_cast<char>(report.exec_type)) != std::string_view::npos;
  const auto is_price = [](i64 price) { return price == kNoPrice || in_range(price); };
  return is_known && report.liquidity <= Liquidity::taker && static_cast<u8>(report.reason) < kRejectReasonCount &&
         is_price(report.price) && is_price(report.last_px) && is_price(report.stop_price) &&
         in_range(report.quantity) && in_range(report.last_qty);
}

}  // namespace

void BacktestLoop::write_journal(const std::string& path) {
  require_set_up("a journal can not begin");
  journal_ = std::make_unique<LoopJournal>(path, telling_);
  kernel_.set_log(journal_.get());
}

void BacktestLoop::close_journal() {
  if (journal_ != nullptr) journal_->close();
}

void BacktestLoop::replay_journal(const std::string& path) {
  require_set_up("a journal can not be replayed");
  replayed_ = std::make_unique<JournalReader>(path);
}

RunStatus BacktestLoop::replay(u64 max_steps) {
  if (phase_ == Phase::set_up) put_together();
  JournalFrame frame;
  for (u64 steps = 0; steps < max_steps; ++steps) {
    if (!replayed_->next(frame)) return end(kernel_.failed() ? RunStatus::strategy_failed : RunStatus::stopped);
    if (frame.kind == JournalKind::end) return end_as(frame);
    if (is_input(frame.kind) && kernel_.failed()) {
      refuse_replay("goes on behind input " + std::to_string(replayed_->inputs() - 1) +
                    ", where a strategy ended this run");
    }
    take_frame_of_run(frame);
    if (config_.check_every_event && !kernel_.check()) {
      refuse_replay("is of another run: ledger, orders and exposure disagree after input " +
                    std::to_string(replayed_->inputs()));
    }
  }
  return RunStatus::paused;
}

// What the kernel refuses is an error of the run itself only where its journal breaks off with it.
void BacktestLoop::take_frame_of_run(const JournalFrame& frame) {
  const u64 input = replayed_->inputs();
  try {
    take_frame(frame);
  } catch (const Error& error) {
    JournalFrame next;
    if (error.code() == ErrorCode::journal || !replayed_->next(next)) throw;
    refuse_replay("is of another run: input " + std::to_string(input) + " at " + std::to_string(frame.ts) +
                  " ns can not be taken as it was then: " + error.what());
  }
}

void BacktestLoop::refuse_replay(const std::string& why) const {
  throw Error(ErrorCode::journal, replayed_->name() + " " + why);
}

RunStatus BacktestLoop::end_as(const JournalFrame& frame) {
  const auto ended = static_cast<RunStatus>(std::clamp<i64>(frame.words[0], 0, static_cast<i64>(RunStatus::stopped)));
  if ((ended == RunStatus::strategy_failed) != kernel_.failed()) {
    refuse_replay(kernel_.failed() ? "is of a run that went on where a strategy ended this one"
                                   : "is of a run that a strategy ended, and this one goes on");
  }
  now_ = frame.ts;
  events_ = static_cast<u64>(frame.words[1]);
  return end(ended == RunStatus::paused ? RunStatus::stopped : ended);
}

void BacktestLoop::check_digest(const JournalFrame& frame) const {
  const auto expected = static_cast<u64>(frame.words[0]);
  const u64 found = kernel_.digest();
  if (found == expected) return;
  const std::string digests =
      ": the digest is " + hexadecimal(found) + ", and the journal says " + hexadecimal(expected);
  if (replayed_->inputs() == 0) {
    refuse_replay("is of a run with another set-up: give the same data, strategies, cash and settings" + digests);
  }
  refuse_replay("is of another run: what strategies did until input " + std::to_string(replayed_->inputs()) + " at " +
                std::to_string(frame.ts) + " ns is not what they did then" + digests);
}

// What is about an instrument must be about one that there is.
InstrumentIndex BacktestLoop::instrument_in(const JournalFrame& frame) const {
  const InstrumentIndex instrument = instrument_of(frame.words[0]);
  if (instrument >= kernel_.instrument_count()) {
    refuse_replay("names instrument " + std::to_string(instrument) + ", and this run has " +
                  std::to_string(kernel_.instrument_count()));
  }
  return instrument;
}

void BacktestLoop::take_frame(const JournalFrame& frame) {
  if (is_input(frame.kind)) {
    now_ = std::max(now_, frame.ts);
    telling_ = kNoStream;
    // Where this run samples more often than the one that wrote the journal.
    if (phase_ == Phase::streaming && recorder_.next_due() < frame.ts) pass_clock(frame.ts);
    take_input(frame);
    return;
  }
  switch (frame.kind) {
    case JournalKind::clock:
      if (phase_ == Phase::streaming) pass_clock(frame.ts);
      return;
    case JournalKind::venue_closed:
      close_venue(frame);
      return;
    case JournalKind::early_rows:
      early_rows_[instrument_in(frame)] = static_cast<u64>(frame.words[1]);
      return;
    default:
      check_digest(frame);
  }
}

// Whether the strategies failed stands in the kernel.
void BacktestLoop::take_input(const JournalFrame& frame) {
  switch (frame.kind) {
    case JournalKind::warm_up:
      phase_ = Phase::warming;
      kernel_.warm_up(frame.ts);
      return;
    case JournalKind::start:
      start_strategies(frame.ts);
      return;
    case JournalKind::stop:
      kernel_.stop();
      return;
    case JournalKind::advance:
      kernel_.advance(frame.ts);
      return;
    case JournalKind::l3:
      return take_row<L3Record>(frame, StreamKind::l3);
    case JournalKind::l2:
      return take_row<L2Record>(frame, StreamKind::l2);
    case JournalKind::quote:
      return take_row<QuoteRecord>(frame, StreamKind::quote);
    case JournalKind::trade:
      return take_row<TradeRecord>(frame, StreamKind::trade);
    case JournalKind::bar:
      return take_row<BarRecord>(frame, StreamKind::bar);
    case JournalKind::status:
      return take_row<StatusRecord>(frame, StreamKind::status);
    case JournalKind::mark:
      return take_row<MarkRecord>(frame, StreamKind::mark);
    default:
      take_account_input(frame);
  }
}

void BacktestLoop::take_account_input(const JournalFrame& frame) {
  const InstrumentIndex instrument = instrument_in(frame);
  if (frame.kind == JournalKind::margin_calls) {
    kernel_.margin_calls(instrument, frame.words[1], frame.words[2], frame.words[3] != 0);
  } else if (frame.kind == JournalKind::cash_event) {
    std::array<i64, sizeof(CashEventRecord) / sizeof(i64)> fields;
    std::copy_n(frame.words.begin() + 1, fields.size(), fields.begin());
    kernel_.apply_cash_event(instrument, std::bit_cast<CashEventRecord>(fields), frame.ts,
                             frame.words[1 + fields.size()]);
  } else if (frame.kind == JournalKind::liquidation) {
    if (static_cast<u64>(frame.words[1]) >= kernel_.strategy_count()) {
      refuse_replay("names strategy " + std::to_string(frame.words[1]) + ", which this run does not have");
    }
    kernel_.apply_liquidation(margin_call_of(frame), frame.words[4], frame.ts);
  } else {
    const ExecutionReport report = report_of(frame);
    if (!is_sound(report)) {
      refuse_replay("has a report without sense as input " + std::to_string(replayed_->inputs()));
    }
    const Order* const order = kernel_.order(report.client_order_id);
    if (order == nullptr || order->instrument != report.instrument) {
      refuse_replay("is of another run: input " + std::to_string(replayed_->inputs()) + " is a report on order " +
                    std::to_string(report.client_order_id) + ", which strategies did not send here");
    }
    kernel_.apply_report(report, frame.ts);
  }
}

// A row of recorded data must be the one that stands there: strategies read the past from it.
template <class Record>
void BacktestLoop::take_row(const JournalFrame& frame, StreamKind kind) {
  constexpr std::size_t kFields = sizeof(Record) / sizeof(i64);
  std::array<i64, kFields> fields;
  std::copy_n(frame.words.begin() + 1, kFields, fields.begin());
  const auto record = std::bit_cast<Record>(fields);
  const u32 source = source_of(frame.words[0]);
  if (source == kNoSource) {
    MarketStream told;
    told.name = replayed_->name();
    told.instrument = instrument_in(frame);
    if (kind == StreamKind::bar) told.duration_ns = std::max<i64>(1, frame.words[1 + kFields]);
    check_row(told, replayed_->inputs(), record);
    ++events_;
    tell(kernel_, told, record, frame.ts);
    return;
  }
  const std::string input = "input " + std::to_string(replayed_->inputs());
  if (source >= merge_.size() || merge_.stream(source).kind != kind ||
      merge_.stream(source).instrument != instrument_of(frame.words[0])) {
    refuse_replay("is of a run over other data: " + input + " is a row of a stream that is not in this run's");
  }
  const MarketStream& stream = merge_.stream(source);
  const std::size_t row = merge_.strategy_row(source);
  if (row >= stream.rows || std::bit_cast<decltype(fields)>(record_at<Record>(stream, row)) != fields) {
    refuse_replay("is of a run over other data: " + input + " is not row " + std::to_string(row) + " of stream " +
                  stream.name + (row >= stream.rows ? ", which ends before it" : ""));
  }
  check_row(stream, row, record);
  merge_.row_told(source);
  ++events_;
  if (record.ts_init < record.ts_event) ++early_rows_[stream.instrument];
  telling_ = source;
  tell(kernel_, stream, record, frame.ts);
}

// Strategies may still ask it; its reports are no concern here.
void BacktestLoop::close_venue(const JournalFrame& frame) {
  const InstrumentIndex instrument = instrument_in(frame);
  if (journal_ != nullptr) journal_->note(frame);
  venues_[instrument] = std::make_unique<ClosedVenue>(instrument, RejectReason::instrument_expired, said_);
}

}  // namespace pytrader
