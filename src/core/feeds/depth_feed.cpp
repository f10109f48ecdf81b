// From a venue's frames to price-level books in one pass: decoded, checked against sequence and checksum, applied.
#include "feeds/depth_feed.hpp"

#include <algorithm>

namespace pytrader {
namespace {

constexpr i64 kNsPerMs = 1'000'000;
constexpr i64 kMaxMs = INT64_MAX / kNsPerMs;

FrameResult result_of(u32 book, FrameOutcome outcome, i64 expected = 0, i64 found = 0) noexcept {
  return {outcome, book, expected, found, {}};
}

}  // namespace

const DepthVenue kBinanceSpotDepth{"Binance", &decode_binance, kBinanceSpotSequence, ChecksumRule::none, true, false};
const DepthVenue kBinanceFuturesDepth{"Binance", &decode_binance, kBinanceFuturesSequence, ChecksumRule::none, true,
                                      false};
const DepthVenue kKrakenDepth{"Kraken", &decode_kraken, kNoSequence, ChecksumRule::kraken, false, true};
const DepthVenue kOkxDepth{"OKX", &decode_okx, kOkxSequence, ChecksumRule::okx, true, false};
const DepthVenue kBitgetDepth{"Bitget", &decode_bitget, kBitgetSequence, ChecksumRule::okx, false, false};

DepthFeed::DepthFeed(const DepthVenue& venue, DepthFeedSettings settings) : venue_(venue), settings_(settings) {}

u32 DepthFeed::add_symbol(std::string name, const Fixed& tick, const Fixed& lot) {
  if (name.empty()) throw Error(ErrorCode::invalid_argument, "a symbol must not be empty");
  if (find(name) != kNoSymbol) throw Error(ErrorCode::invalid_argument, "symbol " + name + " is in the feed already");
  auto kept = std::make_unique<KeptBook>();
  kept->price = StepGrid(tick);
  kept->quantity = StepGrid(lot);
  kept->sequence = SequenceTracker(venue_.sequence);
  kept->symbol = name;
  const auto index = static_cast<u32>(books_.size());
  books_.reserve(books_.size() + 1);
  index_.emplace(std::move(name), index);
  books_.push_back(std::move(kept));
  return index;
}

u32 DepthFeed::find(std::string_view name) const noexcept {
  const auto found = index_.find(name);
  return found == index_.end() ? kNoSymbol : found->second;
}

void DepthFeed::reset(u32 index) noexcept {
  KeptBook& kept = *books_[index];
  kept.book.clear();
  kept.stale = true;
  kept.sequence.begin(kNoSequenceId);
  kept.waiting.clear();
  kept.waiting_levels.clear();
}

FrameResult DepthFeed::refuse(const char* field, const char* problem, std::size_t offset) noexcept {
  FrameResult result;
  result.outcome = FrameOutcome::refused;
  result.fault = {field, problem, offset};
  return result;
}

FrameResult DepthFeed::apply(std::string_view text, u32 symbol) {
  ++counts_.frames;
  frame_.reset();
  fault_ = {};
  if (text.size() > UINT32_MAX) return refuse("frame", "must be shorter than 4 GB", 0);
  if (!venue_.decode(text, frame_, fault_)) return refuse(fault_.field, fault_.problem, fault_.offset);
  if (frame_.kind == FrameKind::other) {
    ++counts_.other;
    return {};
  }
  FrameResult result = address(symbol);
  if (result.outcome == FrameOutcome::refused) return result;
  const u32 index = result.book;
  if (!on_grid(*books_[index])) return refuse(fault_.field, fault_.problem, fault_.offset);
  return frame_.kind == FrameKind::snapshot ? take_snapshot(index) : take_update(index);
}

// Whose frame it is, and whether it is one of this feed's.
FrameResult DepthFeed::address(u32 symbol) noexcept {
  u32 index = symbol;
  if (!frame_.symbol.empty()) {
    index = find(frame_.symbol);
    if (index == kNoSymbol) return refuse("symbol", "is not in the feed", frame_.symbol_offset);
    if (symbol != kNoSymbol && symbol != index)
      return refuse("symbol", "is another than asked for", frame_.symbol_offset);
  } else if (index == kNoSymbol) {
    if (books_.size() != 1) return refuse("symbol", "is not in the frame: say whose snapshot it is", 0);
    index = 0;
  }
  if (frame_.depth != 0 && frame_.depth != settings_.depth) {
    return refuse("channel", "has another depth than the feed: make the feed with the depth subscribed to", 0);
  }
  if (frame_.ts_event_ms < 0 || frame_.ts_event_ms > kMaxMs) {
    return refuse("time", "is no time in milliseconds since 1970", 0);
  }
  const SequenceIds& ids = frame_.ids;
  if (frame_.kind == FrameKind::update && ids.last != kNoSequenceId) {
    const bool names_previous = ids.previous != kNoSequenceId;
    if (venue_.sequence.link == SequenceLink::previous_names_last && !names_previous) {
      return refuse("previous id", "is missing: is this a frame of another market?", 0);
    }
    if (venue_.sequence.link == SequenceLink::first_joins_last && names_previous) {
      return refuse("previous id", "does not belong here: is this a frame of another market?", 0);
    }
  }
  return result_of(index, FrameOutcome::other);
}

bool DepthFeed::on_grid(const KeptBook& kept) {
  levels_.resize(frame_.levels.size());
  for (std::size_t i = 0; i < frame_.levels.size(); ++i) {
    const WrittenLevel& written = frame_.levels[i];
    DepthLevel& level = levels_[i];
    const auto price = kept.price.to_steps(written.price, level.price);
    if (price != StepGrid::Fit::exact) [[unlikely]] {
      const bool off = price == StepGrid::Fit::off_grid;
      fault_ = {"price", off ? "is no whole number of ticks" : "is beyond 2^63 - 1 ticks", written.price_offset};
      return false;
    }
    const auto quantity = kept.quantity.to_steps(written.quantity, level.quantity);
    if (quantity != StepGrid::Fit::exact) [[unlikely]] {
      const bool off = quantity == StepGrid::Fit::off_grid;
      fault_ = {"quantity", off ? "is no whole number of lots" : "is beyond 2^63 - 1 lots", written.quantity_offset};
      return false;
    }
    level.side = written.side;
    level.order_count = written.order_count;
    level.price_decimals = written.price.decimals;
    level.quantity_decimals = written.quantity.decimals;
  }
  return true;
}

// Venues send a snapshot's sides sorted; only one that is not costs a sort.
bool DepthFeed::repeats_a_price() {
  for (const Side side : {Side::buy, Side::sell}) {
    prices_.clear();
    bool rising = true;
    bool falling = true;
    for (const DepthLevel& level : levels_) {
      if (level.side != side) continue;
      if (!prices_.empty()) {
        rising = rising && level.price > prices_.back();
        falling = falling && level.price < prices_.back();
      }
      prices_.push_back(level.price);
    }
    if (rising || falling) continue;
    std::ranges::sort(prices_);
    if (std::ranges::adjacent_find(prices_) != prices_.end()) return true;
  }
  return false;
}

FrameResult DepthFeed::take_snapshot(u32 index) {
  KeptBook& kept = *books_[index];
  if (repeats_a_price())
    return refuse("price", "stands twice on one side of a snapshot", frame_.levels[0].price_offset);
  kept.book.clear();
  write(kept, levels_.data(), levels_.size());
  kept.sequence.begin(frame_.ids.last);
  kept.ts_event = frame_.ts_event_ms * kNsPerMs;
  ++counts_.snapshots;
  FrameResult result = prove_checksum(index);
  if (result.outcome == FrameOutcome::applied) result = take_waiting(index);
  return result.outcome == FrameOutcome::applied ? prove_uncrossed(index) : result;
}

// The book is stale while it is written: memory may run out at any level, and half a frame is no book.
void DepthFeed::write(KeptBook& kept, const DepthLevel* levels, std::size_t count) {
  kept.stale = true;
  try {
    for (std::size_t i = 0; i < count; ++i) kept.book.set(levels[i]);
  } catch (...) {
    kept.book.clear();
    kept.sequence.begin(kNoSequenceId);
    throw;
  }
  if (venue_.truncates) kept.book.truncate(settings_.depth);
  kept.stale = false;
}

// What waited for the snapshot and is newer. After a gap among it the rest may still continue a later snapshot.
FrameResult DepthFeed::take_waiting(u32 index) {
  KeptBook& kept = *books_[index];
  FrameResult result = result_of(index, FrameOutcome::applied);
  std::size_t done = 0;
  for (; done < kept.waiting.size(); ++done) {
    const WaitingUpdate& update = kept.waiting[done];
    const DepthLevel* levels = kept.waiting_levels.data() + update.first_level;
    const FrameResult next = judge_update(index, update.ids, levels, update.level_count, update.ts_event);
    if (next.outcome != FrameOutcome::gap) continue;
    result = next;
    break;
  }
  const std::size_t levels_done =
      done == kept.waiting.size() ? kept.waiting_levels.size() : kept.waiting[done].first_level;
  kept.waiting.erase(kept.waiting.begin(), kept.waiting.begin() + static_cast<std::ptrdiff_t>(done));
  kept.waiting_levels.erase(kept.waiting_levels.begin(),
                            kept.waiting_levels.begin() + static_cast<std::ptrdiff_t>(levels_done));
  for (WaitingUpdate& update : kept.waiting) update.first_level -= levels_done;
  return result;
}

FrameResult DepthFeed::wait(u32 index) {
  KeptBook& kept = *books_[index];
  if (!venue_.snapshot_on_request || frame_.ids.last == kNoSequenceId) {
    ++counts_.left_out;
    return result_of(index, FrameOutcome::left_out);
  }
  if (kept.waiting.size() >= settings_.max_waiting) return result_of(index, FrameOutcome::full);
  // Levels first: without memory for the second step they are in nobody's way.
  const std::size_t first_level = kept.waiting_levels.size();
  kept.waiting_levels.insert(kept.waiting_levels.end(), levels_.begin(), levels_.end());
  kept.waiting.push_back({frame_.ids, frame_.ts_event_ms * kNsPerMs, first_level, levels_.size()});
  return result_of(index, FrameOutcome::waiting);
}

FrameResult DepthFeed::take_update(u32 index) {
  KeptBook& kept = *books_[index];
  if (kept.stale) return wait(index);
  const i64 ts = frame_.ts_event_ms * kNsPerMs;
  FrameResult result = judge_update(index, frame_.ids, levels_.data(), levels_.size(), ts);
  if (result.outcome == FrameOutcome::gap) wait(index);
  if (result.outcome == FrameOutcome::applied) result = prove_checksum(index);
  return result.outcome == FrameOutcome::applied ? prove_uncrossed(index) : result;
}

FrameResult DepthFeed::judge_update(u32 index, const SequenceIds& ids, const DepthLevel* levels, std::size_t count,
                                    i64 ts) {
  KeptBook& kept = *books_[index];
  switch (kept.sequence.judge(ids)) {
    case SequenceVerdict::older:
      ++counts_.left_out;
      return result_of(index, FrameOutcome::left_out);
    case SequenceVerdict::gap:
      ++counts_.gaps;
      return lose(index, FrameOutcome::gap, kept.sequence.last(),
                  ids.previous != kNoSequenceId ? ids.previous
                  : ids.first != kNoSequenceId  ? ids.first
                                                : ids.last);
    case SequenceVerdict::follows:
      break;
  }
  write(kept, levels, count);
  kept.sequence.accept(ids);
  kept.ts_event = ts;
  return result_of(index, FrameOutcome::applied);
}

FrameResult DepthFeed::prove_checksum(u32 index) {
  KeptBook& kept = *books_[index];
  if (!frame_.has_checksum) return result_of(index, FrameOutcome::applied);
  const u32 own = book_checksum(venue_.checksum, kept.book, kept.price, kept.quantity);
  if (own != frame_.checksum) {
    ++counts_.checksums_failed;
    return lose(index, FrameOutcome::bad_checksum, frame_.checksum, own);
  }
  ++counts_.checksums_matched;
  return result_of(index, FrameOutcome::applied);
}

FrameResult DepthFeed::prove_uncrossed(u32 index) {
  KeptBook& kept = *books_[index];
  if (!kept.book.crossed()) [[likely]] {
    ++counts_.applied;
    return result_of(index, FrameOutcome::applied);
  }
  ++counts_.crossed;
  const i64 bid = kept.book.bids().best_price();
  const i64 ask = kept.book.asks().best_price();
  if (!settings_.keep_crossed) return lose(index, FrameOutcome::crossed, bid, ask);
  ++counts_.applied;
  return result_of(index, FrameOutcome::crossed, bid, ask);
}

FrameResult DepthFeed::lose(u32 index, FrameOutcome outcome, i64 expected, i64 found) noexcept {
  KeptBook& kept = *books_[index];
  kept.book.clear();
  kept.stale = true;
  kept.sequence.begin(kNoSequenceId);
  return result_of(index, outcome, expected, found);
}

}  // namespace pytrader
