// Columns of decimals: a vector parser for the usual short texts, the strict one of text.cpp for all the others.
#include "decimal/batch.hpp"

#include <array>
#include <cstring>

#include "decimal/powers_of_ten.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define PYTRADER_VECTOR_PARSER 1
#endif

namespace pytrader {
namespace {

constexpr std::size_t kLane = 16;

std::size_t trimmed_size(const char* row, std::size_t width) noexcept {
  while (width > 0 && row[width - 1] == '\0') --width;
  return width;
}

ParseStatus parse_row(const char* row, std::size_t width, int decimals, i64& mantissa) noexcept {
  Fixed value;
  const ParseStatus status = try_parse({row, trimmed_size(row, width)}, value);
  if (status != ParseStatus::ok) return status;
  const auto unit = static_cast<i128>(power_of_ten(kMaxDecimals - decimals));
  if (value.raw % unit != 0) return ParseStatus::too_many_decimals;
  const i128 units = value.raw / unit;
  if (units > INT64_MAX || units < -INT64_MAX) return ParseStatus::overflow;
  mantissa = static_cast<i64>(units);
  return ParseStatus::ok;
}

#ifdef PYTRADER_VECTOR_PARSER

// For every length and place of the dot (kLane: none), where each of 16 right-aligned digits comes from.
struct Gather {
  alignas(16) std::array<std::array<std::array<u8, kLane>, kLane + 1>, kLane + 1> from{};
  constexpr Gather() {
    for (std::size_t size = 0; size <= kLane; ++size) {
      for (std::size_t dot = 0; dot <= kLane; ++dot) {
        for (std::size_t i = 0; i < kLane; ++i) {
          const bool has_dot = dot < size;
          const bool past_dot = has_dot && i >= size - 1 - dot;
          const std::size_t skipped = i + (past_dot ? 2 : 1);
          from[size][dot][kLane - 1 - i] = skipped > size ? u8{0x80} : static_cast<u8>(size - skipped);
        }
      }
    }
  }
};
constexpr Gather kGather;

// Sixteen characters, NULs after the text, as value * 10^decimals; false sends the row to the strict parser.
__attribute__((target("sse4.1"))) inline bool parse_lane(__m128i text, int decimals, i64& mantissa) noexcept {
  const auto nulls = static_cast<u32>(_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_setzero_si128())));
  const auto size = static_cast<u32>(__builtin_ctz(nulls | 0x10000U));
  const auto dots = static_cast<u32>(_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('.'))));
  const auto dot = static_cast<u32>(__builtin_ctz(dots | 0x10000U));
  const auto first = static_cast<u8>(_mm_cvtsi128_si32(text));
  const bool negative = first == '-';
  const bool has_sign = negative || first == '+';
  // A sign becomes a leading zero.
  const __m128i unsigned_text = _mm_or_si128(_mm_andnot_si128(_mm_cvtsi32_si128(has_sign ? 0xFF : 0), text),
                                             _mm_cvtsi32_si128(has_sign ? '0' : 0));
  const __m128i values = _mm_sub_epi8(unsigned_text, _mm_set1_epi8('0'));
  const __m128i digits =
      _mm_shuffle_epi8(values, _mm_load_si128(reinterpret_cast<const __m128i*>(kGather.from[size][dot].data())));
  const __m128i nine = _mm_set1_epi8(9);
  const bool all_digits = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(digits, nine), nine)) == 0xFFFF;
  const u32 has_dot = dot < size;
  const u32 count = size - has_dot - static_cast<u32>(has_sign);
  const int missing = decimals - static_cast<int>(has_dot ? size - 1 - dot : 0);
  // Nothing but NULs after the text, at least one digit, no digit to cut off.
  if (!all_digits || nulls != ((0xFFFFU << size) & 0xFFFFU) || static_cast<int>(count) <= 0 || missing < 0)
    return false;
  const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010A));
  const __m128i quads = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00010064));
  const __m128i packed = _mm_packus_epi32(quads, quads);
  const __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(0x00012710));
  const auto halves = static_cast<u64>(_mm_cvtsi128_si64(eights));
  const u64 value = (halves & 0xFFFFFFFFU) * 100'000'000U + (halves >> 32);
  u64 units;
  if (__builtin_mul_overflow(value, kPowersOfTen[static_cast<std::size_t>(missing)], &units) ||
      units > static_cast<u64>(INT64_MAX)) {
    return false;
  }
  mantissa = negative ? -static_cast<i64>(units) : static_cast<i64>(units);
  return true;
}

