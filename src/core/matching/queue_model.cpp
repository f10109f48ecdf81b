// The queue models, each a few lines over shares in fixed point.
#include "matching/queue_model.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <string>

#include "decimal/binary_logarithm.hpp"
#include "decimal/error.hpp"

namespace pytrader {
namespace {

constexpr u64 kOne = u64{1} << 62;

// part / whole in 2^-62, at most 2^-61 off; whole is above 0 and at least part.
u64 ratio(u128 part, u128 whole) noexcept {
  const u64 high = static_cast<u64>(whole >> 64);
  const int surplus = high != 0 ? 64 - std::countl_zero(high) : 0;
  return static_cast<u64>(((part >> surplus) << 62) / (whole >> surplus));
}

// share^exponent, of shares in 2^-62; each multiplication rounds down.
u64 power_of(u64 share, u32 exponent) noexcept {
  u64 result = share;
  for (u32 i = 1; i < exponent; ++i) result = static_cast<u64>(static_cast<u128>(result) * share >> 62);
  return result;
}

// log2(1 + lots) in 2^-32, of lots in 2^-32.
u64 log2_of_one_more(u128 lots) noexcept {
  return log2_of(lots + QueueModel::kAll) - (u64{32} << 32);
}

u64 share_of(u64 part, u64 whole) noexcept {
  return static_cast<u64>((static_cast<u128>(part) << 32) / whole);
}

class RiskAverseQueue final : public QueueModel {
  u64 share_behind(u128, u128) const noexcept override { return kAll; }
};

class FrontQueue final : public QueueModel {
  u64 share_behind(u128, u128) const noexcept override { return 0; }
};

class PowerQueue final : public QueueModel {
 public:
  explicit PowerQueue(u32 exponent) noexcept : exponent_(exponent) {}
  u64 share_behind(u128 ahead, u128 behind) const noexcept override {
    const u64 behind_share = ratio(behind, ahead + behind);
    const u64 behind_power = power_of(behind_share, exponent_);
    return share_of(behind_power, behind_power + power_of(kOne - behind_share, exponent_));
  }

 private:
  u32 exponent_;
};

class PowerOfTotalQueue final : public QueueModel {
 public:
  explicit PowerOfTotalQueue(u32 exponent) noexcept : exponent_(exponent) {}
  u64 share_behind(u128 ahead, u128 behind) const noexcept override {
    return power_of(ratio(behind, ahead + behind), exponent_) >> 30;
  }

 private:
  u32 exponent_;
};

class PowerOfAheadQueue final : public QueueModel {
 public:
  explicit PowerOfAheadQueue(u32 exponent) noexcept : exponent_(exponent) {}
  u64 share_behind(u128 ahead, u128 behind) const noexcept override {
    return (kOne - power_of(ratio(ahead, ahead + behind), exponent_)) >> 30;
  }

 private:
  u32 exponent_;
};

class LogarithmQueue final : public QueueModel {
  u64 share_behind(u128 ahead, u128 behind) const noexcept override {
    const u64 behind_log = log2_of_one_more(behind);
    const u64 sum = behind_log + log2_of_one_more(ahead);
    return sum == 0 ? kAll : share_of(behind_log, sum);
  }
};

class LogarithmOfTotalQueue final : public QueueModel {
  u64 share_behind(u128 ahead, u128 behind) const noexcept override {
    const u64 total_log = log2_of_one_more(ahead + behind);
    return total_log == 0 ? kAll : share_of(log2_of_one_more(behind), total_log);
  }
};

struct KindName {
  QueueModelKind kind;
  const char* name;
  bool has_exponent;
};

// In the order of the enumeration.
constexpr std::array<KindName, 7> kKindNames = {{
    {QueueModelKind::risk_averse, "risk_averse", false},
    {QueueModelKind::front, "front", false},
    {QueueModelKind::power, "power", true},
    {QueueModelKind::power_of_total, "power_of_total", true},
    {QueueModelKind::power_of_ahead, "power_of_ahead", true},
    {QueueModelKind::logarithm, "logarithm", false},
    {QueueModelKind::logarithm_of_total, "logarithm_of_total", false},
}};

const KindName& name_of(QueueModelKind kind) noexcept {
  return kKindNames[static_cast<std::size_t>(kind)];
}

}  // namespace

std::unique_ptr<const QueueModel> make_queue_model(const QueueModelChoice& choice) {
  const bool fits = name_of(choice.kind).has_exponent ? choice.exponent >= 1 && choice.exponent <= kMaxQueueExponent
                                                      : choice.exponent == 0;
  if (!fits) {
    throw Error(ErrorCode::invalid_argument, "queue model: the exponent is " + std::to_string(choice.exponent) +
                                                 "; a power has one from 1 to 16, other models have none (0)");
  }
  switch (choice.kind) {
    case QueueModelKind::risk_averse:
      break;
    case QueueModelKind::front:
      return std::make_unique<FrontQueue>();
    case QueueModelKind::power:
      return std::make_unique<PowerQueue>(choice.exponent);
    case QueueModelKind::power_of_total:
      return std::make_unique<PowerOfTotalQueue>(choice.exponent);
    case QueueModelKind::power_of_ahead:
      return std::make_unique<PowerOfAheadQueue>(choice.exponent);
    case QueueModelKind::logarithm:
      return std::make_unique<LogarithmQueue>();
    case QueueModelKind::logarithm_of_total:
      return std::make_unique<LogarithmOfTotalQueue>();
  }
  return std::make_unique<RiskAverseQueue>();
}

std::string to_text(const QueueModelChoice& choice) {
  const KindName& name = name_of(choice.kind);
  return name.has_exponent ? name.name + (":" + std::to_string(choice.exponent)) : name.name;
}

QueueModelChoice queue_model_from_text(const std::string& text) {
  const std::size_t colon = text.find(':');
  for (const KindName& each : kKindNames) {
    if (text.substr(0, colon) != each.name || each.has_exponent != (colon != std::string::npos)) continue;
    QueueModelChoice choice{each.kind, 0};
    if (!each.has_exponent) return choice;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, choice.exponent);
    const bool whole = read.ec == std::errc{} && read.ptr == end;
    if (whole && choice.exponent >= 1 && choice.exponent <= kMaxQueueExponent) return choice;
  }
  std::string known;
  for (const KindName& each : kKindNames) {
    known += (known.empty() ? "" : ", ") + std::string(each.name) + (each.has_exponent ? ":N" : "");
  }
  throw Error(ErrorCode::invalid_argument,
              "queue model '" + text + "' is none of " + known + ", where N is a whole number from 1 to 16");
}

}  // namespace pytrader
