// Venues' own times: the earliest first, at one time by instrument, and no trace of what was taken back.
#include <algorithm>
#include <vector>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "kernel/venue_schedule.hpp"

using namespace pytrader;

TEST_CASE("a schedule without a due venue is never due") {
  VenueSchedule schedule;
  schedule.reserve(3);
  CHECK(schedule.next_due() == kNeverDue);
  schedule.set(1, kNeverDue);
  CHECK(schedule.next_due() == kNeverDue);
}

TEST_CASE("the earliest venue comes first, at one time that of the lower instrument") {
  VenueSchedule schedule;
  schedule.reserve(4);
  schedule.set(2, 50);
  CHECK(schedule.next_due() == 50);
  CHECK(schedule.first() == 2);
  schedule.set(3, 40);
  schedule.set(1, 40);
  CHECK(schedule.next_due() == 40);
  CHECK(schedule.first() == 1);
  schedule.set(1, 60);
  CHECK(schedule.first() == 3);
  schedule.set(3, kNeverDue);
  CHECK(schedule.next_due() == 50);
}

TEST_CASE("a schedule agrees with a search through all venues, whatever they say") {
  constexpr u32 kVenues = 9;
  testing::RandomSource random(7);
  VenueSchedule schedule;
  schedule.reserve(kVenues);
  std::vector<i64> due(kVenues, kNeverDue);
  for (int step = 0; step < 5'000; ++step) {
    const u32 venue = static_cast<u32>(random.below(kVenues));
    due[venue] = random.below(4) == 0 ? kNeverDue : static_cast<i64>(random.below(20));
    schedule.set(venue, due[venue]);
    const auto earliest = std::min_element(due.begin(), due.end());
    REQUIRE(schedule.next_due() == *earliest);
    if (*earliest != kNeverDue) REQUIRE(schedule.first() == static_cast<u32>(earliest - due.begin()));
  }
}
