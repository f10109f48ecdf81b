// Reads the book frames of OKX and of Bitget, whose frames have the same shape and other names.
#include <algorithm>
#include <array>

#include "feeds/depth_frame.hpp"

namespace pytrader {
namespace {

struct ChannelNames {
  std::array<std::string_view, 4> channels;  // those that send a snapshot and then updates
  std::string_view last_id;
  std::string_view previous_id;
  bool order_counts;  // a level is price, quantity, a number without meaning, orders
};

// https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel and
// #order-book-trading-market-data-get-order-book for the answer to a snapshot request, which has a code and no arg.
constexpr ChannelNames kOkx{{"books", "books-l2-tbt", "books50-l2-tbt", "books-elp"}, "seqId", "prevSeqId", true};
// https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel
constexpr ChannelNames kBitget{{"books", "books", "books", "books"}, "seq", "pseq", false};
// The answer to a keep-alive, which is no JSON: https://www.okx.com/docs-v5/en/#overview-websocket-connect and
// https://www.bitget.com/api-doc/common/websocket-intro.
constexpr std::string_view kPong = "pong";

class ChannelReader : public FrameReader {
 public:
  ChannelReader(std::string_view text, DepthFrame& out, FrameFault& why, const ChannelNames& names)
      : FrameReader(text, out, why), names_(names) {}

  bool read(std::string_view text) {
    if (text == kPong) return true;
    std::string_view key;
    scan.begin_object();
    JsonScanner data = scan;
    bool has_data = false;
    while (scan.next_key(key)) {
      if (key == "arg") {
        argument();
      } else if (key == "action" && scan.peek() == '"') {
        scan.text(action_);
      } else if (key == "code") {
        answer_ = true;
        scan.skip();
      } else if (key == "data") {
        if (has_data) return refuse("data", "is given twice", scan.offset());
        has_data = true;
        data = scan;
        if (depth_channel_ && !action_.empty()) {
          if (!data_array()) return false;
        } else {
          scan.skip();
        }
      } else {
        scan.skip();
      }
      if (!named("frame")) return false;
    }
    if (!named("frame") || !finish()) return false;
    if (!has_data || !(depth_channel_ || (answer_ && channel_.empty())) || frame.kind != FrameKind::other) return true;
    scan = data;
    return data_array();
  }

 private:
  bool argument() {
    if (scan.peek() != '{') return scan.skip();
    std::string_view key;
    scan.begin_object();
    while (scan.next_key(key)) {
      if (key == "channel" && scan.peek() == '"') {
        scan.text(channel_);
      } else if (key == "instId" && scan.peek() == '"') {
        symbol("instId");
      } else {
        scan.skip();
      }
    }
    depth_channel_ = std::ranges::find(names_.channels, channel_) != names_.channels.end();
    return named("arg");
  }

  bool data_array() {
    const bool update = action_ == "update";
    if (!update && action_ != "snapshot" && !answer_) {
      return refuse("action", "must be snapshot or update", scan.offset());
    }
    scan.begin_array();
    if (!scan.next_element()) scan.fail("one book");
    if (!named("data") || !book_data()) return false;
    if (scan.next_element()) scan.fail("one book only");
    if (!named("data")) return false;
    if (frame.symbol.empty() && !answer_) return refuse("instId", "is missing from a book frame", scan.offset());
    frame.kind = update ? FrameKind::update : FrameKind::snapshot;
    return true;
  }

  bool book_data() {
    std::string_view key;
    scan.begin_object();
    while (scan.next_key(key)) {
      if (key == "bids") {
        once(0, "bids") && levels(Side::buy, "bids", names_.order_counts);
      } else if (key == "asks") {
        once(1, "asks") && levels(Side::sell, "asks", names_.order_counts);
      } else if (key == "ts") {
        once(2, "ts") && (scan.quoted_integer(frame.ts_event_ms) || named("ts"));
      } else if (key == "checksum") {
        once(3, "checksum") && checksum();
      } else if (key == names_.last_id) {
        once(4, "seqId") && (scan.integer(frame.ids.last) || named("seqId"));
      } else if (key == names_.previous_id) {
        once(5, "prevSeqId") && (scan.integer(frame.ids.previous) || named("prevSeqId"));
      } else {
        scan.skip();
      }
      if (!named("data")) return false;
    }
    if (!named("data")) return false;
    if (!seen_.has(0)) return refuse("bids", "is missing from a book frame", scan.offset());
    if (!seen_.has(1)) return refuse("asks", "is missing from a book frame", scan.offset());
    return true;
  }

  // The venues send 0 where they no longer work one out: OKX since June 2026.
  bool checksum() {
    i64 value = 0;
    if (!scan.integer(value)) return named("checksum");
    if (value < INT32_MIN || value > UINT32_MAX) return refuse("checksum", "must fit in 32 bits", scan.offset());
    frame.has_checksum = value != 0;
    frame.checksum = static_cast<u32>(value);
    return true;
  }

  bool once(unsigned field, const char* text) {
    return seen_.add(field) || refuse(text, "is given twice", scan.offset());
  }

  const ChannelNames& names_;
  SeenFields seen_;
  std::string_view channel_;
  std::string_view action_;
  bool depth_channel_ = false;
  bool answer_ = false;
};

}  // namespace

bool decode_okx(std::string_view text, DepthFrame& frame, FrameFault& fault) {
  return ChannelReader(text, frame, fault, kOkx).read(text);
}

bool decode_bitget(std::string_view text, DepthFrame& frame, FrameFault& fault) {
  return ChannelReader(text, frame, fault, kBitget).read(text);
}

}  // namespace pytrader
