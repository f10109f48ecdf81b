// Drives a kernel from recorded streams and its venues, in one stated order of everything that happens.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "journal/journal_reader.hpp"
#include "kernel/bar_block.hpp"
#include "kernel/due_queue.hpp"
#include "kernel/kernel.hpp"
#include "kernel/loop_journal.hpp"
#include "kernel/market_stream.hpp"
#include "kernel/message_hops.hpp"
#include "kernel/past_rows.hpp"
#include "kernel/published_market.hpp"
#include "kernel/recorder.hpp"
#include "kernel/stream_merge.hpp"
#include "kernel/venue_schedule.hpp"
#include "matching/exchange_settings.hpp"
#include "matching/execution_venue.hpp"
#include "matching/simulated_venue.hpp"

namespace pytrader {

// Nanoseconds, constant, not negative. 0 means at once: what follows happens before anything else does.
struct LoopConfig {
  i64 feed_latency_ns = 0;         // from the venue (or from ts_init where that is later) to the strategy
  i64 order_latency_ns = 0;        // from the strategy to the venue
  i64 response_latency_ns = -1;    // from the venue to the strategy; -1: the same as order_latency_ns
  i64 equity_interval_ns = 0;      // 0: equity is sampled at the start and at the end only
  i64 snapshot_interval_ns = 0;    // 0: a snapshot for other threads is published only by publish()
  i64 start_ts = INT64_MIN;        // rows before it only warm up: nobody hears of them, and nobody trades
  bool record_events = false;      // keeps every order event for the result
  bool check_every_event = false;  // verifies ledger, orders and exposure after every event; slow
};

// stopped: of a replay, its journal ends before the data of the run does.
enum class RunStatus : u8 { finished, paused, strategy_failed, stopped };

// Things happen in order of time. At one time: what a venue does of its own, rows at their venue, commands that arrive
// at a venue, reports that arrive at the strategy, rows that arrive at the strategy, timers, opens of bars; each kind
// in its own order, rows by the order of their streams' adding and then by row. A hop without latency is taken at once,
// before all of these. Venues are reached by the run's connection, or by one of their own with its own latencies.
class BacktestLoop : private VenuePort, private PastRows {
 public:
  explicit BacktestLoop(const LoopConfig& config);

  Kernel& kernel() noexcept { return kernel_; }
  const Kernel& kernel() const noexcept { return kernel_; }

  // Before the first run. The stream's columns must stay where they are until the last run.
  void add_stream(MarketStream stream);
  // Before the first run: the strategies themselves make the market of this instrument, which has no streams.
  void add_exchange(InstrumentIndex instrument, const ExchangeSettings& settings);
  // Before the first run: it begins at `start` or with the first row, whatever comes first, and goes on until `end` or
  // to the last row, whatever comes last.
  void extend(i64 start, i64 end);
  // Before the first run; without it the instrument's venue is risk averse. Throws Error(invalid_argument) for an
  // instrument that does not exist or a choice that does not.
  void set_queue_model(InstrumentIndex instrument, const QueueModelChoice& choice);
  // Before the first run; instead of the constant latencies of the LoopConfig. Throw Error(invalid_argument) for a
  // number out of its range, or a feed whose rows may overtake one another: rows of a stream keep their order.
  void set_feed_latency(const LatencyChoice& choice, u32 connection = 0);
  void set_request_latency(RequestKind kind, const LatencyChoice& choice, u32 connection = 0);
  void set_response_latency(const LatencyChoice& choice, u32 connection = 0);
  // Before the first run: these instruments are reached by a connection of their own, whose requests and responses take
  // no time until they are set, and whose feed is as the run's until it is. Messages on different connections overtake
  // one another. Gives its number; 0 is the run's. Throws Error(invalid_argument) for an instrument that does not exist
  // or has one already, and for none; Error(capacity) beyond kMaxConnections.
  u32 add_connection(std::span<const InstrumentIndex> instruments);
  static constexpr u32 kMaxConnections = 4096;

  // Before the first run; without it the rules are those of RecordedVenueRules{}. Throws Error(invalid_argument) for an
  // instrument that does not exist or a number outside its range.
  void set_venue_rules(InstrumentIndex instrument, const RecordedVenueRules& rules);

