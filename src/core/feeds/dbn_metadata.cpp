// Reads the header of a DBN stream, whose tables of names are of any length.
#include "feeds/dbn_metadata.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "feeds/dbn_record.hpp"
#include "feeds/wire_bytes.hpp"

namespace pytrader {
namespace {

constexpr std::size_t kPrelude = 8;  // "DBN", the version, the length of the rest
constexpr std::size_t kFixed = 100;  // of the rest, before the tables
constexpr std::size_t kSymbolSizeV1 = 22;
constexpr u8 kInstrumentIds = 0;  // the symbology of numbers

// Reads on as long as there is something; afterwards `sound` says whether all was there.
class Cursor {
 public:
  Cursor(const u8* data, std::size_t size) : at_(data), left_(size) {}

  bool sound() const noexcept { return sound_; }
  u32 number() noexcept {
    const u8* at = take(4);
    return at == nullptr ? 0 : little_endian<u32>(at);
  }
  std::string text(std::size_t size) {
    const u8* at = take(size);
    if (at == nullptr) return {};
    return {reinterpret_cast<const char*>(at), strnlen(reinterpret_cast<const char*>(at), size)};
  }
  void skip(std::size_t count, std::size_t size) noexcept {
    take(size == 0 || count > left_ / size ? left_ + 1 : count * size);
  }

 private:
  const u8* take(std::size_t size) noexcept {
    sound_ = sound_ && size <= left_;
    if (!sound_) return nullptr;
    const u8* taken = at_;
    at_ += size;
    left_ -= size;
    return taken;
  }

  const u8* at_;
  std::size_t left_;
  bool sound_ = true;
};

bool parse_id(const std::string& text, u32& id) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size();
}

// A symbol with the intervals in which it was known by another name; one of the two is a number.
void read_mapping(Cursor& cursor, std::size_t symbol_size, bool out_is_id, DbnMetadata& metadata) {
  const std::string from = cursor.text(symbol_size);
  const u32 intervals = cursor.number();
  for (u32 i = 0; i < intervals && cursor.sound(); ++i) {
    cursor.skip(2, 4);  // the first day and the day after the last
    const std::string to = cursor.text(symbol_size);
    u32 id = 0;
    if (cursor.sound() && parse_id(out_is_id ? to : from, id)) metadata.names.push_back({id, out_is_id ? from : to});
  }
}

}  // namespace

std::size_t dbn_header_size(const u8* data, std::size_t size) noexcept {
  if (std::memcmp(data, "DBN", std::min<std::size_t>(size, 3)) != 0) return 0;
  if (size < kPrelude) return kPrelude;
  const std::size_t rest = little_endian<u32>(data + 4);
  const bool known = data[3] >= 1 && data[3] <= dbn::kMaxVersion;
  return known && rest >= kFixed && rest <= kMaxDbnHeader ? kPrelude + rest : 0;
}

bool parse_dbn_header(const u8* data, std::size_t size, DbnMetadata& metadata) {
  const u8* fixed = data + kPrelude;
  metadata = {};
  metadata.version = data[3];
  metadata.dataset = Cursor(fixed, 16).text(16);
  metadata.schema = little_endian<u16>(fixed + 16);
  metadata.start = little_endian<u64>(fixed + 18);
  metadata.end = little_endian<u64>(fixed + 26);
  // Version 1 has a count of records here, which moves the next fields by eight bytes.
  const u8* symbology = fixed + (metadata.version == 1 ? 50 : 42);
  const bool out_is_id = symbology[1] == kInstrumentIds;
  metadata.ts_out = symbology[2] != 0;
  const std::size_t symbol_size = metadata.version == 1 ? kSymbolSizeV1 : little_endian<u16>(symbology + 3);
  if (symbol_size == 0) return false;
  Cursor cursor(fixed + kFixed, size - kPrelude - kFixed);
  cursor.skip(cursor.number(), 1);  // a definition of the schema, which no version has
  for (int table = 0; table < 3; ++table) cursor.skip(cursor.number(), symbol_size);  // asked for, partial, not found
  const u32 mappings = cursor.number();
  for (u32 i = 0; i < mappings && cursor.sound(); ++i) read_mapping(cursor, symbol_size, out_is_id, metadata);
  return cursor.sound();
}

}  // namespace pytrader
