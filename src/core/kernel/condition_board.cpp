// Making conditions once each, and evaluating those of a series.
#include "kernel/condition_board.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

Truth truth_of(bool holds) noexcept {
  return holds ? Truth::yes : Truth::no;
}

std::vector<SeriesId> joined(std::vector<SeriesId> series, const std::vector<SeriesId>& more) {
  series.insert(series.end(), more.begin(), more.end());
  std::sort(series.begin(), series.end());
  series.erase(std::unique(series.begin(), series.end()), series.end());
  return series;
}

}  // namespace

ConditionId ConditionBoard::find_or_add(const Node& wanted, const std::vector<SeriesId>& series) {
  for (ConditionId id = 0; id < nodes_.size(); ++id) {
    const Node& known = nodes_[id];
    if (known.kind == wanted.kind && known.left == wanted.left && known.right == wanted.right && known.a == wanted.a &&
        known.b == wanted.b && known.price.numerator == wanted.price.numerator &&
        known.price.denominator == wanted.price.denominator) {
      return id;
    }
  }
  if (nodes_.size() >= kMaxConditions) {
    throw Error(ErrorCode::capacity, "conditions: a run can have " + std::to_string(kMaxConditions) + " at most");
  }
  nodes_.push_back(wanted);
  evaluate(nodes_.back());
  moved_.reserve(nodes_.capacity());
  series_of_.push_back(series);
  const auto id = static_cast<ConditionId>(nodes_.size() - 1);
  for (const SeriesId each : series) {
    if (each >= by_series_.size()) by_series_.resize(each + 1);
    Followers& followers = by_series_[each];
    (wanted.kind == Kind::order ? followers.orders : followers.nodes).push_back(id);
  }
  return id;
}

ConditionId ConditionBoard::order_of(Operand a, const Operand* b, Fraction price) {
  Node node{};
  node.kind = Kind::order;
  node.a = a.indicator;
  node.b = b != nullptr ? b->indicator : nullptr;
  node.price = price;
  return find_or_add(node, b != nullptr ? joined({a.series}, {b->series}) : std::vector<SeriesId>{a.series});
}

ConditionId ConditionBoard::relation(Relation relation, Operand a, const Operand* b, Fraction price) {
  static constexpr Kind kKinds[] = {Kind::above, Kind::below, Kind::crosses_above, Kind::crosses_below};
  const ConditionId order = order_of(a, b, price);
  nodes_[order].crossed |= relation == Relation::crosses_above || relation == Relation::crosses_below;
  return combine(kKinds[static_cast<u8>(relation)], order, 0);
}

ConditionId ConditionBoard::both(ConditionId a, ConditionId b) {
  require(a);
  require(b);
  return combine(Kind::both, a, b);
}

ConditionId ConditionBoard::either(ConditionId a, ConditionId b) {
  require(a);
  require(b);
  return combine(Kind::either, a, b);
}

ConditionId ConditionBoard::inverse(ConditionId a) {
  require(a);
  return combine(Kind::inverse, a, 0);
}

ConditionId ConditionBoard::combine(Kind kind, ConditionId a, ConditionId b) {
  Node node{};
  node.kind = kind;
  node.left = a;
  node.right = b;
  const bool two = kind == Kind::both || kind == Kind::either;
  return find_or_add(node, two ? joined(series_of_[a], series_of_[b]) : series_of_[a]);
}

void ConditionBoard::require(ConditionId condition) const {
  if (condition < nodes_.size()) return;
  throw Error(ErrorCode::invalid_argument, "conditions: there is no condition " + std::to_string(condition) +
                                               "; the run has " + std::to_string(nodes_.size()));
}

WatchId ConditionBoard::watch(StrategyIndex strategy, ConditionId condition) {
  require(condition);
  if (watches_.size() >= kMaxConditions) {
    throw Error(ErrorCode::capacity,
                "conditions: a run can wait for " + std::to_string(kMaxConditions) + " of them at most");
  }
  watches_.push_back({condition, strategy, Truth::unknown});
  const auto id = static_cast<WatchId>(watches_.size() - 1);
  for (const SeriesId series : series_of_[condition]) {
    by_series_[series].watches.push_back(id);
    by_series_[series].fresh = true;
  }
  fired_.reserve(watches_.size());
  return id;
}

// True if the node says another thing than it said after the update before.
bool ConditionBoard::order_again(Node& node) noexcept {
  const std::int8_t before_that = node.before;
  node.before = node.order;
  if (node.a->ready() && (node.b == nullptr || node.b->ready())) {
    node.order = static_cast<std::int8_t>(node.b != nullptr ? compare(*node.a, *node.b) : compare(*node.a, node.price));
  }
  return node.order != node.before || node.before != before_that;
}

