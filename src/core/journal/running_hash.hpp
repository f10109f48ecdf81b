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

  // The words of one row of data as one link of the chain: they are mixed in pairs that do not wait for one another. As
  // in a step, words are added beside each product, so that none is lost where it is zero.
  template <class... Words>
  void add_row(Words... words) noexcept {
    constexpr std::size_t kWords = sizeof...(Words);
    const u64 row[kWords + 1] = {static_cast<u64>(words)..., 0};
    add(kWords + mixed(row, std::make_index_sequence<(kWords + 1) / 2>{}));
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
  static u64 mixed_pair(u64 a, u64 b, u64 key) noexcept {
    return fold(a ^ key, b ^ ~key) + a + ((b << 32) | (b >> 32));
  }
  // Written out pair by pair, so that words stay in registers and keys are constants: a compiler that is not asked for
  // every speed keeps a loop.
  template <std::size_t size, std::size_t... pair>
  static u64 mixed(const u64 (&row)[size], std::index_sequence<pair...>) noexcept {
    return (u64{0} + ... + mixed_pair(row[2 * pair], row[2 * pair + 1], kRowKey + pair * kRowStep));
  }
  // Odd, with about half of their bits set: fractional parts of the square roots of 2, 3, 5.
  static constexpr u64 kMultipliers[2] = {0x6A09E667F3BCC909ull, 0xBB67AE8584CAA73Bull};
  static constexpr u64 kFinish = 0x3C6EF372FE94F82Bull;
  // Of 7 and 11: the keys of a row's pairs, which differ so that words can not change places.
  static constexpr u64 kRowKey = 0xA54FF53A5F1D36F1ull;
  static constexpr u64 kRowStep = 0x510E527FADE682D1ull;

  u64 lanes_[2] = {kMultipliers[1], kFinish};
  u64 count_ = 0;
};

}  // namespace pytrader
