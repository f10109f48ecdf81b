// How a venue shares an incoming quantity among the orders that rest at one price, as data.
#pragma once

#include <array>
#include <limits>
#include <span>
#include <string_view>

#include "decimal/integers.hpp"

namespace pytrader {

// The letter is FIX MatchAlgorithm (1142) as CME Globex uses it; L and U are ours, for what CME does not have.
enum class AllocationAlgorithm : u8 {
  price_time = 'F',              // FIFO
  allocation = 'A',              // TOP, pro-rata, FIFO
  pro_rata = 'C',                // pro-rata, FIFO
  configurable = 'K',            // TOP, LMM, split FIFO and pro-rata, leveling, FIFO
  threshold_pro_rata = 'O',      // TOP within bounds, pro-rata, FIFO
  threshold_pro_rata_lmm = 'Q',  // TOP within bounds, LMM, pro-rata, FIFO
  fifo_top_lmm = 'S',            // TOP, LMM, FIFO
  fifo_lmm = 'T',                // LMM, FIFO
  pro_rata_round_lot = 'L',      // pro-rata in board lots, FIFO
  pro_rata_round_up = 'U',       // pro-rata rounded up, largest order first
};

// The steps of an algorithm; whatever their number, they run in this order, and FIFO places what is left.
constexpr u8 kTopStep = 1;
constexpr u8 kLeadMarketMakerStep = 2;
constexpr u8 kSplitStep = 4;
constexpr u8 kProRataStep = 8;
constexpr u8 kRoundLotStep = 16;
constexpr u8 kRoundUpStep = 32;
constexpr u8 kTopBoundsStep = 64;  // TOP honors top_minimum, top_maximum and top_percent

struct AlgorithmSteps {
  AllocationAlgorithm algorithm;
  const char* name;
  u8 steps;
};

// All algorithms, price_time first.
std::span<const AlgorithmSteps> allocation_algorithms() noexcept;
// `algorithm` must be one of the above.
const AlgorithmSteps& steps_of(AllocationAlgorithm algorithm) noexcept;
const char* to_text(AllocationAlgorithm algorithm) noexcept;
bool from_text(std::string_view text, AllocationAlgorithm& algorithm) noexcept;

struct LeadMarketMaker {
  u32 owner = 0;    // account number; 0 is nobody
  u32 percent = 0;  // of what is left after TOP

  friend bool operator==(const LeadMarketMaker&, const LeadMarketMaker&) = default;
};

// Quantities are lots. A setting that the algorithm does not read keeps its default; `check` refuses any other.
struct AllocationRules {
  static constexpr std::size_t kLeadMarketMakersMax = 8;
  static constexpr u32 kLeadMarketMakerPercentMax = 50;
  static constexpr i64 kNoMaximum = std::numeric_limits<i64>::max();
  static constexpr i64 kBoardLotMax = 1'000'000'000;

  AllocationAlgorithm algorithm = AllocationAlgorithm::price_time;
  bool leveling = false;         // configurable: one lot for each order that pro-rata gave none
  u32 fifo_percent = 0;          // configurable: by time; the rest is pro-rata
  u32 top_percent = 100;         // of the incoming quantity, rounded down, at most for the TOP order
  u32 flagged_percent = 0;       // for all orders flagged lead_market_maker of owners that are not listed, together
  i64 top_minimum = 1;           // a smaller order does not become TOP
  i64 top_maximum = kNoMaximum;  // for the TOP order out of one incoming order at most
  i64 pro_rata_minimum = 2;      // a smaller share becomes none
  i64 board_lot = 1;
  std::array<LeadMarketMaker, kLeadMarketMakersMax> lead_market_makers{};  // those in use come first

  bool is_price_time() const noexcept { return algorithm == AllocationAlgorithm::price_time; }
  bool has(u8 step) const noexcept { return (steps_of(algorithm).steps & step) != 0; }

  friend bool operator==(const AllocationRules&, const AllocationRules&) = default;
};

// Throws Error(invalid_argument) for a setting outside its range, or one that the algorithm does not read.
void check(const AllocationRules& rules);

}  // namespace pytrader
