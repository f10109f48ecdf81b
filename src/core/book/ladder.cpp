// The parts of the ladder that the touch seldom needs: making, retiring and searching pages.
#include "book/ladder.hpp"

#include <stdexcept>

#include "decimal/error.hpp"

namespace pytrader {

u32 Ladder::find_elsewhere(i64 price) const noexcept {
  const i64 rank = price ^ flip_;
  const u32 number = find_page(base_of(rank));
  if (number == kNone) return kNone;
  const u32 level = number * kTicks + offset_of(rank);
  return is_occupied(level) ? level : kNone;
}

u32 Ladder::next_worse(u32 level) const noexcept {
  const u32 number = level / kTicks;
  const u64 below = page(number).occupied & ((u64{1} << (level % kTicks)) - 1);
  if (below != 0) return number * kTicks + highest(below);
  const u32 next = in_use_.worse(number);
  return next == kNone ? kNone : next * kTicks + highest(page(next).occupied);
}

void Ladder::clear() noexcept {
  levels_.clear();
  pages_.clear();
  in_use_.clear();
  index_.clear();
  for (std::size_t entry = 0; entry < kRecentPages; ++entry) forget_recent(entry);
  best_ = oldest_empty_ = newest_empty_ = kNone;
  best_rank_ = kLowestRank;
  empty_count_ = 0;
  level_count_ = 0;
}

std::size_t Ladder::memory_bytes() const noexcept {
  return levels_.capacity() * sizeof(Level) + pages_.capacity() * sizeof(Page) + in_use_.memory_bytes() +
         index_.memory_bytes();
}

u32 Ladder::search_level(i64 price) {
  const i64 rank = price ^ flip_;
  u32 number = find_page(base_of(rank));
  if (number == kNone) number = make_page(base_of(rank));
  const u32 first = number * kTicks;
  if (price >= INT64_MIN + kTicks) recent_[recent_of(rank)] = {base_of(rank), first};
  return first + offset_of(rank);
}

u32 Ladder::make_page(i64 base) {
  u32 number = kNone;
  if (empty_count_ > kEmptyPagesKept) {
    number = oldest_empty_;
    unlink_empty(number);
    index_.erase(static_cast<u64>(page(number).base), number);
    const std::size_t entry = recent_of(page(number).base);
    if (recent_[entry].first == number * kTicks) forget_recent(entry);
  } else {
    if (pages_.size() >= kMaxPages) throw Error(ErrorCode::capacity, "ladder: more than 67108863 pages of 64 prices");
    index_.reserve(pages_.size() + 1);
    if (pages_.size() == pages_.capacity()) {
      const std::size_t wanted = pages_.empty() ? 1 : 2 * pages_.size();
      in_use_.make_room(wanted);  // here, so that taking a page into use can not throw
      pages_.reserve(wanted);
    }
    levels_.resize(levels_.size() + kTicks);
    pages_.emplace_back();
    number = static_cast<u32>(pages_.size());
  }
  page(number).base = base;
  index_.insert(static_cast<u64>(base), number);
  push_empty(number);
  return number;
}

void Ladder::enter(u32 number) noexcept {
  unlink_empty(number);
  in_use_.enter(number, page(number).base);
}

void Ladder::leave(u32 number, bool was_best) noexcept {
  in_use_.leave(number);
  push_empty(number);
  if (was_best) find_best();
}

void Ladder::push_empty(u32 number) noexcept {
  page(number).older = newest_empty_;
  page(number).newer = kNone;
  (newest_empty_ != kNone ? page(newest_empty_).newer : oldest_empty_) = number;
  newest_empty_ = number;
  ++empty_count_;
}

void Ladder::unlink_empty(u32 number) noexcept {
  const Page& gone = page(number);
  (gone.older != kNone ? page(gone.older).newer : oldest_empty_) = gone.newer;
  (gone.newer != kNone ? page(gone.newer).older : newest_empty_) = gone.older;
  --empty_count_;
}

void Ladder::find_best() noexcept {
  const u32 number = in_use_.best();
  if (number == kNone) {
    best_ = kNone;
    best_rank_ = kLowestRank;
    return;
  }
  set_best(number, highest(page(number).occupied));
}

void Ladder::check() const {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(what);
  };
  require(in_use_.size() + empty_count_ == pages_.size(), "ladder: a page is neither in use nor empty");
  require(index_.size() == pages_.size(), "ladder: a page is not in the hash table");
  index_.check([this](u32 number) { return static_cast<u64>(page(number).base); });
  in_use_.check();
  std::size_t levels = 0;
  i64 better = 0;
  for (u32 number = in_use_.best(); number != kNone; number = in_use_.worse(number)) {
    const Page& at = page(number);
    require(base_of(at.base) == at.base, "ladder: a page is out of place");
    require(number == in_use_.best() || at.base < better, "ladder: the pages in use are not sorted");
    better = at.base;
    require(at.occupied != 0, "ladder: an empty page counts as in use");
    levels += static_cast<std::size_t>(std::popcount(at.occupied));
    for (u32 offset = 0; offset < kTicks; ++offset) {
      const Level& level = (*this)[number * kTicks + offset];
      const bool blank = level.head == kNone && level.tail == kNone && level.quantity == 0 && level.order_count == 0;
      require(((at.occupied >> offset) & 1) != 0 || blank, "ladder: a level that is not in use is not blank");
    }
  }
  require(levels == level_count_, "ladder: the level count is wrong");
  require((best_ == kNone) == (in_use_.best() == kNone), "ladder: the best level is wrong");
  for (const RecentPage& recent : recent_) {
    const bool right = recent.first == kNone || page(recent.first / kTicks).base == recent.base;
    require(right, "ladder: a recent page is another one");
  }
  if (best_ == kNone) return;
  const u32 top = in_use_.best();
  require(best_ == top * kTicks + highest(page(top).occupied) && best_rank_ == rank_of(best_),
          "ladder: the best level is wrong");
}

}  // namespace pytrader
