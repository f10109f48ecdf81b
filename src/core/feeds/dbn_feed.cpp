// The way of a DBN stream's bytes: header, framing, and whose each record is.
#include "feeds/dbn_feed.hpp"

#include <algorithm>
#include <utility>

#include "feeds/dbn_record.hpp"
#include "feeds/wire_bytes.hpp"

namespace pytrader {
namespace {

constexpr std::size_t kWord = 4;

// Bytes that a record has, or how many it takes to tell; 0 if they begin none.
std::size_t record_size(const u8* data, std::size_t size) noexcept {
  if (size == 0) return 1;
  const std::size_t said = data[0] * kWord;
  return said < dbn::kHeader ? 0 : said;
}

}  // namespace

WireStop DbnFeed::apply(const u8* data, std::size_t size) {
  if (stop_.fault != WireFault::none) return stop_;
  try {
    take(data, size);
  } catch (...) {
    // The records before this one are applied, and what follows it is gone.
    stop_ = {WireFault::no_room, 0, records_, offset_};
    faults_.add(WireFault::no_room);
    throw;
  }
  return stop_;
}

void DbnFeed::take(const u8* data, std::size_t size) {
  while (!carry_.empty()) {
    const bool whole = carry_.complete(data, size, [this](const u8* kept, std::size_t count) {
      const std::size_t needed = in_stream_ ? record_size(kept, count) : dbn_header_size(kept, count);
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

WireStop DbnFeed::finish() {
  if (stop_.fault == WireFault::none && (!carry_.empty() || !in_stream_) && !(carry_.empty() && records_ > 0)) {
    const u8 kind = in_stream_ && carry_.size() > dbn::kKind ? carry_.data()[dbn::kKind] : u8{0};
    if (!note(WireFault::truncated, kind)) return stop_;
    carry_.clear();
  }
  in_stream_ = false;
  return stop_;
}

// Works through the whole records and returns the bytes that they took.
std::size_t DbnFeed::run(const u8* data, std::size_t size) {
  std::size_t at = 0;
  while (at < size) {
    const u8* record = data + at;
    const std::size_t length = in_stream_ ? record_size(record, size - at) : dbn_header_size(record, size - at);
    if (length == 0) {
      stop_ = {WireFault::bad_framing, 0, records_, offset_};
      faults_.add(stop_.fault);
      break;
    }
    if (length > size - at) break;
    WireFault fault = WireFault::none;
    if (in_stream_) {
      fault = dispatch(record, length);
      if (fault != WireFault::none && !note(fault, record[dbn::kKind])) break;
      ++counts_[record[dbn::kKind]];
      ++records_;
    } else {
      std::size_t fault_at = 0;
      fault = parse_dbn_header(record, length, metadata_, fault_at);
      if (fault != WireFault::none) {
        stop_ = {fault, 0, records_, offset_ + fault_at};
        faults_.add(fault);
        break;
      }
      in_stream_ = true;
      judge_names();
    }
    at += length;
    offset_ += length;
  }
  return at;
}

// Counts a fault; false if the feed stops at it. Crossed books of a lenient feed are kept, and counted here too.
bool DbnFeed::note(WireFault fault, u8 kind) {
  faults_.add(fault);
  if (options_.policy == BookPolicy::lenient) return true;
  stop_ = {fault, kind, records_, offset_};
  return false;
}

WireFault DbnFeed::dispatch(const u8* record, std::size_t length) {
  const u8 kind = record[dbn::kKind];
  const std::size_t known = kDbnLengths[kind];
  if (known == 0) return WireFault::none;
  const bool varies = kind == static_cast<u8>(DbnKind::definition) || kind == static_cast<u8>(DbnKind::symbol_mapping);
  const std::size_t trailer = metadata_.ts_out ? sizeof(u64) : 0;
  if (varies ? length < known + trailer : length != known + trailer) return WireFault::wrong_length;
  if (kind == static_cast<u8>(DbnKind::symbol_mapping)) return map_symbol(record, length);
  DbnInstrument& instrument = instrument_of(record);
  if (!instrument.kept) {
    // Its name may still turn out to be one that is asked for: a definitions file may name it by its parent.
    if (kind == static_cast<u8>(DbnKind::definition)) define(instrument, record);
    return WireFault::none;
  }
  switch (static_cast<DbnKind>(kind)) {
    case DbnKind::mbo:
      return apply_dbn_order(instrument, record, options_.record);
    case DbnKind::trade:
      return apply_dbn_trade(instrument, record, options_.record);
    case DbnKind::mbp_1:
      return apply_dbn_levels(instrument, record, 1, options_.record);
    case DbnKind::mbp_10:
      return apply_dbn_levels(instrument, record, 10, options_.record);
    case DbnKind::definition:
      return define(instrument, record);
    default:
      return apply_dbn_bar(instrument, record, options_.record);
  }
}

// A tick that the caller gave stays.
WireFault DbnFeed::define(DbnInstrument& instrument, const u8* record) {
  const i64 tick = little_endian<i64>(record + dbn::kTick);
  if (tick == dbn::kNoPrice || given_tick(instrument.symbol) != 0) return WireFault::none;
  if (tick <= 0) return WireFault::bad_field;
  // Rows in the old tick and in a new one would not belong together.
  if (instrument.tick != 0 && instrument.tick != tick) return WireFault::bad_field;
  instrument.tick = tick;
  return WireFault::none;
}

// Live streams name their instruments by records: the name that was asked for and, where that is a number, the other.
WireFault DbnFeed::map_symbol(const u8* record, std::size_t length) {
  const bool first_version = metadata_.version == 1;
  const std::size_t size = first_version ? dbn::kMappedSizeV1 : dbn::kMappedSize;
  const std::size_t to = first_version ? dbn::kMappedToV1 : dbn::kMappedTo;
  if (to + size > length) return WireFault::wrong_length;
  const u32 id = little_endian<u32>(record + dbn::kInstrument);
  std::string symbol;
  bool named = read_dbn_name(record + (first_version ? dbn::kMappedFromV1 : dbn::kMappedFrom), size, symbol);
  const bool numbered = symbol.find_first_not_of("0123456789") == std::string::npos;
  if (numbered) named = read_dbn_name(record + to, size, symbol);
  if (!named) return WireFault::bad_name;
  metadata_.names.push_back({id, symbol});
  for (const auto& each : instruments_) {
    if (each->instrument_id != id) continue;
    if (each->symbol.empty() || (!each->kept && wanted(symbol))) name(*each, symbol);
  }
  return WireFault::none;
}

void DbnFeed::name(DbnInstrument& instrument, const std::string& symbol) {
  instrument.symbol = symbol;
  instrument.kept = wanted(symbol);
  if (instrument.tick == 0) instrument.tick = given_tick(symbol);
}

// What a new header says of instruments that are known: an id may stand for another of the names asked for, or for
// none.
void DbnFeed::judge_names() {
  if (options_.symbols.empty()) return;
  for (const auto& each : instruments_) {
    const std::string symbol = name_of(each->instrument_id);
    if (symbol.empty()) continue;
    if (wanted(symbol)) {
      name(*each, symbol);
    } else {
      each->kept = false;
    }
  }
}

DbnInstrument& DbnFeed::instrument_of(const u8* record) {
  const u16 publisher = little_endian<u16>(record + dbn::kPublisher);
  const u32 id = little_endian<u32>(record + dbn::kInstrument);
  if (last_ != nullptr && last_->instrument_id == id && last_->publisher_id == publisher) return *last_;
  const u64 key = u64{publisher} << 32 | id;
  const u32 found = index_.find(key, [this](u32 place) {
    const DbnInstrument& each = *instruments_[place - 1];
    return u64{each.publisher_id} << 32 | each.instrument_id;
  });
  if (found != kNone) {
    last_ = instruments_[found - 1].get();
    return *last_;
  }
  auto made = std::make_unique<DbnInstrument>(publisher, id, options_.policy, options_.max_orders);
  name(*made, name_of(id));
  index_.reserve(index_.size() + 1);
  instruments_.push_back(std::move(made));
  index_.insert(key, static_cast<u32>(instruments_.size()));
  last_ = instruments_.back().get();
  return *last_;
}

// The first of its names that is asked for, else the first.
std::string DbnFeed::name_of(u32 instrument_id) const {
  const std::string* first = nullptr;
  for (const DbnMetadata::Name& each : metadata_.names) {
    if (each.instrument_id != instrument_id) continue;
    if (wanted(each.symbol)) return each.symbol;
    if (first == nullptr) first = &each.symbol;
  }
  return first == nullptr ? std::string() : *first;
}

bool DbnFeed::wanted(const std::string& symbol) const noexcept {
  const auto& kept = options_.symbols;
  return kept.empty() || std::find(kept.begin(), kept.end(), symbol) != kept.end();
}

i64 DbnFeed::given_tick(const std::string& symbol) const noexcept {
  i64 of_all = 0;
  for (const Tick& each : options_.ticks) {
    if (each.symbol == symbol && !symbol.empty()) return each.tick;
    if (each.symbol.empty()) of_all = each.tick;
  }
  return of_all;
}

}  // namespace pytrader