void ConditionBoard::evaluate(Node& node) const noexcept {
  switch (node.kind) {
    case Kind::order:
      order_again(node);
      return;
    case Kind::above:
    case Kind::below: {
      const int order = nodes_[node.left].order;
      if (order != kUnordered) node.truth = truth_of(node.kind == Kind::above ? order > 0 : order < 0);
      return;
    }
    case Kind::crosses_above:
    case Kind::crosses_below: {
      const Node& left = nodes_[node.left];
      if (left.before == kUnordered) return;
      node.truth = truth_of(node.kind == Kind::crosses_above ? left.before <= 0 && left.order > 0
                                                             : left.before >= 0 && left.order < 0);
      return;
    }
    case Kind::both: {
      const Truth a = nodes_[node.left].truth;
      const Truth b = nodes_[node.right].truth;
      node.truth = std::min(a, b);
      return;
    }
    case Kind::either: {
      const Truth a = nodes_[node.left].truth;
      const Truth b = nodes_[node.right].truth;
      node.truth = std::min(a, b) == Truth::unknown ? Truth::unknown : std::max(a, b);
      return;
    }
    case Kind::inverse: {
      const Truth a = nodes_[node.left].truth;
      node.truth = a == Truth::unknown ? a : truth_of(a == Truth::no);
      return;
    }
  }
}

bool ConditionBoard::is_settled(SeriesId series) const noexcept {
  const Followers& followers = by_series_[series];
  return moved_.empty() && !followers.fresh &&
         std::all_of(followers.orders.begin(), followers.orders.end(),
                     [this](ConditionId id) { return nodes_[id].order == nodes_[id].before; });
}

std::size_t ConditionBoard::pass_foreseen(SeriesId series, std::size_t count) noexcept {
  fired_.clear();
  for (const ConditionId id : by_series_[series].orders) {
    const Node& node = nodes_[id];
    if (!node.a->ready() || (node.b != nullptr && !node.b->ready())) continue;
    if (node.order == kUnordered) return 0;
    count = node.b != nullptr ? steady(*node.a, *node.b, node.order, count)
                              : steady(*node.a, node.price, node.order, count);
  }
  return count;
}

// Every order node stands as it did, so that no crossing holds. What changes by that is looked at again, by whoever
// watches it, at the next update of each of its series.
void ConditionBoard::end_crossings() noexcept {
  for (const ConditionId id : moved_) {
    nodes_[id].moved = false;
    nodes_[id].before = nodes_[id].order;
  }
  for (const ConditionId order : moved_) {
    if (!nodes_[order].crossed) continue;
    for (const ConditionId id : by_series_[series_of_[order].front()].nodes) {
      const Truth before_that = nodes_[id].truth;
      evaluate(nodes_[id]);
      if (nodes_[id].truth == before_that) continue;
      for (const SeriesId each : series_of_[id]) by_series_[each].fresh = true;
    }
  }
  moved_.clear();
}

// Of the watches from the first on: which of them hear.
void ConditionBoard::wake(const Followers& followers, std::size_t first) {
  for (const WatchId id : followers.watches) {
    if (id < first) continue;
    Watch& watch = watches_[id];
    const Truth now = nodes_[watch.condition].truth;
    if (now == Truth::yes && watch.before != Truth::yes) fired_.push_back(id);
    watch.before = now;
  }
}

const std::vector<WatchId>& ConditionBoard::update_made(SeriesId series, i64 ts) {
  fired_.clear();
  known_nodes_ = nodes_.size();
  known_watches_ = watches_.size();
  if (!has(series)) return fired_;
  pass(ts);
  Followers& followers = by_series_[series];
  // As long as operands stand to one another as they did, every condition is what it was: so it is at most updates.
  bool moved = followers.fresh;
  followers.fresh = false;
  for (const ConditionId id : followers.orders) {
    Node& node = nodes_[id];
    if (!order_again(node)) continue;
    moved = true;
    if (node.moved || node.order == node.before || node.before == kUnordered) continue;
    node.moved = true;
    moved_.push_back(id);
    moved_ts_ = ts;
  }
  if (!moved) [[likely]]
    return fired_;
  for (const ConditionId id : followers.nodes) evaluate(nodes_[id]);
  wake(followers, 0);
  return fired_;
}

// They take the value a second time, as those do that were made before it: what they were before is what they are.
const std::vector<WatchId>& ConditionBoard::update_made_meanwhile(SeriesId series) {
  if (!has(series)) return fired_;
  Followers& followers = by_series_[series];
  for (const ConditionId id : followers.orders) {
    if (id >= known_nodes_) order_again(nodes_[id]);
  }
  for (const ConditionId id : followers.nodes) {
    if (id >= known_nodes_) evaluate(nodes_[id]);
  }
  wake(followers, known_watches_);
  followers.fresh = false;
  return fired_;
}

}  // namespace pytrader
