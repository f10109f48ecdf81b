// Short names for the integer types that the whole core computes with.
#pragma once

#include <cstdint>

namespace pytrader {

using i32 = std::int32_t;
using i64 = std::int64_t;
using u64 = std::uint64_t;
using u32 = std::uint32_t;
using u16 = std::uint16_t;
using u8 = std::uint8_t;
__extension__ using i128 = __int128;
__extension__ using u128 = unsigned __int128;

}  // namespace pytrader
