// The running hash: the same on every machine, and different for whatever differs.
#include <set>
#include <utility>
#include <vector>

#include "doctest/doctest.h"
#include "journal/running_hash.hpp"
#include "model/enums.hpp"

using namespace pytrader;

namespace {

u64 next(u64& state) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return state ^ (state >> 29);
}

u64 folded(u64 a, u64 b) {
  const u128 product = static_cast<u128>(a) * b;
  return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
}

// What a row adds to the chain, by its definition: word by word, as it is stated and not as it is computed.
u64 mixed_by_definition(const std::vector<u64>& row) {
  u64 mixed = row.size();
  u64 key = 0xA54FF53A5F1D36F1ull;
  for (std::size_t i = 0; i < row.size(); i += 2) {
    const u64 second = i + 1 < row.size() ? row[i + 1] : 0;
    mixed += folded(row[i] ^ key, second ^ ~key);
    mixed += row[i];
    mixed += (second << 32) | (second >> 32);
    key += 0x510E527FADE682D1ull;
  }
  return mixed;
}

template <std::size_t... index>
void add_row_of(RunningHash& hash, const std::vector<u64>& row, std::index_sequence<index...>) {
  hash.add_row(row[index]...);
}

// For rows of one to `most` words: a row is one link of the chain, the same as its words mixed one by one.
template <std::size_t most>
void check_rows(u64& state) {
  if constexpr (most > 0) {
    RunningHash whole;
    RunningHash by_definition;
    for (int round = 0; round < 50; ++round) {
      std::vector<u64> row(most);
      for (u64& word : row) word = next(state) % 4 == 0 ? next(state) % 3 : next(state);
      add_row_of(whole, row, std::make_index_sequence<most>{});
      by_definition.add(mixed_by_definition(row));
      REQUIRE(whole.digest() == by_definition.digest());
      REQUIRE(whole.count() == by_definition.count());
    }
    check_rows<most - 1>(state);
  }
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

TEST_CASE("a row of words is one link of the chain, mixed from its words one by one") {
  u64 state = 3;
  check_rows<24>(state);
  RunningHash known;
  known.add_row(1, -2, Side::buy, true, INT64_MIN);
  known.add_row(u64{0}, u64{0});
  CHECK(known.count() == 2);
  CHECK(known.digest() == 0x9787074FBF1E1B67ull);
}

TEST_CASE("each word of a row counts, and so does its place") {
  std::set<u64> digests;
  const auto digest_of = [](auto... words) {
    RunningHash hash;
    hash.add_row(words...);
    return hash.digest();
  };
  for (u64 a = 0; a < 12; ++a) {
    CHECK(digests.insert(digest_of(a)).second);
    for (u64 b = 0; b < 12; ++b) {
      CHECK(digests.insert(digest_of(a, b)).second);
      for (u64 c = 0; c < 12; ++c) CHECK(digests.insert(digest_of(a, b, c)).second);
    }
  }
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
