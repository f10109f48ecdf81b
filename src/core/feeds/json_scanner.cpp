// Reads JSON text in one pass, where it lies: strict, without recursion, without allocation, with the place of a fault.
#include "feeds/json_scanner.hpp"

#include <array>

namespace pytrader {
namespace {

bool is_digit(char character) noexcept {
  return static_cast<unsigned char>(character - '0') <= 9;
}
bool is_hex(char character) noexcept {
  const char lower = static_cast<char>(character | 0x20);
  return is_digit(character) || (lower >= 'a' && lower <= 'f');
}

// The characters of a text that are neither its end, nor an escape, nor refused.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t character = 0x20; character < plain.size(); ++character) plain[character] = true;
  plain['"'] = plain['\\'] = false;
  return plain;
}();

constexpr int kMaxDigits = 19;  // these always fit in 64 bits without a sign
constexpr u64 kMostWhole = (u64{1} << 62) - 1;

}  // namespace

bool JsonScanner::fail(const char* expected) noexcept {
  return fail_at(at_, expected);
}

bool JsonScanner::fail_at(const char* place, const char* expected) noexcept {
  if (expected_ == nullptr) {
    expected_ = expected;
    at_ = place;
  }
  return false;
}

char JsonScanner::peek() noexcept {
  skip_space();
  return failed() || at_ == end_ ? '\0' : *at_;
}

bool JsonScanner::take(char wanted, const char* expected) noexcept {
  if (peek() != wanted) return fail(expected);
  ++at_;
  return true;
}

bool JsonScanner::open(char bracket) noexcept {
  if (!take(bracket, bracket == '{' ? "an object" : "an array")) return false;
  fresh_ = true;
  return true;
}

bool JsonScanner::next_key(std::string_view& key) noexcept {
  const bool first = fresh_;
  const char next = peek();
  if (failed()) return false;
  fresh_ = false;
  if (next == '}') {
    ++at_;
    return false;
  }
  if (!first && !take(',', "a comma or the end of the object")) return false;
  if (peek() != '"') return fail("a key in quotes");
  const char* start = at_ + 1;
  if (!skip_text()) return false;
  key = {start, static_cast<std::size_t>(at_ - 1 - start)};
  return take(':', "a colon");
}

bool JsonScanner::next_element() noexcept {
  const bool first = fresh_;
  const char next = peek();
  if (failed()) return false;
  fresh_ = false;
  if (next == ']') {
    ++at_;
    return false;
  }
  if (first) return next != '\0' || fail("a value or the end of the array");
  if (!take(',', "a comma or the end of the array")) return false;
  return peek() != ']' || fail("a value");
}

bool JsonScanner::raw_text(std::string_view& value) noexcept {
  if (peek() != '"') return fail("text in quotes");
  const char* start = at_ + 1;
  if (!skip_text()) return false;
  value = {start, static_cast<std::size_t>(at_ - 1 - start)};
  return true;
}

bool JsonScanner::text(std::string_view& value) noexcept {
  if (!raw_text(value)) return false;
  if (value.find('\\') != std::string_view::npos) return fail_at(value.data(), "text without escapes");
  return true;
}

bool JsonScanner::whole(i64& value) noexcept {
  const char* start = at_;
  const bool negative = at_ != end_ && *at_ == '-';
  if (negative) ++at_;
  const char* digits = at_;
  u64 sum = 0;
  for (; at_ != end_ && is_digit(*at_); ++at_) {
    if (at_ - digits == kMaxDigits) return fail_at(start, "a whole number of at most 62 bits");
    sum = sum * 10 + static_cast<u64>(*at_ - '0');
  }
  if (at_ == digits || (*digits == '0' && at_ - digits > 1)) return fail_at(start, "a whole number");
  if (sum > kMostWhole) return fail_at(start, "a whole number of at most 62 bits");
  if (at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) return fail_at(start, "a whole number");
  value = negative ? -static_cast<i64>(sum) : static_cast<i64>(sum);
  return true;
}

bool JsonScanner::integer(i64& value) noexcept {
  const char next = peek();
  if (next != '-' && !is_digit(next)) return fail("a whole number");
  return whole(value);
}

bool JsonScanner::quoted_integer(i64& value) noexcept {
  if (peek() != '"') return fail("a whole number in quotes");
  ++at_;
  if (!whole(value)) return false;
  if (at_ == end_ || *at_ != '"') return fail("the closing quote of a whole number");
  ++at_;
  return true;
}

