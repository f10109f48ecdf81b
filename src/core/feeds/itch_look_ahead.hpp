// Cuts an ITCH session into messages, and walks ahead of those that are worked on to fetch what they will touch.
#pragma once

#include <cstddef>
#include <vector>

#include "book/l3_book_set.hpp"
#include "decimal/integers.hpp"
#include "feeds/itch_message.hpp"
#include "feeds/wire_bytes.hpp"

namespace pytrader {

// What stands before each message: its length in two bytes (the form of Nasdaq's files; a length of zero ends the
// session), or two bytes of zero, so that only the type tells the length.
enum class ItchFraming : u8 { length_prefixed, zero_prefixed };
constexpr std::size_t kItchPrefix = 2;

struct ItchListing {
  u64 symbol = 0;  // the eight letters as they lie; 0 if the number was not announced
  L3SetBook* book = nullptr;
};

// Bytes that a message has with its prefix, or how many it takes to tell; 0 if they begin none.
template <ItchFraming framing>
std::size_t itch_frame_size(const u8* data, std::size_t size) noexcept {
  if (size < kItchPrefix) return kItchPrefix;
  const std::size_t said = big_endian_16(data);
  if constexpr (framing == ItchFraming::length_prefixed) return kItchPrefix + said;
  if (said != 0) return 0;
  if (size == kItchPrefix) return kItchPrefix + 1;
  const std::size_t length = kItchLengths[data[kItchPrefix]];
  return length == 0 ? 0 : kItchPrefix + length;
}

// Guesses about the message that is worked on, to be verified: its order's slot, the page of the price that it adds at.
struct ItchForeseen {
  u32 slot = kNone;
  u32 page = kNone;
};

// Changes nothing; where it can not read on it foresees nothing any more.
template <ItchFraming framing>
class ItchLookAhead {
 public:
  ItchLookAhead(const L3BookSet& books, const std::vector<ItchListing>& listings)
      : books_(books), listings_(listings) {}

  bool started() const noexcept { return at_ != nullptr; }
  // `data` begins with the message that is worked on when this returns.
  void start(const u8* data, std::size_t size) noexcept {
    at_ = data;
    end_ = data + size;
    for (std::size_t i = 0; i <= kIndexAhead; ++i) advance();
  }

  // One message further: what was foreseen about the one that is worked on now.
  [[gnu::always_inline]] ItchForeseen advance() noexcept {
    read(ring_[head_ % kRing]);
    fetch_page_index(ring_[(head_ - kIndexAhead + kPageIndexAhead) % kRing]);
    fetch(ring_[(head_ - kIndexAhead + kOrderAhead) % kRing]);
    fetch_around(ring_[(head_ - kIndexAhead + kNeighbourAhead) % kRing]);
    const Entry& now = ring_[(head_ - kIndexAhead) % kRing];
    ++head_;
    return {now.slot, now.page};
  }

 private:
  // In messages; each stage reads what the one before has asked for.
  static constexpr std::size_t kRing = 64;
  static constexpr std::size_t kIndexAhead = 48;
  static constexpr std::size_t kPageIndexAhead = 36;
  static constexpr std::size_t kOrderAhead = 24;
  static constexpr std::size_t kNeighbourAhead = 12;

  struct Entry {
    const u8* message = nullptr;  // about an order, with its whole length; nullptr for any other
    const L3SetBook* book = nullptr;
    u32 slot = kNone;
    u32 page = kNone;
  };

  static bool adds(const u8* message) noexcept { return message[0] == 'A' || message[0] == 'F'; }
  static Side side_of(const u8* message) noexcept { return message[itch::kAddSide] == 'B' ? Side::buy : Side::sell; }

  [[gnu::always_inline]] void read(Entry& entry) noexcept {
    entry = {};
    const auto left = static_cast<std::size_t>(end_ - at_);
    const std::size_t size = left < kItchPrefix + 1 ? 0 : itch_frame_size<framing>(at_, left);
    if (size <= kItchPrefix || size > left) {
      at_ = end_;
      return;
    }
    const u8* message = at_ + kItchPrefix;
    at_ += size;
    if (!itch::is_about_order(message[0]) || size != kItchPrefix + kItchLengths[message[0]]) return;
    entry.message = message;
    books_.fetch_index(big_endian_64(message + itch::kOrder));
    if (!adds(message)) return;
    const u32 locate = big_endian_16(message + itch::kLocate);
    entry.book = locate < listings_.size() ? listings_[locate].book : nullptr;
    if (entry.book != nullptr) books_.fetch_side(*entry.book, side_of(message));
  }

  [[gnu::always_inline]] void fetch_page_index(const Entry& entry) noexcept {
    if (entry.book == nullptr) return;
    books_.fetch_page_index(*entry.book, side_of(entry.message), price_of(entry.message));
  }

  [[gnu::always_inline]] void fetch(Entry& entry) noexcept {
    if (entry.message == nullptr) return;
    if (entry.book != nullptr) {
      entry.page = books_.fetch_level(*entry.book, side_of(entry.message), price_of(entry.message));
    } else {
      entry.slot = books_.fetch_order(big_endian_64(entry.message + itch::kOrder));
    }
  }

  [[gnu::always_inline]] void fetch_around(Entry& entry) noexcept {
    if (entry.book != nullptr) {
      books_.fetch_tail(*entry.book, side_of(entry.message), price_of(entry.message), entry.page);
    } else if (entry.slot != kNone) {
      books_.fetch_neighbours(entry.slot);
    }
  }

  static u32 price_of(const u8* message) noexcept { return big_endian_32(message + itch::kAddPrice); }

  const u8* at_ = nullptr;
  const u8* end_ = nullptr;
  const L3BookSet& books_;
  const std::vector<ItchListing>& listings_;
  std::size_t head_ = kRing;
  Entry ring_[kRing];
};

}  // namespace pytrader
