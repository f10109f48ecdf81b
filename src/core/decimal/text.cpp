// Text to exact decimals and back: strict, allocation-free, nothing lost and nothing hidden.
#include <array>

#include "decimal/fixed.hpp"
#include "decimal/powers_of_ten.hpp"
#include "decimal/rounding.hpp"

namespace pytrader {
namespace {

// So many characters hold at most 19 digits, which fit in 64 bits.
constexpr std::size_t kShortText = 19;
constexpr std::size_t kQuotedText = 80;
constexpr i64 kExponentBound = 1'000'000'000'000'000'000;
constexpr u64 kOne = 1'000'000'000'000'000'000ULL;

constexpr std::array<char, 200> make_pairs() {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}
constexpr std::array<char, 200> kPairs = make_pairs();

constexpr unsigned digit_of(char character) noexcept {
  return static_cast<unsigned char>(character) - unsigned{'0'};
}

// Exactly `width` digits of value, right-aligned, zeros in front.
void write_digits(u64 value, int width, char* out) noexcept {
  char* place = out + width;
  while (place - out >= 2) {
    const u64 rest = value / 100;
    const std::size_t pair = 2 * static_cast<std::size_t>(value - rest * 100);
    place -= 2;
    place[0] = kPairs[pair];
    place[1] = kPairs[pair + 1];
    value = rest;
  }
  if (place != out) *out = static_cast<char>('0' + value % 10);
}

int count_digits(u64 value) noexcept {
  int count = 1;
  while (count < 20 && value >= kPowersOfTen[static_cast<std::size_t>(count)]) ++count;
  return count;
}

char* write_word(u64 value, char* out) noexcept {
  const int width = count_digits(value);
  write_digits(value, width, out);
  return out + width;
}

// At most 39 digits, in chunks of 19.
char* write_whole(u128 value, char* out) noexcept {
  constexpr u64 kChunk = 10'000'000'000'000'000'000ULL;
  if (static_cast<u64>(value >> 64) == 0) return write_word(static_cast<u64>(value), out);
  const u128 upper = value / kChunk;
  const auto top = static_cast<u64>(upper / kChunk);
  const auto middle = static_cast<u64>(upper % kChunk);
  if (top != 0) {
    out = write_word(top, out);
    write_digits(middle, 19, out);
    out += 19;
  } else {
    out = write_word(middle, out);
  }
  write_digits(static_cast<u64>(value % kChunk), 19, out);
  return out + 19;
}

// The pieces of a decimal text, as they stand.
struct Pieces {
  const char* digits = nullptr;  // the whole part, a dot, the fraction
  i64 whole = 0;
  i64 fraction = 0;
  i64 exponent = 0;
};

// The digits' count from `at`; `at` moves past them.
i64 skip_digits(const char*& at, const char* end) noexcept {
  const char* start = at;
  while (at != end && digit_of(*at) <= 9) ++at;
  return at - start;
}

bool split(const char* at, const char* end, Pieces& pieces) noexcept {
  pieces.digits = at;
  pieces.whole = skip_digits(at, end);
  if (at != end && *at == '.') {
    ++at;
    pieces.fraction = skip_digits(at, end);
  }
  if (pieces.whole + pieces.fraction == 0) return false;
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    const bool negative = at != end && *at == '-';
    if (at != end && (*at == '-' || *at == '+')) ++at;
    const char* start = at;
    for (; at != end && digit_of(*at) <= 9; ++at) {
      if (pieces.exponent < kExponentBound / 10) pieces.exponent = pieces.exponent * 10 + digit_of(*at);
    }
    if (at == start) return false;
    if (negative) pieces.exponent = -pieces.exponent;
  }
  return at == end;
}

// What was cut off behind the last kept place: its first digit, and whether anything follows.
struct Cut {
  unsigned digit = 0;
  bool sticky = false;
};

// The digits of a text by their place: 0 is the first one, the point stands before place `point`.
class Digits {
 public:
  explicit Digits(const Pieces& pieces) : pieces_(pieces), count_(pieces.whole + pieces.fraction) {
    while (first_ < count_ && at(first_) == 0) ++first_;
  }
  bool all_zero() const noexcept { return first_ == count_; }
  i64 point() const noexcept { return pieces_.whole + pieces_.exponent; }

  // The number in units of its place `stop`, what lies past it cut off. False on overflow.
  bool take(i64 stop, u128& units, Cut& cut) const noexcept {
    if (stop - first_ > 39) return false;
    i64 place = first_;
    for (; place < count_ && place < stop; ++place) {
      if (__builtin_mul_overflow(units, static_cast<u128>(10), &units) ||
          __builtin_add_overflow(units, static_cast<u128>(at(place)), &units)) {
        return false;
      }
    }
    const i64 missing = stop - place;
    if (missing > 0) return !__builtin_mul_overflow(units, power_of_ten(static_cast<int>(missing)), &units);
    // A stop before the first digit cuts off a number below one tenth of a unit.
    if (place == stop && place < count_) cut.digit = at(place++);
    for (; place < count_; ++place) cut.sticky |= at(place) != 0;
    return true;
  }

 private:
  unsigned at(i64 place) const noexcept { return digit_of(pieces_.digits[place < pieces_.whole ? place : place + 1]); }

