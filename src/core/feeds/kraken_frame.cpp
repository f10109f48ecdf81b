// Reads Kraken's book frames: arrays of WebSocket version 1, objects of version 2.
#include <charconv>

#include "feeds/depth_frame.hpp"

namespace pytrader {
namespace {

// Version 1: https://docs.kraken.com/api/docs/websocket-v1/book: [channel id, {...}, {...}, "book-DEPTH", "PAIR"],
// where "as" and "bs" make a snapshot, "a" and "b" an update, "c" is the checksum. Version 2:
// https://docs.kraken.com/api/docs/websocket-v2/book: prices and quantities are numbers, whose digits we read as sent.
constexpr std::string_view kBookChannel = "book-";

// The last but one text of a version 1 frame, which says what the frame is about.
std::string_view channel_of(std::string_view text) noexcept {
  std::size_t quotes[4];
  std::size_t end = text.size();
  for (std::size_t& quote : quotes) {
    if (end == 0) return {};
    quote = text.rfind('"', end - 1);
    if (quote == std::string_view::npos) return {};
    end = quote;
  }
  return text.substr(quotes[3] + 1, quotes[2] - quotes[3] - 1);
}

class KrakenReader : public FrameReader {
 public:
  using FrameReader::FrameReader;

  bool read_array(std::string_view channel) {
    if (!channel.starts_with(kBookChannel)) return scan.skip() ? finish() : named("frame");
    i64 channel_id = 0;
    scan.begin_array();
    if (scan.next_element()) scan.integer(channel_id);
    if (!named("channel")) return false;
    while (scan.next_element() && scan.peek() == '{') {
      if (!book_object()) return false;
    }
    std::string_view name;
    if (!scan.text(name) || !depth_of(name)) return named("channel");
    if (!scan.next_element()) scan.fail("the pair");
    if (!named("pair") || !symbol("pair")) return false;
    if (scan.next_element()) scan.fail("the end of the array");
    if (!named("frame") || !finish()) return false;
    if (snapshot_ == update_) return refuse("channel", "has neither levels of a snapshot nor of an update", 0);
    frame.kind = snapshot_ ? FrameKind::snapshot : FrameKind::update;
    return true;
  }

  bool read_object() {
    std::string_view key;
    std::string_view channel;
    scan.begin_object();
    JsonScanner data = scan;
    bool has_data = false;
    while (scan.next_key(key)) {
      if (key == "channel" && scan.peek() == '"') {
        scan.text(channel);
      } else if (key == "type" && scan.peek() == '"') {
        scan.text(type_);
      } else if (key == "data") {
        if (has_data) return refuse("data", "is given twice", scan.offset());
        has_data = true;
        data = scan;
        if (channel == "book" && !type_.empty()) {
          if (!data_array()) return false;
        } else {
          scan.skip();
        }
      } else {
        scan.skip();
      }
    }
    if (!named("frame") || !finish()) return false;
    if (channel != "book" || !has_data) return true;
    if (frame.kind != FrameKind::other) return true;
    scan = data;
    return data_array();
  }

 private:
  bool book_object() {
    std::string_view key;
    scan.begin_object();
    while (scan.next_key(key)) {
      if (key == "as" || key == "a") {
        (key.size() == 2 ? snapshot_ : update_) = true;
        levels(Side::sell, key.size() == 2 ? "as" : "a", false);
      } else if (key == "bs" || key == "b") {
        (key.size() == 2 ? snapshot_ : update_) = true;
        levels(Side::buy, key.size() == 2 ? "bs" : "b", false);
      } else if (key == "c") {
        i64 value = 0;
        scan.quoted_integer(value);
        checksum(value, "c");
      } else {
        scan.skip();
      }
      if (!named("channel")) return false;
    }
    return named("channel");
  }

  bool depth_of(std::string_view name) {
    const char* begin = name.data() + kBookChannel.size();
    const char* end = name.data() + name.size();
    if (!name.starts_with(kBookChannel)) return scan.fail("the channel book-DEPTH");
    const auto parsed = std::from_chars(begin, end, frame.depth);
    return (parsed.ec == std::errc() && parsed.ptr == end && frame.depth != 0) || scan.fail("the channel book-DEPTH");
  }

  bool checksum(i64 value, const char* field) {
    if (!named(field)) return false;
    if (value < 0 || value > UINT32_MAX) return refuse(field, "must be from 0 to 2^32 - 1", scan.offset());
    if (frame.has_checksum) return refuse(field, "is given twice", scan.offset());
    frame.has_checksum = true;
    frame.checksum = static_cast<u32>(value);
    return true;
  }

  bool data_array() {
    if (type_ != "snapshot" && type_ != "update") return refuse("type", "must be snapshot or update", scan.offset());
    scan.begin_array();
    if (!scan.next_element()) scan.fail("one book");
    if (!named("data") || !book_data()) return false;
    if (scan.next_element()) scan.fail("one book only");
    if (!named("data")) return false;
    frame.kind = type_ == "snapshot" ? FrameKind::snapshot : FrameKind::update;
    return true;
  }

  bool book_data() {
    std::string_view key;
    SeenFields seen;
    scan.begin_object();
    while (scan.next_key(key)) {
      const unsigned field = key == "bids" ? 0 : key == "asks" ? 1 : key == "symbol" ? 2 : key == "checksum" ? 3 : 4;
      if (field != 4 && !seen.add(field)) return refuse("data", "has a field twice", scan.offset());
      if (field <= 1) {
        number_levels(field == 0 ? Side::buy : Side::sell, field == 0 ? "bids" : "asks");
      } else if (field == 2) {
        symbol("symbol");
      } else if (field == 3) {
        i64 value = 0;
        scan.integer(value);
        checksum(value, "checksum");
      } else {
        scan.skip();
      }
      if (!named("data")) return false;
    }
    if (!named("data")) return false;
    if (!seen.has(2)) return refuse("symbol", "is missing from a book frame", scan.offset());
    if (!seen.has(0) && !seen.has(1)) return refuse("bids", "is missing from a book frame", scan.offset());
    return true;
  }

  bool number_levels(Side side, const char* field) {
    scan.begin_array();
    while (scan.next_element()) {
      WrittenLevel& level = frame.levels.emplace_back();
      level.side = side;
      std::string_view key;
      SeenFields seen;
      scan.begin_object();
      while (scan.next_key(key)) {
        const bool price = key == "price";
        if (!price && key != "qty") {
          scan.skip();
          continue;
        }
        if (!seen.add(price ? 0 : 1)) scan.fail("one price and one qty");
        scan.peek();
        (price ? level.price_offset : level.quantity_offset) = static_cast<u32>(scan.offset());
        scan.number_decimal(price ? level.price : level.quantity);
      }
      if (!scan.failed() && !(seen.has(0) && seen.has(1))) scan.fail("a price and a qty");
    }
    return named(field);
  }

  std::string_view type_;
  bool snapshot_ = false;
  bool update_ = false;
};

}  // namespace

bool decode_kraken(std::string_view text, DepthFrame& frame, FrameFault& fault) {
  KrakenReader reader(text, frame, fault);
  if (reader.scan.peek() == '[') return reader.read_array(channel_of(text));
  return reader.read_object();
}

}  // namespace pytrader
