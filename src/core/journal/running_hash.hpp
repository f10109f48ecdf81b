// A 64-bit running hash of 64-bit words: equal sequences of words give equal hashes, in any process, on any machine.
#pragma once

#include <cstddef>
#include <utility>

#include "decimal/integers.hpp"

namespace pytrader {

// Two lanes take words in turn, so that their multiplications overlap; each step folds a 128-bit product to 64 bits and
// adds the word, so that no word is lost even where a product is zero. Not for use against an adversary.
// Words are values, never memory: structs are fed field by field, so that padding and byte order play no part.
class RunningHash {
 public:
  void add(u64 word) noexcept {
    u64& lane = lanes_[count_ & 1];
    lane = fold(lane ^ word, kMultipliers[count_ & 1]) + word;
    ++count_;
  }
  void add(i64 word) noexcept { add(static_cast<u64>(word)); }
  // Several fields at once; integers and enumerations of up to 64 bits.
  template <class... Words>
  void add_all(Words... words) noexcept {
    (add(static_cast<u64>(words)), ...);
  }

  // The words of one row of data as one link of the chain: the sum of products of two keyed words each, which do not
  // wait for one another (NH of UMAC, RFC 4418, on words of 64 bits). A word is lost only beside one that is the
  // negative of its key.
  template <class... Words>
  void add_row(Words... words) noexcept {
    constexpr std::size_t kWords = sizeof...(Words);
    const u64 row[kWords + 1] = {static_cast<u64>(words)..., 0};
    const u128 sum = mixed(row, std::make_index_sequence<(kWords + 1) / 2>{});
    u64& lane = lanes_[count_ & 1];
    lane = fold(lane ^ static_cast<u64>(sum), kMultipliers[count_ & 1]) + static_cast<u64>(sum >> 64) + kWords;
    ++count_;
  }

  u64 count() const noexcept { return count_; }
  // Of everything added so far; adding may go on.
  u64 digest() const noexcept {
    const u64 joined = fold(lanes_[0] ^ kFinish, kMultipliers[0]) + fold(lanes_[1] ^ count_, kMultipliers[1]);
    return fold(joined ^ kFinish, kMultipliers[1]) ^ joined;
  }

 private:
  static u64 fold(u64 a, u64 b) noexcept {
    const u128 product = static_cast<u128>(a) * b;
    return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
  }
  // Written out pair by pair, so that words stay in registers and keys are constants: a compiler that is not asked for
  // every speed keeps a loop.
  template <std::size_t size, std::size_t... pair>
  static u128 mixed(const u64 (&row)[size], std::index_sequence<pair...>) noexcept {
    return (u128{0} + ... +
            (static_cast<u128>(row[2 * pair] + key(2 * pair)) * (row[2 * pair + 1] + key(2 * pair + 1))));
  }
  static constexpr u64 key(std::size_t word) noexcept { return kRowKey + word * kRowStep; }
  // Odd, with about half of their bits set: fractional parts of the square roots of 2, 3, 5.
  static constexpr u64 kMultipliers[2] = {0x6A09E667F3BCC909ull, 0xBB67AE8584CAA73Bull};
  static constexpr u64 kFinish = 0x3C6EF372FE94F82Bull;
  // Of 7 and 11: the keys of a row's words, which differ so that words can not change places.
  static constexpr u64 kRowKey = 0xA54FF53A5F1D36F1ull;
  static constexpr u64 kRowStep = 0x510E527FADE682D1ull;

  u64 lanes_[2] = {kMultipliers[1], kFinish};
  u64 count_ = 0;
};

// One word of two numbers of 32 bits, or of up to eight of 8 bits: enumerations.
constexpr u64 halves_of(u32 high, u32 low) noexcept {
  return static_cast<u64>(high) << 32 | low;
}
template <class... Bytes>
constexpr u64 bytes_of(Bytes... bytes) noexcept {
  static_assert(sizeof...(Bytes) <= 8 && ((sizeof(Bytes) == 1) && ...));
  u64 word = 0;
  ((word = word << 8 | static_cast<u8>(bytes)), ...);
  return word;
}

}  // namespace pytrader
