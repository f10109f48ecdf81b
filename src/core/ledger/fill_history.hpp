// One position's fills in the order in which they happened, so that late and corrected ones count in their place.
#pragma once

#include <cstddef>
#include <vector>

#include "book/large_block.hpp"
#include "book/record_pages.hpp"
#include "ledger/position.hpp"
#include "model/instrument.hpp"
#include "model/messages.hpp"
#include "model/report_rank.hpp"

namespace pytrader {

// Whose fill, and where it stands among those of its position.
struct FillKey {
  ReportRank placed;
  ClientOrderId order = 0;
  ExecId exec_id = 0;
};
bool is_before(const FillKey& a, const FillKey& b) noexcept;

struct PositionFill {
  ReportRank placed;
  ExecId exec_id = 0;
  i64 price = 0;     // ticks
  i64 quantity = 0;  // lots, negative is sold; 0: busted
  u32 order = 0;     // a run's orders are numbered in 32 bits
  Liquidity liquidity = Liquidity::none;
  i128 fee = 0;

  FillKey key() const noexcept { return {placed, order, exec_id}; }
};
static_assert(sizeof(PositionFill) == 64);

// What a fill does to a position held by average cost; false where something leaves its range, then `position` is as it
// was.
bool add_fill(PositionState& position, const Instrument& instrument, const PositionFill& fill) noexcept;

// Grows with the fills of a run: 70 bytes each. A fill in its place costs the same whatever came before; one that is
// late, corrected or busted costs as much as fills of the position came after it, and fewer than kStride before.
class FillHistory {
 public:
  // The fill is new, and led from `before` to `after` as the ledger booked it. False where it is late: then fold() says
  // what the position should be. Where `before` is not what the last fill left (a money event changed the position),
  // the fills until here stand for good.
  bool add(const PositionFill& fill, const PositionState& before, const PositionState& after);
  // A money event made the position what it is now: the fills until here stand for good.
  void settle(const PositionState& now) noexcept {
    first_ = size();
    base_ = now;
  }
  // Where the fill of this key stands; size() where there is none.
  std::size_t find(const FillKey& key) const noexcept;
  const PositionFill& operator[](std::size_t at) const noexcept { return fills_[at + 1]; }
  // Another price, quantity or fee for the fill that stands there.
  void change(std::size_t at, const PositionFill& fill) noexcept { fills_[at + 1] = fill; }
  // Whether it is from before a money event, and so not folded again.
  bool stands_for_good(std::size_t at) const noexcept { return at < first_; }
  // Gives a fill another place.
  void place(const FillKey& from, const FillKey& to);
  // The position after all fills, those from this place on worked out again; false where it leaves its range, then
  // nothing changed.
  bool fold(const FillKey& from, const Instrument& instrument, PositionState& position);
  std::size_t size() const noexcept { return fills_.size(); }

 private:
  static constexpr std::size_t kStride = 16;

  std::size_t position_of(const FillKey& key) const noexcept;
  void shift(std::size_t from, std::size_t to, const PositionFill& fill) noexcept;

  // There may be many positions, so none takes a huge page before it has filled as much.
  template <class Record>
  using Pages = RecordPages<Record, 6, kHugePage>;
  Pages<PositionFill> fills_;
  Pages<PositionState> passed_;  // after every kStride fills; those before first_ are not read
  PositionState base_;           // before the fill at first_
  PositionState last_;           // after the last fill
  std::size_t first_ = 0;        // of the fills that are folded again
};

}  // namespace pytrader
