// The checksums by which venues let their readers prove a book: over the very text that they sent.
#pragma once

#include <cstddef>
#include <string_view>

#include "book/book_sides.hpp"
#include "book/written_decimal.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// The CRC-32 of ISO 3309 and zlib (polynomial 0xEDB88320, all bits inverted before and after); `before` is that of the
// bytes that these follow.
u32 crc32(std::string_view bytes, u32 before = 0) noexcept;

enum class ChecksumRule : u8 {
  none,
  // https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2: the best 10 asks, then the best 10 bids, each
  // price and quantity without point and leading zeros; trailing zeros stay as sent.
  kraken,
  // https://www.okx.com/docs-v5/en/ (order book channel, "Checksum", until June 2026) and
  // https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel: the best 25 levels, bid and ask in turn, as
  // price:quantity, joined by colons; where one side ends the other goes on. Sent as a signed number.
  okx,
};

// The grids turn ticks and lots back into the text; the number of decimals comes from the levels.
u32 book_checksum(ChecksumRule rule, const BookSides& book, const StepGrid& price, const StepGrid& quantity) noexcept;

}  // namespace pytrader
