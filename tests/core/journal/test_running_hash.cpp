// The running hash: the same on every machine, and different for whatever differs.
#include <set>

#include "doctest/doctest.h"
#include "journal/running_hash.hpp"
#include "model/enums.hpp"

using namespace pytrader;

namespace {

u64 next(u64& state) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return state ^ (state >> 29);
}

int bits(u64 word) {
  return __builtin_popcountll(word);
}

}  // namespace

TEST_CASE("the digest of known words is known, on any machine") {
  RunningHash hash;
  CHECK(hash.digest() == 0x827732A780B14E68ull);
  hash.add_all(1, -2, Side::buy, true, INT64_MIN);
  CHECK(hash.count() == 5);
  CHECK(hash.digest() == 0xB4DB06963A65248Bull);
}

TEST_CASE("reading the digest does not disturb the sequence") {
  RunningHash read_often;
  RunningHash read_once;
  for (u64 word = 0; word < 100; ++word) {
    read_often.add(word);
    read_often.digest();
    read_once.add(word);
  }
  CHECK(read_often.digest() == read_once.digest());
}

TEST_CASE("order, number and place of words count, zeros too") {
  std::set<u64> digests;
  for (int zeros = 0; zeros < 1000; ++zeros) {
    RunningHash hash;
    for (int i = 0; i < zeros; ++i) hash.add(u64{0});
    CHECK(digests.insert(hash.digest()).second);
  }
  for (u64 a = 0; a < 30; ++a) {
    for (u64 b = 0; b < 30; ++b) {
      for (u64 c = 1; c < 10; ++c) {
        RunningHash hash;
        hash.add_all(a, b, c);
        CHECK(digests.insert(hash.digest()).second);
      }
    }
  }
}

TEST_CASE("one changed bit anywhere changes about half of the digest's bits") {
  u64 state = 7;
  double total = 0;
  int least = 64;
  constexpr int kRounds = 2000;
  for (int round = 0; round < kRounds; ++round) {
    u64 words[9];
    for (u64& word : words) word = next(state);
    RunningHash plain;
    for (const u64 word : words) plain.add(word);
    words[next(state) % 9] ^= u64{1} << (next(state) % 64);
    RunningHash changed;
    for (const u64 word : words) changed.add(word);
    const int different = bits(plain.digest() ^ changed.digest());
    total += different;
    least = different < least ? different : least;
  }
  CHECK(total / kRounds > 31.5);
  CHECK(total / kRounds < 32.5);
  CHECK(least >= 10);
}
