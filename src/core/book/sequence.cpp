// Judges an update's ids against the last ones by a venue's rule.
#include "book/sequence.hpp"

namespace pytrader {

SequenceVerdict SequenceTracker::judge(const SequenceIds& ids) const noexcept {
  const bool known = last_ != kNoSequenceId;
  const bool says = ids.last != kNoSequenceId;
  if (rule_.link == SequenceLink::none || (!known && !says)) return SequenceVerdict::follows;
  if (!known || !says) return SequenceVerdict::gap;
  return joined_ || rule_.join == SequenceJoin::linked ? judge_link(ids) : judge_first(ids);
}

SequenceVerdict SequenceTracker::judge_first(const SequenceIds& ids) const noexcept {
  const auto answer = [](bool follows) { return follows ? SequenceVerdict::follows : SequenceVerdict::gap; };
  switch (rule_.join) {
    case SequenceJoin::spans_next:
      return ids.last <= last_ ? SequenceVerdict::older : answer(ids.first - 1 <= last_);
    case SequenceJoin::spans_same:
      if (ids.previous == last_) return SequenceVerdict::follows;
      return ids.last < last_ ? SequenceVerdict::older : answer(ids.first <= last_);
    case SequenceJoin::spans_previous:
      if (ids.previous == last_) return SequenceVerdict::follows;
      return ids.last <= last_ ? SequenceVerdict::older : answer(ids.previous < last_);
    case SequenceJoin::linked:
      break;
  }
  return judge_link(ids);
}

SequenceVerdict SequenceTracker::judge_link(const SequenceIds& ids) const noexcept {
  bool follows = false;
  if (rule_.link == SequenceLink::previous_names_last || ids.previous != kNoSequenceId) {
    follows = ids.previous == last_;
  } else if (rule_.link == SequenceLink::first_joins_last) {
    follows = ids.first - 1 <= last_ && last_ < ids.last;
  } else if (rule_.link == SequenceLink::first_follows_last) {
    follows = (ids.first != kNoSequenceId ? ids.first : ids.last) - 1 == last_;
  } else {
    follows = ids.last > last_;
  }
  if (follows) return SequenceVerdict::follows;
  return rule_.never_falls && ids.last <= last_ ? SequenceVerdict::older : SequenceVerdict::gap;
}

}  // namespace pytrader
