// Binds public books with our own orders in them.
#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <string>

#include "book/book_with_own_orders.hpp"
#include "feed_book.hpp"
#include "feed_columns.hpp"
#include "level_values.hpp"
#include "order_arguments.hpp"
#include "reading_binding.hpp"
#include "register.hpp"
#include "snapshot_columns.hpp"

namespace pytrader::bindings {
namespace {

using OwnL3 = FeedBook<L3BookWithOwnOrders>;
using OwnL2 = FeedBook<L2BookWithOwnOrders>;

constexpr const char* kL3Doc = R"(A public order-by-order book with our own orders in it, each at its exact place.

Parameters
----------
tick, lot, policy, max_orders
    As for L3Book.

What is read, from ``best_bid`` to ``depth_view``, are the orders of others: the feed's less those that are marked as ours.
Feed rows go in by ``apply`` and ``snapshot``. Rows of a snapshot that is given as rows carry FLAG_SNAPSHOT: own orders
that the feed does not show stand behind them.)";

constexpr const char* kL2Doc =
    R"(A public price-level book with our own orders in it, each with the most that can be ahead.

Parameters
----------
tick, lot, policy
    As for L2Book.

What is read, from ``best_bid`` to ``depth_view``, is the liquidity of others: the feed's totals less what is marked as
ours. Feed rows go in by ``apply`` and ``snapshot``. A TRADE row, with the side of the resting interest, must come before
the level rows that it changed.)";

constexpr const char* kInsertDoc = R"(Add an own order that the feed does not show, behind all that rests at its price.

Raises
------
BookError
    For a price or quantity out of range, or an id that an own order has: nothing changed.)";

constexpr const char* kQueueAheadL3 =
    "What others have in front of an own order at its price, exactly. BookError if there is no such own order.";
constexpr const char* kQueueAheadL2 = R"(The most that others can have in front of an own order at its price.

It starts with what others showed when the order came, falls with what trades there, and is never more than they show:
cancels are taken to be behind. BookError if there is no such own order.)";

std::string own_text(u64 order_id) {
  return "own order " + std::to_string(order_id);
}

// What we ask of our own orders is refused under either policy: it is no feed.
void require(BookFault fault, u64 order_id) {
  if (fault != BookFault::none) throw_book_error(fault, own_text(order_id), py::none());
}

template <class Self>
u32 find_own(const Self& self, u64 order_id) {
  const u32 slot = self.book.own().find(order_id);
  if (slot == kNone) throw_book_error(BookFault::unknown_order, own_text(order_id), py::none());
  return slot;
}

template <class Self>
void bind_own_changes(py::class_<Self>& bound) {
  bound.def(
      "insert_own",
      [](Self& self, py::handle order_id, py::handle side, py::handle price, py::handle quantity) {
        const u64 id = parse_order_id(order_id);
        const BusyGuard guard(self.busy);
        require(self.book.insert(id, parse_side(side), self.grid.ticks(price), self.grid.lots(quantity)), id);
      },
      py::arg("order_id"), py::arg("side"), py::arg("price"), py::arg("quantity"), kInsertDoc);
  bound.def(
      "reduce_own",
      [](Self& self, py::handle order_id, py::handle quantity) {
        const u64 id = parse_order_id(order_id);
        const BusyGuard guard(self.busy);
        require(self.book.reduce(id, self.grid.lots(quantity)), id);
      },
      py::arg("order_id"), py::arg("quantity"),
      "Take off what was cancelled or filled, less than the order has; it keeps its place. BookError if there is no "
      "such "
      "own order, if it has no more, or if an order-by-order feed tells its quantity.");
  bound.def(
      "remove_own",
      [](Self& self, py::handle order_id) {
        const u64 id = parse_order_id(order_id);
        const BusyGuard guard(self.busy);
        return self.book.remove(id);
      },
      py::arg("order_id"),
      "Forget an own order: one that the feed shows counts as another's from now on. Returns whether there was one.");
}

template <class Self>
void bind_own_reading(py::class_<Self>& bound, const char* queue_ahead_doc) {
  bound.def(
      "own_orders",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        py::list orders;
        for (const Side side : {Side::buy, Side::sell}) {
          self.book.own().walk(side, [&](u32 slot) {
            orders.append(make_own_order(self.book.own().order(slot), self.book.queue_ahead(slot), self.grid));
          });
        }
        return orders;
      },
      "Our orders as OwnOrder, with their queue_ahead: bids before asks, best price first, each price's by time.");
  bound.def(
      "queue_ahead",
      [](Self& self, py::handle order_id) {
        const u64 id = parse_order_id(order_id);
        const BusyGuard guard(self.busy);
        return self.grid.quantity(self.book.queue_ahead(find_own(self, id)));
      },
      py::arg("order_id"), queue_ahead_doc);
  bound.def(
      "public_depth",
      [](Self& self, py::handle levels) {
        const BusyGuard guard(self.busy);
        return make_depth(self.book.public_book(), parse_count(levels, "levels"), self.grid);
      },
      py::arg("levels") = 10, "As depth, but of all that the feed shows, our own orders among it.");
}

