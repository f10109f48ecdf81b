// Writes DBN headers and records as the vendor does, so that tests can say what a stream holds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "decimal/integers.hpp"
#include "feeds/dbn_feed.hpp"
#include "feeds/dbn_record.hpp"

namespace pytrader::testing {

constexpr i64 kQuarter = 250'000'000;  // a tick of 0.25

class DbnWriter {
 public:
  explicit DbnWriter(u8 version = 1, bool ts_out = false) : version_(version), ts_out_(ts_out) {}

  // The header, with the names of instrument numbers.
  DbnWriter& header(const std::vector<std::pair<std::string, u32>>& names = {{"ESH4", 17}}) {
    const std::size_t symbol = version_ == 1 ? 22 : 71;
    std::vector<u8> rest;
    text(rest, "TEST.SET", 16);
    number(rest, 0, 2);
    number(rest, 1, 8);
    number(rest, 2, 8);
    number(rest, 0, 8);
    if (version_ == 1) number(rest, 0, 8);
    rest.insert(rest.end(), {1, 0, static_cast<u8>(ts_out_)});
    if (version_ > 1) number(rest, symbol, 2);
    rest.resize(100);
    number(rest, 0, 4);
    for (int table = 0; table < 3; ++table) number(rest, 0, 4);
    number(rest, names.size(), 4);
    for (const auto& [name, id] : names) {
      text(rest, name, symbol);
      number(rest, 1, 4);
      number(rest, 20'240'101, 4);
      number(rest, 20'240'102, 4);
      text(rest, std::to_string(id), symbol);
    }
    bytes_.insert(bytes_.end(), {'D', 'B', 'N', version_});
    number(bytes_, rest.size(), 4);
    bytes_.insert(bytes_.end(), rest.begin(), rest.end());
    return *this;
  }

  DbnWriter& record(DbnKind kind, const std::vector<u8>& body, u32 instrument = 17) {
    const std::size_t length = dbn::kHeader + body.size() + (ts_out_ ? 8 : 0);
    bytes_.push_back(static_cast<u8>(length / 4));
    bytes_.push_back(static_cast<u8>(kind));
    number(bytes_, 1, 2);
    number(bytes_, instrument, 4);
    number(bytes_, static_cast<u64>(++time_), 8);
    bytes_.insert(bytes_.end(), body.begin(), body.end());
    if (ts_out_) number(bytes_, 9, 8);
    return *this;
  }

  // Prices in ticks of 0.25.
  DbnWriter& order(char action, char side, u64 id, i64 ticks, u64 size, u8 flags = 128) {
    return order_at(action, side, id, ticks * kQuarter, size, flags);
  }
  DbnWriter& order_at(char action, char side, u64 id, i64 price, u64 size, u8 flags = 128) {
    std::vector<u8> body;
    number(body, id, 8);
    number(body, static_cast<u64>(price), 8);
    number(body, size, 4);
    body.insert(body.end(), {flags, 0, static_cast<u8>(action), static_cast<u8>(side)});
    number(body, static_cast<u64>(time_ + 100), 8);
    number(body, 0, 8);
    return record(DbnKind::mbo, body);
  }

  struct Level {
    i64 bid_ticks, ask_ticks;
    u64 bid_size, ask_size;
  };
  // Of trades without levels, mbp-1 with one, mbp-10 with ten.
  DbnWriter& market(char action, char side, i64 ticks, u64 size, const std::vector<Level>& levels = {}) {
    std::vector<u8> body;
    number(body, static_cast<u64>(ticks * kQuarter), 8);
    number(body, size, 4);
    body.insert(body.end(), {static_cast<u8>(action), static_cast<u8>(side), 128, 0});
    number(body, static_cast<u64>(time_ + 100), 8);
    number(body, 0, 4);
    number(body, 77, 4);
    for (const Level& each : levels) {
      number(body, static_cast<u64>(each.bid_size == 0 ? dbn::kNoPrice : each.bid_ticks * kQuarter), 8);
      number(body, static_cast<u64>(each.ask_size == 0 ? dbn::kNoPrice : each.ask_ticks * kQuarter), 8);
      number(body, each.bid_size, 4);
      number(body, each.ask_size, 4);
      number(body, 1, 4);
      number(body, 2, 4);
    }
    return record(levels.empty() ? DbnKind::trade : levels.size() == 1 ? DbnKind::mbp_1 : DbnKind::mbp_10, body);
  }

  static void number(std::vector<u8>& to, u64 value, int size) {
    for (int shift = 0; shift < 8 * size; shift += 8) to.push_back(static_cast<u8>(value >> shift));
  }
  static void text(std::vector<u8>& to, const std::string& value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) to.push_back(i < value.size() ? static_cast<u8>(value[i]) : u8{0});
  }
  const std::vector<u8>& bytes() const noexcept { return bytes_; }
  WireStop apply_to(DbnFeed& feed) const { return feed.apply(bytes_.data(), bytes_.size()); }

 private:
  u8 version_;
  bool ts_out_;
  std::vector<u8> bytes_;
  i64 time_ = 1000;
};

}  // namespace pytrader::testing
