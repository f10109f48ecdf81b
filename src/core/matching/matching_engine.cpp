// The general path: what plain matching in the core does not know.
#include "matching/matching_engine.hpp"

#include <stdexcept>

namespace pytrader {

MatchingEngine::MatchingEngine(const VenueRules& rules, u32 max_orders) : MatchingCore(rules, max_orders) {}

// What asks for more than plain matching is refused.
MessageStatus MatchingEngine::apply_general(const OrderMessage& message, std::span<const OrderTerms>, i64,
                                            EngineOutput&) {
  RejectReason reason = RejectReason::malformed_message;
  if (message.kind == static_cast<u8>(MessageKind::new_)) reason = check_form(message);
  return status_of(reason == RejectReason::none ? RejectReason::malformed_message : reason);
}

void MatchingEngine::self_check() const {
  check_book();
  if (crossed()) throw std::logic_error("matching engine: the book is crossed");
}

}  // namespace pytrader