  // Before the first run: what the kernel takes goes into a new file, and what else the record of the run depends on.
  // Where that can not be written, run() throws Error(journal).
  void write_journal(const std::string& path);
  // All that was written is in the file: for a run that ended with an error. Others do so by themselves.
  void close_journal();
  // Before the first run: it takes what this journal says, and nothing from streams and venues. All else must be as it
  // was when the journal was written; a run that becomes another one throws Error(journal) by the next digest.
  void replay_journal(const std::string& path);

  // Goes on for at most this many steps: a row, a command or report that arrives, a time at which timers fire; longer
  // by rows that no strategy waits for and that have piled up on their way; of a replay, entries of the journal. Errors
  // (a row out of order, an overflow) are thrown; no run can follow one.
  RunStatus run(u64 max_steps);
  // Ends the run here: no callback comes any more, and the record is closed.
  void abort();

  // Bars that closed until now: those of the data, else built from its trades. Reads what the strategies have received.
  // Throws Error(invalid_argument) where the data has neither.
  std::vector<BarRecord> past_bars(InstrumentIndex instrument, i64 duration_ns) const;
  // Rows of a stream, by the order of adding, that the strategies have received; without the one that comes next, while
  // they are told what its venue said of it or what ended before it.
  std::size_t rows_received(u32 stream) const {
    const bool comes = stream == telling_ && kernel_.is_before_row();
    return rows_at_hand(stream) - (comes && rows_at_hand(stream) > 0 ? 1 : 0);
  }

  // A snapshot for other threads, between two calls of run().
  bool publish();

  // After the end, once: writes a row for each order, each of recorder()'s fills and each of its events, and gives
  // their memory back on the way. No order can be read then. Throws Error(invalid_state) before the end, and the second
  // time; Error(invalid_argument) for another number of rows.
  void take_records(std::span<OrderRow> orders, std::span<FillRow> fills, std::span<EventRow> events);

  // Good to read after any run, whole once the last one is over.
  const Recorder& recorder() const noexcept { return recorder_; }
  u64 events() const noexcept { return events_; }  // rows that reached their venue, or came from it
  u64 total_events() const noexcept { return total_events_; }
  // Rows of an instrument whose ts_init, the receiver's clock, was before their ts_event, the venue's.
  u64 early_rows(InstrumentIndex instrument) const noexcept {
    return instrument < early_rows_.size() ? early_rows_[instrument] : 0;
  }
  i64 now() const noexcept { return now_; }
  const ExecutionVenue& venue(InstrumentIndex instrument) const { return *venues_.at(instrument); }

 private:
  static constexpr std::size_t kMaxInFlight = std::size_t{1} << 22;
  enum class Phase : u8 { set_up, ready, warming, streaming, over };
  struct Command {
    i64 due;
    bool at_once;  // without latency
    RequestKind kind;
    NewOrder order;  // submit: all of it; cancel: its id and instrument; replace: also new prices and total quantity
  };
  struct Response {
    i64 due;
    bool at_once;        // without latency
    bool is_cash_event;  // then it is the first of the connection's, and report says no more than the instrument
    ExecutionReport report;
  };
  struct AccountEvent {
    InstrumentIndex instrument;
    CashEventRecord record;  // of a liquidation its ts_event alone
    i64 twice_mark;          // of the venue at its time
    MarginCall call;
    bool is_liquidation;
  };
  struct Connection {
    MessageHops hops;
    BoundedQueue<AccountEvent> cash_events;  // those of it among responses_, in their order
    std::optional<LatencyChoice> feed;       // none: the run's
  };

  void require_room(std::size_t commands) const override {
    commands_.require_room(commands);
    responses_.require_room(commands);
  }
  bool supports(InstrumentIndex instrument, OrderType order_type, TriggerType trigger_type,
                TimeInForce time_in_force) const noexcept override {
    return venues_[instrument]->supports(order_type, trigger_type, time_in_force);
  }
  TriggerType default_trigger(InstrumentIndex instrument) const noexcept override {
    return default_trigger_[instrument];
  }
  bool has_quotes(InstrumentIndex instrument) const noexcept override { return has_quotes_[instrument]; }
  void submit(const Order& order, i64 ts) override;
  void cancel(const Order& order, i64 ts) override;
  void replace(const Order& order, i64 ts) override;
  void lose(RequestKind kind, const Order& order, i64 heard_ts);
  template <class Write>
  void send(RequestKind kind, const Order& order, i64 ts, Write&& write);

