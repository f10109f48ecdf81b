// Where in the queue of a price level a cancellation happened: the guess that level data leave to a model.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "decimal/integers.hpp"

namespace pytrader {

// What stands ahead of an own order: whole lots and a rest in 2^-32 lot.
struct QueueAhead {
  i64 lots = 0;
  u32 fraction = 0;

  // A lot that may be ahead counts as ahead; below 2^-16 lot it is the rounding of a share.
  i64 whole_lots() const noexcept { return lots + (fraction >> 16 != 0 ? 1 : 0); }
  friend bool operator==(const QueueAhead&, const QueueAhead&) = default;
};

// A plug point: one small class for each model.
class QueueModel {
 public:
  static constexpr u64 kAll = u64{1} << 32;

  virtual ~QueueModel() = default;
  // The share, in 2^-32, of canceled lots that stood behind an own order which had so much ahead of it and behind it
  // (both in 2^-32 lot, together above 0 and below 2^96).
  virtual u64 share_behind(u128 ahead, u128 behind) const noexcept = 0;
};

enum class QueueModelKind : u8 {
  risk_averse,         // cancels come from behind as long as anything is there
  front,               // cancels come from ahead
  power,               // behind^n / (ahead^n + behind^n)
  power_of_total,      // behind^n / (ahead + behind)^n
  power_of_ahead,      // 1 - ahead^n / (ahead + behind)^n
  logarithm,           // log(1 + behind) / (log(1 + ahead) + log(1 + behind))
  logarithm_of_total,  // log(1 + behind) / log(1 + ahead + behind)
};

constexpr u32 kMaxQueueExponent = 16;

struct QueueModelChoice {
  QueueModelKind kind = QueueModelKind::risk_averse;
  u32 exponent = 0;  // n of the powers, 1 to kMaxQueueExponent; 0 for the others

  friend bool operator==(const QueueModelChoice&, const QueueModelChoice&) = default;
};

// Throws Error(invalid_argument) for an exponent that the kind does not have.
std::unique_ptr<const QueueModel> make_queue_model(const QueueModelChoice& choice);
// "risk_averse", "power:3": the kind, and after a colon the exponent of a power.
std::string to_text(const QueueModelChoice& choice);
// Throws Error(invalid_argument) for a text that names no model.
QueueModelChoice queue_model_from_text(const std::string& text);

inline QueueAhead after_trade(QueueAhead ahead, i64 quantity) noexcept {
  if (ahead.lots < quantity) return {};
  ahead.lots -= quantity;
  return ahead;
}

inline QueueAhead no_more_than(QueueAhead ahead, i64 displayed) noexcept {
  return displayed < ahead.whole_lots() ? QueueAhead{displayed, 0} : ahead;
}

// The level showed `before` lots and now shows `after`; `traded` lots of it, which `ahead` has been told of, traded in
// between: what else is gone was canceled. A level that showed less than is ahead was cleared: what it shows now
// counts.
inline QueueAhead after_level(const QueueModel& model, QueueAhead ahead, i64 before, i64 after, i64 traded) noexcept {
  const i64 untraded = before - std::min(before, traded);
  const i64 canceled = untraded - after;
  if (canceled > 0 && ahead != QueueAhead{} && ahead.whole_lots() <= untraded) {
    const u128 stood = static_cast<u128>(untraded) << 32;
    const u128 stands_ahead = std::min(stood, (static_cast<u128>(ahead.lots) << 32) + ahead.fraction);
    const u128 stands_behind = stood - stands_ahead;
    const u128 gone = static_cast<u128>(canceled) << 32;
    // What does not stand on one side was canceled on the other.
    const u128 wanted = static_cast<u128>(canceled) * model.share_behind(stands_ahead, stands_behind);
    const u128 gone_ahead = std::min(stands_ahead, gone - std::min(wanted, stands_behind));
    const u128 left = stands_ahead - gone_ahead;
    ahead = {static_cast<i64>(left >> 32), static_cast<u32>(left)};
  }
  return no_more_than(ahead, after);
}

}  // namespace pytrader
