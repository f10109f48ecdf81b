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

// What is known of a condition: nothing before all of its indicators are ready.
enum class Truth : std::int8_t { unknown = -1, no = 0, yes = 1 };

// What a condition compares: an indicator with the series that it follows.
struct Operand {
  const Indicator* indicator;
  SeriesId series;
};

// Equal questions are one condition, and are evaluated once. Operands stand before the conditions made of them, so that
// one pass in order of creation evaluates all. "Not", "and" and "or" follow Kleene: what is unknown decides nothing.
class ConditionBoard {
 public:
  // How an indicator stands to another one or, where `b` is null, to a price in ticks.
  enum class Relation : u8 {
    above,
    below,
    crosses_above,  // above, and at the update of its series before known and not above: true for that one update
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
  const std::vector<WatchId>& update(SeriesId series);
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
    std::int8_t before = kUnordered;  // at the update before
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
  static bool order_again(Node& node) noexcept;
  void evaluate(Node& node) const noexcept;

  std::vector<Node> nodes_;
  std::vector<std::vector<SeriesId>> series_of_;  // by condition, sorted
  std::vector<Watch> watches_;
  std::vector<Followers> by_series_;
  std::vector<WatchId> fired_;
};

}  // namespace pytrader
