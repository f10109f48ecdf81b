// The general path: what plain matching in the core does not know.
#include "matching/matching_engine.hpp"

namespace pytrader {

MatchingEngine::MatchingEngine(const VenueRules& rules, u32 max_orders)
    : MatchingCore(rules, max_orders), tips_(rules.seed), sharing_(rules.allocation) {
  check(rules);
  // The core does not ask whether the venue offers what it knows, and knows one allocation and no bands.
  const u16 limit = members_of(OrderType::limit);
  const u16 gtc = members_of(TimeInForce::gtc);
  offers_plain_ = offers(rules.order_types, limit | members_of(OrderType::market)) &&
                  offers(rules.times_in_force, gtc | members_of(TimeInForce::ioc) | members_of(TimeInForce::fok));
  if (!offers(rules.order_types, limit) || !offers(rules.times_in_force, gtc)) ++at_work_;
  if (rules.post_only == PostOnlyPolicy::slide) ++at_work_;
  if (has_bands()) ++at_work_;
  if (sharing_.is_active()) ++at_work_;
}

MessageStatus MatchingEngine::apply_general(const OrderMessage& message, std::span<const OrderTerms> terms,
                                            i64 message_index, EngineOutput& output) {
  static constexpr OrderTerms kNoTerms;
  static constexpr OrderTerms kMissingTerms{.trailing_step = -1};  // of a replace: refused as more than it reads
  const bool is_missing = message.terms > terms.size();
  if (is_missing && message.kind == static_cast<u8>(MessageKind::new_))
    return status_of(refusal_without_terms(message));
  output_ = &output;
  message_index_ = message_index;
  const std::size_t fills_before = output.fills.size();
  try_all_or_none_ = true;
  executed_.reserve(pool_.size() + std::size_t{1});
  make_room_for_session();
  const MessageStatus status = answer(message, message.terms == 0 ? kNoTerms
                                               : is_missing       ? kMissingTerms
                                                                  : terms[message.terms - 1]);
  if (is_rejected(status)) return status;
  conclude();
  if (phase_ == TradingPhase::continuous && output.fills.size() > fills_before) check_touch();
  return status;
}

void MatchingEngine::conclude() {
  settle();
  publish_indicative();
  watch_limit_state();
}

MessageStatus MatchingEngine::answer(const OrderMessage& message, const OrderTerms& terms) {
  switch (static_cast<MessageKind>(message.kind)) {
    case MessageKind::new_:
      return submit_general(message, terms);
    case MessageKind::cancel:
      return cancel_general(message.order_id);
    case MessageKind::replace:
      return replace_general(message, terms);
    case MessageKind::clock:
      return set_clock(message.quantity);
    case MessageKind::mass_cancel:
      return mass_cancel(message.owner);
    case MessageKind::position:
    case MessageKind::group:
      return set_account(message);
    case MessageKind::phase:
      return set_phase(message.quantity);
    case MessageKind::reference_price:
      return set_reference_price(message.price);
  }
  return status_of(RejectReason::malformed_message);
}

}  // namespace pytrader
