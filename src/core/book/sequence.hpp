// The venues' rules for sequence numbers: which update follows which, and where one is missing. Data, not code.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

// How an update says what it follows.
enum class SequenceLink : u8 {
  none,                 // it does not say
  first_follows_last,   // its first id is the last one before it plus one
  first_joins_last,     // its first id is at most that, and its last one is newer
  previous_names_last,  // it names the last id before it
  grows,                // its id is above the one before it
};

// Which update is the first to apply on a snapshot of id S.
enum class SequenceJoin : u8 {
  linked,          // the one that the link names
  spans_next,      // first <= S + 1 <= last
  spans_same,      // first <= S <= last, or previous = S
  spans_previous,  // previous <= S < last, or previous = S
};

struct SequenceRule {
  const char* name;
  SequenceLink link;
  SequenceJoin join;
  // An id at or below the last one is a repetition. Otherwise it may be the venue's restart, so that it is a gap.
  bool never_falls;
};

// https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#how-to-manage-a-local-order-book-correctly
constexpr SequenceRule kBinanceSpotSequence{"binance_spot", SequenceLink::first_joins_last, SequenceJoin::spans_next,
                                            true};
// https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/How-to-manage-a-local-order-book-correctly
constexpr SequenceRule kBinanceFuturesSequence{"binance_futures", SequenceLink::previous_names_last,
                                               SequenceJoin::spans_same, true};
// https://www.okx.com/docs-v5/log_en (2026-02-12) and the order book channel: seqId may equal prevSeqId (nothing
// changed) and may fall (maintenance), but prevSeqId always names the last message.
constexpr SequenceRule kOkxSequence{"okx", SequenceLink::previous_names_last, SequenceJoin::spans_previous, false};
// https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel: seq grows; newer frames name the one before in
// pseq, which SequenceTracker holds them to.
constexpr SequenceRule kBitgetSequence{"bitget", SequenceLink::grows, SequenceJoin::linked, false};
// Every id is the one before plus one.
constexpr SequenceRule kGenericSequence{"generic", SequenceLink::first_follows_last, SequenceJoin::linked, false};
// Kraken sends no numbers: https://docs.kraken.com/api/docs/websocket-v2/book.
constexpr SequenceRule kNoSequence{"none", SequenceLink::none, SequenceJoin::linked, false};

constexpr i64 kNoSequenceId = INT64_MIN;

// The ids of one update; kNoSequenceId where it does not say. A venue with one id says it as `last`.
struct SequenceIds {
  i64 first = kNoSequenceId;
  i64 last = kNoSequenceId;
  i64 previous = kNoSequenceId;
};

enum class SequenceVerdict : u8 {
  follows,
  older,  // the book has it already
  gap,
};

// One book's place in its sequence. Where neither snapshot nor updates have ids, updates are taken as they come; where
// only one has, none can be proved to follow.
class SequenceTracker {
 public:
  explicit SequenceTracker(SequenceRule rule = kNoSequence) noexcept : rule_(rule) {}

  // The rule from here on: a recording may say only after its snapshot which market it is of.
  void hold_to(const SequenceRule& rule) noexcept { rule_ = rule; }
  // `id` may be kNoSequenceId.
  void begin(i64 id) noexcept {
    last_ = id;
    joined_ = false;
  }
  // Changes nothing; accept() does.
  SequenceVerdict judge(const SequenceIds& ids) const noexcept;
  void accept(const SequenceIds& ids) noexcept {
    last_ = ids.last;
    joined_ = true;
  }
  // The last id, kNoSequenceId if there was none.
  i64 last() const noexcept { return last_; }
  const SequenceRule& rule() const noexcept { return rule_; }

 private:
  SequenceVerdict judge_first(const SequenceIds& ids) const noexcept;
  SequenceVerdict judge_link(const SequenceIds& ids) const noexcept;

  SequenceRule rule_;
  i64 last_ = kNoSequenceId;
  bool joined_ = false;  // an update has been applied since the snapshot
};

}  // namespace pytrader
