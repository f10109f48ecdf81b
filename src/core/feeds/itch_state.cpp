// What the messages of an ITCH session say about stocks and the session itself, and the rows that it records.
#include <algorithm>

#include "feeds/itch_feed.hpp"
#include "feeds/itch_message.hpp"
#include "feeds/wire_bytes.hpp"

namespace pytrader {
namespace {

i64 time_of(const u8* message) noexcept {
  return static_cast<i64>(big_endian_48(message + itch::kTime));
}

}  // namespace

WireFault ItchFeed::administer(const u8* message) {
  switch (message[0]) {
    case 'S':
    case 'V':
    case 'W':
    case 'B':
      return about_session(message);
    case 'P':
      return trade(message);
    case 'Q':
      return cross(message);
    case 'I':
      return imbalance(message);
    default:
      return about_stock(message);
  }
}

WireFault ItchFeed::about_session(const u8* message) {
  const u8* body = message + itch::kBody;
  switch (message[0]) {
    case 'S':
      session_.system_event = body[0];
      session_.system_event_ts = time_of(message);
      break;
    case 'V':
      for (std::size_t i = 0; i < session_.decline_levels.size(); ++i) {
        session_.decline_levels[i] = big_endian_64(body + 8 * i);
      }
      break;
    case 'W':
      session_.breached_level = body[0];
      break;
    default:
      ++session_.broken_trades;
      session_.last_broken_match = big_endian_64(body);
  }
  return WireFault::none;
}

WireFault ItchFeed::about_stock(const u8* message) {
  const u32 locate = big_endian_16(message + itch::kLocate);
  const u8* body = message + itch::kBody;
  const u8* symbol = message[0] == 'L' ? body + 4 : body;
  const WireFault fault = open(locate, symbol);
  if (fault != WireFault::none) return fault;
  ItchStock& stock = *stocks_[locate];
  switch (message[0]) {
    case 'R':
      directory(message, stock);
      break;
    case 'H':
      stock.trading_state = body[8];
      std::copy_n(body + 10, stock.trading_reason.size(), stock.trading_reason.begin());
      stock.trading_state_ts = time_of(message);
      break;
    case 'Y':
      stock.reg_sho_action = body[8];
      break;
    case 'K':
      stock.ipo_release_seconds = big_endian_32(body + 8);
      stock.ipo_qualifier = body[12];
      stock.ipo_price = big_endian_32(body + 13);
      break;
    case 'J':
      stock.collar_reference_price = big_endian_32(body + 8);
      stock.collar_upper_price = big_endian_32(body + 12);
      stock.collar_lower_price = big_endian_32(body + 16);
      stock.collar_extensions = big_endian_32(body + 20);
      break;
    case 'h':
      stock.halted_market = body[8];
      stock.operational_state = body[9];
      break;
    case 'N':
      stock.retail_interest = body[8];
      break;
    default:  // L and O are counted; nothing of them is kept
      break;
  }
  return WireFault::none;
}

void ItchFeed::directory(const u8* message, ItchStock& stock) {
  const u8* body = message + itch::kBody;
  stock.market_category = body[8];
  stock.financial_status = body[9];
  stock.round_lot_shares = big_endian_32(body + 10);
  stock.luld_tier = body[21];
  stock.etp_flag = body[22];
}

// A print against an order that was not displayed: no book changes.
WireFault ItchFeed::trade(const u8* message) {
  const u32 locate = big_endian_16(message + itch::kLocate);
  const WireFault fault = open(locate, message + itch::kTradeStock);
  if (fault != WireFault::none) return fault;
  const u8 letter = message[itch::kAddSide];
  const u32 shares = big_endian_32(message + itch::kTradeShares);
  const u32 price = big_endian_32(message + itch::kTradePrice);
  if (!itch::kIsSide[letter]) return WireFault::bad_side;
  if (price == 0) return WireFault::price_out_of_range;
  if (shares == 0) return WireFault::quantity_not_positive;
  if (recording_) record(message, BookAction::trade, itch::side_of(letter), price, shares, 0, kFlagLast);
  print(locate, {time_of(message), big_endian_64(message + itch::kTradeMatch), shares, price, 'P'}, true);
  return WireFault::none;
}

// A cross without shares says that the auction found none.
WireFault ItchFeed::cross(const u8* message) {
  const u32 locate = big_endian_16(message + itch::kLocate);
  const WireFault fault = open(locate, message + itch::kCrossStock);
  if (fault != WireFault::none) return fault;
  const u64 shares = big_endian_64(message + itch::kCrossShares);
  const u32 price = big_endian_32(message + itch::kCrossPrice);
  if (shares > u64{INT64_MAX}) return WireFault::quantity_too_large;
  if (shares != 0 && price == 0) return WireFault::price_out_of_range;
  ItchStock& stock = *stocks_[locate];
  stock.last_cross_shares = shares;
  stock.last_cross_price = price;
  stock.last_cross_type = message[itch::kCrossType];
  if (shares == 0) return WireFault::none;
  // A cross has no resting side: its row says buy, as a trade row touches no order.
  if (recording_) record(message, BookAction::trade, Side::buy, price, static_cast<i64>(shares), 0, kFlagLast);
  print(locate, {time_of(message), big_endian_64(message + itch::kCrossMatch), shares, price, 'Q'}, true);
  return WireFault::none;
}

WireFault ItchFeed::imbalance(const u8* message) {
  const u32 locate = big_endian_16(message + itch::kLocate);
  const WireFault fault = open(locate, message + itch::kImbalanceStock);
  if (fault != WireFault::none) return fault;
  ItchImbalance& now = stocks_[locate]->imbalance;
  now.ts_event = time_of(message);
  now.paired_shares = big_endian_64(message + itch::kPairedShares);
  now.imbalance_shares = big_endian_64(message + itch::kImbalanceShares);
  now.far_price = big_endian_32(message + itch::kFarPrice);
  now.near_price = big_endian_32(message + itch::kNearPrice);
  now.reference_price = big_endian_32(message + itch::kReferencePrice);
  now.direction = message[itch::kImbalanceDirection];
  now.cross_type = message[itch::kImbalanceCross];
  now.price_variation = message[itch::kPriceVariation];
  return WireFault::none;
}

void ItchFeed::print(u32 locate, const ItchPrint& print, bool printable) {
  if (!printable) return;
  ItchStock& stock = *stocks_[locate];
  stock.last_print = print;
  stock.volume += print.shares;
}

void ItchFeed::record(const u8* message, BookAction action, Side side, i64 price, i64 shares, u64 order_id, i64 flags) {
  ItchStock& stock = *stocks_[big_endian_16(message + itch::kLocate)];
  if (!stock.recorded) return;
  const i64 ts = time_of(message);
  stock.rows.push_back({ts, ts, static_cast<i64>(action), static_cast<i64>(side), price, shares, order_id, flags});
}

// The number of a market participant; 0, as for none, once there are more of them than numbers.
u32 ItchFeed::tag_of(const u8* message) {
  const u32 letters = little_endian<u32>(message + itch::kAddAttribution);
  if (letters == attributions_[0]) return 0;
  const u32 known = tags_.find(letters, [this](u32 tag) { return u64{attributions_[tag]}; });
  if (known != kNone || attributions_.size() == L3BookSet::kMaxTags) return known;
  attributions_.push_back(letters);
  const auto tag = static_cast<u32>(attributions_.size() - 1);
  tags_.insert(letters, tag);
  return tag;
}

std::array<u8, 4> ItchFeed::attribution(u32 slot) const noexcept {
  std::array<u8, 4> letters;
  std::memcpy(letters.data(), &attributions_[L3BookSet::tag_of(books_.orders()[slot])], letters.size());
  return letters;
}

}  // namespace pytrader
