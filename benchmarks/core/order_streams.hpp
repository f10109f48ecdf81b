// Order streams for the matching benchmarks: those of a file with known answers, and own ones whose touch travels.
#pragma once

#include <string>
#include <vector>

#include "matching/order_message.hpp"
#include "matching/venue_rules.hpp"

namespace pytrader::bench {

struct OrderStream {
  std::string name;
  std::vector<OrderMessage> messages;
  std::string checksum;  // of the trades, 16 hexadecimal digits; empty if the stream has no known answer
};

// Reads a stream written by the workload's order_stream.py (its .npy of 32-byte records and the .json beside it).
// Throws std::runtime_error if the file is none.
OrderStream read_stream(const std::string& path);

// What order_stream.py's own matcher does with an amended order (--amend reinsert).
VenueRules stream_rules();

// How the middle of the prices moves over a stream.
enum class Travel {
  stays,    // one tick to and fro
  away_25,  // walks away by a quarter of its price
  away_40,  // walks away by two fifths
  crash,    // falls by a third within a hundredth of the messages, and comes back
};

// Half of the messages enter, half cancel, one in twelve amends; some 1,000 orders rest close to the middle.
OrderStream travelling_stream(Travel travel, std::size_t count);

// The checksum that order_stream.py writes, over fills in their order.
std::string checksum_of(const std::vector<Fill>& fills);

}  // namespace pytrader::bench