  // Of a stream, with the row that is being told.
  std::size_t rows_at_hand(u32 stream) const { return merge_.strategy_row(stream) - (stream == coming_ ? 1 : 0); }
  void for_each_trade(InstrumentIndex instrument, bool with_current, const TakeTrade& take) const override;
  void require_bars(InstrumentIndex instrument, i64 duration_ns) const override;
  void for_each_bar(InstrumentIndex instrument, i64 duration_ns, const TakeBar& take) const override;
  void for_each_mid(InstrumentIndex instrument, bool with_current, const TakeMid& take) const override;

  void require_set_up(const char* what) const;
  Connection make_connection(i64 request_ns, i64 response_ns) const;
  Connection& connection(u32 number);
  Connection& connection_to(InstrumentIndex instrument) noexcept { return connections_[connection_of_[instrument]]; }
  void set_feeds();
  void add_connections();
  void put_together();
  bool begin();
  bool start_strategies(i64 ts);
  RunStatus run_on(u64 max_steps);
  RunStatus end(RunStatus status);
  void finish_journal(RunStatus status);
  void check_bar_series() const;
  void make_venues();
  void foretell_splits();
  void add_settings();
  // What comes first at `due`, which is next_due() and not behind the row.
  Rank first_at(const StreamMerge::Entry& row, i64 due) const noexcept;
  StreamMerge::Entry next() const noexcept {
    const StreamMerge::Entry row = merge_.empty() ? StreamMerge::kNothing : merge_.top();
    const i64 due = next_due();
    return row.time < due ? row : StreamMerge::Entry{due, first_at(row, due), row.stream};
  }
  // When something other than a recorded row is due.
  [[gnu::always_inline]] i64 next_due() const noexcept {
    return std::min({kernel_.next_timer(), schedule_.next_due(), published_.next_due(), commands_.next_due(),
                     responses_.next_due()});
  }
  RunStatus replay(u64 max_steps);
  RunStatus end_as(const JournalFrame& frame);
  void take_frame_of_run(const JournalFrame& frame);
  void take_frame(const JournalFrame& frame);
  void take_input(const JournalFrame& frame);
  void take_account_input(const JournalFrame& frame);
  template <class Record>
  void take_row(const JournalFrame& frame, StreamKind kind);
  void check_digest(const JournalFrame& frame) const;
  InstrumentIndex instrument_in(const JournalFrame& frame) const;
  [[noreturn]] void refuse_replay(const std::string& why) const;
  void close_venue(const JournalFrame& frame);
  void pass_clock(i64 ts);
  void go_to(i64 time);
  bool goes_on() const noexcept { return !merge_.empty() || next().time <= end_; }
  bool step();
  bool between_rows(Rank rank);
  u64 rows_in_a_row(u64 most, bool& succeeded);
  template <class Record>
  u64 rows_of(u32 index, u64 most, bool& succeeded);
  bool is_quiet(u32 index) const noexcept;
  // Rows that are taken in a block must not come on both sides of a split.
  bool is_in_one_unit(u32 index) const noexcept;
  u64 take_quiet_bars(u32 index, u64 most, i64 others, bool& succeeded);
  // Rows that a venue took without a word, but the last one where it has spoken.
  struct QuietBlock {
    std::size_t end;  // behind the last row
    i64 time;         // of the last row, INT64_MIN if there is none
    i64 next;         // of the row behind it
    i64 until;        // what reaches the strategies before this belongs to the block
    bool spoken;
  };
  template <class Rows>
  QuietBlock rows_at_venue(Rows& rows, u32 index, std::size_t last, i64 before);
  // Rows of an instrument of which the kernel takes quiet rows, up to what else comes, at `before`; how many steps that
  // were, 0 where equity is sampled first.
  template <class Record>
  u64 take_quiet_rows(u32 index, u64 most, i64 before, bool& succeeded);
  template <class Record, class Rows>
  u64 take_quiet_rows(u32 index, u64 most, i64 before, bool& succeeded);
  bool has_at_once() const noexcept {
    return commands_.next_is_at_once() || responses_.next_is_at_once() || !published_.empty();
  }
  bool settle() { return !has_at_once() || take_at_once(); }
  bool take_at_once();
  // The same before a row of the stream is told, where it has been received.
  bool settle_before(u32 index, bool received) { return !has_at_once() || take_before(index, received); }
  bool take_before(u32 index, bool received);
  bool finish();
  bool drain();
  void venue_acts(InstrumentIndex instrument);
  bool row_at_venue(u32 index);
  void take_mark(u32 index, const MarkRecord& record);
  void take_cash_event(const MarketStream& stream, std::size_t row, const CashEventRecord& record);
  void cancel_orders(InstrumentIndex instrument, RejectReason reason);
  void cancel_orders(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason);
  void tell_account(const AccountEvent& event);
  void move_positions(std::size_t first);
  void suspend(const MarginCall& call);
  void resume(const std::vector<MarginCall>& called);
  i64* suspended(InstrumentIndex instrument, StrategyIndex strategy) noexcept;
  i64 at_venue(InstrumentIndex instrument, i64 lots) const;
  void take_over(const MarginCall& call, u64 last_order);
  void revoke(StrategyIndex strategy, InstrumentIndex instrument, u64 last_order);
  bool is_taken_over(const NewOrder& order) const;
  void refuse(const NewOrder& order, RejectReason reason);
  void check_positions() const;
  bool marks_follow(u32 index) const;
  template <class Record>
  bool take_venue_row(u32 index, const MarketStream& stream, bool alone);
  void open_bar(u32 index, bool alone);
  bool row_at_strategy(u32 index);
  bool published_arrives();
  bool command_arrives();
  bool report_arrives();
  void collect() {
    if (!said_.empty() || !published_.said().empty()) [[unlikely]]
      collect_said();
  }
  void collect_said();
  void check() const;

