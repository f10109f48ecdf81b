// Feeds arbitrary files to the reader of Binance captures; every place it names must lie in its file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "feeds/binance_capture.hpp"

using namespace pytrader;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

template <std::size_t N>
void check_cells(const std::array<std::vector<i64>, N>& columns, std::size_t begin, std::size_t size, bool whole) {
  const std::size_t rows = columns[begin + 1].size();
  // The row at which a capture stopped may be unfinished.
  if (whole) require(columns[begin].size() == rows && columns[0].size() == rows);
  for (std::size_t row = 0; row < rows; ++row) {
    require(columns[begin][row] >= 0 && columns[begin][row] <= columns[begin + 1][row]);
    require(columns[begin + 1][row] < static_cast<i64>(size) || columns[begin + 1][row] == 0);
  }
}

}  // namespace

// The first byte chooses what a gap does and where the bytes are cut into two files.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  BinanceCapture capture((data[0] & 1) != 0);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = (data[0] >> 1) * text.size() / 128;
  i64 levels = 0;
  for (const std::string_view file : {text.substr(0, cut), text.substr(cut)}) {
    const bool whole = capture.read(file);
    levels += static_cast<i64>(capture.levels()[kPriceBegin].size());
    for (const std::size_t begin : {kPriceBegin, kSizeBegin}) check_cells(capture.levels(), begin, file.size(), whole);
    for (const std::size_t begin : {kBidPriceBegin, kBidSizeBegin, kAskPriceBegin, kAskSizeBegin}) {
      check_cells(capture.quotes(), begin, file.size(), whole);
    }
    for (const std::size_t begin : {kTradePriceBegin, kTradeSizeBegin}) {
      check_cells(capture.trades(), begin, file.size(), whole);
    }
    require(whole == (capture.stop().fault == CaptureFault::none));
    if (!whole) break;
    for (const CaptureEvent& event : capture.events()) {
      require(event.first_bid + event.bids <= levels && event.first_ask + event.asks <= levels);
    }
  }
  return 0;
}
