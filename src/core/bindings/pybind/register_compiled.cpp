// Binds strategies made of C functions: their addresses and their state come from Python, and nothing else does.
#include <pybind11/numpy.h>

#include <algorithm>
#include <array>
#include <memory>

#include "bindings/compiled_strategy.hpp"
#include "register.hpp"
#include "value_casters.hpp"

namespace pytrader::bindings {
namespace {

namespace py = pybind11;

// Sets one handler from the address of a function.
template <auto kHandler>
void set_handler(CompiledHandlers& handlers, u64 address) noexcept {
  auto& handler = handlers.*kHandler;
  handler = reinterpret_cast<std::remove_reference_t<decltype(handler)>>(static_cast<std::uintptr_t>(address));
}

struct NamedHandler {
  const char* name;
  void (*set)(CompiledHandlers& handlers, u64 address) noexcept;
};

constexpr std::array<NamedHandler, 13> kHandlers = {{
    {"on_start", &set_handler<&CompiledHandlers::on_start>},
    {"on_stop", &set_handler<&CompiledHandlers::on_stop>},
    {"on_book", &set_handler<&CompiledHandlers::on_book>},
    {"on_quote", &set_handler<&CompiledHandlers::on_quote>},
    {"on_trade", &set_handler<&CompiledHandlers::on_trade>},
    {"on_bar", &set_handler<&CompiledHandlers::on_bar>},
    {"on_timer", &set_handler<&CompiledHandlers::on_timer>},
    {"on_order_event", &set_handler<&CompiledHandlers::on_order_event>},
    {"on_fill", &set_handler<&CompiledHandlers::on_fill>},
    {"on_position", &set_handler<&CompiledHandlers::on_position>},
    {"on_condition", &set_handler<&CompiledHandlers::on_condition>},
    {"on_status", &set_handler<&CompiledHandlers::on_status>},
    {"on_cash_event", &set_handler<&CompiledHandlers::on_cash_event>},
}};

CompiledHandlers read_handlers(const py::dict& addresses) {
  CompiledHandlers handlers;
  for (const auto& item : addresses) {
    const auto name = item.first.cast<std::string>();
    const auto found =
        std::find_if(kHandlers.begin(), kHandlers.end(), [&](const NamedHandler& each) { return name == each.name; });
    if (found == kHandlers.end()) {
      throw Error(ErrorCode::invalid_argument, "a compiled strategy has no handler " + name);
    }
    found->set(handlers, item.second.cast<u64>());
  }
  return handlers;
}

// Holds a reference to the state for as long as a run may write to it.
class CompiledPort {
 public:
  CompiledPort(const py::dict& handlers, py::object state, std::string name)
      : state_(std::move(state)),
        strategy_(read_handlers(handlers), address_of(state_), std::move(name)),
        port_(strategy_.port()) {}

  py::capsule port() { return py::capsule(&port_, "pytrader.StrategyPort"); }
  void connect(const py::capsule& kernel, StrategyIndex index) {
    auto* pointer = static_cast<Kernel*>(PyCapsule_GetPointer(kernel.ptr(), "pytrader.Kernel"));
    if (pointer == nullptr) throw py::error_already_set();
    strategy_.connect(*pointer, index);
  }
  void detach() noexcept { strategy_.detach(); }

 private:
  static void* address_of(const py::object& state) {
    return state.is_none() ? nullptr : py::array(state).mutable_data();
  }

  py::object state_;
  CompiledStrategy strategy_;
  StrategyPort port_;
};

py::dict function_addresses() {
  static constexpr std::array<const char*, 33> kNames = {"now",
                                                         "submit",
                                                         "submit_order",
                                                         "cancel",
                                                         "replace",
                                                         "last_refusal",
                                                         "read_order",
                                                         "is_open",
                                                         "position",
                                                         "read_quote",
                                                         "best_price",
                                                         "best_quantity",
                                                         "quantity_at",
                                                         "read_levels",
                                                         "set_timer",
                                                         "cancel_timer",
                                                         "bars",
                                                         "mids",
                                                         "sma",
                                                         "ema",
                                                         "indicator_value",
                                                         "indicator_ready",
                                                         "indicator_compare",
                                                         "compares",
                                                         "compares_price",
                                                         "both",
                                                         "either",
                                                         "inverse",
                                                         "when",
                                                         "fail",
                                                         "submit_list",
                                                         "phase",
                                                         "mark_price"};
  static_assert(sizeof(pytrader_api) == 2 * sizeof(u64) + kNames.size() * sizeof(void*));
  const auto* words = reinterpret_cast<const u64*>(&CompiledStrategy::api());
  py::dict addresses;
  for (std::size_t i = 0; i < kNames.size(); ++i) addresses[kNames[i]] = words[2 + i];
  return addresses;
}

}  // namespace

void register_compiled(py::module_& module) {
  py::class_<CompiledPort>(module, "CompiledPort", py::is_final(),
                           "The kernel's way to wake the functions of one compiled strategy; made by "
                           "`pytrader.strategy.CompiledStrategy`, not by users.")
      .def(py::init<const py::dict&, py::object, std::string>(), py::arg("handlers"), py::arg("state"), py::arg("name"))
      .def("port", &CompiledPort::port, "A capsule over a StrategyPort that lives as long as this object.")
      .def("connect", &CompiledPort::connect, py::arg("kernel"), py::arg("index"),
           "Begin: the engine's capsule over its Kernel, and the strategy's number there.")
      .def("detach", &CompiledPort::detach, "End: from here on its functions refuse.");
  module.def("strategy_functions", &function_addresses,
             "The addresses of the functions of the plain-C interface (strategy_api.h) by name.");
}

}  // namespace pytrader::bindings
