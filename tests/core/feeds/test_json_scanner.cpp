// Tests the JSON scanner: what it reads, what it refuses, and where it says the fault is.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "feeds/json_scanner.hpp"

using pytrader::i64;
using pytrader::JsonScanner;
using pytrader::WrittenDecimal;

namespace {

bool is_json(std::string_view text) {
  JsonScanner scan(text);
  return scan.skip() && scan.finish();
}

WrittenDecimal decimal(std::string_view text) {
  JsonScanner scan(text);
  WrittenDecimal value;
  const bool read = text.starts_with('"') ? scan.quoted_decimal(value) : scan.number_decimal(value);
  REQUIRE(read);
  REQUIRE(scan.finish());
  return value;
}

bool refuses_decimal(std::string_view text) {
  JsonScanner scan(text);
  WrittenDecimal value;
  const bool read = text.starts_with('"') ? scan.quoted_decimal(value) : scan.number_decimal(value);
  return !(read && scan.finish()) && scan.failed();
}

}  // namespace

TEST_CASE("objects and arrays are walked in order") {
  JsonScanner scan(R"( {"a" : [1, 2,3], "b":{}, "c" :"x" } )");
  std::string_view key;
  std::string walked;
  REQUIRE(scan.begin_object());
  while (scan.next_key(key)) {
    walked += key;
    if (key == "a") {
      REQUIRE(scan.begin_array());
      i64 value = 0;
      while (scan.next_element()) {
        REQUIRE(scan.integer(value));
        walked += std::to_string(value);
      }
    } else {
      REQUIRE(scan.skip());
    }
  }
  CHECK(walked == "a123bc");
  CHECK(scan.finish());
}

TEST_CASE("every value of JSON can be skipped") {
  for (const char* text : {"0", "-1.5e+10", "true", "false", "null", R"("\u00e9\"\\\/")", "[]", "{}", "[[],{}]",
                           R"({"a":[1,{"b":null}],"c":"d"})", " [ 1 , 2 ] "}) {
    CAPTURE(text);
    CHECK(is_json(text));
  }
}

TEST_CASE("what is no JSON is refused") {
  for (const char* text :
       {"",           " ",    "[",     "]",        "{",           "}",           "[1",       "[1,",
        "[1,]",       "[,1]", "[1 2]", R"({"a"})", R"({"a":})",   R"({"a":1,})", R"({a:1})", R"({"a":1 "b":2})",
        R"({"a" 1})", "01",   "-",     "1.",       ".5",          "1e",          "+1",       "nul",
        "truee",      "tru",  R"("a)", R"("\x")",  R"("\u12g4")", R"("\)",       "\"\n\"",   "[1]]",
        "[1} ",       "{]",   "1 2",   "NaN",      "Infinity"}) {
    CAPTURE(text);
    CHECK_FALSE(is_json(text));
  }
  CHECK_FALSE(is_json(std::string_view("[1\0]", 4)));
  CHECK_FALSE(is_json(std::string_view("[1]\0", 4)));
}

TEST_CASE("nesting has a bound, and costs no stack") {
  CHECK(is_json(std::string(64, '[') + std::string(64, ']')));
  CHECK_FALSE(is_json(std::string(65, '[') + std::string(65, ']')));
  CHECK_FALSE(is_json(std::string(1'000'000, '[')));
}

TEST_CASE("every truncation of a frame is refused") {
  const std::string text = R"({"e":"depthUpdate","U":1,"b":[["1.50","2"],["3","0.0"]],"x":null,"y":[true,-1e5]})";
  REQUIRE(is_json(text));
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(is_json(std::string_view(text).substr(0, length)));
  }
}

TEST_CASE("decimals are read as they are written") {
  CHECK(decimal("\"0\"") == WrittenDecimal{0, 0});
  CHECK(decimal("\"61837.63000000\"") == WrittenDecimal{6'183'763'000'000, 8});
  CHECK(decimal("\"0.000000000000000001\"") == WrittenDecimal{1, 18});
  CHECK(decimal("\"9223372036854775807\"") == WrittenDecimal{INT64_MAX, 0});
  CHECK(decimal("0.00100000") == WrittenDecimal{100'000, 8});
  CHECK(decimal("45285.2") == WrittenDecimal{452'852, 1});
}

TEST_CASE("signs, exponents, needless zeros and what does not fit are refused") {
  for (const char* text : {"\"-1\"",
                           "\"+1\"",
                           "\"1e5\"",
                           "\"1E-5\"",
                           "\"01\"",
                           "\"00.1\"",
                           "\".5\"",
                           "\"5.\"",
                           "\"\"",
                           "\" 1\"",
                           "\"1 \"",
                           "\"1,5\"",
                           "\"NaN\"",
                           "\"0x10\"",
                           "\"1.5",
                           "\"9223372036854775808\"",
                           "\"99999999999999999999\"",
                           "\"0.0000000000000000001\"",
                           "-1",
                           "1e5",
                           "1.5E3",
                           "01",
                           "1.",
                           "null",
                           "[1]",
                           "\"1\\u0030\""}) {
    CAPTURE(text);
    CHECK(refuses_decimal(text));
  }
}

TEST_CASE("a number is not text and text is not a number") {
  WrittenDecimal value;
  i64 whole = 0;
  CHECK_FALSE(JsonScanner("1.5").quoted_decimal(value));
  CHECK_FALSE(JsonScanner("\"1.5\"").number_decimal(value));
  CHECK_FALSE(JsonScanner("\"15\"").integer(whole));
  CHECK_FALSE(JsonScanner("15").quoted_integer(whole));
  CHECK_FALSE(JsonScanner("15.0").integer(whole));
  CHECK_FALSE(JsonScanner("1e3").integer(whole));
}

TEST_CASE("whole numbers reach to 62 bits") {
  i64 value = 0;
  CHECK(JsonScanner("-855196043").integer(value));
  CHECK(value == -855196043);
  CHECK(JsonScanner("4611686018427387903").integer(value));
  CHECK(value == 4611686018427387903);
  CHECK_FALSE(JsonScanner("4611686018427387904").integer(value));
  CHECK_FALSE(JsonScanner("99999999999999999999999").integer(value));
}

TEST_CASE("the first fault is kept, with its place and what was expected there") {
  JsonScanner scan(R"({"a":[1,"x"]})");
  std::string_view key;
  i64 value = 0;
  REQUIRE(scan.begin_object());
  REQUIRE(scan.next_key(key));
  REQUIRE(scan.begin_array());
  REQUIRE(scan.next_element());
  REQUIRE(scan.integer(value));
  REQUIRE(scan.next_element());
  CHECK_FALSE(scan.integer(value));
  CHECK(scan.offset() == 8);
  CHECK(std::string_view(scan.expected()) == "a whole number");
  CHECK_FALSE(scan.next_element());
  CHECK_FALSE(scan.next_key(key));
  CHECK_FALSE(scan.skip());
  CHECK_FALSE(scan.finish());
  CHECK(scan.peek() == '\0');
  CHECK(scan.offset() == 8);
}

TEST_CASE("a text with an escape is no symbol") {
  std::string_view value;
  CHECK(JsonScanner("\"XBT/USD\"").text(value));
  CHECK(value == "XBT/USD");
  CHECK_FALSE(JsonScanner(R"("XBT\/USD")").text(value));
}
