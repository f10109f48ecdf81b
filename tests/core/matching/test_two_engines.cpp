// Two matching engines in two threads: nothing is shared, so each says what it says alone.
#include <thread>
#include <vector>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "matching/matching_engine.hpp"

namespace {

using namespace pytrader;
using testing::RandomSource;

struct Stream {
  std::vector<OrderMessage> messages;
  std::vector<OrderTerms> terms;
};

OrderTerms stop_at(i64 price) {
  OrderTerms terms;
  terms.stop_price = price;
  return terms;
}

OrderTerms showing(i64 quantity) {
  OrderTerms terms;
  terms.display_qty = quantity;
  return terms;
}

// Orders of many kinds that cross often, cancels and replaces.
Stream draw(u64 seed, std::size_t count) {
  RandomSource random(seed);
  Stream stream;
  for (std::size_t i = 0; i < count; ++i) {
    OrderMessage message{};
    const u64 kind = random.below(10);
    message.kind = static_cast<u8>(kind < 6   ? MessageKind::new_
                                   : kind < 8 ? MessageKind::cancel
                                              : MessageKind::replace);
    message.order_id = random.below(300);
    message.side = static_cast<u8>(random.below(2) == 0 ? Side::buy : Side::sell);
    message.order_type = static_cast<u8>(OrderType::limit);
    message.time_in_force = static_cast<u8>(random.below(8) == 0 ? TimeInForce::ioc : TimeInForce::gtc);
    message.price = random.between(-10, 10);
    message.quantity = random.between(1, 20);
    if (kind == 0) {
      message.order_type = static_cast<u8>(OrderType::stop);
      message.time_in_force = static_cast<u8>(TimeInForce::gtc);
      stream.terms.push_back(stop_at(message.price));
      message.price = kNoPrice;
      message.terms = static_cast<u32>(stream.terms.size());
    } else if (kind == 1) {
      message.time_in_force = static_cast<u8>(TimeInForce::gtc);
      stream.terms.push_back(showing((message.quantity + 1) / 2));
      message.terms = static_cast<u32>(stream.terms.size());
    }
    stream.messages.push_back(message);
  }
  return stream;
}

struct Answer {
  std::vector<MessageStatus> statuses;
  EngineOutput output;
};

Answer answer(const Stream& stream) {
  MatchingEngine engine;
  Answer result;
  result.statuses.resize(stream.messages.size());
  engine.apply(stream.messages, stream.terms, result.statuses.data(), result.output);
  engine.self_check();
  return result;
}

bool same_trades(const Answer& a, const Answer& b) {
  if (a.output.fills.size() != b.output.fills.size() || a.output.updates.size() != b.output.updates.size())
    return false;
  for (std::size_t i = 0; i < a.output.fills.size(); ++i) {
    const Fill& left = a.output.fills[i];
    const Fill& right = b.output.fills[i];
    if (left.taker_order_id != right.taker_order_id || left.maker_order_id != right.maker_order_id ||
        left.price != right.price || left.quantity != right.quantity) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("two engines in two threads answer as each does alone") {
  constexpr std::size_t kMessages = 20'000;
  const Stream streams[] = {draw(1, kMessages), draw(2, kMessages)};
  const Answer alone[] = {answer(streams[0]), answer(streams[1])};
  Answer together[2];
  std::thread first([&] { together[0] = answer(streams[0]); });
  std::thread second([&] { together[1] = answer(streams[1]); });
  first.join();
  second.join();
  for (int i = 0; i < 2; ++i) {
    CHECK(together[i].statuses == alone[i].statuses);
    CHECK(same_trades(together[i], alone[i]));
    CHECK(alone[i].output.fills.size() > 1000);
  }
}
