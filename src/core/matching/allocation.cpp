// The steps that share an incoming quantity at one price, each taking from what the steps before it left.
#include "matching/allocation.hpp"

#include <algorithm>
#include <array>

namespace pytrader {

namespace {

constexpr i64 kWhole = 100;

// floor(quantity * part / whole) for part <= whole.
i64 portion(i64 quantity, i64 part, i64 whole) noexcept {
  u64 product = 0;
  if (!__builtin_mul_overflow(static_cast<u64>(quantity), static_cast<u64>(part), &product)) {
    return static_cast<i64>(product / static_cast<u64>(whole));
  }
  return static_cast<i64>(static_cast<i128>(quantity) * part / whole);
}

// The multiple of `lot` nearest to quantity * part / whole, halves going up, or `most` if that is less.
i64 nearest_lots(i64 quantity, i64 part, i64 whole, i64 lot, i64 most) noexcept {
  const u128 step = static_cast<u128>(whole) * static_cast<u128>(lot);
  const u128 lots = (2 * static_cast<u128>(quantity) * static_cast<u128>(part) + step) / (2 * step);
  return static_cast<i64>(std::min(lots * static_cast<u128>(lot), static_cast<u128>(most)));
}

}  // namespace

struct Allocation::Level {
  std::span<const AllocationEntry> queue;
  std::span<i64> shares;
  i64 left;  // of the incoming quantity
  i64 open;  // of the queue

  i64 open_of(std::size_t i) const noexcept { return queue[i].quantity - shares[i]; }
  void give(std::size_t i, i64 quantity) noexcept {
    shares[i] += quantity;
    left -= quantity;
    open -= quantity;
  }
};

Allocation::Allocation(const AllocationRules& rules) : rules_(rules), steps_(steps_of(rules.algorithm).steps) {
  check(rules);
}

void Allocation::reserve(std::size_t orders) {
  if ((steps_ & (kSplitStep | kRoundUpStep)) != 0) sorted_.reserve(orders);
}

void Allocation::allocate(i64 incoming, std::span<const AllocationEntry> queue, std::span<i64> shares) {
  Level level{queue, shares, incoming, 0};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    level.open += queue[i].quantity;
    shares[i] = 0;
  }
  // An incoming quantity that takes the whole level leaves nothing to share out (CME: "FIFO exception").
  if (incoming < level.open) {
    reserve(queue.size());
    if ((steps_ & kTopStep) != 0) give_top(level);
    if ((steps_ & kLeadMarketMakerStep) != 0) give_lead_market_makers(level);
    if ((steps_ & kSplitStep) != 0) {
      // CME publishes the percentages; to the nearest lot is how its example of 7 lots at 40 % comes out.
      give_by_time(level, static_cast<i64>((i128{level.left} * rules_.fifo_percent + kWhole / 2) / kWhole));
    }
    if ((steps_ & kProRataStep) != 0) give_pro_rata(level);
    if (rules_.leveling) level_up(level);
    if ((steps_ & kRoundLotStep) != 0) give_round_lots(level);
    if ((steps_ & kRoundUpStep) != 0) give_rounded_up(level);
  }
  give_by_time(level, level.left);
}

// The TOP order trades first, within the bounds; what it has beyond them takes part in the steps that follow.
void Allocation::give_top(Level& level) const {
  for (std::size_t i = 0; i < level.queue.size(); ++i) {
    if (!level.queue[i].top) continue;
    const i64 most = std::min(rules_.top_maximum, portion(level.left, rules_.top_percent, kWhole));
    level.give(i, std::min(level.open_of(i), most));
    return;
  }
}

// The row of an entry's lead market maker, the number of rows if it is one of the flagged, or one more if it is none.
std::size_t Allocation::group_of(const AllocationEntry& entry) const noexcept {
  if (entry.owner != 0) {
    for (std::size_t i = 0; i < rules_.lead_market_makers.size(); ++i) {
      if (rules_.lead_market_makers[i].owner == entry.owner) return i;
    }
  }
  return rules_.lead_market_makers.size() + (entry.flagged ? 0 : 1);
}

