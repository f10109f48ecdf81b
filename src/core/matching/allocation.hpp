// Shares an incoming quantity among the orders at one price: what each of them trades.
#pragma once

#include <span>
#include <vector>

#include "matching/allocation_rules.hpp"

namespace pytrader {

// One order of the queue, as the steps see it.
struct AllocationEntry {
  i64 quantity;  // displayed and open, > 0
  u32 owner;     // account number; 0 is nobody
  bool top;      // the side's TOP order: at most one of a queue; means nothing where the algorithm has no TOP
  bool flagged;  // lead_market_maker
};

// The routine of one instrument, with the memory that it works in. No call allocates that sorts no more orders than
// `reserve` or an earlier call made room for.
//
// Steps: CME Globex Matching Algorithm Steps and Supported Matching Algorithms. docs/allocation.md has the rules in
// words, with the source of each.
class Allocation {
 public:
  // Throws Error(invalid_argument) as `check` does.
  explicit Allocation(const AllocationRules& rules);

  const AllocationRules& rules() const noexcept { return rules_; }
  // Room to sort so many orders.
  void reserve(std::size_t orders);

  // Writes what each entry of the queue, oldest first, trades of `incoming` lots (> 0). The shares add up to the
  // incoming quantity or to the whole queue, whichever is less; none is larger than its order. The queue's quantities
  // must add up to less than 2^63. Costs n log n for n orders at most.
  void allocate(i64 incoming, std::span<const AllocationEntry> queue, std::span<i64> shares);

 private:
  struct Level;  // one call's queue, shares and what is left of the incoming quantity

  void give_top(Level& level) const;
  void give_lead_market_makers(Level& level) const;
  void give_by_time(Level& level, i64 quantity) const;
  void give_pro_rata(Level& level);
  void level_up(Level& level);
  void give_round_lots(Level& level) const;
  void give_rounded_up(Level& level);
  std::size_t group_of(const AllocationEntry& entry) const noexcept;

  AllocationRules rules_;
  u8 steps_;
  std::vector<u32> sorted_;  // positions in the queue
};

}  // namespace pytrader
