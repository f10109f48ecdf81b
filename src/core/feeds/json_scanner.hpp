// Reads JSON text in one pass, where it lies: strict, without recursion, without allocation, with the place of a fault.
#pragma once

#include <cstddef>
#include <string_view>

#include "book/written_decimal.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// The reader asks for what should come next; the first thing that does not come stops the scanner for good, and every
// further question is answered with false. A copy of a scanner is a mark to come back to.
//
//   if (scan.begin_object()) {
//     while (scan.next_key(key)) key == "u" ? scan.integer(id) : scan.skip();
//   }
class JsonScanner {
 public:
  static constexpr int kMaxDepth = 64;  // of a skipped value

  explicit JsonScanner(std::string_view text) noexcept : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  // The next character that is no white space, 0 at the end or after a fault: '{', '[', '"', 't', '-', '7', ...
  char peek() noexcept;
  bool begin_object() noexcept { return open('{'); }
  // True with the next key, its colon passed; false after the closing brace.
  bool next_key(std::string_view& key) noexcept;
  bool begin_array() noexcept { return open('['); }
  // True before the next element; false after the closing bracket.
  bool next_element() noexcept;

  // A text without escapes. The view lies in the scanned text.
  bool text(std::string_view& value) noexcept;
  // A text as it stands between its quotes, escapes and all.
  bool raw_text(std::string_view& value) noexcept;
  // A whole number of at most 62 bits, of either sign.
  bool integer(i64& value) noexcept;
  // The same as text: "123".
  bool quoted_integer(i64& value) noexcept;
  // A plain decimal: no sign, no exponent, no needless leading zero, a digit on both sides of the point, at most 18
  // decimals and 63 bits. As text ("1.50") or as a number (1.50): each is what it is asked for.
  bool quoted_decimal(WrittenDecimal& value) noexcept;
  bool number_decimal(WrittenDecimal& value) noexcept;
  // Any value, checked as far as JSON goes but for the encoding of its texts.
  bool skip() noexcept;
  // Only white space is left.
  bool finish() noexcept;

  bool failed() const noexcept { return expected_ != nullptr; }
  // What was expected where the scanner stopped; nullptr if it did not.
  const char* expected() const noexcept { return expected_; }
  // Bytes before the current place.
  std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  // The text between an earlier mark and the current place.
  std::string_view since(const JsonScanner& mark) const noexcept {
    return {mark.at_, static_cast<std::size_t>(at_ - mark.at_)};
  }
  // Stops the scanner at the place that it has reached. Returns false.
  bool fail(const char* expected) noexcept;
  bool fail_at(const char* place, const char* expected) noexcept;

 private:
  void skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool open(char bracket) noexcept;
  bool take(char wanted, const char* expected) noexcept;
  bool decimal(WrittenDecimal& value) noexcept;
  bool whole(i64& value) noexcept;
  bool skip_scalar() noexcept;
  bool skip_text() noexcept;
  bool skip_escape() noexcept;
  bool skip_number() noexcept;
  bool skip_word(std::string_view word) noexcept;

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* expected_ = nullptr;
  bool fresh_ = false;  // an object or array has just been opened
};

}  // namespace pytrader
