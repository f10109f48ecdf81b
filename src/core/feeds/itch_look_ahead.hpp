// Cuts an ITCH session into messages, and looks ahead of those that are worked on to fetch what they will touch.
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
  const std::size_t length = kItchTypeOf[data[kItchPrefix]].length;
  return length == 0 ? 0 : kItchPrefix + length;
}

// Some messages in a row. look() works through them in passes before they are applied, each pass over messages of one
// kind: so that what one pass asks the memory for is there in the next, and no branch has to guess the kinds. It
// changes nothing, and foresees nothing of what it can not read.
class ItchBlock {
 public:
  struct Message {
    const u8* data;
    u16 length;
    ItchRole role;  // none as well if the length is wrong
    u32 slot;       // a guess at that of the order it names, kNone for none
  };

  // Takes the whole messages at the beginning of the data, as many as there is room for; an empty one ends them.
  template <ItchFraming framing>
  void read(const u8* data, std::size_t size) noexcept {
    // Counted in registers: what is written through a pointer to bytes might be a member.
    std::size_t count = 0, adds = 0, named = 0, replaces = 0;
    while (count < kMost && size > kItchPrefix) {
      const std::size_t frame = itch_frame_size<framing>(data, size);
      if (frame - kItchPrefix - 1 >= size - kItchPrefix) break;  // empty, or more than there is
      __builtin_prefetch(data + kBytesAhead);
      const ItchType& type = kItchTypeOf[data[kItchPrefix]];
      const std::size_t length = frame - kItchPrefix;
      const u32 role = length == type.length ? static_cast<u32>(type.role) : 0;
      messages_[count] = {data + kItchPrefix, static_cast<u16>(length), static_cast<ItchRole>(role), kNone};
      add_[adds] = name_[named] = replace_[replaces] = static_cast<u8>(count);
      adds += role & 1;
      named += role >> 1 & 1;
      replaces += role >> 2;
      ++count;
      data += frame;
      size -= frame;
    }
    count_ = count;
    adds_ = adds;
    named_ = named;
    replaces_ = replaces;
  }
  const Message* begin() const noexcept { return messages_; }
  const Message* end() const noexcept { return messages_ + count_; }

  void look(const L3BookSet& books, const std::vector<ItchListing>& listings) noexcept {
    for (std::size_t i = 0; i < named_; ++i) books.fetch_index(order_of(messages_[name_[i]]));
    for (std::size_t i = 0; i < adds_; ++i) {
      const Message& message = messages_[add_[i]];
      books.fetch_index(order_of(message));
      entries_[i] = entry(listings, message.data, itch::side_of(message.data[itch::kAddSide]), itch::kAddPrice);
    }
    for (std::size_t i = 0; i < named_; ++i) {
      Message& message = messages_[name_[i]];
      message.slot = books.fetch_order(order_of(message));
    }
    for (std::size_t i = 0; i < replaces_; ++i) {
      books.fetch_index(big_endian_64(messages_[replace_[i]].data + itch::kReplacedOrder));
    }
    for (std::size_t i = 0; i < named_; ++i) books.fetch_neighbours(messages_[name_[i]].slot);
    for (std::size_t i = 0; i < replaces_; ++i) {
      const Message& message = messages_[replace_[i]];
      const Side side = L3BookSet::side_of(books.orders()[message.slot]);
      entries_[adds_ + i] = entry(listings, message.data, side, itch::kReplacedPrice);
    }
    const std::size_t entries = adds_ + replaces_;
    for (std::size_t i = 0; i < entries; ++i)
      entries_[i].level = books.fetch_level(*entries_[i].ladder, entries_[i].ticks);
    for (std::size_t i = 0; i < entries; ++i) {
      if (entries_[i].level != kNone) books.fetch_tail((*entries_[i].ladder)[entries_[i].level]);
    }
  }

 private:
  static constexpr std::size_t kMost = 32;
  static constexpr std::size_t kBytesAhead = 2048;  // half a page: the processor's own prefetching ends at a page

  // Where an order will be queued.
  struct Entry {
    const Ladder* ladder;
    i64 ticks;
    u32 level;
  };

  [[gnu::always_inline]] Entry entry(const std::vector<ItchListing>& listings, const u8* message, Side side,
                                     std::size_t price) const noexcept {
    const u32 locate = big_endian_16(message + itch::kLocate);
    const L3SetBook* book = locate < listings.size() ? listings[locate].book : nullptr;
    if (book == nullptr) return {&none_, 0, kNone};
    return {&book->side(side), big_endian_32(message + price) / book->tick_units(), kNone};
  }

  static u64 order_of(const Message& message) noexcept { return big_endian_64(message.data + itch::kOrder); }

  const Ladder none_{Side::buy};
  std::size_t count_ = 0;
  // The places of the messages that add orders, of those that name one, and of those that replace it.
  std::size_t adds_ = 0;
  std::size_t named_ = 0;
  std::size_t replaces_ = 0;
  u8 add_[kMost] = {};
  u8 name_[kMost] = {};
  u8 replace_[kMost] = {};
  Message messages_[kMost] = {};
  Entry entries_[kMost] = {};  // of the adds, then of the replaces
};

}  // namespace pytrader
