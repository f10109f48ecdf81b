// The table of allocation algorithms, and what their settings may be.
#include "matching/allocation_rules.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {

namespace {

using Algorithm = AllocationAlgorithm;

// CME Globex Matching Algorithm Steps, algorithm matrix. Round-lot: TSX DRK Liquidity Guide, conditional orders.
// Round-up: Nasdaq Derivatives Markets, Genium INET pro-rata matching.
constexpr AlgorithmSteps kAlgorithms[] = {
    {Algorithm::price_time, "price_time", 0},
    {Algorithm::allocation, "allocation", kTopStep | kProRataStep},
    {Algorithm::pro_rata, "pro_rata", kProRataStep},
    {Algorithm::configurable, "configurable", kTopStep | kLeadMarketMakerStep | kSplitStep | kProRataStep},
    {Algorithm::threshold_pro_rata, "threshold_pro_rata", kTopStep | kTopBoundsStep | kProRataStep},
    {Algorithm::threshold_pro_rata_lmm, "threshold_pro_rata_lmm",
     kTopStep | kTopBoundsStep | kLeadMarketMakerStep | kProRataStep},
    {Algorithm::fifo_top_lmm, "fifo_top_lmm", kTopStep | kLeadMarketMakerStep},
    {Algorithm::fifo_lmm, "fifo_lmm", kLeadMarketMakerStep},
    {Algorithm::pro_rata_round_lot, "pro_rata_round_lot", kRoundLotStep},
    {Algorithm::pro_rata_round_up, "pro_rata_round_up", kRoundUpStep},
};

constexpr u32 kWhole = 100;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::invalid_argument, "allocation: " + what);
}

void check_range(const char* name, i64 value, i64 least, i64 most) {
  if (value >= least && value <= most) return;
  const std::string bound = most == AllocationRules::kNoMaximum ? "2^63 - 1" : std::to_string(most);
  refuse(std::string(name) + " is " + std::to_string(value) + "; it must be " + std::to_string(least) + " to " + bound);
}

// A setting that would have no effect is a mistake of whoever gave it.
void check_read(const AllocationRules& rules, u8 step, bool is_default, const char* name) {
  if (is_default || rules.has(step)) return;
  std::string readers;
  for (const AlgorithmSteps& each : kAlgorithms) {
    if ((each.steps & step) != 0) readers += (readers.empty() ? "" : ", ") + std::string(each.name);
  }
  refuse(std::string(to_text(rules.algorithm)) + " does not read " + name +
         "; leave it out, or choose one of: " + readers);
}

void check_lead_market_makers(const AllocationRules& rules) {
  u32 sum = rules.flagged_percent;
  bool ended = false;
  for (std::size_t i = 0; i < rules.lead_market_makers.size(); ++i) {
    const LeadMarketMaker& maker = rules.lead_market_makers[i];
    if (maker == LeadMarketMaker{}) {
      ended = true;
      continue;
    }
    const std::string who = "lead market maker " + std::to_string(maker.owner);
    if (ended || maker.owner == 0) refuse("a lead market maker's owner is 0; account numbers begin at 1");
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (rules.lead_market_makers[earlier].owner == maker.owner) refuse(who + " is listed twice; give one percentage");
    }
    check_range((who + "'s percentage").c_str(), maker.percent, 1, AllocationRules::kLeadMarketMakerPercentMax);
    sum += maker.percent;
  }
  if (sum > AllocationRules::kLeadMarketMakerPercentMax) {
    refuse("the lead market makers' percentages add up to " + std::to_string(sum) + "; at most " +
           std::to_string(AllocationRules::kLeadMarketMakerPercentMax) + " may be theirs");
  }
  check_read(rules, kLeadMarketMakerStep, sum == 0, "lead market makers");
}

}  // namespace

std::span<const AlgorithmSteps> allocation_algorithms() noexcept {
  return kAlgorithms;
}

const AlgorithmSteps& steps_of(AllocationAlgorithm algorithm) noexcept {
  for (const AlgorithmSteps& each : kAlgorithms) {
    if (each.algorithm == algorithm) return each;
  }
  return kAlgorithms[0];
}

const char* to_text(AllocationAlgorithm algorithm) noexcept {
  return steps_of(algorithm).name;
}

bool from_text(std::string_view text, AllocationAlgorithm& algorithm) noexcept {
  for (const AlgorithmSteps& each : kAlgorithms) {
    if (text != each.name) continue;
    algorithm = each.algorithm;
    return true;
  }
  return false;
}

void check(const AllocationRules& rules) {
  constexpr AllocationRules defaults;
  check_range("fifo_percent", rules.fifo_percent, 0, kWhole);
  check_range("top_percent", rules.top_percent, 1, kWhole);
  check_range("flagged_percent", rules.flagged_percent, 0, AllocationRules::kLeadMarketMakerPercentMax);
  check_range("top_minimum", rules.top_minimum, 1, AllocationRules::kNoMaximum);
  check_range("top_maximum", rules.top_maximum, rules.top_minimum, AllocationRules::kNoMaximum);
  check_range("pro_rata_minimum", rules.pro_rata_minimum, 1, AllocationRules::kNoMaximum);
  check_range("board_lot", rules.board_lot, 1, AllocationRules::kBoardLotMax);
  check_lead_market_makers(rules);
  check_read(rules, kSplitStep, rules.fifo_percent == defaults.fifo_percent, "fifo_percent");
  check_read(rules, kSplitStep, rules.leveling == defaults.leveling, "leveling");
  check_read(rules, kTopBoundsStep, rules.top_percent == defaults.top_percent, "top_percent");
  check_read(rules, kTopBoundsStep, rules.top_minimum == defaults.top_minimum, "top_minimum");
  check_read(rules, kTopBoundsStep, rules.top_maximum == defaults.top_maximum, "top_maximum");
  check_read(rules, kProRataStep, rules.pro_rata_minimum == defaults.pro_rata_minimum, "pro_rata_minimum");
  check_read(rules, kRoundLotStep, rules.board_lot == defaults.board_lot, "board_lot");
}

}  // namespace pytrader
