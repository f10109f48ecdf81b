// Reads the header of a DBN stream, whose tables of names are of any length.
#include "feeds/dbn_metadata.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "feeds/dbn_record.hpp"
#include "feeds/wire_bytes.hpp"

namespace pytrader {
namespace {

constexpr std::size_t kPrelude = 8;  // "DBN", the version, the length of the rest
constexpr std::size_t kFixed = 100;  // of the rest, before the tables
constexpr std::size_t kDatasetSize = 16;
constexpr std::size_t kSymbolSizeV1 = 22;
constexpr u8 kInstrumentIds = 0;  // the symbology of numbers

// Reads on as long as there is something; afterwards `sound` says whether all was there, and `misnamed` which name, if
// any, was first that is none.
class Cursor {
 public:
  Cursor(const u8* data, std::size_t size) : at_(data), left_(size) {}

  bool sound() const noexcept { return sound_; }
  const u8* misnamed() const noexcept { return misnamed_; }
  u32 number() noexcept {
    const u8* at = take(4);
    return at == nullptr ? 0 : little_endian<u32>(at);
  }
  std::string name(std::size_t size) {
    const u8* at = take(size);
    std::string text;
    if (at != nullptr && !read_dbn_name(at, size, text) && misnamed_ == nullptr) misnamed_ = at;
    return text;
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
  const u8* misnamed_ = nullptr;
};

bool parse_id(const std::string& text, u32& id) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size();
}

// A symbol with the intervals in which it was known by another name; one of the two is a number.
void read_mapping(Cursor& cursor, std::size_t symbol_size, bool out_is_id, DbnMetadata& metadata) {
  const std::string from = cursor.name(symbol_size);
  const u32 intervals = cursor.number();
  for (u32 i = 0; i < intervals && cursor.sound(); ++i) {
    cursor.skip(2, 4);  // the first day and the day after the last
    const std::string to = cursor.name(symbol_size);
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

bool read_dbn_name(const u8* data, std::size_t size, std::string& name) {
  const auto* text = reinterpret_cast<const char*>(data);
  name.assign(text, strnlen(text, size));
  return std::ranges::all_of(name, [](char letter) { return letter >= ' ' && letter <= '~'; });
}

WireFault parse_dbn_header(const u8* data, std::size_t size, DbnMetadata& result, std::size_t& fault_at) {
  const u8* fixed = data + kPrelude;
  DbnMetadata metadata;
  fault_at = 0;
  metadata.version = data[3];
  Cursor dataset(fixed, kDatasetSize);
  metadata.dataset = dataset.name(kDatasetSize);
  metadata.schema = little_endian<u16>(fixed + 16);
  metadata.start = little_endian<u64>(fixed + 18);
  metadata.end = little_endian<u64>(fixed + 26);
  // Version 1 has a count of records here, which moves the next fields by eight bytes.
  const u8* symbology = fixed + (metadata.version == 1 ? 50 : 42);
  const bool out_is_id = symbology[1] == kInstrumentIds;
  metadata.ts_out = symbology[2] != 0;
  const std::size_t symbol_size = metadata.version == 1 ? kSymbolSizeV1 : little_endian<u16>(symbology + 3);
  if (symbol_size == 0) return WireFault::bad_framing;
  Cursor cursor(fixed + kFixed, size - kPrelude - kFixed);
  cursor.skip(cursor.number(), 1);  // a definition of the schema, which no version has
  for (int table = 0; table < 3; ++table) cursor.skip(cursor.number(), symbol_size);  // asked for, partial, not found
  const u32 mappings = cursor.number();
  for (u32 i = 0; i < mappings && cursor.sound(); ++i) read_mapping(cursor, symbol_size, out_is_id, metadata);
  if (!cursor.sound()) return WireFault::bad_framing;
  const u8* misnamed = dataset.misnamed() != nullptr ? dataset.misnamed() : cursor.misnamed();
  if (misnamed != nullptr) {
    fault_at = static_cast<std::size_t>(misnamed - data);
    return WireFault::bad_name;
  }
  result = std::move(metadata);
  return WireFault::none;
}

}  // namespace pytrader
