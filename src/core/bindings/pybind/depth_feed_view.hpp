// A depth feed as Python holds it, and a book of it as Python reads it.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "book/book_reading.hpp"
#include "decimal/error.hpp"
#include "feeds/depth_feed.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

struct BoundFeed {
  BoundFeed(const DepthVenue& venue, const DepthFeedSettings& settings, bool strict)
      : feed(venue, settings), raises(strict) {}

  DepthFeed feed;
  bool raises;                   // policy strict
  std::vector<PriceGrid> grids;  // by book
  py::object on_gap, on_checksum, on_crossed;
  std::atomic<bool> busy{false};
};

// Reads one book of a feed. A reader holds the interpreter lock, which a feed takes to begin its work: so it is enough
// to ask whether the feed is at work.
class DepthBookView : public BookReading<DepthBookView> {
 public:
  DepthBookView(std::shared_ptr<BoundFeed> feed, u32 index) : feed_(std::move(feed)), index_(index) {}

  const DepthFeed& feed() const {
    if (feed_->busy.load(std::memory_order_acquire)) {
      throw Error(ErrorCode::invalid_state,
                  "another thread is applying frames to this book's feed: read it afterwards");
    }
    return feed_->feed;
  }
  const DepthBook& book() const { return feed().book(index_); }
  const PriceGrid& grid() const { return feed_->grids[index_]; }
  u32 index() const noexcept { return index_; }

  bool empty(Side which) const { return book().empty(which); }
  LevelTotals best(Side which) const { return book().best(which); }
  LevelTotals level(Side which, i64 price) const { return book().level(which, price); }
  template <class Visit>
  void walk(Side which, Visit&& visit) const {
    book().walk(which, visit);
  }

 private:
  std::shared_ptr<BoundFeed> feed_;
  u32 index_;
};

// What became of a frame: calls the handler of an incident and raises FeedError where that is called for. `text` is the
// frame.
void report(BoundFeed& self, const FrameResult& result, std::string_view text);
// Adds FeedIncident to the module.
void register_feed_incident(py::module_& module);

}  // namespace pytrader::bindings