  Pieces pieces_;
  i64 count_;
  i64 first_ = 0;
};

ParseStatus parse_long(const char* at, const char* end, bool negative, int digits, Rounding rounding,
                       Fixed& value) noexcept {
  Pieces pieces;
  if (!split(at, end, pieces)) return ParseStatus::malformed;
  const Digits text(pieces);
  u128 units = 0;
  if (!text.all_zero()) {
    Cut cut;
    if (!text.take(text.point() + digits, units, cut)) return ParseStatus::overflow;
    if (cut.digit != 0 || cut.sticky) {
      if (rounding == Rounding::exact) return ParseStatus::too_many_decimals;
      units += static_cast<u128>(grows(rounding, negative, units, cut.digit, 10, cut.sticky));
    }
    if (__builtin_mul_overflow(units, power_of_ten(kMaxDecimals - digits), &units) ||
        units > static_cast<u128>(kFixedMax)) {
      return ParseStatus::overflow;
    }
  }
  i64 shown = pieces.fraction - pieces.exponent;
  if (shown < 0) shown = 0;
  if (shown > digits) shown = digits;
  value.raw = negative ? -static_cast<i128>(units) : static_cast<i128>(units);
  value.decimals = static_cast<u8>(shown);
  return ParseStatus::ok;
}

bool take_sign(const char*& at, const char* end) noexcept {
  if (at == end || (*at != '-' && *at != '+')) return false;
  return *at++ == '-';
}

std::string quote(std::string_view text) {
  std::string quoted = "'";
  for (const char character : text.substr(0, kQuotedText)) {
    quoted += character >= ' ' && character != 127 ? character : '?';
  }
  return quoted + (text.size() > kQuotedText ? "...'" : "'");
}

}  // namespace

ParseStatus try_parse(std::string_view text, Fixed& value) noexcept {
  const char* at = text.data();
  const char* end = at + text.size();
  const bool negative = take_sign(at, end);
  const char* start = at;
  if (static_cast<std::size_t>(end - at) > kShortText)
    return parse_long(at, end, negative, kMaxDecimals, Rounding::exact, value);
  u64 mantissa = 0;
  const char* dot = nullptr;
  for (; at != end; ++at) {
    const unsigned digit = digit_of(*at);
    if (digit <= 9) {
      mantissa = mantissa * 10 + digit;
    } else if (*at == '.' && dot == nullptr) {
      dot = at;
    } else {
      return parse_long(start, end, negative, kMaxDecimals, Rounding::exact, value);
    }
  }
  if (end - start - (dot != nullptr) == 0) return ParseStatus::malformed;
  const auto decimals = static_cast<std::size_t>(dot == nullptr ? 0 : end - dot - 1);
  // 19 digits times 10^18 stay below 2^127; with 18 decimals there are at most 18 digits.
  const i128 raw = static_cast<i128>(static_cast<u128>(mantissa) * kPowersOfTen[kMaxDecimals - decimals]);
  value.raw = negative ? -raw : raw;
  value.decimals = static_cast<u8>(decimals);
  return ParseStatus::ok;
}

ParseStatus try_parse_rounded(std::string_view text, int digits, Rounding rounding, Fixed& value) noexcept {
  const char* at = text.data();
  const char* end = at + text.size();
  const bool negative = take_sign(at, end);
  const ParseStatus status = parse_long(at, end, negative, digits, rounding, value);
  if (status == ParseStatus::ok) value.decimals = static_cast<u8>(digits);
  return status;
}

Fixed parse(std::string_view text) {
  Fixed value;
  switch (try_parse(text, value)) {
    case ParseStatus::ok:
      return value;
    case ParseStatus::malformed:
      throw Error(ErrorCode::invalid_decimal,
                  quote(text) + " is not a decimal; write digits with at most one dot, as '101.25'");
    case ParseStatus::too_many_decimals:
      throw Error(ErrorCode::invalid_decimal,
                  quote(text) + " has more than 18 decimals; a decimal keeps 18 places, so shorten it");
    case ParseStatus::overflow:
      break;
  }
  throw Error(ErrorCode::decimal_overflow,
              quote(text) +
                  " is beyond the range of a decimal, +-170141183460469231731.687303715884105727; use a "
                  "smaller number or a larger unit");
}

char* format(const Fixed& value, char* out) noexcept {
  u128 magnitude = static_cast<u128>(value.raw);
  if (value.raw < 0) {
    magnitude = -magnitude;
    *out++ = '-';
  }
  const u128 whole = magnitude / kOne;
  auto fraction = static_cast<u64>(magnitude - whole * kOne);
  std::size_t shown = value.decimals;
  out = write_whole(whole, out);
  if (fraction % kPowersOfTen[kMaxDecimals - shown] != 0) {
    shown = kMaxDecimals;
    while (fraction % 10 == 0) {
      fraction /= 10;
      --shown;
    }
  } else {
    fraction /= kPowersOfTen[kMaxDecimals - shown];
  }
  if (shown == 0) return out;
  *out++ = '.';
  write_digits(fraction, static_cast<int>(shown), out);
  return out + shown;
}

std::string to_text(const Fixed& value) {
  char text[kFixedTextSize];
  return std::string(text, format(value, text));
}

std::string to_text(i128 value) {
  char text[kFixedTextSize];
  char* out = text;
  u128 magnitude = static_cast<u128>(value);
  if (value < 0) {
    magnitude = -magnitude;
    *out++ = '-';
  }
  return std::string(text, write_whole(magnitude, out));
}

}  // namespace pytrader