// Whether the text goes on past its first sixteen characters.
inline bool goes_on(const char* row, std::size_t width) noexcept {
  for (std::size_t i = kLane; i < width; ++i) {
    if (row[i] != '\0') return true;
  }
  return false;
}

__attribute__((target("sse4.1"))) ColumnResult parse_rows_by_vector(const char* rows, std::size_t count,
                                                                    std::size_t width, int decimals,
                                                                    i64* mantissas) noexcept {
  alignas(16) std::array<u8, kLane> kept{};
  for (std::size_t i = 0; i < kLane && i < width; ++i) kept[i] = 0xFF;
  const __m128i mask = _mm_load_si128(reinterpret_cast<const __m128i*>(kept.data()));
  // A lane may reach into the rows behind it, but not past the last one.
  const std::size_t tail = width == 0 ? count : (kLane + width - 1) / width;
  const std::size_t safe = count > tail ? count - tail : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char* row = rows + i * width;
    __m128i text;
    if (i < safe) {
      text = _mm_and_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row)), mask);
    } else {
      alignas(16) std::array<char, kLane> copy{};
      std::memcpy(copy.data(), row, width < kLane ? width : kLane);
      text = _mm_load_si128(reinterpret_cast<const __m128i*>(copy.data()));
    }
    if (__builtin_expect((width <= kLane || !goes_on(row, width)) && parse_lane(text, decimals, mantissas[i]), 1)) {
      continue;
    }
    const ParseStatus status = parse_row(row, width, decimals, mantissas[i]);
    if (status != ParseStatus::ok) return {i, status};
  }
  return {count, ParseStatus::ok};
}

#endif

}  // namespace

ColumnResult parse_rows_plainly(const char* rows, std::size_t count, std::size_t width, int decimals,
                                i64* mantissas) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const ParseStatus status = parse_row(rows + i * width, width, decimals, mantissas[i]);
    if (status != ParseStatus::ok) return {i, status};
  }
  return {count, ParseStatus::ok};
}

ColumnResult parse_rows(const char* rows, std::size_t count, std::size_t width, int decimals, i64* mantissas) noexcept {
#ifdef PYTRADER_VECTOR_PARSER
  if (__builtin_cpu_supports("sse4.1")) return parse_rows_by_vector(rows, count, width, decimals, mantissas);
#endif
  return parse_rows_plainly(rows, count, width, decimals, mantissas);
}

ColumnResult divide_rows(i64* mantissas, std::size_t count, i64 tick) noexcept {
  if (tick == 1) return {count, ParseStatus::ok};
  for (std::size_t i = 0; i < count; ++i) {
    const i64 quotient = mantissas[i] / tick;
    if (quotient * tick != mantissas[i]) return {i, ParseStatus::too_many_decimals};
    mantissas[i] = quotient;
  }
  return {count, ParseStatus::ok};
}

ColumnResult multiply_rows(i64* values, std::size_t count, i64 factor) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    if (__builtin_mul_overflow(values[i], factor, &values[i])) return {i, ParseStatus::overflow};
  }
  return {count, ParseStatus::ok};
}

std::size_t text_width(const i64* mantissas, std::size_t count, int decimals) noexcept {
  i64 least = 0;
  i64 most = 0;
  for (std::size_t i = 0; i < count; ++i) {
    least = mantissas[i] < least ? mantissas[i] : least;
    most = mantissas[i] > most ? mantissas[i] : most;
  }
  char text[kFixedTextSize];
  // The text of a smaller magnitude is never longer; with no decimals 10^18 times a mantissa still fits 128 bits.
  const auto shown = static_cast<u8>(decimals);
  const auto unit = static_cast<i128>(power_of_ten(kMaxDecimals - decimals));
  const auto low = static_cast<std::size_t>(format({least * unit, shown}, text) - text);
  const auto high = static_cast<std::size_t>(format({most * unit, shown}, text) - text);
  return low > high ? low : high;
}

void format_rows(const i64* mantissas, std::size_t count, int decimals, std::size_t width, char* rows) noexcept {
  const auto shown = static_cast<u8>(decimals);
  const auto unit = static_cast<i128>(power_of_ten(kMaxDecimals - decimals));
  for (std::size_t i = 0; i < count; ++i) {
    char text[kFixedTextSize] = {};
    format({mantissas[i] * unit, shown}, text);
    std::memcpy(rows + i * width, text, width);
  }
}

}  // namespace pytrader
