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
  const std::size_t length = kItchLengths[data[kItchPrefix]];
  return length == 0 ? 0 : kItchPrefix + length;
}

// Works through the messages of a block in passes before they are applied, each pass over messages of one kind: so that
// what one pass asks the memory for is there in the next, and no branch has to guess the kinds. It changes nothing, and
// foresees nothing of what it can not read.
template <ItchFraming framing>
class ItchLookAhead {
 public:
  ItchLookAhead(const L3BookSet& books, const std::vector<ItchListing>& listings)
      : books_(books), listings_(listings) {}

  // A guess at the slot of the order that the message names at which `data` begins, kNone for none; to be asked for
  // every message in turn.
  u32 next(const u8* data, std::size_t size) noexcept {
    if (at_ == count_) look(data, size);
    return at_ < count_ ? slots_[at_++] : kNone;
  }

 private:
  static constexpr std::size_t kBlock = 64;

  void look(const u8* data, std::size_t size) noexcept {
    at_ = count_ = adds_ = others_ = 0;
    while (count_ < kBlock && read(data, size)) {
    }
    for (std::size_t i = 0; i < others_; ++i) books_.fetch_index(order_of(other_[i]));
    for (std::size_t i = 0; i < adds_; ++i) find_ladder(add_[i]);
    for (std::size_t i = 0; i < others_; ++i) {
      slots_[other_[i]] = books_.fetch_order(order_of(other_[i]));
    }
    for (std::size_t i = 0; i < adds_; ++i) {
      const std::size_t message = add_[i];
      books_.fetch_index(order_of(message));
      levels_[message] = ladders_[message]->foresee(ticks_[message]);
    }
    for (std::size_t i = 0; i < others_; ++i) books_.fetch_neighbours(slots_[other_[i]]);
    for (std::size_t i = 0; i < adds_; ++i) {
      const std::size_t message = add_[i];
      if (levels_[message] != kNone) books_.fetch_order_at((*ladders_[message])[levels_[message]].tail);
    }
  }

  // Takes one message into the block; false if there is no whole one.
  [[gnu::always_inline]] bool read(const u8*& data, std::size_t& size) noexcept {
    const std::size_t frame = size <= kItchPrefix ? 0 : itch_frame_size<framing>(data, size);
    if (frame <= kItchPrefix || frame > size) return false;
    const u8* message = data + kItchPrefix;
    const bool known = itch::is_about_order(message[0]) && frame == kItchPrefix + kItchLengths[message[0]];
    const bool adds = message[0] == 'A' || message[0] == 'F';
    messages_[count_] = message;
    slots_[count_] = kNone;
    add_[adds_] = other_[others_] = static_cast<u8>(count_);
    adds_ += known && adds;
    others_ += known && !adds;
    ++count_;
    data += frame;
    size -= frame;
    return true;
  }

  [[gnu::always_inline]] void find_ladder(std::size_t at) noexcept {
    const u8* message = messages_[at];
    const u32 locate = big_endian_16(message + itch::kLocate);
    const L3SetBook* book = locate < listings_.size() ? listings_[locate].book : nullptr;
    if (book == nullptr) {
      ladders_[at] = &none_;
      return;
    }
    ladders_[at] = &book->side(message[itch::kAddSide] == 'B' ? Side::buy : Side::sell);
    ticks_[at] = big_endian_32(message + itch::kAddPrice) / book->tick_units();
    ladders_[at]->fetch_page_index(ticks_[at]);
  }

  u64 order_of(std::size_t at) const noexcept { return big_endian_64(messages_[at] + itch::kOrder); }

  const L3BookSet& books_;
  const std::vector<ItchListing>& listings_;
  const Ladder none_{Side::buy};
  std::size_t at_ = 0;
  std::size_t count_ = 0;
  std::size_t adds_ = 0;
  std::size_t others_ = 0;
  // By place in the block; add_ and other_ list the places of messages that add orders and that name them.
  const u8* messages_[kBlock] = {};
  const Ladder* ladders_[kBlock] = {};
  i64 ticks_[kBlock] = {};
  u32 levels_[kBlock] = {};
  u32 slots_[kBlock] = {};
  u8 add_[kBlock] = {};
  u8 other_[kBlock] = {};
};

}  // namespace pytrader