  LoopConfig config_;
  Kernel kernel_;
  Recorder recorder_;
  StreamMerge merge_;
  std::vector<QueueModelChoice> queue_models_;           // by instrument; those that are missing are risk averse
  std::vector<RecordedVenueRules> venue_rules_;          // by instrument; those that are missing are at their default
  std::vector<std::unique_ptr<ExecutionVenue>> venues_;  // by instrument
  std::vector<TriggerType> default_trigger_;             // by instrument
  std::vector<bool> has_quotes_;                         // likewise
  VenueSchedule schedule_;
  std::vector<std::pair<InstrumentIndex, ExchangeSettings>> exchanges_;
  PublishedMarket published_;
  // By stream: the venue whose market it is, null where strategies alone hear it.
  std::vector<SimulatedVenue*> market_of_;
  std::vector<std::unique_ptr<BarBlock>> bar_blocks_;  // by stream, null where it has no bars
  VenueNumbers numbers_;
  std::vector<ExecutionReport> said_;    // by the venue in the step under way; bound: what one row or command can cause
  u64 said_count_ = 0;                   // reports so far, of all venues
  std::vector<Connection> connections_;  // the run's first
  std::vector<u32> connection_of_;       // by instrument
  std::unique_ptr<LatencyModel> published_latency_;
  DueQueue<Command> commands_;
  DueQueue<Response> responses_;
  std::vector<u64> early_rows_;  // by instrument
  // What a venue counted of a position when a margin call left for the account: until that is heard reduce-only orders
  // have nothing to reduce. Bound: the calls that are open.
  struct Suspended {
    InstrumentIndex instrument;
    StrategyIndex strategy;
    i64 lots;
  };
  std::vector<Suspended> suspended_;
  std::vector<u32> splits_at_venue_;  // by instrument: that its venue has passed
  // By instrument and strategy: orders up to this number that reach the venue later were sent before the position was
  // taken over. Empty before the first.
  std::vector<u64> taken_over_;
  i64 now_ = INT64_MIN;
  static constexpr u32 kNoStream = UINT32_MAX;
  u32 telling_ = kNoStream;  // the stream whose row the kernel was told, where it has heard of nothing else since
  u32 coming_ = kNoStream;   // the stream whose row was received and is told next
  std::unique_ptr<LoopJournal> journal_;     // null: none is written
  std::unique_ptr<JournalReader> replayed_;  // null: not a replay
  i64 start_ = INT64_MAX;
  i64 end_ = INT64_MIN;
  u64 events_ = 0;
  u64 total_events_ = 0;
  Phase phase_ = Phase::set_up;
  bool failed_ = false;
  bool taken_ = false;
};

}  // namespace pytrader
