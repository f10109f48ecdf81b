// Shares by every allocation algorithm: the worked examples of the venues' documents, and what must hold for any queue.
#include <limits>
#include <numeric>
#include <vector>

#include "../book/random_source.hpp"
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "matching/level_sharing.hpp"

using namespace pytrader;

namespace {

using Algorithm = AllocationAlgorithm;
using Shares = std::vector<i64>;

AllocationRules rules_of(Algorithm algorithm) {
  AllocationRules rules;
  rules.algorithm = algorithm;
  return rules;
}

std::vector<AllocationEntry> queue_of(const std::vector<i64>& quantities, bool with_top = false) {
  std::vector<AllocationEntry> queue;
  for (const i64 quantity : quantities) queue.push_back({quantity, 0, with_top && queue.empty(), false});
  return queue;
}

Shares shared(const AllocationRules& rules, i64 incoming, const std::vector<AllocationEntry>& queue) {
  Shares shares(queue.size(), -1);
  Allocation(rules).allocate(incoming, queue, shares);
  return shares;
}

i64 sum(const Shares& values) {
  return std::accumulate(values.begin(), values.end(), i64{0});
}

AllocationRules with_lead_market_makers(Algorithm algorithm, std::vector<LeadMarketMaker> makers) {
  AllocationRules rules = rules_of(algorithm);
  for (std::size_t i = 0; i < makers.size(); ++i) rules.lead_market_makers[i] = makers[i];
  return rules;
}

}  // namespace

TEST_CASE("price-time gives the oldest orders all they have") {
  CHECK(shared(rules_of(Algorithm::price_time), 25, queue_of({10, 20, 30})) == Shares{10, 15, 0});
}

TEST_CASE("pro-rata rounds down, drops what is below two lots and gives the rest by time") {
  // CME Globex Matching Algorithm Steps, pro rata example.
  const auto shares = shared(rules_of(Algorithm::pro_rata), 50, queue_of({5, 9, 57, 4, 28, 300}));
  CHECK(shares == Shares{3, 0, 7, 0, 3, 37});
}

TEST_CASE("allocation fills the TOP order before pro-rata") {
  // CME Globex notice 020705-1 of 7 February 2005.
  const auto shares = shared(rules_of(Algorithm::allocation), 60, queue_of({10, 5, 20, 50, 75}, true));
  CHECK(shares == Shares{10, 3, 6, 16, 25});
}

TEST_CASE("a quantity that takes the whole level leaves nothing to share out") {
  for (const AlgorithmSteps& each : allocation_algorithms()) {
    CHECK(shared(rules_of(each.algorithm), 60, queue_of({10, 20, 30}, true)) == Shares{10, 20, 30});
    CHECK(shared(rules_of(each.algorithm), 61, queue_of({10, 20, 30}, true)) == Shares{10, 20, 30});
  }
}

TEST_CASE("threshold pro-rata bounds what the TOP order gets first") {
  AllocationRules rules = rules_of(Algorithm::threshold_pro_rata);
  rules.top_minimum = 10;
  rules.top_maximum = 100;
  rules.pro_rata_minimum = 1;
  CHECK(shared(rules, 200, queue_of({150, 8, 160}, true)) == Shares{124, 3, 73});
  rules.top_maximum = AllocationRules::kNoMaximum;
  rules.top_percent = 25;
  CHECK(shared(rules, 200, queue_of({150, 50, 200}, true)) == Shares{94, 21, 85});
}

TEST_CASE("lead market makers get their percentage of what TOP left, and no more than they have") {
  const auto rules = with_lead_market_makers(Algorithm::fifo_top_lmm, {{7, 10}, {8, 20}});
  const std::vector<AllocationEntry> queue = {
      {10, 0, true, false}, {10, 0, false, false}, {10, 7, false, false}, {2, 8, false, false}, {10, 8, false, false}};
  // 30 left after TOP: 3 for account 7, 6 for account 8 by time, 21 by time.
  CHECK(shared(rules, 40, queue) == Shares{10, 10, 10, 2, 8});
  const auto single = with_lead_market_makers(Algorithm::fifo_lmm, {{7, 50}});
  CHECK(shared(single, 20, {{30, 0, false, false}, {4, 7, false, false}}) == Shares{16, 4});
}

TEST_CASE("a TOP order of a lead market maker is not counted for its percentage") {
  const auto rules = with_lead_market_makers(Algorithm::fifo_top_lmm, {{7, 50}});
  const std::vector<AllocationEntry> queue = {{4, 7, true, false}, {30, 0, false, false}, {6, 7, false, false}};
  CHECK(shared(rules, 14, queue) == Shares{4, 5, 5});
}

