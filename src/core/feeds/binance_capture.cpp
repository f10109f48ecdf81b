// Recorded lines of Binance as columns: where each number stands, and which depth differences make up the book.
#include "feeds/binance_capture.hpp"

#include <algorithm>
#include <utility>

namespace pytrader {
namespace {

constexpr i64 kNsPerMs = 1'000'000;
constexpr i64 kMost = i64{1} << 62;

std::string_view next_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool BinanceCapture::refuse(CaptureFault fault, std::string text, i64 first, i64 last) {
  if (stop_.fault == CaptureFault::none) stop_ = {fault, file_number_, line_, std::move(text), first, last};
  return false;
}

bool BinanceCapture::refuse_scan(const JsonScanner& scan, const char* field) {
  return refuse(CaptureFault::not_a_line, std::string(field) + " needs " + scan.expected());
}

bool BinanceCapture::read(std::string_view text) {
  if (stop_.fault != CaptureFault::none) return false;
  levels_before_ += levels_[kPriceBegin].size();
  for (auto& column : levels_) column.clear();
  for (auto& column : quotes_) column.clear();
  for (auto& column : trades_) column.clear();
  file_ = text;
  file_number_ = files_++;
  line_ = 0;
  while (!text.empty()) {
    ++line_;
    if (!read_line(next_line(text))) return false;
  }
  return true;
}

bool BinanceCapture::read_line(std::string_view text) {
  JsonScanner time(text.substr(0, text.find(' ')));
  i64 ts_init = 0;
  if (!time.integer(ts_init) || !time.finish() || ts_init < 0) {
    return refuse(CaptureFault::not_a_line, "the time of receipt is no whole number");
  }
  for (Mark& mark : marks_) mark.seen = false;
  previous_id_.seen = snapshot_id_.seen = false;
  has_stream_ = has_data_ = has_bids_ = has_asks_ = has_ps_ = false;
  event_ = {};
  ts_init_ = ts_init;
  const std::size_t level_count = levels_[kPriceBegin].size();
  JsonScanner scan(text.substr(std::min(text.size(), text.find(' '))));
  if (!read_frame(scan)) return false;
  if (ts_init < last_ts_init_) return refuse(CaptureFault::time_backwards, {}, ts_init);
  last_ts_init_ = ts_init;
  const bool taken = take();
  // Rows of what turned out to be no depth frame.
  if (!has_levels()) {
    for (auto& column : levels_) column.resize(level_count);
  }
  return taken;
}

bool BinanceCapture::read_frame(JsonScanner& scan) {
  std::string_view key;
  scan.begin_object();
  while (scan.next_key(key)) {
    if (key == "stream") {
      has_stream_ = scan.raw_text(stream_);
    } else if (key == "data" && scan.peek() == '{') {
      has_data_ = true;
      scan.begin_object();
      while (scan.next_key(key)) {
        if (!read_field(scan, key)) return false;
      }
    } else if (!read_field(scan, key)) {
      return false;
    }
  }
  if (scan.failed() || !scan.finish()) return refuse_scan(scan, "the frame");
  return true;
}

bool BinanceCapture::read_field(JsonScanner& scan, std::string_view key) {
  const bool bids = key == "b" || key == "bids";
  if ((bids || key == "a" || key == "asks") && scan.peek() == '[')
    return read_levels(scan, bids ? Side::buy : Side::sell);
  Mark* mark = nullptr;
  if (key.size() == 1 && kLetters.find(key[0]) != std::string_view::npos) mark = &letter(key[0]);
  if (key == "pu") mark = &previous_id_;
  if (key == "lastUpdateId" && !has_data_) mark = &snapshot_id_;
  if (key == "ps") has_ps_ = true;
  if (mark != nullptr) *mark = {scan, true};
  return scan.skip() || refuse_scan(scan, "the frame");
}

bool BinanceCapture::read_levels(JsonScanner& scan, Side side) {
  const std::size_t first = levels_[kPriceBegin].size();
  scan.begin_array();
  while (scan.next_element()) {
    if (scan.peek() != '[') return refuse(CaptureFault::not_a_line, "levels are not a list of lists");
    std::array<i64, kLevelColumns> row{};
    row[kLevelLine] = line_;
    scan.begin_array();
    if (!scan.next_element()) scan.fail("a price and a size");
    if (scan.failed() || !read_cell(scan, "price", row[kPriceBegin], row[kPriceEnd])) break;
    if (!scan.next_element()) scan.fail("a size");
    if (scan.failed() || !read_cell(scan, "size", row[kSizeBegin], row[kSizeEnd])) break;
    while (scan.next_element()) scan.skip();
    for (std::size_t column = 0; column < kLevelColumns; ++column) levels_[column].push_back(row[column]);
  }
  if (scan.failed()) return refuse_scan(scan, "a level");
  if (stop_.fault != CaptureFault::none) return false;
  (side == Side::buy ? has_bids_ : has_asks_) = true;
  (side == Side::buy ? event_.first_bid : event_.first_ask) = static_cast<i64>(levels_before_ + first);
  (side == Side::buy ? event_.bids : event_.asks) = static_cast<i64>(levels_[kPriceBegin].size() - first);
  return true;
}

bool BinanceCapture::read_cell(JsonScanner& scan, const char* field, i64& begin, i64& end) {
  std::string_view text;
  if (scan.peek() != '"') {
    const JsonScanner before = scan;
    if (!scan.skip()) return refuse_scan(scan, field);
    return refuse(CaptureFault::not_text, std::string(field) + " " + std::string(scan.since(before)));
  }
  if (!scan.raw_text(text)) return refuse_scan(scan, field);
  begin = text.data() - file_.data();
  end = begin + static_cast<i64>(text.size());
  return true;
}

bool BinanceCapture::whole(const Mark& mark, const char* field, i64& value) {
  if (!mark.seen) return refuse(CaptureFault::not_a_line, std::string(field) + " is missing");
  JsonScanner scan = mark.scan;
  if (!scan.integer(value)) return refuse_scan(scan, field);
  return value >= 0 || refuse(CaptureFault::not_a_line, std::string(field) + " is negative");
}

bool BinanceCapture::nanoseconds(const Mark& mark, const char* field, i64& value) {
  if (!whole(mark, field, value)) return false;
  if (value >= kMost / kNsPerMs) return refuse(CaptureFault::not_a_line, std::string(field) + " is no time in ms");
  value *= kNsPerMs;
  return true;
}

bool BinanceCapture::number(char name, const char* field, std::vector<i64>& begin, std::vector<i64>& end) {
  const Mark& mark = letter(name);
  if (!mark.seen) return refuse(CaptureFault::not_a_line, std::string(field) + " is missing");
  JsonScanner scan = mark.scan;
  return read_cell(scan, field, begin.emplace_back(), end.emplace_back());
}

bool BinanceCapture::take() {
  if (snapshot_id_.seen) return take_snapshot();
  if (!has_data_) return refuse(CaptureFault::not_a_line, "the frame has neither data nor lastUpdateId");
  return take_data();
}

bool BinanceCapture::take_snapshot() {
  i64 id = 0;
  if (!whole(snapshot_id_, "lastUpdateId", id)) return false;
  if (!has_levels()) return refuse(CaptureFault::not_a_line, "levels are not a list of lists");
  event_.ts_event = event_.ts_init = ts_init_;
  const Mark& time = letter('T').seen ? letter('T') : letter('E');
  if (time.seen && !nanoseconds(time, "the time", event_.ts_event)) return false;
  event_.clears = event_.snapshot = 1;
  events_.push_back(event_);
  ++snapshots_;
  known_ = true;
  tracker_.begin(id);
  return join_waiting();
}

bool BinanceCapture::take_data() {
  std::string_view kind;
  if (letter('e').seen && !letter('e').scan.raw_text(kind)) return refuse_scan(letter('e').scan, "e");
  if (kind.empty()) {
    if (!has_stream_) return refuse(CaptureFault::not_a_line, "the frame says neither e nor stream");
    const std::size_t at = stream_.find('@');
    kind = at == std::string_view::npos ? std::string_view() : stream_.substr(at + 1);
  }
  const bool known = kind == "depthUpdate" || kind == "bookTicker" || kind == "trade";
  if (kind != "depthUpdate") has_bids_ = has_asks_ = false;
  if (!known) {
    ++unread_.try_emplace(std::string(kind)).first->second;
    return true;
  }
  if (!take_symbol()) return false;
  return kind == "depthUpdate" ? take_difference() : kind == "bookTicker" ? take_quote() : take_trade();
}

bool BinanceCapture::take_symbol() {
  const Mark& mark = letter('s');
  std::string_view symbol;
  JsonScanner scan = mark.scan;
  if (!mark.seen || !scan.raw_text(symbol) || symbol.empty()) {
    return refuse(CaptureFault::not_a_line, "s needs the symbol as text");
  }
  if (symbol_.empty()) {
    symbol_ = symbol;
    if (has_ps_) market_ = "COINM";
    futures_ = has_ps_;
  }
  return symbol == symbol_ || refuse(CaptureFault::other_symbol, std::string(symbol));
}

bool BinanceCapture::take_difference() {
  const bool chained = previous_id_.seen;
  if (chained && !futures_) {
    futures_ = true;
    market_ = has_ps_ ? "COINM" : "USDM";
  }
  if (chained != futures_) return refuse(CaptureFault::other_market);
  Difference difference;
  if (!nanoseconds(letter('T').seen ? letter('T') : letter('E'), "the time", event_.ts_event)) return false;
  lead_ns_ = std::max(lead_ns_, event_.ts_event - ts_init_);
  if (!whole(letter('U'), "U", difference.ids.first) || !whole(letter('u'), "u", difference.ids.last)) return false;
  if (chained && !whole(previous_id_, "pu", difference.ids.previous)) return false;
  if (!has_levels()) return refuse(CaptureFault::not_a_line, "levels are not a list of lists");
  event_.ts_init = ts_init_;
  difference.event = event_;
  difference.file = file_number_;
  difference.line = line_;
  if (known_) return chain(difference, ts_init_);
  if (waiting_.size() >= kMaxWaiting) return refuse(CaptureFault::too_many_waiting);
  waiting_.push_back(difference);
  return true;
}

// Differences that waited become known with the snapshot, so they have its time of receipt.
bool BinanceCapture::join_waiting() {
  std::vector<Difference> waited;
  waited.swap(waiting_);
  for (const Difference& difference : waited) {
    if (!known_) {
      waiting_.push_back(difference);
    } else if (!chain(difference, ts_init_)) {
      return false;
    }
  }
  return true;
}

bool BinanceCapture::chain(const Difference& difference, i64 ts_init) {
  tracker_.hold_to(futures_ ? kBinanceFuturesSequence : kBinanceSpotSequence);
  CaptureEvent event = difference.event;
  event.ts_init = ts_init;
  switch (tracker_.judge(difference.ids)) {
    case SequenceVerdict::older:
      ++older_;
      return true;
    case SequenceVerdict::follows:
      tracker_.accept(difference.ids);
      events_.push_back(event);
      return true;
    case SequenceVerdict::gap:
      break;
  }
  if (!clear_at_gaps_) {
    refuse(CaptureFault::gap, {}, tracker_.last(), difference.ids.first);
    stop_.file = difference.file;
    stop_.line = difference.line;
    return false;
  }
  ++gaps_;
  known_ = false;
  events_.push_back({event.ts_event, ts_init, 0, 0, 0, 0, 1, 0});
  waiting_.push_back(difference);
  return true;
}

bool BinanceCapture::take_quote() {
  i64 time = kNoVenueTime;
  if (letter('T').seen && !nanoseconds(letter('T'), "T", time)) return false;
  quotes_[kQuoteTsEvent].push_back(time);
  quotes_[kQuoteTsInit].push_back(ts_init_);
  quotes_[kQuoteLine].push_back(line_);
  return number('b', "bid price", quotes_[kBidPriceBegin], quotes_[kBidPriceEnd]) &&
         number('a', "ask price", quotes_[kAskPriceBegin], quotes_[kAskPriceEnd]) &&
         number('B', "bid size", quotes_[kBidSizeBegin], quotes_[kBidSizeEnd]) &&
         number('A', "ask size", quotes_[kAskSizeBegin], quotes_[kAskSizeEnd]);
}

bool BinanceCapture::take_trade() {
  std::string_view market = "MARKET";
  if (letter('X').seen && !letter('X').scan.raw_text(market)) return refuse_scan(letter('X').scan, "X");
  if (market != "MARKET") {
    ++unread_.try_emplace("trade (" + std::string(market) + ")").first->second;
    return true;
  }
  const char maker = letter('m').seen ? letter('m').scan.peek() : '\0';
  if (maker != 't' && maker != 'f') return refuse(CaptureFault::not_a_line, "m is neither true nor false");
  i64 time = 0;
  i64 id = 0;
  if (!nanoseconds(letter('T'), "T", time) || !whole(letter('t'), "t", id)) return false;
  lead_ns_ = std::max(lead_ns_, time - ts_init_);
  trades_[kTradeTsEvent].push_back(time);
  trades_[kTradeTsInit].push_back(ts_init_);
  trades_[kTradeLine].push_back(line_);
  trades_[kBuyerIsMaker].push_back(maker == 't');
  trades_[kTradeId].push_back(id);
  return number('p', "trade price", trades_[kTradePriceBegin], trades_[kTradePriceEnd]) &&
         number('q', "trade size", trades_[kTradeSizeBegin], trades_[kTradeSizeEnd]);
}

}  // namespace pytrader
