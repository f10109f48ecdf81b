// Feeds arbitrary bytes to the JSON scanner; what it skips must be whole, and decimals must come back as text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "feeds/json_scanner.hpp"

using namespace pytrader;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Text and value name one another, so that what was read can be written again.
void check_decimal(std::string_view text) {
  JsonScanner scan(text);
  WrittenDecimal value;
  if (!scan.number_decimal(value)) return;
  char again[kWrittenTextSize];
  const std::string_view written(again, static_cast<std::size_t>(write_text(value, again) - again));
  require(text.substr(0, scan.offset()).ends_with(written));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  JsonScanner scan(text);
  const bool skipped = scan.skip();
  require(skipped != scan.failed());
  require(scan.offset() <= size);
  if (skipped) {
    const std::size_t end = scan.offset();
    JsonScanner again(text.substr(0, end));
    require(again.skip() && again.finish());
    // A value that ends in a bracket or quote is none without it.
    if (end != 0 && std::string_view("]}\"").find(text[end - 1]) != std::string_view::npos) {
      JsonScanner cut(text.substr(0, end - 1));
      require(!cut.skip());
    }
  }
  check_decimal(text);
  return 0;
}
