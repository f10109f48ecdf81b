// The gate: plain messages in quiet times go to the core, everything else takes the general path.
#include "matching/matching_engine.hpp"

namespace pytrader {

namespace {

// Below this many resting orders the index and the nodes stay in the caches, and looking ahead only costs.
constexpr u32 kOrdersWorthLookingAhead = 20'000;
constexpr std::size_t kIndexAhead = 24;
constexpr std::size_t kNodeAhead = 12;
constexpr std::size_t kNeighboursAhead = 6;

}  // namespace

bool MatchingEngine::is_plain(const OrderMessage& message) noexcept {
  switch (static_cast<MessageKind>(message.kind)) {
    case MessageKind::new_:
      return message.owner == 0 && message.terms == 0 && message.self_trade == 0 && message.reserved == 0;
    case MessageKind::cancel:
      return true;
    case MessageKind::replace:
      return message.terms == 0;
    default:
      return false;
  }
}

MessageStatus MatchingEngine::apply(const OrderMessage& message, std::span<const OrderTerms> terms, i64 message_index,
                                    EngineOutput& output) {
  const bool plain = is_plain(message) && quiet();
  MessageStatus status =
      plain ? apply_plain(message, message_index, output.fills) : apply_general(message, terms, message_index, output);
  ++counters_.messages;
  if (is_rejected(status)) {
    // The core does not know every type, time in force and flag; what it refuses, the general path judges again.
    if (plain) status = apply_general(message, terms, message_index, output);
    if (is_rejected(status)) ++counters_.rejections[status - kRejected];
  }
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
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (pool_.size() > kOrdersWorthLookingAhead && i + kIndexAhead < messages.size()) look_ahead(&messages[i]);
    statuses[i] = apply(messages[i], terms, static_cast<i64>(i), output);
  }
}

}  // namespace pytrader
