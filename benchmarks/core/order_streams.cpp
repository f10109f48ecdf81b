// Order streams for the matching benchmarks: those of a file with known answers, and own ones whose touch travels.
#include "order_streams.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace pytrader::bench {
namespace {

// The record of order_stream.py.
struct Record {
  u8 type;  // 0 new limit, 1 cancel, 2 modify, 3 market, 4 IOC
  u8 side;  // 0 buy, 1 sell
  u8 tif;
  u8 flag;
  u32 quantity;
  std::int32_t price;
  u32 symbol;
  u64 order_id;
  u64 order_id_2;
};
static_assert(sizeof(Record) == 32);

OrderMessage message_of(const Record& record) {
  OrderMessage message{};
  const MessageKind kind = record.type == 1   ? MessageKind::cancel
                           : record.type == 2 ? MessageKind::replace
                                              : MessageKind::new_;
  message.kind = static_cast<u8>(kind);
  message.side = static_cast<u8>(1 + record.side);
  message.order_type = static_cast<u8>(record.type == 3 ? OrderType::market : OrderType::limit);
  message.time_in_force = static_cast<u8>(record.type >= 3 ? TimeInForce::ioc : TimeInForce::gtc);
  message.price = record.type == 3 ? 0 : record.price;
  message.quantity = record.quantity;
  message.order_id = record.order_id;
  return message;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can not read " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

u64 mix(u64& state) {
  state += 0x9E3779B97F4A7C15ULL;
  u64 mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

constexpr i64 kStart = 100'000;

i64 middle_of(Travel travel, std::size_t at, std::size_t count) {
  const i64 done = static_cast<i64>(at * 1000 / count);  // thousandths
  switch (travel) {
    case Travel::stays:
      return kStart;
    case Travel::away_25:
      return kStart - kStart / 4 * static_cast<i64>(at) / static_cast<i64>(count);
    case Travel::away_40:
      return kStart - kStart * 2 / 5 * static_cast<i64>(at) / static_cast<i64>(count);
    case Travel::crash:
      if (done < 500 || done >= 600) return kStart;
      if (done < 510) return kStart - kStart / 3 * static_cast<i64>(at - count / 2) / static_cast<i64>(count / 100);
      return kStart * 2 / 3 + kStart / 3 * (done - 510) / 90;
  }
  return kStart;
}

}  // namespace

VenueRules stream_rules() {
  VenueRules rules;
  rules.amend = AmendPolicy::always_loses;
  rules.replace_quantity = ReplaceQuantity::open;
  return rules;
}

OrderStream read_stream(const std::string& path) {
  const std::string bytes = bytes_of(path);
  if (bytes.size() < 10 || bytes.compare(1, 5, "NUMPY") != 0) throw std::runtime_error(path + " is no .npy file");
  const std::size_t header =
      10 + static_cast<unsigned char>(bytes[8]) + 256 * static_cast<std::size_t>(static_cast<unsigned char>(bytes[9]));
  OrderStream stream;
  stream.name = path.substr(path.find_last_of('/') + 1);
  for (std::size_t at = header; at + sizeof(Record) <= bytes.size(); at += sizeof(Record)) {
    Record record;
    std::memcpy(&record, bytes.data() + at, sizeof(Record));
    stream.messages.push_back(message_of(record));
  }
  const std::string answers = bytes_of(path.substr(0, path.rfind(".npy")) + ".json");
  const std::string key = "\"trade_checksum\": \"";
  const std::size_t found = answers.find(key);
  if (found == std::string::npos) throw std::runtime_error(path + ": the .json beside it names no trade_checksum");
  stream.checksum = answers.substr(found + key.size(), 16);
  return stream;
}

namespace {

// The orders that a stream has entered and not canceled, whether or not they have traded since.
class EnteredOrders {
 public:
  struct Order {
    u64 id;
    u8 side;
    i64 price;
  };

  std::size_t size() const { return orders_.size(); }
  void add(const Order& order) {
    at_[order.id] = orders_.size();
    orders_.push_back(order);
    by_price_[order.side - 1].insert({order.price, order.id});
  }
  // Takes out an order that the middle has run over, else any.
  Order take(i64 middle, u64 draw) {
    std::size_t at = draw % orders_.size();
    if (!by_price_[0].empty() && by_price_[0].rbegin()->first >= middle) {
      at = at_[by_price_[0].rbegin()->second];
    } else if (!by_price_[1].empty() && by_price_[1].begin()->first <= middle) {
      at = at_[by_price_[1].begin()->second];
    }
    const Order order = orders_[at];
    orders_[at] = orders_.back();
    at_[orders_[at].id] = at;
    orders_.pop_back();
    at_.erase(order.id);
    by_price_[order.side - 1].erase({order.price, order.id});
    return order;
  }

 private:
  std::vector<Order> orders_;
  std::unordered_map<u64, std::size_t> at_;  // where in orders_
  std::set<std::pair<i64, u64>> by_price_[2];
};

}  // namespace

OrderStream travelling_stream(Travel travel, std::size_t count) {
  constexpr const char* names[] = {"touch stays", "walks away 25 %", "walks away 40 %", "flash crash"};
  constexpr std::size_t kResting = 1'000;
  constexpr std::size_t kMostResting = 1'100;
  OrderStream stream;
  stream.name = names[static_cast<int>(travel)];
  EnteredOrders entered;
  u64 state = 23;
  u64 last_id = 0;
  while (stream.messages.size() < count) {
    const i64 middle = middle_of(travel, stream.messages.size(), count);
    const u64 draw = mix(state) % 1000;
    const u64 away = mix(state);
    const i64 ticks = static_cast<i64>(std::min(away % 256, (away >> 32) % 256));
    OrderMessage message{};
    message.quantity = 1 + static_cast<i64>(mix(state) % 100);
    if (entered.size() < kResting || (draw < 460 && entered.size() < kMostResting)) {
      message.kind = static_cast<u8>(MessageKind::new_);
      message.order_id = ++last_id;
      message.side = static_cast<u8>(1 + (mix(state) & 1));
      message.order_type = static_cast<u8>(OrderType::limit);
      message.time_in_force = static_cast<u8>(draw % 50 == 0 ? TimeInForce::ioc : TimeInForce::gtc);
    } else {
      const EnteredOrders::Order order = entered.take(middle, mix(state));
      message.kind = static_cast<u8>(draw < 915 ? MessageKind::cancel : MessageKind::replace);
      message.order_id = order.id;
      message.side = order.side;
    }
    message.price = message.side == 1 ? middle - 1 - ticks : middle + 1 + ticks;
    if (message.kind != static_cast<u8>(MessageKind::cancel) &&
        message.time_in_force != static_cast<u8>(TimeInForce::ioc)) {
      entered.add({message.order_id, message.side, message.price});
    }
    stream.messages.push_back(message);
  }
  return stream;
}

std::string checksum_of(const std::vector<Fill>& fills) {
  u64 value = 0;
  for (const Fill& fill : fills) {
    value = (value * 0x100000001B3ULL) ^
            (fill.maker_order_id * 0x9E3779B97F4A7C15ULL + fill.taker_order_id * 0xC2B2AE3D27D4EB4FULL +
             static_cast<u64>(fill.price) * 0x165667B19E3779F9ULL + static_cast<u64>(fill.quantity));
  }
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace pytrader::bench