TEST_CASE("who is TOP means nothing where the algorithm has no TOP") {
  const auto rules = with_lead_market_makers(Algorithm::fifo_lmm, {{7, 50}});
  CHECK(shared(rules, 10, {{20, 0, false, false}, {20, 7, true, false}}) == Shares{5, 5});
}

TEST_CASE("flagged orders share one percentage where their owner is not listed") {
  AllocationRules rules = with_lead_market_makers(Algorithm::fifo_lmm, {{7, 10}});
  rules.flagged_percent = 30;
  const std::vector<AllocationEntry> queue = {
      {100, 0, false, false}, {9, 5, false, true}, {50, 7, false, true}, {50, 0, false, true}};
  CHECK(shared(rules, 100, queue) == Shares{60, 9, 10, 21});
}

TEST_CASE("configurable splits by time and pro-rata, then levels") {
  AllocationRules rules = with_lead_market_makers(Algorithm::configurable, {{7, 10}, {8, 20}});
  rules.fifo_percent = 40;
  rules.leveling = true;
  const std::vector<AllocationEntry> queue = {{2, 0, true, false},    {51, 7, false, false}, {47, 8, false, false},
                                              {100, 0, false, false}, {1, 0, false, false},  {1, 0, false, false},
                                              {1, 0, false, false},   {1, 0, false, false}};
  CHECK(shared(rules, 202, queue) == Shares{2, 51, 47, 98, 1, 1, 1, 1});

  AllocationRules plain = rules_of(Algorithm::configurable);
  plain.fifo_percent = 40;
  plain.leveling = true;
  plain.pro_rata_minimum = 1;
  CHECK(shared(plain, 8, queue_of({1, 100, 30, 80, 30, 60}, true)) == Shares{1, 4, 1, 1, 0, 1});
  plain.leveling = false;
  CHECK(shared(plain, 8, queue_of({1, 100, 30, 80, 30, 60}, true)) == Shares{1, 6, 0, 1, 0, 0});
}

TEST_CASE("configurable with one hundred percent is price-time, with none it is pro-rata") {
  AllocationRules rules = rules_of(Algorithm::configurable);
  rules.fifo_percent = 100;
  CHECK(shared(rules, 40, queue_of({30, 30})) == Shares{30, 10});
  rules.fifo_percent = 0;
  CHECK(shared(rules, 40, queue_of({30, 30})) == shared(rules_of(Algorithm::pro_rata), 40, queue_of({30, 30})));
}