void bind_l3(py::class_<OwnL3>& bound) {
  bound.def(py::init([](py::handle tick, py::handle lot, const std::string& policy, py::handle max_orders) {
              return std::make_unique<OwnL3>(tick, lot, parse_policy(policy), parse_max_orders(max_orders));
            }),
            py::arg("tick"), py::arg("lot") = "1", py::kw_only(), py::arg("policy") = "strict",
            py::arg("max_orders") = i64{OrderPool::kMaxOrders});
  bound.def(
      "mark_own",
      [](OwnL3& self, py::handle order_id) {
        const u64 id = parse_order_id(order_id);
        const BusyGuard guard(self.busy);
        require(self.book.mark(id), id);
      },
      py::arg("order_id"),
      "An order of the feed is ours: what the feed says of it holds, until it leaves. BookError if it does not rest, "
      "or is "
      "ours already.");
  bind_apply<L3Batch>(bound, "events", kApplyEventsDoc);
  bound.def(
      "snapshot",
      [](OwnL3& self, py::handle orders, py::handle sequence) { return snapshot_orders(self, orders, sequence); },
      py::arg("orders"), py::kw_only(), py::arg("sequence") = py::none(),
      "Replace all orders of the feed, as L3Book.snapshot does. Marked orders stay ours that rest where they did; "
      "those "
      "that the feed does not show stand behind all.");
  bound.def("__len__", [](OwnL3& self) {
    const BusyGuard guard(self.busy);
    return self.book.public_book().order_count();
  });
}

void bind_l2(py::class_<OwnL2>& bound) {
  bound.def(py::init([](py::handle tick, py::handle lot, const std::string& policy) {
              return std::make_unique<OwnL2>(tick, lot, parse_policy(policy));
            }),
            py::arg("tick"), py::arg("lot") = "1", py::kw_only(), py::arg("policy") = "strict");
  bound.def(
      "mark_own",
      [](OwnL2& self, py::handle order_id, py::handle side, py::handle price, py::handle quantity) {
        const u64 id = parse_order_id(order_id);
        const BusyGuard guard(self.busy);
        require(self.book.mark(id, parse_side(side), self.grid.ticks(price), self.grid.lots(quantity)), id);
      },
      py::arg("order_id"), py::arg("side"), py::arg("price"), py::arg("quantity"),
      "The back of what a level shows is an own order from now on. BookError as for insert_own, or if others show "
      "less.");
  bind_apply<L2Batch>(bound, "events", kApplyEventsDoc);
  bound.def(
      "snapshot",
      [](OwnL2& self, py::handle bids, py::handle asks, py::handle sequence) {
        return snapshot_levels(self, bids, asks, sequence);
      },
      py::arg("bids"), py::arg("asks"), py::kw_only(), py::arg("sequence") = py::none(),
      "Replace all levels of the feed, as L2Book.snapshot does.");
  bound.def("__len__", [](OwnL2& self) {
    const BusyGuard guard(self.busy);
    return self.book.public_book().level_count();
  });
}

template <class Self>
void bind_common(py::class_<Self>& bound, const char* queue_ahead_doc, const std::string& name) {
  bind_own_changes(bound);
  bind_own_reading(bound, queue_ahead_doc);
  bind_reading(bound);
  bind_state(bound);
  bound.def("__repr__", [name](Self& self) {
    const BusyGuard guard(self.busy);
    return name + "(tick=" + to_text(self.grid.tick()) + ", lot=" + to_text(self.grid.lot()) +
           ", own_orders=" + std::to_string(self.book.own().size()) + ")";
  });
}

}  // namespace

void register_own_orders(py::module_& module) {
  py::class_<OwnL3> l3(module, "L3BookWithOwnOrders", kL3Doc, py::is_final(), visible_callbacks<OwnL3>());
  bind_l3(l3);
  bind_common(l3, kQueueAheadL3, "L3BookWithOwnOrders");
  py::class_<OwnL2> l2(module, "L2BookWithOwnOrders", kL2Doc, py::is_final(), visible_callbacks<OwnL2>());
  bind_l2(l2);
  bind_common(l2, kQueueAheadL2, "L2BookWithOwnOrders");
}

}  // namespace pytrader::bindings