bool JsonScanner::decimal(WrittenDecimal& value) noexcept {
  const char* start = at_;
  u64 sum = 0;
  for (; at_ != end_ && is_digit(*at_); ++at_) sum = sum * 10 + static_cast<u64>(*at_ - '0');
  const auto whole_digits = at_ - start;
  if (whole_digits == 0) {
    const bool negative = at_ != end_ && *at_ == '-';
    return fail(negative ? "a plain decimal number, which is not negative" : "a plain decimal number");
  }
  if (*start == '0' && whole_digits > 1) return fail_at(start, "a decimal number without needless leading zeros");
  std::ptrdiff_t decimals = 0;
  if (at_ != end_ && *at_ == '.') {
    const char* point = ++at_;
    for (; at_ != end_ && is_digit(*at_); ++at_) sum = sum * 10 + static_cast<u64>(*at_ - '0');
    decimals = at_ - point;
    if (decimals == 0) return fail("a digit behind the point");
    if (decimals > kMaxDecimals) return fail_at(start, "a decimal number of at most 18 decimals");
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) return fail_at(start, "a decimal number without an exponent");
  // A zero in front of the point takes no room.
  if (whole_digits + decimals > kMaxDigits + (*start == '0' ? 1 : 0) || sum > u64{INT64_MAX}) {
    return fail_at(start, "a decimal number of at most 63 bits");
  }
  value.mantissa = static_cast<i64>(sum);
  value.decimals = static_cast<u8>(decimals);
  return true;
}

bool JsonScanner::quoted_decimal(WrittenDecimal& value) noexcept {
  if (peek() != '"') return fail("a plain decimal number in quotes");
  ++at_;
  if (!decimal(value)) return false;
  if (at_ == end_ || *at_ != '"') return fail("the closing quote of a decimal number");
  ++at_;
  return true;
}

bool JsonScanner::number_decimal(WrittenDecimal& value) noexcept {
  const char next = peek();
  if (next != '-' && !is_digit(next)) return fail("a plain decimal number without quotes");
  return decimal(value);
}

bool JsonScanner::skip() noexcept {
  u64 objects = 0;  // one bit for each open bracket, the innermost lowest: whether it is an object
  int depth = 0;
  std::string_view key;
  do {
    if (depth != 0) {
      const bool more = (objects & 1) != 0 ? next_key(key) : next_element();
      if (failed()) return false;
      if (!more) {
        objects >>= 1;
        --depth;
        continue;
      }
    }
    const char next = peek();
    if (next != '{' && next != '[') {
      if (!skip_scalar()) return false;
      continue;
    }
    if (depth == kMaxDepth) return fail("at most 64 levels of objects and arrays");
    open(next);
    objects = (objects << 1) | (next == '{' ? 1U : 0U);
    ++depth;
  } while (depth != 0);
  return true;
}

bool JsonScanner::skip_scalar() noexcept {
  const char next = peek();
  if (next == '"') return skip_text();
  if (next == '-' || is_digit(next)) return skip_number();
  if (next == 't') return skip_word("true");
  if (next == 'f') return skip_word("false");
  if (next == 'n') return skip_word("null");
  return fail("a value");
}

bool JsonScanner::skip_text() noexcept {
  const char* opening = at_++;
  while (true) {
    while (at_ != end_ && kPlain[static_cast<unsigned char>(*at_)]) ++at_;
    if (at_ == end_) return fail_at(opening, "text with a closing quote");
    if (*at_ == '"') break;
    if (*at_ != '\\') return fail("text without control characters");
    if (!skip_escape()) return failed() ? false : fail_at(opening, "text with a closing quote");
  }
  ++at_;
  return true;
}

// False without a fault at the end of the text.
bool JsonScanner::skip_escape() noexcept {
  if (++at_ == end_) return false;
  if (*at_ == 'u') {
    for (int digit = 0; digit < 4; ++digit) {
      if (++at_ == end_ || !is_hex(*at_)) return fail("four hexadecimal digits");
    }
  } else if (std::string_view("\"\\/bfnrt").find(*at_) == std::string_view::npos) {
    return fail("an escape that JSON knows");
  }
  ++at_;
  return true;
}

bool JsonScanner::skip_number() noexcept {
  const auto digits = [this] {
    const char* start = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ - start;
  };
  if (*at_ == '-') ++at_;
  const char* start = at_;
  const auto whole_digits = digits();
  if (whole_digits == 0 || (*start == '0' && whole_digits > 1)) return fail_at(start, "a number");
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (digits() == 0) return fail("a digit behind the point");
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (digits() == 0) return fail("a digit of the exponent");
  }
  return true;
}

bool JsonScanner::skip_word(std::string_view word) noexcept {
  const std::string_view left(at_, static_cast<std::size_t>(end_ - at_));
  if (!left.starts_with(word)) return fail("true, false or null");
  at_ += word.size();
  return true;
}

bool JsonScanner::finish() noexcept {
  if (peek() != '\0' || (!failed() && at_ != end_)) return fail("the end of the frame");
  return !failed();
}

}  // namespace pytrader
