// The back-test loop's memory: the rows that strategies have been told of, read from the streams again.
#include <algorithm>
#include <compare>
#include <memory>
#include <vector>

#include "bars/bar_builder.hpp"
#include "kernel/backtest_loop.hpp"
#include "kernel/market_board.hpp"

namespace pytrader {
namespace {

// When a row was received. At one time those came first that were received as they were at their venue.
struct Received {
  i64 ts = INT64_MIN;
  bool waited = false;

  friend auto operator<=>(const Received&, const Received&) = default;
};

struct PastTrade {
  Received received;
  TradeRecord trade;
};

// When the rows of a stream were received, one after another.
class Arrival {
 public:
  Arrival(const StreamMerge& merge, u32 stream)
      : model_(merge.model_of(stream)), constant_(merge.feed_latency(stream).minimum_ns) {}
  Received of(i64 ts_event, i64 ts_init) {
    const i64 stamp = std::max(ts_event, ts_init);
    i64 received = 0;
    const i64 latency = model_ == nullptr ? constant_ : model_->next(stamp);
    if (__builtin_add_overflow(stamp, latency, &received)) received = INT64_MAX;
    // Behind one that waited until then it waited too.
    const bool waited = received > ts_event || (received <= last_.ts && last_.waited);
    return last_ = std::max(last_, Received{received, waited});
  }

 private:
  std::unique_ptr<LatencyModel> model_;
  i64 constant_;
  Received last_;
};

void read_trades(const MarketStream& stream, std::size_t rows, Arrival& arrival, std::vector<PastTrade>& found) {
  for (std::size_t row = 0; row < rows; ++row) {
    const auto record = record_at<TradeRecord>(stream, row);
    found.push_back({arrival.of(record.ts_event, record.ts_init), record});
  }
}

// An execution's price is its order's, so the book is kept along.
void read_prints_l3(const MarketStream& stream, std::size_t rows, Arrival& arrival, std::vector<PastTrade>& found) {
  MarketBoard board;
  InstrumentMarket market;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto record = record_at<L3Record>(stream, row);
    const Received received = arrival.of(record.ts_event, record.ts_init);
    const BookAction action = static_cast<BookAction>(record.action);
    if (action == BookAction::execute || action == BookAction::trade) {
      found.push_back({received, MarketBoard::print_of(market, record)});
    }
    board.apply_l3(market, record);
  }
}

void read_prints_l2(const MarketStream& stream, std::size_t rows, Arrival& arrival, std::vector<PastTrade>& found) {
  for (std::size_t row = 0; row < rows; ++row) {
    const auto record = record_at<L2Record>(stream, row);
    const Received received = arrival.of(record.ts_event, record.ts_init);
    if (static_cast<BookAction>(record.action) != BookAction::trade) continue;
    found.push_back({received, {record.ts_event, record.ts_init, record.price, record.quantity, 0, 0}});
  }
}

// A stream of rows that make best bids and offers, as far as it was received.
struct PastQuotes {
  const MarketStream* stream;
  Arrival arrival;
  std::size_t rows;
  std::size_t next = 0;
  Received received{};  // of the next row

  void find_next() {
    if (next < rows) received = arrival.of(stream->columns[kTsEvent][next], stream->columns[kTsInit][next]);
  }
  // Whether the next row made a new best bid or offer.
  bool apply(MarketBoard& board, InstrumentMarket& market) {
    const std::size_t row = next++;
    if (stream->kind == StreamKind::l3) return board.apply_l3(market, record_at<L3Record>(*stream, row));
    if (stream->kind == StreamKind::l2) return board.apply_l2(market, record_at<L2Record>(*stream, row));
    board.apply_quote(market, record_at<QuoteRecord>(*stream, row));
    return true;
  }
};

}  // namespace

