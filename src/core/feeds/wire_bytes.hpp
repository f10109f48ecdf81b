// Reads whole numbers from the bytes of a binary feed, wherever they lie and in either byte order.
#pragma once

#include <bit>
#include <cstring>

#include "decimal/integers.hpp"

namespace pytrader {

static_assert(std::endian::native == std::endian::little, "the readers of binary feeds expect a little-endian machine");

template <class Whole>
inline Whole little_endian(const u8* at) noexcept {
  Whole value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

inline u16 big_endian_16(const u8* at) noexcept {
  return __builtin_bswap16(little_endian<u16>(at));
}
inline u32 big_endian_32(const u8* at) noexcept {
  return __builtin_bswap32(little_endian<u32>(at));
}
inline u64 big_endian_48(const u8* at) noexcept {
  return u64{big_endian_16(at)} << 32 | big_endian_32(at + 2);
}
inline u64 big_endian_64(const u8* at) noexcept {
  return __builtin_bswap64(little_endian<u64>(at));
}

}  // namespace pytrader
