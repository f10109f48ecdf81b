// The way of a session's bytes: framing, looking ahead, and what each message about an order does.
#include "feeds/itch_feed.hpp"

#include <algorithm>
#include <utility>

#include "feeds/itch_look_ahead.hpp"
#include "feeds/itch_message.hpp"
#include "feeds/wire_bytes.hpp"

namespace pytrader {
namespace {

// In ten-thousandths of a dollar: a cent, half a cent, a hundredth of one (Regulation NMS, rule 612).
const std::vector<u32> kTicks{100, 50, 1};
// Below this many resting orders the index and the nodes stay in the caches, and looking ahead only costs.
constexpr std::size_t kOrdersWorthLookingAhead = 20'000;

u64 symbol_bits(const u8* symbol) noexcept {
  return little_endian<u64>(symbol);
}

}  // namespace

ItchFeed::ItchFeed(Options options) : options_(std::move(options)), books_(kTicks, options_.max_orders) {
  recording_ = !options_.recorded.empty();
  attributions_.push_back(0x20202020);
}

WireStop ItchFeed::apply(const u8* data, std::size_t size) {
  if (stop_.fault != WireFault::none) return stop_;
  try {
    take(data, size);
  } catch (...) {
    // The messages before this one are applied, and what follows it is gone.
    stop_ = {WireFault::no_room, 0, messages_, offset_};
    faults_.add(WireFault::no_room);
    throw;
  }
  return stop_;
}

void ItchFeed::take(const u8* data, std::size_t size) {
  if (!carry_.empty()) {
    const bool whole = carry_.complete(data, size, [&](const u8* kept, std::size_t count) {
      const std::size_t needed = frame_size(kept, count);
      return needed == 0 ? count : needed;
    });
    if (!whole) return;
    run(carry_.data(), carry_.size());
    carry_.clear();
    if (stop_.fault != WireFault::none) return;
  }
  const std::size_t used = run(data, size);
  if (stop_.fault == WireFault::none && used < size) carry_.keep(data + used, size - used);
}

WireStop ItchFeed::finish() {
  if (stop_.fault == WireFault::none && !carry_.empty()) {
    const u8 type = carry_.size() > kItchPrefix ? carry_.data()[kItchPrefix] : u8{0};
    if (!note(WireFault::truncated, type)) return stop_;
    carry_.clear();
  }
  return stop_;
}

std::size_t ItchFeed::frame_size(const u8* data, std::size_t size) const noexcept {
  return options_.framing == ItchFraming::length_prefixed ? itch_frame_size<ItchFraming::length_prefixed>(data, size)
                                                          : itch_frame_size<ItchFraming::zero_prefixed>(data, size);
}

// Works through the whole messages and returns the bytes that they took.
std::size_t ItchFeed::run(const u8* data, std::size_t size) {
  ItchBlock block;
  const u64 start = offset_;
  for (std::size_t at = 0; begin(data + at, size - at); at = offset_ - start) {
    if (options_.framing == ItchFraming::length_prefixed) {
      block.read<ItchFraming::length_prefixed>(data + at, size - at);
    } else {
      block.read<ItchFraming::zero_prefixed>(data + at, size - at);
    }
    if (books_.order_count() > kOrdersWorthLookingAhead) block.look(books_, listings_);
    for (const ItchBlock::Message& message : block) {
      const WireFault fault = dispatch(message);
      if (fault != WireFault::none && !note(fault, message.data[0])) [[unlikely]]
        return offset_ - start;
      ++counts_[message.data[0]];
      ++messages_;
      offset_ += kItchPrefix + message.length;
    }
  }
  return offset_ - start;
}

// True if a whole message is next; takes the mark that ends a session.
bool ItchFeed::begin(const u8* data, std::size_t size) {
  if (size == 0) return false;
  std::size_t frame = frame_size(data, size);
  if (!ended_ && frame == kItchPrefix && size >= kItchPrefix) {
    ended_ = true;
    offset_ += kItchPrefix;
    data += kItchPrefix;
    size -= kItchPrefix;
    if (size == 0) return false;
    frame = frame_size(data, size);
  }
  if (!ended_ && frame != 0) return frame <= size;
  stop_ = {ended_ ? WireFault::after_end : WireFault::bad_framing, size > kItchPrefix ? data[kItchPrefix] : u8{0},
           messages_, offset_};
  faults_.add(stop_.fault);
  return false;
}

// Counts a fault; false if the feed stops at it.
bool ItchFeed::note(WireFault fault, u8 type) {
  faults_.add(fault);
  if (options_.policy == BookPolicy::lenient) return true;
  stop_ = {fault, type, messages_, offset_};
  return false;
}

inline WireFault ItchFeed::dispatch(const ItchBlock::Message& message) {
  if (message.role == ItchRole::none) [[unlikely]]
    return report(message.data, message.length);
  switch (message.data[0]) {
    case 'D':
      return erase(message.data, message.slot);
    case 'U':
      return replace(message.data, message.slot);
    case 'E':
    case 'C':
      return execute(message.data, message.slot);
    case 'X':
      return cancel(message.data, message.slot);
    default:
      return add(message.data);
  }
}

// What is not about an order, or no message at all.
WireFault ItchFeed::report(const u8* message, std::size_t length) {
  const ItchType& type = kItchTypeOf[message[0]];
  if (length != type.length) return type.length == 0 ? WireFault::unknown_type : WireFault::wrong_length;
  return administer(message);
}

inline WireFault ItchFeed::add(const u8* message) {
  const u32 locate = big_endian_16(message + itch::kLocate);
  const u8* symbol = message + itch::kAddStock;
  if (locate >= listings_.size() || listings_[locate].symbol != symbol_bits(symbol)) [[unlikely]] {
    const WireFault fault = open(locate, symbol);
    if (fault != WireFault::none) return fault;
  }
  L3SetBook* book = listings_[locate].book;
  if (book == nullptr) return WireFault::none;
  const u8 letter = message[itch::kAddSide];
  const u32 shares = big_endian_32(message + itch::kAddShares);
  const u32 price = big_endian_32(message + itch::kAddPrice);
  const u64 id = big_endian_64(message + itch::kOrder);
  if (!itch::kIsSide[letter]) return WireFault::bad_side;
  if (price == 0) return WireFault::price_out_of_range;
  if (shares == 0) return WireFault::quantity_not_positive;
  const Side side = itch::side_of(letter);
  const bool added = books_.add(*book, id, side, price, shares, message[0] == 'F' ? tag_of(message) : 0);
  if (!added) return WireFault::duplicate_order;
  if (recording_) [[unlikely]]
    record(message, BookAction::add, side, price, shares, id, kFlagLast);
  return WireFault::none;
}

// The order that a message names. None and no fault: it is of a stock whose book is not kept.
inline WireFault ItchFeed::find(const u8* message, u32 guess, u32& slot) const noexcept {
  const u32 locate = big_endian_16(message + itch::kLocate);
  slot = books_.find(big_endian_64(message + itch::kOrder), guess);
  if (slot != kNone) [[likely]] {
    return L3BookSet::book_of(books_.orders()[slot]) == locate ? WireFault::none : WireFault::wrong_instrument;
  }
  const bool skipped = locate < listings_.size() && listings_[locate].symbol != 0 && listings_[locate].book == nullptr;
  return skipped ? WireFault::none : WireFault::unknown_order;
}

WireFault ItchFeed::erase(const u8* message, u32 guess) {
  u32 slot;
  const WireFault fault = find(message, guess, slot);
  if (fault != WireFault::none || slot == kNone) return fault;
  if (recording_) [[unlikely]] {
    const OrderNode& order = books_.orders()[slot];
    record(message, BookAction::erase, L3BookSet::side_of(order), books_.price_of(order), order.quantity, order.id,
           kFlagLast);
  }
  books_.erase(slot);
  return WireFault::none;
}

// The order that a message takes shares from, which it has.
inline WireFault ItchFeed::find_taken(const u8* message, u32 guess, u32& slot) const noexcept {
  const WireFault fault = find(message, guess, slot);
  if (fault != WireFault::none || slot == kNone) return fault;
  const i64 shares = big_endian_32(message + itch::kTakenShares);
  if (shares == 0) return WireFault::quantity_not_positive;
  return shares > books_.orders()[slot].quantity ? WireFault::quantity_too_large : WireFault::none;
}

WireFault ItchFeed::cancel(const u8* message, u32 guess) {
  u32 slot;
  const WireFault fault = find_taken(message, guess, slot);
  if (fault != WireFault::none || slot == kNone) return fault;
  const i64 shares = big_endian_32(message + itch::kTakenShares);
  if (recording_) [[unlikely]] {
    const OrderNode& order = books_.orders()[slot];
    record(message, BookAction::reduce, L3BookSet::side_of(order), books_.price_of(order), shares, order.id, kFlagLast);
  }
  books_.take(slot, shares);
  return WireFault::none;
}

WireFault ItchFeed::execute(const u8* message, u32 guess) {
  u32 slot;
  const WireFault fault = find_taken(message, guess, slot);
  if (fault != WireFault::none || slot == kNone) return fault;
  const OrderNode& order = books_.orders()[slot];
  const i64 shares = big_endian_32(message + itch::kTakenShares);
  const u32 displayed = books_.price_of(order);
  const bool priced = message[0] == 'C';
  const u32 price = priced ? big_endian_32(message + itch::kExecutedPrice) : displayed;
  const bool printable = !priced || message[itch::kExecutedPrintable] == 'Y';
  if (priced && !printable && message[itch::kExecutedPrintable] != 'N') return WireFault::bad_field;
  if (printable && price == 0) return WireFault::price_out_of_range;
  if (recording_) [[unlikely]] {
    const Side side = L3BookSet::side_of(order);
    if (printable && price == displayed) {
      record(message, BookAction::execute, side, price, shares, order.id, kFlagLast);
    } else {
      // The shares leave the queue at one price and print at another, or in the cross that reports them.
      record(message, BookAction::reduce, side, displayed, shares, order.id, printable ? 0 : kFlagLast);
      if (printable) record(message, BookAction::trade, side, price, shares, 0, kFlagLast);
    }
  }
  const u32 locate = L3BookSet::book_of(order);
  books_.take(slot, shares);
  print(locate,
        {static_cast<i64>(big_endian_48(message + itch::kTime)), big_endian_64(message + itch::kExecutedMatch),
         static_cast<u64>(shares), price, message[0]},
        printable);
  return WireFault::none;
}

WireFault ItchFeed::replace(const u8* message, u32 guess) {
  u32 slot;
  const WireFault fault = find(message, guess, slot);
  if (fault != WireFault::none || slot == kNone) return fault;
  const OrderNode& order = books_.orders()[slot];
  const u64 id = big_endian_64(message + itch::kReplacedOrder);
  const u32 shares = big_endian_32(message + itch::kReplacedShares);
  const u32 price = big_endian_32(message + itch::kReplacedPrice);
  if (price == 0) return WireFault::price_out_of_range;
  if (shares == 0) return WireFault::quantity_not_positive;
  if (books_.find(id) != kNone) return WireFault::duplicate_order;
  const Side side = L3BookSet::side_of(order);
  if (recording_) [[unlikely]] {
    record(message, BookAction::erase, side, books_.price_of(order), order.quantity, order.id, 0);
    record(message, BookAction::add, side, price, shares, id, kFlagLast);
  }
  books_.replace(slot, id, price, shares);
  return WireFault::none;
}

// A stock that is new, or another one than its number stood for.
WireFault ItchFeed::open(u32 locate, const u8* symbol) {
  const u64 bits = symbol_bits(symbol);
  if (locate == 0 || bits == 0) return WireFault::bad_field;
  if (locate < listings_.size() && listings_[locate].symbol != 0) {
    return listings_[locate].symbol == bits ? WireFault::none : WireFault::wrong_instrument;
  }
  if (locate_of(symbol) != kNone) return WireFault::wrong_instrument;
  auto stock = std::make_unique<ItchStock>();
  std::copy_n(symbol, stock->symbol.size(), stock->symbol.begin());
  stock->recorded =
      std::find(options_.recorded.begin(), options_.recorded.end(), stock->symbol) != options_.recorded.end();
  if (locate >= listings_.size()) {
    stocks_.resize(locate + 1);
    listings_.resize(locate + 1);
  }
  L3SetBook* book = wanted(stock->symbol) ? &books_.open(locate) : nullptr;
  locates_.insert(bits, locate);
  listings_[locate] = {bits, book};
  stocks_[locate] = std::move(stock);
  return WireFault::none;
}

u32 ItchFeed::locate_of(const u8* symbol) const noexcept {
  return locates_.find(symbol_bits(symbol), [this](u32 locate) { return listings_[locate].symbol; });
}

u64 ItchFeed::crossings() const noexcept {
  u64 sum = 0;
  for (const ItchListing& listing : listings_) sum += listing.book == nullptr ? 0 : listing.book->crossings();
  return sum;
}

bool ItchFeed::wanted(const ItchSymbol& symbol) const noexcept {
  const auto& kept = options_.symbols;
  return kept.empty() || std::find(kept.begin(), kept.end(), symbol) != kept.end();
}

}  // namespace pytrader
