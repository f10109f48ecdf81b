// Recorded lines of Binance as columns: where each number stands, and which depth differences make up the book.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "book/sequence.hpp"
#include "feeds/json_scanner.hpp"
#include "model/enums.hpp"

namespace pytrader {

// What stops a capture. The words of the message are the reader's business.
enum class CaptureFault : u8 {
  none,
  not_a_line,      // text: what was expected
  time_backwards,  // first: the line's time of receipt
  other_symbol,    // text: the symbol
  other_market,    // a spot frame in a capture of futures
  not_text,        // text: the field, a space, the value as it stands
  gap,             // first: the last id; last: the first id after it
  too_many_waiting,
};

struct CaptureStop {
  CaptureFault fault = CaptureFault::none;
  std::size_t file = 0;  // counted from 0
  i64 line = 0;          // counted from 1
  std::string text;
  i64 first = 0;
  i64 last = 0;
};

// The columns of one file. Numbers are offsets of their text's begin and end in the file.
enum LevelColumn : std::size_t { kPriceBegin, kPriceEnd, kSizeBegin, kSizeEnd, kLevelLine, kLevelColumns };
enum QuoteColumn : std::size_t {
  kQuoteTsEvent,  // kNoVenueTime where the frame says none
  kQuoteTsInit,
  kQuoteLine,
  kBidPriceBegin,
  kBidPriceEnd,
  kBidSizeBegin,
  kBidSizeEnd,
  kAskPriceBegin,
  kAskPriceEnd,
  kAskSizeBegin,
  kAskSizeEnd,
  kQuoteColumns
};
enum TradeColumn : std::size_t {
  kTradeTsEvent,
  kTradeTsInit,
  kTradeLine,
  kTradePriceBegin,
  kTradePriceEnd,
  kTradeSizeBegin,
  kTradeSizeEnd,
  kBuyerIsMaker,
  kTradeId,
  kTradeColumns
};
constexpr i64 kNoVenueTime = -1;

// One applied event of the book. Levels are counted over all files.
struct CaptureEvent {
  i64 ts_event = 0;
  i64 ts_init = 0;
  i64 first_bid = 0;
  i64 bids = 0;
  i64 first_ask = 0;
  i64 asks = 0;
  i64 clears = 0;    // 1: both sides become empty before it
  i64 snapshot = 0;  // 1: it is one
};

class BinanceCapture {
 public:
  template <std::size_t N>
  using Columns = std::array<std::vector<i64>, N>;

  // A second of differences at the fastest stream is 100, and a snapshot comes within seconds of being asked for.
  static constexpr std::size_t kMaxWaiting = 100'000;

  // A gap in the differences stops the capture, or empties the book until the next snapshot.
  explicit BinanceCapture(bool clear_at_gaps) noexcept : clear_at_gaps_(clear_at_gaps) {}

  // Reads a file; false if the capture has stopped: see stop(). The columns of the file before are gone.
  bool read(std::string_view text);

  const Columns<kLevelColumns>& levels() const noexcept { return levels_; }
  const Columns<kQuoteColumns>& quotes() const noexcept { return quotes_; }
  const Columns<kTradeColumns>& trades() const noexcept { return trades_; }
  const CaptureStop& stop() const noexcept { return stop_; }

  // Over all files.
  const std::vector<CaptureEvent>& events() const noexcept { return events_; }
  const std::string& symbol() const noexcept { return symbol_; }  // as the JSON has it, escapes and all
  const char* market() const noexcept { return market_; }         // "SPOT", "USDM" or "COINM"
  // How far the venue's clock was seen ahead of ours at most, ns; 0 where it never was.
  i64 lead_ns() const noexcept { return lead_ns_; }
  // The frames of kinds that are not read, by kind.
  const std::map<std::string, u64, std::less<>>& unread() const noexcept { return unread_; }
  u64 snapshots() const noexcept { return snapshots_; }
  u64 gaps() const noexcept { return gaps_; }
  u64 older() const noexcept { return older_; }
  std::size_t waiting() const noexcept { return waiting_.size(); }
  std::size_t lines() const noexcept { return static_cast<std::size_t>(line_); }  // of the last file

 private:
  struct Difference {
    SequenceIds ids;
    CaptureEvent event;
    std::size_t file = 0;
    i64 line = 0;
  };
  // A value that was passed over, to be read once the frame has said what it is.
  struct Mark {
    JsonScanner scan{std::string_view()};
    bool seen = false;
  };
  static constexpr std::string_view kLetters = "eETsUuBApqtmXba";  // fields of one letter

  bool read_line(std::string_view text);
  bool read_frame(JsonScanner& scan);
  bool read_field(JsonScanner& scan, std::string_view key);
  bool read_levels(JsonScanner& scan, Side side);
  bool read_cell(JsonScanner& scan, const char* field, i64& begin, i64& end);
  bool take();
  bool take_snapshot();
  bool take_data();
  bool take_difference();
  bool take_quote();
  bool take_trade();
  bool take_symbol();
  bool chain(const Difference& difference, i64 ts_init);
  bool join_waiting();
  bool has_levels() const noexcept { return has_bids_ && has_asks_; }

  Mark& letter(char name) noexcept { return marks_[kLetters.find(name)]; }
  bool whole(const Mark& mark, const char* field, i64& value);
  bool nanoseconds(const Mark& mark, const char* field, i64& value);
  bool number(char name, const char* field, std::vector<i64>& begin, std::vector<i64>& end);
  bool refuse(CaptureFault fault, std::string text = {}, i64 first = 0, i64 last = 0);
  bool refuse_scan(const JsonScanner& scan, const char* field);

  std::string_view file_;
  std::size_t file_number_ = 0;
  std::size_t files_ = 0;
  i64 line_ = 0;
  i64 ts_init_ = 0;
  std::size_t levels_before_ = 0;  // of the files before
  Columns<kLevelColumns> levels_;
  Columns<kQuoteColumns> quotes_;
  Columns<kTradeColumns> trades_;
  CaptureStop stop_;

  // The line at hand.
  std::array<Mark, kLetters.size()> marks_;
  Mark previous_id_, snapshot_id_;
  std::string_view stream_;
  bool has_stream_ = false;
  bool has_data_ = false;
  bool has_bids_ = false;
  bool has_asks_ = false;
  bool has_ps_ = false;
  CaptureEvent event_;

  std::vector<CaptureEvent> events_;  // bound: the lines
  std::vector<Difference> waiting_;   // bound: kMaxWaiting
  SequenceTracker tracker_;
  bool known_ = false;  // there is a snapshot, and no gap since
  bool clear_at_gaps_;
  std::string symbol_;
  const char* market_ = "SPOT";
  bool futures_ = false;
  i64 last_ts_init_ = 0;
  i64 lead_ns_ = 0;
  u64 snapshots_ = 0;
  u64 gaps_ = 0;
  u64 older_ = 0;
  std::map<std::string, u64, std::less<>> unread_;  // bound: the lines
};

}  // namespace pytrader
