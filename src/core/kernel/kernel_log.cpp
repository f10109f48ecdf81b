// The kernel's inputs as frames of a journal.
#include <algorithm>
#include <array>
#include <bit>

#include "kernel/kernel.hpp"
#include "kernel/logged_messages.hpp"

namespace pytrader {
namespace {

template <class Record>
constexpr JournalKind kKindOf = JournalKind::l3;
template <>
constexpr JournalKind kKindOf<L2Record> = JournalKind::l2;
template <>
constexpr JournalKind kKindOf<QuoteRecord> = JournalKind::quote;
template <>
constexpr JournalKind kKindOf<TradeRecord> = JournalKind::trade;
template <>
constexpr JournalKind kKindOf<BarRecord> = JournalKind::bar;
template <>
constexpr JournalKind kKindOf<StatusRecord> = JournalKind::status;
template <>
constexpr JournalKind kKindOf<MarkRecord> = JournalKind::mark;
template <>
constexpr JournalKind kKindOf<CashEventRecord> = JournalKind::cash_event;

}  // namespace

// What the kernel would refuse it must not find in its log.
void Kernel::write_log(const JournalFrame& input) {
  if (failed_) return;
  const bool is_begin = input.kind == JournalKind::start || input.kind == JournalKind::warm_up;
  if (!is_begin && (input.ts < now_ || !(started_ || warming_) || calling_)) refuse_input(input.ts);
  log_->write(input, digest());
}

void Kernel::log(JournalKind kind, i64 ts) {
  write_log({kind, ts, {}});
}

// `last` is what is no part of the record: the length of a bar, what a money event's venue marked at.
template <class Record>
void Kernel::log(InstrumentIndex instrument, const Record& record, i64 ts, i64 last) {
  constexpr std::size_t kFields = sizeof(Record) / sizeof(i64);
  const Instrument& known = this->instrument(instrument);
  if constexpr (std::is_same_v<Record, CashEventRecord>) check_cash_event(known, record);
  const auto fields = std::bit_cast<std::array<i64, kFields>>(record);
  JournalFrame input{kKindOf<Record>, ts, {place_of(instrument)}};
  std::copy(fields.begin(), fields.end(), input.words.begin() + 1);
  if (words_of(input.kind) > 1 + kFields) input.words[1 + kFields] = last;
  write_log(input);
}

template void Kernel::log(InstrumentIndex, const L3Record&, i64, i64);
template void Kernel::log(InstrumentIndex, const L2Record&, i64, i64);
template void Kernel::log(InstrumentIndex, const QuoteRecord&, i64, i64);
template void Kernel::log(InstrumentIndex, const TradeRecord&, i64, i64);
template void Kernel::log(InstrumentIndex, const BarRecord&, i64, i64);
template void Kernel::log(InstrumentIndex, const StatusRecord&, i64, i64);
template void Kernel::log(InstrumentIndex, const MarkRecord&, i64, i64);
template void Kernel::log(InstrumentIndex, const CashEventRecord&, i64, i64);

void Kernel::log(const ExecutionReport& report, i64 ts) {
  write_log(frame_of(report, ts));
}

void Kernel::log(const MarginCall& call, i64 ts_event, i64 ts) {
  instrument(call.instrument);
  write_log(frame_of(call, ts_event, ts));
}

void Kernel::log_margin_calls(InstrumentIndex instrument, i64 mark_price, i64 ts_event, bool more_follow) {
  this->instrument(instrument);
  write_log({JournalKind::margin_calls, now_, {place_of(instrument), mark_price, ts_event, more_follow ? 1 : 0}});
}

}  // namespace pytrader
