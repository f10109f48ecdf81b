// Reads Binance's depth frames: differences, bare or in a combined stream, and the answers to snapshot requests.
#include "feeds/depth_frame.hpp"

namespace pytrader {
namespace {

// https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams (diff. depth stream, combined streams),
// .../rest-api/market-data-endpoints (order book), and the same pages of the futures documentation.
enum Field : unsigned {
  kEvent,
  kTime,
  kTransactionTime,
  kSymbol,
  kFirst,
  kLast,
  kPrevious,
  kBids,
  kAsks,
  kLastUpdateId
};

constexpr const char* kTwice = "is given twice";
constexpr const char* kMissing = "is missing from a depth frame";

class BinanceReader : public FrameReader {
 public:
  using FrameReader::FrameReader;

  bool read() {
    if (scan.peek() == '[') return scan.skip() ? finish() : named("frame");  // the streams of all symbols
    scan.begin_object();
    std::string_view key;
    while (scan.next_key(key)) {
      if (key == "data" || key == "result") {
        if (!payload()) return false;
      } else if (!event_field(key)) {
        return false;
      }
    }
    return named("frame") && finish() && judge();
  }

 private:
  bool payload() {
    if (scan.peek() != '{') return scan.skip() || named("data");
    scan.begin_object();
    std::string_view key;
    while (scan.next_key(key)) {
      if (!event_field(key)) return false;
    }
    return named("data");
  }

  bool event_field(std::string_view key) {
    if (other_) return scan.skip() || named("frame");
    if (key.size() == 1) return short_field(key[0]);
    if (key == "pu") return id(kPrevious, "pu", frame.ids.previous);
    if (key == "lastUpdateId") return id(kLastUpdateId, "lastUpdateId", frame.ids.last);
    if (key == "bids") return side(kBids, Side::buy, "bids");
    if (key == "asks") return side(kAsks, Side::sell, "asks");
    if (key == "symbol") return name("symbol");
    return scan.skip() || named("frame");
  }

  bool short_field(char key) {
    switch (key) {
      case 'e':
        return kind();
      case 's':
        return name("s");
      case 'U':
        return id(kFirst, "U", frame.ids.first);
      case 'u':
        return id(kLast, "u", frame.ids.last);
      case 'b':
        return side(kBids, Side::buy, "b");
      case 'a':
        return side(kAsks, Side::sell, "a");
      case 'E':
        return id(kTime, "E", time_);
      case 'T':
        return id(kTransactionTime, "T", transaction_time_);
      default:
        return scan.skip() || named("frame");
    }
  }

  bool kind() {
    std::string_view event;
    if (!once(kEvent, "e")) return false;
    if (scan.peek() != '"' || !scan.text(event)) return scan.skip() || named("e");
    other_ = event != "depthUpdate";
    return true;
  }

  bool name(const char* field) {
    if (!once(kSymbol, field)) return false;
    if (scan.peek() != '"') return odd(field, "must be text");
    return symbol(field);
  }

  // Frames of other kinds use the same letters for other things, and may say only later what they are.
  bool id(Field field, const char* text, i64& value) {
    if (!once(field, text)) return false;
    const char next = scan.peek();
    if (next != '-' && (next < '0' || next > '9')) return odd(text, "must be a whole number");
    if (!scan.integer(value)) return named(text);
    return value >= 0 || odd_here(text, "must not be negative");
  }

  bool side(Field field, Side which, const char* text) {
    if (!once(field, text)) return false;
    if (scan.peek() != '[') return odd(text, "must be an array of levels");
    return levels(which, text, false);
  }

  bool odd(const char* field, const char* problem) {
    odd_here(field, problem);
    return scan.skip() || named(field);
  }
  bool odd_here(const char* field, const char* problem) {
    if (odd_.problem == nullptr) odd_ = {field, problem, scan.offset()};
    return true;
  }
  bool once(Field field, const char* text) { return seen_.add(field) || refuse(text, kTwice, scan.offset()); }

  bool judge() {
    const bool snapshot = seen_.has(kLastUpdateId) && !seen_.has(kEvent);
    const bool update = seen_.has(kEvent) && !other_;
    if (!snapshot && !update) {
      frame.reset();
      return true;
    }
    if (odd_.problem != nullptr) return refuse(odd_.field, odd_.problem, odd_.offset);
    if (!seen_.has(kBids)) return refuse(snapshot ? "bids" : "b", kMissing, scan.offset());
    if (!seen_.has(kAsks)) return refuse(snapshot ? "asks" : "a", kMissing, scan.offset());
    frame.kind = snapshot ? FrameKind::snapshot : FrameKind::update;
    frame.ts_event_ms = seen_.has(kTransactionTime) ? transaction_time_ : time_;
    if (snapshot) return true;
    if (!seen_.has(kSymbol)) return refuse("s", kMissing, scan.offset());
    if (!seen_.has(kFirst)) return refuse("U", kMissing, scan.offset());
    if (!seen_.has(kLast)) return refuse("u", kMissing, scan.offset());
    if (frame.ids.first > frame.ids.last) return refuse("U", "must not be above u", scan.offset());
    return true;
  }

  SeenFields seen_;
  FrameFault odd_;
  i64 time_ = 0;
  i64 transaction_time_ = 0;
  bool other_ = false;
};

}  // namespace

bool decode_binance(std::string_view text, DepthFrame& frame, FrameFault& fault) {
  return BinanceReader(text, frame, fault).read();
}

}  // namespace pytrader
