// Feeds arbitrary messages and terms to two matching engines, one by one and at once; both must stay sound and agree.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "matching/matching_engine.hpp"

using namespace pytrader;

namespace {

constexpr std::size_t kMessagesMax = 512;
constexpr u32 kOrdersMax = 200;

// Reads numbers from the input, 0 once it has ended.
class Source {
 public:
  Source(const u8* data, std::size_t size) : data_(data), left_(size) {}

  bool at_end() const { return left_ == 0; }
  u8 byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  i64 wide() {
    u64 value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return static_cast<i64>(value);
  }
  // Mostly a small number around `center`, now and then any.
  i64 number(i64 center) {
    const u8 first = byte();
    if (first == 0xFF) return wide();
    return center + static_cast<signed char>(first) % 16;
  }
  template <class T, std::size_t N>
  T one_of(const T (&choices)[N]) {
    return choices[byte() % N];
  }

 private:
  const u8* data_;
  std::size_t left_;
};

constexpr OrderType kTypes[] = {OrderType::limit,
                                OrderType::limit,
                                OrderType::limit,
                                OrderType::market,
                                OrderType::stop,
                                OrderType::stop_limit,
                                OrderType::market_if_touched,
                                OrderType::limit_if_touched,
                                OrderType::market_to_limit,
                                OrderType::market_with_protection,
                                OrderType::trailing_stop,
                                OrderType::trailing_stop_limit,
                                OrderType::pegged};
constexpr TimeInForce kForces[] = {TimeInForce::gtc,
                                   TimeInForce::gtc,
                                   TimeInForce::gtc,
                                   TimeInForce::day,
                                   TimeInForce::ioc,
                                   TimeInForce::fok,
                                   TimeInForce::gtd,
                                   TimeInForce::at_the_open,
                                   TimeInForce::at_the_close,
                                   TimeInForce::gtc,
                                   TimeInForce::good_for_auction};
constexpr MessageKind kKinds[] = {MessageKind::new_,        MessageKind::new_,
                                  MessageKind::new_,        MessageKind::new_,
                                  MessageKind::cancel,      MessageKind::replace,
                                  MessageKind::replace,     MessageKind::clock,
                                  MessageKind::phase,       MessageKind::reference_price,
                                  MessageKind::mass_cancel, MessageKind::position,
                                  MessageKind::group};

OrderTerms draw_terms(Source& source) {
  OrderTerms terms;
  const u8 given = source.byte();
  if ((given & 1) != 0) terms.stop_price = source.number(100);
  if ((given & 2) != 0) terms.display_qty = source.number(8);
  if ((given & 4) != 0) terms.min_qty = source.number(8);
  if ((given & 8) != 0) terms.expire_time = source.number(64);
  if ((given & 16) != 0) {
    terms.trailing_offset = source.number(4);
    terms.trailing_unit = source.byte() % 3;
    terms.trailing_step = source.number(0);
  }
  if ((given & 32) != 0) terms.activation_price = source.number(100);
  if ((given & 64) != 0) {
    terms.peg_type = source.byte() % 4;
    terms.peg_offset = source.number(0);
  }
  if ((given & 128) != 0) {
    terms.display_range = source.number(2);
    terms.limit_offset = source.number(0);
  }
  return terms;
}

OrderMessage draw_message(Source& source, std::vector<OrderTerms>& terms) {
  OrderMessage message{};
  const u8 shape = source.byte();
  message.kind = static_cast<u8>(source.one_of(kKinds));
  message.side = static_cast<u8>(shape & 1 ? Side::buy : Side::sell);
  message.order_type = static_cast<u8>(source.one_of(kTypes));
  message.time_in_force = static_cast<u8>(source.one_of(kForces));
  message.order_id = source.byte() % 64;
  message.price = (shape & 2) != 0 ? kNoPrice : source.number(100);
  message.quantity = source.number(12);
  if ((shape & 4) != 0) {
    message.owner = source.byte() % 4;
    message.self_trade = source.byte() % 7;
  }
  if ((shape & 8) != 0) message.flags = source.byte() & 0x3F;
  if ((shape & 16) != 0) {
    terms.push_back(draw_terms(source));
    message.terms = static_cast<u32>(terms.size());
  }
  if (shape >= 0xF0) message.terms = static_cast<u32>(source.number(0));
  return message;
}

void require(bool holds) {
  if (!holds) std::abort();
}

bool same_bytes(const auto& a, const auto& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0);
}

// Every status is one that the engine gives, and every fill and update says something that can be.
void check_output(const std::vector<MessageStatus>& statuses, const EngineOutput& output) {
  for (const MessageStatus status : statuses) {
    if (is_rejected(status)) {
      require(reason_of(status) != RejectReason::none && static_cast<u8>(reason_of(status)) < kRejectReasonCount);
    } else {
      require(status >= 1 && status <= static_cast<u8>(Outcome::accepted));
    }
  }
  for (const Fill& fill : output.fills) {
    require(fill.quantity > 0 && fill.taker_leaves_qty >= 0 && fill.maker_leaves_qty >= 0 && fill.price != kNoPrice);
  }
  for (const OrderUpdate& update : output.updates) {
    require(update.kind >= 1 && update.kind <= static_cast<u8>(UpdateKind::limit_state));
    require(update.fill_index >= 0 && update.fill_index <= static_cast<i64>(output.fills.size()));
  }
}

// What a refused message must leave as it was.
struct Holdings {
  std::size_t orders;
  i64 bids, asks;
  u64 fills;
  bool operator==(const Holdings&) const = default;
};

Holdings holdings(const MatchingEngine& engine) {
  return {engine.order_count(), engine.open_quantity(Side::buy), engine.open_quantity(Side::sell),
          engine.counters().fills};
}

void run(const VenueRules& rules, const std::vector<OrderMessage>& messages, const std::vector<OrderTerms>& terms) {
  MatchingEngine single(rules, kOrdersMax);
  EngineOutput output;
  std::vector<MessageStatus> statuses;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Holdings before = holdings(single);
    const std::size_t updates = output.updates.size();
    statuses.push_back(single.apply(messages[i], terms, static_cast<i64>(i), output));
    single.self_check();
    if (is_rejected(statuses.back())) require(holdings(single) == before && output.updates.size() == updates);
  }
  check_output(statuses, output);

  MatchingEngine whole(rules, kOrdersMax);
  EngineOutput whole_output;
  std::vector<MessageStatus> whole_statuses(messages.size());
  whole.apply(messages, terms, whole_statuses.data(), whole_output);
  require(whole_statuses == statuses && holdings(whole) == holdings(single));
  require(same_bytes(output.fills, whole_output.fills) && same_bytes(output.updates, whole_output.updates));
}

}  // namespace

// The first byte chooses the venue's rules.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Source source(data, size);
  const std::span<const VenuePreset> presets = venue_presets();
  const u8 choice = source.byte();
  const VenueRules rules = choice % 2 == 0 ? VenueRules{} : presets[choice / 2 % presets.size()].rules;
  std::vector<OrderMessage> messages;
  std::vector<OrderTerms> terms;
  while (!source.at_end() && messages.size() < kMessagesMax) messages.push_back(draw_message(source, terms));
  run(rules, messages, terms);
  return 0;
}