void BacktestLoop::for_each_mid(InstrumentIndex instrument, bool with_current, const TakeMid& take) const {
  std::vector<PastQuotes> streams;
  std::size_t left = 0;
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    const bool quotes =
        stream.kind == StreamKind::quote || stream.kind == StreamKind::l3 || stream.kind == StreamKind::l2;
    if (stream.instrument != instrument || !quotes) continue;
    const bool leaves_out = !with_current && index == telling_ && rows_at_hand(index) > 0;
    streams.push_back({&stream, Arrival(merge_, index), rows_at_hand(index) - (leaves_out ? 1 : 0)});
    streams.back().find_next();
    left += streams.back().rows;
  }
  MarketBoard board;
  InstrumentMarket market;
  for (; left > 0; --left) {
    // Of one time the stream that was added first.
    PastQuotes& first = *std::min_element(streams.begin(), streams.end(), [](const PastQuotes& a, const PastQuotes& b) {
      return a.next < a.rows && (b.next == b.rows || a.received < b.received);
    });
    const bool is_new = first.apply(board, market);
    first.find_next();
    if (is_new && market.twice_mid() != kNoMark) take(market.twice_mid());
  }
}

void BacktestLoop::for_each_trade(InstrumentIndex instrument, bool with_current, const TakeTrade& take) const {
  std::vector<PastTrade> found;
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    if (stream.instrument != instrument) continue;
    Arrival arrival(merge_, index);
    const bool leaves_out = !with_current && index == telling_ && rows_at_hand(index) > 0;
    const std::size_t rows = rows_at_hand(index) - (leaves_out ? 1 : 0);
    if (stream.kind == StreamKind::trade) read_trades(stream, rows, arrival, found);
    if (stream.kind == StreamKind::l3) read_prints_l3(stream, rows, arrival, found);
    if (stream.kind == StreamKind::l2) read_prints_l2(stream, rows, arrival, found);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const PastTrade& a, const PastTrade& b) { return a.received < b.received; });
  for (const PastTrade& past : found) {
    if (past.trade.quantity > 0) take(past.trade, past.received.ts);
  }
}

void BacktestLoop::require_bars(InstrumentIndex instrument, i64 duration_ns) const {
  const bool is_exchange = std::any_of(exchanges_.begin(), exchanges_.end(),
                                       [instrument](const auto& exchange) { return exchange.first == instrument; });
  if (is_exchange) return;
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    if (stream.instrument != instrument) continue;
    if (stream.kind == StreamKind::bar && stream.duration_ns == duration_ns) return;
    if (stream.kind == StreamKind::trade || stream.kind == StreamKind::l3 || stream.kind == StreamKind::l2) return;
  }
  throw Error(ErrorCode::invalid_argument,
              "bars of " + std::to_string(duration_ns) + " ns of " + kernel_.instrument(instrument).id() +
                  ": the data has neither such bars nor trades to build them from; ask for a duration that it has");
}

void BacktestLoop::for_each_bar(InstrumentIndex instrument, i64 duration_ns, const TakeBar& take) const {
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    if (stream.instrument != instrument || stream.kind != StreamKind::bar || stream.duration_ns != duration_ns)
      continue;
    for (std::size_t row = 0; row < rows_received(index); ++row) take(record_at<BarRecord>(stream, row));
  }
}

std::vector<BarRecord> BacktestLoop::past_bars(InstrumentIndex instrument, i64 duration_ns) const {
  std::vector<BarRecord> bars;
  for_each_bar(instrument, duration_ns, [&bars](const BarRecord& bar) { bars.push_back(bar); });
  require_bars(instrument, duration_ns);
  const SeriesId series = kernel_.bars().find(instrument, duration_ns);
  if (series != BarBoard::kNoSeries && !kernel_.bars().is_built(series)) return bars;
  BarBuilder builder(duration_ns);
  BarRecord closed{};
  const i64 until = kernel_.bars_closed_until(instrument, duration_ns);
  const auto take = [&](bool is_closed) {
    if (is_closed && closed.ts_event <= until) bars.push_back(closed);
  };
  for_each_trade(instrument, true,
                 [&](const TradeRecord& trade, i64 ts) { take(builder.add(ts, trade.price, trade.quantity, closed)); });
  take(builder.advance(now_, closed));
  return bars;
}

}  // namespace pytrader
