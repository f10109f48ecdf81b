// The names of the faults of a binary feed and their explanations.
#include "feeds/wire_fault.hpp"

namespace pytrader {
namespace {

struct FaultText {
  const char* name;
  const char* explanation;
};

constexpr std::array<FaultText, kWireFaultKinds> kTexts{{
    {"none", "nothing is wrong"},
    {"bad_framing", "these bytes begin no message: check the framing and that the file was unpacked"},
    {"truncated", "the data ends inside this message: fetch the file again, or apply the rest of it before finish"},
    {"after_end", "the session ended before these bytes: give each session a feed of its own"},
    {"unknown_type", "the format has no message of this type: check the format's version, or use policy lenient"},
    {"wrong_length", "the length is not that of the message's type: check the framing, or use policy lenient"},
    {"bad_field", "a field holds a value outside of its range: the bytes are damaged, or use policy lenient"},
    {"bad_name",
     "a symbol or data set has a byte that is not printable ASCII: the bytes are damaged, fetch them again"},
    {"unknown_tick", "the tick of the instrument is not known: give ticks=, instrument= or definitions="},
    {"wrong_instrument",
     "the message names another instrument than its order or number stands for, or one that has another number"},
    {"off_tick", "the price lies between two ticks of its instrument: give the instrument a finer tick"},
    {"bad_action", "the action is none of the format's"},
    {"bad_side", "the side must be a buy or a sell, and the side of the resting order"},
    {"price_out_of_range", "an order needs a price, and one above zero where the format has no lower ones"},
    {"quantity_not_positive", "the quantity must be above zero"},
    {"quantity_too_large", "the quantity must not exceed what the order has, nor bring a level beyond 2^63 - 1"},
    {"duplicate_order", "an order with this id rests already: the data repeats itself or lacks a message"},
    {"unknown_order", "no order with this id rests: begin at the start of the session, or use policy lenient"},
    {"unknown_level", "no level rests at this price"},
    {"unknown_modify",
     "no order with this id rests to be modified: policy lenient adds it, as the vendor's own books do"},
    {"crossed", "the best bid would reach the best ask at the end of an event: pre-open phases need policy lenient"},
    {"no_room", "memory or the bound on resting orders ran out: give the feed a higher bound"},
}};

}  // namespace

const char* to_text(WireFault fault) noexcept {
  return kTexts[static_cast<std::size_t>(fault)].name;
}
const char* explain(WireFault fault) noexcept {
  return kTexts[static_cast<std::size_t>(fault)].explanation;
}

WireFault of_book(BookFault fault) noexcept {
  switch (fault) {
    case BookFault::none:
      return WireFault::none;
    case BookFault::bad_action:
      return WireFault::bad_action;
    case BookFault::bad_side:
      return WireFault::bad_side;
    case BookFault::price_out_of_range:
      return WireFault::price_out_of_range;
    case BookFault::quantity_not_positive:
      return WireFault::quantity_not_positive;
    case BookFault::quantity_too_large:
      return WireFault::quantity_too_large;
    case BookFault::duplicate_order:
      return WireFault::duplicate_order;
    case BookFault::unknown_order:
      return WireFault::unknown_order;
    case BookFault::unknown_level:
      return WireFault::unknown_level;
    case BookFault::crossed:
      return WireFault::crossed;
    default:
      return WireFault::bad_field;
  }
}

}  // namespace pytrader
