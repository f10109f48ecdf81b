// The gate: plain messages in quiet times go to the core, everything else takes the general path.
#include <algorithm>

#include "matching/matching_engine.hpp"
#include "matching/plain_path.hpp"

namespace pytrader {

namespace {

// Below this many resting orders the index and the nodes stay in the caches, and looking ahead only costs.
constexpr u32 kOrdersWorthLookingAhead = 50'000;
// After so many messages it is asked again whether looking ahead is worth it.
constexpr std::ptrdiff_t kStretch = 256;
constexpr std::ptrdiff_t kIndexAhead = 24;
constexpr std::ptrdiff_t kNodeAhead = 12;
constexpr std::ptrdiff_t kNeighboursAhead = 6;
#ifdef PYTRADER_CHECKED
constexpr bool kIsChecked = true;
#else
constexpr bool kIsChecked = false;
#endif

}  // namespace

bool MatchingEngine::is_plain(const OrderMessage& message) const noexcept {
  switch (static_cast<MessageKind>(message.kind)) {
    case MessageKind::new_:
      return offers_plain_ && message.owner == 0 && message.terms == 0 && message.self_trade == 0 &&
             message.reserved == 0;
    case MessageKind::cancel:
      return true;
    case MessageKind::replace:
      return message.terms == 0;
    default:
      return false;
  }
}

MessageStatus MatchingEngine::apply_uncommon(const OrderMessage& message, std::span<const OrderTerms> terms,
                                             i64 message_index, EngineOutput& output) {
  if (is_plain(message)) {
    // The core does not know every type, time in force and flag; what it refuses, the general path judges again.
    const MessageStatus status = apply_plain(message, message_index, output.fills);
    if (!is_rejected(status)) return status;
  }
  return apply_general(message, terms, message_index, output);
}

template <bool names, class IndexOf, class Uncommon>
inline MessageStatus MatchingEngine::pass(const OrderMessage& message, IndexOf&& message_index,
                                          std::vector<Fill>& fills, Uncommon&& uncommon) {
  if (message.kind == static_cast<u8>(MessageKind::cancel)) return cancel_quickly<names>(message.order_id);
  // What sets the header apart from a plain buy's: one bit for a plain sell, so that one test serves both.
  constexpr u64 buy = plain_limit_header(Side::buy);
  constexpr u64 sell = plain_limit_header(Side::sell) - buy;
  static_assert(std::has_single_bit(sell));
  const u64 apart = header_of(message) - buy;
  if (((apart & ~sell) | owner_and_terms_of(message)) == 0) {
    return rest_or_submit(message, apart / sell, message_index, fills);
  }
  constexpr int steps = static_cast<int>(MessageKind::replace) - static_cast<int>(MessageKind::new_);
  static_assert(std::endian::native == std::endian::little);  // the kind is the lowest byte
  if (static_cast<u8>(apart) == steps && message.terms == 0) return requeue_or<names>(message, uncommon);
  return uncommon();
}

MessageStatus MatchingEngine::apply(const OrderMessage& message, std::span<const OrderTerms> terms, i64 message_index,
                                    EngineOutput& output) {
  const auto uncommon = [&] { return apply_uncommon(message, terms, message_index, output); };
  const MessageStatus status = quiet() ? pass<true>(
                                             message, [message_index] { return message_index; }, output.fills, uncommon)
                                       : apply_general(message, terms, message_index, output);
  if constexpr (kIsChecked) check_by_turns();
  ++counters_.messages;
  if (is_rejected(status)) [[unlikely]]
    ++counters_.rejections[status - kRejected];
  return status;
}

// Three stages, each asking for the memory whose address the stage before has brought in: the index entry of a later
// message, the node of a nearer one, the neighbours in the queue of one nearer still.
inline void MatchingEngine::look_ahead(const OrderMessage* message) const noexcept {
  index_.prefetch(message[kIndexAhead].order_id);
  pool_.prefetch(index_.guess(message[kNodeAhead].order_id));
  const u32 slot = index_.guess(message[kNeighboursAhead].order_id);
  if (slot == kNone) return;
  pool_.prefetch(pool_[slot].prev);
  pool_.prefetch(pool_[slot].next);
}

void MatchingEngine::apply(std::span<const OrderMessage> messages, std::span<const OrderTerms> terms,
                           MessageStatus* statuses, EngineOutput& output) {
  const OrderMessage* const first = messages.data();
  const OrderMessage* at = first;
  const auto put = [this, &statuses](MessageStatus status) __attribute__((always_inline)) {
    if constexpr (kIsChecked) check_by_turns();
    if (is_rejected(status)) [[unlikely]]
      ++counters_.rejections[status - kRejected];
    *statuses++ = status;
  };
  const OrderMessage* const last = first + messages.size();
  const OrderMessage* stop = first;
  const auto pass_one = [&]() __attribute__((always_inline)) {
    // Inlined by force: a call that knew `at` and `stop` by address would keep them in memory for all messages.
    const auto message_index = [&at, first]() __attribute__((always_inline)) { return at - first; };
    const auto uncommon = [&]() __attribute__((always_inline)) {
      const MessageStatus status = apply_uncommon(*at, terms, at - first, output);
      if (!quiet()) stop = at + 1;
      return status;
    };
    put(pass<false>(*at, message_index, output.fills, uncommon));
  };
  try {
    while (at != last) {
      const bool far = pool_.size() > kOrdersWorthLookingAhead && last - at > kIndexAhead;
      stop = at + std::min(far ? last - at - kIndexAhead : last - at, kStretch);
      if (!quiet()) {
        for (; at != stop && !quiet(); ++at) put(apply_general(*at, terms, at - first, output));
      } else if (far) {
        for (; at != stop; ++at) {
          look_ahead(at);
          pass_one();
        }
      } else {
        for (; at != stop; ++at) pass_one();
      }
    }
  } catch (...) {
    counters_.messages += static_cast<u64>(at - first);
    throw;
  }
  counters_.messages += messages.size();
}

}  // namespace pytrader
