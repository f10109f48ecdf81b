// Tests columns of decimals: the vector parser against the strict one, row for row.
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "decimal/batch.hpp"
#include "doctest/doctest.h"

using namespace pytrader;

namespace {

std::vector<char> rows_of(const std::vector<std::string>& texts, std::size_t width) {
  std::vector<char> rows(texts.size() * width, '\0');
  for (std::size_t i = 0; i < texts.size(); ++i) std::memcpy(rows.data() + i * width, texts[i].data(), texts[i].size());
  return rows;
}

// Texts of digits with one dot and a sign here and there, and now and then a character that does not belong.
std::string random_text(std::mt19937_64& random, std::size_t width) {
  const std::size_t size = random() % (width + 1);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('0' + random() % 10);
  if (size > 0 && random() % 3 != 0) text[random() % size] = '.';
  if (size > 0 && random() % 4 == 0) text[0] = random() % 2 == 0 ? '-' : '+';
  if (size > 0 && random() % 16 == 0) text[random() % size] = "eE+-. _x\0/:\xff"[random() % 12];
  return text;
}

}  // namespace

TEST_CASE("both parsers take and refuse the same rows with the same values") {
  std::mt19937_64 random(11);
  for (std::size_t width = 1; width <= 24; ++width) {
    for (int i = 0; i < 20'000; ++i) {
      const std::string text = random_text(random, width);
      const int decimals = static_cast<int>(random() % 19);
      // Rows behind it, so that the lane reaches into other text.
      const std::vector<char> rows = rows_of(
          {text, "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9"}, width);
      i64 fast = 0;
      i64 plain = 0;
      std::vector<i64> all(19);
      CAPTURE(text);
      CAPTURE(decimals);
      const ColumnResult expected = parse_rows_plainly(rows.data(), 1, width, decimals, &plain);
      const ColumnResult alone = parse_rows(rows.data(), 1, width, decimals, &fast);
      const ColumnResult among = parse_rows(rows.data(), 19, width, decimals, all.data());
      REQUIRE(alone.row == expected.row);
      REQUIRE(alone.status == expected.status);
      REQUIRE((expected.row == 1 || (among.row == 0 && among.status == expected.status)));
      if (expected.row == 1) {
        REQUIRE(fast == plain);
        REQUIRE(all[0] == plain);
      }
    }
  }
}

TEST_CASE("the first bad row is named with its fault") {
  const std::vector<char> rows = rows_of({"1.25", "-2.5", "abc", "x"}, 8);
  std::vector<i64> mantissas(4);
  ColumnResult result = parse_rows(rows.data(), 4, 8, 2, mantissas.data());
  CHECK(result.row == 2);
  CHECK(result.status == ParseStatus::malformed);
  CHECK(mantissas[0] == 125);
  CHECK(mantissas[1] == -250);
  result = parse_rows(rows.data(), 4, 8, 1, mantissas.data());
  CHECK(result.row == 0);
  CHECK(result.status == ParseStatus::too_many_decimals);
}

TEST_CASE("mantissas past 64 bits are refused") {
  const std::vector<char> rows = rows_of({"9223372036854775807", "-9223372036854775807", "9223372036854775808"}, 20);
  std::vector<i64> mantissas(3);
  const ColumnResult result = parse_rows(rows.data(), 3, 20, 0, mantissas.data());
  CHECK(result.row == 2);
  CHECK(result.status == ParseStatus::overflow);
  CHECK(mantissas[0] == INT64_MAX);
  CHECK(mantissas[1] == -INT64_MAX);
}

TEST_CASE("mantissas become ticks and mantissas again") {
  std::vector<i64> values = {125, -250, 0};
  CHECK(divide_rows(values.data(), 3, 25).row == 3);
  CHECK(values == std::vector<i64>{5, -10, 0});
  CHECK(multiply_rows(values.data(), 3, 25).row == 3);
  CHECK(values == std::vector<i64>{125, -250, 0});
  CHECK(divide_rows(values.data(), 3, 50).row == 0);
  values[1] = INT64_MAX;
  CHECK(multiply_rows(values.data(), 3, 2).row == 1);
}

TEST_CASE("formatted rows read back as the same mantissas") {
  const std::vector<i64> mantissas = {0, 1, -1, 12345, -99999, INT64_MAX, INT64_MIN};
  for (int decimals = 0; decimals <= 18; ++decimals) {
    const std::size_t width = text_width(mantissas.data(), mantissas.size(), decimals);
    std::vector<char> rows(width * mantissas.size());
    format_rows(mantissas.data(), mantissas.size(), decimals, width, rows.data());
    std::vector<i64> back(mantissas.size());
    CHECK(parse_rows(rows.data(), mantissas.size() - 1, width, decimals, back.data()).row == mantissas.size() - 1);
    back.back() = INT64_MIN;
    CHECK(back == mantissas);
  }
}
