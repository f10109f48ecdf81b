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

// The chain by its definition: word by word, as it is stated and not as it is computed.
struct NaiveChain {
  u64 lanes[2] = {0xBB67AE8584CAA73Bull, 0x3C6EF372FE94F82Bull};
  u64 links = 0;

  void add_row(const std::vector<u64>& row) {
    u128 sum = 0;
    u64 key = 0xA54FF53A5F1D36F1ull;
    for (std::size_t i = 0; i < row.size(); i += 2) {
      const u64 first = row[i] + key;
      key += 0x510E527FADE682D1ull;
      const u64 second = (i + 1 < row.size() ? row[i + 1] : 0) + key;
      key += 0x510E527FADE682D1ull;
      sum += static_cast<u128>(first) * second;
    }
    const u64 multipliers[2] = {0x6A09E667F3BCC909ull, 0xBB67AE8584CAA73Bull};
    u64& lane = lanes[links % 2];
    lane = folded(lane ^ static_cast<u64>(sum), multipliers[links % 2]) + static_cast<u64>(sum >> 64) + row.size();
    ++links;
  }
  u64 digest() const {
    constexpr u64 kFinish = 0x3C6EF372FE94F82Bull;
    const u64 joined =
        folded(lanes[0] ^ kFinish, 0x6A09E667F3BCC909ull) + folded(lanes[1] ^ links, 0xBB67AE8584CAA73Bull);
    return folded(joined ^ kFinish, 0xBB67AE8584CAA73Bull) ^ joined;
  }
};

template <std::size_t... index>
void add_row_of(RunningHash& hash, const std::vector<u64>& row, std::index_sequence<index...>) {
  hash.add_row(row[index]...);
}

// For rows of one to `most` words: a row is one link of the chain, the same as its words mixed one by one.
template <std::size_t most>
void check_rows(u64& state) {
  if constexpr (most > 0) {
    RunningHash whole;
    NaiveChain by_definition;
    for (int round = 0; round < 50; ++round) {
      std::vector<u64> row(most);
      for (u64& word : row) word = next(state) % 4 == 0 ? next(state) % 3 : next(state);
      add_row_of(whole, row, std::make_index_sequence<most>{});
      by_definition.add_row(row);
      REQUIRE(whole.digest() == by_definition.digest());
      REQUIRE(whole.count() == by_definition.links);
    }
    check_rows<most - 1>(state);
  }
}

int bits(u64 word) {
  return __builtin_popcountll(word);
}

// Words that are small numbers, as most of a row are, in every other round.
void check_one_changed_bit(bool in_rows) {
  u64 state = 7;
  double total = 0;
  int least = 64;
  constexpr int kRounds = 2000;
  const auto digest_of = [in_rows](const std::vector<u64>& words) {
    RunningHash hash;
    if (in_rows) {
      add_row_of(hash, words, std::make_index_sequence<9>{});
    } else {
      for (const u64 word : words) hash.add(word);
    }
    return hash.digest();
  };
  for (int round = 0; round < kRounds; ++round) {
    std::vector<u64> words(9);
    for (u64& word : words) word = round % 2 == 0 ? next(state) : next(state) % 100;
    const u64 plain = digest_of(words);
    words[next(state) % 9] ^= u64{1} << (next(state) % 64);
    const u64 changed = digest_of(words);
    const int different = bits(plain ^ changed);
    total += different;
    least = different < least ? different : least;
  }
  CHECK(total / kRounds > 31.5);
  CHECK(total / kRounds < 32.5);
  CHECK(least >= 10);
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
  CHECK(known.digest() == 0xA07DB8BD38A035EDull);
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
  check_one_changed_bit(false);
  check_one_changed_bit(true);
}
