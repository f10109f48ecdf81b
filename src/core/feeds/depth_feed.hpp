// From a venue's frames to price-level books in one pass: decoded, checked against sequence and checksum, applied.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "book/checksum.hpp"
#include "book/depth_book.hpp"
#include "book/sequence.hpp"
#include "feeds/depth_frame.hpp"

namespace pytrader {

// What makes one venue's feed another's.
struct DepthVenue {
  const char* name;
  FrameDecoder decode;
  SequenceRule sequence;
  ChecksumRule checksum;
  // A snapshot is asked for and may come after updates that continue it, so that these are kept for it.
  bool snapshot_on_request;
  // The venue does not say which levels fall out of a book of the subscribed depth.
  bool truncates;
};

extern const DepthVenue kBinanceSpotDepth;
extern const DepthVenue kBinanceFuturesDepth;  // USD-M and COIN-M
extern const DepthVenue kKrakenDepth;
extern const DepthVenue kOkxDepth;
extern const DepthVenue kBitgetDepth;

struct DepthFeedSettings {
  std::size_t depth = 0;             // levels a side that were subscribed to; 0: all
  std::size_t max_waiting = 10'000;  // updates kept for a snapshot, each book
  bool keep_crossed = false;         // a crossed book is counted and stays, as in a call auction
};

enum class FrameOutcome : u8 {
  applied,   // the book has changed
  other,     // the frame is about something else
  waiting,   // kept for the snapshot
  left_out,  // older than the book, or nothing to apply it to
  // The book is stale from here on and empty, until a snapshot:
  gap,
  bad_checksum,
  crossed,  // but for keep_crossed
  // Nothing was applied:
  refused,  // see fault
  full,     // max_waiting is reached
};

struct FrameResult {
  FrameOutcome outcome = FrameOutcome::other;
  u32 book = 0;      // index of the symbol; not set with other and refused
  i64 expected = 0;  // gap: the last id of the book; bad_checksum: what the venue sent
  i64 found = 0;     // gap: the id that the update follows; bad_checksum: what the book gives
  FrameFault fault;
};

struct FeedCounts {
  u64 frames = 0;  // seen, whatever they were
  u64 applied = 0;
  u64 other = 0;
  u64 left_out = 0;
  u64 snapshots = 0;
  u64 gaps = 0;
  u64 crossed = 0;
  u64 checksums_matched = 0;
  u64 checksums_failed = 0;
};

class DepthFeed {
 public:
  static constexpr u32 kNoSymbol = UINT32_MAX;

  explicit DepthFeed(const DepthVenue& venue, DepthFeedSettings settings = {});

  // Error(invalid_argument) if the symbol is empty or there already. Returns its index: 0, 1, 2, ...
  u32 add_symbol(std::string name, const Fixed& tick, const Fixed& lot);
  // kNoSymbol if it was not added.
  u32 find(std::string_view name) const noexcept;

  // Takes one frame. `symbol` says whose it is where the frame does not (answers to snapshot requests). Throws only if
  // memory runs out; the book is then as it was, or stale.
  FrameResult apply(std::string_view text, u32 symbol = kNoSymbol);

  // A stale book is empty: it has no snapshot yet, or lost its way.
  const DepthBook& book(u32 index) const noexcept { return books_[index]->book; }
  bool stale(u32 index) const noexcept { return books_[index]->stale; }
  const std::string& symbol(u32 index) const noexcept { return books_[index]->symbol; }
  // The id of the last update or snapshot, kNoSequenceId where there is none.
  i64 sequence(u32 index) const noexcept { return books_[index]->sequence.last(); }
  // The venue's time of the last frame applied, ns since 1970-01-01 UTC; 0 where it says none.
  i64 ts_event(u32 index) const noexcept { return books_[index]->ts_event; }
  std::size_t waiting(u32 index) const noexcept { return books_[index]->waiting.size(); }
  // Empties a book and waits for a snapshot, as after a gap: the connection was lost.
  void reset(u32 index) noexcept;

  std::size_t size() const noexcept { return books_.size(); }
  const DepthVenue& venue() const noexcept { return venue_; }
  const DepthFeedSettings& settings() const noexcept { return settings_; }
  const FeedCounts& counts() const noexcept { return counts_; }

 private:
  struct WaitingUpdate {
    SequenceIds ids;
    i64 ts_event = 0;
    std::size_t first_level = 0;  // in waiting_levels
    std::size_t level_count = 0;
  };
  struct KeptBook {
    std::string symbol;
    StepGrid price;
    StepGrid quantity;
    DepthBook book;
    SequenceTracker sequence;
    i64 ts_event = 0;
    bool stale = true;
    std::vector<WaitingUpdate> waiting;      // bound: max_waiting
    std::vector<DepthLevel> waiting_levels;  // bound: the levels of max_waiting frames
  };
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
  };

  FrameResult refuse(const char* field, const char* problem, std::size_t offset) noexcept;
  FrameResult address(u32 symbol) noexcept;
  bool on_grid(const KeptBook& kept);
  bool repeats_a_price();
  FrameResult take_snapshot(u32 index);
  FrameResult take_update(u32 index);
  FrameResult wait(u32 index);
  FrameResult judge_update(u32 index, const SequenceIds& ids, const DepthLevel* levels, std::size_t count, i64 ts);
  void write(KeptBook& kept, const DepthLevel* levels, std::size_t count);
  FrameResult take_waiting(u32 index);
  FrameResult prove_checksum(u32 index);
  FrameResult prove_uncrossed(u32 index);
  FrameResult lose(u32 index, FrameOutcome outcome, i64 expected, i64 found) noexcept;

  const DepthVenue& venue_;
  DepthFeedSettings settings_;
  FeedCounts counts_;
  std::vector<std::unique_ptr<KeptBook>> books_;  // bound: the symbols that the user adds
  std::unordered_map<std::string, u32, NameHash, std::equal_to<>> index_;
  DepthFrame frame_;                // the last one read
  FrameFault fault_;                // of the last one read
  std::vector<DepthLevel> levels_;  // its levels on the grid
  std::vector<i64> prices_;         // of an unsorted snapshot
};

}  // namespace pytrader
