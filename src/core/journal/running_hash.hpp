// A 64-bit running hash of 64-bit words: equal sequences of words give equal hashes, in any process, on any machine.
#pragma once

#include <cstddef>
#include <iterator>
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
    lane = step(lane, word, count_ & 1);
    ++count_;
  }
  void add(i64 word) noexcept { add(static_cast<u64>(word)); }
  // Several fields at once; integers and enumerations of up to 64 bits.
  template <class... Words>
  void add_all(Words... words) noexcept {
    (add(static_cast<u64>(words)), ...);
  }

  // The words of one row of data as one link of the chain: the sum of the folded products of two keyed words each,
  // which do not wait for one another. A word is lost only beside one that is its key.
  template <class... Words>
  void add_row(Words... words) noexcept {
    add(link_of(words...));
  }
  template <class... Words>
  [[gnu::always_inline]] static u64 link_of(Words... words) noexcept {
    constexpr std::size_t kWords = sizeof...(Words);
    static_assert(kWords <= std::size(kKeys));
    const u64 row[kWords + 1] = {static_cast<u64>(words)..., 0};
    return kWords + mixed(row, std::make_index_sequence<(kWords + 1) / 2>{});
  }
  // The same as add_row() for each of these rows, of which link(i) gives the link_of(): lanes stay in registers.
  template <class Link>
  void add_rows(std::size_t count, Link&& link) noexcept {
    std::size_t i = 0;
    if (count > 0 && (count_ & 1) != 0) add(link(i++));
    u64 even = lanes_[0];
    u64 odd = lanes_[1];
    const std::size_t alone = i;
    for (; i + 2 <= count; i += 2) {
      even = step(even, link(i), 0);
      odd = step(odd, link(i + 1), 1);
    }
    lanes_[0] = even;
    lanes_[1] = odd;
    count_ += i - alone;
    if (i < count) add(link(i));
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
    u64 folded = static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
    // Folded here and now: a compiler that adds all up at the end keeps both halves of every
    // product, and those are more than it has registers.
    asm("" : "+r"(folded));
    return folded;
  }
  static u64 step(u64 lane, u64 word, std::size_t which) noexcept {
    return fold(lane ^ word, kMultipliers[which]) + word;
  }
  // Written out pair by pair, so that words stay in registers and keys are constants: a compiler that is not asked for
  // every speed keeps a loop.
  template <std::size_t size, std::size_t... pair>
  static u64 mixed(const u64 (&row)[size], std::index_sequence<pair...>) noexcept {
    return (u64{0} + ... + fold(row[2 * pair] ^ kKeys[2 * pair], row[2 * pair + 1] ^ kKeys[2 * pair + 1]));
  }
  // Odd, with about half of their bits set: fractional parts of the square roots of 2, 3, 5.
  static constexpr u64 kMultipliers[2] = {0x6A09E667F3BCC909ull, 0xBB67AE8584CAA73Bull};
  static constexpr u64 kFinish = 0x3C6EF372FE94F82Bull;
  // One for each word of a row, without a pattern among them, so that words can not change places: fractional parts of
  // the cube roots of the first 32 primes.
  static constexpr u64 kKeys[] = {
      0x428A2F98D728AE22ull, 0x7137449123EF65CDull, 0xB5C0FBCFEC4D3B2Full, 0xE9B5DBA58189DBBCull, 0x3956C25BF348B538ull,
      0x59F111F1B605D019ull, 0x923F82A4AF194F9Bull, 0xAB1C5ED5DA6D8118ull, 0xD807AA98A3030242ull, 0x12835B0145706FBEull,
      0x243185BE4EE4B28Cull, 0x550C7DC3D5FFB4E2ull, 0x72BE5D74F27B896Full, 0x80DEB1FE3B1696B1ull, 0x9BDC06A725C71235ull,
      0xC19BF174CF692694ull, 0xE49B69C19EF14AD2ull, 0xEFBE4786384F25E3ull, 0x0FC19DC68B8CD5B5ull, 0x240CA1CC77AC9C65ull,
      0x2DE92C6F592B0275ull, 0x4A7484AA6EA6E483ull, 0x5CB0A9DCBD41FBD4ull, 0x76F988DA831153B5ull, 0x983E5152EE66DFABull,
      0xA831C66D2DB43210ull, 0xB00327C898FB213Full, 0xBF597FC7BEEF0EE4ull, 0xC6E00BF33DA88FC2ull, 0xD5A79147930AA725ull,
      0x06CA6351E003826Full, 0x142929670A0E6E70ull,
  };

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
