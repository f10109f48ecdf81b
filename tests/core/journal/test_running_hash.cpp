// The running hash: the same on every machine, and different for whatever differs.
#include <algorithm>
#include <set>
#include <unordered_set>
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

// Fractional parts of the cube roots of the first primes, as SHA-512 has them.
constexpr u64 kKeys[] = {
    0x428A2F98D728AE22ull, 0x7137449123EF65CDull, 0xB5C0FBCFEC4D3B2Full, 0xE9B5DBA58189DBBCull, 0x3956C25BF348B538ull,
    0x59F111F1B605D019ull, 0x923F82A4AF194F9Bull, 0xAB1C5ED5DA6D8118ull, 0xD807AA98A3030242ull, 0x12835B0145706FBEull,
    0x243185BE4EE4B28Cull, 0x550C7DC3D5FFB4E2ull, 0x72BE5D74F27B896Full, 0x80DEB1FE3B1696B1ull, 0x9BDC06A725C71235ull,
    0xC19BF174CF692694ull, 0xE49B69C19EF14AD2ull, 0xEFBE4786384F25E3ull, 0x0FC19DC68B8CD5B5ull, 0x240CA1CC77AC9C65ull,
    0x2DE92C6F592B0275ull, 0x4A7484AA6EA6E483ull, 0x5CB0A9DCBD41FBD4ull, 0x76F988DA831153B5ull,
};

// The chain by its definition: word by word, as it is stated and not as it is computed.
struct NaiveChain {
  u64 lanes[2] = {0xBB67AE8584CAA73Bull, 0x3C6EF372FE94F82Bull};
  u64 links = 0;

  void add_row(const std::vector<u64>& row) {
    u64 sum = row.size();
    for (std::size_t i = 0; i < row.size(); i += 2) {
      const u64 second = i + 1 < row.size() ? row[i + 1] : 0;
      sum += folded(row[i] ^ kKeys[i], second ^ kKeys[i + 1]);
    }
    const u64 multipliers[2] = {0x6A09E667F3BCC909ull, 0xBB67AE8584CAA73Bull};
    u64& lane = lanes[links % 2];
    lane = folded(lane ^ sum, multipliers[links % 2]) + sum;
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

template <std::size_t size>
u64 digest_of_row(const std::vector<u64>& row) {
  RunningHash hash;
  add_row_of(hash, row, std::make_index_sequence<size>{});
  return hash.digest();
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
  CHECK(known.digest() == 0x0EC3C8D78CDFC913ull);
}

TEST_CASE("rows added together are the same as rows added one by one, wherever the chain stands") {
  u64 state = 11;
  for (std::size_t before = 0; before < 3; ++before) {
    for (std::size_t count = 0; count < 9; ++count) {
      CAPTURE(before);
      CAPTURE(count);
      std::vector<u64> words(3 * count);
      for (u64& word : words) word = next(state);
      RunningHash together;
      RunningHash alone;
      for (std::size_t i = 0; i < before; ++i) {
        together.add(i);
        alone.add(i);
      }
      together.add_rows(count, [&](std::size_t row) {
        return RunningHash::link_of(words[3 * row], words[3 * row + 1], words[3 * row + 2]);
      });
      for (std::size_t row = 0; row < count; ++row) {
        alone.add_row(words[3 * row], words[3 * row + 1], words[3 * row + 2]);
      }
      together.add(u64{7});
      alone.add(u64{7});
      CHECK(together.count() == alone.count());
      CHECK(together.digest() == alone.digest());
    }
  }
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

// What data looks like: small numbers, in steps, that differ by little from row to row.
TEST_CASE("rows of small numbers give different digests") {
  std::unordered_set<u64> digests;
  std::vector<u64> row(9);
  for (u64 number = 0; number < (u64{1} << 18); ++number) {
    for (std::size_t word = 0; word < 9; ++word) row[word] = number >> (2 * word) & 3;
    CHECK_UNARY(digests.insert(digest_of_row<9>(row)).second);
  }
  digests.clear();
  row.resize(11);
  for (u64 number = 0; number < 177'147; ++number) {  // 3^11
    u64 rest = number;
    for (u64& word : row) {
      word = rest % 3 - 1;
      rest /= 3;
    }
    CHECK_UNARY(digests.insert(digest_of_row<11>(row)).second);
  }
}

TEST_CASE("words that change places give different digests") {
  std::unordered_set<u64> digests;
  std::vector<u64> row{1, 2, 3, 4, 5, 6, 7, 8, 9};
  do {
    CHECK_UNARY(digests.insert(digest_of_row<9>(row)).second);
  } while (std::next_permutation(row.begin(), row.end()));
  CHECK(digests.size() == 362'880);
}

TEST_CASE("bars that differ by a tick, a lot or a nanosecond give different digests") {
  std::unordered_set<u64> digests;
  constexpr u64 kStart = 1'700'000'000'000'000'000;
  for (u64 number = 0; number < 300'000; ++number) {
    const u64 ts = kStart + number % 3;
    const u64 open = 50'000 + number / 3 % 10;
    const u64 rise = number / 30 % 10;
    const u64 fall = number / 300 % 10;
    const u64 close = open + number / 3'000 % 10;
    const u64 volume = 1'000 + number / 30'000;
    digests.insert(digest_of_row<10>({21, ts, 60'000'000'000, ts, ts, open, close + rise, open - fall, close, volume}));
  }
  CHECK(digests.size() == 300'000);
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
