// The named tuples in which books show their levels and orders to Python.
#include "level_values.hpp"

#include <pybind11/gil_safe_call_once.h>

#include <vector>

#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

struct TupleTypes {
  py::object level;
  py::object sweep;
  py::object resting_order;
  py::object own_order;
};

py::object named_tuple(const char* name, const char* doc, const std::vector<const char*>& fields) {
  using namespace py::literals;
  py::list names;
  for (const char* field : fields) names.append(field);
  py::object made = py::module_::import("collections").attr("namedtuple")(name, names, "module"_a = "pytrader.book");
  made.attr("__doc__") = doc;
  return made;
}

const TupleTypes& types() {
  static py::gil_safe_call_once_and_store<TupleTypes> storage;
  return storage
      .call_once_and_store_result([] {
        return TupleTypes{
            named_tuple("Level",
                        "A price of one side, what rests there, and in how many orders (0: the venue does not say).",
                        {"price", "quantity", "count"}),
            named_tuple("Sweep",
                        "What taking from a side gives: quantity got, its exact value, the last price touched.",
                        {"quantity", "value", "worst_price"}),
            named_tuple("RestingOrder", "An order in a book, with what is left of its quantity.",
                        {"order_id", "side", "price", "quantity"}),
            named_tuple("OwnOrder",
                        "An order of ours in a public book: whether the feed shows it, and what others have in front.",
                        {"order_id", "side", "price", "quantity", "in_feed", "queue_ahead"})};
      })
      .get_stored();
}

// A named tuple is a tuple with names: filled in place, at a third of the cost of calling its class.
template <class... Items>
py::object new_tuple(const py::object& type, Items... items) {
  auto* made_of = reinterpret_cast<PyTypeObject*>(type.ptr());
  py::object made = py::reinterpret_steal<py::object>(made_of->tp_alloc(made_of, sizeof...(items)));
  if (!made) throw py::error_already_set();
  Py_ssize_t at = 0;
  (PyTuple_SET_ITEM(made.ptr(), at++, items.release().ptr()), ...);
  return made;
}

}  // namespace

void register_level_values(py::module_& module) {
  module.attr("Level") = types().level;
  module.attr("Sweep") = types().sweep;
  module.attr("RestingOrder") = types().resting_order;
  module.attr("OwnOrder") = types().own_order;
}

py::object make_level(const LevelTotals& level, const PriceGrid& grid) {
  return new_tuple(types().level, grid.price(level.price), grid.quantity(level.quantity), py::int_(level.order_count));
}

py::object make_sweep(const Sweep& sweep, const PriceGrid& grid) {
  const py::object worst = sweep.filled == 0 ? py::object(py::none()) : grid.price(sweep.worst_price);
  return new_tuple(types().sweep, grid.quantity(sweep.filled), make_fixed(grid.worth(sweep.tick_lots)), worst);
}

py::object make_own_order(const OwnOrder& order, i64 queue_ahead, const PriceGrid& grid) {
  return new_tuple(types().own_order, py::int_(order.order_id), py::object(py::cast(order.side)),
                   grid.price(order.price), grid.quantity(order.quantity), py::bool_(order.in_feed),
                   grid.quantity(queue_ahead));
}

py::object make_resting_order(u64 order_id, Side side, i64 price, i64 quantity, const PriceGrid& grid) {
  return new_tuple(types().resting_order, py::int_(order_id), py::object(py::cast(side)), grid.price(price),
                   grid.quantity(quantity));
}

}  // namespace pytrader::bindings
