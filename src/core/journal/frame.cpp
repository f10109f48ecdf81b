// Frames to bytes and back.
#include "journal/frame.hpp"

#include <cstring>
#include <iterator>

#include "book/checksum.hpp"
#include "model/messages.hpp"
#include "model/money_events.hpp"
#include "model/records.hpp"

namespace pytrader {
namespace {

constexpr char kLetters[8] = {'P', 'T', 'J', 'O', 'U', 'R', 'N', 'L'};

template <class Record>
constexpr std::size_t kWordsOf = 1 + sizeof(Record) / sizeof(i64);

struct KindOfFrame {
  JournalKind kind;
  const char* text;
  std::size_t words;
};
constexpr KindOfFrame kKinds[] = {
    {JournalKind::warm_up, "warm_up", 0},
    {JournalKind::start, "start", 0},
    {JournalKind::stop, "stop", 0},
    {JournalKind::advance, "advance", 0},
    {JournalKind::l3, "l3", kWordsOf<L3Record>},
    {JournalKind::l2, "l2", kWordsOf<L2Record>},
    {JournalKind::quote, "quote", kWordsOf<QuoteRecord>},
    {JournalKind::trade, "trade", kWordsOf<TradeRecord>},
    {JournalKind::bar, "bar", kWordsOf<BarRecord> + 1},  // and how long it is
    {JournalKind::status, "status", kWordsOf<StatusRecord>},
    {JournalKind::mark, "mark", kWordsOf<MarkRecord>},
    {JournalKind::cash_event, "cash_event", kWordsOf<CashEventRecord> + 1},  // and what the venue marked at
    {JournalKind::margin_calls, "margin_calls", 4},
    {JournalKind::liquidation, "liquidation", 5},
    {JournalKind::report, "report", 12},
    {JournalKind::clock, "clock", 0},
    {JournalKind::venue_closed, "venue_closed", 1},
    {JournalKind::early_rows, "early_rows", 2},
    {JournalKind::digest, "digest", 1},
    {JournalKind::end, "end", 2},
};

// Inputs stand at their number, for they are looked for often.
constexpr bool is_sound() noexcept {
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (kKinds[i].words > kMaxFrameWords) return false;
    if (is_input(kKinds[i].kind) && static_cast<std::size_t>(kKinds[i].kind) != i + 1) return false;
  }
  return true;
}
static_assert(is_sound());

const KindOfFrame* find(JournalKind kind) noexcept {
  const auto number = static_cast<std::size_t>(kind);
  if (is_input(kind) && number >= 1 && number <= static_cast<std::size_t>(JournalKind::report))
    return &kKinds[number - 1];
  for (const KindOfFrame& each : kKinds) {
    if (each.kind == kind) return &each;
  }
  return nullptr;
}

u32 load(const char* bytes) noexcept {
  u32 number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

}  // namespace

const char* to_text(JournalKind kind) noexcept {
  const KindOfFrame* known = find(kind);
  return known == nullptr ? "unknown" : known->text;
}

std::size_t words_of(JournalKind kind) noexcept {
  const KindOfFrame* known = find(kind);
  return known == nullptr ? kUnknownKind : known->words;
}

std::size_t encode(const JournalFrame& frame, u32& chain, std::span<char, kMaxFrameBytes> out) noexcept {
  const auto words = static_cast<u16>(words_of(frame.kind));
  const std::size_t length = kFrameHeadBytes + 8 * words;
  std::memcpy(out.data() + 4, &frame.kind, 2);
  std::memcpy(out.data() + 6, &words, 2);
  std::memcpy(out.data() + 8, &frame.ts, 8);
  std::memcpy(out.data() + kFrameHeadBytes, frame.words.data(), 8 * words);
  chain = crc32({out.data() + 4, length - 4}, chain);
  std::memcpy(out.data(), &chain, 4);
  return length;
}

Decoded decode(std::span<const char> bytes, u32& chain, JournalFrame& frame, std::size_t& length) noexcept {
  if (bytes.size() < kFrameHeadBytes) return Decoded::cut_off;
  u16 words = 0;
  std::memcpy(&frame.kind, bytes.data() + 4, 2);
  std::memcpy(&words, bytes.data() + 6, 2);
  std::memcpy(&frame.ts, bytes.data() + 8, 8);
  const std::size_t wanted = words_of(frame.kind);
  if (wanted == kUnknownKind) return Decoded::unknown_kind;
  if (wanted != words) return Decoded::wrong_length;
  length = kFrameHeadBytes + 8 * wanted;
  if (bytes.size() < length) return Decoded::cut_off;
  const u32 found = crc32({bytes.data() + 4, length - 4}, chain);
  if (found != load(bytes.data())) return Decoded::wrong_checksum;
  chain = found;
  frame.words = {};
  std::memcpy(frame.words.data(), bytes.data() + kFrameHeadBytes, 8 * wanted);
  return Decoded::whole;
}

std::array<char, kJournalHeadBytes> journal_head() noexcept {
  std::array<char, kJournalHeadBytes> head{};
  std::memcpy(head.data(), kLetters, sizeof kLetters);
  std::memcpy(head.data() + 8, &kJournalVersion, 4);
  const u32 sum = crc32({head.data(), 12});
  std::memcpy(head.data() + 12, &sum, 4);
  return head;
}

}  // namespace pytrader
