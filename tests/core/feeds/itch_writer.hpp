// Writes ITCH messages as the venue does, so that tests can say what a session holds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "decimal/integers.hpp"
#include "feeds/itch_feed.hpp"

namespace pytrader::testing {

inline ItchSymbol symbol_of(const std::string& text) {
  ItchSymbol symbol;
  symbol.fill(' ');
  for (std::size_t i = 0; i < text.size(); ++i) symbol[i] = static_cast<u8>(text[i]);
  return symbol;
}

class ItchWriter {
 public:
  explicit ItchWriter(ItchFraming framing = ItchFraming::length_prefixed) : framing_(framing) {}

  // Any message: its type, its stock's number, and its body behind the header.
  ItchWriter& put(char type, u32 locate, const std::vector<u8>& body) {
    const std::size_t length = 11 + body.size();
    number(framing_ == ItchFraming::length_prefixed ? length : 0, 2);
    bytes_.push_back(static_cast<u8>(type));
    number(locate, 2);
    number(0, 2);
    number(++time_, 6);
    bytes_.insert(bytes_.end(), body.begin(), body.end());
    return *this;
  }
  ItchWriter& directory(u32 locate, const std::string& symbol) {
    return put(
        'R', locate,
        Body().text(symbol, 8).text("QN", 2).number(100, 4).text("NCZ PNN1N", 9).number(0, 4).text("N", 1).bytes);
  }
  ItchWriter& add(u32 locate, const std::string& symbol, u64 id, char side, u64 shares, u64 price,
                  const std::string& attribution = "") {
    Body body;
    body.number(id, 8).text(std::string(1, side), 1).number(shares, 4).text(symbol, 8).number(price, 4);
    if (!attribution.empty()) body.text(attribution, 4);
    return put(attribution.empty() ? 'A' : 'F', locate, body.bytes);
  }
  ItchWriter& execute(u32 locate, u64 id, u64 shares) {
    return put('E', locate, Body().number(id, 8).number(shares, 4).number(7, 8).bytes);
  }
  ItchWriter& execute_at(u32 locate, u64 id, u64 shares, u64 price, char printable) {
    return put(
        'C', locate,
        Body().number(id, 8).number(shares, 4).number(8, 8).text(std::string(1, printable), 1).number(price, 4).bytes);
  }
  ItchWriter& cancel(u32 locate, u64 id, u64 shares) {
    return put('X', locate, Body().number(id, 8).number(shares, 4).bytes);
  }
  ItchWriter& erase(u32 locate, u64 id) { return put('D', locate, Body().number(id, 8).bytes); }
  ItchWriter& replace(u32 locate, u64 id, u64 new_id, u64 shares, u64 price) {
    return put('U', locate, Body().number(id, 8).number(new_id, 8).number(shares, 4).number(price, 4).bytes);
  }
  ItchWriter& raw(const std::vector<u8>& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  const std::vector<u8>& bytes() const noexcept { return bytes_; }
  WireStop apply_to(ItchFeed& feed) const { return feed.apply(bytes_.data(), bytes_.size()); }

  struct Body {
    std::vector<u8> bytes;
    Body& number(u64 value, int size) {
      for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes.push_back(static_cast<u8>(value >> shift));
      return *this;
    }
    Body& text(const std::string& value, std::size_t size) {
      for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<u8>(i < value.size() ? value[i] : ' '));
      return *this;
    }
  };

 private:
  void number(u64 value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes_.push_back(static_cast<u8>(value >> shift));
  }

  ItchFraming framing_;
  std::vector<u8> bytes_;
  u64 time_ = 0;
};

}  // namespace pytrader::testing
