// The checksums by which venues let their readers prove a book: over the very text that they sent.
#include "book/checksum.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace pytrader {
namespace {

constexpr std::size_t kKrakenLevels = 10;
constexpr std::size_t kOkxLevels = 25;
constexpr std::size_t kStride = 8;  // bytes taken at once, each through a table of its own
using Tables = std::array<std::array<u32, 256>, kStride>;

constexpr Tables make_tables() {
  Tables tables{};
  for (u32 byte = 0; byte < 256; ++byte) {
    u32 rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0xEDB88320U : 0U);
    tables[0][byte] = rest;
  }
  for (std::size_t byte = 0; byte < 256; ++byte) {
    for (std::size_t table = 1; table < kStride; ++table) {
      const u32 before = tables[table - 1][byte];
      tables[table][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();
static_assert(std::endian::native == std::endian::little);

char* write_digits_of(const Ladder& side, const StepGrid& price, const StepGrid& quantity, char* out) noexcept {
  u32 at = side.best();
  for (std::size_t count = 0; count < kKrakenLevels && at != kNone; ++count, at = side.next_worse(at)) {
    const Level& level = side[at];
    out = write_digits(price.mantissa(side.price_of(at), level.price_decimals), out);
    out = write_digits(quantity.mantissa(level.quantity, level.quantity_decimals), out);
  }
  return out;
}

char* write_level(const Ladder& side, u32 at, const StepGrid& price, const StepGrid& quantity, char* out) noexcept {
  const Level& level = side[at];
  out = write_text({price.mantissa(side.price_of(at), level.price_decimals), level.price_decimals}, out);
  *out++ = ':';
  out = write_text({quantity.mantissa(level.quantity, level.quantity_decimals), level.quantity_decimals}, out);
  *out++ = ':';
  return out;
}

u32 kraken_checksum(const BookSides& book, const StepGrid& price, const StepGrid& quantity) noexcept {
  std::array<char, 2 * kKrakenLevels * 2 * kWrittenTextSize> text;
  char* end = write_digits_of(book.asks(), price, quantity, text.data());
  end = write_digits_of(book.bids(), price, quantity, end);
  return crc32({text.data(), static_cast<std::size_t>(end - text.data())});
}

u32 okx_checksum(const BookSides& book, const StepGrid& price, const StepGrid& quantity) noexcept {
  std::array<char, 2 * kOkxLevels * 2 * (kWrittenTextSize + 1)> text;
  char* end = text.data();
  u32 bid = book.bids().best();
  u32 ask = book.asks().best();
  for (std::size_t count = 0; count < kOkxLevels; ++count) {
    if (bid != kNone) {
      end = write_level(book.bids(), bid, price, quantity, end);
      bid = book.bids().next_worse(bid);
    }
    if (ask != kNone) {
      end = write_level(book.asks(), ask, price, quantity, end);
      ask = book.asks().next_worse(ask);
    }
  }
  if (end != text.data()) --end;  // the last colon
  return crc32({text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace

u32 crc32(std::string_view bytes, u32 before) noexcept {
  u32 rest = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= kStride; left -= kStride, at += kStride) {
    u32 low = 0;
    u32 high = 0;
    std::memcpy(&low, at, 4);
    std::memcpy(&high, at + 4, 4);
    low ^= rest;
    rest = kTables[7][low & 0xFF] ^ kTables[6][(low >> 8) & 0xFF] ^ kTables[5][(low >> 16) & 0xFF] ^
           kTables[4][low >> 24] ^ kTables[3][high & 0xFF] ^ kTables[2][(high >> 8) & 0xFF] ^
           kTables[1][(high >> 16) & 0xFF] ^ kTables[0][high >> 24];
  }
  for (; left != 0; --left, ++at) rest = (rest >> 8) ^ kTables[0][(rest ^ static_cast<unsigned char>(*at)) & 0xFF];
  return ~rest;
}

u32 book_checksum(ChecksumRule rule, const BookSides& book, const StepGrid& price, const StepGrid& quantity) noexcept {
  switch (rule) {
    case ChecksumRule::kraken:
      return kraken_checksum(book, price, quantity);
    case ChecksumRule::okx:
      return okx_checksum(book, price, quantity);
    case ChecksumRule::none:
      break;
  }
  return 0;
}

}  // namespace pytrader