// Each lead market maker gets its percentage of what TOP left, its own orders by time, no more than they are; an order
// that traded as TOP is not counted among them.
void Allocation::give_lead_market_makers(Level& level) const {
  std::array<i64, AllocationRules::kLeadMarketMakersMax + 2> grants{};
  for (std::size_t i = 0; i < rules_.lead_market_makers.size(); ++i) {
    grants[i] = portion(level.left, rules_.lead_market_makers[i].percent, kWhole);
  }
  grants[rules_.lead_market_makers.size()] = portion(level.left, rules_.flagged_percent, kWhole);
  for (std::size_t i = 0; i < level.queue.size(); ++i) {
    const AllocationEntry& entry = level.queue[i];
    i64& grant = grants[group_of(entry)];
    if (grant == 0 || (entry.top && (steps_ & kTopStep) != 0)) continue;
    const i64 quantity = std::min(level.open_of(i), grant);
    grant -= quantity;
    level.give(i, quantity);
  }
}

void Allocation::give_by_time(Level& level, i64 quantity) const {
  for (std::size_t i = 0; i < level.queue.size() && quantity > 0; ++i) {
    const i64 share = std::min(level.open_of(i), quantity);
    quantity -= share;
    level.give(i, share);
  }
}

// Shares in proportion to what is open, rounded down; below the minimum none. Keeps who got none for leveling.
void Allocation::give_pro_rata(Level& level) {
  sorted_.clear();
  const i64 left = level.left;
  const i64 open = level.open;
  if (left == 0) return;
  for (std::size_t i = 0; i < level.queue.size(); ++i) {
    const i64 share = portion(level.open_of(i), left, open);
    if (share >= rules_.pro_rata_minimum) {
      level.give(i, share);
    } else if (rules_.leveling && level.open_of(i) > 0) {
      sorted_.push_back(static_cast<u32>(i));
    }
  }
}

// One lot for each order that pro-rata gave none, the largest first, at one size the oldest.
void Allocation::level_up(Level& level) {
  std::sort(sorted_.begin(), sorted_.end(), [&level](u32 a, u32 b) {
    return level.open_of(a) != level.open_of(b) ? level.open_of(a) > level.open_of(b) : a < b;
  });
  for (const u32 i : sorted_) {
    if (level.left == 0) return;
    level.give(i, 1);
  }
}

// Shares of whole board lots nearest to the proportion, while they last.
void Allocation::give_round_lots(Level& level) const {
  const i64 lot = rules_.board_lot;
  const i64 left = level.left;
  const i64 open = level.open;
  for (std::size_t i = 0; i < level.queue.size(); ++i) {
    const i64 quantity = level.open_of(i);
    const i64 most = std::min(quantity, level.left);
    level.give(i, nearest_lots(quantity, left, open, lot, most / lot * lot));
  }
}

// Each order its proportion of what is left then, rounded up; the largest first, at one size the oldest.
void Allocation::give_rounded_up(Level& level) {
  sorted_.resize(level.queue.size());
  for (std::size_t i = 0; i < sorted_.size(); ++i) sorted_[i] = static_cast<u32>(i);
  std::sort(sorted_.begin(), sorted_.end(), [&level](u32 a, u32 b) {
    const i64 first = level.queue[a].quantity;
    const i64 second = level.queue[b].quantity;
    return first != second ? first > second : a < b;
  });
  i64 open = level.open;
  for (const u32 i : sorted_) {
    if (level.left == 0) return;
    const i64 quantity = level.queue[i].quantity;
    const i64 share = quantity - portion(quantity, open - level.left, open);
    open -= quantity;
    level.give(i, share);
  }
}

}  // namespace pytrader
