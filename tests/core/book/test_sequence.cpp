// Tests the venues' sequence rules: what joins a snapshot, what follows, what is old, and what is a gap.
#include <doctest/doctest.h>

#include "book/sequence.hpp"

using namespace pytrader;

namespace {

using Verdict = SequenceVerdict;

SequenceTracker begun(SequenceRule rule, i64 snapshot) {
  SequenceTracker tracker(rule);
  tracker.begin(snapshot);
  return tracker;
}

SequenceTracker joined(SequenceRule rule, i64 snapshot, const SequenceIds& first) {
  SequenceTracker tracker = begun(rule, snapshot);
  REQUIRE(tracker.judge(first) == Verdict::follows);
  tracker.accept(first);
  return tracker;
}

constexpr i64 kNone64 = kNoSequenceId;

}  // namespace

TEST_CASE("Binance spot: every difference begins at the book's next id or before it, and ends there or after it") {
  const SequenceTracker fresh = begun(kBinanceSpotSequence, 100);
  CHECK(fresh.judge({90, 100, kNone64}) == Verdict::older);
  CHECK(fresh.judge({99, 101, kNone64}) == Verdict::follows);
  CHECK(fresh.judge({101, 101, kNone64}) == Verdict::follows);
  CHECK(fresh.judge({102, 103, kNone64}) == Verdict::gap);
  const SequenceTracker running = joined(kBinanceSpotSequence, 100, {99, 105, kNone64});
  CHECK(running.last() == 105);
  CHECK(running.judge({106, 110, kNone64}) == Verdict::follows);
  CHECK_MESSAGE(running.judge({104, 107, kNone64}) == Verdict::follows, "levels are totals: an overlap misses none");
  CHECK(running.judge({107, 110, kNone64}) == Verdict::gap);
  CHECK(running.judge({100, 105, kNone64}) == Verdict::older);
}

TEST_CASE(
    "Binance futures: the first difference spans the snapshot's id or names it, each further one names the last") {
  const SequenceTracker fresh = begun(kBinanceFuturesSequence, 100);
  CHECK(fresh.judge({80, 99, 79}) == Verdict::older);
  CHECK(fresh.judge({95, 100, 94}) == Verdict::follows);
  CHECK(fresh.judge({95, 108, 94}) == Verdict::follows);
  CHECK_MESSAGE(fresh.judge({103, 108, 100}) == Verdict::follows,
                "nothing lies between the snapshot and what names it");
  CHECK(fresh.judge({103, 108, 101}) == Verdict::gap);
  const SequenceTracker running = joined(kBinanceFuturesSequence, 100, {95, 108, 94});
  CHECK_MESSAGE(running.judge({120, 130, 108}) == Verdict::follows, "first ids leave holes, which are no gaps");
  CHECK(running.judge({120, 130, 110}) == Verdict::gap);
  CHECK(running.judge({95, 108, 94}) == Verdict::older);
  CHECK(running.judge({110, 130, kNone64}) == Verdict::gap);
}

TEST_CASE("OKX: each message names the last one, a keep-alive repeats it, maintenance may start anew below it") {
  const SequenceTracker fresh = begun(kOkxSequence, 100);
  CHECK(fresh.judge({kNone64, 110, 100}) == Verdict::follows);
  CHECK_MESSAGE(fresh.judge({kNone64, 110, 90}) == Verdict::follows, "a snapshot asked for lies between two messages");
  CHECK(fresh.judge({kNone64, 90, 80}) == Verdict::older);
  CHECK(fresh.judge({kNone64, 120, 110}) == Verdict::gap);
  const SequenceTracker running = joined(kOkxSequence, 100, {kNone64, 110, 100});
  CHECK(running.judge({kNone64, 110, 110}) == Verdict::follows);
  CHECK(running.judge({kNone64, 3, 110}) == Verdict::follows);
  CHECK(running.judge({kNone64, 115, 112}) == Verdict::gap);
  CHECK_MESSAGE(running.judge({kNone64, 5, 3}) == Verdict::gap, "a restart that was missed must not pass for old");
}

TEST_CASE("Bitget: ids grow, and where a frame names the one before it must be that one") {
  const SequenceTracker running = begun(kBitgetSequence, 100);
  CHECK(running.judge({kNone64, 150, kNone64}) == Verdict::follows);
  CHECK(running.judge({kNone64, 100, kNone64}) == Verdict::gap);
  CHECK(running.judge({kNone64, 150, 100}) == Verdict::follows);
  CHECK(running.judge({kNone64, 150, 99}) == Verdict::gap);
}

TEST_CASE("the generic rule takes ids in steps of one") {
  const SequenceTracker running = begun(kGenericSequence, 100);
  CHECK(running.judge({kNone64, 101, kNone64}) == Verdict::follows);
  CHECK(running.judge({kNone64, 102, kNone64}) == Verdict::gap);
  CHECK(running.judge({kNone64, 100, kNone64}) == Verdict::gap);
}

TEST_CASE("without numbers on both sides everything follows, with numbers on one nothing does") {
  CHECK(begun(kNoSequence, kNone64).judge({1, 2, 3}) == Verdict::follows);
  CHECK(begun(kOkxSequence, kNone64).judge({}) == Verdict::follows);
  CHECK(begun(kOkxSequence, kNone64).judge({kNone64, 5, 4}) == Verdict::gap);
  CHECK(begun(kOkxSequence, 100).judge({}) == Verdict::gap);
}