TEST_CASE("round lots are nearest to the proportion, and the odd rest goes by time") {
  // TSX DRK Liquidity Guide, firm-up to firm-up execution.
  AllocationRules rules = rules_of(Algorithm::pro_rata_round_lot);
  rules.board_lot = 100;
  CHECK(shared(rules, 75'000, queue_of({40'000, 50'000})) == Shares{33'300, 41'700});
  CHECK(shared(rules, 250, queue_of({300, 300, 300})) == Shares{150, 100, 0});
  CHECK(shared(rules, 150, queue_of({90, 1'000})) == Shares{50, 100});
}

TEST_CASE("rounding up begins with the largest order") {
  // Nasdaq Derivatives Markets, Genium INET pro-rata matching: 10 of 25 by 10, 5, 10.
  CHECK(shared(rules_of(Algorithm::pro_rata_round_up), 10, queue_of({5, 10, 10})) == Shares{2, 4, 4});
  CHECK(shared(rules_of(Algorithm::pro_rata_round_up), 1, queue_of({5, 10, 10})) == Shares{0, 1, 0});
  CHECK(shared(rules_of(Algorithm::pro_rata_round_up), 7, queue_of({1, 1, 50, 3})) == Shares{0, 0, 7, 0});
}

TEST_CASE("the largest quantities are shared exactly") {
  constexpr i64 huge = std::numeric_limits<i64>::max() / 2;
  for (const AlgorithmSteps& each : allocation_algorithms()) {
    AllocationRules rules = rules_of(each.algorithm);
    if (rules.has(kRoundLotStep)) rules.board_lot = AllocationRules::kBoardLotMax;
    const auto shares = shared(rules, huge, queue_of({huge, huge}));
    CHECK(sum(shares) == huge);
    CHECK(std::max(shares[0], shares[1]) <= huge);
  }
  CHECK(shared(rules_of(Algorithm::pro_rata), huge, queue_of({huge, huge})) == Shares{huge / 2 + 1, huge / 2});
}

TEST_CASE("shares add up and stay within their orders whatever the queue") {
  testing::RandomSource random(41);
  for (int round = 0; round < 20'000; ++round) {
    const auto& algorithm = allocation_algorithms()[random.below(allocation_algorithms().size())];
    AllocationRules rules = rules_of(algorithm.algorithm);
    if (rules.has(kSplitStep)) rules.fifo_percent = static_cast<u32>(random.below(101));
    if (rules.has(kSplitStep)) rules.leveling = random.below(2) == 0;
    if (rules.has(kProRataStep)) rules.pro_rata_minimum = static_cast<i64>(1 + random.below(5));
    if (rules.has(kTopBoundsStep)) rules.top_maximum = static_cast<i64>(1 + random.below(50));
    if (rules.has(kLeadMarketMakerStep)) rules.lead_market_makers[0] = {3, static_cast<u32>(1 + random.below(30))};
    if (rules.has(kLeadMarketMakerStep)) rules.flagged_percent = static_cast<u32>(random.below(20));
    if (rules.has(kRoundLotStep)) rules.board_lot = static_cast<i64>(1 + random.below(20));
    std::vector<AllocationEntry> queue;
    i64 open = 0;
    for (u64 count = 1 + random.below(12); queue.size() < count;) {
      const auto quantity = static_cast<i64>(1 + random.below(60));
      open += quantity;
      queue.push_back({quantity, static_cast<u32>(random.below(5)), queue.empty(), random.below(4) == 0});
    }
    const auto incoming = static_cast<i64>(1 + random.below(static_cast<u64>(open) + 10));
    const Shares shares = shared(rules, incoming, queue);
    REQUIRE(sum(shares) == std::min(incoming, open));
    for (std::size_t i = 0; i < queue.size(); ++i) REQUIRE((shares[i] >= 0 && shares[i] <= queue[i].quantity));
  }
}

TEST_CASE("settings out of their range, or that have no effect, are refused") {
  const auto refused = [](AllocationRules rules) { CHECK_THROWS_AS(check(rules), Error); };
  AllocationRules rules = rules_of(Algorithm::configurable);
  rules.fifo_percent = 101;
  refused(rules);
  rules = rules_of(Algorithm::pro_rata);
  rules.fifo_percent = 40;
  refused(rules);
  rules = rules_of(Algorithm::pro_rata);
  rules.pro_rata_minimum = 0;
  refused(rules);
  rules = rules_of(Algorithm::threshold_pro_rata);
  rules.top_minimum = 20;
  rules.top_maximum = 10;
  refused(rules);
  refused(with_lead_market_makers(Algorithm::pro_rata, {{1, 10}}));
  refused(with_lead_market_makers(Algorithm::fifo_lmm, {{1, 30}, {2, 21}}));
  refused(with_lead_market_makers(Algorithm::fifo_lmm, {{1, 10}, {1, 10}}));
  refused(with_lead_market_makers(Algorithm::fifo_lmm, {{0, 10}}));
  refused(with_lead_market_makers(Algorithm::fifo_lmm, {{1, 0}}));
  CHECK_NOTHROW(check(with_lead_market_makers(Algorithm::fifo_lmm, {{1, 30}, {2, 20}})));
}

TEST_CASE("every algorithm has a name that leads back to it") {
  for (const AlgorithmSteps& each : allocation_algorithms()) {
    Algorithm read{};
    REQUIRE(from_text(to_text(each.algorithm), read));
    CHECK(read == each.algorithm);
  }
  Algorithm read{};
  CHECK_FALSE(from_text("fifo", read));
}

TEST_CASE("a level is shared by its slots, again and again") {
  LevelSharing sharing(rules_of(Algorithm::allocation));
  CHECK(sharing.is_active());
  CHECK_FALSE(LevelSharing(rules_of(Algorithm::price_time)).is_active());
  sharing.reserve(2);
  for (const i64 incoming : {20, 8}) {
    sharing.clear();
    sharing.add(7, {10, 0, true, false});
    sharing.add(5, {30, 0, false, false});
    sharing.share(incoming);
    REQUIRE(sharing.size() == 2);
    CHECK(sharing.slot(0) == 7);
    CHECK(sharing.slot(1) == 5);
    CHECK(sharing.share_of(0) == std::min<i64>(10, incoming));
    CHECK(sharing.share_of(1) == incoming - std::min<i64>(10, incoming));
  }
}

TEST_CASE("TOP goes to the last order that bettered its side, and to nobody when that one leaves") {
  TopOrders tops;
  CHECK(tops[Side::buy] == kNone);
  tops.better(Side::buy, 3, true);
  tops.better(Side::sell, 4, true);
  tops.leave(Side::buy, 4);
  CHECK(tops[Side::buy] == 3);
  CHECK(tops[Side::sell] == 4);
  tops.better(Side::buy, 5, false);
  CHECK(tops[Side::buy] == kNone);
  tops.leave(Side::sell, 4);
  CHECK(tops[Side::sell] == kNone);
}
