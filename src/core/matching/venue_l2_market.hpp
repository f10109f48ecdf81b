// The recorded price-level book of a simulated venue, and what our own orders took of each level.
#pragma once

#include <vector>

#include "book/l2_book.hpp"
#include "matching/venue_market.hpp"
#include "model/records.hpp"

namespace pytrader {

// Lots of levels that prints took since levels were told last. They are few at a time, so they stand in a row, by side
// and price. Bound: the levels that are displayed.
class PrintedLots {
 public:
  bool empty() const noexcept { return levels_.empty(); }
  void clear() noexcept { levels_.clear(); }
  i64 at(Side side, i64 price) const noexcept;
  void add(Side side, i64 price, i64 quantity);
  void forget(Side side, i64 price) noexcept;

 private:
  struct Level {
    Side side;
    i64 price;
    i64 quantity;
  };
  std::vector<Level>::const_iterator find(Side side, i64 price) const noexcept;

  std::vector<Level> levels_;
};

// Places are quantities displayed ahead: an own order starts behind the whole level.
// What was taken of a level stays taken until the level shows less than that (then all of it is) or is gone.
class VenueL2Market final : public VenueMarket {
 public:
  i64 reachable(Side taker, i64 limit, i64 wanted) const override;
  Take take(Side taker, i64 limit, i64 wanted) override;
  i64 place_in_queue(Side side, i64 price, i64) override { return displayed(side, price); }
  i64 touch(Side side) const override { return book_.side(side).empty() ? kNoPrice : book_.side(side).best_price(); }
  i64 shown(Side side) const override;
  i64 best_left(Side taker) const override;

  // Until the level is told again, or an event of levels is over.
  void printed(Side side, i64 price, i64 quantity) override;

  void apply(const L2Record& record) {
    book_.apply(record);
    if (has_marks_) [[unlikely]]
      update_marks(record);
  }
  // A row that sets(), as the book says.
  L2Book::Change apply_level(const L2Record& record) {
    const L2Book::Change change = book_.apply_level(record);
    if (has_marks_) [[unlikely]]
      update_marks(record);
    return change;
  }
  i64 displayed(Side side, i64 price) const noexcept { return book_.quantity_at(side, price); }
  const L2Book& book() const noexcept { return book_; }

 private:
  Ladder& taken(Side side) noexcept { return side == Side::buy ? taken_bids_ : taken_asks_; }
  const Ladder& taken(Side side) const noexcept { return side == Side::buy ? taken_bids_ : taken_asks_; }
  // What own orders took of a level, and what a print has just taken.
  i64 gone_at(Side side, i64 price) const noexcept { return taken_at(side, price) + printed_.at(side, price); }
  i64 taken_at(Side side, i64 price) const noexcept;
  void update_marks(const L2Record& record) noexcept;
  void forget_taken(const L2Record& record) noexcept;
  void forget_prints(const L2Record& record) noexcept;

  L2Book book_{BookPolicy::lenient};
  Ladder taken_bids_{Side::buy};  // a level's quantity is what was taken of it
  Ladder taken_asks_{Side::sell};
  PrintedLots printed_;
  bool has_marks_ = false;  // in any of these
};

}  // namespace pytrader
