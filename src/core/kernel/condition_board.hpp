// Conditions over indicators: evaluated at every new value, told to who waits for them to become true.
#pragma once

#include <cstdint>
#include <vector>

#include "indicators/indicator.hpp"
#include "kernel/strategy_port.hpp"
#include "model/messages.hpp"

namespace pytrader {

using ConditionId = u32;
using WatchId = u32;  // of one strategy's wish to hear when a condition becomes true: 0, 1, 2, ... in the run

// What is known of a condition: nothing before all of its indicators are ready, and of a crossing nothing at the first
// value after that.
enum class Truth : std::int8_t { unknown = -1, no = 0, yes = 1 };

// What a condition compares: an indicator with the series that it follows.
struct Operand {
  const Indicator* indicator;
  SeriesId series;
};

// Equal questions are one condition, and are evaluated once. Operands stand before the conditions made of them, so that
// one pass in order of creation evaluates all. What is made of others is unknown as long as one of these is.
class ConditionBoard {
 public:
  // How an indicator stands to another one or, where `b` is null, to a price in ticks.
  enum class Relation : u8 {
    above,
    below,
    // Above, and at the update of its series before known and not above: until its series has another value or time
    // goes on, whichever comes first.
    crosses_above,
    crosses_below,
  };
  // Throws Error(capacity) beyond kMaxConditions.
  ConditionId relation(Relation relation, Operand a, const Operand* b, Fraction price);
  // Throw Error(invalid_argument) for a condition that does not exist.
  ConditionId both(ConditionId a, ConditionId b);
  ConditionId either(ConditionId a, ConditionId b);
  ConditionId inverse(ConditionId a);

  // From now on the strategy hears of the moments at which the condition becomes true.
  WatchId watch(StrategyIndex strategy, ConditionId condition);
  StrategyIndex strategy_of(WatchId watch) const noexcept { return watches_[watch].strategy; }

  bool has(SeriesId series) const noexcept { return series < by_series_.size() && !by_series_[series].orders.empty(); }
  // The series has a new value: what became true, in the order in which it was asked for. Good until the next call.
  const std::vector<WatchId>& update(SeriesId series, i64 ts) {
    if (nodes_.empty()) [[likely]]
      return fired_;
    return update_made(series, ts);
  }
  // The same after strategies have heard of the value, with what is true of the conditions that they made meanwhile.
  const std::vector<WatchId>& update_new(SeriesId series) {
    if (nodes_.size() == known_nodes_ && watches_.size() == known_watches_) [[likely]]
      return fired_;
    return update_made_meanwhile(series);
  }
  // Time has come to `ts`: crossings of before are over.
  void pass(i64 ts) noexcept {
    if (!moved_.empty() && moved_ts_ < ts) end_crossings();
  }
  // Whether nothing but an operand that comes to stand otherwise to its other one can change a condition.
  bool is_settled(SeriesId series) const noexcept;
  // The same, where that is so, as update() for each of the bars that the series' indicators have foreseen, up to the
  // first that may change a condition: for how many. Nothing becomes true with these.
  std::size_t pass_foreseen(SeriesId series, std::size_t count) noexcept;
  // What the last of these gave.
  const std::vector<WatchId>& fired() const noexcept { return fired_; }
  Truth truth(ConditionId condition) const noexcept { return nodes_[condition].truth; }
  std::size_t size() const noexcept { return nodes_.size(); }

  static constexpr std::size_t kMaxConditions = 65'536;

 private:
  enum class Kind : u8 { order, above, below, crosses_above, crosses_below, both, either, inverse };
  // An order node says how its operands stand: -1, 0 or 1; kUnordered before both are ready.
  static constexpr std::int8_t kUnordered = 2;
  struct Node {
    Kind kind;
    Truth truth = Truth::unknown;
    std::int8_t order = kUnordered;   // of an order node
    std::int8_t before = kUnordered;  // at the update before; what it is now, once time has gone on
    bool crossed = false;             // of an order node: a crossing is made of it
    bool moved = false;               // of an order node: it is one of moved_
    u32 left = 0;                     // conditions that this one is made of
    u32 right = 0;
    const Indicator* a = nullptr;
    const Indicator* b = nullptr;  // null: compared with `price`
    Fraction price{};
  };
  struct Watch {
    ConditionId condition;
    StrategyIndex strategy;
    Truth before;
  };
  struct Followers {
    std::vector<ConditionId> orders;  // what all the others are made of
    std::vector<ConditionId> nodes;   // these others, each behind those that it is made of
    std::vector<WatchId> watches;
    bool fresh = false;  // a watch is among them that no update has seen
  };

  ConditionId order_of(Operand a, const Operand* b, Fraction price);
  ConditionId find_or_add(const Node& wanted, const std::vector<SeriesId>& series);
  ConditionId combine(Kind kind, ConditionId a, ConditionId b);
  void require(ConditionId condition) const;
  const std::vector<WatchId>& update_made(SeriesId series, i64 ts);
  const std::vector<WatchId>& update_made_meanwhile(SeriesId series);
  void wake(const Followers& followers, std::size_t first);
  void end_crossings() noexcept;
  static bool order_again(Node& node) noexcept;
  void evaluate(Node& node) const noexcept;

  std::vector<Node> nodes_;
  std::vector<std::vector<SeriesId>> series_of_;  // by condition, sorted
  std::vector<Watch> watches_;
  std::vector<Followers> by_series_;
  std::vector<WatchId> fired_;
  std::vector<ConditionId> moved_;  // order nodes that came to stand otherwise at moved_ts_, the last time that any did
  i64 moved_ts_ = INT64_MIN;
  std::size_t known_nodes_ = 0;  // that there were at the last update
  std::size_t known_watches_ = 0;
};

}  // namespace pytrader
