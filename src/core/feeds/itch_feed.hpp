// Reads a Nasdaq ITCH 5.0 session and keeps the order-by-order book of every stock, in one pass over the bytes.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "book/book_fault.hpp"
#include "book/l3_book_set.hpp"
#include "decimal/integers.hpp"
#include "feeds/chunk_carry.hpp"
#include "feeds/itch_look_ahead.hpp"
#include "feeds/itch_stock.hpp"
#include "feeds/wire_fault.hpp"

namespace pytrader {

using ItchSymbol = std::array<u8, 8>;  // padded with spaces

struct ItchSession {
  u8 system_event = ' ';  // O S Q M E C: start of messages, system hours, market hours, their ends
  i64 system_event_ts = 0;
  u8 breached_level = ' ';              // of the market-wide circuit breaker
  std::array<u64, 3> decline_levels{};  // hundred-millionths of an index point
  u64 broken_trades = 0;
  u64 last_broken_match = 0;
};

class ItchFeed {
 public:
  struct Options {
    BookPolicy policy = BookPolicy::strict;
    ItchFraming framing = ItchFraming::length_prefixed;
    std::vector<ItchSymbol> symbols;   // whose books are kept; empty: all
    std::vector<ItchSymbol> recorded;  // whose rows are kept as well
    u32 max_orders = OrderPool::kMaxOrders;
  };
  explicit ItchFeed(Options options);

  // Any piece of the session, cut anywhere. A strict feed stops at the first fault, with the messages before it
  // applied, and applies nothing more.
  WireStop apply(const u8* data, std::size_t size);
  // The data is over: a message cut in two is a fault.
  WireStop finish();
  const WireStop& stop() const noexcept { return stop_; }
  bool ended() const noexcept { return ended_; }

  u64 bytes() const noexcept { return offset_; }
  u64 messages() const noexcept { return messages_; }
  u64 count(u8 type) const noexcept { return counts_[type]; }
  const WireFaultCounts& faults() const noexcept { return faults_; }
  BookPolicy policy() const noexcept { return options_.policy; }
  const ItchSession& session() const noexcept { return session_; }

  // Stocks by their locate number, 1 .. stock_count(); nullptr where none was announced.
  std::size_t stock_count() const noexcept { return stocks_.size(); }
  ItchStock* stock(u32 locate) noexcept { return locate < stocks_.size() ? stocks_[locate].get() : nullptr; }
  const ItchStock* stock(u32 locate) const noexcept {
    return locate < stocks_.size() ? stocks_[locate].get() : nullptr;
  }
  // Of eight letters, padded with spaces; kNone if no stock has them.
  u32 locate_of(const u8* symbol) const noexcept;
  // Of all books.
  u64 crossings() const noexcept;
  const L3BookSet& books() const noexcept { return books_; }
  // The market participant who signed an order, in four letters; spaces if none did.
  std::array<u8, 4> attribution(u32 slot) const noexcept;
  void reserve(std::size_t orders) { books_.reserve(orders); }

 private:
  void take(const u8* data, std::size_t size);
  std::size_t frame_size(const u8* data, std::size_t size) const noexcept;
  std::size_t run(const u8* data, std::size_t size);
  bool begin(const u8* data, std::size_t size);
  WireFault dispatch(const ItchBlock::Message& message);
  WireFault report(const u8* message, std::size_t length);
  WireFault add(const u8* message);
  WireFault execute(const u8* message, u32 guess);
  WireFault cancel(const u8* message, u32 guess);
  WireFault erase(const u8* message, u32 guess);
  WireFault replace(const u8* message, u32 guess);
  WireFault administer(const u8* message);
  WireFault about_stock(const u8* message);
  WireFault about_session(const u8* message);
  WireFault trade(const u8* message);
  WireFault cross(const u8* message);
  WireFault imbalance(const u8* message);
  void directory(const u8* message, ItchStock& stock);

  WireFault open(u32 locate, const u8* symbol);
  WireFault find(const u8* message, u32 guess, u32& slot) const noexcept;
  WireFault find_taken(const u8* message, u32 guess, u32& slot) const noexcept;
  u32 tag_of(const u8* message);
  void print(u32 locate, const ItchPrint& print, bool printable);
  void record(const u8* message, BookAction action, Side side, i64 price, i64 shares, u64 order_id, i64 flags);
  bool note(WireFault fault, u8 type);
  bool wanted(const ItchSymbol& symbol) const noexcept;

  Options options_;
  L3BookSet books_;
  std::vector<ItchListing> listings_;               // by locate; bound: 65536
  std::vector<std::unique_ptr<ItchStock>> stocks_;  // by locate; bound: 65536
  IdIndex locates_;                                 // the letters of a symbol -> its locate
  std::vector<u32> attributions_;                   // letters by tag; bound: L3BookSet::kMaxTags
  IdIndex tags_;                                    // letters -> tag
  ChunkCarry carry_;
  ItchSession session_;
  std::array<u64, 256> counts_{};
  WireFaultCounts faults_;
  WireStop stop_;
  u64 offset_ = 0;
  u64 messages_ = 0;
  bool recording_ = false;
  bool ended_ = false;
};

}  // namespace pytrader
