// What stands before the records of a DBN stream: the data set, the schema, and the names of the instruments.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "decimal/integers.hpp"
#include "feeds/wire_fault.hpp"

namespace pytrader {

struct DbnMetadata {
  struct Name {
    u32 instrument_id;
    std::string symbol;
  };

  u8 version = 0;  // 0 before it was read
  std::string dataset;
  u16 schema = 0;  // 65535 where schemas are mixed
  u64 start = 0;   // nanoseconds since 1970-01-01 UTC
  u64 end = 0;     // dbn::kNoTime where it is open
  bool ts_out = false;
  std::vector<Name> names;  // bound: the header's length
};

// Bytes that the header has, or how many it takes to tell; 0 if they begin none or more than kMaxDbnHeader.
constexpr std::size_t kMaxDbnHeader = std::size_t{64} << 20;
std::size_t dbn_header_size(const u8* data, std::size_t size) noexcept;
// bad_framing if the header contradicts itself, bad_name with the name's place in it; the metadata stay as they were.
WireFault parse_dbn_header(const u8* data, std::size_t size, DbnMetadata& metadata, std::size_t& fault_at);
// A name that zeros fill up to its size; false if it has a byte that is not printable ASCII.
bool read_dbn_name(const u8* data, std::size_t size, std::string& name);

}  // namespace pytrader
